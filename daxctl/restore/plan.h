/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../../config/config.h"
#include "present.h"

/*
 * What has to be done so that everything is as the configuration says: a task for each section, in
 * the order in which they are to be done. Nothing is read or changed here.
 */
enum action {
	ACTION_NONE,	/* it is so already */
	ACTION_MODE,	/* bring @device into the mode, with its memory online in the zone */
	ACTION_REMAKE,	/* give @device another layout, and bring it into the mode */
	ACTION_CREATE,	/* create a device in @region, and bring it into the mode */
	ACTION_MAPLESS, /* make @ndns devdax without a page map */
	ACTION_REFUSED, /* nothing, for @refusal */
};

/* What is not as the section says. */
enum difference {
	DIFFERS_MISSING = 1 << 0, /* there is no such device */
	DIFFERS_SIZE = 1 << 1,
	DIFFERS_RANGES = 1 << 2,
	DIFFERS_ALIGN = 1 << 3,
	DIFFERS_MODE = 1 << 4,
	DIFFERS_ONLINE = 1 << 5,
	DIFFERS_MOVABLE = 1 << 6,
	DIFFERS_MEMMAP = 1 << 7,
	DIFFERS_MAP = 1 << 8,
};

struct task {
	const struct section *section;
	struct present_region *region;	     /* NULL: none fits, or a namespace */
	const struct present_device *device; /* NULL: none yet */
	const struct present_namespace *ndns;
	enum action action;
	unsigned differs; /* enum difference */
	char *refusal, *hint;
};

struct tasks {
	struct task *list;
	size_t count;
};

/* 0 or -ENOMEM. The tasks point into both. */
int tasks_init(struct tasks *tasks, const struct config *config, const struct present *present);
void tasks_deinit(struct tasks *tasks);

/* NULL: of no region, of no device that is there. */
struct daxctl_region *task_region(const struct task *task);
const char *task_device(const struct task *task);
/* Whether the kernel leaves the choice that memmap_on_memory makes. */
bool task_has_memmap_choice(const struct task *task);

/* Whether a range of the one list shares a byte with a range of the other. */
bool any_ranges_overlap(
	const struct daxctl_range *a, size_t a_count, const struct daxctl_range *b, size_t b_count);

/* Whether the region is one that the section names; section_fits_region() says so of those without
 * nvdimm.uuid. */
bool section_fits(const struct section *section, const struct present_region *region);
bool section_fits_region(const struct section *section, const struct present_region *region);

/* The device that the kernel made of all of a dynamic region, NULL if it has others too or is not
 * whole any more. */
const struct present_device *boot_device(const struct present_region *region);
