/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "layout.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

/* The steps that change what a device of a dynamic region is made of. */

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

uint64_t range_size(const struct daxctl_range *range)
{
	return range->end - range->start + 1;
}

/* The ranges that a device has, in the order in which they follow each other in it. */
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

/* A device without a size is there for every program. Another one may have taken it since. */
static int check_untouched(const struct reshape *reshape)
{
	struct daxctl_dev *dev = *reshape->slot;
	struct kernel *kernel = dev_kernel(dev);
	uint64_t size;

	if (reshape->size_before)
		return 0;
	object_invalidate(&dev->object);
	int err = object_u64(&dev->object, DEV_SIZE, &size);
	if (err)
		return kernel_fail(kernel, -err, "the size of %s cannot be read: %s",
			dev->object.name, strerror(-err));
	return !size ? 0
		     : kernel_fail(kernel, EBUSY, "another program has given %s a size meanwhile",
			       dev->object.name);
}

static int resize_apply(void *data)
{
	struct reshape *reshape = data;
	int err = check_untouched(reshape);

	return err ?: dev_set_size(*reshape->slot, reshape->size);
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
	int err = check_untouched(reshape);

	return err ?: dev_add_range(*reshape->slot, reshape->add.start, reshape->add.end);
}

static int add_range_undo(void *data)
{
	struct reshape *reshape = data;

	return dev_set_size(*reshape->slot, reshape->size_before);
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
	kernel_hint(kernel,
		"the sizes that the processor can map at once are possible: 4K, 2M and 1G on x86");
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
		"another program has created a device in region %d at the same moment: which of %s and %s is its own is not known",
		region->id, one, other);
	kernel_hint(kernel, "try again: a device that is left without a size is used first");
	return -EBUSY;
}

/* The seed need not be the device that was made: it is the first of those that have never been
 * bound to a driver. Nor need the only new one be ours if it has gone again; but that takes two
 * changes by others between our two looks. */
static int create_apply(void *data)
{
	struct creation *creation = data;
	struct daxctl_region *region = creation->region;
	AUTO_NAMES struct names before = NAMES_INIT;
	AUTO_NAMES struct names after = NAMES_INIT;
	int err = list_names(region, &before);

	if (!err)
		err = region_create_dev(region);
	creation->created = !err;
	if (!err)
		err = list_names(region, &after);
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
		*creation->slot = dev_get(region, made);
		return *creation->slot ? 0 : -ENOMEM;
	}
	/* There is nothing to put back. */
	creation->created = false;
	return kernel_fail(region->ctx->kernel, ENXIO,
		"the kernel accepted the request for a device, but none appeared in region %d",
		region->id);
}

/* What has a size or a driver by now is another program's, or what an undo before this one left:
 * it stays, and so does what cannot be read. */
static int create_undo(void *data)
{
	struct creation *creation = data;
	struct kernel *kernel = creation->region->ctx->kernel;
	struct daxctl_dev *dev = *creation->slot;
	uint64_t size = 0;

	if (!creation->created)
		return 0;
	if (!dev)
		return kernel_fail(
			kernel, EBUSY, "which of the devices it is, is not known: it stays");
	if (!sysfs_exists(dev->object.directory, dev->object.name, NULL))
		return 0;
	object_invalidate(&dev->object);
	int err = object_u64(&dev->object, DEV_SIZE, &size);
	if (err)
		return kernel_fail(kernel, -err, "%s stays: its size cannot be read: %s",
			dev->object.name, strerror(-err));
	err = dev_check_driver(dev);
	if (err)
		return kernel_fail_while(kernel, err, "%s stays", dev->object.name);
	if (size || dev_driver(dev))
		return kernel_fail(kernel, EBUSY, "%s stays: it has a %s by now", dev->object.name,
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

/* Capacity is found wherever some is free, whatever the alignment of the place. A mapping with
 * huge pages of a misaligned range would expose other memory. */
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
		kernel_hint(
			dev_kernel(dev), "--input can name the ranges that a device is to have");
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
	return txn_add(shape->txn, step, "look whether %s lies at multiples of %lu bytes",
		shape->name, align);
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
