/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef DAXCTL_EXTENSIONS_H
#define DAXCTL_EXTENSIONS_H

#include <daxctl/libdaxctl.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * The functions of this libdaxctl beyond the common interface, in version nodes of its own
 * (DAXCTL_EXT_n). A program that must run with other implementations looks them up with dlsym().
 *
 * Called with NULL for an object, they return -EINVAL, NULL, or 0 bytes.
 */

/*
 * The last error of the context as a sentence without newline, and a hint that says what to do.
 * NULL if nothing failed, or if there is no hint. The context owns both; they stay valid until the
 * next call that fails or changes something.
 */
const char *daxctl_get_error(struct daxctl_ctx *ctx);
const char *daxctl_get_hint(struct daxctl_ctx *ctx);

/* Returns the device called @name ("dax0.1") without looking at others. NULL with errno ENOENT if
 * it does not exist, or another errno. */
struct daxctl_dev *daxctl_dev_get_by_name(struct daxctl_ctx *ctx, const char *name);

/*
 * A change is a transaction: a list of steps, each with its undo. @fn hears of each step, with a
 * text @what for people that is valid until @fn returns. The number of steps is not known
 * beforehand. @data is passed to @fn unchanged. A NULL @fn stops that;
 * then the log says what DAXCTL_STEP_ENDING would.
 */
enum daxctl_step_event {
	DAXCTL_STEP_PLANNED,	 /* a dry run shows the step */
	DAXCTL_STEP_TAKEN,	 /* the step is being taken */
	DAXCTL_STEP_UNDONE,	 /* the step was undone because a later one failed */
	DAXCTL_STEP_UNDO_FAILED, /* the step's undo failed */
	DAXCTL_STEP_WAITING,	 /* another process, named in @what, holds a lock */
	/* a signal may end the program: @what says what failed */
	DAXCTL_STEP_ENDING = 6, /* libndctl has another event with number 5 */
};
typedef void daxctl_step_fn(
	struct daxctl_ctx *ctx, enum daxctl_step_event event, const char *what, void *data);
void daxctl_set_step_fn(struct daxctl_ctx *ctx, daxctl_step_fn *fn, void *data);

enum daxctl_change_flags {
	DAXCTL_CHANGE_FORCE = 1 << 0,	    /* take memory offline; accept auto-online */
	DAXCTL_CHANGE_NO_ONLINE = 1 << 1,   /* leave new memory offline */
	DAXCTL_CHANGE_NO_MOVABLE = 1 << 2,  /* put memory online in a zone for the kernel too */
	DAXCTL_CHANGE_DRY_RUN = 1 << 3,	    /* make the checks, report the steps, change nothing */
	DAXCTL_CHANGE_KEEP_GOING = 1 << 4,  /* change as many blocks as possible, and undo none */
	DAXCTL_CHANGE_MEMMAP_HERE = 1 << 5, /* keep the struct pages of new memory on the device */
	DAXCTL_CHANGE_MEMMAP_ELSEWHERE = 1 << 6, /* keep them in other memory */
	DAXCTL_CHANGE_REZONE = 1 << 7, /* also change blocks that are online in another zone */
};
/* A function refuses flags that it does not know with -EINVAL, and does nothing. */

/*
 * Brings @dev into @mode: binds it to the mode's driver, and puts its memory online unless @flags
 * say otherwise. @flags: FORCE, NO_ONLINE, NO_MOVABLE, DRY_RUN, KEEP_GOING, MEMMAP_HERE,
 * MEMMAP_ELSEWHERE, REZONE. When a step fails, those before it are undone.
 *
 * Returns 0, also if there is nothing to do, or
 *   -EOPNOTSUPP  the kernel has no driver for the mode
 *   -EINVAL      the device cannot serve as memory: it has no target node, or
 *                contains no whole memory block
 *   -ENXIO       the device has no capacity
 *   -EBUSY       its memory is online (without FORCE) or cannot be taken offline, a program
 *                has it mapped, or the kernel would put new memory online
 *                automatically (without FORCE or NO_MOVABLE)
 *   -ENODEV      the device no longer exists
 *   -ESTALE      another process has replaced the device (libdaxctl.h)
 *   -EACCES      the user is not root
 * or another errno of the kernel.
 */
int daxctl_dev_set_mode(struct daxctl_dev *dev, enum daxctl_dev_mode mode, unsigned flags);

/* Returns 1 if devices can be created in the region (it has an attribute dax_region/create), 0 if
 * its one device is the whole namespace. */
int daxctl_region_is_dynamic(struct daxctl_region *region);

/*
 * Locks the region until daxctl_region_unlock(), and reads its attributes and devices anew, so
 * that what the caller reads is not in the middle of another program's change. Programs that take
 * no lock are not kept out. The lock of a namespace's region is ndctl's too. Waits for the process
 * that holds it (DAXCTL_STEP_WAITING). The context's own changes go on. A context can lock one
 * region at a time. While it does, a change of a region whose path sorts before that one fails with
 * -EDEADLK if another program holds its lock, which may be waiting for the region of the caller.
 * If the kernel makes the region anew, any object of it unlocks it.
 *
 * Returns 0, or
 *   -EBUSY      the context has locked a region already
 *   -ENODEV     the region no longer exists
 *   -EACCES     the user is not root
 *   -ETIMEDOUT  another process has held the lock for too long
 *   -EINTR      a signal arrived
 */
int daxctl_region_lock(struct daxctl_region *region);
void daxctl_region_unlock(struct daxctl_region *region);

/* Stores in @uuid the uuid of the namespace from which a region of persistent memory comes, as
 * ndctl list shows it (attribute uuid of the nd "dax" device). Returns 0, -EOPNOTSUPP for other
 * memory, or another negative errno. */
int daxctl_region_get_nvdimm_uuid(struct daxctl_region *region, uuid_t uuid);

/* A range of physical addresses, both inclusive. */
struct daxctl_range {
	unsigned long long start, end;
};

/* The layout of a device in a dynamic region. @given says which members are set. */
enum daxctl_layout_given {
	DAXCTL_LAYOUT_SIZE = 1 << 0,
	DAXCTL_LAYOUT_ALIGN = 1 << 1,
	DAXCTL_LAYOUT_RANGES = 1 << 2,
};
struct daxctl_layout {
	unsigned given;
	unsigned long align;	 /* bytes: a page size of the processor */
	unsigned long long size; /* bytes; with ranges, their sum */
	/* the ranges of the device in this order, instead of those that the kernel chooses; the
	 * caller's */
	const struct daxctl_range *ranges;
	size_t range_count;
};

/*
 * Creates a device in a dynamic region, brings it into devdax mode and stores it in @dev. By
 * default it gets the alignment of the region and all capacity that is left; @layout says
 * otherwise. The seed, a device of size 0 that has no driver, is used instead of a new one. When a
 * step fails, the capacity is freed and the new device deleted.
 *
 * Returns 0, or
 *   -EOPNOTSUPP  the region is not dynamic
 *   -ENOSPC      the region has too little capacity left, or none with this alignment
 *   -EINVAL      invalid alignment; size or ranges are not multiples of it; ranges overlap, or
 *                are outside the region
 *   -EBUSY       a range belongs to another device
 * or another errno of the kernel (attributes create, align, size and mapping).
 */
int daxctl_region_add_dev(
	struct daxctl_region *region, const struct daxctl_layout *layout, struct daxctl_dev **dev);

/* The same, but brings the device into @mode, as daxctl_dev_set_mode() does with @flags and FORCE.
 * With DRY_RUN @dev receives NULL. */
int daxctl_region_make_dev(struct daxctl_region *region, const struct daxctl_layout *layout,
	enum daxctl_dev_mode mode, unsigned flags, struct daxctl_dev **dev);

/* Gives a disabled device of a dynamic region another size, alignment, or other ranges; what
 * @layout does not give stays. @flags: DRY_RUN. When a step fails, the device gets back the very
 * ranges that it had. Returns 0 or as daxctl_region_add_dev() does; -EBUSY too if the device is
 * enabled. */
int daxctl_dev_set_layout(
	struct daxctl_dev *dev, const struct daxctl_layout *layout, unsigned flags);

/*
 * Unbinds a device, gives it another layout (unless @layout is NULL) and brings it into @mode, in
 * one change: when a step fails, the device is as it was, in its former mode. @flags are those of
 * daxctl_dev_set_mode(); FORCE takes the memory offline before. Returns as both functions do.
 */
int daxctl_dev_remake(struct daxctl_dev *dev, const struct daxctl_layout *layout,
	enum daxctl_dev_mode mode, unsigned flags);

/* Stores in @range the physical addresses of a dynamic region, from /proc/iomem, or from the
 * ranges of its devices if these cover all of it. Returns 0, -ENOENT if neither shows them, or
 * -EACCES for users who may not read addresses. */
int daxctl_region_get_range(struct daxctl_region *region, struct daxctl_range *range);

/*
 * Frees the capacity of a device in a dynamic region and deletes the device. @flags: FORCE takes
 * its memory offline and disables it before, DRY_RUN. When a step fails, the device is as it was,
 * with the same ranges. @dev stays a valid pointer.
 *
 * Returns 0, 1 for the first device of a region (daxX.0), which the kernel keeps without a size,
 * or a negative errno: -EOPNOTSUPP if the region is not dynamic, -EBUSY if the device is enabled
 * (without FORCE) or its memory cannot be taken offline, -ESTALE if another process has replaced
 * the device.
 */
int daxctl_dev_destroy(struct daxctl_dev *dev, unsigned flags);

/* Returns 1 if the struct pages of the device's memory in system-ram mode (64 bytes for each page)
 * are kept on the device itself (attribute memmap_on_memory), 0 if in other memory, -EOPNOTSUPP on
 * kernels before 6.8, which have no such attribute, or another negative errno. */
int daxctl_dev_get_memmap_on_memory(struct daxctl_dev *dev);

/* Stores in @size the number of bytes of the device in whole memory blocks, which would be memory
 * in system-ram mode; the rest cannot be used in that mode. Returns 0 or a negative errno. */
int daxctl_dev_get_ram_size(struct daxctl_dev *dev, unsigned long long *size);

/* Returns 1 if the device has no driver but the kernel has memory at its addresses: driver kmem
 * was unbound while some of the memory was online, and the memory is lost until the next boot.
 * Returns 0 if not, or a negative errno: -EACCES for users who may not read physical addresses. */
int daxctl_dev_has_kept_memory(struct daxctl_dev *dev);

/* The numbers of a device's memory blocks: those that lie completely in it, those of them that are
 * online, and those online in ZONE_MOVABLE. */
struct daxctl_memory_counts {
	unsigned total, online, movable;
};
/* Stores the numbers in @counts. Returns 0, or a negative errno: -EACCES for users who may not
 * read physical addresses, -EOPNOTSUPP without memory hotplug. */
int daxctl_memory_get_counts(struct daxctl_memory *mem, struct daxctl_memory_counts *counts);

/*
 * Brings all memory blocks of a device into a state (attribute state of memory/memoryN), as
 * daxctl_memory_online(), daxctl_memory_online_no_movable() and daxctl_memory_offline() do.
 * @flags: with KEEP_GOING a block that cannot be changed does not stop the others, and nothing is
 * undone; with REZONE blocks that are online in another zone change too; with DRY_RUN nothing
 * changes.
 *
 * Returns the number of blocks that were in that state already, or a negative errno: -EBUSY if
 * pages in a block cannot be moved, -ENXIO if the device is not in system-ram mode, -EINTR if a
 * signal ended the change, -ESTALE if another process has replaced the device.
 */
enum daxctl_memory_state {
	DAXCTL_MEMORY_OFFLINE,
	DAXCTL_MEMORY_ONLINE_MOVABLE, /* in ZONE_MOVABLE */
	DAXCTL_MEMORY_ONLINE_KERNEL,  /* in a zone that the kernel may use for itself */
};
int daxctl_memory_change(struct daxctl_memory *mem, enum daxctl_memory_state to, unsigned flags);

/* @fn hears the progress of a change of memory blocks: before each block, and with @done equal to
 * @total at the end. A NULL @fn stops that. */
typedef void daxctl_progress_fn(struct daxctl_dev *dev, unsigned done, unsigned total, void *data);
void daxctl_set_progress_fn(struct daxctl_ctx *ctx, daxctl_progress_fn *fn, void *data);

/* Returns the bytes of a memory block (attribute memory/block_size_bytes), 0 if this kernel has no
 * memory hotplug. */
unsigned long long daxctl_get_memory_block_size(struct daxctl_ctx *ctx);

#ifdef __cplusplus
}
#endif

#endif
