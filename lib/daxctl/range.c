/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "private.h"

/* Where a dynamic region lies. The kernel tells no addresses in the region's folder. */

struct place {
	const char *name; /* of the resource */
	uint64_t size;
	struct daxctl_range range;
	bool found, hidden;
};

/* "  100000000-17fffffff : hmem.0"; who may not see addresses sees zeros. */
static void look_at(const char *line, struct place *place)
{
	unsigned long long start, end;
	int at = 0;

	if (sscanf(line, " %llx-%llx : %n", &start, &end, &at) != 2 || !at)
		return;
	size_t length = strcspn(line + at, "\n");
	if (length != strlen(place->name) || strncmp(line + at, place->name, length) != 0)
		return;
	if (!end)
		place->hidden = true;
	/* Others may have the same name. */
	if (end < start || end - start + 1 != place->size)
		return;
	place->range = (struct daxctl_range){start, end};
	place->found = true;
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

/* The resource is called as the platform device, or as the CXL region that dax_regionN is in. */
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
	struct place place = {resource_name(region), daxctl_region_get_size(region)};

	look_through(region->ctx, &place);
	if (!place.found && !range_of_devices(region, &place))
		return place.hidden ? -EACCES : -ENOENT;
	*range = place.range;
	return 0;
}
