/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "shape.h"

/* Returns 0, or -EOPNOTSUPP with the cause recorded if the region has the one device of its
 * namespace. */
int layout_check_dynamic(struct daxctl_region *region);
/* Stores in @align the alignment that a new device of the region gets without being asked. Only
 * root may read it. */
int layout_region_align(struct daxctl_region *region, unsigned long *align);
/* Whether a device certainly has neither capacity nor driver. */
bool layout_is_idle(struct daxctl_dev *dev);
/* Refuses an invalid layout of a new device, and completes @layout: without a size or ranges the
 * device gets all that is left. */
int layout_check_creation(
	struct daxctl_region *region, struct daxctl_layout *layout, unsigned long align);
/* Adds the steps from the layout in @shape, aligned to @before, to @layout. */
int layout_plan_steps(
	struct shape *shape, const struct daxctl_layout *layout, unsigned long before);
/* Reads the layout of @dev into @shape, checks and completes @wanted, and adds the steps to it. */
int layout_plan_change(struct shape *shape, struct daxctl_dev *dev, struct daxctl_layout *wanted);
