/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <kernel/txn.h>
#include <ndctl/object/namespace.h>

/*
 * Whether the kernel can map a namespace where it is. All checks return 0, also where the place
 * cannot be read, or -EINVAL with a sentence that names start, end and what would fit.
 */

/* Whether @ndns is fsdax when nothing claims it, as on legacy and virtual persistent memory. While
 * something claims it the kernel does not tell; plan_claim then checks the outcome. */
bool place_is_mapped(struct ndctl_namespace *ndns);

/* Whether the kernel would refuse @ndns at the next probe for where it starts or ends, whatever is
 * made of it until then. */
int place_check_whole(struct ndctl_namespace *ndns);
/* The same before it is disabled for a while: it could not be enabled again. */
int place_check_enabled(struct ndctl_namespace *ndns);

/* Whether the kernel would refuse to make struct pages from the start of @ndns on. */
int place_check_start(struct ndctl_namespace *ndns);
/* The same for a new namespace of @size bytes, as far as that is known beforehand. */
int place_check_room(struct ndctl_region *region, uint64_t size);
/* Whether @region's alignment lets namespaces start where the kernel cannot map them. */
bool place_may_be_misaligned(struct ndctl_region *region);
