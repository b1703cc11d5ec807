/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <kernel/txn.h>
#include <ndctl/object/namespace.h>

/* Adds a step that changes nothing. Its undo runs after the undo of all that changes the labels of
 * @ndns, and repairs what writes of the kernel's that failed have left: all dimms of the region
 * tell the namespaces of before again. @next: the uuid that the namespace is to get, NULL if it
 * keeps what it has. Returns 0 or -ENOMEM. */
int guard_labels(struct txn *txn, struct ndctl_namespace *ndns, const uuid_t next);
/* Adds to the recorded failure the command that repairs the labels, if the undo could not. */
void guard_hint(struct ndctl_region *region);
