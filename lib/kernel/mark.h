/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernel.h"

/*
 * A mark tells the next process what a change, killed before it could put things back, has left: an
 * empty file beside the lock of an object (lockfile.h), which only root can make. It is set,
 * cleared and looked at under the object's lock, and does not outlive the boot.
 *
 * @path is a directory of sysfs, relative to the root; @what, a short word, tells marks of one
 * object apart. The functions return 0 or a negative errno with the cause recorded.
 */
int mark_set(struct kernel *kernel, const char *path, const char *what);
/* A mark that is not there is cleared already. */
int mark_clear(struct kernel *kernel, const char *path, const char *what);
/* Without the rights to look there is no mark. */
bool mark_is_set(struct kernel *kernel, const char *path, const char *what);
