/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <kernel/txn.h>
#include <ndctl/object/namespace.h>

/* Add a step that changes nothing and whose undo repairs labels. The undo runs after the undo of
 * every later step that writes labels of @ndns, and repairs what failed writes of the kernel left:
 * all DIMMs of the region list the namespaces of before again. @next: the uuid that the namespace
 * is about to get, NULL if it keeps its own. Returns 0 or -ENOMEM. */
int guard_labels(struct txn *txn, struct ndctl_namespace *ndns, const uuid_t next);
/* The same for a write that has failed already and is not undone yet. @before: the uuid that the
 * namespace had, null if it had no labels. */
int guard_torn_labels(
	struct txn *txn, struct ndctl_namespace *ndns, const uuid_t before, const uuid_t next);
/* Add the command that repairs the labels to the recorded failure, if the undo failed. */
void guard_hint(struct ndctl_region *region);
