/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sysfs.h"

/* How long attribute_wait() waits. In milliseconds. */
struct patience {
	int64_t limit;	  /* of the whole wait; negative: none */
	int64_t interval; /* after which it reads again without a notification; 0: never */
};

/*
 * Waits while @busy is true for the text of @object/@attr. The kernel wakes it (sysfs_notify());
 * for an attribute that the kernel does not notify of, set an interval. Returns 0, -ETIMEDOUT,
 * -EINTR if a signal handler of the program ran, -ENODEV if the object went away, or another
 * errno of sysfs_read().
 */
int attribute_wait(const struct directory *directory, const char *object, const char *attr,
	bool (*busy)(const char *text), struct patience patience);
