/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "device.h"
#include "range.h"

/*
 * Steps that change the layout of a device in a dynamic region. The kernel gives a device capacity
 * by size, wherever it finds some, or by range (attributes size and mapping), and only while the
 * device has no driver. It takes capacity from the end of the last range.
 */

/* Reads the ranges of a device into @ranges, in the order of their offsets in it. Returns 0 or a
 * negative errno. */
int ranges_of(struct daxctl_dev *dev, struct ranges *ranges);

/* A device while its change is planned: steps refer to it by @slot, texts by @name. */
struct shape {
	struct txn *txn;
	struct daxctl_region *region;
	struct daxctl_dev **slot;
	const char *name;
	uint64_t size; /* after the steps planned so far */
	struct ranges before;
};
void shape_deinit(struct shape *shape);

/* Add a step that sets the size, adds a range, sets the alignment, creates the device, checks the
 * alignment of its ranges, or deletes it. Return 0 or -ENOMEM. */
int shape_plan_size(struct shape *shape, uint64_t size);
int shape_plan_range(struct shape *shape, const struct daxctl_range *range);
int shape_plan_align(struct shape *shape, unsigned long align, unsigned long before);
int shape_plan_create(struct shape *shape, struct daxctl_region *region);
int shape_plan_verify(struct shape *shape, unsigned long align);
int shape_plan_delete(struct shape *shape, struct daxctl_dev *dev);

/* Records a hint that names valid alignments. */
void shape_hint_align(struct kernel *kernel);
