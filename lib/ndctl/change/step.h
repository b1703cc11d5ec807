/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "idle.h"

/*
 * The steps that changes are made of. All add to the end of @txn and return 0 or -ENOMEM. Entities
 * are those that are there when the step is taken.
 */

/* Binds @entity to @driver; undone by unbinding it. */
int step_bind(struct txn *txn, struct entity *entity, const char *driver);
int step_unbind(struct txn *txn, struct entity *entity, const char *driver);
/* Writes @value to an attribute that the kernel keeps in labels; undone by writing @before, unless
 * that is NULL. guard_labels() comes before it. */
int step_write(struct txn *txn, struct entity *entity, unsigned attr, const char *value,
	const char *before);
/* Wipes the info blocks at the start of a disabled namespace, if there are any; undone by writing
 * back what was there, whoever has overwritten it. @grows: if others have, they have written
 * further on too, and the undo says that it cannot put that back. @wiped (unless NULL) tells after
 * the step whether there were info blocks. */
int step_wipe(struct txn *txn, struct ndctl_namespace *ndns, bool grows, bool *wiped);
/* Configures a seed of a btt, pfn or dax device and gives it the namespace; undone by taking it
 * away again. */
struct claim_plan {
	struct claim *claim;
	uint64_t size; /* of the namespace */
	struct ndctl_namespace *ndns;
	uuid_t uuid;
	enum ndctl_pfn_loc map; /* pfn and dax */
	unsigned long align;	/* pfn and dax */
	unsigned sector_size;	/* btt */
};
int step_claim(struct txn *txn, const struct claim_plan *plan);
/* What the kernel keeps of the pages of @size bytes. (Documentation/vm/memory-model.rst) */
uint64_t page_map_size(uint64_t size);

/*
 * enable.c: steps that enable and disable.
 */

/* Lets the kernel bring the namespace up; undone by disabling it, unless it is in use by then. */
int step_enable(struct txn *txn, struct ndctl_namespace *ndns);
/* Takes the namespace away from what claims it, so that it is idle; undone by letting the kernel
 * bring it up again. Fails with -EBUSY if it is in use; from then on until it is disabled, or @txn
 * is freed, nobody else can claim its block device (idle.h). */
int step_disable(struct txn *txn, struct ndctl_namespace *ndns);
/* The same for a region, with all of its namespaces; undone by enabling it. */
int step_disable_region(struct txn *txn, struct ndctl_region *region);
/* Lets the kernel bring up a region; undone by disabling it, unless a namespace is in use by then.
 */
int step_enable_region(struct txn *txn, struct ndctl_region *region);

/* What the first two do. The caller has seen to it that nobody uses the namespace. */
/* @own tells whether it was we who enabled it. */
int namespace_enable(struct ndctl_namespace *ndns, bool *own);
int namespace_disable(struct ndctl_namespace *ndns);
/* Disables the namespace unless it is in use, and keeps others away meanwhile. */
int namespace_disable_idle(struct ndctl_namespace *ndns);

/* settle.c: under the region's lock, before anything is decided */
/* Loads the driver of the region's namespaces, and waits until the kernel has bound what it finds.
 */
int region_settle(struct ndctl_region *region);
/* The same for a namespace that is disabled: it is disabled afterwards too. -ENXIO without a
 * driver. */
int namespace_settle(struct ndctl_namespace *ndns);
