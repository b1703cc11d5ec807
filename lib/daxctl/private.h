/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base/export.h>
#include <daxctl/extensions.h>
#include <kernel/attr.h>
#include <kernel/txn.h>

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
	struct daxctl_region *gone_regions; /* replaced, but perhaps still pointed at */
	bool listed;			    /* all regions and their devices are known */
	struct txn *held;		    /* has the lock that daxctl_region_lock() took */
	struct daxctl_region *held_region;
};

struct daxctl_region {
	struct daxctl_ctx *ctx;
	unsigned refs; /* those of callers; each holds one of the context */
	struct daxctl_region *next;
	struct daxctl_region *next_gone; /* @next still leads on to the list that it was in */
	uint64_t identity;		 /* of what the kernel has at its path */
	struct object object;		 /* named by its path below /sys/devices */
	struct directory *directory;	 /* the same, for what is in it */
	char *path;			 /* "/sys/devices/platform/hmem.0" */
	int id;
	uuid_t uuid;
	struct daxctl_dev *devs;
	struct daxctl_dev *latest; /* the last one added: a list is read in order */
	struct daxctl_dev *gone;   /* destroyed, but perhaps still pointed at */
	bool listed;
};

struct daxctl_memory {
	struct daxctl_dev *dev;
	char *node_path;
};

struct daxctl_dev {
	struct daxctl_region *region;
	struct daxctl_dev *next;
	struct daxctl_dev *next_gone; /* @next still leads on to the list that it was in */
	struct object object;
	int id;
	struct daxctl_mapping *mappings; /* as many as @mapping_count, the last one marked */
	size_t mapping_count;
	int mapping_error; /* the ranges cannot be read; 0 with none: there are none */
	bool mapped;
	struct daxctl_memory memory;
};

struct daxctl_mapping {
	uint64_t start, end, offset;
	bool last;
};

enum dev_attr {
	DEV_SIZE,
	DEV_ALIGN,
	DEV_RESOURCE,
	DEV_TARGET_NODE,
	DEV_DEV,
	DEV_DRIVER,
	DEV_MAPPING,
	DEV_MEMMAP,
};
enum memory_attr { MEMORY_BLOCK_SIZE, MEMORY_AUTO_ONLINE };

/* What an act returns that another program was faster to do: it is done, whatever the kernel says
 * of our own request, but it is not ours to undo. */
#define BY_ANOTHER 1

static inline struct kernel *dev_kernel(const struct daxctl_dev *dev)
{
	return dev->region->ctx->kernel;
}

/* ctx.c */
int dax_ctx_new(struct daxctl_ctx **ctx, const char *root);
/* The directories and the memory object are opened when first needed; 0 or a negative errno. */
int ctx_open_dax(struct daxctl_ctx *ctx);
int ctx_open_devices(struct daxctl_ctx *ctx);
struct object *ctx_memory(struct daxctl_ctx *ctx);
/* A transaction whose observer is the user's. */
int dax_ctx_txn(struct daxctl_ctx *ctx, struct txn **txn);

/* range.c */
/* Whether a device of the region has memory there. */
bool region_has_device_in(struct daxctl_region *region, const struct daxctl_range *range);

/* region.c */
/* The region at @path, which is relative to /sys/devices; added to the context if need be, or if
 * the kernel has made another one there since. NULL without memory. */
struct daxctl_region *region_get(struct daxctl_ctx *ctx, int id, const char *path);
void dax_region_free(struct daxctl_region *region);
/* Takes the lock that changes of the region's devices need. */
int dax_region_lock(struct daxctl_region *region, struct txn *txn);
/* The same until @txn is freed, for a change of one write. */
int dax_region_lock_alone(struct daxctl_region *region, struct txn **txn);
/* Forgets, under the lock, what was read of the region and its devices before. -ENODEV, with the
 * cause recorded, if it is gone. */
int region_renew(struct daxctl_region *region);
/* Write the attributes create and delete; under the lock. */
int region_create_dev(struct daxctl_region *region);
int region_delete_dev(struct daxctl_region *region, struct daxctl_dev *dev);
/* Whether the kernel still has this very region at its path. */
bool region_is_there(struct daxctl_region *region);
/* Reads what is left of a dynamic region; the cause of a failure is recorded. */
int region_read_available(struct daxctl_region *region, uint64_t *available);
/* 0 if it cannot be read. */
unsigned long dax_region_align(struct daxctl_region *region);

/* device.c */
/* The X and Y of a name daxX.Y; false for any other name. */
bool dev_parse_name(const char *name, int *region_id, int *id);
bool dev_is_name(const char *name);
/* The device called @name in @region, added to it if need be; NULL without memory. */
struct daxctl_dev *dev_get(struct daxctl_region *region, const char *name);
void dev_free(struct daxctl_dev *dev);
/* Write the attributes size, align and mapping; the kernel's errno. */
int dev_set_size(struct daxctl_dev *dev, uint64_t size);
int dev_set_align(struct daxctl_dev *dev, unsigned long align);
int dev_add_range(struct daxctl_dev *dev, uint64_t start, uint64_t end);
/* Looks at it anew, under the lock of its region: what was read before may be of another device by
 * now. -ENODEV, with the cause recorded, if it is gone. */
int dev_renew(struct daxctl_dev *dev);
/* The name of the driver that has it, NULL if none has, with errno ENOENT, or if it cannot be read.
 */
const char *dev_driver(struct daxctl_dev *dev);
/* 0 if the device has a driver or certainly none; or a negative errno with the cause recorded. */
int dev_check_driver(struct daxctl_dev *dev);
