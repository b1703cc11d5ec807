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
 *
 * With NULL for an object they return -EINVAL, NULL, or 0 bytes.
 */

/*
 * The last failure in this context as a sentence without newline, and what would help. NULL if
 * nothing failed, or if there is no advice. Both stay good until the next call that fails, or that
 * is to change something.
 */
const char *daxctl_get_error(struct daxctl_ctx *ctx);
const char *daxctl_get_hint(struct daxctl_ctx *ctx);

/* The device called @name ("dax0.1"), found without looking at others; NULL with errno ENOENT if
 * there is none, or another errno. */
struct daxctl_dev *daxctl_dev_get_by_name(struct daxctl_ctx *ctx, const char *name);

/*
 * Changes are transactions: a list of steps, each with its undo. An observer hears of each step:
 * its number is not known beforehand, its text is for people and stays good until the observer
 * returns. @data is handed to it as it is; a NULL @fn ends it.
 */
enum daxctl_step_event {
	DAXCTL_STEP_PLANNED,	 /* a dry run would take it */
	DAXCTL_STEP_TAKEN,	 /* it is being taken */
	DAXCTL_STEP_UNDONE,	 /* it was undone because a later one failed */
	DAXCTL_STEP_UNDO_FAILED, /* it could not be undone */
	DAXCTL_STEP_WAITING,	 /* for another process, named in @what, which holds a lock */
};
typedef void daxctl_step_fn(
	struct daxctl_ctx *ctx, enum daxctl_step_event event, const char *what, void *data);
void daxctl_set_step_fn(struct daxctl_ctx *ctx, daxctl_step_fn *fn, void *data);

enum daxctl_change_flags {
	DAXCTL_CHANGE_FORCE = 1 << 0,	    /* take memory offline, override auto-online */
	DAXCTL_CHANGE_NO_ONLINE = 1 << 1,   /* leave new memory offline */
	DAXCTL_CHANGE_NO_MOVABLE = 1 << 2,  /* let the kernel use the memory too */
	DAXCTL_CHANGE_DRY_RUN = 1 << 3,	    /* check, tell the steps, change nothing */
	DAXCTL_CHANGE_KEEP_GOING = 1 << 4,  /* take the blocks offline that go, and leave them so */
	DAXCTL_CHANGE_MEMMAP_HERE = 1 << 5, /* keep the page map of the new memory on the device */
	DAXCTL_CHANGE_MEMMAP_ELSEWHERE = 1 << 6, /* keep it in other memory */
	DAXCTL_CHANGE_REZONE = 1 << 7, /* memory online in another zone goes offline, and back */
};
/* A function refuses flags that it does not know, with -EINVAL, and does nothing. */

/*
 * Brings @dev into @mode, with its memory online or offline as @flags say. When a step fails
 * everything is put back as it was.
 *
 * Returns 0, also if there was nothing to do, or
 *   -EOPNOTSUPP  the kernel has no driver for the mode
 *   -EINVAL      the device cannot serve as memory: no target node, or smaller than a memory block
 *   -ENXIO       it has no capacity
 *   -EBUSY       its memory is online (without FORCE), or would not go offline; or the kernel
 *                would put it online by itself (without FORCE)
 * or another errno of the kernel.
 */
int daxctl_dev_set_mode(struct daxctl_dev *dev, enum daxctl_dev_mode mode, unsigned flags);

/* 1 if devices can be created in the region (it has an attribute dax_region/create), 0 if what it
 * has is what its namespace has. */
int daxctl_region_is_dynamic(struct daxctl_region *region);

/*
 * Keeps other programs that take locks from changing the region's devices until
 * daxctl_region_unlock(), so that what is read meanwhile is no half of a change that is undone
 * later; reads all of it anew. Of a namespace's region it is the lock of ndctl too. Waits for who
 * is changing it (DAXCTL_STEP_WAITING). The program's own changes go on. A context holds one region
 * at a time.
 *
 * Returns 0; -EBUSY if the context holds one already; -ENODEV if the region is gone; -EACCES for
 * others than root; -ETIMEDOUT if somebody else has held it for too long; -EINTR for a signal.
 */
int daxctl_region_lock(struct daxctl_region *region);
void daxctl_region_unlock(struct daxctl_region *region);

/* The uuid of the namespace that a region of persistent memory is made of, as ndctl list shows it
 * (attribute uuid of the nd "dax" device). Returns 0, -EOPNOTSUPP for memory of another kind, or
 * another negative errno. */
int daxctl_region_get_nvdimm_uuid(struct daxctl_region *region, uuid_t uuid);

/* A range of physical addresses, both ends included. */
struct daxctl_range {
	unsigned long long start, end;
};

/* What a device of a dynamic region is made of; @given says which members count. */
enum daxctl_layout_given {
	DAXCTL_LAYOUT_SIZE = 1 << 0,
	DAXCTL_LAYOUT_ALIGN = 1 << 1,
	DAXCTL_LAYOUT_RANGES = 1 << 2,
};
struct daxctl_layout {
	unsigned given;
	unsigned long align;	 /* bytes: a page size of the processor */
	unsigned long long size; /* bytes; the sum of the ranges where those are given too */
	/* The device has these, in this order, instead of what the kernel finds free. */
	const struct daxctl_range *ranges;
	size_t range_count;
};

/*
 * Creates a device in a dynamic region, of the alignment of the region and of all that is left in
 * it where @layout does not say otherwise, brings it into devdax mode, and stores it in @dev. When
 * a step fails the capacity is given back and no device stays behind. A device without a size that
 * nobody has used yet (the seed) is taken instead of a new one.
 *
 * Returns 0, or
 *   -EOPNOTSUPP  the region is not dynamic
 *   -ENOSPC      it has not as much left, or nowhere aligned like this
 *   -EINVAL      no such alignment; size or ranges are no multiples of it; ranges overlap, or are
 *                not in the region
 *   -EBUSY       a range belongs to another device
 * or another errno of the kernel (attributes create, align, size and mapping).
 */
int daxctl_region_add_dev(
	struct daxctl_region *region, const struct daxctl_layout *layout, struct daxctl_dev **dev);

/* The same, but the device is brought into @mode, as daxctl_dev_set_mode() does with @flags and
 * FORCE. With DRY_RUN @dev receives NULL. */
int daxctl_region_make_dev(struct daxctl_region *region, const struct daxctl_layout *layout,
	enum daxctl_dev_mode mode, unsigned flags, struct daxctl_dev **dev);

/* Gives a disabled device of a dynamic region another size, alignment, or other ranges; what
 * @layout does not say stays. @flags: DAXCTL_CHANGE_DRY_RUN. When a step fails the device has the
 * very ranges back that it had. Returns 0 or as daxctl_region_add_dev() does; -EBUSY too if the
 * device is enabled. */
int daxctl_dev_set_layout(
	struct daxctl_dev *dev, const struct daxctl_layout *layout, unsigned flags);

/*
 * Takes a device from its driver, gives it another layout (unless @layout is NULL) and brings it
 * into @mode, all in one change: when a step fails it is as it was, in the mode that it had.
 * @flags: DAXCTL_CHANGE_FORCE takes its memory offline before, and the others of
 * daxctl_dev_set_mode(). Returns as both functions do.
 */
int daxctl_dev_remake(struct daxctl_dev *dev, const struct daxctl_layout *layout,
	enum daxctl_dev_mode mode, unsigned flags);

/* The physical addresses of a dynamic region, from /proc/iomem, or else from the ranges of its
 * devices if they have all of it. Returns 0; -ENOENT if neither tells; or -EACCES for
 * users who may not see addresses. */
int daxctl_region_get_range(struct daxctl_region *region, struct daxctl_range *range);

/*
 * Gives the capacity of a device back to its dynamic region and deletes the device; with
 * DAXCTL_CHANGE_FORCE it is disabled before, and its memory taken offline; DAXCTL_CHANGE_DRY_RUN is
 * the only other flag. When a step fails the device is as it was, with the same ranges. @dev stays
 * a valid pointer.
 *
 * Returns 0; 1 for the first device of a region (daxX.0), which the kernel keeps: it has no size
 * then; or a negative errno: -EOPNOTSUPP as above, -EBUSY if it is enabled (without FORCE) or its
 * memory does not go offline.
 */
int daxctl_dev_destroy(struct daxctl_dev *dev, unsigned flags);

/* 1 if the page map of the memory that the device becomes, 64 bytes for each page, is kept on the
 * device itself (attribute memmap_on_memory), 0 if in other memory, -EOPNOTSUPP on kernels before
 * 6.8, which have no choice, or another negative errno. */
int daxctl_dev_get_memmap_on_memory(struct daxctl_dev *dev);

/* Number of bytes of the device that lie in whole memory blocks, and would be memory in system-ram
 * mode; the rest would be lost until the mode changes. Returns 0 or a negative errno. */
int daxctl_dev_get_ram_size(struct daxctl_dev *dev, unsigned long long *size);

/* 1 if no driver has the device, but the kernel has memory where it lies: driver kmem was taken
 * from it while some of the memory was online, and it does not come back before the next boot. 0 if
 * not, or a negative errno: -EACCES for users who may not see physical addresses. */
int daxctl_dev_has_kept_memory(struct daxctl_dev *dev);

/* The memory blocks of a device in one look: those that lie wholly in it, those of them that are
 * online, and those online in ZONE_MOVABLE. */
struct daxctl_memory_counts {
	unsigned total, online, movable;
};
/* Returns 0 or a negative errno: -EACCES for users who may not see physical addresses. */
int daxctl_memory_get_counts(struct daxctl_memory *mem, struct daxctl_memory_counts *counts);

/*
 * Brings all memory blocks of a device into a state (attribute state of memory/memoryN), as
 * daxctl_memory_online(), _online_no_movable() and _offline() do. @flags: with
 * DAXCTL_CHANGE_KEEP_GOING blocks that cannot be changed do not keep the others from it, and
 * nothing is changed back; with DAXCTL_CHANGE_REZONE blocks that are online in another zone change
 * too; with DAXCTL_CHANGE_DRY_RUN nothing changes. Returns the number of blocks that were in that
 * state already, or a negative errno: -EBUSY if pages in a block cannot be moved, -EINTR if a
 * signal ended it.
 */
enum daxctl_memory_state {
	DAXCTL_MEMORY_OFFLINE,
	DAXCTL_MEMORY_ONLINE_MOVABLE, /* in ZONE_MOVABLE */
	DAXCTL_MEMORY_ONLINE_KERNEL,  /* where the kernel may use it too */
};
int daxctl_memory_change(struct daxctl_memory *mem, enum daxctl_memory_state to, unsigned flags);

/* @fn hears how far a change of memory blocks is: before each block, and with @done equal to @total
 * at the end. NULL: nobody does. */
typedef void daxctl_progress_fn(struct daxctl_dev *dev, unsigned done, unsigned total, void *data);
void daxctl_set_progress_fn(struct daxctl_ctx *ctx, daxctl_progress_fn *fn, void *data);

/* Bytes of a memory block (memory/block_size_bytes), 0 if this kernel has no memory hotplug. */
unsigned long long daxctl_get_memory_block_size(struct daxctl_ctx *ctx);

#ifdef __cplusplus
}
#endif

#endif
