/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "../util/verb.h"
#include "devices.h"
#include "verbs.h"

static const char *region;
static bool force, human;
static int verbose;

static const struct option options[] = {
	{'r', "region", OPT_TEXT, &region, "region", "only devices of this region"},
	{'u', "human", OPT_FLAG, &human, NULL, "sizes with units"},
	{'v', "verbose", OPT_COUNT, &verbose, NULL, "print each step as it is taken"},
	{'f', "force", OPT_FLAG, &force, NULL,
		"destroy what is enabled too, and take memory offline where that is in the way"},
};

static int destroy(struct daxctl_dev *dev, const void *data)
{
	const char *name = daxctl_dev_get_devname(dev);
	int result = daxctl_dev_destroy(dev, force ? DAXCTL_CHANGE_FORCE : 0);

	if (result == 0)
		return 0;
	if (result == 1) {
		say_error(
			"%s: stays, without a size: the kernel keeps the first device of a region",
			name);
		return -EBUSY;
	}
	/* Users of the verb know one status for what cannot be destroyed at all. */
	if (result == -EOPNOTSUPP || (result == -EBUSY && !force))
		return say_failure(daxctl_dev_get_ctx(dev), -ENXIO);
	return result;
}

static int run(void *context, int count, char **args)
{
	const struct change change = {
		.done = "destroyed",
		.apply = destroy,
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
