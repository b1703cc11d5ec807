/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "layout.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "ram.h"

/* What a device of a dynamic region can be made of: what can be refused beforehand, and the steps.
 */

int layout_check_dynamic(struct daxctl_region *region)
{
	struct kernel *kernel = region->ctx->kernel;

	if (daxctl_region_is_dynamic(region))
		return 0;
	kernel_fail(kernel, EOPNOTSUPP,
		"region %d is not dynamic: its device is as large as the namespace that it comes from",
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
	shape_hint_align(kernel);
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

static bool ranges_overlap(const struct daxctl_range *a, const struct daxctl_range *b)
{
	return a->start <= b->end && b->start <= a->end;
}

/* Ranges of other devices in the region, so that the one in the way can be named. */
static int check_range_is_free(
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
			if (ranges_overlap(range, &taken))
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
			"range %#llx-%#llx does not start and end at multiples of the alignment (%lu bytes)",
			range->start, range->end, align);
	if (range->start < has->start || range->end > has->end)
		return kernel_fail(kernel, EINVAL,
			"range %#llx-%#llx is not within region %d (%#llx-%#llx)", range->start,
			range->end, region->id, has->start, has->end);
	return 0;
}

static int check_layout_ranges(struct daxctl_region *region, struct daxctl_dev *self,
	const struct daxctl_layout *layout, unsigned long align, uint64_t *total)
{
	struct kernel *kernel = region->ctx->kernel;
	struct daxctl_range has;

	*total = 0;
	/* Others may have made devices since they were listed. */
	region->listed = false;
	/* Without a device in it, it may be a guess. */
	if (daxctl_region_get_range(region, &has) || !region_has_device_in(region, &has))
		has = (struct daxctl_range){0, ULLONG_MAX};
	for (size_t i = 0; i < layout->range_count; i++) {
		const struct daxctl_range *range = &layout->ranges[i];
		int err = check_range(kernel, region, &has, range, align);
		for (size_t j = 0; !err && j < i; j++)
			if (ranges_overlap(range, &layout->ranges[j]))
				err = kernel_fail(kernel, EINVAL,
					"ranges %#llx-%#llx and %#llx-%#llx overlap",
					layout->ranges[j].start, layout->ranges[j].end,
					range->start, range->end);
		if (!err)
			err = check_range_is_free(region, self, range)
				?: ram_check_range(kernel, self, range);
		if (err)
			return err;
		*total += range_size(range);
	}
	return 0;
}

/* Of its devices, unless they say otherwise. Only root may read it. */
int layout_region_align(struct daxctl_region *region, unsigned long *align)
{
	errno = 0;
	*align = dax_region_align(region);
	if (*align)
		return 0;
	int error = errno;
	if (error <= 0)
		error = EPROTO;
	kernel_fail(region->ctx->kernel, error, "the alignment of region %d cannot be read: %s",
		region->id, strerror(error));
	return -error;
}

static int plan_layout(struct shape *shape, const struct daxctl_layout *layout)
{
	int err = 0;

	if (!(layout->given & DAXCTL_LAYOUT_RANGES))
		return layout->given & DAXCTL_LAYOUT_SIZE && layout->size != shape->size
			? shape_plan_size(shape, layout->size)
			: 0;
	if (shape->size)
		err = shape_plan_size(shape, 0);
	for (size_t i = 0; !err && i < layout->range_count; i++)
		err = shape_plan_range(shape, &layout->ranges[i]);
	return err;
}

/* The kernel checks the alignment of what a device has against each new size, and each new
 * alignment against the sizes: the finer one of both alignments is to be in force. */
int layout_plan_steps(struct shape *shape, const struct daxctl_layout *layout, unsigned long before)
{
	bool realign = layout->given & DAXCTL_LAYOUT_ALIGN && layout->align != before;
	bool first = realign && (layout->align < before || !shape->size);
	unsigned long align = realign ? layout->align : before;
	int err = first ? shape_plan_align(shape, layout->align, before) : 0;

	if (!err)
		err = plan_layout(shape, layout);
	if (!err && shape->size && align > dax_region_align(shape->region))
		err = shape_plan_verify(shape, align);
	if (!err && realign && !first)
		err = shape_plan_align(shape, layout->align, before);
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
		err = check_layout_ranges(region, self, layout, align, &size);
		if (!err && layout->given & DAXCTL_LAYOUT_SIZE && size != layout->size)
			err = kernel_fail(region->ctx->kernel, EINVAL,
				"the ranges have %" PRIu64 " bytes in all, not the size of %llu",
				size, layout->size);
	}
	return err ?: check_size(region, size, available, align);
}

bool layout_is_idle(struct daxctl_dev *dev)
{
	uint64_t size;

	object_invalidate(&dev->object);
	return object_u64(&dev->object, DEV_SIZE, &size) == 0 && !size &&
		dev_check_driver(dev) == 0 && !daxctl_dev_is_enabled(dev);
}

/* As much as there is, in multiples of the alignment. */
static void want_all(struct daxctl_layout *layout, unsigned long align, uint64_t available)
{
	if (layout->given & DAXCTL_LAYOUT_ALIGN)
		align = layout->align;
	layout->given |= DAXCTL_LAYOUT_SIZE;
	layout->size = align ? available - available % align : available;
}

int layout_check_creation(
	struct daxctl_region *region, struct daxctl_layout *layout, unsigned long align)
{
	struct kernel *kernel = region->ctx->kernel;
	uint64_t available;
	int err = region_read_available(region, &available);

	if (err)
		return err;
	if (!available) {
		kernel_fail(kernel, ENOSPC, "region %d has no memory left", region->id);
		kernel_hint(kernel,
			"daxctl list -RDi shows what has it; 'daxctl reconfigure-device -s SIZE' makes a disabled device smaller");
		return -ENOSPC;
	}
	if (!(layout->given & (DAXCTL_LAYOUT_SIZE | DAXCTL_LAYOUT_RANGES)))
		want_all(layout, align, available);
	err = complete(region, NULL, layout, align, available);
	if (!err && !layout->size && !layout->range_count)
		err = kernel_fail(kernel, EINVAL, "0 bytes are no size for a device");
	return err;
}

/* @wanted is what the device is to be; what it is, is in @shape. */
int layout_plan_change(struct shape *shape, struct daxctl_dev *dev, struct daxctl_layout *wanted)
{
	struct daxctl_region *region = dev->region;
	struct kernel *kernel = dev_kernel(dev);
	unsigned long align = daxctl_dev_get_align(dev);
	int err = ranges_of(dev, &shape->before);

	if (!align && !err)
		err = -EPROTO;
	if (err)
		return kernel_fail(kernel, -err, "its ranges cannot be read: %s", strerror(-err));
	shape->size = daxctl_dev_get_size(dev);
	if (!(wanted->given & (DAXCTL_LAYOUT_SIZE | DAXCTL_LAYOUT_RANGES)))
		wanted->size = shape->size;
	uint64_t available;
	err = region_read_available(region, &available);
	if (!err)
		err = complete(region, dev, wanted, align, shape->size + available);
	return err ?: layout_plan_steps(shape, wanted, align);
}
