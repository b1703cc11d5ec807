/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <daxctl/libdaxctl.h>

#include "json.h"

/*
 * Dax regions and devices in the form of daxctl list and ndctl list -X. @flags: those of json.h and
 * these. Return NULL without memory.
 */
enum {
	/* Show the ranges of a device. */
	JSON_MAPPINGS = 1 << 30,
	/* Leave out the path of a region, for a region inside a namespace. */
	JSON_NO_PATH = 1 << 29,
	/* Show where a device keeps its struct pages, which ndctl's verbose forms do not. */
	JSON_MEMMAP = 1 << 28,
};

struct json_object *json_dax_device(struct daxctl_dev *dev, unsigned flags);
/* The path that list shows: "/platform/hmem.0". */
const char *dax_region_place(struct daxctl_region *region);
/* A region without its devices. */
struct json_object *json_dax_region(struct daxctl_region *region, unsigned flags);
