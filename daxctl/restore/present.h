/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <daxctl/extensions.h>
#include <stdint.h>

/* A snapshot of regions, devices and namespaces, to compare with the configuration. */
struct present_device {
	int error;	 /* errno of reading its size or memory, or 0 */
	int range_error; /* errno of reading its ranges, or 0 */
	struct daxctl_dev *dev;
	const char *name;
	uint64_t size, align;
	struct daxctl_range *ranges; /* in the order of their offsets in the device */
	size_t range_count;
	enum daxctl_dev_mode mode;
	struct daxctl_memory_counts memory; /* in system-ram mode */
	int memmap;			    /* 1, 0, or negative without memmap_on_memory */
};

struct present_region {
	struct daxctl_region *region;
	const char *path; /* in the form of list -R */
	int id, target_node;
	bool dynamic, has_range, has_uuid;
	struct daxctl_range range;
	uuid_t uuid; /* of its namespace */
	uint64_t size, available, align;
	struct present_device *devices; /* also zero-size ones */
	size_t device_count;
};

/* A namespace, as a section with map = none needs it. */
struct present_namespace {
	void *object;
	const char *name;
	uuid_t uuid; /* of the label */
	bool raw, nomap;
};

struct present {
	struct present_region *regions;
	size_t region_count;
	struct present_namespace *namespaces; /* see nomap.h */
	size_t namespace_count;
};

/* Reads all regions and devices. Includes a device that cannot be read, with its error. Returns 0,
 * or a negative errno if the regions or devices cannot be listed. */
int present_init(struct present *present, struct daxctl_ctx *ctx);
/* Reads one region more. */
int present_add_region(struct present *present, struct daxctl_region *region);
/* Reads a region without its devices, range and node. */
void present_region_outline(struct present_region *region, struct daxctl_region *object);
/* Adds range and node to an outline. */
void present_region_locate(struct present_region *region);
/* Reads one region with its devices. */
int present_region_init(struct present_region *region, struct daxctl_region *object);
void present_region_deinit(struct present_region *region);
void present_deinit(struct present *present);
/* Reads the ranges of .dev into .ranges, which the caller frees, and .range_error. Returns 0 or
 * -ENOMEM. */
int present_read_ranges(struct present_device *device);
