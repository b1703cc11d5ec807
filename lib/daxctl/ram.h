/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "device.h"
#include "range.h"

/* Requirements of system-ram mode, beside its driver. @flags are those of enum
 * daxctl_change_flags. Checks return 0, or a negative errno with the cause recorded. */

/* -EOPNOTSUPP if the kernel has no memory hotplug. */
int ram_check_kernel(struct daxctl_ctx *ctx);
/* -EINVAL if @dev has no target node. */
int ram_check_node(struct daxctl_dev *dev);
/* -EINVAL if none of @size bytes are @usable, that is, in whole memory blocks. */
int ram_check_blocks(struct daxctl_ctx *ctx, uint64_t size, uint64_t usable);
/* -EBUSY if the kernel would put the memory online automatically and @flags do not accept its
 * choice of a zone, in which it may be impossible to take the memory offline. */
int ram_check_policy(struct daxctl_ctx *ctx, unsigned flags);
/* -EBUSY if @dev has no driver but the kernel keeps its memory, since kmem was unbound while some
 * of it was online. That lasts until the next boot. Returns 0 for users who may not read
 * addresses. */
int ram_check_returned(struct daxctl_dev *dev);
/* -EBUSY if the kernel keeps memory in one of the ranges, sorted and without overlaps, which are to
 * become a device's, except what driver kmem has of @self (NULL: a new device). */
int ram_check_ranges(struct kernel *kernel, struct daxctl_dev *self, const struct ranges *sorted);
/* -EBUSY if memory of @dev is online and @flags do not allow taking it offline. */
int ram_check_offline(struct daxctl_dev *dev, unsigned flags);
/* Adds a step that says where the struct pages of the new memory are kept, to be taken before kmem
 * is bound to *@slot. *@slot may be NULL until an earlier step creates the device. */
int ram_plan_memmap(struct txn *txn, struct daxctl_dev **slot, const char *name, unsigned flags);
/* -EBUSY if @flags want the struct pages of @dev, which is in system-ram mode, elsewhere. */
int ram_check_memmap_stays(struct daxctl_dev *dev, unsigned flags);
