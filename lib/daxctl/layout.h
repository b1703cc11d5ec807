/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "shape.h"

/* -EOPNOTSUPP: the region's device is what its namespace is. */
int layout_check_dynamic(struct daxctl_region *region);
/* The alignment of the region's devices, unless they say otherwise. Only root may read it. */
int layout_region_align(struct daxctl_region *region, unsigned long *align);
/* Whether a device has neither capacity nor driver. */
bool layout_is_idle(struct daxctl_dev *dev);
/* Fills in what the caller left to us in the layout of a new device, and refuses what cannot be. */
int layout_check_creation(
	struct daxctl_region *region, struct daxctl_layout *layout, unsigned long align);
/* Adds the steps from what the device is, in @shape and aligned to @before, to @layout. */
int layout_plan_steps(
	struct shape *shape, const struct daxctl_layout *layout, unsigned long before);
/* The same for a device that is there: looks at it, checks @wanted and fills it in. */
int layout_plan_change(struct shape *shape, struct daxctl_dev *dev, struct daxctl_layout *wanted);
