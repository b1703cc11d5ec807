/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "device.h"

#include <stdio.h>
#include <string.h>

/* Documentation/ABI/testing/sysfs-bus-dax */
enum { MAPPING_START, MAPPING_END, MAPPING_OFFSET };
static const struct attr mapping_attrs[] = {
	[MAPPING_START] = {"start", ATTR_HEX},
	[MAPPING_END] = {"end", ATTR_HEX},
	[MAPPING_OFFSET] = {"page_offset", ATTR_HEX},
};

static bool is_mapping(const char *name)
{
	return strncmp(name, "mapping", 7) == 0 && name[7];
}

static int dev_read_mapping(
	struct daxctl_dev *dev, const char *name, struct daxctl_mapping *mapping)
{
	CLEANUP(object_deinit) struct object object = {0};
	char path[NAME_MAX * 2];

	snprintf(path, sizeof(path), "%s/%s", dev->object.name, name);
	int err = object_init(
		&object, dev->object.directory, path, mapping_attrs, ARRAY_SIZE(mapping_attrs));
	err = err ?: object_u64(&object, MAPPING_START, &mapping->start);
	err = err ?: object_u64(&object, MAPPING_END, &mapping->end);
	err = err ?: object_u64(&object, MAPPING_OFFSET, &mapping->offset);
	if (err)
		return err;
	return mapping->end < mapping->start ? -EINVAL : 0;
}

/* Read all ranges or none: a device with some of its ranges would look like another one. */
static int dev_read_mappings(struct daxctl_dev *dev, struct daxctl_mapping **out, size_t *count)
{
	AUTO_NAMES struct names names = NAMES_INIT;
	int err = sysfs_list(dev->object.directory, dev->object.name, is_mapping, &names);

	if (err || !names.count)
		return err;
	AUTO_FREE struct daxctl_mapping *mappings = calloc(names.count, sizeof(*mappings));
	if (!mappings)
		return -ENOMEM;
	for (size_t i = 0; !err && i < names.count; i++)
		err = dev_read_mapping(dev, names.list[i], &mappings[i]);
	if (err)
		return err;
	mappings[names.count - 1].last = true;
	*out = TAKE(mappings);
	*count = names.count;
	return 0;
}

static bool is_same(const struct daxctl_mapping *a, const struct daxctl_mapping *b, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (a[i].start != b[i].start || a[i].end != b[i].end || a[i].offset != b[i].offset)
			return false;
	return true;
}

/* Read the ranges again. Keep the list if they are still the same: callers point to it. */
static void refresh_mappings(struct daxctl_dev *dev)
{
	AUTO_FREE struct daxctl_mapping *mappings = NULL;
	size_t count = 0;

	/* Read again next time if this fails. */
	dev->mapping_error = dev_read_mappings(dev, &mappings, &count);
	dev->mapped = !dev->mapping_error;
	if (dev->mappings && count == dev->mapping_count && is_same(mappings, dev->mappings, count))
		return;
	free(dev->mappings);
	dev->mappings = TAKE(mappings);
	dev->mapping_count = count;
}

EXPORT struct daxctl_mapping *daxctl_mapping_get_first(struct daxctl_dev *dev)
{
	if (!dev->mapped)
		refresh_mappings(dev);
	if (!dev->mappings)
		errno = dev->mapping_error ? -dev->mapping_error : ENOENT;
	return dev->mappings;
}

EXPORT struct daxctl_mapping *daxctl_mapping_get_next(struct daxctl_mapping *mapping)
{
	return mapping->last ? NULL : mapping + 1;
}

EXPORT unsigned long long daxctl_mapping_get_start(struct daxctl_mapping *mapping)
{
	return mapping->start;
}

EXPORT unsigned long long daxctl_mapping_get_end(struct daxctl_mapping *mapping)
{
	return mapping->end;
}

EXPORT unsigned long long daxctl_mapping_get_size(struct daxctl_mapping *mapping)
{
	return mapping->end - mapping->start + 1;
}

EXPORT unsigned long long daxctl_mapping_get_offset(struct daxctl_mapping *mapping)
{
	return mapping->offset;
}
