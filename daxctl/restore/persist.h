/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <daxctl/extensions.h>
#include <stdbool.h>

#include "present.h"

#define PERSIST_HELP "keep it for the next boot, in " SYSCONFDIR "/daxctl.conf.d"

/*
 * Writes into the configuration what @dev is used as by now, after a change that has succeeded. Of
 * a device of a dynamic region all devices of the region are written down, since together they are
 * its partition. Returns 0, or a negative errno with the error said: that the change is made, and
 * why it is not kept.
 */
int persist_device(struct daxctl_dev *dev);

/* The same when a device called @name of a dynamic region has been destroyed. */
int persist_region(struct daxctl_region *region, const char *name);

/*
 * Where the change is not to be kept: says so if a section of the configuration brings something
 * else about at the next boot. @before: the device with the ranges that it had, if it is destroyed;
 * else persist_tell_other() looks at what it has by now. Sections for a size, which lie wherever
 * there is room, are not looked at.
 */
void persist_tell_destroyed(const struct present_device *before);
void persist_tell_other(struct daxctl_dev *dev);
