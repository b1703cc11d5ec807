/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../../util/json.h"
#include "apply.h"
#include "pass.h"
#include "scope.h"

/*
 * What a restore says, counts and writes down: to people, as JSON, and in the records of passes for
 * the units of other devices.
 */
struct report_record {
	struct daxctl_region *region; /* NULL: of namespaces */
	struct pass *pass;
};

struct report {
	const struct scope *scope; /* NULL: everything */
	bool dry_run;
	struct json_object *array;
	struct report_record *records;
	size_t record_count;
	unsigned in_place, restored, failed;
	unsigned others_failed; /* of these, whose own units tell it */
	int last;		/* of what is meant */
};

void report_deinit(struct report *report);

/* Begins a pass in each region, and one for @namespaces: before anything is looked at. Without it
 * nothing is written down. */
int report_begin(struct report *report, struct daxctl_ctx *ctx, bool namespaces);

/* That memmap_on_memory has no effect, if so. */
void report_memmap(const struct report *report, const struct task *task);
void report_in_place(struct report *report, const struct task *task);
/* @err: a negative errno. */
void report_failed(
	struct report *report, const struct task *task, int err, const struct outcome *outcome);
/* Returns 0 or -ENOMEM. */
int report_restored(struct report *report, const struct task *task, const struct outcome *outcome);
/* All devices that have been looked at: those that no section describes, or that cannot be read. */
void report_devices(struct report *report, struct daxctl_ctx *ctx, const struct tasks *tasks,
	const struct present *present);
/* Writes the records, and says how many tasks have ended how. */
void report_end(const struct report *report, const struct config *config);
