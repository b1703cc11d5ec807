/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/object/namespace.h>

/*
 * Whether the kernel can map a namespace where it is. A check returns -EINVAL with a sentence that
 * names start, end and what would fit, and 0 otherwise, also if the place is not known.
 */

/* Physical addresses. Start and end are equal if the namespace has no capacity, or if only root can
 * see its address. */
struct place {
	uint64_t start, end;
};
struct place place_read(struct ndctl_namespace *ndns);

/* A namespace as a whole. */
struct spot {
	const char *name;
	/* It is fsdax when nothing claims it, as on legacy and virtual persistent memory. The
	 * kernel does not tell while something claims it; plan_claim() then checks the outcome. */
	bool is_mapped;
	bool is_raw;	   /* force_raw is set */
	bool is_parameter; /* memmap= on the kernel command line has made it */
	struct place place;
};
struct spot spot_read(struct ndctl_namespace *ndns);
/* Checks start and end: the kernel would refuse a misaligned one at the next probe, whatever is
 * written to it until then. */
int spot_check(struct kernel *kernel, const struct spot *spot);

/* Reads and checks @ndns as a whole. */
int place_check_whole(struct ndctl_namespace *ndns);
/* The same before an enabled namespace is disabled for a moment: the kernel would not enable it
 * again. */
int place_check_enabled(struct ndctl_namespace *ndns);

struct region_facts {
	const char *name;
	uint64_t start, size, unit; /* @unit: that of sizes and places, 0: any */
	unsigned ways;
	/* Free bytes, and those in one piece; ULLONG_MAX if not known. Kernels before 4.17 do not
	 * report the largest piece. */
	uint64_t available, largest;
};
/* Reads what checks of a place need: not the free bytes. */
struct region_facts region_facts_read(struct ndctl_region *region);

/* Whether namespaces of the region may start where the kernel cannot map them. */
bool place_may_be_misaligned(const struct region_facts *region);
/* Checks whether the kernel can make struct pages from the start of @place on. */
int place_check_start(
	struct kernel *kernel, const struct region_facts *region, const struct place *place);
/* The same for a new namespace of @size bytes, as far as its start can be predicted from the @taken
 * places. */
int place_check_room(struct kernel *kernel, const struct region_facts *region, uint64_t size,
	const struct place *taken, size_t count);
