/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/libndctl.h>

#include "../util/json.h"

/* JSON of each class of object, as list and create-namespace print it. @flags: those of json.h, and
 * these. */
enum {
	JSON_DAX = JSON_OWN << 0,	   /* the dax region and devices of a devdax namespace */
	JSON_MEDIA = JSON_OWN << 1,	   /* bad blocks one by one */
	JSON_DIMMS = JSON_OWN << 2,	   /* the parts of DIMMs that a region consists of */
	JSON_CAPABILITIES = JSON_OWN << 3, /* modes that a region's namespaces can have */
	JSON_FIRMWARE = JSON_OWN << 4,	   /* the firmware and its activation */
	JSON_HEALTH = JSON_OWN << 5,	   /* what DIMMs say of their health */
};

/* Return NULL if memory is short. */
struct json_object *describe_bus(struct ndctl_bus *bus, unsigned flags);
struct json_object *describe_dimm(struct ndctl_dimm *dimm, unsigned flags);
struct json_object *describe_region(struct ndctl_region *region, unsigned flags);
struct json_object *describe_namespace(struct ndctl_namespace *ndns, unsigned flags);

/* Describe members "health" and "firmware" of a DIMM. Return NULL also if it lacks the commands. */
struct json_object *describe_health(struct ndctl_dimm *dimm, unsigned flags);
struct json_object *describe_firmware(struct ndctl_dimm *dimm, unsigned flags);

/* Describe an element of "badblocks" of a region or namespace. @address: where the run begins, or
 * ULLONG_MAX. */
struct json_object *describe_badblock(
	const struct badblock *badblock, struct ndctl_bus *bus, unsigned long long address);
