/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernel.h"

/*
 * Waits until udev has no events left to work on, at most @milliseconds. Returns 0 at once where no
 * udev runs, -ETIMEDOUT if it did not come to rest.
 */
int udev_settle(struct kernel *kernel, int milliseconds);
