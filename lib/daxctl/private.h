/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base/export.h>
#include <daxctl/extensions.h>
#include <kernel/attr.h>
#include <kernel/txn.h>

enum memory_attr { MEMORY_BLOCK_SIZE, MEMORY_AUTO_ONLINE };

struct daxctl_ctx {
	unsigned refs;
	struct kernel *kernel;
	void *userdata;
	char *config_path;
	void (*log_fn)(struct daxctl_ctx *ctx, int priority, const char *file, int line,
		const char *fn, const char *format, va_list args);
	daxctl_step_fn *step_fn;
	void *step_data;
	daxctl_progress_fn *progress_fn;
	void *progress_data;
	struct directory *dax;	   /* /sys/bus/dax/devices */
	struct directory *devices; /* /sys/devices */
	struct object memory;	   /* /sys/devices/system/memory */
	struct daxctl_region *regions;
	struct daxctl_region *gone_regions; /* replaced; callers may still point to them */
	bool listed;			    /* all regions and their devices are in the lists */
	struct txn *held;		    /* holds the lock of daxctl_region_lock() */
	char *held_path;		    /* of what is locked, relative to the root */
	int held_id;			    /* of its region */
};

int dax_ctx_new(struct daxctl_ctx **ctx, const char *root);
/* Open a directory, or the object of memory blocks, when it is first needed. Return 0 or a
 * negative errno; ctx_memory() NULL. */
int ctx_open_dax(struct daxctl_ctx *ctx);
int ctx_open_devices(struct daxctl_ctx *ctx);
struct object *ctx_memory(struct daxctl_ctx *ctx);
/* Stores a new transaction in @txn, whose steps the user's observer hears of. */
int dax_ctx_txn(struct daxctl_ctx *ctx, struct txn **txn);
