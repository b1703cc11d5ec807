/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "../util/size.h"
#include "../util/verb.h"
#include "devices.h"
#include "verbs.h"

static const char *region;
static int mode_choice;
static bool no_online, no_movable, force, human, dry_run;
static int verbose;

/* Choices start at 1. */
static const struct choice modes[] = {
	{"system-ram", DAXCTL_DEV_MODE_RAM + 1},
	{"devdax", DAXCTL_DEV_MODE_DEVDAX + 1},
	{0},
};

static const struct option options[] = {
	{'r', "region", OPT_TEXT, &region, "region", "only devices of this region"},
	{'m', "mode", OPT_CHOICE, &mode_choice, "mode", "what the devices are to be used as",
		"*system-ram*: ordinary memory, on the NUMA node that *list* shows as "
		"target_node.\n\n"
		"*devdax*: a character device, /dev/daxX.Y, that programs map.",
		.choices = modes, .refusal = -EINVAL},
	{'N', "no-online", OPT_FLAG, &no_online, NULL,
		"leave the new memory offline, for others to put online"},
	{0, "no-movable", OPT_FLAG, &no_movable, NULL,
		"let the kernel use the memory too; it may not be possible to take it back"},
	{'f', "force", OPT_FLAG, &force, NULL, "take memory offline where that is in the way",
		"Where the kernel puts new memory online by itself "
		"(_/sys/devices/system/memory/auto_online_blocks_), in a zone of its own choice, a "
		"change to *system-ram* is refused without it: such memory may not be possible to "
		"take back."},
	{0, "dry-run", OPT_FLAG, &dry_run, NULL, "check, print the steps and change nothing"},
	{'u', "human", OPT_FLAG, &human, NULL, "sizes with units"},
	{'v', "verbose", OPT_COUNT, &verbose, NULL, "print each step as it is taken"},
};

/* Capacity that cannot be memory is not lost in silence. */
static void tell_loss(struct daxctl_dev *dev)
{
	struct daxctl_ctx *ctx = daxctl_dev_get_ctx(dev);
	unsigned long long size = daxctl_dev_get_size(dev), usable;

	if (daxctl_dev_get_ram_size(dev, &usable) || usable == size)
		return;
	say_note("%s: %s of its %s are not used as memory: they lie outside of whole memory blocks "
		 "(%s)",
		daxctl_dev_get_devname(dev), size_short(size - usable).text, size_short(size).text,
		size_short(daxctl_get_memory_block_size(ctx)).text);
	say_hint("a device of %s that begins at a multiple of %s would lose nothing",
		size_short(usable).text, size_short(daxctl_get_memory_block_size(ctx)).text);
}

/* The kernel itself or a rule of udev may put blocks online before we do, in a zone of its own
 * choice. */
static void tell_zone(struct daxctl_dev *dev)
{
	struct daxctl_memory *memory = daxctl_dev_get_memory(dev);
	struct daxctl_memory_counts counts;

	if (no_movable || no_online || !memory || daxctl_memory_get_counts(memory, &counts) ||
		counts.movable == counts.online)
		return;
	say_note("%s: %u of its %u memory blocks are not movable: something else put them online",
		daxctl_dev_get_devname(dev), counts.online - counts.movable, counts.total);
	say_hint("see /sys/devices/system/memory/auto_online_blocks and the rules of udev, or use "
		 "--no-online");
}

static int reconfigure(struct daxctl_dev *dev, const void *data)
{
	enum daxctl_dev_mode mode = mode_choice - 1;
	unsigned flags = (force ? DAXCTL_CHANGE_FORCE : 0) |
		(no_online ? DAXCTL_CHANGE_NO_ONLINE : 0) |
		(no_movable ? DAXCTL_CHANGE_NO_MOVABLE : 0) | (dry_run ? DAXCTL_CHANGE_DRY_RUN : 0);

	if (daxctl_dev_get_mode(dev) == mode)
		say_note("%s: is in %s mode already", daxctl_dev_get_devname(dev),
			mode == DAXCTL_DEV_MODE_RAM ? "system-ram" : "devdax");
	int err = daxctl_dev_set_mode(dev, mode, flags);
	if (err)
		return err;
	if (mode == DAXCTL_DEV_MODE_RAM) {
		tell_loss(dev);
		tell_zone(dev);
	}
	return 0;
}

static int run(void *context, int count, char **args)
{
	const struct change change = {
		.done = dry_run ? "would reconfigure" : "reconfigured",
		.apply = reconfigure,
		.print = !dry_run,
		.human = human,
		.verbose = verbose > 0,
	};

	if (!mode_choice)
		return usage_error("which --mode is wanted: system-ram or devdax?");
	if (no_online && mode_choice - 1 != DAXCTL_DEV_MODE_RAM)
		return usage_error("--no-online makes sense with --mode system-ram only");
	return devices_change(context, region, count, args, &change);
}

const struct verb verb_reconfigure_device = {
	.name = "reconfigure-device",
	.summary = "change what dax devices are used as",
	.argument = "device",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = sizeof(options) / sizeof(*options),
	.run = run,
};
