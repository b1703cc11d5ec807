/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <kernel/txn.h>
#include <ndctl/object/namespace.h>

/* Check whether the kernel can map a namespace where it is. A check returns -EINVAL with a sentence
 * that names start, end and what would fit, and 0 otherwise, also if the place cannot be read. */

/* Return whether @ndns is fsdax when nothing claims it, as on legacy and virtual persistent memory.
 * The kernel does not tell while something claims it; plan_claim() then checks the outcome. */
bool place_is_mapped(struct ndctl_namespace *ndns);

/* Check start and end of @ndns: the kernel would refuse a misaligned one at the next probe,
 * whatever is written to it until then. */
int place_check_whole(struct ndctl_namespace *ndns);
/* Check the same before an enabled namespace is disabled for a moment: the kernel would not enable
 * it again. */
int place_check_enabled(struct ndctl_namespace *ndns);

/* Check whether the kernel can make struct pages from the start of @ndns on. */
int place_check_start(struct ndctl_namespace *ndns);
/* Check the same for a new namespace of @size bytes, as far as its start can be predicted. */
int place_check_room(struct ndctl_region *region, uint64_t size);
/* Return whether @region's alignment lets namespaces start where the kernel cannot map them. */
bool place_may_be_misaligned(struct ndctl_region *region);
