/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base/lockfile.h>

#include "kernel.h"

/*
 * Locks @path, a directory of sysfs, relative to the root. The lock file is named after the inode
 * number of the directory, which is the same through every path and in every mount of sysfs (a unit
 * with PrivateNetwork= has a mount of its own).
 *
 * Returns a descriptor that holds the lock, or a negative errno as lockfile_take does, with the
 * cause recorded; -ENOENT: there is no such object, or not any more.
 */
int lock_take(struct kernel *kernel, const char *path, const struct lock_wait *wait);

#define LOCK_NAME_SIZE 64

/*
 * Writes into @name, of LOCK_NAME_SIZE bytes, what a file in /run/daxctl is called that belongs to
 * @path and serves @what, a short word. Returns 0 or a negative errno; nothing is recorded.
 */
int lock_name(struct kernel *kernel, const char *path, const char *what, char *name);
