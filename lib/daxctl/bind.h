/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "private.h"

/* How a device comes to a driver of the dax bus, and leaves it. */
struct mode;

/* Loads the driver of @mode. Devices that had no driver have none afterwards, though the kernel may
 * offer them to it. */
int bind_load_driver(struct daxctl_ctx *ctx, const struct mode *mode);

/* Adds the step that binds *@slot, which may be known only when the step is taken, to the driver of
 * @mode; @name is for the step's text. */
int bind_plan_join(
	struct txn *txn, struct daxctl_dev **slot, const char *name, const struct mode *mode);
/* Adds the step that takes @dev from the driver of @mode, which has it. */
int bind_plan_leave(struct txn *txn, struct daxctl_dev *dev, const struct mode *mode);
