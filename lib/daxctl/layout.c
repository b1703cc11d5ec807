/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "layout.h"

#include <inttypes.h>
#include <limits.h>
#include <string.h>

#include "ram.h"
#include "range.h"

/* The layout of a device in a dynamic region: checks, and the steps to it. */

int layout_check_dynamic(struct daxctl_region *region)
{
	struct kernel *kernel = region->ctx->kernel;

	if (daxctl_region_is_dynamic(region))
		return 0;
	kernel_fail(kernel, EOPNOTSUPP,
		"region %d is not dynamic: the size of its device is that of the namespace",
		region->id);
	kernel_hint(
		kernel, "change the namespace with 'ndctl create-namespace --reconfig NAMESPACE'");
	return -EOPNOTSUPP;
}

static int check_align(struct kernel *kernel, unsigned long align)
{
	unsigned long page = sysconf(_SC_PAGESIZE);

	if (align && align >= page && (align & (align - 1)) == 0)
		return 0;
	kernel_fail(kernel, EINVAL,
		"invalid alignment %lu: must be a power of two and at least the page size (%lu)",
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
			"size %" PRIu64 " is more than the %" PRIu64
			" bytes available in region %d",
			size, available, region->id);
		kernel_hint(kernel, "list the devices that use the region with 'daxctl list -RDi'");
		return -ENOSPC;
	}
	uint64_t below = size - size % align, rest = available - below;
	if (below == size)
		return 0;
	kernel_fail(kernel, EINVAL,
		"invalid size %" PRIu64 ": must be a multiple of the alignment (%lu bytes)", size,
		align);
	if (below && rest >= align)
		kernel_hint(kernel, "use a size of %" PRIu64 " or %" PRIu64 " bytes", below,
			below + align);
	else if (below || rest >= align)
		kernel_hint(kernel, "use a size of %" PRIu64 " bytes", below ?: align);
	return -EINVAL;
}

/* Compare the ranges, sorted and without overlaps, with those of the other devices, to name the one
 * that overlaps. Read each device once: there may be many thousand ranges. */
static int check_ranges_are_free(
	struct daxctl_region *region, struct daxctl_dev *self, const struct ranges *sorted)
{
	struct daxctl_dev *dev;
	struct daxctl_mapping *mapping;

	daxctl_dev_foreach (region, dev) {
		if (dev == self)
			continue;
		dev->mapped = false;
		daxctl_mapping_foreach (dev, mapping) {
			const struct daxctl_range *range =
				range_find(sorted, mapping->start, mapping->end);
			if (range)
				return kernel_fail(region->ctx->kernel, EBUSY,
					"range %#llx-%#llx overlaps %#llx-%#llx of %s",
					range->start, range->end,
					(unsigned long long)mapping->start,
					(unsigned long long)mapping->end, dev->object.name);
		}
	}
	return 0;
}

static int compare_starts(const void *a, const void *b)
{
	const struct daxctl_range *one = a, *other = b;

	return one->start < other->start ? -1 : one->start > other->start;
}

/* Sort the ranges: then those that overlap are beside each other. */
static int sort_ranges(struct kernel *kernel, struct ranges *ranges)
{
	if (ranges->count)
		qsort(ranges->list, ranges->count, sizeof(*ranges->list), compare_starts);
	for (size_t i = 1; i < ranges->count; i++) {
		const struct daxctl_range *one = &ranges->list[i - 1], *other = &ranges->list[i];
		if (other->start <= one->end)
			return kernel_fail(kernel, EINVAL,
				"ranges %#llx-%#llx and %#llx-%#llx overlap", one->start, one->end,
				other->start, other->end);
	}
	return 0;
}

/* @has: the addresses of @region, as far as they are known. */
static int check_range(struct kernel *kernel, const struct daxctl_region *region,
	const struct daxctl_range *has, const struct daxctl_range *range, unsigned long align)
{
	if (range->end < range->start)
		return kernel_fail(kernel, EINVAL,
			"invalid range %#llx-%#llx: ends before it starts", range->start,
			range->end);
	if (range->start % align || (range->end + 1) % align)
		return kernel_fail(kernel, EINVAL,
			"invalid range %#llx-%#llx: must start and end at multiples of the alignment (%lu bytes)",
			range->start, range->end, align);
	if (range->start < has->start || range->end > has->end)
		return kernel_fail(kernel, EINVAL,
			"range %#llx-%#llx is outside region %d (%#llx-%#llx)", range->start,
			range->end, region->id, has->start, has->end);
	return 0;
}

static int check_layout_ranges(struct daxctl_region *region, struct daxctl_dev *self,
	const struct daxctl_layout *layout, unsigned long align, uint64_t *total)
{
	struct kernel *kernel = region->ctx->kernel;
	struct daxctl_range has;

	*total = 0;
	/* Forget the list: other programs may have created devices since. */
	region->listed = false;
	/* Trust the region's range only with a device in it: without one it may be a guess. */
	if (daxctl_region_get_range(region, &has) || !region_has_device_in(region, &has))
		has = (struct daxctl_range){0, ULLONG_MAX};
	for (size_t i = 0; i < layout->range_count; i++) {
		int err = check_range(kernel, region, &has, &layout->ranges[i], align);
		if (err)
			return err;
		*total += range_size(&layout->ranges[i]);
	}
	CLEANUP(ranges_deinit) struct ranges sorted = {0};
	int err = ranges_copy(&sorted, layout->ranges, layout->range_count);
	if (err)
		return err;
	err = sort_ranges(kernel, &sorted) ?: check_ranges_are_free(region, self, &sorted);
	return err ?: ram_check_ranges(kernel, self, &sorted);
}

/* Read the alignment that a new device of the region gets without being asked. Only root may. */
int layout_region_align(struct daxctl_region *region, unsigned long *align)
{
	errno = 0;
	*align = dax_region_align(region);
	if (*align)
		return 0;
	int error = errno;
	if (error <= 0)
		error = EPROTO;
	kernel_fail(region->ctx->kernel, error, "cannot read the alignment of region %d: %s",
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

/* Keep the finer of both alignments in force while the size changes: the kernel checks each new
 * size against the alignment, and each new alignment against the sizes. */
int layout_plan_steps(struct shape *shape, const struct daxctl_layout *layout, unsigned long before)
{
	bool realign = layout->given & DAXCTL_LAYOUT_ALIGN && layout->align != before;
	bool first = realign && (layout->align < before || !shape->size);
	unsigned long align = realign ? layout->align : before;
	int err = first ? shape_plan_align(shape, layout->align, before) : 0;

	err = err ?: plan_layout(shape, layout);
	if (err)
		return err;
	if (shape->size && align > dax_region_align(shape->region))
		err = shape_plan_verify(shape, align);
	if (err || !realign || first)
		return err;
	return shape_plan_align(shape, layout->align, before);
}

/* Refuse an invalid layout. @available: bytes that the device may have in total. */
static int check_layout(struct daxctl_region *region, struct daxctl_dev *self,
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
				"the ranges have %" PRIu64 " bytes in total, but the size is %llu",
				size, layout->size);
	}
	return err ?: check_size(region, size, available, align);
}

bool layout_is_idle(struct daxctl_dev *dev)
{
	uint64_t size;

	object_invalidate(&dev->object);
	return object_u64(&dev->object, DEV_SIZE, &size) == 0 && !size && dev_has_driver(dev) == 0;
}

/* Ask for all available bytes, rounded down to the alignment. */
static void request_all(struct daxctl_layout *layout, unsigned long align, uint64_t available)
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
		kernel_fail(kernel, ENOSPC, "region %d has no capacity left", region->id);
		kernel_hint(kernel,
			"list its devices with 'daxctl list -RDi'; shrink one that is disabled with 'daxctl reconfigure-device --size SIZE DEVICE'");
		return -ENOSPC;
	}
	if (!(layout->given & (DAXCTL_LAYOUT_SIZE | DAXCTL_LAYOUT_RANGES)))
		request_all(layout, align, available);
	err = check_layout(region, NULL, layout, align, available);
	if (err || layout->size || layout->range_count)
		return err;
	return kernel_fail(kernel, EINVAL, "invalid size 0: must be at least 1 byte");
}

/* Plan the steps to the layout @wanted. Stores the present layout of @dev in @shape. */
int layout_plan_change(struct shape *shape, struct daxctl_dev *dev, struct daxctl_layout *wanted)
{
	struct daxctl_region *region = dev->region;
	struct kernel *kernel = dev_kernel(dev);
	unsigned long align = daxctl_dev_get_align(dev);
	int err = ranges_of(dev, &shape->before);

	if (!align && !err)
		err = -EPROTO;
	if (err)
		return kernel_fail(
			kernel, -err, "cannot read the ranges of the device: %s", strerror(-err));
	err = object_u64(&dev->object, DEV_SIZE, &shape->size);
	if (err)
		return kernel_fail(
			kernel, -err, "cannot read the size of the device: %s", strerror(-err));
	if (!(wanted->given & (DAXCTL_LAYOUT_SIZE | DAXCTL_LAYOUT_RANGES)))
		wanted->size = shape->size;
	uint64_t available;
	err = region_read_available(region, &available);
	err = err ?: check_layout(region, dev, wanted, align, shape->size + available);
	return err ?: layout_plan_steps(shape, wanted, align);
}
