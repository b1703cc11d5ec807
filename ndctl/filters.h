/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/libndctl.h>

#include "../util/option.h"

/* What --mode and --type take. A mode is one more than enum ndctl_namespace_mode, 0 being none. */
extern const struct choice mode_choices[];
extern const struct choice type_choices[];

/* What options narrow a verb down to. NULL, 0 and "not given" let everything pass. */
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

/* Call before anything else of @ctx: 0, or a negative errno with the library's sentence set if the
 * devices cannot be listed, which looks as if there were none. */
int filters_check(struct ndctl_ctx *ctx);

/* Whether an object passes. A filter for a class passes too what belongs together with an object of
 * that class: the bus of a region, the regions on a dimm. Names are compared before attributes are
 * read. */
bool filter_bus(const struct filters *filters, struct ndctl_bus *bus);
bool filter_dimm(const struct filters *filters, struct ndctl_dimm *dimm);
bool filter_region(const struct filters *filters, struct ndctl_region *region);
/* The namespace itself; its region is looked at by filter_region(). */
bool filter_namespace(const struct filters *filters, struct ndctl_namespace *ndns);
