/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "region.h"

struct daxctl_memory {
	struct daxctl_dev *dev;
	char *node_path;
};

/*
 * The inode numbers of the device's link in the directory of the bus, and of its directory; 0 if
 * not known. A device that the kernel creates later under the same name has others. A listing gives
 * one of the two without a system call per device, and the one is enough.
 */
struct dev_identity {
	uint64_t link, directory;
};

struct daxctl_dev {
	struct daxctl_region *region;
	struct daxctl_dev *next;
	struct daxctl_dev *next_gone; /* @next still leads on to the list that it was in */
	struct object object;
	int id;
	struct dev_identity identity;
	struct daxctl_mapping *mappings; /* @mapping_count of them, the last one marked */
	size_t mapping_count;
	int mapping_error; /* why the ranges cannot be read, or 0 */
	bool mapped;
	struct daxctl_memory memory;
};

struct daxctl_mapping {
	uint64_t start, end, offset;
	bool last;
};

enum dev_attr {
	DEV_SIZE,
	DEV_ALIGN,
	DEV_RESOURCE,
	DEV_TARGET_NODE,
	DEV_DEV,
	DEV_DRIVER,
	DEV_MAPPING,
	DEV_MEMMAP,
};

/* Returned by an action that another program did first: it is done, but not ours to undo. */
#define BY_ANOTHER 1

static inline struct kernel *dev_kernel(const struct daxctl_dev *dev)
{
	return dev->region->ctx->kernel;
}

/* Stores the X and Y of a name daxX.Y; false for any other name. */
bool dev_parse_name(const char *name, int *region_id, int *id);
bool dev_is_name(const char *name);
/* Returns the device called @name in @region, which it adds if it is new, or if the kernel has
 * replaced it since. One of the numbers in @identity must be known. NULL without memory. */
struct daxctl_dev *dev_get(
	struct daxctl_region *region, const char *name, const struct dev_identity *identity);
/* The same for a device whose numbers are not known. NULL with errno set. */
struct daxctl_dev *dev_find(struct daxctl_region *region, const char *name);
void dev_free(struct daxctl_dev *dev);
/* Write the attributes size, align and mapping. Return 0 or the kernel's errno. */
int dev_set_size(struct daxctl_dev *dev, uint64_t size);
int dev_set_align(struct daxctl_dev *dev, unsigned long align);
int dev_add_range(struct daxctl_dev *dev, uint64_t start, uint64_t end);
/* Forgets what was read of the device, before a change: its name may be another device's by now.
 * Call it under the lock of its region. Returns 0, or with the cause recorded -ENODEV if the device
 * no longer exists, or -ESTALE if it was replaced. */
int dev_renew(struct daxctl_dev *dev);
/* Returns the name of the device's driver, NULL with errno ENOENT if it has none, or with another
 * errno if that cannot be read. */
const char *dev_driver(struct daxctl_dev *dev);
/* Returns 1 if the device has a driver, 0 if certainly none, or a negative errno with the cause
 * recorded. */
int dev_has_driver(struct daxctl_dev *dev);
/* The same, and stores the name that was read in @driver, or NULL. */
int dev_read_driver(struct daxctl_dev *dev, const char **driver);
