/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "private.h"

/*
 * What the devices of a dynamic region are made of. The kernel gives a device capacity by size,
 * from where it finds some, or by range (attributes size and mapping), and only while no driver has
 * the device. It takes capacity away from the end of the last range.
 */
struct ranges {
	struct daxctl_range *list;
	size_t count;
};

uint64_t range_size(const struct daxctl_range *range);
/* The ranges that a device has, in the order in which they follow each other in it. */
int ranges_of(struct daxctl_dev *dev, struct ranges *ranges);

/* One device while its change is planned: the steps know it by @slot, and people by @name. */
struct shape {
	struct txn *txn;
	struct daxctl_region *region;
	struct daxctl_dev **slot;
	const char *name;
	uint64_t size; /* that it has by now */
	struct ranges before;
};
void shape_deinit(struct shape *shape);

/* Add a step: the device gets another size; one more range; another alignment; is created, or
 * looked at when it has its capacity; is deleted. All return 0 or -ENOMEM. */
int shape_plan_size(struct shape *shape, uint64_t size);
int shape_plan_range(struct shape *shape, const struct daxctl_range *range);
int shape_plan_align(struct shape *shape, unsigned long align, unsigned long before);
int shape_plan_create(struct shape *shape, struct daxctl_region *region);
int shape_plan_verify(struct shape *shape, unsigned long align);
int shape_plan_delete(struct shape *shape, struct daxctl_dev *dev);

/* Says which alignments there are. */
void shape_hint_align(struct kernel *kernel);
