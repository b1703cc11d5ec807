/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "range.h"

#include <kernel/iomem.h>
#include <string.h>

#include "device.h"

void ranges_deinit(struct ranges *ranges)
{
	free(ranges->list);
}

int ranges_copy(struct ranges *ranges, const struct daxctl_range *list, size_t count)
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

const struct daxctl_range *range_find(
	const struct ranges *sorted, unsigned long long start, unsigned long long end)
{
	size_t low = 0, high = sorted->count;

	/* The first range that does not end before @start. */
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (sorted->list[middle].end < start)
			low = middle + 1;
		else
			high = middle;
	}
	return low < sorted->count && sorted->list[low].start <= end ? &sorted->list[low] : NULL;
}

/* The physical addresses of a dynamic region, which its directory in sysfs does not show. */

struct place {
	struct daxctl_region *region;
	const char *name; /* of the region's resource in /proc/iomem */
	uint64_t size;
	struct daxctl_range range;
	bool found, hidden;
	/* A soft-reserved range of the region's size, and how many there are. */
	struct daxctl_range reserved;
	unsigned reserved_count;
};

#define SOFT_RESERVED "Soft Reserved"

bool region_has_device_in(struct daxctl_region *region, const struct daxctl_range *range)
{
	struct daxctl_mapping *mapping;
	struct daxctl_dev *dev;

	daxctl_dev_foreach (region, dev)
		daxctl_mapping_foreach (dev, mapping)
			if (mapping->start >= range->start && mapping->end <= range->end)
				return true;
	return false;
}

static bool consider(void *data, const struct iomem_resource *resource)
{
	struct place *place = data;
	const struct daxctl_range range = {resource->start, resource->end};
	bool named = iomem_is_named(resource, place->name);

	if (!named && !iomem_is_named(resource, SOFT_RESERVED))
		return true;
	place->hidden |= !range.end;
	/* Compare the size: other resources may have the same name. */
	if (range.end < range.start || range.end - range.start + 1 != place->size)
		return true;
	place->found = named || region_has_device_in(place->region, &range);
	if (place->found) {
		place->range = range;
		return false;
	}
	place->reserved = range;
	place->reserved_count++;
	return true;
}

/* The name of the region's resource: that of the platform device (before Linux 6.3), or of the CXL
 * region that contains dax_regionN. */
static const char *resource_name(struct daxctl_region *region)
{
	const char *name = daxctl_region_get_devname(region);

	return strncmp(name, "dax_region", strlen("dax_region")) == 0 ? name + strlen("dax_")
								      : name;
}

static bool range_of_devices(struct daxctl_region *region, struct place *place)
{
	struct daxctl_range range = {UINT64_MAX, 0};
	struct daxctl_mapping *mapping;
	struct daxctl_dev *dev;

	daxctl_dev_foreach (region, dev)
		daxctl_mapping_foreach (dev, mapping) {
			if (mapping->start < range.start)
				range.start = mapping->start;
			if (mapping->end > range.end)
				range.end = mapping->end;
		}
	place->range = range;
	return range.start < range.end && range.end - range.start + 1 == place->size;
}

EXPORT int daxctl_region_get_range(struct daxctl_region *region, struct daxctl_range *range)
{
	if (!region || !range)
		return -EINVAL;
	struct place place = {
		.region = region,
		.name = resource_name(region),
		.size = daxctl_region_get_size(region),
	};

	/* Use what was found even if only part of the file could be read. */
	iomem_foreach(region->ctx->kernel, consider, &place);
	if (place.found || range_of_devices(region, &place)) {
		*range = place.range;
		return 0;
	}
	/* Guess, without any device in the region, that it is the only range of its size. */
	if (place.reserved_count == 1) {
		*range = place.reserved;
		return 0;
	}
	return place.hidden ? -EACCES : -ENOENT;
}
