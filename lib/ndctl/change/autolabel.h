/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <kernel/txn.h>
#include <ndctl/object/namespace.h>

/* Initialize labels, which turns one namespace without a label into a region with labels. */

/* Return whether labels can be initialized without harm: all DIMMs of the region have label areas
 * without labels, and serve no other region. */
bool autolabel_fits(struct ndctl_namespace *ndns);
/* Lock the DIMMs of the region, in a transaction of its own. */
int autolabel_lock(struct ndctl_region *region, struct txn **dimms);
/* The same, for an undo, which goes on without the locks if another program keeps them.
 * Keeps the recorded cause and returns @error. */
int autolabel_lock_again(struct ndctl_region *region, struct txn **dimms, int error);
/* Add steps: disable the namespace and its region, write labels, enable the region. */
int autolabel_plan(struct txn *txn, struct ndctl_namespace *ndns);
/* Wait until the kernel has probed the region. */
void autolabel_settle(struct ndctl_region *region);
