/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernel.h"

/*
 * Fails with -EBUSY, and a sentence that names the process, if one has the character device of a
 * dax device (/dev/@name) mapped: it would be killed when the device goes away. What the driver
 * counts is asked first, so that processes are looked through only when it has users. @major,
 * @minor: those of the character device; one that is negative says that there is none.
 */
int mapper_check(struct kernel *kernel, const char *name, int major, int minor);
