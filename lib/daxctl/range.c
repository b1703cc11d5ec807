/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "private.h"

/* Where a dynamic region lies. The kernel tells no addresses in the region's directory. */

struct place {
	struct daxctl_region *region;
	const char *name; /* of the resource */
	uint64_t size;
	struct daxctl_range range;
	bool found, hidden;
	/* The memory that the firmware set aside, where it has the region's size. */
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

static void consider(
	struct place *place, const char *name, size_t length, struct daxctl_range range)
{
	bool named = length == strlen(place->name) && strncmp(name, place->name, length) == 0;
	bool reserved =
		length == strlen(SOFT_RESERVED) && strncmp(name, SOFT_RESERVED, length) == 0;

	if (!named && !reserved)
		return;
	/* Who may not see addresses sees zeros. */
	place->hidden |= !range.end;
	/* Others may have the same name. */
	if (range.end < range.start || range.end - range.start + 1 != place->size)
		return;
	place->found = named || region_has_device_in(place->region, &range);
	if (place->found) {
		place->range = range;
		return;
	}
	place->reserved = range;
	place->reserved_count++;
}

/* "  100000000-17fffffff : hmem.0" */
static void look_at(const char *line, struct place *place)
{
	struct daxctl_range range = {0};
	char *next;

	range.start = strtoull(line, &next, 16);
	if (*next == '-')
		range.end = strtoull(next + 1, &next, 16);
	if (strncmp(next, " : ", 3) == 0)
		consider(place, next + 3, strcspn(next + 3, "\n"), range);
}

/* Documentation/filesystems/proc.rst */
static void look_through(struct daxctl_ctx *ctx, struct place *place)
{
	int fd = openat(kernel_root(ctx->kernel), "proc/iomem", O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	AUTO_FREE char *line = NULL;
	size_t size = 0;

	if (!file) {
		if (fd >= 0)
			close(fd);
		return;
	}
	while (!place->found && getline(&line, &size, file) > 0)
		look_at(line, place);
	fclose(file);
}

/* The resource is called as the platform device (before Linux 6.3), or as the CXL region that
 * dax_regionN is in. */
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

	look_through(region->ctx, &place);
	if (place.found || range_of_devices(region, &place)) {
		*range = place.range;
		return 0;
	}
	/* Without any device there is no other sign of it. */
	if (place.reserved_count == 1) {
		*range = place.reserved;
		return 0;
	}
	return place.hidden ? -EACCES : -ENOENT;
}
