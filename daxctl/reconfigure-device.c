/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <base/cleanup.h>
#include "../config/config-edit.h"
#include "../util/size.h"
#include "../util/targets.h"
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
	{'v', "verbose", OPT_COUNT, &verbose, NULL, "print each step as it runs"},
	{'s', "size", OPT_SIZE, &layout_wanted.size, "size",
		"change the size of disabled devices of a dynamic region",
		"Shrinking a device loses the data at its end. 0 leaves the device without memory. Not with *--mode*.",
		.digit_first = true, .refusal = -EINVAL},
	{'a', "align", OPT_SIZE, &layout_wanted.align, "align",
		"change the alignment of disabled devices of a dynamic region",
		"A page size of the processor: 4K, 2M or 1G on x86. Not with *--mode*.",
		.digit_first = true, .refusal = -EINVAL},
	{0, "input", OPT_TEXT, &layout_wanted.input, "file",
		"change a disabled device of a dynamic region to the layout in this file",
		"The format is that of *daxctl-create-device*(1). Not with *--mode*."},
	{'m', "mode", OPT_CHOICE, &mode_choice, "mode", "new mode of the devices",
		"*system-ram*: ordinary memory, on the NUMA node that *list* shows as target_node.\n\n"
		"*devdax*: a character device, /dev/daxX.Y, that programs map.\n\n"
		"*famfs*: a device that the famfs file system mounts, on kernels with the driver fsdev_dax. Only a device in devdax mode can become famfs.",
		.choices = modes, .refusal = -EINVAL},
	{'N', "no-online", OPT_FLAG, &no_online, NULL,
		"leave the new memory offline, for another program to put online"},
	{'f', "force", OPT_FLAG, &force, NULL, "take memory offline if necessary",
		"A change to *system-ram* needs this option or *--no-movable* if the kernel puts new memory online by itself (_/sys/devices/system/memory/auto_online_blocks_): the kernel chooses the zone, and it may become impossible to take the memory back."},
	{'C', "check-config", OPT_FLAG, &check_config, NULL,
		"apply the configuration to the devices",
		"See CONFIGURATION. Not with *--mode*, *--no-online*, *--no-movable* and *--memmap-on-memory*."},
	{0, "no-movable", OPT_FLAG, &no_movable, NULL,
		"let the kernel use the memory for itself; it may become impossible to take it back"},
	{0, "keep-going", OPT_FLAG, &keep_going, NULL,
		"with --force: leave blocks offline if others cannot go offline",
		"Without it, the blocks go back online."},
	{0, "memmap-on-memory", OPT_CHOICE, &memmap, "yes|no",
		"keep the struct pages of the new memory on the device itself, or not",
		"They take 64 bytes for each page of 4096 bytes: 1 GiB for 64 GiB, of the new memory with *yes*, of other memory with *no*. Needs Linux 6.8; *yes* needs _memory\\_hotplug.memmap\\_on\\_memory=1_ on the kernel's command line too.",
		.choices = memmap_choices},
	{0, "persist", OPT_FLAG, &persist, NULL, PERSIST_HELP,
		"For a device of a dynamic region, it writes all devices of the region; see *daxctl.conf*(5). Not with *--check-config* and *--dry-run*."},
	{0, "dry-run", OPT_FLAG, &dry_run, NULL, "check, print the steps and change nothing"},
};

/* Report capacity that cannot become memory. */
static void tell_loss(struct daxctl_dev *dev)
{
	struct daxctl_ctx *ctx = daxctl_dev_get_ctx(dev);
	unsigned long long size = daxctl_dev_get_size(dev), usable;

	if (daxctl_dev_get_ram_size(dev, &usable) || usable == size)
		return;
	say_warning(
		"%s: %s of its %s are not used as memory: they lie outside of whole memory blocks (%s)",
		daxctl_dev_get_devname(dev), size_short(size - usable).text, size_short(size).text,
		size_short(daxctl_get_memory_block_size(ctx)).text);
	say_hint("to lose nothing, make it %s and let it begin at a multiple of %s",
		size_short(usable).text, size_short(daxctl_get_memory_block_size(ctx)).text);
}

/* Report blocks in another zone: the kernel or a udev rule may have put them online before us. */
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
	say_warning(
		"%s: %u of its %u memory blocks are %smovable: the kernel or udev put them online",
		daxctl_dev_get_devname(dev), other, counts.total, movable ? "not " : "");
	say_hint(
		"check /sys/devices/system/memory/auto_online_blocks and the udev rules, or use --no-online");
}

/* sizeof(struct page) in the kernel. */
#define STRUCT_PAGE_BYTES 64

static void tell_memmap_of_device(struct daxctl_dev *dev)
{
	unsigned long long usable;

	if (!memmap || daxctl_dev_get_ram_size(dev, &usable))
		return;
	usable = usable / sysconf(_SC_PAGESIZE) * STRUCT_PAGE_BYTES;
	say_note("%s: its struct pages take %s of %s memory", daxctl_dev_get_devname(dev),
		size_short(usable).text,
		daxctl_dev_get_memmap_on_memory(dev) > 0 ? "its own" : "other");
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
	const struct {
		bool given;
		unsigned flag;
	} flags[] = {
		{force, DAXCTL_CHANGE_FORCE},
		{no_online, DAXCTL_CHANGE_NO_ONLINE},
		{no_movable, DAXCTL_CHANGE_NO_MOVABLE},
		{dry_run, DAXCTL_CHANGE_DRY_RUN},
		{keep_going, DAXCTL_CHANGE_KEEP_GOING},
		{memmap == MEMMAP_YES, DAXCTL_CHANGE_MEMMAP_HERE},
		{memmap == MEMMAP_NO, DAXCTL_CHANGE_MEMMAP_ELSEWHERE},
	};
	unsigned all = 0;

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		all |= flags[i].given ? flags[i].flag : 0;
	return all;
}

static int set_device_mode(struct daxctl_dev *dev, enum daxctl_dev_mode mode, unsigned flags)
{
	bool is_already = daxctl_dev_get_mode(dev) == mode;
	int err = daxctl_dev_set_mode(dev, mode, flags);

	if (err)
		return err;
	if (is_already)
		say_note("%s: already in %s mode", daxctl_dev_get_devname(dev), mode_name(mode));
	if (mode == DAXCTL_DEV_MODE_RAM) {
		tell_loss(dev);
		tell_zone(dev, flags);
		tell_memmap_of_device(dev);
	}
	return 0;
}

/* Persist a change, or note its end at the next boot. */
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
	int err = persist ? persist_begin(daxctl_dev_get_ctx(dev)) : 0;

	if (!err)
		err = set_device_mode(dev, mode_choice - 1, flags_of_options());
	return err ?: keep(dev);
}

static unsigned memmap_flag(const struct section *section)
{
	if (!(section->given & KEY_MEMMAP) || section->mode != DAXCTL_DEV_MODE_RAM)
		return 0;
	return section->memmap ? DAXCTL_CHANGE_MEMMAP_HERE : DAXCTL_CHANGE_MEMMAP_ELSEWHERE;
}

/* The first section for the region of a device, which only restore applies. */
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
		say_note(
			"%s: only 'daxctl restore' applies [%s] of %s, which is for a whole region",
			name, section->name, section->file);
		say_hint("daxctl restore %s", name);
	} else {
		say_note("%s: no section in %s matches it", name,
			daxctl_get_config_path(daxctl_dev_get_ctx(dev)));
	}
	return TARGET_SKIPPED;
}

static int follow_config(struct daxctl_dev *dev, const void *data)
{
	const struct config *config = data;
	const char *name = daxctl_dev_get_devname(dev);
	const struct section *section;
	uuid_t uuid;

	int err = daxctl_region_get_nvdimm_uuid(daxctl_dev_get_region(dev), uuid);
	if (err && err != -EOPNOTSUPP) {
		say_error("%s: uuid of its namespace cannot be read: %s", name, strerror(-err));
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

/* Scripts know one status, ENXIO, for every impossible layout. */
static int change_layout(struct daxctl_dev *dev, const void *data)
{
	const struct input *input = data;
	int region_id = daxctl_region_get_id(daxctl_dev_get_region(dev));

	if (input->region >= 0 && input->region != region_id) {
		say_error("%s: describes a device of region %d, but %s is in region %d",
			layout_wanted.input, input->region, daxctl_dev_get_devname(dev), region_id);
		return -ENXIO;
	}
	int err = persist ? persist_begin(daxctl_dev_get_ctx(dev)) : 0;
	if (err)
		return err;
	err = daxctl_dev_set_layout(
		dev, &input->layout, flags_of_options() & DAXCTL_CHANGE_DRY_RUN);
	if (!err)
		return keep(dev);
	if (err == -EACCES || err == -EPERM)
		return err;
	return say_failure(daxctl_dev_get_ctx(dev), -ENXIO);
}

/* The change that all forms of the verb make, by @apply. */
static struct change change_by(
	int (*apply)(struct daxctl_dev *dev, const void *data), const void *data)
{
	return (struct change){
		.done = dry_run ? "would reconfigure" : "reconfigured",
		.apply = apply,
		.data = data,
		.print = !dry_run,
		.human = human,
		.verbose = verbose > 0,
	};
}

static int run_layout(void *context, int count, char **args)
{
	CLEANUP(input_deinit) struct input input = {.region = -1};
	struct change change = change_by(change_layout, &input);

	change.print = false;
	if (layout_wanted.input)
		change.why_one = "--input describes one device";
	if (no_online || no_movable || memmap || keep_going)
		return usage_error(
			"--no-online, --no-movable, --memmap-on-memory and --keep-going need --mode");
	int err = layout_from_options(&layout_wanted, &input);
	return err ?: devices_change(context, region, count, args, &change);
}

static int run_mode(void *context, int count, char **args)
{
	const struct change change = change_by(reconfigure_device, NULL);

	if (no_online && mode_choice - 1 != DAXCTL_DEV_MODE_RAM)
		return usage_error("--no-online needs --mode system-ram");
	if (memmap && mode_choice - 1 != DAXCTL_DEV_MODE_RAM)
		return usage_error("--memmap-on-memory needs --mode system-ram");
	if (keep_going && (!force || mode_choice - 1 == DAXCTL_DEV_MODE_RAM))
		return usage_error("--keep-going needs --force and --mode devdax");
	return devices_change(context, region, count, args, &change);
}

/* Complete a change of the configuration that was interrupted, or warn of it. */
static void complete_config(const char *path)
{
	if (!config_is_interrupted(path))
		return;
	AUTO_CONFIG_LOCK int lock = dry_run ? -1 : config_lock(path, false);
	if (lock < 0 || config_complete(path))
		config_tell_interrupted(path);
}

static int run_config(void *context, int count, char **args)
{
	AUTO_CONFIG struct config *config = NULL;

	if (mode_choice || no_online || no_movable || memmap)
		return usage_error(
			"--check-config cannot be combined with --mode, --no-online, --no-movable or --memmap-on-memory");
	if (keep_going && !force)
		return usage_error("--keep-going needs --force");
	complete_config(daxctl_get_config_path(context));
	int err = config_read(daxctl_get_config_path(context), &config);
	const struct change change = change_by(follow_config, config);
	return err ?: devices_change(context, region, count, args, &change);
}

static int run(void *context, int count, char **args)
{
	bool layout = layout_wanted.size.given || layout_wanted.align.given || layout_wanted.input;

	if (persist && (check_config || dry_run))
		return usage_error("--persist cannot be combined with --check-config or --dry-run");
	if (layout && (mode_choice || check_config))
		return usage_error(
			"--size, --align and --input cannot be combined with --mode or --check-config");
	if (check_config)
		return run_config(context, count, args);
	if (layout)
		return run_layout(context, count, args);
	if (mode_choice)
		return run_mode(context, count, args);
	return usage_error("nothing to change: give --mode, --size, --align or --input");
}

const struct verb verb_reconfigure_device = {
	.name = "reconfigure-device",
	.summary = "change the mode, size or alignment of dax devices (system-ram, devdax)",
	.argument = "device",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = sizeof(options) / sizeof(*options),
	.run = run,
};
