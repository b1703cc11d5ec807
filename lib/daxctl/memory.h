/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "block.h"

/* Putting the memory blocks of a device online, and taking them offline. */

/* Adds a step that brings all blocks of @dev into state @to, or none; with
 * DAXCTL_CHANGE_KEEP_GOING in @flags, as many as possible; with DAXCTL_CHANGE_REZONE also those
 * that are online in another zone. The step stores in @unchanged, unless it is NULL, the number of
 * blocks that were in state @to already; it must outlive the transaction. */
int memory_add_change(struct txn *txn, struct daxctl_dev *dev, enum block_state to, unsigned flags,
	unsigned *unchanged);
/* The same for *@slot, which may be NULL until an earlier step creates the device. @name stands
 * for the device in the step's text. */
int memory_add_change_at(struct txn *txn, struct daxctl_dev **slot, const char *name,
	enum block_state to, unsigned flags, unsigned *unchanged);
