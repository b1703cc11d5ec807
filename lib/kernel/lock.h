/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base/lockfile.h>

#include "kernel.h"

/*
 * Locks @path, a directory of sysfs relative to the root. The inode number of the directory names
 * the lock file: it is the same through every path and in every mount of sysfs, such as that of a
 * unit with PrivateNetwork=.
 *
 * Returns a descriptor that holds the lock until it is closed, or a negative errno as
 * lockfile_take() does, with the cause recorded; -ENOENT or -ENODEV if the object does not exist
 * (any more).
 */
int lock_take(struct kernel *kernel, const char *path, const struct lock_wait *wait);

#define LOCK_NAME_SIZE 64

/*
 * Stores in @name, which has room for LOCK_NAME_SIZE bytes, the name of a file in /run/daxctl that
 * belongs to @path. @what, a short word, tells files of one object apart. Returns 0 or a negative
 * errno; records nothing.
 */
int lock_name(struct kernel *kernel, const char *path, const char *what, char *name);
