/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base/export.h>
#include <kernel/txn.h>
#include <ndctl/entity.h>
#include <ndctl/extensions.h>

struct ndctl_ctx {
	unsigned refs;
	struct kernel *kernel;
	struct directory *directory; /* /sys/bus/nd/devices; NULL without such a bus */
	struct entity *first[KIND_COUNT];
	bool scanned; /* @first is what the directory lists */
	struct daxctl_ctx *daxctl;
	void (*log_fn)(struct ndctl_ctx *ctx, int priority, const char *file, int line,
		const char *fn, const char *format, va_list args);
	ndctl_step_fn *step_fn;
	void *step_data;
	void *userdata;
	void *private_data;
	char *config_path;
};

/* Creates a context that finds /sys, /dev and /proc below @root. Returns 0 or a negative errno. */
int nd_ctx_new(struct ndctl_ctx **ctx, const char *root);
/* Creates a transaction whose steps the caller's step function receives. Returns 0 or -ENOMEM. */
int nd_ctx_txn(struct ndctl_ctx *ctx, struct txn **txn);
/* Tells that function what a repair of labels has chosen. */
void nd_ctx_tell_chosen(struct ndctl_ctx *ctx, const char *what);
