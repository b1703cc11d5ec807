/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <base/lockfile.h>

#include <base/cleanup.h>
#include "../../config/config-edit.h"
#include "../../util/dax-json.h"
#include "../../util/json.h"
#include "../../util/say.h"
#include "../../util/verb.h"
#include "../devices.h"
#include "../verbs.h"
#include "apply.h"
#include "nomap.h"
#include "pass.h"
#include "plan.h"
#include "report.h"
#include "scope.h"

static bool dry_run;
static int verbose;

static const struct option options[] = {
	{0, "dry-run", OPT_FLAG, &dry_run, NULL, "print the difference and change nothing"},
	{'v', "verbose", OPT_COUNT, &verbose, NULL, "print each step as it runs"},
};

/* Tries while the kernel removes the region and makes it again. */
#define TRIES 8

struct restoration {
	struct daxctl_ctx *ctx;
	const struct scope *scope; /* NULL: everything */
	int lock;		   /* negative: not locked, in a dry run */
	struct nomap *nomap;
	/* In a dry run: the region whose devices an earlier task would have made. */
	const struct present_region *divided;
	struct report report;
};

static void restoration_deinit(struct restoration *restoration)
{
	nomap_free(restoration->nomap);
	report_deinit(&restoration->report);
}

/* Restart the time limit of processes that wait for the lock. */
static void restoration_progress(const struct restoration *restoration)
{
	if (restoration->lock >= 0)
		lockfile_progress(restoration->lock);
}

/* ---- a task ---- */

static int check_task(
	struct restoration *restoration, const struct task *task, struct task_outcome *outcome)
{
	bool divided = task->region && restoration->divided == task->region;

	if (task->action == ACTION_CREATE || task->action == ACTION_REMAKE)
		restoration->divided = task->region;
	return apply_check(restoration->ctx, task, divided, outcome);
}

static int do_task(struct restoration *restoration, const struct task *task)
{
	struct task_outcome outcome = {
		.device = task_device(task), .error = task->refusal, .hint = task->hint};
	struct report *report = &restoration->report;

	if (task->action == ACTION_NONE) {
		report_in_place(report, task);
		return 0;
	}
	if (task->action == ACTION_REFUSED) {
		report_failed(report, task, -ENXIO, &outcome);
		return -ENXIO;
	}
	report_memmap(report, task);
	restoration_progress(restoration);
	int err = dry_run ? check_task(restoration, task, &outcome)
			  : apply_task(restoration->ctx, restoration->nomap, task, &outcome);
	if (err) {
		report_failed(report, task, err, &outcome);
		return err;
	}
	return report_restored(report, task, &outcome);
}

/* Let the next task reuse the device that the failed one could not. */
static void hand_on(struct tasks *tasks, size_t failed)
{
	const struct task *task = &tasks->list[failed];

	if (task->action != ACTION_REMAKE || task->section->kind != SECTION_CREATE ||
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

/* ---- what the tasks need ---- */

static bool wants_namespaces(const struct config *config)
{
	for (const struct section *section = config->sections; section; section = section->next)
		if (!section->wrong && section->given & KEY_MAP)
			return true;
	return false;
}

static bool task_changes(const struct task *task)
{
	return task->action != ACTION_NONE && task->action != ACTION_REFUSED;
}

static bool changes_anything(const struct tasks *tasks)
{
	for (size_t i = 0; i < tasks->count; i++)
		if (task_changes(&tasks->list[i]))
			return true;
	return false;
}

/* Whether a section that was planned for another region fits @region too. */
static bool fits_too(const struct tasks *tasks, struct daxctl_region *region)
{
	CLEANUP(present_region_deinit) struct present_region other = {0};

	present_region_outline(&other, region);
	if (!other.has_uuid)
		present_region_locate(&other);
	for (size_t i = 0; i < tasks->count; i++) {
		const struct task *task = &tasks->list[i];
		if (!task->region || task->region->region == region)
			continue;
		/* Read the devices: their ranges tell the place of the region. */
		if (task->section->given & KEY_REGION_RANGE && !other.has_uuid &&
			!other.has_range && !other.devices && present_region_init(&other, region))
			return true;
		if (section_fits(task->section, &other))
			return true;
	}
	return false;
}

/* Whether a section fits several regions. Check before the first change: it must fit exactly one.
 */
static bool is_named_twice(struct daxctl_ctx *ctx, const struct tasks *tasks)
{
	struct daxctl_region *region;
	bool ambiguous = false;

	/* Assume so if the regions cannot be listed. */
	if (!daxctl_region_get_first(ctx))
		return true;
	daxctl_region_foreach (ctx, region)
		ambiguous = ambiguous || fits_too(tasks, region);
	return ambiguous;
}

/* ---- all together ---- */

struct picture {
	struct present present;
	struct tasks tasks;
};

static void picture_deinit(struct picture *picture)
{
	tasks_deinit(&picture->tasks);
	present_deinit(&picture->present);
}

static int look_at_all(
	struct restoration *restoration, const struct config *config, struct picture *picture)
{
	int err = present_init(&picture->present, restoration->ctx);

	if (err)
		say_error("dax devices cannot be listed: %s", strerror(-err));
	if (!err && wants_namespaces(config))
		restoration->report.last = nomap_new(&restoration->nomap, &picture->present);
	return err ?: tasks_init(&picture->tasks, config, &picture->present);
}

static int look_at_region(struct restoration *restoration, struct picture *picture)
{
	struct daxctl_region *region = restoration->scope->region;
	int err = present_add_region(&picture->present, region);

	if (err)
		say_error("devices of region %s cannot be listed: %s", dax_region_place(region),
			strerror(-err));
	return err;
}

static int look_at_scope(
	struct restoration *restoration, const struct config *config, struct picture *picture)
{
	const struct scope *scope = restoration->scope;
	int err = 0;

	if (scope->region)
		err = look_at_region(restoration, picture);
	else if (wants_namespaces(config))
		err = nomap_new(&restoration->nomap, &picture->present);
	err = err ?: tasks_init(&picture->tasks, config, &picture->present);
	if (err || !scope->region || !changes_anything(&picture->tasks) ||
		!is_named_twice(restoration->ctx, &picture->tasks))
		return err;
	picture_deinit(picture);
	*picture = (struct picture){0};
	return look_at_all(restoration, config, picture);
}

/* Skip a section whose region turned out to be outside of the scope. A restore of everything
 * reports sections without a namespace. */
static bool task_is_wanted(const struct restoration *restoration, const struct task *task,
	const struct present *present)
{
	const struct scope *scope = restoration->scope;

	if (task->skipped)
		return false;
	if (!scope || task->ndns)
		return true;
	for (size_t i = 0; scope->region && i < present->region_count; i++)
		if (present->regions[i].region == scope->region)
			return section_fits(task->section, &present->regions[i]);
	return false;
}

/* ---- a region ---- */

/* Finds the tasks that a restore of named devices leaves to others. Someone may have changed the
 * other devices of the region since the boot, or destroyed one; only the device that the kernel
 * made of the whole region shows that nobody has divided it yet. */
static void mark_skipped(const struct restoration *restoration, struct picture *picture,
	const struct present_region *region)
{
	const struct present_device *whole = boot_device(region);
	const struct scope *scope = restoration->scope;

	if (!scope || (whole && scope_names(scope, whole->name)))
		return;
	for (size_t i = 0; i < picture->tasks.count; i++) {
		struct task *task = &picture->tasks.list[i];
		if (task->region == region && task_changes(task))
			task->skipped = !task->device || !scope_names(scope, task->device->name);
	}
}

static bool region_changes(const struct restoration *restoration, const struct picture *picture,
	const struct present_region *region)
{
	const struct tasks *tasks = &picture->tasks;

	for (size_t i = 0; i < tasks->count; i++)
		if (tasks->list[i].region == region && task_changes(&tasks->list[i]) &&
			task_is_wanted(restoration, &tasks->list[i], &picture->present))
			return true;
	return false;
}

/* Does the tasks of @region; those of no region if it is NULL. */
static void do_tasks(struct restoration *restoration, struct picture *picture,
	const struct present_region *region)
{
	struct tasks *tasks = &picture->tasks;

	for (size_t i = 0; i < tasks->count; i++)
		if (tasks->list[i].region == region &&
			task_is_wanted(restoration, &tasks->list[i], &picture->present) &&
			do_task(restoration, &tasks->list[i]))
			hand_on(tasks, i);
}

/* Reports that no task of @region could be done. */
static void fail_tasks(struct restoration *restoration, struct picture *picture,
	const struct present_region *region, int err)
{
	AUTO_FREE char *error = strdup(daxctl_get_error(restoration->ctx) ?: strerror(-err));
	AUTO_FREE char *hint = strdup(daxctl_get_hint(restoration->ctx) ?: "");
	const struct tasks *tasks = &picture->tasks;

	for (size_t i = 0; i < tasks->count; i++) {
		const struct task *task = &tasks->list[i];
		const struct task_outcome outcome = {
			.device = task_device(task),
			.error = error,
			.hint = hint && *hint ? hint : NULL,
			.late = apply_is_late(),
		};
		if (task->region == region && task_changes(task) &&
			task_is_wanted(restoration, task, &picture->present))
			report_failed(&restoration->report, task, err, &outcome);
	}
}

/* ---- a second look ---- */

/* The sections that were to change a region at the first look. */
struct planned {
	const struct section **list;
	size_t count;
};

static void planned_deinit(struct planned *planned)
{
	free(planned->list);
}

static int planned_note(struct planned *planned, const struct restoration *restoration,
	const struct picture *picture, const struct present_region *region)
{
	const struct tasks *tasks = &picture->tasks;

	planned->list = calloc(tasks->count ?: 1, sizeof(*planned->list));
	if (!planned->list)
		return -ENOMEM;
	for (size_t i = 0; i < tasks->count; i++)
		if (tasks->list[i].region == region && task_changes(&tasks->list[i]) &&
			task_is_wanted(restoration, &tasks->list[i], &picture->present))
			planned->list[planned->count++] = tasks->list[i].section;
	return 0;
}

static bool planned_has(const struct planned *planned, const struct section *section)
{
	for (size_t i = 0; i < planned->count; i++)
		if (planned->list[i] == section)
			return true;
	return false;
}

/* Reports the sections that fitted @region at the first look and no longer do. Those that fit a
 * region whose turn comes later get it. */
static void tell_lost(struct restoration *restoration, const struct planned *planned,
	const struct picture *picture, const struct present_region *region)
{
	const struct task_outcome outcome = {
		.error = "its region has changed meanwhile",
		.hint = "run daxctl restore again",
	};

	for (size_t i = 0; i < picture->tasks.count; i++) {
		const struct task *task = &picture->tasks.list[i];
		if (task->region >= region || !planned_has(planned, task->section))
			continue;
		if (task->region)
			report_failed(&restoration->report, task, -ESTALE, &outcome);
		else
			do_task(restoration, task);
	}
}

/* Reads the devices of @region and plans its tasks anew: another program may have changed them
 * between the first look and the lock. */
static int look_again(struct restoration *restoration, const struct config *config,
	struct picture *picture, struct present_region *region)
{
	CLEANUP(planned_deinit) struct planned before = {0};
	struct daxctl_region *object = region->region;
	int noted = planned_note(&before, restoration, picture, region);

	tasks_deinit(&picture->tasks);
	present_region_deinit(region);
	int err = noted ?: present_region_init(region, object);
	if (err) {
		say_error("devices of region %s cannot be listed: %s", dax_region_place(object),
			strerror(-err));
		restoration->report.failed++;
		restoration->report.last = err;
	}
	int planned = tasks_init(&picture->tasks, config, &picture->present);
	if (planned) {
		say_error("%s", strerror(-planned));
		tasks_deinit(&picture->tasks);
		picture->tasks = (struct tasks){0};
		restoration->report.failed++;
		restoration->report.last = planned;
	}
	if (err || planned)
		return err ?: planned;
	tell_lost(restoration, &before, picture, region);
	mark_skipped(restoration, picture, region);
	return 0;
}

/* Changes a region only by a picture that was taken under its lock. */
static void restore_region(struct restoration *restoration, const struct config *config,
	struct picture *picture, struct present_region *region)
{
	mark_skipped(restoration, picture, region);
	if (dry_run || !region_changes(restoration, picture, region)) {
		do_tasks(restoration, picture, region);
		return;
	}
	apply_limit_time();
	int err = daxctl_region_lock(region->region);
	apply_end_limit();
	/* The tasks of a region that is gone fail with sentences of their own. */
	if (err && err != -ENODEV) {
		fail_tasks(restoration, picture, region, err);
		return;
	}
	if (err || !look_again(restoration, config, picture, region))
		do_tasks(restoration, picture, region);
	daxctl_region_unlock(region->region);
}

static void restore_all(
	struct restoration *restoration, const struct config *config, struct picture *picture)
{
	do_tasks(restoration, picture, NULL);
	for (size_t i = 0; i < picture->present.region_count; i++)
		restore_region(restoration, config, picture, &picture->present.regions[i]);
}

static int restore(struct restoration *restoration, const struct config *config)
{
	CLEANUP(picture_deinit) struct picture picture = {0};
	struct report *report = &restoration->report;
	bool told = verbose > 0;

	restoration_progress(restoration);
	int err = dry_run || restoration->lock < 0
		? 0
		: report_begin(report, restoration->ctx, wants_namespaces(config));

	if (!err)
		err = restoration->scope ? look_at_scope(restoration, config, &picture)
					 : look_at_all(restoration, config, &picture);
	if (err)
		return err;
	restoration_progress(restoration);
	if (!dry_run)
		devices_tell_steps(restoration->ctx, &told);
	restore_all(restoration, config, &picture);
	devices_tell_steps(restoration->ctx, NULL);
	report_devices(report, restoration->ctx, &picture.tasks, &picture.present);
	report_end(report, config);
	return report->last;
}

/* Lock out other restores, whose devices come and go. */
static int take_lock(const char *path)
{
	int lock = config_lock(path, false);

	if (lock == -EACCES && !dry_run) {
		say_error("%s: cannot be locked: %s", path, strerror(EACCES));
		say_hint("run as root, or with --dry-run");
	}
	return lock;
}

/* Go on with what is there if it cannot be completed: the directory may be read-only. */
static void complete_configuration(const char *path)
{
	if (dry_run || config_complete(path))
		config_tell_interrupted(path);
}

static bool goes_on(int lock)
{
	return lock >= 0 || lock == -ENOENT || (lock == -EACCES && dry_run);
}

static int restore_everything(struct daxctl_ctx *ctx, struct json_object *array)
{
	const char *path = daxctl_get_config_path(ctx);
	AUTO_CONFIG struct config *config = NULL;
	AUTO_CONFIG_LOCK int lock = take_lock(path);

	if (!goes_on(lock))
		return lock;
	CLEANUP(restoration_deinit)
	struct restoration restoration = {
		.ctx = ctx,
		.lock = lock,
		.report = {.dry_run = dry_run, .array = json_object_get(array)},
	};
	complete_configuration(path);
	int err = config_read(path, &config);
	if (!err)
		err = restore(&restoration, config);
	if (err)
		return err;
	return config->err ?: config->mistakes ? -EINVAL : 0;
}

/* Report success: udev starts a restore for every device. */
static int tell_unknown_device(const struct scope *scope)
{
	for (int i = 0; i < scope->count; i++)
		say_note("%s: no section matches it", typed(scope->args[i]));
	return 0;
}

static int restore_scope(struct daxctl_ctx *ctx, const struct scope *old, struct json_object *array)
{
	const char *path = daxctl_get_config_path(ctx);
	bool serves = old->count == 1 && !dry_run;
	uint64_t number = serves ? pass_number(old->place) : PASS_NONE;
	AUTO_CONFIG_LOCK int lock = take_lock(path);
	AUTO_CONFIG struct config *config = NULL;
	struct scope scope;
	int result;

	if (!goes_on(lock))
		return lock;
	if (serves && pass_serve(old->place, number, scope_name_in(*old->args), &result))
		return result;
	/* Look up the name again: the wait for the lock may have been long. */
	int err = scope_init(&scope, ctx, old->count, old->args);
	if (err == -ENOENT)
		return tell_unknown_device(old);
	if (err)
		return err;
	complete_configuration(path);
	err = config_read_for(path, &scope.config, &config);
	if (err)
		return err;
	CLEANUP(restoration_deinit)
	struct restoration restoration = {
		.ctx = ctx,
		.scope = &scope,
		.lock = lock,
		.report = {.scope = &scope, .dry_run = dry_run, .array = json_object_get(array)},
	};
	return restore(&restoration, config);
}

/* Try again if the kernel removed the region and made it again meanwhile: systemd does not start a
 * unit a second time while it runs. */
static int restore_lasting(
	struct daxctl_ctx *ctx, const struct scope *scope, struct json_object *array)
{
	const struct daxctl_region *region = scope->region;
	int result;

	for (int tries = 0; tries < TRIES; tries++) {
		result = restore_scope(ctx, scope, array);
		struct daxctl_dev *dev = region && !dry_run
			? daxctl_dev_get_by_name(ctx, scope_name_in(*scope->args))
			: NULL;
		if (!dev || daxctl_dev_get_region(dev) == region)
			break;
		region = daxctl_dev_get_region(dev);
	}
	return result;
}

static int restore_named(struct daxctl_ctx *ctx, int count, char **args, struct json_object *array)
{
	struct scope scope;
	int err = scope_init(&scope, ctx, count, args);

	if (err == -ENOENT)
		return tell_unknown_device(&scope);
	if (err) {
		say_error("%s: cannot be read: %s", typed(*args), strerror(-err));
		return err;
	}
	/* End early, without a lock, if no section may be for the device: most have none. */
	int configured = scope_is_configured(&scope, daxctl_get_config_path(ctx));
	if (configured < 0)
		return configured;
	return configured ? restore_lasting(ctx, &scope, array) : tell_unknown_device(&scope);
}

/* Move the names that share the region of the first one to the front, or all namespaces if that is
 * one. Returns their number. */
static int gather(struct daxctl_ctx *ctx, int count, char **args)
{
	const char *name = scope_name_in(*args);
	const struct daxctl_dev *first = daxctl_dev_get_by_name(ctx, name);
	int together = 1;

	for (int i = 1; i < count; i++) {
		const char *other = scope_name_in(args[i]);
		const struct daxctl_dev *dev = first ? daxctl_dev_get_by_name(ctx, other) : NULL;
		bool same = scope_is_namespace(name) ? scope_is_namespace(other)
						     : dev && first &&
				daxctl_dev_get_region((struct daxctl_dev *)dev) ==
					daxctl_dev_get_region((struct daxctl_dev *)first);
		if (!same)
			continue;
		char *moved = args[i];
		memmove(&args[together + 1], &args[together],
			(size_t)(i - together) * sizeof(*args));
		args[together++] = moved;
	}
	return together;
}

static bool means_all(int count, char **args)
{
	for (int i = 0; i < count; i++)
		if (strcmp(scope_name_in(args[i]), "all") == 0)
			return true;
	return !count;
}

static int run(void *context, int count, char **args)
{
	AUTO_JSON struct json_object *array = json_object_new_array();
	int last = 0;

	if (!array)
		return -ENOMEM;
	if (means_all(count, args)) {
		last = restore_everything(context, array);
	} else {
		for (int done = 0, next; done < count; done += next) {
			next = gather(context, count - done, args + done);
			last = restore_named(context, next, args + done, array) ?: last;
		}
	}
	json_print(array, 0);
	return last;
}

const struct verb verb_restore = {
	.name = "restore",
	.summary = "restore modes of dax devices from daxctl.conf",
	.argument = "device",
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = sizeof(options) / sizeof(*options),
	.run = run,
};
