/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../../util/json.h"
#include "apply.h"
#include "pass.h"
#include "scope.h"

/*
 * The report of a restore: messages, counts, JSON, and the records of passes for the units of other
 * devices.
 */
struct report_record {
	struct daxctl_region *region; /* NULL: namespaces */
	struct pass *pass;
};

struct report {
	const struct scope *scope; /* NULL: everything */
	bool dry_run;
	struct json_object *array;
	struct report_record *records;
	size_t record_count;
	unsigned in_place, restored, failed;
	unsigned others_failed; /* of the failed, those that units of other devices report */
	int last;		/* the last error of a device in the scope */
};

void report_deinit(struct report *report);

/* Begins a pass in each region, and one for @namespaces. Call it before reading any device; without
 * it no record is written. */
int report_begin(struct report *report, struct daxctl_ctx *ctx, bool namespaces);

/* Reports a key memmap_on_memory that the kernel does not support. */
void report_memmap(const struct report *report, const struct task *task);
void report_in_place(struct report *report, const struct task *task);
/* @err: a negative errno. */
void report_failed(struct report *report, const struct task *task, int err,
	const struct task_outcome *outcome);
/* Returns 0 or -ENOMEM. */
int report_restored(
	struct report *report, const struct task *task, const struct task_outcome *outcome);
/* Reports devices that no section describes or that cannot be read, and records the others. */
void report_devices(struct report *report, struct daxctl_ctx *ctx, const struct tasks *tasks,
	const struct present *present);
/* Writes the records, and prints the counts. */
void report_end(const struct report *report, const struct config *config);
