/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "step.h"

/* What a mode needs. */
struct mode_row {
	enum entity_kind claim; /* what claims the namespace; KIND_COUNT: nothing, it is raw */
	const char *name;
	const char *holder_class;
	bool has_map;	      /* and an alignment */
	unsigned sector_size; /* unless another is asked for */
	const char *config;   /* what makes the kernel offer it */
};

/* A specification with everything filled in that it left open. */
struct plan {
	struct ndctl_region *region;
	struct ndctl_namespace *ndns; /* that is to be configured */
	struct ndctl_namespace *old;  /* the same if it is reconfigured */
	bool labelled;
	unsigned flags;
	const struct mode_row *row;
	struct claim *claim; /* the seed; NULL: raw, or mapped by the kernel */
	enum ndctl_pfn_loc map;
	unsigned long align;
	unsigned sector_size;
	uint64_t size;
	const char *name;
	uuid_t uuid;
};

/* spec.c */
/* Fills in @plan, whose region, namespaces and labelled are set, from @spec, and checks everything
 * that can be known beforehand. */
int spec_complete(struct plan *plan, const struct ndctl_namespace_spec *spec);
bool spec_offers_sector_size(struct ndctl_namespace *ndns, unsigned sector_size);
/* -EINVAL if a flag of @spec is none of enum ndctl_change_flags. */
int spec_check_flags(struct kernel *kernel, const struct ndctl_namespace_spec *spec);
/* @to gets what @from has, as far as its struct_size reaches. */
void spec_copy(struct ndctl_namespace_spec *to, const struct ndctl_namespace_spec *from);

/* plan.c */
/* Whether the parts of @region can be changed at all. */
int plan_check_region(struct ndctl_region *region);
/* Loads the drivers that a change of @ndns needs, unless @flags ask for a dry run. */
int plan_settle(struct ndctl_namespace *ndns, unsigned flags);
/* Whether @ndns can be changed: nobody uses it, and it is disabled unless @flags say force. */
int plan_check_not_used(struct ndctl_namespace *ndns, unsigned flags);
/* Adds the steps that make the raw namespace of @plan what its mode asks for. */
int plan_claim(struct txn *txn, const struct plan *plan);
/* Does (or, for a dry run, tells) what @plan says; @out (unless NULL) gets the namespace. */
int plan_run(struct txn *txn, const struct plan *plan, struct ndctl_namespace **out);

/* reconfigure.c: devdax without a page map, of which nothing on the medium tells */
bool namespace_is_nomap(struct ndctl_namespace *ndns);
/* Makes the namespace so again, in a transaction of its own; under the region's lock. */
int nomap_make(struct ndctl_namespace *ndns, unsigned long align);

/* create.c: under the region's lock */
int create_locked(struct txn *txn, struct ndctl_region *region,
	const struct ndctl_namespace_spec *spec, struct ndctl_namespace **out);

/* autolabel.c: from one namespace without label to a region with labels */
/* Whether that can be done without harm: the dimms have label areas without labels, and serve no
 * other region. */
bool autolabel_fits(struct ndctl_namespace *ndns);
/* Adds the steps that disable the namespace and its region, write the labels, and enable the region
 * again. */
int autolabel_plan(struct txn *txn, struct ndctl_namespace *ndns);
/* Waits until the region is up. */
void autolabel_settle(struct ndctl_region *region);
