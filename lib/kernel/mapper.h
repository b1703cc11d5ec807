/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/types.h>

#include "kernel.h"

/*
 * Fails with -EBUSY, and a sentence that names the process, if one has character device @device
 * (/dev/@name) mapped: it would be killed when the device goes away. What driver module @module
 * counts is asked first, so that processes are looked through only when it has users.
 */
int mapper_check(struct kernel *kernel, const char *module, const char *name, dev_t device);
