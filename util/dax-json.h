/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <daxctl/libdaxctl.h>

#include "json.h"

/*
 * Dax regions and devices as both tools show them: daxctl list, and ndctl list -X. @flags: of
 * json.h, and JSON_MAPPINGS to show the ranges of a device. NULL when memory is short.
 */
enum {
	JSON_MAPPINGS = 1 << 30,
	/* Leaves the path out of a region, as within a namespace. */
	JSON_NO_PATH = 1 << 29,
	/* Shows where a device keeps the page map; ndctl's verbose forms do not. */
	JSON_MEMMAP = 1 << 28,
};

struct json_object *json_dax_device(struct daxctl_dev *dev, unsigned flags);
/* Its path as it is shown: "/platform/hmem.0". */
const char *dax_region_place(struct daxctl_region *region);
/* Without its devices. */
struct json_object *json_dax_region(struct daxctl_region *region, unsigned flags);
