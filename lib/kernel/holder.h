/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sysfs.h"

/*
 * Records who has the block device @object ("pfn0.0/block/pmem0"), or a partition of it, for
 * themselves: a mount (of any mount namespace that /proc shows), swap, or a device built on it.
 * Devices are compared by number, not by the name that a process or a container gives them.
 * Always returns -EBUSY: opening it exclusively has failed, whether the holder is found or not.
 */
int holder_fail(const struct directory *directory, const char *object);

/* 0 unless a loop device is set up on @object or a partition of it: then, or if that cannot be
 * known, -EBUSY. Opening the disk exclusively succeeds beside one, even if it is mounted. */
int holder_check_loops(const struct directory *directory, const char *object);
