/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <daxctl/extensions.h>
#include <stdbool.h>

#include "present.h"

#define PERSIST_HELP "write the change to " SYSCONFDIR "/daxctl.conf.d for the next boot"

/* Keeps restores away until the process ends; a command with --persist calls it before each change.
 * Returns 0, or a negative errno after printing an error. */
int persist_begin(struct daxctl_ctx *ctx);

/*
 * Writes the present use of @dev into the configuration, after a change. For a device of a dynamic
 * region, writes all devices of the region, which together are its partition. Returns 0, or a
 * negative errno after printing an error.
 */
int persist_device(struct daxctl_dev *dev);

/* The same after the device @name of a dynamic region was destroyed. */
int persist_region(struct daxctl_region *region, const char *name);

/*
 * Without --persist: print a note if a section of the configuration has another result at the next
 * boot. @before is a destroyed device with its old ranges. Sections with a size but no ranges are
 * ignored, because their place is not known.
 */
void persist_tell_destroyed(const struct present_device *before);
void persist_tell_other(struct daxctl_dev *dev);
