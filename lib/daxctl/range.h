/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "private.h"

/* Whether a device of the region has a range within @range. */
bool region_has_device_in(struct daxctl_region *region, const struct daxctl_range *range);
