/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/format/labelset.h>
#include <kernel/txn.h>
#include <ndctl/object/region.h>

/*
 * Makes the labels of a region's dimms agree again, after a write of the kernel's or the power has
 * failed. Labels can only be written while nothing uses the dimms, and the kernel keeps what it has
 * read: the regions on the dimms are disabled for it and enabled again.
 *
 * All functions return 0 or a negative errno with the cause recorded.
 */
struct repair {
	struct ndctl_region *region;
	size_t count;
	struct label_part *parts; /* a dimm each */
	struct ndctl_dimm **dimms;
	int differing; /* parts that have to be written */
	int stale;     /* others, of which the kernel knows something else than they say */
	int *locks;    /* of other regions */
	size_t lock_count;
};

void repair_deinit(struct repair *repair);
#define AUTO_REPAIR CLEANUP(repair_deinit)

/* Reads the label areas of the region's dimms. */
int repair_read(struct repair *repair);
/* Works out what each dimm should tell, and counts what differs. */
int repair_plan(struct repair *repair, struct label_scope scope);
/* Takes the locks of all other regions on the dimms, without waiting: who holds one may be waiting
 * for the region that the caller has locked. */
int repair_lock_others(struct repair *repair);
/* -EBUSY if the kernel would give namespaces other names when it enables a region again. @lost: a
 * namespace that has lost its capacity, and will have it again; may be NULL. */
int repair_check_names(const struct repair *repair, const struct ndctl_namespace *lost);
/* Disables the regions, writes the labels, enables the regions. */
int repair_run(struct repair *repair, struct txn *txn, struct ndctl_namespace *lost);
