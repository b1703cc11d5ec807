/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "mode.h"

/*
 * What the devices of a dynamic region are made of. The kernel gives a device capacity by size,
 * from where it finds some, or by range (attributes size and mapping), and only while no driver has
 * the device. It takes capacity away from the end of the last range.
 */
struct ranges {
	struct daxctl_range *list;
	size_t count;
};

static void ranges_deinit(struct ranges *ranges)
{
	free(ranges->list);
}

static int ranges_copy(struct ranges *ranges, const struct daxctl_range *list, size_t count)
{
	ranges->list = count ? malloc(count * sizeof(*list)) : NULL;
	if (count && !ranges->list)
		return -ENOMEM;
	ranges->count = count;
	if (count)
		memcpy(ranges->list, list, count * sizeof(*list));
	return 0;
}

static uint64_t range_size(const struct daxctl_range *range)
{
	return range->end - range->start + 1;
}

/* The ranges that a device has, in the order in which they follow each other in it. */
static int ranges_of(struct daxctl_dev *dev, struct ranges *ranges)
{
	struct daxctl_mapping *mapping;
	uint64_t size = 0, seen = 0;
	int err = object_u64(&dev->object, DEV_SIZE, &size);

	if (err)
		return err;
	dev->mapped = false;
	if (!daxctl_mapping_get_first(dev))
		return size ? -EACCES : 0;
	ranges->list = calloc(dev->mapping_count, sizeof(*ranges->list));
	if (!ranges->list)
		return -ENOMEM;
	daxctl_mapping_foreach (dev, mapping) {
		ranges->list[ranges->count++] = (struct daxctl_range){mapping->start, mapping->end};
		seen += mapping->end - mapping->start + 1;
	}
	return seen == size ? 0 : -EPROTO;
}

/* ---- steps ---- */

struct reshape {
	struct daxctl_dev **slot; /* @known, or a device that an earlier step makes */
	struct daxctl_dev *known;
	uint64_t size;		 /* to be written to size, or, */
	struct daxctl_range add; /* if it is no empty one, the range to be added */
	uint64_t size_before;
	struct ranges before;
};

static void reshape_release(void *data)
{
	struct reshape *reshape = data;

	ranges_deinit(&reshape->before);
	free(reshape);
}

static int resize_apply(void *data)
{
	struct reshape *reshape = data;

	return dev_set_size(*reshape->slot, reshape->size);
}

/* What grew gives back what it got, from the end; what shrank gets the very ranges that it had. */
static int resize_undo(void *data)
{
	struct reshape *reshape = data;
	struct daxctl_dev *dev = *reshape->slot;

	if (reshape->size >= reshape->size_before)
		return dev_set_size(dev, reshape->size_before);
	int err = reshape->size ? dev_set_size(dev, 0) : 0;
	for (size_t i = 0; !err && i < reshape->before.count; i++)
		err = dev_add_range(
			dev, reshape->before.list[i].start, reshape->before.list[i].end);
	return err;
}

static int add_range_apply(void *data)
{
	struct reshape *reshape = data;

	return dev_add_range(*reshape->slot, reshape->add.start, reshape->add.end);
}

static int add_range_undo(void *data)
{
	struct reshape *reshape = data;

	return dev_set_size(*reshape->slot, reshape->size_before);
}

/* A plan for one device: its steps know it by @slot, and people by @name. */
struct plan {
	struct txn *txn;
	struct daxctl_region *region;
	struct daxctl_dev **slot;
	const char *name;
	uint64_t size; /* that it has by now */
	struct ranges before;
};

static void plan_deinit(struct plan *plan)
{
	ranges_deinit(&plan->before);
}

static struct reshape *reshape_new(const struct plan *plan)
{
	struct reshape *reshape = calloc(1, sizeof(*reshape));

	if (!reshape)
		return NULL;
	reshape->slot = plan->slot;
	reshape->size_before = plan->size;
	return reshape;
}

static int plan_size(struct plan *plan, uint64_t size)
{
	struct reshape *reshape = reshape_new(plan);
	struct step step = {resize_apply, resize_undo, reshape_release, reshape};

	if (!reshape)
		return -ENOMEM;
	reshape->size = size;
	if (ranges_copy(&reshape->before, plan->before.list, plan->before.count)) {
		reshape_release(reshape);
		return -ENOMEM;
	}
	plan->size = size;
	return txn_add(plan->txn, step, "give %s a size of %" PRIu64 " bytes", plan->name, size);
}

static int plan_range(struct plan *plan, const struct daxctl_range *range)
{
	struct reshape *reshape = reshape_new(plan);
	struct step step = {add_range_apply, add_range_undo, reshape_release, reshape};

	if (!reshape)
		return -ENOMEM;
	reshape->add = *range;
	plan->size += range_size(range);
	return txn_add(plan->txn, step, "give %s the range %#llx-%#llx", plan->name, range->start,
		range->end);
}

struct realign {
	struct daxctl_dev **slot;
	unsigned long align, before;
};

static void hint_align(struct kernel *kernel)
{
	kernel_hint(kernel,
		"the sizes that the processor can map at once are possible: "
		"4K, 2M and 1G on x86");
}

static int realign_apply(void *data)
{
	struct realign *realign = data;
	int err = dev_set_align(*realign->slot, realign->align);

	if (err == -EINVAL)
		hint_align(dev_kernel(*realign->slot));
	return err;
}

static int realign_undo(void *data)
{
	struct realign *realign = data;

	return dev_set_align(*realign->slot, realign->before);
}

static int plan_align(struct plan *plan, unsigned long align, unsigned long before)
{
	struct realign *realign = malloc(sizeof(*realign));
	struct step step = {realign_apply, realign_undo, free, realign};

	if (!realign)
		return -ENOMEM;
	*realign = (struct realign){plan->slot, align, before};
	return txn_add(plan->txn, step, "align %s to %lu bytes", plan->name, align);
}

struct creation {
	struct daxctl_region *region;
	struct daxctl_dev **slot;
};

static int list_names(struct daxctl_region *region, struct names *names)
{
	return sysfs_list(region->folder, NULL, dev_is_name, names);
}

static bool has_name(const struct names *names, const char *wanted)
{
	names_foreach (names, name)
		if (strcmp(name, wanted) == 0)
			return true;
	return false;
}

/* The seed need not be the device that was made: it is the first of those that have never been
 * bound to a driver. */
static int create_apply(void *data)
{
	struct creation *creation = data;
	struct daxctl_region *region = creation->region;
	AUTO_NAMES struct names before = NAMES_INIT;
	AUTO_NAMES struct names after = NAMES_INIT;
	int err = list_names(region, &before);

	if (!err)
		err = daxctl_region_create_dev(region);
	if (!err)
		err = list_names(region, &after);
	if (err)
		return err;
	names_foreach (&after, name)
		if (!has_name(&before, name)) {
			*creation->slot = dev_get(region, name);
			return *creation->slot ? 0 : -ENOMEM;
		}
	return kernel_fail(region->ctx->kernel, ENXIO,
		"the kernel accepted the request for a device, but none appeared in region %d",
		region->id);
}

static int create_undo(void *data)
{
	struct creation *creation = data;

	return *creation->slot ? daxctl_region_destroy_dev(creation->region, *creation->slot) : 0;
}

static int plan_create(struct plan *plan, struct daxctl_region *region)
{
	struct creation *creation = malloc(sizeof(*creation));
	struct step step = {create_apply, create_undo, free, creation};

	if (!creation)
		return -ENOMEM;
	*creation = (struct creation){region, plan->slot};
	return txn_add(plan->txn, step, "create a device in region %d", region->id);
}

/* Capacity is found wherever some is free, whatever the alignment of the place. A mapping with
 * large pages of what lies askew would show other memory. */
static int verify_apply(void *data)
{
	struct realign *realign = data;
	struct daxctl_dev *dev = *realign->slot;
	struct daxctl_mapping *mapping;

	dev->mapped = false;
	daxctl_mapping_foreach (dev, mapping) {
		if (mapping->start % realign->align == 0)
			continue;
		kernel_fail(dev_kernel(dev), ENOSPC,
			"the free memory of region %d is not aligned to %lu bytes (%s would begin "
			"at "
			"%#" PRIx64 ")",
			dev->region->id, realign->align, dev->object.name, mapping->start);
		kernel_hint(
			dev_kernel(dev), "--input can name the ranges that a device is to have");
		return -ENOSPC;
	}
	return 0;
}

static int plan_verify(struct plan *plan, unsigned long align)
{
	struct realign *realign = malloc(sizeof(*realign));
	struct step step = {verify_apply, NULL, free, realign};

	if (!realign)
		return -ENOMEM;
	*realign = (struct realign){plan->slot, align, 0};
	return txn_add(plan->txn, step, "look whether %s lies at multiples of %lu bytes",
		plan->name, align);
}

static int delete_apply(void *data)
{
	struct daxctl_dev *dev = data;

	return daxctl_region_destroy_dev(dev->region, dev);
}

/* ---- what can be refused beforehand ---- */

static int check_dynamic(struct daxctl_region *region)
{
	struct kernel *kernel = region->ctx->kernel;

	if (daxctl_region_is_dynamic(region))
		return 0;
	kernel_fail(kernel, EOPNOTSUPP,
		"region %d is not dynamic: its device is as large as the namespace that it comes "
		"from",
		region->id);
	kernel_hint(kernel, "ndctl create-namespace and destroy-namespace change namespaces");
	return -EOPNOTSUPP;
}

static int check_align(struct kernel *kernel, unsigned long align)
{
	unsigned long page = sysconf(_SC_PAGESIZE);

	if (align && align >= page && (align & (align - 1)) == 0)
		return 0;
	kernel_fail(kernel, EINVAL,
		"%lu bytes are no alignment: it is a power of two, and not less than a page (%lu)",
		align, page);
	hint_align(kernel);
	return -EINVAL;
}

static int check_size(
	struct daxctl_region *region, uint64_t size, uint64_t available, unsigned long align)
{
	struct kernel *kernel = region->ctx->kernel;

	if (size > available) {
		kernel_fail(kernel, ENOSPC,
			"%" PRIu64 " bytes are wanted, and region %d has only %" PRIu64 " for it",
			size, region->id, available);
		kernel_hint(kernel, "daxctl list -RDi shows what has the others");
		return -ENOSPC;
	}
	uint64_t below = size - size % align, rest = available - below;
	if (below == size)
		return 0;
	kernel_fail(kernel, EINVAL,
		"%" PRIu64 " bytes are no multiple of the alignment (%lu bytes)", size, align);
	if (below && rest >= align)
		kernel_hint(
			kernel, "%" PRIu64 " or %" PRIu64 " bytes would be", below, below + align);
	else if (below || rest >= align)
		kernel_hint(kernel, "%" PRIu64 " bytes would be", below ?: align);
	return -EINVAL;
}

static bool overlap(const struct daxctl_range *a, const struct daxctl_range *b)
{
	return a->start <= b->end && b->start <= a->end;
}

/* Ranges of other devices in the region, so that the one in the way can be named. */
static int check_free(
	struct daxctl_region *region, struct daxctl_dev *self, const struct daxctl_range *range)
{
	struct daxctl_dev *dev;
	struct daxctl_mapping *mapping;

	daxctl_dev_foreach (region, dev) {
		if (dev == self)
			continue;
		dev->mapped = false;
		daxctl_mapping_foreach (dev, mapping) {
			struct daxctl_range taken = {mapping->start, mapping->end};
			if (overlap(range, &taken))
				return kernel_fail(region->ctx->kernel, EBUSY,
					"range %#llx-%#llx overlaps %#llx-%#llx, which %s has",
					range->start, range->end, taken.start, taken.end,
					dev->object.name);
		}
	}
	return 0;
}

/* @has: what is known of the addresses of @region. */
static int check_range(struct kernel *kernel, const struct daxctl_region *region,
	const struct daxctl_range *has, const struct daxctl_range *range, unsigned long align)
{
	if (range->end < range->start)
		return kernel_fail(kernel, EINVAL, "range %#llx-%#llx ends before it starts",
			range->start, range->end);
	if (range->start % align || (range->end + 1) % align)
		return kernel_fail(kernel, EINVAL,
			"range %#llx-%#llx does not start and end at multiples of the alignment "
			"(%lu bytes)",
			range->start, range->end, align);
	if (range->start < has->start || range->end > has->end)
		return kernel_fail(kernel, EINVAL,
			"range %#llx-%#llx is not within region %d (%#llx-%#llx)", range->start,
			range->end, region->id, has->start, has->end);
	return 0;
}

static int check_ranges(struct daxctl_region *region, struct daxctl_dev *self,
	const struct daxctl_layout *layout, unsigned long align, uint64_t *total)
{
	struct kernel *kernel = region->ctx->kernel;
	struct daxctl_range has;

	*total = 0;
	/* Without a device in it, it may be a guess. */
	if (daxctl_region_get_range(region, &has) || !region_has_device_in(region, &has))
		has = (struct daxctl_range){0, ULLONG_MAX};
	for (size_t i = 0; i < layout->range_count; i++) {
		const struct daxctl_range *range = &layout->ranges[i];
		int err = check_range(kernel, region, &has, range, align);
		for (size_t j = 0; !err && j < i; j++)
			if (overlap(range, &layout->ranges[j]))
				err = kernel_fail(kernel, EINVAL,
					"ranges %#llx-%#llx and %#llx-%#llx overlap",
					layout->ranges[j].start, layout->ranges[j].end,
					range->start, range->end);
		if (!err)
			err = check_free(region, self, range);
		if (err)
			return err;
		*total += range_size(range);
	}
	return 0;
}

/* ---- the changes ---- */

/* Of its devices, unless they say otherwise. Only root may read it. */
static int region_align(struct daxctl_region *region, unsigned long *align)
{
	errno = 0;
	*align = daxctl_region_get_align(region);
	if (*align)
		return 0;
	int error = errno;
	if (error <= 0)
		error = EPROTO;
	kernel_fail(region->ctx->kernel, error, "the alignment of region %d cannot be read: %s",
		region->id, strerror(error));
	return -error;
}

static int plan_layout(struct plan *plan, const struct daxctl_layout *layout)
{
	int err = 0;

	if (!(layout->given & DAXCTL_LAYOUT_RANGES))
		return layout->given & DAXCTL_LAYOUT_SIZE && layout->size != plan->size
			? plan_size(plan, layout->size)
			: 0;
	if (plan->size)
		err = plan_size(plan, 0);
	for (size_t i = 0; !err && i < layout->range_count; i++)
		err = plan_range(plan, &layout->ranges[i]);
	return err;
}

/* The kernel checks the alignment of what a device has against each new size, and each new
 * alignment against the sizes: the finer one of both alignments is to be in force. */
static int plan_change(struct plan *plan, const struct daxctl_layout *layout, unsigned long before)
{
	bool realign = layout->given & DAXCTL_LAYOUT_ALIGN && layout->align != before;
	bool first = realign && (layout->align < before || !plan->size);
	unsigned long align = realign ? layout->align : before;
	int err = first ? plan_align(plan, layout->align, before) : 0;

	if (!err)
		err = plan_layout(plan, layout);
	if (!err && plan->size && align > daxctl_region_get_align(plan->region))
		err = plan_verify(plan, align);
	if (!err && realign && !first)
		err = plan_align(plan, layout->align, before);
	return err;
}

/* Fills in what the caller left to us, and refuses what cannot be. @available: what the device may
 * have in all. */
static int complete(struct daxctl_region *region, struct daxctl_dev *self,
	struct daxctl_layout *layout, unsigned long align, uint64_t available)
{
	uint64_t size = layout->size;
	int err = layout->given & DAXCTL_LAYOUT_ALIGN
		? check_align(region->ctx->kernel, layout->align)
		: 0;

	if (err)
		return err;
	if (layout->given & DAXCTL_LAYOUT_ALIGN)
		align = layout->align;
	if (layout->given & DAXCTL_LAYOUT_RANGES) {
		err = check_ranges(region, self, layout, align, &size);
		if (!err && layout->given & DAXCTL_LAYOUT_SIZE && size != layout->size)
			err = kernel_fail(region->ctx->kernel, EINVAL,
				"the ranges have %" PRIu64 " bytes in all, not the size of %llu",
				size, layout->size);
	}
	return err ?: check_size(region, size, available, align);
}

static bool idle(struct daxctl_dev *dev)
{
	uint64_t size;

	object_refresh(&dev->object);
	return object_u64(&dev->object, DEV_SIZE, &size) == 0 && !size &&
		!daxctl_dev_is_enabled(dev);
}

/* As much as there is, in multiples of the alignment. */
static void want_all(struct daxctl_layout *layout, unsigned long align, uint64_t available)
{
	if (layout->given & DAXCTL_LAYOUT_ALIGN)
		align = layout->align;
	layout->given |= DAXCTL_LAYOUT_SIZE;
	layout->size = align ? available - available % align : available;
}

static int check_creation(struct daxctl_region *region, struct daxctl_layout *layout,
	unsigned long align, enum daxctl_dev_mode mode)
{
	struct kernel *kernel = region->ctx->kernel;
	uint64_t available = daxctl_region_get_available_size(region);

	if (!available) {
		kernel_fail(kernel, ENOSPC, "region %d has no memory left", region->id);
		kernel_hint(kernel,
			"daxctl list -RDi shows what has it; 'daxctl reconfigure-device "
			"-s SIZE' makes a disabled device smaller");
		return -ENOSPC;
	}
	if (!(layout->given & (DAXCTL_LAYOUT_SIZE | DAXCTL_LAYOUT_RANGES)))
		want_all(layout, align, available);
	int err = complete(region, NULL, layout, align, available);
	if (!err && !layout->size && !layout->range_count)
		err = kernel_fail(kernel, EINVAL, "0 bytes are no size for a device");
	return err ?: mode_check_driver(kernel, mode);
}

/* What a device is to be used as. */
struct use {
	enum daxctl_dev_mode mode;
	unsigned flags;
};

/* @align: of new devices. */
static int plan_creation(struct txn *txn, struct daxctl_region *region,
	struct daxctl_layout *layout, unsigned long align, const struct use *use,
	struct daxctl_dev **slot)
{
	/* One that someone else has left without a size will do. */
	struct daxctl_dev *seed = daxctl_region_get_dev_seed(region);
	if (seed && idle(seed))
		*slot = seed;
	CLEANUP(plan_deinit)
	struct plan plan = {
		.txn = txn,
		.region = region,
		.slot = slot,
		.name = *slot ? (*slot)->object.name : "the new device",
	};
	int err = *slot ? 0 : plan_create(&plan, region);
	if (*slot && !(layout->given & DAXCTL_LAYOUT_ALIGN)) {
		layout->given |= DAXCTL_LAYOUT_ALIGN;
		layout->align = align;
	}
	if (!err)
		err = plan_change(&plan, layout, *slot ? daxctl_dev_get_align(*slot) : align);
	return err ?: mode_plan_use(txn, slot, plan.name, use->mode, use->flags);
}

static int check_mode(struct kernel *kernel, enum daxctl_dev_mode mode)
{
	return mode >= 0 && mode < DAXCTL_DEV_MODE_END
		? 0
		: kernel_fail(kernel, EINVAL, "there is no mode number %d", (int)mode);
}

EXPORT int daxctl_region_make_dev(struct daxctl_region *region, const struct daxctl_layout *layout,
	enum daxctl_dev_mode mode, unsigned flags, struct daxctl_dev **dev)
{
	struct kernel *kernel = region->ctx->kernel;
	const struct use use = {mode, flags};
	struct daxctl_layout wanted = *layout;
	struct daxctl_dev *slot = NULL;
	unsigned long align = 0;
	AUTO_TXN struct txn *txn = NULL;

	kernel_clear_error(kernel);
	int err = check_dynamic(region) ?: check_mode(kernel, mode);
	if (!err)
		err = ctx_txn(region->ctx, &txn);
	if (!err)
		err = region_lock(region, txn);
	object_refresh(&region->object);
	if (!err)
		err = region_align(region, &align);
	if (!err)
		err = check_creation(region, &wanted, align, mode);
	if (!err)
		err = plan_creation(txn, region, &wanted, align, &use, &slot);
	if (!err)
		err = txn_run(txn);
	if (err)
		return kernel_fail_while(kernel, err, "no device can be created");
	*dev = slot;
	return 0;
}

EXPORT int daxctl_region_add_dev(
	struct daxctl_region *region, const struct daxctl_layout *layout, struct daxctl_dev **dev)
{
	return daxctl_region_make_dev(region, layout, DAXCTL_DEV_MODE_DEVDAX, 0, dev);
}

/* @wanted is what the device is to be; what it is, is in @plan. */
static int set_layout(struct daxctl_dev *dev, struct plan *plan, struct daxctl_layout *wanted)
{
	struct daxctl_region *region = dev->region;
	struct kernel *kernel = dev_kernel(dev);
	unsigned long align = daxctl_dev_get_align(dev);
	int err = ranges_of(dev, &plan->before);

	if (!align && !err)
		err = -EPROTO;
	if (err)
		return kernel_fail(kernel, -err, "its ranges cannot be read: %s", strerror(-err));
	plan->size = daxctl_dev_get_size(dev);
	if (!(wanted->given & (DAXCTL_LAYOUT_SIZE | DAXCTL_LAYOUT_RANGES)))
		wanted->size = plan->size;
	uint64_t available = plan->size + daxctl_region_get_available_size(region);
	err = complete(region, dev, wanted, align, available);
	return err ?: plan_change(plan, wanted, align);
}

static int check_disabled(struct daxctl_dev *dev)
{
	struct kernel *kernel = dev_kernel(dev);
	const char *driver = dev_driver(dev);

	if (!driver)
		return 0;
	kernel_fail(kernel, EBUSY, "it is enabled (driver %s)", driver);
	kernel_hint(kernel, "daxctl disable-device %s comes before it", dev->object.name);
	return -EBUSY;
}

/* What a device is to be. */
struct wish {
	struct daxctl_layout layout;
	struct use use;
};

typedef int plan_fn(struct plan *plan, struct daxctl_dev *dev, struct wish *wish);

/* @done is for the sentence: "dax0.1: cannot be @done". */
static int change_dev(
	struct daxctl_dev *dev, plan_fn *add_steps, struct wish *wish, const char *done)
{
	AUTO_TXN struct txn *txn = NULL;
	struct daxctl_dev *slot = dev;

	int err = dev_begin(dev, &txn);
	CLEANUP(plan_deinit)
	struct plan plan = {
		.txn = txn,
		.region = dev->region,
		.slot = &slot,
		.name = dev->object.name,
	};
	if (!err)
		err = add_steps(&plan, dev, wish);
	if (!err)
		err = wish->use.flags & DAXCTL_CHANGE_DRY_RUN ? txn_describe(txn) : txn_run(txn);
	return err ? kernel_fail_while(
			     dev_kernel(dev), err, "%s: cannot be %s", dev->object.name, done)
		   : 0;
}

static int plan_resize(struct plan *plan, struct daxctl_dev *dev, struct wish *wish)
{
	int err = check_dynamic(dev->region);

	if (!err)
		err = check_disabled(dev);
	return err ?: set_layout(dev, plan, &wish->layout);
}

EXPORT int daxctl_dev_set_layout(
	struct daxctl_dev *dev, const struct daxctl_layout *layout, unsigned flags)
{
	struct wish wish = {*layout, {.flags = flags}};

	return change_dev(dev, plan_resize, &wish, "changed");
}

static int plan_remake(struct plan *plan, struct daxctl_dev *dev, struct wish *wish)
{
	const struct use *use = &wish->use;
	int err = check_mode(dev_kernel(dev), use->mode);

	if (!err && wish->layout.given)
		err = check_dynamic(dev->region);
	if (!err)
		err = mode_check_driver(dev_kernel(dev), use->mode);
	if (!err)
		err = mode_plan_leave(plan->txn, dev, use->flags);
	if (!err && wish->layout.given)
		err = set_layout(dev, plan, &wish->layout);
	return err ?: mode_plan_use(plan->txn, plan->slot, plan->name, use->mode, use->flags);
}

EXPORT int daxctl_dev_remake(struct daxctl_dev *dev, const struct daxctl_layout *layout,
	enum daxctl_dev_mode mode, unsigned flags)
{
	struct wish wish = {.use = {mode, flags}};

	if (layout)
		wish.layout = *layout;
	return change_dev(dev, plan_remake, &wish, "changed");
}

static int plan_destroy(struct plan *plan, struct daxctl_dev *dev, struct wish *wish)
{
	int err = check_dynamic(dev->region);

	if (!err && !(wish->use.flags & DAXCTL_CHANGE_FORCE))
		err = check_disabled(dev);
	if (!err)
		err = ranges_of(dev, &plan->before);
	if (!err)
		err = mode_plan_leave(plan->txn, dev, wish->use.flags);
	plan->size = daxctl_dev_get_size(dev);
	if (!err && plan->size)
		err = plan_size(plan, 0);
	if (!err && dev->id > 0)
		err = txn_add(plan->txn, (struct step){delete_apply, NULL, NULL, dev}, "delete %s",
			dev->object.name);
	return err;
}

EXPORT int daxctl_dev_destroy(struct daxctl_dev *dev, unsigned flags)
{
	struct wish wish = {.use = {.flags = flags}};

	return change_dev(dev, plan_destroy, &wish, "destroyed") ?: dev->id == 0;
}
