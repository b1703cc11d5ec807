/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "nomap.h"
#include "plan.h"

/* What became of a task. */
struct outcome {
	const char *device;	  /* its name, which a new one gets only now; NULL: none yet */
	const char *error, *hint; /* valid until the next task */
	bool late;		  /* given up because it took too long */
};

/* Does what the task says. Returns 0 or a negative errno with @outcome's sentence set. */
int apply_task(struct daxctl_ctx *ctx, struct nomap *nomap, const struct task *task,
	struct outcome *outcome);
