/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernel.h"

/*
 * A mark is an empty file beside the lock of an object (lockfile.h), which only root can create.
 * It tells the next process what a change that was killed has left behind. Set, clear and read it
 * under the object's lock. A mark does not outlive the boot.
 *
 * @path is a directory of sysfs, relative to the root. @what, a short word, tells marks of one
 * object apart. The functions that return int give 0, or a negative errno with the cause recorded.
 */
int mark_set(struct kernel *kernel, const char *path, const char *what);
/* Returns 0 too if the mark is not set. */
int mark_clear(struct kernel *kernel, const char *path, const char *what);
/* False too without permission to read the directory. */
bool mark_is_set(struct kernel *kernel, const char *path, const char *what);
