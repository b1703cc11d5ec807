/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/types.h>

#include "sysfs.h"

/*
 * Device nodes. A name in /dev may be missing, or lead to another device (a private /dev, a link,
 * a leftover node). Only the number in sysfs identifies the device.
 */

/* Reads the device number from @object/dev. Returns 0, or a negative errno with the cause
 * recorded. */
int node_number(const struct directory *directory, const char *object, dev_t *number);

/*
 * Opens the device that has the number in @object/dev: through /dev/@name if that has the number,
 * else through a temporary node that nobody else can reach. @type is S_IFBLK or S_IFCHR; @flags
 * are those of open(2).
 *
 * Returns a descriptor for the caller to close, or a negative errno with the cause recorded.
 * -EBUSY is the device's own answer to O_EXCL.
 */
int node_open(const struct directory *directory, const char *object, const char *name, mode_t type,
	int flags);
