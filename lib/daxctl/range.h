/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "private.h"

struct ranges {
	struct daxctl_range *list;
	size_t count;
};

uint64_t range_size(const struct daxctl_range *range);
/* Copies @count ranges. Returns 0 or -ENOMEM; ranges_deinit() in any case. */
int ranges_copy(struct ranges *ranges, const struct daxctl_range *list, size_t count);
void ranges_deinit(struct ranges *ranges);
/* Finds a range that has one of the addresses from @start to @end, or NULL. The ranges are sorted,
 * and none overlaps another. */
const struct daxctl_range *range_find(
	const struct ranges *sorted, unsigned long long start, unsigned long long end);

/* Whether a device of the region has a range within @range. */
bool region_has_device_in(struct daxctl_region *region, const struct daxctl_range *range);
