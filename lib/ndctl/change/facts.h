/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/extensions.h>
#include <ndctl/object/claim.h>

#include "place.h"

/* Properties of a mode. */
struct mode_row {
	enum entity_kind claim; /* kind of the claim; KIND_COUNT: none, raw */
	const char *name;
	const char *holder_class;
	bool has_map;	      /* struct pages, and so an alignment */
	unsigned sector_size; /* the default */
	const char *config;   /* option of a kernel that offers it */
};
/* Returns NULL for an unknown mode. */
const struct mode_row *mode_row_of(enum ndctl_namespace_mode mode);

/*
 * What decides about a namespace: read once, under the lock, for one wish. Later code decides from
 * this struct only. It borrows names and choices from the objects, until ctx_forget().
 */
struct facts {
	struct region_facts region;
	bool labelled;

	/* the namespace to configure */
	bool exists; /* it is configured already: what the wish leaves open stays */
	struct spot spot;
	uint64_t size, start;		    /* bytes, address: ULLONG_MAX if not known */
	enum ndctl_namespace_mode mode;	    /* the one asked for, else the present one or fsdax */
	unsigned long align;		    /* the present one, 0: none */
	unsigned sector_size;		    /* the present one in that mode, 0: none */
	const char *name;		    /* the present one, or "" */
	const struct choices *sector_sizes; /* that a label can keep; none without labels */

	/* the device that will claim it in that mode */
	struct {
		const char *name;  /* NULL: the kernel has none */
		const char *owner; /* another namespace that has it already, or NULL */
		const struct choices *choices;
	} seed;

	const char *uuid_owner; /* another namespace of the bus with the uuid asked for, or NULL */
	struct place *places;	/* of the region's namespaces, if one could be misaligned */
	size_t place_count;
};
#define AUTO_FACTS CLEANUP(facts_deinit)

/* Reads what @asked leads to ask of @ndns, which @exists or is a seed, and of its region. Returns 0
 * or -ENOMEM; @facts needs facts_deinit() in either case. */
int facts_read(struct facts *facts, struct ndctl_namespace *ndns, bool exists, bool labelled,
	const struct ndctl_namespace_spec *asked);
void facts_deinit(struct facts *facts);
