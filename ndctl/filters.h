/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/libndctl.h>

#include "../util/option.h"

/* Values of --mode and --type. A mode is one more than enum ndctl_namespace_mode; 0 is none. */
extern const struct choice mode_choices[];
extern const struct choice type_choices[];

/* Filters from options. NULL, 0 and "not given" let everything pass. */
enum { TYPE_PMEM = 1, TYPE_BLK };

struct node_filter {
	bool given;
	int number;
};

struct filters {
	const char *bus, *region, *dimm, *namespace;
	int mode; /* 1 + enum ndctl_namespace_mode */
	int type; /* TYPE_... */
	struct node_filter node;
};

/* Check that the devices can be listed, before any other use of @ctx: otherwise there seem to be
 * none. Returns 0, or a negative errno with the library's sentence set. */
int filters_check(struct ndctl_ctx *ctx);

/* Return whether an object passes. A filter for a class also passes objects that belong to one of
 * that class: the bus of a region, the regions on a DIMM. Names are compared before attributes are
 * read. */
bool filter_bus(const struct filters *filters, struct ndctl_bus *bus);
bool filter_dimm(const struct filters *filters, struct ndctl_dimm *dimm);
bool filter_region(const struct filters *filters, struct ndctl_region *region);
/* Return whether the namespace itself passes; filter_region() looks at its region. */
bool filter_namespace(const struct filters *filters, struct ndctl_namespace *ndns);
