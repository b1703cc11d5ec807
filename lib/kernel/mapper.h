/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernel.h"

/*
 * Checks that no process has the character device of a dax device, /dev/@name, mapped: the kernel
 * would kill the process when the device goes away. Reads the driver's count of users first, and
 * searches the processes only if there are users. @major and @minor are the device number,
 * negative if the kernel does not show it.
 *
 * Returns 0, or -EBUSY with a sentence that names the process. Returns -EBUSY too if the driver
 * has users and some process cannot be read; the sentence says so.
 *
 * A process may map the device right after this check: repeat it right before unbinding.
 */
int mapper_check(struct kernel *kernel, const char *name, int major, int minor);
