/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "private.h"

/* What changes of a device have in common, whether of its driver or of its ranges. */

/* A new transaction that holds the lock of the device's region, and a fresh look at the device. */
int dev_begin(struct daxctl_dev *dev, struct txn **txn);

/* Adds the steps that take @dev from the driver that has it, if one has; its memory goes offline
 * before if @flags allow. -EBUSY if it is online and they do not. */
int mode_plan_leave(struct txn *txn, struct daxctl_dev *dev, unsigned flags);
/* -EOPNOTSUPP if the kernel has no driver for @mode; its module is loaded if need be. */
int mode_check_driver(struct kernel *kernel, enum daxctl_dev_mode mode);
/* Adds the step that binds *@dev, which may be known only when the step is taken, to the driver of
 * @mode; @name is for the step's text. */
int mode_plan_join(
	struct txn *txn, struct daxctl_dev **dev, const char *name, enum daxctl_dev_mode mode);
/* The same, with all that belongs to the mode: where the page map is kept, and memory that goes
 * online, as @flags (enum daxctl_change_flags) say. */
int mode_plan_use(struct txn *txn, struct daxctl_dev **dev, const char *name,
	enum daxctl_dev_mode mode, unsigned flags);
