/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "report.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../util/dax-json.h"
#include "../../util/say.h"
#include "task-json.h"

void report_deinit(struct report *report)
{
	for (size_t i = 0; i < report->record_count; i++)
		pass_free(report->records[i].pass);
	free(report->records);
	json_object_put(report->array);
}

/* Begin a pass, before any device is read. */
static int report_add_record(struct report *report, struct daxctl_region *region)
{
	struct report_record *list =
		reallocarray(report->records, report->record_count + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	report->records = list;
	list[report->record_count++] = (struct report_record){
		.region = region,
		.pass = pass_new(region ? dax_region_place(region) : SCOPE_NAMESPACES),
	};
	return 0;
}

int report_begin(struct report *report, struct daxctl_ctx *ctx, bool namespaces)
{
	struct daxctl_region *region;
	int err = 0;

	if (report->scope)
		return report_add_record(report, report->scope->region);
	daxctl_region_foreach (ctx, region)
		err = err ?: report_add_record(report, region);
	return err ?: namespaces ? report_add_record(report, NULL) : 0;
}

static struct pass *report_find_pass(
	const struct report *report, const struct daxctl_region *region)
{
	for (size_t i = 0; i < report->record_count; i++)
		if (report->records[i].region == region)
			return report->records[i].pass;
	return NULL;
}

/* Whether this process reports @device (NULL: none that exists). The unit of another device reports
 * that one. */
static bool report_concerns(const struct report *report, const char *device)
{
	return !report->scope || !device || scope_names(report->scope, device);
}

/* Print a message about @device of @region if @aloud, and add it to the record. */
static PRINTF(6, 7) void report_tell(const struct report *report,
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
	pass_add_line(report_find_pass(report, region), device, kind, text ?: strerror(ENOMEM));
}

/* ---- a task ---- */

/* The device whose unit reports the task. NULL for a missing one: the zero-size device that it is
 * made of has no unit. */
static const char *task_owner(const struct task *task)
{
	return task->differs & DIFFERS_MISSING ? NULL : task_device(task);
}

void report_memmap(const struct report *report, const struct task *task)
{
	const char *name = task_owner(task);

	if (task->section->given & KEY_MEMMAP && !task_has_memmap_choice(task))
		report_tell(report, task_region(task), name, report_concerns(report, name),
			PASS_WARNING,
			"[%s] of %s: memmap_on_memory has no effect: this kernel does not support it",
			task->section->name, task->section->file);
}

void report_in_place(struct report *report, const struct task *task)
{
	const char *name = task_device(task);

	report->in_place++;
	report_tell(report, task_region(task), name, report_concerns(report, name), PASS_OUTCOME,
		"in place: %s ([%s] of %s)", name, task->section->name, task->section->file);
}

static const char *restored_word(const struct report *report)
{
	return report->dry_run ? "would restore" : "restored";
}

void report_failed(
	struct report *report, const struct task *task, int err, const struct task_outcome *outcome)
{
	struct daxctl_region *region = task_region(task);
	const char *owner = task_owner(task);
	bool ours = report_concerns(report, owner);

	report_tell(report, region, owner, ours, PASS_ERROR, "not restored: [%s] of %s: %s%s",
		task->section->name, task->section->file, outcome->error ?: strerror(ENOMEM),
		outcome->late ? " (stopped after a minute)" : "");
	if (outcome->hint)
		report_tell(report, region, owner, ours, PASS_HINT, "%s", outcome->hint);
	pass_add_result(report_find_pass(report, region), owner, err);
	report->failed++;
	if (!ours) {
		report->others_failed++;
		return;
	}
	report->last = err;
	json_add_task(report->array, task, outcome->device, report->dry_run ? NULL : "not restored",
		outcome->error);
}

int report_restored(
	struct report *report, const struct task *task, const struct task_outcome *outcome)
{
	const char *name = outcome->device;

	report->restored++;
	/* Report every change of this process, also of another device. */
	report_tell(report, task_region(task), name, true, PASS_OUTCOME, "%s: %s ([%s] of %s)",
		restored_word(report), name ?: "a new device", task->section->name,
		task->section->file);
	return json_add_task(report->array, task, name, report->dry_run ? NULL : "restored", NULL);
}

/* ---- devices ---- */

/* Note a device in no section, if other sections describe devices of its region. */
static void report_stranger(const struct report *report, const struct tasks *tasks,
	const struct present_region *region, const struct present_device *device)
{
	bool described = false, known = !device->size;

	for (size_t i = 0; i < tasks->count; i++) {
		described |= tasks->list[i].region == region &&
			tasks->list[i].section->kind == SECTION_CREATE;
		known |= tasks->list[i].device == device;
	}
	if (described && !known)
		report_tell(report, region->region, device->name,
			report_concerns(report, device->name), PASS_NOTE,
			"%s: left as it is: no section describes it", device->name);
}

/* The unit of a device that was skipped has to look for itself. */
static bool device_is_skipped(const struct tasks *tasks, const struct present_device *device)
{
	for (size_t i = 0; i < tasks->count; i++)
		if (tasks->list[i].skipped && tasks->list[i].device == device)
			return true;
	return false;
}

static void report_device(struct report *report, struct daxctl_ctx *ctx, const struct tasks *tasks,
	const struct present_region *region, const struct present_device *device)
{
	if (device_is_skipped(tasks, device))
		return;
	if (!device->error) {
		report_stranger(report, tasks, region, device);
		pass_add_result(report_find_pass(report, region->region), device->name, 0);
		return;
	}
	/* Count a device that cannot be read as failed, unless it has gone. */
	if (!report_concerns(report, device->name) || !daxctl_dev_get_by_name(ctx, device->name))
		return;
	say_error("%s: cannot be read: %s", device->name, strerror(-device->error));
	report->failed++;
	report->last = device->error;
}

void report_devices(struct report *report, struct daxctl_ctx *ctx, const struct tasks *tasks,
	const struct present *present)
{
	for (size_t i = 0; i < present->region_count; i++) {
		const struct present_region *region = &present->regions[i];
		if (report->scope && region->region != report->scope->region)
			continue;
		for (size_t j = 0; j < region->device_count; j++)
			report_device(report, ctx, tasks, region, &region->devices[j]);
	}
	for (size_t i = 0; i < present->namespace_count; i++)
		pass_add_result(report_find_pass(report, NULL), present->namespaces[i].name, 0);
}

/* ---- the end ---- */

void report_end(const struct report *report, const struct config *config)
{
	unsigned failed = report->failed + config->mistakes;

	for (size_t i = 0; i < report->record_count; i++)
		pass_end(report->records[i].pass);
	say_outcome("%s %u, %u in place, %u failed", restored_word(report), report->restored,
		report->in_place, failed);
	if (report->others_failed)
		say_note("%u of the failed are other devices", report->others_failed);
	if (report->others_failed)
		say_hint("see 'daxctl restore' for their errors");
}
