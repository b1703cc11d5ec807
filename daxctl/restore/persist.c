/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "persist.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../config/config-edit.h"
#include "../../config/section.h"
#include "../../util/say.h"
#include "../../util/size.h"
#include "../../util/verb.h"
#include "plan.h"

/* The lines to set in a section. */
struct lines {
	struct setting *list;
	size_t count;
	bool failed; /* out of memory */
};

static void lines_deinit(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++) {
		free((char *)lines->list[i].key);
		free((char *)lines->list[i].value);
	}
	free(lines->list);
}

/* Set a line; a NULL @value removes it. */
static void lines_set(struct lines *lines, const char *key, const char *value)
{
	struct setting *list = reallocarray(lines->list, lines->count + 1, sizeof(*list));
	struct setting setting = {strdup(key), value ? strdup(value) : NULL};

	if (!list || !setting.key || (value && !setting.value)) {
		free((char *)setting.key);
		free((char *)setting.value);
		lines->list = list ?: lines->list;
		lines->failed = true;
		return;
	}
	lines->list = list;
	list[lines->count++] = setting;
}

static void set_bool(struct lines *lines, const char *key, bool value)
{
	lines_set(lines, key, value ? "true" : "false");
}

static void set_range(struct lines *lines, const char *key, const struct daxctl_range *range)
{
	lines_set(lines, key, config_range(range).text);
}

/* ---- use of a device ---- */

/* Write the zone only if memory is online: offline memory has none. */
static void set_memory(struct lines *lines, const struct present_device *device)
{
	const struct daxctl_memory_counts *memory = &device->memory;

	set_bool(lines, "online", memory->online > 0);
	if (memory->online)
		set_bool(lines, "movable", memory->movable == memory->online);
	if (device->memmap >= 0)
		set_bool(lines, "memmap_on_memory", device->memmap > 0);
}

static void set_use(struct lines *lines, const struct present_device *device)
{
	const char *mode = config_mode_name(device->mode);

	/* Keep the configured mode of a device that is disabled now. */
	if (!mode)
		return;
	lines_set(lines, "mode", mode);
	if (device->mode == DAXCTL_DEV_MODE_RAM) {
		set_memory(lines, device);
		return;
	}
	lines_set(lines, "online", NULL);
	lines_set(lines, "movable", NULL);
	lines_set(lines, "memmap_on_memory", NULL);
}

/* ---- place of a device ---- */

static void set_region(struct lines *lines, const struct present_region *region)
{
	char node[16];

	if (region->has_range) {
		set_range(lines, "region.range", &region->range);
		return;
	}
	lines_set(lines, "region.path", region->path);
	snprintf(node, sizeof(node), "%d", region->target_node);
	if (region->target_node >= 0)
		lines_set(lines, "region.target_node", node);
}

static void set_layout(struct lines *lines, const struct section *section,
	const struct present_region *region, const struct present_device *device)
{
	bool has_align = section && section->given & KEY_ALIGN;
	char key[32];
	size_t i = 0;

	for (; i < device->range_count; i++) {
		snprintf(key, sizeof(key), "range.%zu", i + 1);
		set_range(lines, key, &device->ranges[i]);
	}
	for (; section && i < section->range_count; i++) {
		snprintf(key, sizeof(key), "range.%zu", i + 1);
		lines_set(lines, key, NULL);
	}
	if (section && section->given & KEY_SIZE && section->size != device->size)
		lines_set(lines, "size", NULL);
	if (has_align ? section->align != device->align
		      : device->align != region->align || !section)
		lines_set(lines, "align", size_argument(device->align).text);
}

/* ---- the sections of a region ---- */

struct partition {
	struct config_edit *edit;
	const struct present_region *region;
	const struct present_device *changed; /* NULL: destroyed */
	struct tasks tasks;
	bool *used; /* for each task: its section describes a device of the region */
};

static bool section_overlaps(const struct section *section, const struct present_device *device)
{
	return any_ranges_overlap(
		section->ranges, section->range_count, device->ranges, device->range_count);
}

static bool partition_is_meant(const struct partition *partition, const struct task *task)
{
	return task->section->kind == SECTION_CREATE &&
		section_fits_region(task->section, partition->region);
}

/* Whether the section describes this device, with its size and ranges. */
static bool is_this(const struct task *task, const struct present_device *device)
{
	return task->device == device &&
		(task->action == ACTION_NONE || task->action == ACTION_MODE ||
			(task->action == ACTION_REMAKE &&
				!(task->differs & (DIFFERS_MISSING | DIFFERS_SIZE))));
}

static struct task *find_task(struct partition *partition, const struct present_device *device)
{
	struct task *near = NULL;

	for (size_t i = 0; i < partition->tasks.count; i++) {
		struct task *task = &partition->tasks.list[i];
		if (!task->section || !partition_is_meant(partition, task))
			continue;
		if (is_this(task, device))
			return task;
		/* Skip a section that describes another device. */
		bool free = true;
		for (size_t j = 0; j < partition->region->device_count; j++)
			free &= !is_this(task, &partition->region->devices[j]);
		if (!near && free && section_overlaps(task->section, device))
			near = task;
	}
	return near;
}

static int write_device(struct partition *partition, const struct present_device *device)
{
	CLEANUP(lines_deinit) struct lines lines = {0};
	struct task *task = find_task(partition, device);
	const struct section *section = task ? task->section : NULL;

	if (!section)
		set_region(&lines, partition->region);
	if (!section || !is_this(task, device) || task->differs & DIFFERS_ALIGN)
		set_layout(&lines, section, partition->region, device);
	/* Persist only the use of the changed device, not that of the others. */
	if (!section || device == partition->changed)
		set_use(&lines, device);
	if (lines.failed)
		return -ENOMEM;
	if (task)
		partition->used[task - partition->tasks.list] = true;
	return section ? config_edit_set(partition->edit, section, lines.list, lines.count)
		       : config_edit_add(partition->edit, "create-device", device->name, lines.list,
				 lines.count);
}

/* Remove sections without a device, and one for the only device of a region that now has several.
 */
static int remove_others(struct partition *partition)
{
	for (size_t i = 0; i < partition->tasks.count; i++) {
		const struct section *section = partition->tasks.list[i].section;
		if (!section_fits_region(section, partition->region) || section->wrong)
			continue;
		if (section->kind == SECTION_CREATE && partition->used[i])
			continue;
		int err = config_edit_remove(partition->edit, section);
		if (err)
			return err;
	}
	return 0;
}

static const struct section *only_section(const struct partition *partition)
{
	const struct section *only = NULL;

	for (size_t i = 0; i < partition->tasks.count; i++) {
		const struct section *section = partition->tasks.list[i].section;
		if (!section_fits_region(section, partition->region))
			continue;
		if (only || section->kind != SECTION_RECONFIGURE)
			return NULL;
		only = section;
	}
	return only;
}

static int write_partition(struct partition *partition)
{
	const struct section *only = only_section(partition);
	const struct present_region *region = partition->region;

	/* Keep the section of a region with one device. */
	if (only && partition->changed && boot_device(region) == partition->changed) {
		CLEANUP(lines_deinit) struct lines lines = {0};
		set_use(&lines, partition->changed);
		return lines.failed
			? -ENOMEM
			: config_edit_set(partition->edit, only, lines.list, lines.count);
	}
	partition->used = calloc(partition->tasks.count ?: 1, sizeof(*partition->used));
	if (!partition->used)
		return -ENOMEM;
	for (size_t i = 0; i < region->device_count; i++) {
		int err =
			region->devices[i].size ? write_device(partition, &region->devices[i]) : 0;
		if (err)
			return err;
	}
	return remove_others(partition);
}

static void partition_deinit(struct partition *partition)
{
	tasks_deinit(&partition->tasks);
	free(partition->used);
}

/* Refuse to write a device that cannot be read: its section would be removed, or become one for the
 * rest of the region. */
static int check_known(const struct present_region *region)
{
	for (size_t i = 0; i < region->device_count; i++) {
		const struct present_device *device = &region->devices[i];
		uint64_t size = device->size;
		for (size_t j = 0; j < device->range_count; j++)
			size -= device->ranges[j].end - device->ranges[j].start + 1;
		bool known = !device->error && (!size || !region->dynamic) &&
			(device->align || !device->size);
		if (known)
			continue;
		say_error("%s: size, alignment or ranges cannot be read", device->name);
		return device->error ?: -EIO;
	}
	return 0;
}

/* Whether the readable keys of a wrong section fit the region. */
static bool may_be_meant(const struct section *section, const struct present_region *region)
{
	const struct daxctl_range *range = &section->region_range;
	const char *path = section->region_path;
	struct section readable = *section;

	readable.given &= ~KEY_TARGET_NODE;
	if (range->start >= range->end)
		readable.given &= ~KEY_REGION_RANGE;
	if (!path || path[0] != '/' || !path[1])
		readable.given &= ~KEY_REGION_PATH;
	return section_fits_region(&readable, region);
}

/* Refuse if a wrong section may be for the region: it wins once it is corrected. */
static int check_sections(const struct config *config, const struct present_region *region)
{
	for (const struct section *section = config->sections; section; section = section->next) {
		if (!section->wrong || !may_be_meant(section, region))
			continue;
		say_error("%s: [%s]: the section has a mistake and may be for region %s",
			section->file, section->name, region->path);
		return -EINVAL;
	}
	return 0;
}

/* ---- lock of the region ---- */

static void cleanup_region_lock(struct daxctl_region **region)
{
	daxctl_region_unlock(*region);
}
#define AUTO_REGION_LOCK CLEANUP(cleanup_region_lock)

/* Lock the region, because another process may undo its change. Restore takes the locks in the same
 * order: the configuration first. */
static int take_region(struct daxctl_region *region, struct daxctl_region **locked)
{
	int err = daxctl_region_lock(region);

	if (err)
		return say_failure(daxctl_region_get_ctx(region), err);
	*locked = region;
	return 0;
}

/* The region is locked only now: another program may have destroyed @dev since it was changed. */
static int find_changed(const struct present_region *region, struct daxctl_dev *dev,
	const struct present_device **changed)
{
	for (size_t i = 0; i < region->device_count; i++)
		if (region->devices[i].dev == dev)
			*changed = &region->devices[i];
	if (!dev || *changed)
		return 0;
	say_error("%s: another program has destroyed it meanwhile", daxctl_dev_get_devname(dev));
	return -ENODEV;
}

static int edit_region(struct daxctl_region *object, struct daxctl_dev *dev)
{
	CLEANUP(present_region_deinit) struct present_region region = {0};
	AUTO_CONFIG_EDIT struct config_edit *edit = NULL;
	AUTO_REGION_LOCK struct daxctl_region *locked = NULL;
	CLEANUP(partition_deinit) struct partition partition = {.region = &region};
	int err = config_edit_new(daxctl_get_config_path(daxctl_region_get_ctx(object)), &edit)
		?: take_region(object, &locked)
		?: present_region_init(&region, object)
		?: check_known(&region);

	if (err)
		return err;
	const struct present present = {.regions = &region, .region_count = 1};
	partition.edit = edit;
	return find_changed(&region, dev, &partition.changed)
		?: check_sections(config_edit_config(edit), &region)
		?: tasks_init(&partition.tasks, config_edit_config(edit), &present)
		?: write_partition(&partition)
		?: config_edit_commit(edit);
}

/* ---- device of a namespace ---- */

static int edit_uuid(struct daxctl_dev *dev, uuid_t uuid)
{
	CLEANUP(present_region_deinit) struct present_region region = {0};
	CLEANUP(lines_deinit) struct lines lines = {0};
	AUTO_CONFIG_EDIT struct config_edit *edit = NULL;
	struct daxctl_region *object = daxctl_dev_get_region(dev);
	AUTO_REGION_LOCK struct daxctl_region *locked = NULL;
	const struct present_device *changed = NULL;
	const struct section *section = NULL;
	char text[UUID_STR_LEN];
	int err = config_edit_new(daxctl_get_config_path(daxctl_region_get_ctx(object)), &edit)
		?: take_region(object, &locked)
		?: present_region_init(&region, object)
		?: find_changed(&region, dev, &changed)
		?: config_find_uuid(
			config_edit_config(edit), uuid, daxctl_dev_get_devname(dev), &section);

	if (!changed || (err && err != -ENOENT))
		return err;
	uuid_unparse_lower(uuid, text);
	if (!section)
		lines_set(&lines, "nvdimm.uuid", text);
	set_use(&lines, changed);
	if (lines.failed)
		return -ENOMEM;
	err = section ? config_edit_set(edit, section, lines.list, lines.count)
		      : config_edit_add(edit, "reconfigure-device", daxctl_dev_get_devname(dev),
				lines.list, lines.count);
	return err ?: config_edit_commit(edit);
}

/* ---- all ---- */

static int persist_finish_device(int err, const char *name)
{
	if (!err)
		return 0;
	say_error("%s: changed, but not persisted for the next boot%s%s", name,
		err == -ENOMEM ? ": " : "", err == -ENOMEM ? strerror(-err) : "");
	return err;
}

static int edit_device(struct daxctl_region *region, struct daxctl_dev *dev)
{
	uuid_t uuid;
	int err = dev ? daxctl_region_get_nvdimm_uuid(region, uuid) : -EOPNOTSUPP;

	if (!err)
		return edit_uuid(dev, uuid);
	if (err == -EOPNOTSUPP)
		return edit_region(region, dev);
	say_error("%s: uuid of its namespace cannot be read: %s", daxctl_dev_get_devname(dev),
		strerror(-err));
	return err;
}

/* @dev is NULL if it was destroyed. */
static int persist(struct daxctl_region *region, struct daxctl_dev *dev, const char *name)
{
	const char *path = daxctl_get_config_path(daxctl_region_get_ctx(region));
	unsigned tries = 0;
	int err;

	do
		err = edit_device(region, dev);
	while (config_edit_again(path, err, &tries));
	return persist_finish_device(err, name);
}

int persist_begin(struct daxctl_ctx *ctx)
{
	return config_hold(daxctl_get_config_path(ctx));
}

int persist_region(struct daxctl_region *region, const char *name)
{
	return persist(region, NULL, name);
}

int persist_device(struct daxctl_dev *dev)
{
	return persist(daxctl_dev_get_region(dev), dev, daxctl_dev_get_devname(dev));
}

/* ---- notes on the next boot ---- */

/* Read the configuration once for all devices, and never free it. */
static const struct config *configuration(struct daxctl_ctx *ctx)
{
	static struct config *config;
	static bool is_read;

	if (!is_read && config_read(daxctl_get_config_path(ctx), &config))
		config = NULL;
	is_read = true;
	return config;
}

static bool is_within(const struct present_device *device, const struct daxctl_range *range)
{
	return device->range_count && device->ranges[0].start >= range->start &&
		device->ranges[0].end <= range->end;
}

/* Whether the section is for this device or for one that overlaps it. */
static bool concerns(const struct section *section, const struct present_device *device)
{
	uuid_t uuid;

	if (section->wrong)
		return false;
	if (section->given & KEY_UUID)
		return daxctl_region_get_nvdimm_uuid(daxctl_dev_get_region(device->dev), uuid) ==
			0 &&
			uuid_compare(uuid, section->uuid) == 0;
	if (section->kind == SECTION_CREATE)
		return section_overlaps(section, device);
	return section->given & KEY_REGION_RANGE && is_within(device, &section->region_range);
}

static const struct section *find_section(const struct present_device *device)
{
	const struct config *config = configuration(daxctl_dev_get_ctx(device->dev));
	const struct section *section = config ? config->sections : NULL;

	while (section && !concerns(section, device))
		section = section->next;
	return section;
}

void persist_tell_destroyed(const struct present_device *before)
{
	const struct section *section = find_section(before);

	if (!section)
		return;
	say_note("%s: [%s] of %s creates it again at the next boot",
		daxctl_dev_get_devname(before->dev), section->name, section->file);
	say_hint("use --persist to remove the section too");
}

/* Compare the ranges; a section without ranges accepts any. */
static bool section_has_ranges(const struct section *section, const struct present_device *device)
{
	if (!(section->given & KEY_RANGES))
		return true;
	for (size_t i = 0; i < section->range_count && i < device->range_count; i++)
		if (section->ranges[i].start != device->ranges[i].start ||
			section->ranges[i].end != device->ranges[i].end)
			return false;
	return section->range_count == device->range_count;
}

static void tell_other(const struct present_device *device, const struct section *section)
{
	enum daxctl_dev_mode mode = daxctl_dev_get_mode(device->dev);
	const char *name = daxctl_dev_get_devname(device->dev);

	if (!section_has_ranges(section, device))
		say_note("%s: [%s] of %s gives it other ranges at the next boot", name,
			section->name, section->file);
	else if (mode != DAXCTL_DEV_MODE_UNKNOWN && section->mode != mode)
		say_note("%s: [%s] of %s brings it into mode %s at the next boot", name,
			section->name, section->file, config_mode_name(section->mode));
	else
		return;
	say_hint("use --persist to keep the change");
}

void persist_tell_other(struct daxctl_dev *dev)
{
	struct present_device device = {.dev = dev};
	const struct config *config = configuration(daxctl_dev_get_ctx(dev));

	if (!config || !config->sections || present_read_ranges(&device))
		return;
	const struct section *section = find_section(&device);
	if (section)
		tell_other(&device, section);
	free(device.ranges);
}
