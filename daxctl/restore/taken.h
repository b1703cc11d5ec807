/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan.h"

/* The memory that earlier tasks of a region claim, without overlap. */
struct taken {
	const struct task *rest; /* claims the rest of the region */
	void *ranges;		 /* tsearch(3): struct taken_range */
};

void taken_deinit(struct taken *taken);

/* The task that claims some of the section's ranges, or NULL. */
const struct task *taken_find(const struct taken *taken, const struct section *section);
/* Adds the ranges of @task, which must not overlap others. Returns 0 or -ENOMEM. */
int taken_add(struct taken *taken, const struct task *task);

static inline bool taken_ranges_overlap(const struct daxctl_range *a, const struct daxctl_range *b)
{
	return a->start <= b->end && b->start <= a->end;
}
