/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <base/lockfile.h>

#include "../../util/cleanup.h"
#include "../../util/config-edit.h"
#include "../../util/dax-json.h"
#include "../../util/json.h"
#include "../../util/verb.h"
#include "../devices.h"
#include "plan.h"
#include "nomap.h"
#include "pass.h"
#include "task-json.h"
#include "../verbs.h"

static bool dry_run;
static int verbose;

static const struct option options[] = {
	{0, "dry-run", OPT_FLAG, &dry_run, NULL, "print the difference and change nothing"},
	{'v', "verbose", OPT_COUNT, &verbose, NULL, "print each step as it is taken"},
};

/* How long a section may take where the kernel would work without end. */
#define SECONDS 60

/* How often a region is looked at that comes and goes. */
#define TRIES 8

/* ---- what is meant ---- */

/* The devices that arguments name, of one region, or the namespaces that they name. */
struct scope {
	const char *place;	      /* of the record of passes */
	struct daxctl_region *region; /* NULL: namespaces */
	struct present_region outline;
	bool has_outline; /* with what takes longer to find out: the range */
	char uuid[UUID_STR_LEN];
	struct config_scope config;
	int count;
	char **args;
};

#define NAMESPACES "namespaces"

/* The name in "dax0.1", "/dev/dax0.1" and "/sys/bus/dax/devices/dax0.1". */
static const char *name_in(const char *arg)
{
	const char *slash = strrchr(arg, '/');

	return slash ? slash + 1 : arg;
}

static bool scope_names(const struct scope *scope, const char *name)
{
	for (int i = 0; i < scope->count; i++)
		if (strcmp(name_in(scope->args[i]), name) == 0)
			return true;
	return false;
}

static bool is_namespace(const char *name)
{
	return strncmp(name, "namespace", strlen("namespace")) == 0;
}

/* Look at no other device: where the range of a region is not known without, any may fit. */
static bool may_fit(const struct stanza *stanza, void *data)
{
	struct scope *scope = data;
	struct present_region *outline = &scope->outline;
	struct stanza identity = *stanza;

	if (stanza->given & KEY_REGION_RANGE && !scope->has_outline) {
		outline->has_range = outline->dynamic &&
			daxctl_region_get_range(scope->region, &outline->range) == 0;
		scope->has_outline = true;
	}
	if (!outline->has_range)
		identity.given &= ~(unsigned)KEY_REGION_RANGE;
	return stanza_fits_region(&identity, outline);
}

static int scope_take_device(struct scope *scope, struct daxctl_ctx *ctx, const char *name)
{
	struct daxctl_dev *dev = daxctl_dev_get_by_name(ctx, name);
	uuid_t uuid;

	if (!dev)
		return -errno;
	scope->region = daxctl_dev_get_region(dev);
	scope->place = dax_region_place(scope->region);
	int err = daxctl_region_get_nvdimm_uuid(scope->region, uuid);
	if (err && err != -EOPNOTSUPP)
		return err;
	present_region_outline(&scope->outline, scope->region);
	scope->outline.target_node = daxctl_dev_get_target_node(dev);
	scope->config = (struct config_scope){.may_fit = may_fit, .data = scope};
	if (err)
		return 0;
	uuid_unparse_lower(uuid, scope->uuid);
	scope->config.uuid = scope->uuid;
	return 0;
}

/* Finds out where the first argument leads. Returns 0, -ENOENT if there is nothing of this name, or
 * another negative errno. */
static int scope_init(struct scope *scope, struct daxctl_ctx *ctx, int count, char **args)
{
	const char *name = name_in(*args);

	*scope = (struct scope){.count = count, .args = args};
	if (!is_namespace(name))
		return scope_take_device(scope, ctx, name);
	scope->place = NAMESPACES;
	scope->config.mapless = true;
	return 0;
}

/* Whether a section may be for it. A pass is over all namespaces, but need not begin if none is for
 * the one that is named. */
static int scope_is_configured(struct scope *scope, const char *path)
{
	uuid_t uuid;

	if (!config_may_concern(path, &scope->config))
		return 0;
	if (scope->region || scope->count > 1)
		return 1;
	int err = mapless_find_uuid(name_in(*scope->args), uuid);
	if (err)
		return err == -ENOENT ? 0 : err;
	struct config_scope alone = {.mapless = true, .uuid = scope->uuid};
	uuid_unparse_lower(uuid, scope->uuid);
	return config_may_concern(path, &alone);
}

/* ---- doing it ---- */

struct record {
	struct daxctl_region *region; /* NULL: of namespaces */
	struct pass *pass;
};

struct restoration {
	struct daxctl_ctx *ctx;
	const struct scope *scope; /* NULL: everything */
	int lock;		   /* negative: none, in a dry run */
	struct mapless *mapless;
	struct json_object *array;
	struct record *records;
	size_t record_count;
	unsigned in_place, restored, failed;
	unsigned others_failed; /* of these, whose own units tell it */
	int last;		/* of what is meant */
};

static void restoration_deinit(struct restoration *restoration)
{
	for (size_t i = 0; i < restoration->record_count; i++)
		pass_free(restoration->records[i].pass);
	free(restoration->records);
	json_object_put(restoration->array);
}

/* Begins a pass: before anything is looked at. */
static int add_record(struct restoration *restoration, struct daxctl_region *region)
{
	struct record *list =
		reallocarray(restoration->records, restoration->record_count + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	restoration->records = list;
	list[restoration->record_count++] = (struct record){
		.region = region,
		.pass = pass_new(region ? dax_region_place(region) : NAMESPACES),
	};
	return 0;
}

static int begin_records(struct restoration *restoration, bool namespaces)
{
	const struct scope *scope = restoration->scope;
	struct daxctl_region *region;
	int err = 0;

	if (dry_run || restoration->lock < 0)
		return 0;
	if (scope)
		return add_record(restoration, scope->region);
	daxctl_region_foreach (restoration->ctx, region)
		err = err ?: add_record(restoration, region);
	return err ?: namespaces ? add_record(restoration, NULL) : 0;
}

static struct pass *find_pass(
	const struct restoration *restoration, const struct daxctl_region *region)
{
	for (size_t i = 0; i < restoration->record_count; i++)
		if (restoration->records[i].region == region)
			return restoration->records[i].pass;
	return NULL;
}

/* Whether something about @device (NULL: of no device that is there) is ours to tell: what is about
 * another one, its own unit tells. */
static bool is_ours(const struct restoration *restoration, const char *device)
{
	return !restoration->scope || !device || scope_names(restoration->scope, device);
}

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

/* Says what is about @device of @region, if @aloud, and writes it down for who waits for that. */
static PRINTF(6, 7) void tell(const struct restoration *restoration,
	const struct daxctl_region *region, const char *device, bool aloud, enum pass_line kind,
	const char *format, ...)
{
	AUTO_FREE char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	if (aloud)
		pass_say(kind, text ?: strerror(ENOMEM));
	pass_add_line(find_pass(restoration, region), device, kind, text ?: strerror(ENOMEM));
}

static struct daxctl_region *task_region(const struct task *task)
{
	return task->region ? task->region->region : NULL;
}

static const char *task_device(const struct task *task)
{
	return task->device ? task->device->name : task->ndns ? task->ndns->name : NULL;
}

static void tell_memmap(const struct restoration *restoration, const struct task *task)
{
	const char *name = task_device(task);

	if (task->stanza->given & KEY_MEMMAP && !has_memmap_choice(task))
		tell(restoration, task_region(task), name, is_ours(restoration, name), PASS_NOTE,
			"[%s] of %s: memmap_on_memory has no effect: this kernel does not leave "
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
	const char *device, int err, const char *error, const char *hint)
{
	struct daxctl_region *region = task_region(task);
	bool ours = is_ours(restoration, device);

	tell(restoration, region, device, ours, PASS_ERROR, "not restored: [%s] of %s: %s%s",
		task->stanza->name, task->stanza->file, error ?: strerror(ENOMEM),
		late ? " (given up after a minute)" : "");
	if (hint)
		tell(restoration, region, device, ours, PASS_HINT, "%s", hint);
	pass_add_result(find_pass(restoration, region), device, err);
	restoration->failed++;
	if (!ours) {
		restoration->others_failed++;
		return;
	}
	restoration->last = err;
	json_add_task(restoration->array, task, device, dry_run ? NULL : "not restored", error);
}

static int do_task(struct restoration *restoration, const struct task *task)
{
	const char *name = task_device(task), *error = NULL, *hint = NULL;
	struct daxctl_region *region = task_region(task);

	late = 0;
	if (task->action == ACTION_NONE) {
		restoration->in_place++;
		tell(restoration, region, name, is_ours(restoration, name), PASS_OUTCOME,
			"in place: %s ([%s] of %s)", name, task->stanza->name, task->stanza->file);
		return 0;
	}
	if (task->action == ACTION_REFUSED) {
		not_restored(restoration, task, name, -ENXIO, task->refusal, task->hint);
		return -ENXIO;
	}
	tell_memmap(restoration, task);
	if (restoration->lock >= 0)
		lockfile_progress(restoration->lock);
	int err = dry_run ? 0 : apply(restoration, task, &name, &error, &hint);
	if (err) {
		not_restored(restoration, task, name, err, error, hint);
		return err;
	}
	restoration->restored++;
	/* Who has changed something says so, whosever it is. */
	tell(restoration, region, name, true, PASS_OUTCOME, "%s: %s ([%s] of %s)",
		dry_run ? "would restore" : "restored", name ?: "a new device", task->stanza->name,
		task->stanza->file);
	return json_add_task(restoration->array, task, name, dry_run ? NULL : "restored", NULL);
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

/* ---- what there is ---- */

/* Devices of described regions that are in no section. */
static void tell_stranger(const struct restoration *restoration, const struct tasks *tasks,
	const struct present_region *region, const struct present_device *device)
{
	bool described = false, known = !device->size;

	for (size_t i = 0; i < tasks->count; i++) {
		described |= tasks->list[i].region == region &&
			tasks->list[i].stanza->kind == STANZA_CREATE;
		known |= tasks->list[i].device == device;
	}
	if (described && !known)
		tell(restoration, region->region, device->name, is_ours(restoration, device->name),
			PASS_NOTE, "%s: is left as it is: no section describes it", device->name);
}

static void check_device(struct restoration *restoration, const struct tasks *tasks,
	const struct present_region *region, const struct present_device *device)
{
	if (!device->error) {
		tell_stranger(restoration, tasks, region, device);
		pass_add_result(find_pass(restoration, region->region), device->name, 0);
		return;
	}
	/* What cannot be read is not done, unless it has gone. */
	if (!is_ours(restoration, device->name) ||
		!daxctl_dev_get_by_name(restoration->ctx, device->name))
		return;
	say_error("%s: cannot be read: %s", device->name, strerror(-device->error));
	restoration->failed++;
	restoration->last = device->error;
}

static void check_devices(
	struct restoration *restoration, const struct tasks *tasks, const struct present *present)
{
	for (size_t i = 0; i < present->region_count; i++) {
		const struct present_region *region = &present->regions[i];
		if (restoration->scope && region->region != restoration->scope->region)
			continue;
		for (size_t j = 0; j < region->device_count; j++)
			check_device(restoration, tasks, region, &region->devices[j]);
	}
	for (size_t i = 0; i < present->namespace_count; i++)
		pass_add_result(find_pass(restoration, NULL), present->namespaces[i].name, 0);
}

static bool wants_namespaces(const struct config *config)
{
	for (const struct stanza *stanza = config->stanzas; stanza; stanza = stanza->next)
		if (!stanza->wrong && stanza->given & KEY_MAP)
			return true;
	return false;
}

static bool changes_anything(const struct tasks *tasks)
{
	for (size_t i = 0; i < tasks->count; i++)
		if (tasks->list[i].action != ACTION_NONE && tasks->list[i].action != ACTION_REFUSED)
			return true;
	return false;
}

/* Whether a section of another region fits @region too. */
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
		/* Its devices tell where it lies. */
		if (task->stanza->given & KEY_REGION_RANGE && !other.has_uuid && !other.has_range &&
			!other.devices && present_region_init(&other, region))
			return true;
		if (stanza_fits(task->stanza, &other))
			return true;
	}
	return false;
}

/* A section must be true of exactly one region: before one is changed, look whether another fits
 * too. */
static bool is_ambiguous(struct daxctl_ctx *ctx, const struct tasks *tasks)
{
	struct daxctl_region *region;

	daxctl_region_foreach (ctx, region)
		if (fits_too(tasks, region))
			return true;
	return false;
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

	if (!err && wants_namespaces(config))
		restoration->last = mapless_new(&restoration->mapless, &picture->present);
	return err ?: tasks_init(&picture->tasks, config, &picture->present);
}

static int look_at_scope(
	struct restoration *restoration, const struct config *config, struct picture *picture)
{
	const struct scope *scope = restoration->scope;
	int err = 0;

	if (scope->region)
		err = present_add_region(&picture->present, scope->region);
	else if (wants_namespaces(config))
		err = mapless_new(&restoration->mapless, &picture->present);
	err = err ?: tasks_init(&picture->tasks, config, &picture->present);
	if (err || !scope->region || !changes_anything(&picture->tasks) ||
		!is_ambiguous(restoration->ctx, &picture->tasks))
		return err;
	picture_deinit(picture);
	*picture = (struct picture){0};
	return look_at_all(restoration, config, picture);
}

/* Sections have been read for the scope, but which region they are for has been found out since.
 * What no namespace fits is told by who restores all. */
static bool is_wanted(const struct restoration *restoration, const struct task *task,
	const struct present *present)
{
	const struct scope *scope = restoration->scope;

	if (!scope || task->ndns)
		return true;
	for (size_t i = 0; scope->region && i < present->region_count; i++)
		if (present->regions[i].region == scope->region)
			return stanza_fits(task->stanza, &present->regions[i]);
	return false;
}

static void restore_all(struct restoration *restoration, struct picture *picture)
{
	struct tasks *tasks = &picture->tasks;

	for (size_t i = 0; i < tasks->count; i++)
		if (is_wanted(restoration, &tasks->list[i], &picture->present) &&
			do_task(restoration, &tasks->list[i]))
			hand_on(tasks, i);
}

static void summary(const struct restoration *restoration, const struct config *config)
{
	unsigned failed = restoration->failed + config->mistakes;

	say_outcome("%s %u, %u in place, %u failed", dry_run ? "would restore" : "restored",
		restoration->restored, restoration->in_place, failed);
	if (restoration->others_failed)
		say_note("%u of these are other devices: daxctl restore tells which and why",
			restoration->others_failed);
}

static int restore(struct restoration *restoration, const struct config *config)
{
	CLEANUP(picture_deinit) struct picture picture = {0};
	bool told = verbose > 0;
	int err = begin_records(restoration, wants_namespaces(config));

	if (!err)
		err = restoration->scope ? look_at_scope(restoration, config, &picture)
					 : look_at_all(restoration, config, &picture);
	if (err)
		return err;
	devices_tell_steps(restoration->ctx, &told);
	restore_all(restoration, &picture);
	devices_tell_steps(restoration->ctx, NULL);
	check_devices(restoration, &picture.tasks, &picture.present);
	for (size_t i = 0; i < restoration->record_count; i++)
		pass_end(restoration->records[i].pass);
	summary(restoration, config);
	return restoration->last;
}

/* Two at a time would see each other's devices come and go. The lock ends with the process. */
static int take_lock(const char *path)
{
	int lock = config_lock(path, false);

	if (lock == -EACCES && !dry_run) {
		say_error("%s: cannot be locked: %s", path, strerror(EACCES));
		say_hint("run as root, or with --dry-run");
	}
	return lock;
}

static bool goes_on(int lock)
{
	return lock >= 0 || lock == -ENOENT || (lock == -EACCES && dry_run);
}

static void cleanup_restoration(struct restoration *restoration)
{
	mapless_free(restoration->mapless);
	restoration_deinit(restoration);
}

static int restore_everything(struct daxctl_ctx *ctx, struct json_object *array)
{
	const char *path = daxctl_get_config_path(ctx);
	AUTO_CONFIG struct config *config = NULL;
	AUTO_CLOSE int lock = take_lock(path);

	if (!goes_on(lock))
		return lock;
	CLEANUP(cleanup_restoration)
	struct restoration restoration = {
		.ctx = ctx, .lock = lock, .array = json_object_get(array)};
	int err = config_read(path, &config) ?: restore(&restoration, config);
	if (err)
		return err;
	return config->err ?: config->mistakes ? -EINVAL : 0;
}

/* No failure, since this is called for whatever appears. */
static int tell_unknown(const struct scope *scope)
{
	for (int i = 0; i < scope->count; i++)
		say_note("%s: no section is for it", typed(scope->args[i]));
	return 0;
}

static int restore_scope(struct daxctl_ctx *ctx, const struct scope *old, struct json_object *array)
{
	const char *path = daxctl_get_config_path(ctx);
	bool serves = old->count == 1 && !dry_run;
	uint64_t number = serves ? pass_number(old->place) : PASS_NONE;
	AUTO_CLOSE int lock = take_lock(path);
	AUTO_CONFIG struct config *config = NULL;
	struct scope scope;
	int result;

	if (!goes_on(lock))
		return lock;
	if (serves && pass_serve(old->place, number, name_in(*old->args), &result))
		return result;
	/* It may have gone while we waited, and another one may have come. */
	int err = scope_init(&scope, ctx, old->count, old->args);
	if (err == -ENOENT)
		return tell_unknown(old);
	if (err)
		return err;
	err = config_read_for(path, &scope.config, &config);
	if (err)
		return err;
	CLEANUP(cleanup_restoration)
	struct restoration restoration = {
		.ctx = ctx, .scope = &scope, .lock = lock, .array = json_object_get(array)};
	return restore(&restoration, config);
}

/* systemd does not start a unit that is still running: where the kernel has made the region anew
 * after it was looked at, that is ours to see. */
static int restore_lasting(
	struct daxctl_ctx *ctx, const struct scope *scope, struct json_object *array)
{
	const struct daxctl_region *region = scope->region;
	int result;

	for (int tries = 0; tries < TRIES; tries++) {
		result = restore_scope(ctx, scope, array);
		struct daxctl_dev *dev = region && !dry_run
			? daxctl_dev_get_by_name(ctx, name_in(*scope->args))
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
		return tell_unknown(&scope);
	if (err) {
		say_error("%s: cannot be looked at: %s", typed(*args), strerror(-err));
		return err;
	}
	/* Most devices of most machines end here: nothing has been waited for, or looked at. */
	int configured = scope_is_configured(&scope, daxctl_get_config_path(ctx));
	if (configured < 0)
		return configured;
	return configured ? restore_lasting(ctx, &scope, array) : tell_unknown(&scope);
}

/* Names of the same region, and namespaces, go together: moves those that belong to the first to
 * the front, and returns how many these are. */
static int gather(struct daxctl_ctx *ctx, int count, char **args)
{
	const char *name = name_in(*args);
	const struct daxctl_dev *first = daxctl_dev_get_by_name(ctx, name);
	int together = 1;

	for (int i = 1; i < count; i++) {
		const char *other = name_in(args[i]);
		const struct daxctl_dev *dev = first ? daxctl_dev_get_by_name(ctx, other) : NULL;
		bool same = is_namespace(name) ? is_namespace(other)
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
		if (strcmp(name_in(args[i]), "all") == 0)
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
	.summary = "bring about what the configuration says",
	.argument = "device",
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = sizeof(options) / sizeof(*options),
	.run = run,
};
