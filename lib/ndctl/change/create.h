/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <kernel/txn.h>
#include <ndctl/extensions.h>
#include <ndctl/object/namespace.h>

/* Create a namespace as ndctl_region_create_namespace() does, under the region's lock. */
int create_locked(struct txn *txn, struct ndctl_region *region,
	const struct ndctl_namespace_spec *spec, struct ndctl_namespace **out);
