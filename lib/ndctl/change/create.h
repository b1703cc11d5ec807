/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "step.h"

/* Properties of a mode. */
struct mode_row {
	enum entity_kind claim; /* kind of the claim; KIND_COUNT: none, raw */
	const char *name;
	const char *holder_class;
	bool has_map;	      /* struct pages, and so an alignment */
	unsigned sector_size; /* the default */
	const char *config;   /* option of a kernel that offers it */
};

/* A complete specification: what the caller left open is filled in. */
struct plan {
	struct ndctl_region *region;
	struct ndctl_namespace *ndns; /* the one to configure */
	struct ndctl_namespace *old;  /* the same if it exists already, else NULL */
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
/* Complete @plan from @spec and check all that is known before a step is taken. The caller has set
 * @plan's region, namespaces and labelled. */
int spec_complete(struct plan *plan, const struct ndctl_namespace_spec *spec);
bool spec_offers_sector_size(struct ndctl_namespace *ndns, unsigned sector_size);
/* Return -EINVAL if @spec has a flag outside enum ndctl_change_flags. */
int spec_check_flags(struct kernel *kernel, const struct ndctl_namespace_spec *spec);
/* Copy to @to what @from has within its struct_size; the rest of @to gets defaults. */
void spec_copy(struct ndctl_namespace_spec *to, const struct ndctl_namespace_spec *from);

/* plan.c */
/* Check that the region is enabled and writable. */
int plan_check_region(struct ndctl_region *region);
/* Load the drivers that a change of @ndns needs. Does nothing in a dry run. */
int plan_settle(const struct txn *txn, struct ndctl_namespace *ndns);
/* Return -EBUSY if @ndns is in use, or is enabled and @flags lack force. */
int plan_check_not_used(struct ndctl_namespace *ndns, unsigned flags);
/* Add the steps that turn the raw namespace of @plan into its mode. */
int plan_claim(struct txn *txn, const struct plan *plan);
/* Run @plan, or for a dry run describe it. Stores the namespace in @out unless that is NULL. */
int plan_run(struct txn *txn, const struct plan *plan, struct ndctl_namespace **out);

/* reconfigure.c: devdax without struct pages, which leaves no trace on the medium */
bool namespace_is_nomap(struct ndctl_namespace *ndns);
/* Make the namespace devdax without struct pages again, in a transaction of its own. The caller
 * holds the region's lock. */
int nomap_make(struct ndctl_namespace *ndns, unsigned long align);

/* create.c: under the region's lock */
int create_locked(struct txn *txn, struct ndctl_region *region,
	const struct ndctl_namespace_spec *spec, struct ndctl_namespace **out);

/* autolabel.c: initialize labels, which turns one namespace without a label into a region with
 * labels */
/* Return whether labels can be initialized without harm: all DIMMs of the region have label areas
 * without labels, and serve no other region. */
bool autolabel_fits(struct ndctl_namespace *ndns);
/* Lock the DIMMs of the region, in a transaction of its own. */
int autolabel_lock(struct ndctl_region *region, struct txn **dimms);
/* The same, for an undo, which goes on without the locks if another program keeps them.
 * Keeps the recorded cause and returns @error. */
int autolabel_lock_again(struct ndctl_region *region, struct txn **dimms, int error);
/* Add steps: disable the namespace and its region, write labels, enable the region. */
int autolabel_plan(struct txn *txn, struct ndctl_namespace *ndns);
/* Wait until the kernel has probed the region. */
void autolabel_settle(struct ndctl_region *region);
