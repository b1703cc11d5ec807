/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <kernel/txn.h>
#include <ndctl/entity.h>

#include "badblock.h"

struct ndctl_interleave_set {
	struct ndctl_region *region;
};

struct ndctl_region {
	struct entity entity;
	struct ndctl_interleave_set set;
	struct ndctl_mapping **mappings;
	size_t mapping_count, mapping_room; /* that are known; that are allocated */
	bool mapped;			    /* the mappings were read */
	bool torn; /* its DIMMs hold different labels, and repairing them failed */
	struct badblocks badblocks;
};

enum region_attr {
	REGION_SIZE,
	REGION_AVAILABLE,
	REGION_MAX_EXTENT,
	REGION_ALIGN,
	REGION_MAPPINGS,
	REGION_RANGE_INDEX,
	REGION_NSTYPE,
	REGION_DEVTYPE,
	REGION_READ_ONLY,
	REGION_RESOURCE,
	REGION_NUMA_NODE,
	REGION_TARGET_NODE,
	REGION_SET_COOKIE,
	REGION_PERSISTENCE,
	REGION_DEEP_FLUSH,
	REGION_NAMESPACE_SEED,
	REGION_BTT_SEED,
	REGION_PFN_SEED,
	REGION_DAX_SEED,
	REGION_BADBLOCKS,
	REGION_INIT_NAMESPACES,
	REGION_DRIVER,
	REGION_ATTR_COUNT,
};

extern const struct kind region_kind;

/* Returns the region that @entity is a part of, or NULL. */
struct ndctl_region *entity_region(const struct entity *entity);
/* Returns the seed that attribute @attr names: the device that the kernel offers for the next
 * namespace, btt, pfn or dax device. NULL if there is none. */
struct entity *region_seed(struct ndctl_region *region, enum region_attr attr);

/* Takes the lock under which the parts of a region change, and forgets what was read before. */
int nd_region_lock(struct ndctl_region *region, struct txn *txn);
/* Begins a change of a region or of a part of one: creates @txn, takes the lock, and checks that
 * @entity is the device that the caller means. Returns 0 or a negative errno. */
int nd_change_begin(struct entity *entity, struct txn **txn);
/* Writes @value to attribute @attr, as a change of its own, and notes what the kernel made of it.
 * Returns 0 or a negative errno. */
int nd_change_attr(struct entity *entity, unsigned attr, const char *value);

/* Reads the bad blocks of the region that lie within @length bytes from @start; offsets become
 * relative to @start. Returns 0 or a negative errno; records a sentence too if the kernel has cut
 * the list short. */
int region_badblocks(
	struct ndctl_region *region, struct badblocks *badblocks, uint64_t start, uint64_t length);
