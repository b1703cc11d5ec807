/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/object/namespace.h>

/* Devdax without struct pages, which leaves no trace on the medium. */
bool namespace_is_nomap(struct ndctl_namespace *ndns);
/* Make the namespace devdax without struct pages again, in a transaction of its own. The caller
 * holds the region's lock. */
int nomap_make(struct ndctl_namespace *ndns, unsigned long align);
