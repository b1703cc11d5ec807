/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "facts.h"

/* A complete specification of a namespace: what the caller left open is filled in. */
struct spec {
	unsigned flags;
	const struct mode_row *row;
	enum ndctl_pfn_loc map;
	unsigned long align;
	unsigned sector_size;
	uint64_t size;
	const char *name;
	uuid_t uuid;
	bool is_full; /* refused because the region lacks free capacity */
};

/*
 * Completes @spec from what the caller @asked for, and checks it: no other input than @facts, which
 * were read for @asked (facts_read()), and no step taken. Returns 0, or a negative errno with the
 * cause recorded in @kernel.
 */
int spec_complete(struct spec *spec, struct kernel *kernel, const struct facts *facts,
	const struct ndctl_namespace_spec *asked);

/* Returns -EINVAL if @spec has a flag outside enum ndctl_change_flags. */
int spec_check_flags(struct kernel *kernel, const struct ndctl_namespace_spec *spec);
/* Copies to @to what @from has within its struct_size; the rest of @to gets defaults. */
void spec_copy(struct ndctl_namespace_spec *to, const struct ndctl_namespace_spec *from);
