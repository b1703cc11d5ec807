/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "present.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>

#include "../../util/dax-json.h"

void present_region_deinit(struct present_region *region)
{
	for (size_t i = 0; i < region->device_count; i++)
		free(region->devices[i].ranges);
	free(region->devices);
	region->devices = NULL;
	region->device_count = 0;
}

void present_deinit(struct present *present)
{
	for (size_t i = 0; i < present->region_count; i++)
		present_region_deinit(&present->regions[i]);
	free(present->regions);
	free(present->namespaces);
}

int present_read_ranges(struct present_device *device)
{
	struct daxctl_mapping *mapping;
	size_t count = 0;

	daxctl_mapping_foreach (device->dev, mapping)
		count++;
	/* ENOENT: the device has no ranges. */
	device->range_error = count || errno == ENOENT ? 0 : -errno;
	device->ranges = calloc(count ?: 1, sizeof(*device->ranges));
	if (!device->ranges)
		return -ENOMEM;
	daxctl_mapping_foreach (device->dev, mapping)
		device->ranges[device->range_count++] = (struct daxctl_range){
			daxctl_mapping_get_start(mapping), daxctl_mapping_get_end(mapping)};
	return 0;
}

static int read_device(struct present_device *device, struct daxctl_dev *dev)
{
	*device = (struct present_device){
		.dev = dev,
		.name = daxctl_dev_get_devname(dev),
		.align = daxctl_dev_get_align(dev),
		.memmap = daxctl_dev_get_memmap_on_memory(dev),
	};
	errno = 0;
	device->mode = daxctl_dev_get_mode(dev);
	/* ENOENT: no driver. */
	if (device->mode == DAXCTL_DEV_MODE_UNKNOWN && errno != ENOENT)
		device->error = -errno;
	errno = 0;
	device->size = daxctl_dev_get_size(dev);
	if (!device->size && !device->error)
		device->error = -errno;
	struct daxctl_memory *memory = NULL;
	if (device->mode == DAXCTL_DEV_MODE_RAM)
		memory = daxctl_dev_get_memory(dev);
	if (device->mode == DAXCTL_DEV_MODE_RAM && !memory && !device->error)
		device->error = errno ? -errno : -EIO;
	int err = memory ? daxctl_memory_get_counts(memory, &device->memory) : 0;
	if (err && !device->error)
		device->error = err;
	return present_read_ranges(device);
}

static int read_devices(struct present_region *region)
{
	struct daxctl_dev *dev;
	size_t count = 0;

	errno = 0;
	dev = daxctl_dev_get_first(region->region);
	/* ENOENT: the region has gone, or has no devices. */
	if (errno && errno != ENOENT)
		return -errno;
	for (; dev; dev = daxctl_dev_get_next(dev))
		count++;
	region->devices = calloc(count ?: 1, sizeof(*region->devices));
	if (!region->devices)
		return -ENOMEM;
	daxctl_dev_foreach (region->region, dev) {
		int err = read_device(&region->devices[region->device_count++], dev);
		if (err)
			return err;
	}
	if (count)
		region->target_node = daxctl_dev_get_target_node(region->devices[0].dev);
	return 0;
}

void present_region_outline(struct present_region *region, struct daxctl_region *object)
{
	*region = (struct present_region){
		.region = object,
		.path = dax_region_place(object),
		.id = daxctl_region_get_id(object),
		.target_node = -1,
		.dynamic = daxctl_region_is_dynamic(object) > 0,
	};
	region->has_uuid = daxctl_region_get_nvdimm_uuid(object, region->uuid) == 0;
}

void present_region_locate(struct present_region *region)
{
	struct daxctl_dev *dev = daxctl_dev_get_first(region->region);

	region->target_node = dev ? daxctl_dev_get_target_node(dev) : -1;
	region->has_range =
		region->dynamic && daxctl_region_get_range(region->region, &region->range) == 0;
}

int present_region_init(struct present_region *region, struct daxctl_region *object)
{
	present_region_outline(region, object);
	if (region->dynamic) {
		region->size = daxctl_region_get_size(object);
		region->available = daxctl_region_get_available_size(object);
		region->align = daxctl_region_get_align(object);
		/* The kernel shows both only to root. */
		if (region->size == ULLONG_MAX)
			region->size = 0;
		if (region->align == ULONG_MAX)
			region->align = 0;
		region->has_range = daxctl_region_get_range(object, &region->range) == 0;
	}
	return read_devices(region);
}

int present_add_region(struct present *present, struct daxctl_region *region)
{
	struct present_region *list =
		reallocarray(present->regions, present->region_count + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	present->regions = list;
	return present_region_init(&list[present->region_count++], region);
}

int present_init(struct present *present, struct daxctl_ctx *ctx)
{
	struct daxctl_region *region;

	*present = (struct present){0};
	errno = 0;
	for (region = daxctl_region_get_first(ctx); region;
		region = daxctl_region_get_next(region)) {
		int err = present_add_region(present, region);
		if (err)
			return err;
	}
	return present->region_count ? 0 : -errno;
}
