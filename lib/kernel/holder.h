/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sysfs.h"

/*
 * Records what holds the block device @object ("pfn0.0/block/pmem0") or a partition of it: a mount
 * in any mount namespace that /proc shows, swap, or a device built on it. Compares device numbers,
 * not the names that a process or a container gives them.
 *
 * Returns -EBUSY in any case: the caller has failed to open the device exclusively.
 */
int holder_fail(const struct directory *directory, const char *object);

/* Returns 0, or -EBUSY with the cause recorded if a loop device is set up on @object or a
 * partition of it, or if that cannot be read. An exclusive open succeeds beside a loop device,
 * even a mounted one. */
int holder_check_loops(const struct directory *directory, const char *object);
