/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "taken.h"

#include <errno.h>
#include <search.h>
#include <stdlib.h>

struct taken_range {
	struct daxctl_range range;
	const struct task *task;
};

void taken_deinit(struct taken *taken)
{
	tdestroy(taken->ranges, free);
}

/* Treat overlapping ranges as equal: tfind() then finds a range that overlaps. */
static int compare_taken(const void *a, const void *b)
{
	const struct taken_range *one = a, *other = b;

	if (taken_ranges_overlap(&one->range, &other->range))
		return 0;
	return one->range.start < other->range.start ? -1 : 1;
}

const struct task *taken_find(const struct taken *taken, const struct section *section)
{
	for (size_t i = 0; i < section->range_count; i++) {
		const struct taken_range range = {.range = section->ranges[i]};
		struct taken_range *const *found = tfind(&range, &taken->ranges, compare_taken);
		if (found)
			return (*found)->task;
	}
	return NULL;
}

int taken_add(struct taken *taken, const struct task *task)
{
	for (size_t i = 0; i < task->section->range_count; i++) {
		AUTO_FREE struct taken_range *range = malloc(sizeof(*range));
		if (!range)
			return -ENOMEM;
		*range = (struct taken_range){task->section->ranges[i], task};
		if (!tsearch(range, &taken->ranges, compare_taken))
			return -ENOMEM;
		TAKE(range);
	}
	return 0;
}
