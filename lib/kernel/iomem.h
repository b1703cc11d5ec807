/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

#include "kernel.h"

/* The kernel's resources at physical addresses: /proc/iomem (Documentation/filesystems/proc.rst).
 * Users who may not read addresses get zeros. */
struct iomem_resource {
	const char *name; /* @length bytes without NUL */
	size_t length;
	uint64_t start, end;
};

/* Called with a resource. Returning false ends the listing. */
typedef bool iomem_fn(void *data, const struct iomem_resource *resource);
/* Calls @fn with each resource. Returns 0, or a negative errno if not all could be read: -EAGAIN
 * if they kept changing. */
int iomem_foreach(struct kernel *kernel, iomem_fn *fn, void *data);
bool iomem_is_named(const struct iomem_resource *resource, const char *name);
