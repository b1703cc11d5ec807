/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "idle.h"

/* Steps of a change. Each function adds to the end of @txn and returns 0 or -ENOMEM. An entity must
 * exist when the step runs. */

/* Bind @entity to @driver; the undo unbinds it. */
int step_bind(struct txn *txn, struct entity *entity, const char *driver);
int step_unbind(struct txn *txn, struct entity *entity, const char *driver);
/* Write @value to an attribute that the kernel keeps in labels; the undo writes @before, unless
 * that is NULL. Add guard_labels() before it. */
int step_write(struct txn *txn, struct entity *entity, unsigned attr, const char *value,
	const char *before);
/* Erase the info blocks at the start of a disabled namespace, if there are any. The undo writes
 * back what was there, whoever has overwritten it. @grows: who overwrites it writes behind the area
 * too, and the undo reports that it cannot restore that. @wiped, unless NULL, tells after the step
 * whether there were info blocks. */
int step_wipe(struct txn *txn, struct ndctl_namespace *ndns, bool grows, bool *wiped);
/* Configure the seed of a btt, pfn or dax device and let it claim the namespace; the undo takes the
 * namespace away from it. */
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
/*
 * enable.c: steps that enable and disable.
 */

/* Let the kernel bring the namespace up; the undo disables it, unless it is in use by then. */
int step_enable(struct txn *txn, struct ndctl_namespace *ndns);
/* Disable the namespace and delete what claims it; the undo lets the kernel bring it up again.
 * Fails with -EBUSY if it is in use. From then on until it is disabled, or @txn is freed, nobody
 * else can claim its block device (idle.h). */
int step_disable(struct txn *txn, struct ndctl_namespace *ndns);
/* Disable a region with all of its namespaces; the undo enables it. */
int step_disable_region(struct txn *txn, struct ndctl_region *region);
/* Enable a region; the undo disables it, unless a namespace is in use by then. */
int step_enable_region(struct txn *txn, struct ndctl_region *region);

/* Enable or disable a namespace at once. The caller has checked that nobody uses it. */
/* Stores in @own whether we enabled it. */
int namespace_enable(struct ndctl_namespace *ndns, bool *own);
int namespace_disable(struct ndctl_namespace *ndns);
/* Disable the namespace unless it is in use, and keep others off it meanwhile. */
int namespace_disable_idle(struct ndctl_namespace *ndns);

/* settle.c: called under the region's lock, before anything is decided */
/* Load the driver of the region's namespaces, and wait until the kernel has bound what it finds. */
int region_settle(struct ndctl_region *region);
/* Load the driver for a disabled namespace, which stays disabled. Returns -ENXIO without a driver.
 */
int namespace_settle(struct ndctl_namespace *ndns);
