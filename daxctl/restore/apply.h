/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "nomap.h"
#include "plan.h"

/* The result of a task. */
struct task_outcome {
	const char *device;	  /* name of the device, also of a new one; NULL: none */
	const char *error, *hint; /* valid until the next task */
	bool late;		  /* stopped by the time limit */
};

/* Sets an alarm that ends, after a minute, waits for another program and offlining; the library
 * then undoes the change. apply_is_late() tells whether it went off. */
void apply_limit_time(void);
void apply_end_limit(void);
bool apply_is_late(void);

/* Carries out the task. Returns 0, or a negative errno with @outcome's error set. */
int apply_task(struct daxctl_ctx *ctx, struct nomap *nomap, const struct task *task,
	struct task_outcome *outcome);

/* Makes the checks of apply_task() and changes nothing. @divided: earlier tasks, which were checked
 * only, change how the region is divided, so that a lack of room now is no error. */
int apply_check(struct daxctl_ctx *ctx, const struct task *task, bool divided,
	struct task_outcome *outcome);
