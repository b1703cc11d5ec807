/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "../util/verb.h"
#include "devices.h"
#include "verbs.h"

static const char *region;
static bool human;
static int verbose;

static const struct option options[] = {
	{'r', "region", OPT_TEXT, &region, "region", "only devices of this region"},
	{'u', "human", OPT_FLAG, &human, NULL, "sizes with units"},
	{'v', "verbose", OPT_COUNT, &verbose, NULL, "print each step as it runs"},
};

static int set_enabled(struct daxctl_dev *dev, const void *data)
{
	const bool *enable = data;
	const char *name = daxctl_dev_get_devname(dev);
	enum daxctl_dev_mode mode = daxctl_dev_get_mode(dev);

	/* A driver that cannot be read may be that of system-ram mode. */
	if (mode == DAXCTL_DEV_MODE_UNKNOWN && errno && errno != ENOENT) {
		int err = -errno;
		say_error("%s: its driver cannot be read: %s", name, strerror(-err));
		return err;
	}
	if (mode == DAXCTL_DEV_MODE_RAM) {
		say_error("%s: cannot be enabled or disabled in system-ram mode", name);
		say_hint("daxctl reconfigure-device --mode devdax --force %s", name);
		return -ENXIO;
	}
	/* Ask the library also if nothing changes: it checks whether the kernel keeps the memory.
	 */
	return *enable ? daxctl_dev_enable_devdax(dev) : daxctl_dev_disable(dev);
}

static int change_enabled(void *context, int count, char **args, const char *done, bool enable)
{
	const struct change all = {
		.done = done,
		.apply = set_enabled,
		.data = &enable,
		.verbose = verbose > 0,
	};

	return devices_change(context, region, count, args, &all);
}

static int run_enable_device(void *context, int count, char **args)
{
	return change_enabled(context, count, args, "enabled", true);
}

static int run_disable_device(void *context, int count, char **args)
{
	return change_enabled(context, count, args, "disabled", false);
}

const struct verb verb_enable_device = {
	.name = "enable-device",
	.summary = "bind dax devices to the driver of devdax mode",
	.argument = "device",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = sizeof(options) / sizeof(*options),
	.run = run_enable_device,
};

const struct verb verb_disable_device = {
	.name = "disable-device",
	.summary = "unbind dax devices from the driver of devdax mode",
	.argument = "device",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = sizeof(options) / sizeof(*options),
	.run = run_disable_device,
};
