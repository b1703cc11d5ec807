/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/libndctl.h>

#include "../util/json.h"

/* What list shows of each class of object, and create-namespace of what it made. @flags: those of
 * json.h, and */
enum {
	JSON_DAX = JSON_OWN << 0,	   /* the dax region and devices of a devdax namespace */
	JSON_MEDIA = JSON_OWN << 1,	   /* bad blocks one by one */
	JSON_DIMMS = JSON_OWN << 2,	   /* the parts of dimms that a region is made of */
	JSON_CAPABILITIES = JSON_OWN << 3, /* what a region's namespaces could be */
};

/* NULL when memory is short. */
struct json_object *describe_bus(struct ndctl_bus *bus, unsigned flags);
struct json_object *describe_dimm(struct ndctl_dimm *dimm, unsigned flags);
struct json_object *describe_region(struct ndctl_region *region, unsigned flags);
struct json_object *describe_namespace(struct ndctl_namespace *ndns, unsigned flags);

/* Part of the above: "badblocks" of a region or namespace. @address: where the run begins, or
 * ULLONG_MAX. */
struct json_object *describe_badblock(
	const struct badblock *badblock, struct ndctl_bus *bus, unsigned long long address);
