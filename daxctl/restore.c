/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../util/cleanup.h"
#include "../util/config-edit.h"
#include "../util/json.h"
#include "../util/size.h"
#include "../util/verb.h"
#include "devices.h"
#include "difference.h"
#include "mapless.h"
#include "verbs.h"

static bool dry_run;
static int verbose;

static const struct option options[] = {
	{0, "dry-run", OPT_FLAG, &dry_run, NULL, "print the difference and change nothing"},
	{'v', "verbose", OPT_COUNT, &verbose, NULL, "print each step as it is taken"},
};

/* How long a section may take where the kernel would work without end. */
#define SECONDS 60

/* ---- what differs, as JSON ---- */

static struct json_object *json_text(const char *text)
{
	return text ? json_object_new_string(text) : NULL;
}

/* A list of ranges: "0x100000000-0x13fffffff". */
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
	return task->stanza->size ? json_object_new_uint64(task->stanza->size) : json_text("rest");
}

static struct json_object *size_present(const struct task *task)
{
	return json_object_new_uint64(task->device->size);
}

static struct json_object *ranges_wanted(const struct task *task)
{
	return json_ranges(task->stanza->ranges, task->stanza->range_count);
}

static struct json_object *ranges_present(const struct task *task)
{
	return json_ranges(task->device->ranges, task->device->range_count);
}

static struct json_object *align_wanted(const struct task *task)
{
	return json_object_new_uint64(task->stanza->align);
}

static struct json_object *align_present(const struct task *task)
{
	return json_object_new_uint64(task->device->align);
}

static struct json_object *mode_wanted(const struct task *task)
{
	return json_text(config_mode_name(task->stanza->mode));
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
	return json_object_new_boolean(task->stanza->movable);
}

static struct json_object *movable_present(const struct task *task)
{
	return json_object_new_boolean(!task->stanza->movable);
}

static struct json_object *memmap_wanted(const struct task *task)
{
	return json_object_new_boolean(task->stanza->memmap);
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

/* ---- what would be done, in words ---- */

static void describe_layout(const struct stanza *stanza, char *text, size_t size)
{
	size_t used = 0;

	text[0] = 0;
	for (size_t i = 0; i < stanza->range_count && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "",
			config_range(&stanza->ranges[i]).text);
	if (!stanza->range_count)
		used += (size_t)snprintf(text, size, "%s",
			stanza->size ? size_short(stanza->size).text : "all that is left");
	if (stanza->align && used < size)
		snprintf(text + used, size - used, ", aligned to %s",
			size_short(stanza->align).text);
}

static void describe_mode(const struct stanza *stanza, char *text, size_t size)
{
	bool ram = stanza->mode == DAXCTL_DEV_MODE_RAM;

	snprintf(text, size, "%s%s", config_mode_name(stanza->mode),
		!ram			  ? ""
			: !stanza->online ? ", left offline"
			: stanza->movable ? ", movable"
					  : ", not movable");
}

/* One step in words; NULL if the action has no such step. */
static char *step_text(const struct task *task, size_t step)
{
	char layout[1024], mode[64];
	const char *name = task->device ? task->device->name : "the new device";
	char *text = NULL;
	int done = -1;

	describe_layout(task->stanza, layout, sizeof(layout));
	describe_mode(task->stanza, mode, sizeof(mode));
	if (step == 0 && task->action == ACTION_CREATE)
		done = asprintf(
			&text, "create a device in region %d: %s", task->region->id, layout);
	else if (step == 0 && task->action == ACTION_REMAKE && task->stanza->kind == STANZA_CREATE)
		done = asprintf(&text, "give %s another layout: %s", name, layout);
	else if (step == 0 && task->action == ACTION_MAPLESS)
		done = asprintf(&text, "make %s devdax without a page map", task->ndns->name);
	else if (step == 1 && task->action != ACTION_MAPLESS && task->action != ACTION_REFUSED)
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

static const char *task_device(const struct task *task)
{
	return task->device ? task->device->name : task->ndns ? task->ndns->name : NULL;
}

/* @result: what became of it, NULL in a dry run. */
static int add_json(struct json_object *array, const struct task *task, const char *device,
	const char *result, const char *error)
{
	struct json_object *json = json_object_new_object();
	int err = json ? 0 : -ENOMEM;

	if (!err)
		err = json_put(json, "section", json_text(task->stanza->name));
	if (!err)
		err = json_put(json, "file", json_text(task->stanza->file));
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

/* ---- doing it ---- */

struct restoration {
	struct daxctl_ctx *ctx;
	struct mapless *mapless;
	struct json_object *array;
	unsigned in_place, restored, failed;
	int last;
};

static volatile sig_atomic_t late;

static void on_alarm(int signal)
{
	late = 1;
}

/* Ends what waits, and what the kernel works on without end: the library undoes it. */
static void limit_time(void)
{
	struct sigaction action = {.sa_handler = on_alarm};

	late = 0;
	sigaction(SIGALRM, &action, NULL);
	alarm(SECONDS);
}

static bool has_memmap_choice(const struct task *task)
{
	return task->region && task->region->device_count && task->region->devices[0].memmap >= 0;
}

static void tell_memmap(const struct task *task)
{
	if (task->stanza->given & KEY_MEMMAP && !has_memmap_choice(task))
		say_note("[%s] of %s: memmap_on_memory has no effect: this kernel does not leave "
			 "the choice",
			task->stanza->name, task->stanza->file);
}

static unsigned task_flags(const struct task *task)
{
	const struct stanza *stanza = task->stanza;
	unsigned flags = DAXCTL_CHANGE_FORCE | DAXCTL_CHANGE_REZONE;

	if (!stanza->online)
		flags |= DAXCTL_CHANGE_NO_ONLINE;
	if (!stanza->movable)
		flags |= DAXCTL_CHANGE_NO_MOVABLE;
	if (stanza->given & KEY_MEMMAP && has_memmap_choice(task))
		flags |=
			stanza->memmap ? DAXCTL_CHANGE_MEMMAP_HERE : DAXCTL_CHANGE_MEMMAP_ELSEWHERE;
	return flags;
}

static struct daxctl_layout task_layout(const struct task *task)
{
	const struct stanza *stanza = task->stanza;
	struct daxctl_layout layout = {0};

	if (stanza->kind != STANZA_CREATE)
		return layout;
	layout.given = DAXCTL_LAYOUT_ALIGN;
	layout.align = stanza->given & KEY_ALIGN ? stanza->align : task->region->align;
	if (stanza->range_count) {
		layout.given |= DAXCTL_LAYOUT_RANGES;
		layout.ranges = stanza->ranges;
		layout.range_count = stanza->range_count;
	} else if (stanza->size) {
		layout.given |= DAXCTL_LAYOUT_SIZE;
		layout.size = stanza->size;
	}
	return layout;
}

static int create(const struct task *task, const char **name)
{
	struct daxctl_layout layout = task_layout(task);
	struct daxctl_dev *dev;
	int err = daxctl_region_make_dev(
		task->region->region, &layout, task->stanza->mode, task_flags(task), &dev);

	if (!err)
		*name = daxctl_dev_get_devname(dev);
	return err;
}

static int remake(const struct task *task)
{
	struct daxctl_layout layout = task_layout(task);

	/* A device without a size gets all that is left. */
	if (!task->device->size && layout.given == DAXCTL_LAYOUT_ALIGN && layout.align) {
		uint64_t available = daxctl_region_get_available_size(task->region->region);
		layout.given |= DAXCTL_LAYOUT_SIZE;
		layout.size = available - available % layout.align;
	}
	return daxctl_dev_remake(task->device->dev, layout.given ? &layout : NULL,
		task->stanza->mode, task_flags(task));
}

static int set_mode(const struct task *task)
{
	return daxctl_dev_set_mode(task->device->dev, task->stanza->mode, task_flags(task));
}

static int apply(struct restoration *restoration, const struct task *task, const char **name,
	const char **error, const char **hint)
{
	int err;

	limit_time();
	switch (task->action) {
	case ACTION_MAPLESS:
		err = mapless_restore(
			restoration->mapless, task->ndns, task->stanza->align, error, hint);
		break;
	case ACTION_CREATE:
		err = create(task, name);
		break;
	case ACTION_REMAKE:
		err = remake(task);
		break;
	default:
		err = set_mode(task);
	}
	alarm(0);
	if (err && task->action != ACTION_MAPLESS) {
		*error = daxctl_get_error(restoration->ctx) ?: strerror(-err);
		*hint = daxctl_get_hint(restoration->ctx);
	}
	return err;
}

static void not_restored(struct restoration *restoration, const struct task *task,
	const char *device, const char *error, const char *hint)
{
	say_error("not restored: [%s] of %s: %s%s", task->stanza->name, task->stanza->file,
		error ?: strerror(ENOMEM), late ? " (given up after a minute)" : "");
	if (hint)
		say_hint("%s", hint);
	restoration->failed++;
	add_json(restoration->array, task, device, dry_run ? NULL : "not restored", error);
}

static int do_task(struct restoration *restoration, const struct task *task)
{
	const char *name = task_device(task), *error = NULL, *hint = NULL;

	late = 0;
	if (task->action == ACTION_NONE) {
		restoration->in_place++;
		say_outcome(
			"in place: %s ([%s] of %s)", name, task->stanza->name, task->stanza->file);
		return 0;
	}
	if (task->action == ACTION_REFUSED) {
		not_restored(restoration, task, name, task->refusal, task->hint);
		return restoration->last = -ENXIO;
	}
	tell_memmap(task);
	int err = dry_run ? 0 : apply(restoration, task, &name, &error, &hint);
	if (err) {
		not_restored(restoration, task, name, error, hint);
		return restoration->last = err;
	}
	restoration->restored++;
	say_outcome("%s: %s ([%s] of %s)", dry_run ? "would restore" : "restored",
		name ?: "a new device", task->stanza->name, task->stanza->file);
	return add_json(restoration->array, task, name, dry_run ? NULL : "restored", NULL);
}

/* Where the one that should have taken over what the kernel made failed, the next one does. */
static void hand_on(struct tasks *tasks, size_t failed)
{
	const struct task *task = &tasks->list[failed];

	if (task->action != ACTION_REMAKE || task->stanza->kind != STANZA_CREATE ||
		!(task->differs & (DIFFERS_MISSING | DIFFERS_SIZE)))
		return;
	for (size_t i = failed + 1; i < tasks->count; i++) {
		struct task *next = &tasks->list[i];
		if (next->region != task->region || next->action != ACTION_CREATE)
			continue;
		next->action = ACTION_REMAKE;
		next->device = task->device;
		return;
	}
}

/* ---- which of them ---- */

/* The name in "dax0.1", "/dev/dax0.1" and "/sys/bus/dax/devices/dax0.1". */
static bool names(const char *arg, const char *name)
{
	const char *slash = strrchr(arg, '/');

	return name && strcmp(slash ? slash + 1 : arg, name) == 0;
}

static bool is_meant(const struct task *task, const char *arg)
{
	if (names(arg, "all") || names(arg, task->ndns ? task->ndns->name : NULL))
		return true;
	for (size_t i = 0; task->region && i < task->region->device_count; i++)
		if (names(arg, task->region->devices[i].name))
			return true;
	return false;
}

static bool is_wanted(const struct task *task, int count, char **args)
{
	for (int i = 0; i < count; i++)
		if (is_meant(task, args[i]))
			return true;
	return !count;
}

/* No failure, since this is called for whatever appears. */
static void tell_unknown(const struct tasks *tasks, int count, char **args)
{
	for (int i = 0; i < count; i++) {
		bool meant = false;
		for (size_t k = 0; k < tasks->count; k++)
			meant |= is_meant(&tasks->list[k], args[i]);
		if (!meant)
			say_note("%s: no section is for it", typed(args[i]));
	}
}

/* Devices of described regions that are in no section. */
static void tell_strangers(const struct tasks *tasks, const struct present *present)
{
	for (size_t i = 0; i < present->region_count; i++) {
		const struct present_region *region = &present->regions[i];
		bool described = false;
		for (size_t k = 0; k < tasks->count; k++)
			described |= tasks->list[k].region == region &&
				tasks->list[k].stanza->kind == STANZA_CREATE;
		for (size_t j = 0; described && j < region->device_count; j++) {
			bool known = !region->devices[j].size;
			for (size_t k = 0; k < tasks->count; k++)
				known |= tasks->list[k].device == &region->devices[j];
			if (!known)
				say_note("%s: is left as it is: no section describes it",
					region->devices[j].name);
		}
	}
}

static void restore_all(
	struct restoration *restoration, struct tasks *tasks, int count, char **args)
{
	for (size_t i = 0; i < tasks->count; i++)
		if (is_wanted(&tasks->list[i], count, args) &&
			do_task(restoration, &tasks->list[i]))
			hand_on(tasks, i);
}

static bool wants_namespaces(const struct config *config)
{
	for (const struct stanza *stanza = config->stanzas; stanza; stanza = stanza->next)
		if (!stanza->wrong && stanza->given & KEY_MAP)
			return true;
	return false;
}

static void summary(const struct restoration *restoration, const struct config *config)
{
	unsigned failed = restoration->failed + config->mistakes;

	say_outcome("%s %u, %u in place, %u failed", dry_run ? "would restore" : "restored",
		restoration->restored, restoration->in_place, failed);
}

static int restore(struct daxctl_ctx *ctx, const struct config *config, int count, char **args)
{
	AUTO_JSON struct json_object *array = json_object_new_array();
	CLEANUP(cleanup_mapless) struct mapless *mapless = NULL;
	CLEANUP(present_deinit) struct present present = {0};
	CLEANUP(tasks_deinit) struct tasks tasks = {0};
	struct restoration restoration = {.ctx = ctx, .array = array};
	bool told = verbose > 0;

	if (!array)
		return -ENOMEM;
	int err = present_init(&present, ctx);
	if (!err && wants_namespaces(config))
		restoration.last = mapless_new(&mapless, &present);
	restoration.mapless = mapless;
	if (!err)
		err = tasks_init(&tasks, config, &present);
	if (err)
		return err;
	devices_tell_steps(ctx, &told);
	tell_unknown(&tasks, count, args);
	restore_all(&restoration, &tasks, count, args);
	devices_tell_steps(ctx, NULL);
	if (!count)
		tell_strangers(&tasks, &present);
	json_print(array, 0);
	summary(&restoration, config);
	if (restoration.last || count)
		return restoration.last;
	return config->err ?: config->mistakes ? -EINVAL : 0;
}

static int run(void *context, int count, char **args)
{
	const char *path = daxctl_get_config_path(context);
	AUTO_CONFIG struct config *config = NULL;
	/* Two at a time would see each other's devices come and go. The lock ends with the process.
	 */
	int lock = config_lock(path, false);
	if (lock == -EACCES && !dry_run) {
		say_error("%s: cannot be locked: %s", path, strerror(EACCES));
		say_hint("run as root, or with --dry-run");
		return lock;
	}
	if (lock < 0 && lock != -ENOENT && lock != -EACCES)
		return lock;
	int err = config_read(path, &config);
	return err ?: restore(context, config, count, args);
}

const struct verb verb_restore = {
	.name = "restore",
	.summary = "bring about what the configuration says",
	.argument = "device",
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = sizeof(options) / sizeof(*options),
	.run = run,
};
