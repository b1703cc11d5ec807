/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <base/cleanup.h>
#include "../config/config.h"
#include "../util/size.h"
#include "../util/verb.h"
#include "devices.h"
#include "input.h"
#include "restore/persist.h"
#include "restore/plan.h"
#include "verbs.h"

static const char *region;
static struct layout_options layout_wanted;
static int mode_choice, memmap;
static bool check_config, keep_going, no_online, no_movable, force, human, dry_run, persist;
static int verbose;

/* Choices start at 1. */
static const struct choice modes[] = {
	{"system-ram", DAXCTL_DEV_MODE_RAM + 1},
	{"devdax", DAXCTL_DEV_MODE_DEVDAX + 1},
	{"famfs", DAXCTL_DEV_MODE_FAMFS + 1},
	{0},
};

enum { MEMMAP_YES = 1, MEMMAP_NO };
static const struct choice memmap_choices[] = {{"yes", MEMMAP_YES}, {"no", MEMMAP_NO}, {0}};

static const struct option options[] = {
	{'r', "region", OPT_TEXT, &region, "region", "only devices of this region"},
	{'u', "human", OPT_FLAG, &human, NULL, "sizes with units"},
	{'v', "verbose", OPT_COUNT, &verbose, NULL, "print each step as it is taken"},
	{'s', "size", OPT_SIZE, &layout_wanted.size, "size",
		"give disabled devices of a dynamic region another size",
		"What is cut off is lost. 0 leaves the device without memory. Not with *--mode*.",
		.digit_first = true, .refusal = -EINVAL},
	{'a', "align", OPT_SIZE, &layout_wanted.align, "align",
		"give disabled devices of a dynamic region another alignment",
		"A size that the processor can map at once: 4K, 2M or 1G on x86. Not with *--mode*.",
		.digit_first = true, .refusal = -EINVAL},
	{0, "input", OPT_TEXT, &layout_wanted.input, "file",
		"give a disabled device of a dynamic region what this file describes",
		"The format is that of *daxctl-create-device*(1). Not with *--mode*."},
	{'m', "mode", OPT_CHOICE, &mode_choice, "mode", "what the devices are to be used as",
		"*system-ram*: ordinary memory, on the NUMA node that *list* shows as target_node.\n\n"
		"*devdax*: a character device, /dev/daxX.Y, that programs map.\n\n"
		"*famfs*: what the famfs file system mounts, on kernels with the driver fsdev_dax. It comes from devdax only, not from system-ram.",
		.choices = modes, .refusal = -EINVAL},
	{'N', "no-online", OPT_FLAG, &no_online, NULL,
		"leave the new memory offline, for others to put online"},
	{'f', "force", OPT_FLAG, &force, NULL, "take memory offline where that is in the way",
		"Where the kernel puts new memory online by itself (_/sys/devices/system/memory/auto_online_blocks_), in a zone of its own choice, a change to *system-ram* is refused without it or *--no-movable*: such memory may not be possible to take back."},
	{'C', "check-config", OPT_FLAG, &check_config, NULL,
		"do to the devices what the configuration says",
		"See CONFIGURATION. Not with *--mode*, *--no-online*, *--no-movable* and *--memmap-on-memory*."},
	{0, "no-movable", OPT_FLAG, &no_movable, NULL,
		"let the kernel use the memory too; it may not be possible to take it back"},
	{0, "keep-going", OPT_FLAG, &keep_going, NULL,
		"leave offline what --force took offline, where not all of it goes",
		"Without it, memory that was taken offline goes back online when some of it does not go."},
	{0, "memmap-on-memory", OPT_CHOICE, &memmap, "yes|no",
		"keep the page map of the new memory on the device itself, or not",
		"It has 64 bytes for each page of 4096: 1 GiB for 64 GiB, which are missing in other memory with *no*, and in the new memory with *yes*. For kernels since 6.8; *yes* needs _memory\\_hotplug.memmap\\_on\\_memory=1_ on the kernel's command line too.",
		.choices = memmap_choices},
	{0, "persist", OPT_FLAG, &persist, NULL, PERSIST_HELP,
		"Of a device of a dynamic region all devices of the region are written down; see *daxctl.conf*(5). Not with *--check-config* and *--dry-run*."},
	{0, "dry-run", OPT_FLAG, &dry_run, NULL, "check, print the steps and change nothing"},
};

/* Capacity that cannot be memory is not lost in silence. */
static void tell_loss(struct daxctl_dev *dev)
{
	struct daxctl_ctx *ctx = daxctl_dev_get_ctx(dev);
	unsigned long long size = daxctl_dev_get_size(dev), usable;

	if (daxctl_dev_get_ram_size(dev, &usable) || usable == size)
		return;
	say_note(
		"%s: %s of its %s are not used as memory: they lie outside of whole memory blocks (%s)",
		daxctl_dev_get_devname(dev), size_short(size - usable).text, size_short(size).text,
		size_short(daxctl_get_memory_block_size(ctx)).text);
	say_hint("a device of %s that begins at a multiple of %s would lose nothing",
		size_short(usable).text, size_short(daxctl_get_memory_block_size(ctx)).text);
}

/* The kernel itself or a rule of udev may put blocks online before we do, in a zone of its own
 * choice: look at the zone, whoever was faster. */
static void tell_zone(struct daxctl_dev *dev, unsigned flags)
{
	struct daxctl_memory *memory = daxctl_dev_get_memory(dev);
	bool movable = !(flags & DAXCTL_CHANGE_NO_MOVABLE);
	struct daxctl_memory_counts counts;

	if (flags & DAXCTL_CHANGE_NO_ONLINE || !memory || daxctl_memory_get_counts(memory, &counts))
		return;
	unsigned other = movable ? counts.online - counts.movable : counts.movable;
	if (!other)
		return;
	say_note("%s: %u of its %u memory blocks are %smovable: something else put them online",
		daxctl_dev_get_devname(dev), other, counts.total, movable ? "not " : "");
	say_hint(
		"see /sys/devices/system/memory/auto_online_blocks and the rules of udev, or use --no-online");
}

/* A sixty-fourth of the memory, with pages of 4 KiB. */
#define PAGE_DESCRIPTION 64

static void tell_memmap_of_device(struct daxctl_dev *dev)
{
	unsigned long long usable;

	if (!memmap || daxctl_dev_get_ram_size(dev, &usable))
		return;
	usable = usable / sysconf(_SC_PAGESIZE) * PAGE_DESCRIPTION;
	if (daxctl_dev_get_memmap_on_memory(dev) > 0)
		say_note("%s: its page map takes %s of its own memory, and saves as much elsewhere",
			daxctl_dev_get_devname(dev), size_short(usable).text);
	else
		say_note("%s: its page map takes %s of other memory", daxctl_dev_get_devname(dev),
			size_short(usable).text);
}

static const char *mode_name(enum daxctl_dev_mode mode)
{
	for (const struct choice *choice = modes; choice->name; choice++)
		if (choice->value == (int)mode + 1)
			return choice->name;
	return "no";
}

static unsigned flags_of_options(void)
{
	return (force ? DAXCTL_CHANGE_FORCE : 0) | (no_online ? DAXCTL_CHANGE_NO_ONLINE : 0) |
		(no_movable ? DAXCTL_CHANGE_NO_MOVABLE : 0) |
		(dry_run ? DAXCTL_CHANGE_DRY_RUN : 0) |
		(keep_going ? DAXCTL_CHANGE_KEEP_GOING : 0) |
		(memmap == MEMMAP_YES ? DAXCTL_CHANGE_MEMMAP_HERE : 0) |
		(memmap == MEMMAP_NO ? DAXCTL_CHANGE_MEMMAP_ELSEWHERE : 0);
}

static int set_device_mode(struct daxctl_dev *dev, enum daxctl_dev_mode mode, unsigned flags)
{
	if (daxctl_dev_get_mode(dev) == mode)
		say_note("%s: is in %s mode already", daxctl_dev_get_devname(dev), mode_name(mode));
	int err = daxctl_dev_set_mode(dev, mode, flags);
	if (err)
		return err;
	if (mode == DAXCTL_DEV_MODE_RAM) {
		tell_loss(dev);
		tell_zone(dev, flags);
		tell_memmap_of_device(dev);
	}
	return 0;
}

/* After a change that has succeeded. */
static int keep(struct daxctl_dev *dev)
{
	if (persist)
		return persist_device(dev);
	if (!dry_run)
		persist_tell_other(dev);
	return 0;
}

static int reconfigure_device(struct daxctl_dev *dev, const void *data)
{
	int err = set_device_mode(dev, mode_choice - 1, flags_of_options());

	return err ?: keep(dev);
}

static unsigned memmap_flag(const struct section *section)
{
	if (!(section->given & KEY_MEMMAP) || section->mode != DAXCTL_DEV_MODE_RAM)
		return 0;
	return section->memmap ? DAXCTL_CHANGE_MEMMAP_HERE : DAXCTL_CHANGE_MEMMAP_ELSEWHERE;
}

/* The first section for the region of a device, which restore applies to the region as a whole. */
static const struct section *find_region_section(
	const struct config *config, struct daxctl_dev *dev)
{
	struct present_region whole = {0};
	const struct section *section = config->sections;

	present_region_outline(&whole, daxctl_dev_get_region(dev));
	present_region_locate(&whole);
	while (section && (section->wrong || !section_fits_region(section, &whole)))
		section = section->next;
	return section;
}

static int tell_no_section(const struct config *config, struct daxctl_dev *dev)
{
	const char *name = daxctl_dev_get_devname(dev);
	const struct section *section = find_region_section(config, dev);

	if (section) {
		say_note("%s: sections for dynamic regions are left to restore: [%s] of %s", name,
			section->name, section->file);
		say_hint("daxctl restore %s", name);
	} else {
		say_note("%s: no section in %s is for it", name,
			daxctl_get_config_path(daxctl_dev_get_ctx(dev)));
	}
	return CHANGE_SKIPPED;
}

static int follow_config(struct daxctl_dev *dev, const void *data)
{
	const struct config *config = data;
	const char *name = daxctl_dev_get_devname(dev);
	const struct section *section;
	uuid_t uuid;

	int err = daxctl_region_get_nvdimm_uuid(daxctl_dev_get_region(dev), uuid);
	if (err && err != -EOPNOTSUPP) {
		say_error("%s: the uuid of its namespace cannot be read: %s", name, strerror(-err));
		return err;
	}
	err = err ? -ENOENT : config_find_uuid(config, uuid, name, &section);
	if (err == -ENOENT)
		return tell_no_section(config, dev);
	if (err)
		return err;
	return set_device_mode(dev, section->mode,
		flags_of_options() | (section->online ? 0 : DAXCTL_CHANGE_NO_ONLINE) |
			(section->movable ? 0 : DAXCTL_CHANGE_NO_MOVABLE) | memmap_flag(section));
}

/* Users of the verb know one status for all that a device cannot be made of. */
static int change_layout(struct daxctl_dev *dev, const void *data)
{
	const struct input *input = data;
	int region_id = daxctl_region_get_id(daxctl_dev_get_region(dev));

	if (input->region >= 0 && input->region != region_id) {
		say_error("%s: describes a device of region %d, and %s is in region %d",
			layout_wanted.input, input->region, daxctl_dev_get_devname(dev), region_id);
		return -ENXIO;
	}
	int err = daxctl_dev_set_layout(dev, &input->layout, dry_run ? DAXCTL_CHANGE_DRY_RUN : 0);

	if (!err)
		return keep(dev);
	if (err == -EACCES || err == -EPERM)
		return err;
	return say_failure(daxctl_dev_get_ctx(dev), -ENXIO);
}

static int run_layout(void *context, int count, char **args)
{
	CLEANUP(input_deinit) struct input input = {.region = -1};
	const struct change change = {
		.done = dry_run ? "would reconfigure" : "reconfigured",
		.apply = change_layout,
		.data = &input,
		.why_one = layout_wanted.input ? "--input describes one device" : NULL,
		.verbose = verbose > 0,
	};

	if (no_online || no_movable || memmap || keep_going)
		return usage_error(
			"--no-online, --no-movable, --memmap-on-memory and --keep-going make sense with --mode only");
	int err = layout_from_options(&layout_wanted, &input);
	return err ?: devices_change(context, region, count, args, &change);
}

static int run_mode(void *context, int count, char **args)
{
	const struct change change = {
		.done = dry_run ? "would reconfigure" : "reconfigured",
		.apply = reconfigure_device,
		.print = !dry_run,
		.human = human,
		.verbose = verbose > 0,
	};

	if (no_online && mode_choice - 1 != DAXCTL_DEV_MODE_RAM)
		return usage_error("--no-online makes sense with --mode system-ram only");
	if (memmap && mode_choice - 1 != DAXCTL_DEV_MODE_RAM)
		return usage_error("--memmap-on-memory makes sense with --mode system-ram only");
	if (keep_going && (!force || mode_choice - 1 == DAXCTL_DEV_MODE_RAM))
		return usage_error("--keep-going makes sense with --force and --mode devdax only");
	return devices_change(context, region, count, args, &change);
}

static int run_config(void *context, int count, char **args)
{
	AUTO_CONFIG struct config *config = NULL;

	if (mode_choice || no_online || no_movable || memmap)
		return usage_error(
			"--check-config does not go together with --mode, --no-online, --no-movable and --memmap-on-memory");
	if (keep_going && !force)
		return usage_error("--keep-going makes sense with --force only");
	int err = config_read(daxctl_get_config_path(context), &config);
	const struct change change = {
		.done = dry_run ? "would reconfigure" : "reconfigured",
		.apply = follow_config,
		.data = config,
		.print = !dry_run,
		.human = human,
		.verbose = verbose > 0,
	};
	return err ?: devices_change(context, region, count, args, &change);
}

static int run(void *context, int count, char **args)
{
	bool layout = layout_wanted.size.given || layout_wanted.align.given || layout_wanted.input;

	if (persist && (check_config || dry_run))
		return usage_error(
			"--persist does not go together with --check-config and --dry-run");
	if (layout && (mode_choice || check_config))
		return usage_error(
			"--size, --align and --input do not go together with --mode and --check-config");
	if (check_config)
		return run_config(context, count, args);
	if (layout)
		return run_layout(context, count, args);
	if (mode_choice)
		return run_mode(context, count, args);
	return usage_error("which --mode, --size or --align is wanted?");
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
