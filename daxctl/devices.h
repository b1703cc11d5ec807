/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <daxctl/extensions.h>
#include <stdbool.h>

/* The devices that options and arguments name: "dax0.1", "0.1" or "all", on the region that @region
 * (NULL: any) names by number, "region0", path or "all". */
struct selection {
	const char *region;
	const char *device;
};

bool region_is_selected(struct daxctl_region *region, const struct selection *selection);
bool device_is_selected(struct daxctl_dev *dev, const struct selection *selection);

/* 0, or a negative errno with the error said if nobody can tell which devices there are. */
int devices_check_listed(struct daxctl_ctx *ctx);

/* Calls @fn for each selected device in natural order until it returns something else than 0,
 * which is returned. A device that is named is found without looking at others. */
int devices_foreach(struct daxctl_ctx *ctx, const struct selection *selection,
	int (*fn)(struct daxctl_dev *dev, void *data), void *data);

/* From now on says what a dry run would do, and, where *@verbose, each step as it is taken. NULL
 * ends it. */
void devices_tell_steps(struct daxctl_ctx *ctx, bool *verbose);

/* A device that is neither changed nor a reason to fail. */
#define CHANGE_SKIPPED 2

/* What a verb does to each of its devices. */
struct change {
	const char *done; /* for "DONE 1 device" once all are through */
	/* Returns 0, 1 if there was nothing to do for the device (which then does not count),
	 * CHANGE_SKIPPED if there should be nothing done, or a negative errno with the library's
	 * sentence set or its own said. */
	int (*apply)(struct daxctl_dev *dev, const void *data);
	const void *data;
	/* The error for several devices, if the change can be made to one only. */
	const char *why_one;
	bool print; /* the devices as list shows them, once they are changed */
	bool human, verbose;
};

/*
 * Applies @change to the devices that @args name and says how many were changed. Nothing is changed
 * unless all can be found and none is named twice; after that a failure does not keep the other
 * devices from being changed.
 *
 * Returns what the verb returns: 0 if all went well, or if "all" was asked for and something was
 * changed, else the last device's result.
 */
int devices_change(struct daxctl_ctx *ctx, const char *region, int count, char **args,
	const struct change *change);
