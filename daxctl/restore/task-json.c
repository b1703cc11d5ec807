/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "task-json.h"

#include <errno.h>
#include <stdio.h>

#include "../../config/section.h"
#include "../../util/size.h"

/* ---- differences ---- */

static struct json_object *json_text(const char *text)
{
	return text ? json_object_new_string(text) : NULL;
}

/* An array of ranges: "0x100000000-0x13fffffff". */
static struct json_object *json_ranges(const struct daxctl_range *ranges, size_t count)
{
	AUTO_JSON struct json_object *array = json_object_new_array();

	for (size_t i = 0; array && i < count; i++)
		if (json_append(array, json_text(config_range(&ranges[i]).text)))
			return NULL;
	return json_object_get(array);
}

typedef struct json_object *value_fn(const struct task *task);

static struct json_object *size_wanted(const struct task *task)
{
	return task->section->size ? json_object_new_uint64(task->section->size)
				   : json_text("rest");
}

static struct json_object *size_present(const struct task *task)
{
	return json_object_new_uint64(task->device->size);
}

static struct json_object *ranges_wanted(const struct task *task)
{
	return json_ranges(task->section->ranges, task->section->range_count);
}

static struct json_object *ranges_present(const struct task *task)
{
	return json_ranges(task->device->ranges, task->device->range_count);
}

static struct json_object *align_wanted(const struct task *task)
{
	return json_object_new_uint64(task->section->align);
}

static struct json_object *align_present(const struct task *task)
{
	return json_object_new_uint64(task->device->align);
}

static struct json_object *mode_wanted(const struct task *task)
{
	return json_text(config_mode_name(task->section->mode));
}

static struct json_object *mode_present(const struct task *task)
{
	return json_text(config_mode_name(task->device->mode) ?: "disabled");
}

static struct json_object *online_wanted(const struct task *task)
{
	return json_object_new_uint64(task->device->memory.total);
}

static struct json_object *online_present(const struct task *task)
{
	return json_object_new_uint64(task->device->memory.online);
}

static struct json_object *movable_wanted(const struct task *task)
{
	return json_object_new_boolean(task->section->movable);
}

static struct json_object *movable_present(const struct task *task)
{
	return json_object_new_boolean(!task->section->movable);
}

static struct json_object *memmap_wanted(const struct task *task)
{
	return json_object_new_boolean(task->section->memmap);
}

static struct json_object *memmap_present(const struct task *task)
{
	return json_object_new_boolean(task->device->memmap > 0);
}

static struct json_object *map_wanted(const struct task *task)
{
	return json_text("none");
}

static struct json_object *map_present(const struct task *task)
{
	return json_text("raw");
}

static struct json_object *device_wanted(const struct task *task)
{
	return json_text("there");
}

static struct json_object *device_present(const struct task *task)
{
	return json_text("missing");
}

static const struct {
	enum difference differs;
	const char *key;
	value_fn *wanted, *present;
} values[] = {
	{DIFFERS_MISSING, "device", device_wanted, device_present},
	{DIFFERS_SIZE, "size", size_wanted, size_present},
	{DIFFERS_RANGES, "ranges", ranges_wanted, ranges_present},
	{DIFFERS_ALIGN, "align", align_wanted, align_present},
	{DIFFERS_MODE, "mode", mode_wanted, mode_present},
	{DIFFERS_ONLINE, "online_memblocks", online_wanted, online_present},
	{DIFFERS_MOVABLE, "movable", movable_wanted, movable_present},
	{DIFFERS_MEMMAP, "memmap_on_memory", memmap_wanted, memmap_present},
	{DIFFERS_MAP, "map", map_wanted, map_present},
};

static struct json_object *json_differences(const struct task *task)
{
	AUTO_JSON struct json_object *all = json_object_new_object();

	for (size_t i = 0; all && i < ARRAY_SIZE(values); i++) {
		if (!(task->differs & values[i].differs))
			continue;
		struct json_object *one = json_object_new_object();
		if (!one || json_put(one, "configured", values[i].wanted(task)) ||
			json_put(one, "present", values[i].present(task))) {
			json_object_put(one);
			return NULL;
		}
		if (json_put(all, values[i].key, one))
			return NULL;
	}
	return json_object_get(all);
}

/* ---- steps ---- */

static void describe_layout(const struct section *section, char *text, size_t size)
{
	size_t used = 0;

	text[0] = 0;
	for (size_t i = 0; i < section->range_count && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "",
			config_range(&section->ranges[i]).text);
	if (!section->range_count)
		used += (size_t)snprintf(text, size, "%s",
			section->size ? size_short(section->size).text : "all that is left");
	if (section->align && used < size)
		snprintf(text + used, size - used, ", aligned to %s",
			size_short(section->align).text);
}

/* The words after the mode that tell the state of its memory. */
static const char *memory_words(const struct section *section)
{
	if (section->mode != DAXCTL_DEV_MODE_RAM)
		return "";
	if (!section->online)
		return ", left offline";
	return section->movable ? ", movable" : ", not movable";
}

static char *step_create(const struct task *task)
{
	char layout[1024], *text;

	describe_layout(task->section, layout, sizeof(layout));
	return asprintf(&text, "create a device in region %d: %s", task->region->id, layout) < 0
		? NULL
		: text;
}

static const char *step_device(const struct task *task)
{
	return task->device ? task->device->name : "the new device";
}

static char *step_layout(const struct task *task)
{
	char layout[1024], *text;

	describe_layout(task->section, layout, sizeof(layout));
	return asprintf(&text, "give %s another layout: %s", step_device(task), layout) < 0 ? NULL
											    : text;
}

static char *step_nomap(const struct task *task)
{
	char *text;

	return asprintf(&text, "make %s devdax without struct pages", task->ndns->name) < 0 ? NULL
											    : text;
}

static char *step_mode(const struct task *task)
{
	char *text;

	return asprintf(&text, "bring %s into mode %s%s", step_device(task),
		       config_mode_name(task->section->mode), memory_words(task->section)) < 0
		? NULL
		: text;
}

/* The steps of each action in sections of these kinds, in their order. */
static const struct {
	enum action action;
	unsigned kinds; /* enum section_kind */
	char *(*text)(const struct task *task);
} steps[] = {
	{ACTION_CREATE, SECTION_CREATE | SECTION_RECONFIGURE, step_create},
	{ACTION_REMAKE, SECTION_CREATE, step_layout},
	{ACTION_NOMAP, SECTION_CREATE | SECTION_RECONFIGURE, step_nomap},
	{ACTION_CREATE, SECTION_CREATE | SECTION_RECONFIGURE, step_mode},
	{ACTION_REMAKE, SECTION_CREATE | SECTION_RECONFIGURE, step_mode},
	{ACTION_MODE, SECTION_CREATE | SECTION_RECONFIGURE, step_mode},
};

static struct json_object *json_steps(const struct task *task)
{
	AUTO_JSON struct json_object *array = json_object_new_array();

	for (size_t i = 0; array && i < ARRAY_SIZE(steps); i++) {
		if (steps[i].action != task->action || !(steps[i].kinds & task->section->kind))
			continue;
		AUTO_FREE char *text = steps[i].text(task);
		if (!text || json_append(array, json_object_new_string(text)))
			return NULL;
	}
	return json_object_get(array);
}

/* Put a text, if there is one. */
static int json_put_text(struct json_object *json, const char *key, const char *text)
{
	return text ? json_put(json, key, json_text(text)) : 0;
}

int json_add_task(struct json_object *array, const struct task *task, const char *device,
	const char *result, const char *error)
{
	AUTO_JSON struct json_object *json = json_object_new_object();

	if (!json || json_put_text(json, "section", task->section->name) ||
		json_put_text(json, "file", task->section->file) ||
		json_put_text(json, "device", device))
		return -ENOMEM;
	if (task->differs && json_put(json, "differences", json_differences(task)))
		return -ENOMEM;
	if (task->action != ACTION_REFUSED && json_put(json, "steps", json_steps(task)))
		return -ENOMEM;
	if (json_put_text(json, "result", result) || json_put_text(json, "error", error))
		return -ENOMEM;
	return json_append(array, json_object_get(json));
}
