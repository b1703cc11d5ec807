/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "region.h"

struct ndctl_mapping {
	struct ndctl_region *region;
	size_t index;		 /* among the mappings of the region that could be read */
	struct ndctl_dimm *dimm; /* NULL if the kernel names none that exists */
	uint64_t offset, length; /* bytes of the DIMM */
	int position;		 /* in the interleave set; -1 if the kernel does not tell */
};

/* Makes the next caller read the mappings of @region again, in place: callers may hold pointers. */
void mapping_forget(struct ndctl_region *region);
void mapping_free(struct ndctl_region *region);
