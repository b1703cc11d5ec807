/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "step.h"

#include <linux/ndctl.h>
#include <string.h>

/* Enabling and disabling of namespaces and regions. */

static void wait_probe(struct ndctl_namespace *ndns)
{
	struct ndctl_bus *bus = ndctl_namespace_get_bus(ndns);

	if (bus)
		ndctl_bus_wait_probe(bus);
	ctx_forget(ndns->entity.ctx);
}

/* The kernel refuses a namespace that has an info block, but makes the device which that asks for:
 * success is told by what came of it. */
static int enable(struct ndctl_namespace *ndns)
{
	struct claim *claim = namespace_claim(ndns);

	if (claim)
		return claim_enable(claim);
	if (ndctl_namespace_is_active(ndns))
		return 0;
	int err = entity_bind(&ndns->entity, claim_rows[KIND_PFN].driver);
	if (err)
		wait_probe(ndns);
	if (err && ndctl_namespace_is_active(ndns)) {
		kernel_clear_error(entity_kernel(&ndns->entity));
		return 0;
	}
	return err;
}

int namespace_enable(struct ndctl_namespace *ndns)
{
	int err = enable(ndns);

	if (err && ndctl_namespace_get_size(ndns) == 0)
		kernel_fail(entity_kernel(&ndns->entity), -err, "it has no capacity");
	return err ? kernel_fail_while(entity_kernel(&ndns->entity), err, "%s: cannot be enabled",
			     entity_name(&ndns->entity))
		   : 0;
}

/* What held it may be gone afterwards. */
int namespace_disable(struct ndctl_namespace *ndns)
{
	struct claim *claim = namespace_claim(ndns);

	if (claim)
		return claim_delete(claim);
	return entity_is_bound(&ndns->entity) ? entity_unbind(&ndns->entity) : 0;
}

/* Runs what was put in @txn by @plan, under the region's lock. */
static int run(struct ndctl_namespace *ndns, int (*plan)(struct txn *, struct ndctl_namespace *))
{
	AUTO_TXN struct txn *txn = NULL;
	int err = ctx_txn(ndns->entity.ctx, &txn);

	if (!err)
		err = region_lock(entity_region(&ndns->entity), txn);
	if (!err)
		err = plan(txn, ndns);
	return err ?: txn_run(txn);
}

static int plan_enable(struct txn *txn, struct ndctl_namespace *ndns)
{
	return ndctl_namespace_is_active(ndns) ? 0 : step_enable(txn, ndns);
}

EXPORT int ndctl_namespace_enable(struct ndctl_namespace *ndns)
{
	return run(ndns, plan_enable);
}

EXPORT int ndctl_namespace_disable(struct ndctl_namespace *ndns)
{
	return run(ndns, step_disable);
}

EXPORT int ndctl_namespace_disable_invalidate(struct ndctl_namespace *ndns)
{
	return run(ndns, step_disable);
}

static int plan_safe(struct txn *txn, struct ndctl_namespace *ndns)
{
	int err = ndctl_namespace_check_idle(ndns);

	return err ?: step_disable(txn, ndns);
}

EXPORT int ndctl_namespace_disable_safe(struct ndctl_namespace *ndns)
{
	if (ndctl_namespace_get_size(ndns) == 0)
		return 1;
	return run(ndns, plan_safe);
}

static int plan_delete(struct txn *txn, struct ndctl_namespace *ndns)
{
	if (ndctl_namespace_is_active(ndns))
		return kernel_fail(entity_kernel(&ndns->entity), EBUSY,
			"%s: cannot be deleted: it is enabled", entity_name(&ndns->entity));
	if (ndctl_namespace_get_type(ndns) != ND_DEVICE_NAMESPACE_PMEM)
		return kernel_fail(entity_kernel(&ndns->entity), EOPNOTSUPP,
			"%s: cannot be deleted: its region has no labels",
			entity_name(&ndns->entity));
	return step_write(txn, &ndns->entity, NS_SIZE, "0", NULL);
}

EXPORT int ndctl_namespace_delete(struct ndctl_namespace *ndns)
{
	return run(ndns, plan_delete);
}

EXPORT int ndctl_region_enable(struct ndctl_region *region)
{
	AUTO_TXN struct txn *txn = NULL;
	int err = ctx_txn(region->entity.ctx, &txn);

	if (!err)
		err = region_lock(region, txn);
	if (err || ndctl_region_is_enabled(region))
		return err;
	err = step_bind(txn, &region->entity, "nd_region") ?: txn_run(txn);
	if (err)
		return kernel_fail_while(entity_kernel(&region->entity), err,
			"%s: cannot be enabled", entity_name(&region->entity));
	/* Its namespaces come up on their own; whoever asks next shall see them. */
	ndctl_bus_wait_probe(ndctl_region_get_bus(region));
	ctx_forget(region->entity.ctx);
	return 0;
}

static int disable_region(struct ndctl_region *region)
{
	AUTO_TXN struct txn *txn = NULL;
	struct ndctl_namespace *ndns;
	int err = ctx_txn(region->entity.ctx, &txn);

	if (!err)
		err = region_lock(region, txn);
	if (err || !ndctl_region_is_enabled(region))
		return err;
	ndctl_namespace_foreach (region, ndns) {
		err = namespace_check_idle(ndns);
		if (err)
			return kernel_fail_while(entity_kernel(&ndns->entity), err, "%s",
				entity_name(&ndns->entity));
	}
	err = step_unbind(txn, &region->entity, "nd_region");
	return err ?: txn_run(txn);
}

static int disable(struct ndctl_region *region)
{
	int err = disable_region(region);

	return err ? kernel_fail_while(entity_kernel(&region->entity), err,
			     "%s: cannot be disabled", entity_name(&region->entity))
		   : 0;
}

EXPORT int ndctl_region_disable_invalidate(struct ndctl_region *region)
{
	return disable(region);
}

EXPORT int ndctl_region_disable_preserve(struct ndctl_region *region)
{
	return disable(region);
}
