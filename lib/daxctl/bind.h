/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "device.h"

/* Binding devices to drivers of the dax bus, and unbinding them. */
struct mode;

/* Loads the driver of @mode if need be; in a dry run, only finds its module. Devices without a
 * driver stay without one, though the kernel probes them with the new driver. Returns 0, or
 * -EOPNOTSUPP with the cause recorded if the kernel has no such driver. */
int bind_check_driver(struct daxctl_ctx *ctx, enum daxctl_dev_mode mode, bool dry_run);

/* Adds a step that binds *@slot to the driver of @mode. *@slot may be NULL until an earlier step
 * creates the device; @name stands for it in the step's text. */
int bind_plan_bind(
	struct txn *txn, struct daxctl_dev **slot, const char *name, const struct mode *mode);
/* Adds a step that unbinds @dev from the driver of @mode. */
int bind_plan_unbind(struct txn *txn, struct daxctl_dev *dev, const struct mode *mode);
