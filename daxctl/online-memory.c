/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "../util/verb.h"
#include "devices.h"
#include "verbs.h"

static const char *region;
static bool no_movable, human;
static int verbose;

/* offline-memory has the rows without the last one. */
static const struct option options[] = {
	{'r', "region", OPT_TEXT, &region, "region", "only devices of this region"},
	{'u', "human", OPT_FLAG, &human, NULL, "sizes with units"},
	{'v', "verbose", OPT_COUNT, &verbose, NULL, "print each step as it is taken"},
	{0, "no-movable", OPT_FLAG, &no_movable, NULL,
		"let the kernel use the memory too; it may not be possible to take it back"},
};

/* One of the library's functions that bring all memory blocks of a device into a state, and the
 * state's name. */
struct transition {
	int (*apply)(struct daxctl_memory *memory);
	const char *state;
};

static int change_memory(struct daxctl_dev *dev, const void *data)
{
	const struct transition *transition = data;
	struct daxctl_memory *memory = daxctl_dev_get_memory(dev);
	const char *name = daxctl_dev_get_devname(dev);

	if (!memory) {
		say_error("%s: has no memory to put %s: it is not in system-ram mode", name,
			transition->state);
		say_hint("daxctl reconfigure-device --mode system-ram %s", name);
		return -ENXIO;
	}
	int unchanged = transition->apply(memory);
	if (unchanged <= 0)
		return unchanged;
	int total = daxctl_memory_num_sections(memory);
	say_note("%s: %d of %d memory blocks were %s already", name, unchanged, total,
		transition->state);
	return unchanged == total;
}

static int change(
	void *context, int count, char **args, const char *done, struct transition transition)
{
	const struct change all = {
		.done = done,
		.apply = change_memory,
		.data = &transition,
		.verbose = verbose > 0,
	};

	return devices_change(context, region, count, args, &all);
}

static int run_online(void *context, int count, char **args)
{
	return change(context, count, args, "onlined memory for",
		(struct transition){
			no_movable ? daxctl_memory_online_no_movable : daxctl_memory_online,
			"online"});
}

static int run_offline(void *context, int count, char **args)
{
	return change(context, count, args, "offlined memory for",
		(struct transition){daxctl_memory_offline, "offline"});
}

const struct verb verb_online_memory = {
	.name = "online-memory",
	.summary = "put the memory of system-ram devices to use",
	.argument = "device",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = sizeof(options) / sizeof(*options),
	.run = run_online,
};

const struct verb verb_offline_memory = {
	.name = "offline-memory",
	.summary = "take the memory of system-ram devices out of use",
	.argument = "device",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = sizeof(options) / sizeof(*options) - 1,
	.run = run_offline,
};
