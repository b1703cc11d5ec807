/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "plan.h"

/* What the tasks of a region want that were looked at so far: no two of them want the same. */
struct taken {
	const struct task *rest; /* the one that wants all that is left */
	void *ranges;		 /* tsearch(3): struct taken_range */
};

void taken_deinit(struct taken *taken);

/* A task that wants some of the section's ranges, or NULL. */
const struct task *taken_find(const struct taken *taken, const struct section *section);
/* Adds the ranges of @task, with which taken_find() finds nothing. Returns 0 or -ENOMEM. */
int taken_add(struct taken *taken, const struct task *task);

static inline bool taken_ranges_overlap(const struct daxctl_range *a, const struct daxctl_range *b)
{
	return a->start <= b->end && b->start <= a->end;
}
