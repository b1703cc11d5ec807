/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "private.h"

/* The kernel's resources at physical addresses: /proc/iomem (Documentation/filesystems/proc.rst).
 */

/* Called with a resource, whose @name has @length bytes and no NUL. Users who may not read
 * addresses get zeros. Returning false ends the listing. */
typedef bool iomem_fn(
	void *data, const char *name, size_t length, const struct daxctl_range *range);
/* Calls @fn with each resource. Returns 0, or a negative errno if not all could be read: -EAGAIN
 * if they kept changing. */
int iomem_foreach(struct kernel *kernel, iomem_fn *fn, void *data);
bool iomem_is_named(const char *name, size_t length, const char *wanted);
