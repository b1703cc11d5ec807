/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "private.h"

/* What system-ram mode asks of a kernel and of a device, beside its driver. @flags are those of
 * enum daxctl_change_flags. Checks return 0 or a negative errno, with the cause recorded. */

/* -EOPNOTSUPP: the kernel has no memory hotplug. */
int ram_check_kernel(struct daxctl_ctx *ctx);
/* -EINVAL: @dev has no target node. */
int ram_check_node(struct daxctl_dev *dev);
/* -EINVAL if none of @size bytes are @usable, that is in whole memory blocks. */
int ram_check_blocks(struct daxctl_ctx *ctx, uint64_t size, uint64_t usable);
/* -EBUSY: the kernel would put the memory online by itself, and @flags do not accept its choice of
 * a zone: the memory might not be possible to take back. */
int ram_check_policy(struct daxctl_ctx *ctx, unsigned flags);
/* -EBUSY: no driver has @dev, but the kernel has its memory: kmem was unbound while some of it was
 * online. That lasts until the next boot. 0 too for users who may not see addresses. */
int ram_check_returned(struct daxctl_dev *dev);
/* -EBUSY: the kernel keeps memory in @range, which is to become a device's. What driver kmem has of
 * @self (NULL: a new device) does not count. */
int ram_check_range(
	struct kernel *kernel, struct daxctl_dev *self, const struct daxctl_range *range);
/* -EBUSY: memory of @dev is online, and @flags do not let it be taken offline. */
int ram_check_offline(struct daxctl_dev *dev, unsigned flags);
/* Adds the step that says where the page map of the new memory is to be, before kmem has the device
 * *@slot, which may be known only when the step is taken. */
int ram_plan_memmap(struct txn *txn, struct daxctl_dev **slot, const char *name, unsigned flags);
/* -EBUSY: @dev is memory, whose page map stays where it is, and @flags want it elsewhere. */
int ram_check_memmap_stays(struct daxctl_dev *dev, unsigned flags);
