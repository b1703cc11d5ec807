/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "private.h"

/* What the kernel has at physical addresses: /proc/iomem (Documentation/filesystems/proc.rst). */

/* A resource; its @name is not terminated. Who may not see addresses sees zeros. False ends it. */
typedef bool iomem_fn(
	void *data, const char *name, size_t length, const struct daxctl_range *range);
/* Returns 0, or a negative errno if not all resources could be read. */
int iomem_foreach(struct kernel *kernel, iomem_fn *fn, void *data);
bool iomem_is_named(const char *name, size_t length, const char *wanted);
