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

static void describe_mode(const struct section *section, char *text, size_t size)
{
	bool ram = section->mode == DAXCTL_DEV_MODE_RAM;

	snprintf(text, size, "%s%s", config_mode_name(section->mode),
		!ram			   ? ""
			: !section->online ? ", left offline"
			: section->movable ? ", movable"
					   : ", not movable");
}

/* One step in words; NULL if the action has no such step. */
static char *step_text(const struct task *task, size_t step)
{
	char layout[1024], mode[64];
	const char *name = task->device ? task->device->name : "the new device";
	char *text = NULL;
	int done = -1;

	describe_layout(task->section, layout, sizeof(layout));
	describe_mode(task->section, mode, sizeof(mode));
	if (step == 0 && task->action == ACTION_CREATE)
		done = asprintf(
			&text, "create a device in region %d: %s", task->region->id, layout);
	else if (step == 0 && task->action == ACTION_REMAKE &&
		task->section->kind == SECTION_CREATE)
		done = asprintf(&text, "give %s another layout: %s", name, layout);
	else if (step == 0 && task->action == ACTION_NOMAP)
		done = asprintf(&text, "make %s devdax without a page map", task->ndns->name);
	else if (step == 1 && task->action != ACTION_NOMAP && task->action != ACTION_REFUSED)
		done = asprintf(&text, "bring %s into mode %s", name, mode);
	return done < 0 ? NULL : text;
}

static struct json_object *json_steps(const struct task *task)
{
	AUTO_JSON struct json_object *array = json_object_new_array();

	for (size_t i = 0; array && i < 2; i++) {
		AUTO_FREE char *text = step_text(task, i);
		if (text && json_append(array, json_object_new_string(text)))
			return NULL;
	}
	return json_object_get(array);
}

int json_add_task(struct json_object *array, const struct task *task, const char *device,
	const char *result, const char *error)
{
	struct json_object *json = json_object_new_object();
	int err = json ? 0 : -ENOMEM;

	if (!err)
		err = json_put(json, "section", json_text(task->section->name));
	if (!err)
		err = json_put(json, "file", json_text(task->section->file));
	if (!err && device)
		err = json_put(json, "device", json_text(device));
	if (!err && task->differs)
		err = json_put(json, "differences", json_differences(task));
	if (!err && task->action != ACTION_REFUSED)
		err = json_put(json, "steps", json_steps(task));
	if (!err && result)
		err = json_put(json, "result", json_text(result));
	if (!err && error)
		err = json_put(json, "error", json_text(error));
	if (err) {
		json_object_put(json);
		return err;
	}
	return json_append(array, json);
}
