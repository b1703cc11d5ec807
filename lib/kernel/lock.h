/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernel.h"

/*
 * Takes the lock on a region: flock on its folder @path of sysfs, relative to the root. It waits
 * for another process that holds it. Released when the descriptor is closed, however the process
 * ends, and nothing is left behind.
 *
 * Returns the descriptor, or a negative errno with the cause recorded (-EINTR: a signal came).
 */
int lock_region(struct kernel *kernel, const char *path);
/* The same without waiting: -EWOULDBLOCK if another process holds it. */
int lock_region_now(struct kernel *kernel, const char *path);
