/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "layout.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

/* The steps that change the layout of a device in a dynamic region. */

/* Read the ranges of a device, in the order of their offsets in it. */
int ranges_of(struct daxctl_dev *dev, struct ranges *ranges)
{
	struct daxctl_mapping *mapping;
	uint64_t size = 0, seen = 0;
	int err = object_u64(&dev->object, DEV_SIZE, &size);

	if (err)
		return err;
	dev->mapped = false;
	if (!daxctl_mapping_get_first(dev))
		return dev->mapping_error ?: size ? -EACCES : 0;
	ranges->list = calloc(dev->mapping_count, sizeof(*ranges->list));
	if (!ranges->list)
		return -ENOMEM;
	daxctl_mapping_foreach (dev, mapping) {
		ranges->list[ranges->count++] = (struct daxctl_range){mapping->start, mapping->end};
		seen += mapping->end - mapping->start + 1;
	}
	return seen == size ? 0 : -EPROTO;
}

struct reshape {
	struct daxctl_dev **slot; /* @known, or the device that an earlier step creates */
	struct daxctl_dev *known;
	uint64_t size;		 /* to write to attribute size, or, */
	struct daxctl_range add; /* unless it is empty, the range to add */
	uint64_t size_before;
	struct ranges before;
};

static void reshape_release(void *data)
{
	struct reshape *reshape = data;

	ranges_deinit(&reshape->before);
	free(reshape);
}

/* -EBUSY if @dev has another size than @expected: another program has changed it. */
static int shape_check_size(struct daxctl_dev *dev, uint64_t expected)
{
	struct kernel *kernel = dev_kernel(dev);
	uint64_t size = 0;

	object_invalidate(&dev->object);
	int err = object_u64(&dev->object, DEV_SIZE, &size);
	if (err)
		return kernel_fail(kernel, -err, "cannot read the size of %s: %s", dev->object.name,
			strerror(-err));
	if (size == expected)
		return 0;
	return expected
		? kernel_fail(kernel, EBUSY, "another program has changed the size of %s since",
			  dev->object.name)
		: kernel_fail(kernel, EBUSY, "another program gave %s a size at the same time",
			  dev->object.name);
}

/* Check that a device that had no size still has none: any program may use such a device. */
static int check_untouched(const struct reshape *reshape)
{
	return reshape->size_before ? 0 : shape_check_size(*reshape->slot, 0);
}

static int resize_apply(void *data)
{
	struct reshape *reshape = data;
	int err = check_untouched(reshape);

	return err ?: dev_set_size(*reshape->slot, reshape->size);
}

/* Shrink a device that grew: the kernel takes capacity from the end. Give a device that shrank the
 * very ranges that it had. Leave a device that another program has resized since. */
static int resize_undo(void *data)
{
	struct reshape *reshape = data;
	struct daxctl_dev *dev = *reshape->slot;
	int err = shape_check_size(dev, reshape->size);

	if (err)
		return err;
	if (reshape->size >= reshape->size_before)
		return dev_set_size(dev, reshape->size_before);
	err = reshape->size ? dev_set_size(dev, 0) : 0;
	for (size_t i = 0; !err && i < reshape->before.count; i++)
		err = dev_add_range(
			dev, reshape->before.list[i].start, reshape->before.list[i].end);
	return err;
}

static int add_range_apply(void *data)
{
	struct reshape *reshape = data;
	int err = check_untouched(reshape);

	return err ?: dev_add_range(*reshape->slot, reshape->add.start, reshape->add.end);
}

static int add_range_undo(void *data)
{
	struct reshape *reshape = data;
	struct daxctl_dev *dev = *reshape->slot;
	int err = shape_check_size(dev, reshape->size_before + range_size(&reshape->add));

	return err ?: dev_set_size(dev, reshape->size_before);
}

void shape_deinit(struct shape *shape)
{
	ranges_deinit(&shape->before);
}

static struct reshape *reshape_new(const struct shape *shape)
{
	struct reshape *reshape = calloc(1, sizeof(*reshape));

	if (!reshape)
		return NULL;
	reshape->slot = shape->slot;
	reshape->size_before = shape->size;
	return reshape;
}

int shape_plan_size(struct shape *shape, uint64_t size)
{
	struct reshape *reshape = reshape_new(shape);
	struct step step = {resize_apply, resize_undo, reshape_release, reshape};

	if (!reshape)
		return -ENOMEM;
	reshape->size = size;
	if (ranges_copy(&reshape->before, shape->before.list, shape->before.count)) {
		reshape_release(reshape);
		return -ENOMEM;
	}
	shape->size = size;
	return txn_add(shape->txn, step, "give %s a size of %" PRIu64 " bytes", shape->name, size);
}

int shape_plan_range(struct shape *shape, const struct daxctl_range *range)
{
	struct reshape *reshape = reshape_new(shape);
	struct step step = {add_range_apply, add_range_undo, reshape_release, reshape};

	if (!reshape)
		return -ENOMEM;
	reshape->add = *range;
	shape->size += range_size(range);
	return txn_add(shape->txn, step, "give %s the range %#llx-%#llx", shape->name, range->start,
		range->end);
}

struct realign {
	struct daxctl_dev **slot;
	unsigned long align, before;
};

void shape_hint_align(struct kernel *kernel)
{
	kernel_hint(kernel, "use a page size of the processor: 4K, 2M or 1G on x86");
}

static int realign_apply(void *data)
{
	struct realign *realign = data;
	int err = dev_set_align(*realign->slot, realign->align);

	if (err == -EINVAL)
		shape_hint_align(dev_kernel(*realign->slot));
	return err;
}

static int realign_undo(void *data)
{
	struct realign *realign = data;

	return dev_set_align(*realign->slot, realign->before);
}

int shape_plan_align(struct shape *shape, unsigned long align, unsigned long before)
{
	struct realign *realign = malloc(sizeof(*realign));
	struct step step = {realign_apply, realign_undo, free, realign};

	if (!realign)
		return -ENOMEM;
	*realign = (struct realign){shape->slot, align, before};
	return txn_add(shape->txn, step, "align %s to %lu bytes", shape->name, align);
}

struct creation {
	struct daxctl_region *region;
	struct daxctl_dev **slot;
	bool created;
};

static int list_names(struct daxctl_region *region, struct names *names)
{
	return sysfs_list(region->directory, NULL, dev_is_name, names);
}

static int fail_two_new(struct daxctl_region *region, const char *one, const char *other)
{
	struct kernel *kernel = region->ctx->kernel;

	kernel_fail(kernel, EBUSY,
		"another program created a device in region %d at the same time: cannot tell which of %s and %s is ours",
		region->id, one, other);
	kernel_hint(kernel, "try again: the next attempt reuses a device without a size");
	return -EBUSY;
}

/* Create a device, and find it by comparing the names before and after. The seed may be another
 * device: it is the first one that was never bound to a driver. The only new name is not ours only
 * if other programs made two changes between both listings. */
static int create_apply(void *data)
{
	struct creation *creation = data;
	struct daxctl_region *region = creation->region;
	AUTO_NAMES struct names before = NAMES_INIT;
	AUTO_NAMES struct names after = NAMES_INIT;
	int err = list_names(region, &before) ?: region_create_dev(region);

	creation->created = !err;
	err = err ?: list_names(region, &after);
	if (err)
		return err;
	const char *made = NULL;
	names_foreach (&after, name) {
		if (names_contain(&before, name))
			continue;
		if (made)
			return fail_two_new(region, made, name);
		made = name;
	}
	if (made) {
		*creation->slot = dev_find(region, made);
		return *creation->slot ? 0 : -errno;
	}
	/* Nothing was created, so there is nothing to undo. */
	creation->created = false;
	return kernel_fail(region->ctx->kernel, ENXIO,
		"the kernel accepted the request for a device, but none appeared in region %d",
		region->id);
}

/* Delete the device only if it certainly has neither size nor driver. If it has, another program
 * uses it, or an earlier undo failed. */
static int create_undo(void *data)
{
	struct creation *creation = data;
	struct kernel *kernel = creation->region->ctx->kernel;
	struct daxctl_dev *dev = *creation->slot;
	uint64_t size = 0;

	if (!creation->created)
		return 0;
	if (!dev)
		return kernel_fail(kernel, EBUSY, "the new device stays: its name is not known");
	if (!sysfs_exists(dev->object.directory, dev->object.name, NULL))
		return 0;
	object_invalidate(&dev->object);
	int err = object_u64(&dev->object, DEV_SIZE, &size);
	if (err)
		return kernel_fail(kernel, -err, "%s stays: cannot read its size: %s",
			dev->object.name, strerror(-err));
	int bound = dev_has_driver(dev);
	if (bound < 0)
		return kernel_fail_while(kernel, bound, "%s stays", dev->object.name);
	if (size || bound)
		return kernel_fail(kernel, EBUSY, "%s stays: it has a %s now", dev->object.name,
			size ? "size" : "driver");
	return region_delete_dev(creation->region, dev);
}

int shape_plan_create(struct shape *shape, struct daxctl_region *region)
{
	struct creation *creation = malloc(sizeof(*creation));
	struct step step = {create_apply, create_undo, free, creation};

	if (!creation)
		return -ENOMEM;
	*creation = (struct creation){region, shape->slot, false};
	return txn_undo_in_part(
		shape->txn, txn_add(shape->txn, step, "create a device in region %d", region->id));
}

/* Check the place that the kernel chose, which ignores alignments. A huge-page mapping of a
 * misaligned range would expose other memory. */
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
			"the free memory of region %d is not aligned to %lu bytes (%s would begin at %#" PRIx64
			")",
			dev->region->id, realign->align, dev->object.name, mapping->start);
		kernel_hint(dev_kernel(dev), "choose the ranges of the device with --input");
		return -ENOSPC;
	}
	return 0;
}

int shape_plan_verify(struct shape *shape, unsigned long align)
{
	struct realign *realign = malloc(sizeof(*realign));
	struct step step = {verify_apply, NULL, free, realign};

	if (!realign)
		return -ENOMEM;
	*realign = (struct realign){shape->slot, align, 0};
	return txn_add(
		shape->txn, step, "check that %s is aligned to %lu bytes", shape->name, align);
}

static int delete_apply(void *data)
{
	struct daxctl_dev *dev = data;

	return region_delete_dev(dev->region, dev);
}

int shape_plan_delete(struct shape *shape, struct daxctl_dev *dev)
{
	struct step step = {delete_apply, NULL, NULL, dev};

	return txn_add(shape->txn, step, "delete %s", dev->object.name);
}
