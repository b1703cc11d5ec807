/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DAXCTL_EXTENSIONS_H
#define DAXCTL_EXTENSIONS_H

#include <daxctl/libdaxctl.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What this libdaxctl offers beyond the common interface, in version nodes of its own name
 * (DAXCTL_EXT_n). A program that must run with other implementations looks these up with dlsym().
 */

/*
 * The last failure in this context as a sentence without newline, and what would help. NULL if
 * nothing failed, or if there is no advice. Both stay good until the next call that fails.
 */
const char *daxctl_get_error(struct daxctl_ctx *ctx);
const char *daxctl_get_hint(struct daxctl_ctx *ctx);

/* The device called @name ("dax0.1"), found without looking at others; NULL with errno ENOENT. */
struct daxctl_dev *daxctl_dev_get_by_name(struct daxctl_ctx *ctx, const char *name);

/*
 * Changes are transactions: a list of steps, each with its undo. An observer hears of each step:
 * its number is not known beforehand, its text is for people.
 */
enum daxctl_step_event {
	DAXCTL_STEP_PLANNED,	 /* a dry run would take it */
	DAXCTL_STEP_TAKEN,	 /* it is being taken */
	DAXCTL_STEP_UNDONE,	 /* it was undone because a later one failed */
	DAXCTL_STEP_UNDO_FAILED, /* it could not be undone */
};
typedef void daxctl_step_fn(
	struct daxctl_ctx *ctx, enum daxctl_step_event event, const char *what, void *data);
void daxctl_set_step_fn(struct daxctl_ctx *ctx, daxctl_step_fn *fn, void *data);

enum daxctl_change_flags {
	DAXCTL_CHANGE_FORCE = 1 << 0,	   /* take memory offline, override auto-online */
	DAXCTL_CHANGE_NO_ONLINE = 1 << 1,  /* leave new memory offline */
	DAXCTL_CHANGE_NO_MOVABLE = 1 << 2, /* let the kernel use the memory too */
	DAXCTL_CHANGE_DRY_RUN = 1 << 3,	   /* check, tell the steps, change nothing */
};

/*
 * Brings @dev into @mode, with its memory online or offline as @flags say. When a step fails
 * everything is put back as it was.
 *
 * Returns 0, also if there was nothing to do, or
 *   -EOPNOTSUPP  the kernel has no driver for the mode
 *   -EINVAL      the device cannot serve as memory: no target node, or smaller than a memory block
 *   -EBUSY       its memory is online (without FORCE), or would not go offline; or the kernel
 *                would put it online by itself (without FORCE)
 * or another errno of the kernel.
 */
int daxctl_dev_set_mode(struct daxctl_dev *dev, enum daxctl_dev_mode mode, unsigned flags);

/* Number of bytes of the device that lie in whole memory blocks, and would be memory in system-ram
 * mode; the rest would be lost for the time. Returns 0 or a negative errno. */
int daxctl_dev_get_ram_size(struct daxctl_dev *dev, unsigned long long *size);

/* The memory blocks of a device in one look: those that lie wholly in it, those of them that are
 * online, and those online in ZONE_MOVABLE. */
struct daxctl_memory_counts {
	unsigned total, online, movable;
};
/* Returns 0 or a negative errno: -EACCES for users who may not see physical addresses. */
int daxctl_memory_get_counts(struct daxctl_memory *mem, struct daxctl_memory_counts *counts);

/* Bytes of a memory block (memory/block_size_bytes), 0 if this kernel has no memory hotplug. */
unsigned long long daxctl_get_memory_block_size(struct daxctl_ctx *ctx);

#ifdef __cplusplus
}
#endif

#endif
