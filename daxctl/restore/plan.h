/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../../config/config.h"
#include "present.h"

/*
 * The tasks that bring the machine into the configured state: one for each section, in the order of
 * their execution. Planning reads and changes nothing on the machine.
 */
enum action {
	ACTION_NONE,	/* nothing: already as configured */
	ACTION_MODE,	/* bring @device into the mode, with its memory online in the zone */
	ACTION_REMAKE,	/* change the layout of @device, and bring it into the mode */
	ACTION_CREATE,	/* create a device in @region, and bring it into the mode */
	ACTION_NOMAP,	/* make @ndns devdax without struct pages */
	ACTION_REFUSED, /* nothing, because of @refusal */
};

/* What differs between the section and the machine. */
enum difference {
	DIFFERS_MISSING = 1 << 0, /* the device does not exist */
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
	struct present_region *region;	     /* NULL: none fits, or the task is for @ndns */
	const struct present_device *device; /* NULL: none yet */
	const struct present_namespace *ndns;
	enum action action;
	unsigned differs; /* enum difference */
	bool skipped;	  /* changes a device that is not in the scope of this restoration */
	char *refusal, *hint;
};

struct tasks {
	struct task *list;
	size_t count;
};

/* Plans the tasks, which point into @config and @present. Returns 0 or -ENOMEM. */
int tasks_init(struct tasks *tasks, const struct config *config, const struct present *present);
void tasks_deinit(struct tasks *tasks);

/* Region and name of the device or namespace of a task, or NULL. */
struct daxctl_region *task_region(const struct task *task);
const char *task_device(const struct task *task);
/* Whether the kernel supports memmap_on_memory for the device. */
bool task_has_memmap_choice(const struct task *task);

/* Whether a range of one list overlaps a range of the other. */
bool any_ranges_overlap(
	const struct daxctl_range *a, size_t a_count, const struct daxctl_range *b, size_t b_count);

/* Whether the section names the region. section_fits_region() is for sections without nvdimm.uuid.
 */
bool section_fits(const struct section *section, const struct present_region *region);
bool section_fits_region(const struct section *section, const struct present_region *region);

/* The device that the kernel made of a whole dynamic region at boot. NULL if the region has several
 * devices, or the device is not that large. */
const struct present_device *boot_device(const struct present_region *region);
