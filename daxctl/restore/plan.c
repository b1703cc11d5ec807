/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include "taken.h"

void tasks_deinit(struct tasks *tasks)
{
	for (size_t i = 0; i < tasks->count; i++) {
		free(tasks->list[i].refusal);
		free(tasks->list[i].hint);
	}
	free(tasks->list);
}

/* A list of names, for a message. */
struct words {
	char text[512];
	size_t count;
};

static void words_add(struct words *words, const char *word)
{
	size_t used = strlen(words->text);

	snprintf(words->text + used, sizeof(words->text) - used, "%s%s", words->count++ ? ", " : "",
		word);
}

static PRINTF(2, 3) void refuse(struct task *task, const char *format, ...)
{
	va_list args;

	task->action = ACTION_REFUSED;
	free(task->refusal);
	va_start(args, format);
	if (vasprintf(&task->refusal, format, args) < 0)
		task->refusal = NULL;
	va_end(args);
}

static PRINTF(2, 3) void advise(struct task *task, const char *format, ...)
{
	va_list args;

	free(task->hint);
	va_start(args, format);
	if (vasprintf(&task->hint, format, args) < 0)
		task->hint = NULL;
	va_end(args);
}

/* ---- object of a task ---- */

struct daxctl_region *task_region(const struct task *task)
{
	return task->region ? task->region->region : NULL;
}

const char *task_device(const struct task *task)
{
	return task->device ? task->device->name : task->ndns ? task->ndns->name : NULL;
}

bool task_has_memmap_choice(const struct task *task)
{
	return task->region && task->region->device_count && task->region->devices[0].memmap >= 0;
}

/* ---- region of a section ---- */

static bool lies_in(const struct daxctl_range *inner, const struct daxctl_range *outer)
{
	return inner->start >= outer->start && inner->end <= outer->end;
}

bool any_ranges_overlap(
	const struct daxctl_range *a, size_t a_count, const struct daxctl_range *b, size_t b_count)
{
	for (size_t i = 0; i < a_count; i++)
		for (size_t j = 0; j < b_count; j++)
			if (taken_ranges_overlap(&a[i], &b[j]))
				return true;
	return false;
}

/* Use the ranges of the devices if the kernel does not show the range of the region. */
static bool has_range(const struct present_region *region, const struct daxctl_range *range)
{
	if (region->has_range)
		return lies_in(range, &region->range);
	for (size_t i = 0; i < region->device_count; i++)
		if (any_ranges_overlap(
			    range, 1, region->devices[i].ranges, region->devices[i].range_count))
			return true;
	return false;
}

bool section_fits_region(const struct section *section, const struct present_region *region)
{
	if (region->has_uuid || section->given & KEY_UUID)
		return false;
	if (section->given & KEY_REGION_RANGE && !has_range(region, &section->region_range))
		return false;
	if (section->given & KEY_REGION_PATH &&
		fnmatch(section->region_path, region->path, FNM_PATHNAME) != 0)
		return false;
	return !(section->given & KEY_TARGET_NODE) ||
		(region->target_node >= 0 && section->target_node == (uint64_t)region->target_node);
}

bool section_fits(const struct section *section, const struct present_region *region)
{
	if (section->given & KEY_UUID)
		return region->has_uuid && uuid_compare(region->uuid, section->uuid) == 0;
	return section_fits_region(section, region);
}

static void find_region(struct task *task, const struct present *present)
{
	struct words found = {0}, others = {0};

	for (size_t i = 0; i < present->region_count; i++) {
		struct present_region *region = &present->regions[i];
		if (section_fits(task->section, region)) {
			task->region = region;
			words_add(&found, region->path);
		} else if (!region->has_uuid) {
			words_add(&others, region->path);
		}
	}
	if (found.count == 1)
		return;
	task->region = NULL;
	if (found.count) {
		refuse(task, "several regions match: %s", found.text);
	} else if (task->section->given & KEY_UUID) {
		refuse(task, "no dax device has a namespace with this uuid");
		advise(task,
			"see 'ndctl list -Ni' for the namespaces; only those in devdax mode have dax devices");
	} else {
		refuse(task, "no region matches");
		if (others.count)
			advise(task, "choose one of these regions: %s", others.text);
	}
}

/* ---- use of a device ---- */

static unsigned compare_memory(const struct section *section, const struct present_device *device)
{
	const struct daxctl_memory_counts *memory = &device->memory;
	unsigned differs = 0;

	if (!section->online)
		return 0;
	if (memory->online < memory->total)
		differs |= DIFFERS_ONLINE;
	if (section->movable ? memory->movable < memory->online : memory->movable > 0)
		differs |= DIFFERS_MOVABLE;
	return differs;
}

static unsigned compare_use(const struct section *section, const struct present_device *device)
{
	unsigned differs = device->mode == section->mode ? 0 : DIFFERS_MODE;

	if (section->mode != DAXCTL_DEV_MODE_RAM)
		return differs;
	if (!differs)
		differs = compare_memory(section, device);
	if (section->given & KEY_MEMMAP && device->memmap >= 0 && device->memmap != section->memmap)
		differs |= DIFFERS_MEMMAP;
	return differs;
}

static void use_device(struct task *task, const struct present_device *device)
{
	const struct section *section = task->section;

	task->device = device;
	task->differs = compare_use(section, device);
	if (section->kind == SECTION_CREATE && section->given & KEY_ALIGN &&
		device->align != section->align)
		task->differs |= DIFFERS_ALIGN;
	if (!task->differs)
		task->action = ACTION_NONE;
	else if (task->differs & DIFFERS_ALIGN ||
		(task->differs & DIFFERS_MEMMAP && device->mode == DAXCTL_DEV_MODE_RAM))
		task->action = ACTION_REMAKE;
	else
		task->action = ACTION_MODE;
}

/* The first device of a region that exists but cannot be read, and the errno. */
static const struct present_device *find_unreadable(
	const struct present_region *region, bool ranges_too, int *err)
{
	for (size_t i = 0; i < region->device_count; i++) {
		const struct present_device *device = &region->devices[i];
		*err = device->error ?: ranges_too ? device->range_error : 0;
		if (*err && *err != -ENOENT && *err != -ENODEV)
			return device;
	}
	return NULL;
}

/* Find the only device of a region. */
static void find_device(struct task *task)
{
	const struct present_region *region = task->region;
	const struct present_device *only = NULL;
	struct words found = {0};
	int err;
	const struct present_device *unreadable = find_unreadable(region, false, &err);

	if (unreadable) {
		refuse(task, "%s cannot be read: %s", unreadable->name, strerror(-err));
		return;
	}
	for (size_t i = 0; i < region->device_count; i++) {
		if (!region->devices[i].size)
			continue;
		only = &region->devices[i];
		words_add(&found, only->name);
	}
	if (found.count == 1) {
		use_device(task, only);
		return;
	}
	if (!found.count)
		refuse(task, "region %s has no device with a size", region->path);
	else
		refuse(task, "region %s has several devices: %s", region->path, found.text);
	advise(task, "describe the devices of the region in sections [create-device NAME]");
}

/* ---- devices of a dynamic region ---- */

const struct present_device *boot_device(const struct present_region *region)
{
	const struct present_device *only = NULL;

	for (size_t i = 0; i < region->device_count; i++) {
		if (!region->devices[i].size)
			continue;
		if (only)
			return NULL;
		only = &region->devices[i];
	}
	return only && region->dynamic && only->size == region->size ? only : NULL;
}

static bool is_rest(const struct section *section)
{
	return !(section->given & (KEY_SIZE | KEY_RANGES));
}

static bool same_ranges(const struct section *section, const struct present_device *device)
{
	if (!(section->given & KEY_RANGES) || section->range_count != device->range_count)
		return false;
	for (size_t i = 0; i < section->range_count; i++)
		if (section->ranges[i].start != device->ranges[i].start ||
			section->ranges[i].end != device->ranges[i].end)
			return false;
	return true;
}

static bool same_size(const struct section *section, const struct present_device *device)
{
	return section->given & KEY_SIZE && !(section->given & KEY_RANGES) &&
		section->size == device->size &&
		(!(section->given & KEY_ALIGN) || section->align == device->align);
}

static bool is_taken(const struct tasks *tasks, const struct present_device *device)
{
	for (size_t i = 0; i < tasks->count; i++)
		if (tasks->list[i].device == device)
			return true;
	return false;
}

/* Whether the task still needs a device of the region. */
static bool is_open(const struct task *task, const struct present_region *region)
{
	return task->region == region && task->section->kind == SECTION_CREATE && !task->device &&
		task->action != ACTION_REFUSED;
}

static void pair(struct tasks *tasks, const struct present_region *region,
	bool (*same)(const struct section *section, const struct present_device *device))
{
	for (size_t i = 0; i < tasks->count; i++)
		for (size_t j = 0; j < region->device_count; j++) {
			struct task *task = &tasks->list[i];
			const struct present_device *device = &region->devices[j];
			if (is_open(task, region) && device->size && same(task->section, device) &&
				!is_taken(tasks, device))
				use_device(task, device);
		}
}

/* Refuse open tasks if a device cannot be read: it may be the missing one, and have any memory. */
static void refuse_unreadable(struct tasks *tasks, const struct present_region *region)
{
	int err;
	const struct present_device *unreadable = find_unreadable(region, true, &err);

	for (size_t i = 0; unreadable && i < tasks->count; i++)
		if (is_open(&tasks->list[i], region))
			refuse(&tasks->list[i], "%s cannot be read: %s", unreadable->name,
				strerror(-err));
}

/* Pair the section for the rest of the region with the only device left, if that has all of it.
 * Take the boot device only if no other section needs room. */
static void pair_rest(struct tasks *tasks, const struct present_region *region)
{
	const struct present_device *left = NULL;
	struct task *rest = NULL;
	bool alone = true;

	for (size_t i = 0; i < tasks->count; i++) {
		if (!is_open(&tasks->list[i], region))
			continue;
		if (is_rest(tasks->list[i].section))
			rest = &tasks->list[i];
		else
			alone = false;
	}
	for (size_t j = 0; j < region->device_count; j++) {
		if (!region->devices[j].size || is_taken(tasks, &region->devices[j]))
			continue;
		if (left)
			return;
		left = &region->devices[j];
	}
	if (rest && left && region->available < left->align &&
		(alone || left != boot_device(region)))
		use_device(rest, left);
}

static bool is_inside(const struct task *task)
{
	for (size_t i = 0; task->region->has_range && i < task->section->range_count; i++)
		if (!lies_in(&task->section->ranges[i], &task->region->range))
			return false;
	return true;
}

/* Refuse ranges that another device occupies; restore destroys none. */
static void check_place(struct tasks *tasks, struct task *task, const struct present_device *boot)
{
	const struct section *section = task->section;

	for (size_t j = 0; j < task->region->device_count; j++) {
		const struct present_device *device = &task->region->devices[j];
		if (device == boot ||
			!any_ranges_overlap(section->ranges, section->range_count, device->ranges,
				device->range_count))
			continue;
		refuse(task, "another device, %s%s, occupies some of its ranges", device->name,
			is_taken(tasks, device) ? "" : " (in no section)");
		advise(task, "daxctl destroy-device %s", device->name);
		return;
	}
}

/* Refuse a task that claims the same memory as an earlier one. Returns 0 or -ENOMEM. */
static int check_alone(struct taken *taken, struct task *task)
{
	const struct section *section = task->section;

	if (is_rest(section)) {
		if (taken->rest)
			refuse(task,
				"[%s] of %s claims the rest of region %s too: give one of them a size",
				taken->rest->section->name, taken->rest->section->file,
				task->region->path);
		else
			taken->rest = task;
		return 0;
	}
	const struct task *other = taken_find(taken, section);
	if (!other)
		return taken_add(taken, task);
	refuse(task, "its ranges overlap those of [%s] of %s", other->section->name,
		other->section->file);
	return 0;
}

/* Plan the tasks without a device: the first one reuses the boot device, or a zero-size device. */
static void plan_missing(struct tasks *tasks, const struct present_region *region)
{
	const struct present_device *boot = boot_device(region);
	const struct present_device *spare = boot;

	if (boot && is_taken(tasks, boot))
		boot = spare = NULL;
	for (size_t j = 0; !spare && j < region->device_count; j++)
		if (!region->devices[j].size && region->devices[j].mode == DAXCTL_DEV_MODE_UNKNOWN)
			spare = &region->devices[j];
	for (size_t i = 0; i < tasks->count; i++) {
		struct task *task = &tasks->list[i];
		if (!is_open(task, region))
			continue;
		check_place(tasks, task, boot);
		if (task->action == ACTION_REFUSED)
			continue;
		task->action = spare ? ACTION_REMAKE : ACTION_CREATE;
		task->device = spare;
		task->differs = DIFFERS_MISSING;
		if (spare && spare == boot)
			task->differs = DIFFERS_SIZE |
				(task->section->given & KEY_RANGES ? DIFFERS_RANGES : 0);
		if (spare)
			task->differs |= compare_use(task->section, spare);
		spare = NULL;
	}
}

static int plan_region(struct tasks *tasks, const struct present_region *region)
{
	CLEANUP(taken_deinit) struct taken taken = {0};
	int err = 0;

	for (size_t i = 0; !err && i < tasks->count; i++) {
		struct task *task = &tasks->list[i];
		if (!is_open(task, region))
			continue;
		if (!region->dynamic)
			refuse(task, "region %s is not dynamic: devices cannot be created in it",
				region->path);
		else if (!is_inside(task))
			refuse(task, "its ranges are outside of region %s, which is %#llx-%#llx",
				region->path, region->range.start, region->range.end);
		else
			err = check_alone(&taken, task);
	}
	if (err)
		return err;
	pair(tasks, region, same_ranges);
	pair(tasks, region, same_size);
	refuse_unreadable(tasks, region);
	pair_rest(tasks, region);
	plan_missing(tasks, region);
	return 0;
}

/* ---- namespace without struct pages ---- */

static void find_namespace(struct task *task, const struct present *present)
{
	struct words found = {0};

	for (size_t i = 0; i < present->namespace_count; i++) {
		const struct present_namespace *ndns = &present->namespaces[i];
		if (uuid_compare(ndns->uuid, task->section->uuid) != 0)
			continue;
		task->ndns = ndns;
		words_add(&found, ndns->name);
	}
	if (found.count > 1) {
		task->ndns = NULL;
		refuse(task, "several namespaces have this uuid: %s", found.text);
	} else if (!task->ndns) {
		refuse(task, "no namespace has this uuid");
		advise(task, "see 'ndctl list -Ni' for the namespaces");
	} else if (task->ndns->nomap) {
		task->action = ACTION_NONE;
	} else if (task->ndns->raw) {
		task->action = ACTION_NOMAP;
		task->differs = DIFFERS_MAP;
	} else {
		refuse(task, "%s is not raw: its content would be lost", task->ndns->name);
	}
}

/* ---- all tasks ---- */

/* The first task of each kind in a region. */
struct firsts {
	const struct task *create;
	struct task *reconfigure; /* has a device, the region's only one */
};

static struct firsts *find_firsts(
	struct firsts *list, const struct present *present, const struct task *task)
{
	return &list[task->region - present->regions];
}

/* Refuse a section for the only device of a region that create-device sections describe too. */
static void check_kinds(const struct firsts *firsts, struct task *task)
{
	if (firsts->create)
		refuse(task, "[%s] of %s describes the devices of region %s already",
			firsts->create->section->name, firsts->create->section->file,
			task->region->path);
}

static void twice_for_one(struct firsts *firsts, struct task *task)
{
	struct task *other = firsts->reconfigure;

	if (!task->device)
		return;
	if (!other) {
		firsts->reconfigure = task;
		return;
	}
	refuse(task, "[%s] of %s describes %s too", other->section->name, other->section->file,
		task->device->name);
	refuse(other, "[%s] of %s describes %s too", task->section->name, task->section->file,
		task->device->name);
}

static int plan_only_devices(struct tasks *tasks, const struct present *present)
{
	AUTO_FREE struct firsts *list = calloc(present->region_count ?: 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	for (size_t i = tasks->count; i-- > 0;)
		if (tasks->list[i].region && tasks->list[i].section->kind == SECTION_CREATE)
			find_firsts(list, present, &tasks->list[i])->create = &tasks->list[i];
	for (size_t i = 0; i < tasks->count; i++) {
		struct task *task = &tasks->list[i];
		if (task->section->kind == SECTION_CREATE || !task->region)
			continue;
		struct firsts *firsts = find_firsts(list, present, task);
		check_kinds(firsts, task);
		if (task->action == ACTION_REFUSED)
			continue;
		find_device(task);
		twice_for_one(firsts, task);
	}
	return 0;
}

static int by_rest(bool rest, const struct config *config, struct tasks *tasks)
{
	for (const struct section *section = config->sections; section; section = section->next) {
		if (section->wrong || (section->kind == SECTION_CREATE && is_rest(section)) != rest)
			continue;
		struct task *list = reallocarray(tasks->list, tasks->count + 1, sizeof(*list));
		if (!list)
			return -ENOMEM;
		tasks->list = list;
		list[tasks->count++] = (struct task){.section = section};
	}
	return 0;
}

int tasks_init(struct tasks *tasks, const struct config *config, const struct present *present)
{
	*tasks = (struct tasks){0};
	int err = by_rest(false, config, tasks) ?: by_rest(true, config, tasks);

	if (err)
		return err;
	for (size_t i = 0; i < tasks->count; i++) {
		if (tasks->list[i].section->given & KEY_MAP)
			find_namespace(&tasks->list[i], present);
		else
			find_region(&tasks->list[i], present);
	}
	for (size_t i = 0; !err && i < present->region_count; i++)
		err = plan_region(tasks, &present->regions[i]);
	return err ?: plan_only_devices(tasks, present);
}
