/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>

#include "../util/verb.h"
#include "devices.h"
#include "restore/persist.h"
#include "verbs.h"

static const char *region;
static bool force, human, persist;
static int verbose;

static const struct option options[] = {
	{'r', "region", OPT_TEXT, &region, "region", "only devices of this region"},
	{'u', "human", OPT_FLAG, &human, NULL, "sizes with units"},
	{'v', "verbose", OPT_COUNT, &verbose, NULL, "print each step as it runs"},
	{'f', "force", OPT_FLAG, &force, NULL,
		"destroy enabled devices too, and take their memory offline"},
	{0, "persist", OPT_FLAG, &persist, NULL, "keep the next boot from creating them again",
		"It removes their sections in _" SYSCONFDIR
		"/daxctl.conf.d_ and writes the other devices of the region; see *daxctl.conf*(5). Without it, *daxctl restore* and the next boot create devices that have sections again."},
};

static int destroy_device(struct daxctl_dev *dev, const void *data)
{
	const char *name = daxctl_dev_get_devname(dev);
	struct daxctl_region *home = daxctl_dev_get_region(dev);
	struct present_device before = {.dev = dev};
	int result = persist ? persist_begin(daxctl_dev_get_ctx(dev)) : 0;

	if (!result)
		result = present_read_ranges(&before);
	if (!result)
		result = daxctl_dev_destroy(dev, force ? DAXCTL_CHANGE_FORCE : 0);
	if (result >= 0 && !persist)
		persist_tell_destroyed(&before);
	free(before.ranges);
	if (result >= 0 && persist) {
		int err = persist_region(home, name);
		if (err)
			return err;
	}
	if (result == 1)
		say_note("%s: now without a size: the kernel keeps the first device of a region",
			name);
	if (result >= 0)
		return 0;
	/* Scripts know one status for a device that cannot be destroyed. */
	if (result == -EOPNOTSUPP || (result == -EBUSY && !force))
		return say_failure(daxctl_dev_get_ctx(dev), -ENXIO);
	return result;
}

static int run(void *context, int count, char **args)
{
	const struct change change = {
		.done = "destroyed",
		.apply = destroy_device,
		.verbose = verbose > 0,
	};

	return devices_change(context, region, count, args, &change);
}

const struct verb verb_destroy_device = {
	.name = "destroy-device",
	.summary = "give the memory of dax devices back to their dynamic region",
	.argument = "device",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = sizeof(options) / sizeof(*options),
	.run = run,
};
