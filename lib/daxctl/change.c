/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <kernel/mapper.h>
#include <stdio.h>
#include <string.h>

#include "bind.h"
#include "layout.h"
#include "memory.h"
#include "mode.h"
#include "ram.h"

/*
 * The only planner of changes to a dax device: its mode, its layout, or both. A struct dev_change
 * says what the caller wants; change_plan() makes all checks and the list of steps.
 */
struct dev_change {
	struct daxctl_layout layout; /* members that are not given stay as they are */
	/* UNKNOWN: unbind, and leave without a driver */
	enum daxctl_dev_mode mode;
	unsigned flags, known_flags;
	bool rebind;	       /* unbind first, even if the mode stays the same */
	bool must_be_disabled; /* refuse a device that has a driver */
	bool destroy;	       /* free its capacity and delete it */
};

/* Flags that the public functions accept (enum daxctl_change_flags). */
#define MODE_FLAGS                                                                                 \
	(DAXCTL_CHANGE_FORCE | DAXCTL_CHANGE_NO_ONLINE | DAXCTL_CHANGE_NO_MOVABLE |                \
		DAXCTL_CHANGE_DRY_RUN | DAXCTL_CHANGE_KEEP_GOING | DAXCTL_CHANGE_MEMMAP_HERE |     \
		DAXCTL_CHANGE_MEMMAP_ELSEWHERE | DAXCTL_CHANGE_REZONE)
#define LAYOUT_FLAGS  DAXCTL_CHANGE_DRY_RUN
#define DESTROY_FLAGS (DAXCTL_CHANGE_FORCE | DAXCTL_CHANGE_DRY_RUN)

#define LAYOUT_GIVEN (DAXCTL_LAYOUT_SIZE | DAXCTL_LAYOUT_ALIGN | DAXCTL_LAYOUT_RANGES)

static int check_change(struct kernel *kernel, const struct dev_change *change)
{
	int err = kernel_check_flags(kernel, change->flags, change->known_flags);

	if (err)
		return err;
	if (change->layout.given & ~LAYOUT_GIVEN)
		return kernel_fail(kernel, EINVAL,
			"invalid layout: unknown bits %#x in member given (allowed: %#x)",
			change->layout.given & ~LAYOUT_GIVEN, LAYOUT_GIVEN);
	return 0;
}

static int check_mode_number(struct kernel *kernel, enum daxctl_dev_mode mode)
{
	if (mode_find(mode))
		return 0;
	return kernel_fail(kernel, EINVAL, "invalid mode number %d: must be 0 to %d", mode,
		DAXCTL_DEV_MODE_END - 1);
}

/* What a device is bound to, read once: a driver that cannot be read a moment later must not look
 * like none. */
struct dev_bound {
	char driver[64]; /* "": none */
	enum daxctl_dev_mode mode;
};

static int read_bound(struct daxctl_dev *dev, struct dev_bound *bound)
{
	const char *driver;
	int has = dev_read_driver(dev, &driver);

	*bound = (struct dev_bound){.mode = mode_of_driver(driver ?: "")};
	if (has < 0)
		return has;
	snprintf(bound->driver, sizeof(bound->driver), "%s", driver ?: "");
	return 0;
}

static int check_disabled(struct daxctl_dev *dev, const struct dev_bound *bound)
{
	struct kernel *kernel = dev_kernel(dev);

	if (!*bound->driver)
		return 0;
	kernel_fail(kernel, EBUSY, "the device is enabled (driver %s)", bound->driver);
	kernel_hint(kernel, "daxctl disable-device %s", dev->object.name);
	return -EBUSY;
}

static int check_transition(struct daxctl_dev *dev, int now, int to)
{
	if (now != DAXCTL_DEV_MODE_RAM || to != DAXCTL_DEV_MODE_FAMFS)
		return 0;
	kernel_fail(dev_kernel(dev), EBUSY, "the device is in system-ram mode");
	kernel_hint(
		dev_kernel(dev), "daxctl reconfigure-device --mode devdax %s", dev->object.name);
	return -EBUSY;
}

/* Check what the mode requires of the kernel, whatever the device. */
static int check_kernel(struct daxctl_ctx *ctx, const struct dev_change *change)
{
	int err = change->mode == DAXCTL_DEV_MODE_RAM ? ram_check_kernel(ctx) : 0;

	return err ?: bind_check_driver(ctx, change->mode, change->flags & DAXCTL_CHANGE_DRY_RUN);
}

/* Store in @usable how many bytes of a device with @layout would lie in whole memory blocks.
 * Capacity that is requested by size may lie anywhere: assume the best place. */
static int usable_bytes(struct shape *shape, const struct daxctl_layout *layout, uint64_t *usable)
{
	struct daxctl_ctx *ctx = shape->region->ctx;
	unsigned long long size = 0;

	if (layout->given & DAXCTL_LAYOUT_RANGES)
		return blocks_bytes_in(ctx, layout->ranges, layout->range_count, usable);
	if (layout->given & DAXCTL_LAYOUT_SIZE || !*shape->slot) {
		*usable = shape->size - shape->size % daxctl_get_memory_block_size(ctx);
		return 0;
	}
	int err = daxctl_dev_get_ram_size(*shape->slot, &size);
	*usable = size;
	return err ? kernel_fail(ctx->kernel, -err, "cannot read the address of the device: %s",
			     strerror(-err))
		   : 0;
}

/* Check that the device has enough capacity for @mode after the steps planned so far. */
static int check_ram_capacity(struct shape *shape, const struct daxctl_layout *layout, int mode)
{
	struct kernel *kernel = shape->region->ctx->kernel;
	uint64_t usable = 0;

	if (!shape->size) {
		kernel_fail(kernel, ENXIO, "the device has no capacity");
		kernel_hint(kernel, "daxctl reconfigure-device --size SIZE %s", shape->name);
		return -ENXIO;
	}
	if (mode != DAXCTL_DEV_MODE_RAM)
		return 0;
	int err = usable_bytes(shape, layout, &usable);
	return err ?: ram_check_blocks(shape->region->ctx, shape->size, usable);
}

static int plan_unbind(
	struct txn *txn, struct daxctl_dev *dev, const struct dev_bound *bound, unsigned flags)
{
	struct kernel *kernel = dev_kernel(dev);
	enum daxctl_dev_mode mode = bound->mode;
	int err = 0;

	if (!*bound->driver)
		return ram_check_returned(dev);
	if (mode == DAXCTL_DEV_MODE_UNKNOWN)
		return kernel_fail(kernel, EBUSY,
			"the device is bound to driver %s, which belongs to no mode",
			bound->driver);
	if (mode == DAXCTL_DEV_MODE_DEVDAX)
		err = mapper_check(kernel, dev->object.name, daxctl_dev_get_major(dev),
			daxctl_dev_get_minor(dev));
	if (mode == DAXCTL_DEV_MODE_RAM) {
		err = ram_check_offline(dev, flags);
		if (!err && flags & DAXCTL_CHANGE_FORCE)
			err = memory_add_change(txn, dev, BLOCK_OFFLINE, flags, NULL);
	}
	return err ?: bind_plan_unbind(txn, dev, mode_find(mode));
}

static int plan_bind(struct shape *shape, const struct dev_change *change)
{
	int err = 0;

	if (change->mode == DAXCTL_DEV_MODE_RAM)
		err = ram_plan_memmap(shape->txn, shape->slot, shape->name, change->flags);
	return err ?: bind_plan_bind(shape->txn, shape->slot, shape->name, mode_find(change->mode));
}

static int plan_online(struct shape *shape, const struct dev_change *change)
{
	if (change->mode != DAXCTL_DEV_MODE_RAM || change->flags & DAXCTL_CHANGE_NO_ONLINE)
		return 0;
	return memory_add_change_at(shape->txn, shape->slot, shape->name,
		change->flags & DAXCTL_CHANGE_NO_MOVABLE ? BLOCK_KERNEL : BLOCK_MOVABLE,
		change->flags & DAXCTL_CHANGE_REZONE, NULL);
}

/* Check what the mode to be requires, as far as that is known before the layout is. */
static int check_new_mode(
	struct shape *shape, struct daxctl_dev *dev, const struct dev_change *change)
{
	struct daxctl_ctx *ctx = dev->region->ctx;
	int err = object_u64(&dev->object, DEV_SIZE, &shape->size);

	if (change->mode == DAXCTL_DEV_MODE_UNKNOWN)
		return 0;
	if (err)
		return kernel_fail(ctx->kernel, -err, "cannot read the size of the device: %s",
			strerror(-err));
	if (change->mode == DAXCTL_DEV_MODE_RAM)
		err = ram_check_kernel(ctx) ?: ram_check_node(dev);
	/* Check the capacity before loading a module, which would be loaded in vain. */
	if (!err && !change->layout.given)
		err = check_ram_capacity(shape, &change->layout, change->mode);
	return err ?: check_kernel(ctx, change);
}

/* Make every check before the first step, so that a refused device keeps its mode. */
static int plan_rebind(struct shape *shape, struct daxctl_dev *dev, const struct dev_bound *bound,
	struct dev_change *change)
{
	bool reshapes = change->layout.given;
	int err = check_new_mode(shape, dev, change)
		?: plan_unbind(shape->txn, dev, bound, change->flags);

	if (err)
		return err;
	err = reshapes ? layout_plan_change(shape, dev, &change->layout) : 0;
	if (err || change->mode == DAXCTL_DEV_MODE_UNKNOWN)
		return err;
	err = reshapes ? check_ram_capacity(shape, &change->layout, change->mode) : 0;
	return err ?: plan_bind(shape, change);
}

/* Check what can be said of the change before any plan. */
static int check_dev_state(
	struct daxctl_dev *dev, const struct dev_bound *bound, const struct dev_change *change)
{
	int err = change->must_be_disabled ? check_disabled(dev, bound) : 0;

	err = err ?: check_transition(dev, bound->mode, change->mode);
	if (err || change->mode != DAXCTL_DEV_MODE_RAM)
		return err;
	return ram_check_policy(dev->region->ctx, change->flags);
}

static int change_plan(struct shape *shape, struct daxctl_dev *dev, struct dev_change *change)
{
	struct dev_bound bound;
	enum daxctl_dev_mode to = change->mode;
	int err = change->layout.given ? layout_check_dynamic(dev->region) : 0;

	err = err ?: read_bound(dev, &bound);
	err = err ?: check_dev_state(dev, &bound, change);
	if (err)
		return err;
	if (bound.mode != to || to == DAXCTL_DEV_MODE_UNKNOWN || change->rebind ||
		change->layout.given)
		err = plan_rebind(shape, dev, &bound, change);
	else if (to == DAXCTL_DEV_MODE_RAM)
		err = ram_check_memmap_stays(dev, change->flags);
	else if (!txn_is_dry_run(shape->txn))
		/* Callers expect that only root succeeds, though there is nothing to do. */
		err = txn_check_locked(shape->txn);
	err = err ?: plan_online(shape, change);
	/* The kernel does not delete the first device of a region. */
	if (err || !change->destroy || dev->id == 0)
		return err;
	return shape_plan_delete(shape, dev);
}

/* Begin a transaction, lock the device's region and read the device anew. */
static int change_begin(struct daxctl_dev *dev, const struct dev_change *change, struct txn **txn)
{
	struct kernel *kernel = dev_kernel(dev);

	kernel_clear_error(kernel);
	int err = dax_ctx_txn(dev->region->ctx, txn) ?: dax_region_lock(dev->region, *txn);
	if (err)
		return err;
	txn_set_dry_run(*txn, change->flags & DAXCTL_CHANGE_DRY_RUN);
	return dev_renew(dev);
}

/* @what completes the sentence "dax0.1: cannot @what". */
static int change_dev(struct daxctl_dev *dev, struct dev_change *change, const char *what)
{
	AUTO_TXN struct txn *txn = NULL;
	struct daxctl_dev *slot = dev;
	int err = check_change(dev_kernel(dev), change) ?: change_begin(dev, change, &txn);

	CLEANUP(shape_deinit)
	struct shape shape = {
		.txn = txn,
		.region = dev->region,
		.slot = &slot,
		.name = dev->object.name,
	};
	err = err ?: change_plan(&shape, dev, change) ?: txn_run(txn);
	return err
		? kernel_fail_while(dev_kernel(dev), err, "%s: cannot %s", dev->object.name, what)
		: 0;
}

static int change_mode(struct daxctl_dev *dev, struct dev_change *change)
{
	char what[64];

	if (check_mode_number(dev_kernel(dev), change->mode))
		return kernel_fail_while(dev_kernel(dev), -EINVAL, "%s", dev->object.name);
	snprintf(what, sizeof(what), "become %s", mode_find(change->mode)->name);
	return change_dev(dev, change, what);
}

EXPORT int daxctl_dev_set_mode(struct daxctl_dev *dev, enum daxctl_dev_mode mode, unsigned flags)
{
	if (!dev)
		return -EINVAL;
	struct dev_change change = {.mode = mode, .flags = flags, .known_flags = MODE_FLAGS};

	return change_mode(dev, &change);
}

EXPORT int daxctl_dev_remake(struct daxctl_dev *dev, const struct daxctl_layout *layout,
	enum daxctl_dev_mode mode, unsigned flags)
{
	if (!dev)
		return -EINVAL;
	struct dev_change change = {
		.mode = mode,
		.flags = flags,
		.known_flags = MODE_FLAGS,
		.rebind = true,
	};

	if (layout)
		change.layout = *layout;
	return change_mode(dev, &change);
}

static int enable_dev(struct daxctl_dev *dev, int mode)
{
	int bound = dev_has_driver(dev);

	if (bound < 0)
		return kernel_fail_while(
			dev_kernel(dev), bound, "%s: cannot be enabled", dev->object.name);
	/* Accept any driver: callers expect success for a device that is enabled. */
	if (bound)
		return 0;
	return daxctl_dev_set_mode(dev, mode, DAXCTL_CHANGE_NO_ONLINE | DAXCTL_CHANGE_FORCE);
}

EXPORT int daxctl_dev_enable_devdax(struct daxctl_dev *dev)
{
	return enable_dev(dev, DAXCTL_DEV_MODE_DEVDAX);
}

EXPORT int daxctl_dev_enable_ram(struct daxctl_dev *dev)
{
	return enable_dev(dev, DAXCTL_DEV_MODE_RAM);
}

EXPORT int daxctl_dev_enable_famfs(struct daxctl_dev *dev)
{
	return enable_dev(dev, DAXCTL_DEV_MODE_FAMFS);
}

EXPORT int daxctl_dev_disable(struct daxctl_dev *dev)
{
	struct dev_change change = {.mode = DAXCTL_DEV_MODE_UNKNOWN};

	return change_dev(dev, &change, "be disabled");
}

EXPORT int daxctl_dev_set_layout(
	struct daxctl_dev *dev, const struct daxctl_layout *layout, unsigned flags)
{
	if (!dev || !layout)
		return -EINVAL;
	struct dev_change change = {
		.layout = *layout,
		.mode = DAXCTL_DEV_MODE_UNKNOWN,
		.flags = flags,
		.known_flags = LAYOUT_FLAGS,
		.must_be_disabled = true,
	};

	return change_dev(dev, &change, "be changed");
}

EXPORT int daxctl_dev_destroy(struct daxctl_dev *dev, unsigned flags)
{
	if (!dev)
		return -EINVAL;
	struct dev_change change = {
		.layout = {.given = DAXCTL_LAYOUT_SIZE},
		.mode = DAXCTL_DEV_MODE_UNKNOWN,
		.flags = flags,
		.known_flags = DESTROY_FLAGS,
		.must_be_disabled = !(flags & DAXCTL_CHANGE_FORCE),
		.destroy = true,
	};

	return change_dev(dev, &change, "be destroyed") ?: dev->id == 0;
}

/* @align: the alignment that a new device gets without being asked. */
static int plan_creation(struct shape *shape, struct dev_change *change, unsigned long align)
{
	struct daxctl_layout *layout = &change->layout;
	/* Reuse an existing zero-size device. */
	struct daxctl_dev *seed = daxctl_region_get_dev_seed(shape->region);
	int err = 0;

	if (seed && layout_is_idle(seed)) {
		*shape->slot = seed;
		shape->name = seed->object.name;
		if (!(layout->given & DAXCTL_LAYOUT_ALIGN)) {
			layout->given |= DAXCTL_LAYOUT_ALIGN;
			layout->align = align;
		}
		align = daxctl_dev_get_align(seed);
		if (change->mode == DAXCTL_DEV_MODE_RAM)
			err = ram_check_node(seed);
	} else {
		err = shape_plan_create(shape, shape->region);
	}
	if (err)
		return err;
	err = layout_plan_steps(shape, layout, align)
		?: check_ram_capacity(shape, layout, change->mode);
	if (err)
		return err;
	return plan_bind(shape, change) ?: plan_online(shape, change);
}

static int check_creation(struct daxctl_region *region, const struct dev_change *change)
{
	int err = layout_check_dynamic(region)
		?: check_mode_number(region->ctx->kernel, change->mode);

	return err ?: check_kernel(region->ctx, change);
}

static int plan_create_dev(struct txn *txn, struct daxctl_region *region, struct dev_change *change,
	struct daxctl_dev **slot)
{
	unsigned long align = 0;
	CLEANUP(shape_deinit)
	struct shape shape = {
		.txn = txn,
		.region = region,
		.slot = slot,
		.name = "the new device",
	};

	txn_set_dry_run(txn, change->flags & DAXCTL_CHANGE_DRY_RUN);
	int err = dax_region_lock(region, txn) ?: region_renew(region);
	if (err)
		return err;
	err = layout_region_align(region, &align)
		?: layout_check_creation(region, &change->layout, align);
	if (err)
		return err;
	return plan_creation(&shape, change, align) ?: txn_run(txn);
}

EXPORT int daxctl_region_make_dev(struct daxctl_region *region, const struct daxctl_layout *layout,
	enum daxctl_dev_mode mode, unsigned flags, struct daxctl_dev **dev)
{
	if (!region || !layout || !dev)
		return -EINVAL;
	struct kernel *kernel = region->ctx->kernel;
	struct dev_change change = {
		.layout = *layout,
		.mode = mode,
		.flags = flags,
		.known_flags = MODE_FLAGS,
	};
	struct daxctl_dev *slot = NULL;
	AUTO_TXN struct txn *txn = NULL;

	kernel_clear_error(kernel);
	int err = check_change(kernel, &change) ?: check_creation(region, &change);
	err = err ?: dax_ctx_txn(region->ctx, &txn) ?: plan_create_dev(txn, region, &change, &slot);
	if (err)
		return kernel_fail_while(kernel, err, "cannot create a device");
	*dev = flags & DAXCTL_CHANGE_DRY_RUN ? NULL : slot;
	return 0;
}

EXPORT int daxctl_region_add_dev(
	struct daxctl_region *region, const struct daxctl_layout *layout, struct daxctl_dev **dev)
{
	return daxctl_region_make_dev(region, layout, DAXCTL_DEV_MODE_DEVDAX, 0, dev);
}
