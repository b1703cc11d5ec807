/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "device.h"

#include <kernel/driver.h>
#include <inttypes.h>
#include <kernel/parse.h>
#include <stdio.h>
#include <string.h>

#include "ram.h"

/* Documentation/ABI/testing/sysfs-bus-dax */
static const struct attr dev_attrs[] = {
	[DEV_SIZE] = {"size", ATTR_U64, true},
	[DEV_ALIGN] = {"align", ATTR_U64, true},
	[DEV_RESOURCE] = {"resource", ATTR_HEX, true},
	[DEV_TARGET_NODE] = {"target_node", ATTR_INT, true},
	[DEV_DEV] = {"dev", ATTR_TEXT, true},
	[DEV_DRIVER] = {"driver", ATTR_LINK},
	[DEV_MAPPING] = {"mapping", ATTR_TEXT},
	[DEV_MEMMAP] = {"memmap_on_memory", ATTR_U64},
};

bool dev_parse_name(const char *name, int *region_id, int *id)
{
	char digits[16];
	uint64_t numbers[2];

	if (strncmp(name, "dax", 3) != 0)
		return false;
	const char *dot = strchr(name + 3, '.');
	if (!dot || (size_t)(dot - name - 3) >= sizeof(digits))
		return false;
	snprintf(digits, sizeof(digits), "%.*s", (int)(dot - name - 3), name + 3);
	if (parse_u64(digits, 10, &numbers[0]) || parse_u64(dot + 1, 10, &numbers[1]))
		return false;
	if (numbers[0] > INT_MAX || numbers[1] > INT_MAX)
		return false;
	*region_id = (int)numbers[0];
	*id = (int)numbers[1];
	return true;
}

bool dev_is_name(const char *name)
{
	int region_id, id;

	return dev_parse_name(name, &region_id, &id);
}

/* Compare with the kernel's device of this name. Returns 0, -ENODEV without one, or -ESTALE. */
static int dev_compare(const struct daxctl_dev *dev)
{
	const struct daxctl_region *region = dev->region;
	const struct dev_identity *known = &dev->identity;
	uint64_t link = known->link, directory = known->directory;

	if (link)
		link = sysfs_entry_identity(region->ctx->dax, dev->object.name);
	if (directory)
		directory = sysfs_entry_identity(region->directory, dev->object.name);
	if (link == known->link && directory == known->directory)
		return 0;
	return (known->link && !link) || (known->directory && !directory) ? -ENODEV : -ESTALE;
}

/* Whether @found, which was just read, are numbers of the very device @dev. */
static bool dev_is_same(const struct daxctl_dev *dev, const struct dev_identity *found)
{
	const struct dev_identity *known = &dev->identity;

	if (known->link && found->link)
		return known->link == found->link;
	if (known->directory && found->directory)
		return known->directory == found->directory;
	return dev_compare(dev) == 0;
}

static struct daxctl_dev *dev_new(struct daxctl_region *region, const char *name)
{
	AUTO_FREE struct daxctl_dev *dev = calloc(1, sizeof(*dev));
	int region_id;

	if (!dev || !dev_parse_name(name, &region_id, &dev->id))
		return NULL;
	if (object_init(&dev->object, region->directory, name, dev_attrs, ARRAY_SIZE(dev_attrs)))
		return NULL;
	dev->region = region;
	dev->memory.dev = dev;
	return TAKE(dev);
}

/* Find the place of the device in the list, or the place to insert it. */
static struct daxctl_dev **dev_place(struct daxctl_region *region, const char *name)
{
	struct daxctl_dev *latest = region->latest;
	struct daxctl_dev **place = &region->devs;

	if (latest && names_compare(latest->object.name, name) < 0)
		place = &latest->next;
	while (*place && names_compare((*place)->object.name, name) < 0)
		place = &(*place)->next;
	return place;
}

static struct daxctl_dev *dev_add(struct daxctl_region *region, const char *name)
{
	struct daxctl_dev **place = dev_place(region, name);
	struct daxctl_dev *dev = dev_new(region, name);

	if (!dev)
		return NULL;
	dev->next = *place;
	*place = dev;
	region->latest = dev;
	return dev;
}

struct daxctl_dev *dev_get(
	struct daxctl_region *region, const char *name, const struct dev_identity *identity)
{
	struct daxctl_dev *dev = *dev_place(region, name);

	if (dev && strcmp(dev->object.name, name) != 0)
		dev = NULL;
	if (dev && !dev_is_same(dev, identity)) {
		region_retire_dev(region, dev);
		dev = NULL;
	}
	if (!dev)
		dev = dev_add(region, name);
	if (!dev)
		return NULL;
	if (identity->link)
		dev->identity.link = identity->link;
	if (identity->directory)
		dev->identity.directory = identity->directory;
	return dev;
}

struct daxctl_dev *dev_find(struct daxctl_region *region, const char *name)
{
	const struct dev_identity identity = {
		.directory = sysfs_entry_identity(region->directory, name),
	};

	if (!identity.directory)
		return NULL;
	errno = ENOMEM;
	return dev_get(region, name, &identity);
}

void dev_free(struct daxctl_dev *dev)
{
	object_deinit(&dev->object);
	free(dev->mappings);
	free(dev->memory.node_path);
	free(dev);
}

int dev_renew(struct daxctl_dev *dev)
{
	object_invalidate(&dev->object);
	dev->mapped = false;
	/* Check that the device exists: the list of a driver accepts any name. */
	int err = region_is_there(dev->region) ? dev_compare(dev) : -ENODEV;
	if (!err)
		return 0;
	dev->region->listed = false;
	if (err == -ENODEV)
		return kernel_fail(dev_kernel(dev), ENODEV, "the device no longer exists");
	kernel_fail(dev_kernel(dev), ESTALE, "another process has replaced the device");
	kernel_hint(dev_kernel(dev), "daxctl list -d %s", dev->object.name);
	return -ESTALE;
}

EXPORT struct daxctl_dev *daxctl_dev_get_next(struct daxctl_dev *dev)
{
	return dev->next;
}

EXPORT struct daxctl_region *daxctl_dev_get_region(struct daxctl_dev *dev)
{
	return dev->region;
}

EXPORT struct daxctl_ctx *daxctl_dev_get_ctx(struct daxctl_dev *dev)
{
	return dev->region->ctx;
}

EXPORT int daxctl_dev_get_id(struct daxctl_dev *dev)
{
	return dev->id;
}

EXPORT const char *daxctl_dev_get_devname(struct daxctl_dev *dev)
{
	return dev->object.name;
}

/* Read the device number. Returns 0 or a negative errno. */
static int dev_number(struct daxctl_dev *dev, unsigned *major, unsigned *minor)
{
	const char *text = object_text(&dev->object, DEV_DEV);

	return text ? parse_device_number(text, major, minor) : -errno;
}

EXPORT int daxctl_dev_get_major(struct daxctl_dev *dev)
{
	unsigned major, minor;

	return dev_number(dev, &major, &minor) ? -1 : (int)major;
}

EXPORT int daxctl_dev_get_minor(struct daxctl_dev *dev)
{
	unsigned major, minor;

	return dev_number(dev, &major, &minor) ? -1 : (int)minor;
}

EXPORT unsigned long long daxctl_dev_get_resource(struct daxctl_dev *dev)
{
	return object_u64_or(&dev->object, DEV_RESOURCE, 0);
}

EXPORT unsigned long long daxctl_dev_get_size(struct daxctl_dev *dev)
{
	return object_u64_or(&dev->object, DEV_SIZE, 0);
}

EXPORT unsigned long daxctl_dev_get_align(struct daxctl_dev *dev)
{
	return object_u64_or(&dev->object, DEV_ALIGN, 0);
}

EXPORT int daxctl_dev_get_target_node(struct daxctl_dev *dev)
{
	return object_int_or(&dev->object, DEV_TARGET_NODE, -1);
}

/* Write an attribute, and forget the ranges, which each of these attributes may change. */
static int configure(struct daxctl_dev *dev, enum dev_attr attr, const char *value)
{
	int err = object_write(&dev->object, attr, value);

	dev->mapped = false;
	return err ? kernel_fail_while(dev_kernel(dev), err, "%s", dev->object.name) : 0;
}

int dev_set_size(struct daxctl_dev *dev, uint64_t size)
{
	char value[32];

	snprintf(value, sizeof(value), "%#" PRIx64, size);
	return configure(dev, DEV_SIZE, value);
}

int dev_set_align(struct daxctl_dev *dev, unsigned long align)
{
	char value[32];

	snprintf(value, sizeof(value), "%#lx", align);
	return configure(dev, DEV_ALIGN, value);
}

int dev_add_range(struct daxctl_dev *dev, uint64_t start, uint64_t end)
{
	char value[64];

	snprintf(value, sizeof(value), "%#" PRIx64 "-%#" PRIx64, start, end);
	return configure(dev, DEV_MAPPING, value);
}

/* Lock the region for a public setter, which is a change of one write and must not come between
 * the steps of another process. */
static int begin_setting(struct daxctl_dev *dev, struct txn **txn)
{
	int err = dax_region_lock_alone(dev->region, txn) ?: dev_renew(dev);

	if (!err && ram_check_returned(dev) == -EBUSY)
		err = -EBUSY;
	return err ? kernel_fail_while(dev_kernel(dev), err, "%s", dev->object.name) : 0;
}

/* Return -ENXIO for every failure, as callers of the public setters expect. */
static int one_errno(int err)
{
	return err ? -ENXIO : 0;
}

EXPORT int daxctl_dev_set_size(struct daxctl_dev *dev, unsigned long long size)
{
	AUTO_TXN struct txn *txn = NULL;

	return one_errno(begin_setting(dev, &txn) ?: dev_set_size(dev, size));
}

EXPORT int daxctl_dev_set_align(struct daxctl_dev *dev, unsigned long align)
{
	AUTO_TXN struct txn *txn = NULL;

	return one_errno(begin_setting(dev, &txn) ?: dev_set_align(dev, align));
}

EXPORT int daxctl_dev_set_mapping(
	struct daxctl_dev *dev, unsigned long long start, unsigned long long end)
{
	AUTO_TXN struct txn *txn = NULL;

	return one_errno(begin_setting(dev, &txn) ?: dev_add_range(dev, start, end));
}

EXPORT int daxctl_dev_get_memmap_on_memory(struct daxctl_dev *dev)
{
	if (!dev)
		return -EINVAL;
	uint64_t value;
	int err = object_u64(&dev->object, DEV_MEMMAP, &value);

	return err == -ENOENT ? -EOPNOTSUPP : err ?: value != 0;
}

const char *dev_driver(struct daxctl_dev *dev)
{
	return object_text(&dev->object, DEV_DRIVER);
}

int dev_read_driver(struct daxctl_dev *dev, const char **driver)
{
	*driver = dev_driver(dev);
	if (*driver)
		return 1;
	if (errno == ENOENT)
		return 0;
	int err = -errno;
	return kernel_fail(
		dev_kernel(dev), -err, "cannot read the driver of the device: %s", strerror(-err));
}

int dev_has_driver(struct daxctl_dev *dev)
{
	const char *driver;

	return dev_read_driver(dev, &driver);
}

EXPORT int daxctl_dev_is_enabled(struct daxctl_dev *dev)
{
	return dev_driver(dev) != NULL;
}
