/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernel.h"

/*
 * Waits until udev has handled all events, for at most @milliseconds. Returns 0, at once if udev
 * does not run, -ETIMEDOUT if events are left, or -ENOMEM.
 */
int udev_settle(struct kernel *kernel, int milliseconds);
