/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "spec.h"
#include "step.h"

/* A namespace to configure, and what it is to become. */
struct plan {
	struct ndctl_region *region;
	struct ndctl_namespace *ndns; /* the one to configure */
	struct ndctl_namespace *old;  /* the same if it exists already, else NULL */
	bool labelled;
	/* plan_complete() sets: */
	struct spec spec;
	struct claim *claim; /* the seed; NULL: raw, or mapped by the kernel */
};

/* Check that the region is enabled and writable. */
int plan_check_region(struct ndctl_region *region);
/* Load the drivers that a change of @ndns needs. Does nothing in a dry run. */
int plan_settle(const struct txn *txn, struct ndctl_namespace *ndns);
/* Return -EBUSY if @ndns is in use, or is enabled and @flags lack force. */
int plan_check_not_used(struct ndctl_namespace *ndns, unsigned flags);
/* Read the facts, complete @asked from them, and check all that is known before a step is taken. */
int plan_complete(struct plan *plan, const struct ndctl_namespace_spec *asked);
/* Add the steps that turn the raw namespace of @plan into its mode. */
int plan_claim(struct txn *txn, const struct plan *plan);
/* Add all steps and run them. Store the namespace in @out unless that is NULL. */
int plan_run(struct txn *txn, const struct plan *plan, struct ndctl_namespace **out);
