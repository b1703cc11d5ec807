/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <daxctl/extensions.h>
#include <stdint.h>

/* What there is: a picture that is compared with the configuration, taken in one look. */
struct present_device {
	int error;	 /* what kept its size from being read */
	int range_error; /* what kept its ranges from being read */
	struct daxctl_dev *dev;
	const char *name;
	uint64_t size, align;
	struct daxctl_range *ranges; /* in the order in which they follow each other in it */
	size_t range_count;
	enum daxctl_dev_mode mode;
	struct daxctl_memory_counts memory; /* in system-ram mode */
	int memmap;			    /* 1, 0, or negative where there is no choice */
};

struct present_region {
	struct daxctl_region *region;
	const char *path; /* as list -R shows it */
	int id, target_node;
	bool dynamic, has_range, has_uuid;
	struct daxctl_range range;
	uuid_t uuid; /* of the namespace that it comes from */
	uint64_t size, available, align;
	struct present_device *devices; /* those without a size too */
	size_t device_count;
};

/* A namespace: what devdax without a page map needs of it. */
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

/* All regions and devices. Returns 0 or a negative errno: nobody can tell which regions or devices
 * there are. A device that cannot be read is there, with its error. */
int present_init(struct present *present, struct daxctl_ctx *ctx);
/* One region more. */
int present_add_region(struct present *present, struct daxctl_region *region);
/* What can be told of a region without looking at its devices. */
void present_region_outline(struct present_region *region, struct daxctl_region *object);
/* Adds range and node to an outline. */
void present_region_locate(struct present_region *region);
/* One region anew, after a change: present_region_deinit() comes before it. */
int present_region_init(struct present_region *region, struct daxctl_region *object);
void present_region_deinit(struct present_region *region);
void present_deinit(struct present *present);
/* The ranges of .dev alone; .ranges is to be freed. 0 or -ENOMEM; .range_error says more. */
int present_read_ranges(struct present_device *device);
