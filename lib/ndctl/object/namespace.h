/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/entity.h>

#include "badblock.h"
#include "choices.h"
#include "region.h"

struct claim;

struct ndctl_namespace {
	struct entity entity;
	struct badblocks badblocks;
	struct choices sector_sizes;
	char *blockdev;
	/* After an undo that could not write back the info block (remedy.h): */
	bool lost;     /* the block is missing from its place */
	bool has_copy; /* the medium has a copy */
	char *remedy;  /* path of the file that has it, or NULL */
};

enum namespace_attr {
	NS_SIZE,
	NS_UUID,
	NS_ALT_NAME,
	NS_SECTOR_SIZE,
	NS_RESOURCE,
	NS_MODE,
	NS_HOLDER,
	NS_HOLDER_CLASS,
	NS_FORCE_RAW,
	NS_NUMA_NODE,
	NS_TARGET_NODE,
	NS_DRIVER,
	NS_ATTR_COUNT,
};

extern const struct kind namespace_kind;

/* ndctl_namespace_get_size() for the library itself: shows nothing to the caller. 0 also if the
 * size cannot be read: for sentences only. */
uint64_t namespace_size(struct ndctl_namespace *ndns);
/* Reads the size. Returns 0, or a negative errno with the cause recorded. */
int namespace_read_size(struct ndctl_namespace *ndns, uint64_t *size);
/* Whether the kernel says that the namespace has no capacity: it is a seed. False if it says
 * nothing. */
bool namespace_is_seed(struct ndctl_namespace *ndns);
/* Returns the sector size in bytes, 512 unless the kernel names another one. */
unsigned int namespace_sector_size(struct ndctl_namespace *ndns);
/* Returns the sector sizes that its label can keep; none without a label. */
const struct choices *namespace_sector_sizes(struct ndctl_namespace *ndns);
/* Returns the btt, pfn or dax device that claims @ndns, or NULL. */
struct claim *namespace_claim(struct ndctl_namespace *ndns);
/* Reads the uuid: null for a namespace without capacity. Returns 0, or a negative errno with the
 * cause recorded if uuid or size cannot be read. Taking that for "no uuid" would give away the
 * labels of the namespace, and an undo would write a uuid that it never had. */
int namespace_read_owner(struct ndctl_namespace *ndns, uuid_t uuid);
/* Whether the region has labels, which keep a name, a uuid and a size. */
bool namespace_has_label(struct ndctl_namespace *ndns);
/* Makes the kernel ignore info blocks, or heed them again, from the next enabling on. Returns 0 or
 * a negative errno. */
int namespace_set_raw(struct ndctl_namespace *ndns, bool raw);

/* Defined in change/relabel.c. Writes @value to an attribute that the kernel keeps in labels, as a
 * change of its own. If a DIMM refuses a label, writes back the value of before on all DIMMs, or
 * records the command that repairs them. Returns 0 or a negative errno. */
int namespace_relabel(struct ndctl_namespace *ndns, enum namespace_attr attr, const char *value);

/* ndctl_namespace_foreach() for the library itself: shows nothing to the caller. */
static inline struct ndctl_namespace *region_first_namespace(struct ndctl_region *region)
{
	return (struct ndctl_namespace *)entity_first_in(
		region->entity.ctx, KIND_NAMESPACE, region->entity.id);
}
#define region_foreach_namespace(region, ndns)                                                     \
	for ((ndns) = region_first_namespace(region); (ndns);                                      \
		(ndns) = (struct ndctl_namespace *)entity_next_in(&(ndns)->entity))
