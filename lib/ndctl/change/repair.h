/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/format/labelset.h>
#include <kernel/txn.h>
#include <ndctl/object/region.h>

/* Repair the labels of a region's DIMMs after a write of the kernel or the power failed, so that
 * all list the same namespaces. The regions on the DIMMs are disabled for the writes: the kernel
 * lets nobody write labels of a DIMM in use, and reads them only once. */
struct repair {
	struct ndctl_region *region;
	size_t count;
	struct label_part *parts; /* one for each DIMM */
	struct ndctl_dimm **dimms;
	int differing;			   /* parts to write */
	int stale;			   /* parts to read again: the kernel lost slots */
	const struct ndctl_region *locked; /* the caller has its lock */
	int *locks;			   /* of other regions on the DIMMs */
	size_t lock_count;
	struct label_report report; /* of repair_plan() */
};

void repair_deinit(struct repair *repair);
#define AUTO_REPAIR CLEANUP(repair_deinit)

/* Read the label areas of the region's DIMMs. */
int repair_read(struct repair *repair);
/* Compute the labels that each DIMM should have, and count what differs. */
int repair_plan(struct repair *repair, struct label_scope scope);
/* Take the locks of all regions on the DIMMs but the one that the caller has locked. Fails rather
 * than waits: who holds one may be waiting for the region that the caller has locked. */
int repair_lock_others(struct repair *repair);
/* Return -EBUSY if the kernel would rename namespaces when it enables a region again. @lost: a
 * namespace that has lost its capacity, and will have it again; may be NULL. */
int repair_check_names(const struct repair *repair, const struct ndctl_namespace *lost);
/* Disable the regions, write the labels, enable the regions. */
int repair_run(struct repair *repair, struct txn *txn, struct ndctl_namespace *lost);
