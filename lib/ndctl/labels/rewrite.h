/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <kernel/txn.h>
#include <ndctl/object/dimm.h>

/*
 * Writes to a label area, ordered so that a power failure leaves the labels of before or those of
 * afterwards (labelplan.h). The steps add to the end of @txn; all functions return 0 or a negative
 * errno with the cause recorded.
 */

/* Writes fresh label index blocks of version 1.@minor and lets the kernel read them; undone by
 * writing back what was there. @slots: how many labels there will be room for. */
int step_init_labels(struct txn *txn, struct ndctl_dimm *dimm, unsigned minor, size_t *slots);
/* Writes @length bytes at @offset of the label area; undone by writing back what was there. NULL
 * @bytes are zeros, and a @length of 0 is then that of the area. */
int step_write_labels(
	struct txn *txn, struct ndctl_dimm *dimm, size_t offset, const void *bytes, size_t length);
/* ndctl_dimm_write_labels() without the dimm's name in the sentence. NULL @bytes are
 * zeros, and a @length of 0 is then that of the area. */
int dimm_write_labels(struct ndctl_dimm *dimm, size_t offset, const void *bytes, size_t length);
