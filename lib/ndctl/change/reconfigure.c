/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reconfigure.h"

#include <linux/ndctl.h>
#include <string.h>

#include "autolabel.h"
#include "create.h"
#include "plan.h"

/* Reconfigure an existing namespace. plan.c adds the steps. */

/* Refuse the idle seed that the kernel shows: without a size in the specification it would take all
 * free capacity. */
static int check_exists(struct ndctl_namespace *ndns, const struct ndctl_namespace_spec *spec)
{
	struct kernel *kernel = entity_kernel(&ndns->entity);

	if (spec->size || !namespace_is_seed(ndns))
		return 0;
	kernel_fail(kernel, EINVAL, "the namespace has no capacity: it is a seed for a new one");
	kernel_hint(kernel, "omit --reconfig to create a namespace");
	return -EINVAL;
}

static int reconfigure_here(struct txn *txn, struct ndctl_namespace *old,
	const struct ndctl_namespace_spec *spec, struct ndctl_namespace **out)
{
	struct plan plan = {
		.region = entity_region(&old->entity),
		.ndns = old,
		.old = old,
		.labelled = ndctl_namespace_get_type(old) == ND_DEVICE_NAMESPACE_PMEM,
	};
	uint64_t size = 0;
	int err = namespace_read_size(old, &size) ?: plan_complete(&plan, spec);

	if (err)
		return err;
	err = plan_run(txn, &plan, out);
	if (err == -ENXIO && plan.labelled && plan.spec.size > size)
		kernel_hint(entity_kernel(&old->entity),
			"a namespace can only grow into free capacity right behind it; create another one of up to %s",
			size_text(ndctl_region_get_max_available_extent(plan.region)).text);
	return err;
}

/* Initialize labels, then create a namespace that fills the region. Undo both if one fails. */
static int reconfigure_labelled(struct txn *txn, struct ndctl_namespace *old,
	const struct ndctl_namespace_spec *spec, struct ndctl_namespace **out)
{
	AUTO_TXN struct txn *second = NULL, *dimms = NULL;
	struct ndctl_region *region = entity_region(&old->entity);
	struct ndctl_namespace_spec inherited = {0};

	spec_copy(&inherited, spec);
	if (inherited.mode == NDCTL_NS_MODE_UNKNOWN)
		inherited.mode = ndctl_namespace_get_mode(old);
	int err = autolabel_lock(region, &dimms) ?: nd_ctx_txn(old->entity.ctx, &second);
	err = err ?: autolabel_plan(txn, old);
	if (err)
		return err;
	err = txn_run(txn);
	if (err || txn_is_dry_run(txn))
		return err;
	autolabel_settle(region);
	/* The enabled region protects its labels; a repair, if the create fails, locks the DIMMs.
	 */
	dimms = txn_unref(dimms);
	err = create_locked(second, region, &inherited, out);
	if (!err)
		return 0;
	if (spec->flags & NDCTL_CHANGE_NO_RECOVER)
		return err;
	txn_undo(txn, autolabel_lock_again(region, &dimms, err));
	/* Say so if the region stays labelled: the kernel, once it has seen labels on a DIMM, keeps
	 * that until it probes the region anew. */
	if (ndctl_region_get_nstype(region) == ND_DEVICE_NAMESPACE_PMEM)
		kernel_hint(entity_kernel(&region->entity),
			"reboot to get %s back: its labels are removed again, but the kernel still takes %s for labelled",
			entity_name(&old->entity), entity_name(&region->entity));
	return err;
}

static int reconfigure_namespace(struct ndctl_namespace *old,
	const struct ndctl_namespace_spec *spec, struct ndctl_namespace **out)
{
	AUTO_TXN struct txn *txn = NULL;
	struct ndctl_region *region = entity_region(&old->entity);
	int err = nd_change_begin(&old->entity, &txn) ?: plan_check_region(region);

	if (err)
		return err;
	txn_set_dry_run(txn, spec->flags & NDCTL_CHANGE_DRY_RUN);
	err = check_exists(old, spec) ?: plan_settle(txn, old);
	if (err)
		return err;
	err = plan_check_not_used(old, spec->flags);
	if (err)
		return err;
	if (spec->flags & NDCTL_CHANGE_AUTOLABEL && autolabel_fits(old))
		err = reconfigure_labelled(txn, old, spec, out);
	else
		err = reconfigure_here(txn, old, spec, out);
	if (!err)
		entity_keep(&old->entity);
	return err;
}

EXPORT int ndctl_namespace_reconfigure(struct ndctl_namespace *old,
	const struct ndctl_namespace_spec *spec, struct ndctl_namespace **ndns)
{
	if (ndns)
		*ndns = NULL;
	if (!old || !spec)
		return -EINVAL;
	int err = spec_check_flags(entity_kernel(&old->entity), spec)
		?: reconfigure_namespace(old, spec, ndns);

	return err ? kernel_fail_while(entity_kernel(&old->entity), err,
			     "%s: cannot be reconfigured", entity_name(&old->entity))
		   : 0;
}

/* ---- back to what leaves no trace ---- */

bool namespace_is_nomap(struct ndctl_namespace *ndns)
{
	struct claim *claim = namespace_claim(ndns);
	const char *map;

	if (!claim || claim->entity.kind != KIND_DAX || !entity_is_bound(&claim->entity))
		return false;
	map = object_text(&claim->entity.object, CLAIM_MODE);
	return map && strcmp(map, location_name(NDCTL_PFN_LOC_NONE)) == 0;
}

/* Return 1 if it is devdax without struct pages, 0 if it is raw. */
static int check_nomap(struct ndctl_namespace *ndns)
{
	struct kernel *kernel = entity_kernel(&ndns->entity);
	enum ndctl_namespace_mode mode = ndctl_namespace_get_mode(ndns);

	if (namespace_is_nomap(ndns))
		return 1;
	if (mode == NDCTL_NS_MODE_RAW)
		return 0;
	kernel_fail(kernel, EINVAL, "the namespace is neither raw nor devdax without struct pages");
	kernel_hint(kernel,
		"create it again (loses its content): ndctl create-namespace --reconfig %s --mode devdax --map none",
		entity_name(&ndns->entity));
	return -EINVAL;
}

static int nomap_plan(struct txn *txn, struct ndctl_namespace *ndns, unsigned long align)
{
	const struct ndctl_namespace_spec spec = {
		.struct_size = sizeof(spec),
		.flags = NDCTL_CHANGE_NO_MAP,
		.mode = NDCTL_NS_MODE_DEVDAX,
		.align = align,
	};
	struct plan plan = {
		.region = entity_region(&ndns->entity),
		.ndns = ndns,
		.old = ndns,
		.labelled = ndctl_namespace_get_type(ndns) == ND_DEVICE_NAMESPACE_PMEM,
	};
	return plan_complete(&plan, &spec) ?: step_disable(txn, ndns) ?: plan_claim(txn, &plan);
}

int nomap_make(struct ndctl_namespace *ndns, unsigned long align)
{
	AUTO_TXN struct txn *txn = NULL;
	int err = nd_ctx_txn(ndns->entity.ctx, &txn) ?: nomap_plan(txn, ndns, align);

	return err ?: txn_run(txn);
}

static int restore_nomap(struct ndctl_namespace *ndns, unsigned long align, unsigned flags)
{
	struct ndctl_region *region = entity_region(&ndns->entity);
	AUTO_TXN struct txn *txn = NULL;
	int err = nd_change_begin(&ndns->entity, &txn);

	if (err)
		return err;
	txn_set_dry_run(txn, flags & NDCTL_CHANGE_DRY_RUN);
	err = plan_settle(txn, ndns) ?: check_nomap(ndns);
	if (err)
		return err;
	err = plan_check_region(region) ?: plan_check_not_used(ndns, NDCTL_CHANGE_FORCE);
	if (err)
		return err;
	err = nomap_plan(txn, ndns, align);
	if (err)
		return err;
	err = txn_run(txn);
	if (txn_is_dry_run(txn))
		return err;
	ctx_forget(ndns->entity.ctx);
	struct claim *claim = err ? NULL : namespace_claim(ndns);
	if (claim)
		entity_keep_other(&claim->entity);
	return err;
}

EXPORT int ndctl_namespace_restore_mapless(
	struct ndctl_namespace *ndns, unsigned long align, unsigned flags)
{
	if (!ndns)
		return -EINVAL;
	int err = kernel_check_flags(entity_kernel(&ndns->entity), flags, NDCTL_CHANGE_DRY_RUN)
		?: restore_nomap(ndns, align, flags);

	return err < 0 ? kernel_fail_while(entity_kernel(&ndns->entity), err,
				 "%s: cannot become devdax again", entity_name(&ndns->entity))
		       : err;
}
