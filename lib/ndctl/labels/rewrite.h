/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <kernel/txn.h>
#include <ndctl/object/dimm.h>

/*
 * Writes to a label area, in an order that leaves either the old or the new labels after a power
 * failure (labelplan.h). The step_ functions add a step to the end of @txn. All functions return 0
 * or a negative errno with the cause recorded.
 */

/* Adds a step that writes new index blocks of version 1.@minor and makes the kernel read them. Its
 * undo writes back the old content. Stores the number of slots in @slots. */
int step_init_labels(struct txn *txn, struct ndctl_dimm *dimm, unsigned minor, size_t *slots);
/* Adds a step that writes @length bytes at @offset of the label area. Its undo writes back the old
 * content. NULL @bytes writes zeros; a @length of 0 is then the whole area. */
int step_write_labels(
	struct txn *txn, struct ndctl_dimm *dimm, size_t offset, const void *bytes, size_t length);
/* Runs such a step, without adding the name of the DIMM to a recorded failure. */
int dimm_write_labels(struct ndctl_dimm *dimm, size_t offset, const void *bytes, size_t length);
