/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernel.h"

/*
 * Fails with -EBUSY, and a sentence that names the process, if one has the character device of a
 * dax device (/dev/@name) mapped: the kernel would kill it when the device goes away. Asks first
 * what the driver counts, and looks through the processes only when it has users. If the driver has
 * users and some processes cannot be looked at, that is -EBUSY too, and the sentence says so.
 *
 * Nothing can keep a process from mapping the device after that: call it again right before the
 * device is unbound.
 *
 * @major, @minor: those of the character device; negative if the kernel does not tell.
 */
int mapper_check(struct kernel *kernel, const char *name, int major, int minor);
