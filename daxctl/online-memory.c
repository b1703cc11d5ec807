/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "../util/verb.h"
#include "devices.h"
#include "verbs.h"

static const char *region;
static bool no_movable, keep_going, human;
static int verbose;

/* The options of both verbs. */
#define COMMON                                                                                     \
	{'r', "region", OPT_TEXT, &region, "region", "only devices of this region"},               \
		{'u', "human", OPT_FLAG, &human, NULL, "sizes with units"},                        \
	{                                                                                          \
		'v', "verbose", OPT_COUNT, &verbose, NULL, "print each step as it runs"            \
	}

static const struct option online_options[] = {
	COMMON,
	{0, "no-movable", OPT_FLAG, &no_movable, NULL,
		"let the kernel use the memory for itself; it may become impossible to take it back"},
};

static const struct option offline_options[] = {
	COMMON,
	{0, "keep-going", OPT_FLAG, &keep_going, NULL,
		"leave blocks offline if others cannot go offline"},
};

static int set_memory_state(struct daxctl_dev *dev, const void *data)
{
	const enum daxctl_memory_state *state = data;
	struct daxctl_memory *memory = daxctl_dev_get_memory(dev);
	const char *name = daxctl_dev_get_devname(dev);
	const char *word = *state == DAXCTL_MEMORY_OFFLINE ? "offline" : "online";

	if (!memory) {
		say_error("%s: memory cannot go %s: the device is not in system-ram mode", name,
			word);
		say_hint("daxctl reconfigure-device --mode system-ram %s", name);
		return -ENXIO;
	}
	int unchanged =
		daxctl_memory_change(memory, *state, keep_going ? DAXCTL_CHANGE_KEEP_GOING : 0);
	if (unchanged <= 0)
		return unchanged;
	int total = daxctl_memory_num_sections(memory);
	say_note("%s: %d of %d memory blocks were %s already", name, unchanged, total, word);
	return unchanged == total;
}

static int change_memory_state(
	void *context, int count, char **args, const char *done, enum daxctl_memory_state state)
{
	const struct change all = {
		.done = done,
		.apply = set_memory_state,
		.data = &state,
		.verbose = verbose > 0,
	};

	return devices_change(context, region, count, args, &all);
}

static int run_online(void *context, int count, char **args)
{
	return change_memory_state(context, count, args, "onlined memory for",
		no_movable ? DAXCTL_MEMORY_ONLINE_KERNEL : DAXCTL_MEMORY_ONLINE_MOVABLE);
}

static int run_offline(void *context, int count, char **args)
{
	return change_memory_state(
		context, count, args, "offlined memory for", DAXCTL_MEMORY_OFFLINE);
}

const struct verb verb_online_memory = {
	.name = "online-memory",
	.summary = "put the memory of system-ram devices online",
	.argument = "device",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = online_options,
	.option_count = sizeof(online_options) / sizeof(*online_options),
	.run = run_online,
};

const struct verb verb_offline_memory = {
	.name = "offline-memory",
	.summary = "take the memory of system-ram devices offline",
	.argument = "device",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = offline_options,
	.option_count = sizeof(offline_options) / sizeof(*offline_options),
	.run = run_offline,
};
