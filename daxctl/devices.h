/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <daxctl/extensions.h>
#include <stdbool.h>

/* The devices that options and arguments name: @device is "dax0.1", "0.1" or "all"; @region (NULL:
 * any) is a number, "region0", a path or "all". */
struct selection {
	const char *region;
	const char *device;
};

bool region_is_selected(struct daxctl_region *region, const struct selection *selection);
bool device_is_selected(struct daxctl_dev *dev, const struct selection *selection);

/* Returns 0, or a negative errno after printing an error if the devices cannot be listed. */
int devices_check_listed(struct daxctl_ctx *ctx);

/* Calls @fn for each selected device in natural order until it returns a value other than 0, and
 * returns that. Finds a named device without reading others. */
int devices_foreach(struct daxctl_ctx *ctx, const struct selection *selection,
	int (*fn)(struct daxctl_dev *dev, void *data), void *data);

/* Prints the steps of a dry run, and with *@verbose each step as it runs. NULL turns it off. */
void devices_tell_steps(struct daxctl_ctx *ctx, bool *verbose);

/* The change that a verb makes to each of its devices. */
struct change {
	const char *done; /* for the outcome "DONE 1 device" */
	/* Like a target_fn (util/targets.h). */
	int (*apply)(struct daxctl_dev *dev, const void *data);
	const void *data;
	/* The error for several devices, if the change is for one device only. */
	const char *why_one;
	bool print; /* show the changed devices in the form of list */
	bool human, verbose;
};

/*
 * Applies @change to the devices that @args name, and prints how many were changed. Changes nothing
 * unless all names exist and differ. Goes on with the next device after a failure.
 *
 * Returns the verb's result: 0, or the result of the last device that was not changed.
 */
int devices_change(struct daxctl_ctx *ctx, const char *region, int count, char **args,
	const struct change *change);
