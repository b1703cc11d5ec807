/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sysfs.h"

/*
 * Checks that no other process has the block device @object ("pfn0.0/block/pmem0") or a partition
 * of it open, and that the kernel's NVMe target does not export it: an exclusive open succeeds
 * beside both. Waits up to two seconds for a program that has it open for a moment, as udev does
 * after each change.
 *
 * Returns 0, or -EBUSY with a sentence that names the user, or that says why it cannot be known.
 * Processes of other PID namespaces that /proc does not show are not found.
 */
int opener_check(const struct directory *directory, const char *object);
