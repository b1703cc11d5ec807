/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/ndctl.h>
#include <ndctl/labels/labelio.h>
#include <ndctl/object/dimm.h>
#include <string.h>

#include "place.h"
#include "raw.h"
#include "reconfigure.h"
#include "step.h"

/* Enable and disable namespaces and regions. */

static void wait_probe(struct ndctl_namespace *ndns)
{
	struct ndctl_bus *bus = ndctl_namespace_get_bus(ndns);

	if (bus)
		ndctl_bus_wait_probe(bus);
	ctx_forget(ndns->entity.ctx);
}

/* Delete the claim and unbind the namespace, which may have no driver once the claim is gone. */
int namespace_disable(struct ndctl_namespace *ndns)
{
	struct claim *claim = namespace_claim(ndns);

	int err = claim ? claim_delete(claim) : 0;

	if (err)
		return err;
	if (claim)
		entity_keep_other(&claim->entity);
	return entity_unbind_if_bound(&ndns->entity);
}

int namespace_disable_idle(struct ndctl_namespace *ndns)
{
	CLEANUP(hold_release) struct hold hold = HOLD_INIT(ndns);

	return hold_take(&hold, ndns) ?: namespace_disable(ndns);
}

/* Bind the namespace, and judge by what is active afterwards: the kernel refuses a namespace with
 * an info block, but creates and binds the device that the block asks for. */
static int enable_claim_or_namespace(struct ndctl_namespace *ndns, bool *own)
{
	struct claim *claim = namespace_claim(ndns);
	int err;

	*own = false;
	if (claim)
		return claim_enable(claim, own);
	bool left = raw_is_left(ndns);
	if (ndctl_namespace_is_active(ndns)) {
		if (!left)
			return 0;
		err = namespace_disable_idle(ndns);
		if (err)
			return err;
	}
	err = raw_recover(ndns) ?: entity_bind_own(&ndns->entity, claim_rows[KIND_PFN].driver, own);
	if (!err)
		return 0;
	/* Own the device that the kernel creates while it refuses the namespace, unless one was
	 * there before. */
	*own = err != -EBUSY;
	wait_probe(ndns);
	/* Bind the claim ourselves: with drivers_autoprobe 0 the kernel creates it without a
	 * driver. */
	claim = namespace_claim(ndns);
	if (claim && !entity_is_bound(&claim->entity) && claim_enable(claim, NULL) == 0)
		ctx_forget(ndns->entity.ctx);
	if (ndctl_namespace_is_active(ndns)) {
		kernel_clear_error(entity_kernel(&ndns->entity));
		return 0;
	}
	return err;
}

int namespace_enable(struct ndctl_namespace *ndns, bool *own)
{
	int err = enable_claim_or_namespace(ndns, own);

	if (err && namespace_is_seed(ndns))
		kernel_fail(entity_kernel(&ndns->entity), -err, "the namespace has no capacity");
	else if (err)
		place_check_whole(ndns);
	return err ? kernel_fail_while(entity_kernel(&ndns->entity), err, "%s: cannot be enabled",
			     entity_name(&ndns->entity))
		   : 0;
}

/* ---- steps for a namespace ---- */

struct enabling {
	struct hold hold;
	bool own; /* we enabled it */
};

static int enable_apply(void *data)
{
	struct enabling *enabling = data;

	ctx_forget(enabling->hold.ndns->entity.ctx);
	return namespace_enable(enabling->hold.ndns, &enabling->own);
}

static int disable_held(struct hold *hold)
{
	int err = namespace_disable(hold->ndns);

	/* Close the disk: the kernel keeps it, and its number, until then. */
	if (!err)
		hold_release(hold);
	return err;
}

/* Disable the namespace again unless it is in use by now. Leave it enabled if another program
 * enabled it. */
static int enable_undo(void *data)
{
	struct enabling *enabling = data;

	if (!enabling->own)
		return 0;
	ctx_forget(enabling->hold.ndns->entity.ctx);
	return hold_confirm(&enabling->hold) ?: disable_held(&enabling->hold);
}

/* State of a namespace before it was disabled. A nomap one leaves no trace on the medium, so the
 * undo needs its alignment. */
struct taken {
	struct hold hold;
	bool began;		/* there was something to disable */
	bool active;		/* it was enabled before */
	enum entity_kind owner; /* kind of its owner before */
	bool nomap;
	unsigned long align;
};

static int disable_apply(void *data)
{
	struct taken *taken = data;
	struct ndctl_namespace *ndns = taken->hold.ndns;
	struct entity *owner;

	ctx_forget(ndns->entity.ctx);
	int err = hold_confirm(&taken->hold) ?: namespace_find_owner(ndns, &owner);
	err = err ?: entity_check_bound(owner, &taken->active);
	if (err)
		return err;
	taken->owner = owner->kind;
	/* Undo nothing if another program has disabled it meanwhile. */
	taken->began = taken->active || owner->kind != KIND_NAMESPACE;
	return taken->began ? disable_held(&taken->hold) : 0;
}

/* Check that the namespace came back as what it was: the medium decides, and may have changed. */
static int check_come_back(const struct taken *taken)
{
	struct ndctl_namespace *ndns = taken->hold.ndns;
	struct entity *owner;
	bool active;
	int err = namespace_find_owner(ndns, &owner) ?: entity_check_bound(owner, &active);

	if (err)
		return err;
	if (owner->kind != taken->owner || (taken->active && !active))
		return kernel_fail(entity_kernel(&ndns->entity), EIO,
			"the namespace came up as something else");
	return taken->active || !active ? 0 : entity_unbind(owner);
}

static int give_back(void *data)
{
	const struct taken *taken = data;
	struct ndctl_namespace *ndns = taken->hold.ndns;
	bool own;

	if (!taken->began)
		return 0;
	if (ndns->lost)
		return kernel_fail(entity_kernel(&ndns->entity), EIO,
			"the namespace has lost its info block and would come up as something else");
	ctx_forget(ndns->entity.ctx);
	/* Leave a nomap namespace that the failed step has not touched. */
	if (taken->nomap && namespace_is_nomap(ndns))
		return 0;
	int err = taken->nomap				  ? nomap_make(ndns, taken->align)
		: !taken->active && namespace_claim(ndns) ? 0
							  : namespace_enable(ndns, &own);
	return err ?: check_come_back(taken);
}

static void hold_free(void *data)
{
	hold_release(data);
	free(data);
}

int step_enable(struct txn *txn, struct ndctl_namespace *ndns)
{
	struct enabling *enabling = calloc(1, sizeof(*enabling));
	struct step step = {enable_apply, enable_undo, hold_free, enabling};

	if (!enabling)
		return -ENOMEM;
	enabling->hold = HOLD_INIT(ndns);
	return txn_add(txn, step, "enable %s", entity_name(&ndns->entity));
}

int step_disable(struct txn *txn, struct ndctl_namespace *ndns)
{
	struct taken *taken = calloc(1, sizeof(*taken));
	struct step step = {disable_apply, give_back, hold_free, taken};
	struct claim *claim = namespace_claim(ndns);

	if (!taken)
		return -ENOMEM;
	taken->nomap = namespace_is_nomap(ndns);
	if (taken->nomap)
		taken->align = object_u64_or(&claim->entity.object, CLAIM_ALIGN, 0);
	int err = hold_take(&taken->hold, ndns);
	if (err || (!ndctl_namespace_is_active(ndns) && !claim)) {
		hold_free(step.data);
		return err;
	}
	return txn_undo_in_part(txn,
		txn_add(txn, step, "disable %s%s%s", entity_name(&ndns->entity),
			claim ? ", held by " : "", claim ? entity_name(&claim->entity) : ""));
}

/* ---- steps for a region ---- */

struct region_hold {
	struct ndctl_region *region;
	bool own; /* we enabled, or disabled, it */
	struct hold *list;
	size_t count;
};

static void region_hold_release(struct region_hold *holds)
{
	for (size_t i = 0; i < holds->count; i++)
		hold_release(&holds->list[i]);
	free(holds->list);
	holds->list = NULL;
	holds->count = 0;
}

static void region_hold_free(void *data)
{
	region_hold_release(data);
	free(data);
}

static int region_hold_add(struct region_hold *holds, struct ndctl_namespace *ndns)
{
	struct hold *list = reallocarray(holds->list, holds->count + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	holds->list = list;
	return hold_take(&list[holds->count++], ndns);
}

static struct hold *region_hold_find(
	const struct region_hold *holds, const struct ndctl_namespace *ndns)
{
	for (size_t i = 0; i < holds->count; i++)
		if (holds->list[i].ndns == ndns)
			return &holds->list[i];
	return NULL;
}

/* Confirm the holds there are, and take those that are missing. */
static int region_hold_take(struct region_hold *holds)
{
	struct ndctl_namespace *ndns;
	int listed = ctx_scan(holds->region->entity.ctx);

	if (listed)
		return listed;
	region_foreach_namespace (holds->region, ndns) {
		struct hold *hold = region_hold_find(holds, ndns);
		int err = hold ? hold_confirm(hold) : region_hold_add(holds, ndns);
		if (err == -ENOMEM)
			return err;
		if (err)
			return kernel_fail_while(entity_kernel(&ndns->entity), err, "%s",
				entity_name(&ndns->entity));
	}
	return 0;
}

/* Hold all namespaces again, which may have come up since the change was planned. */
static int region_disable_apply(void *data)
{
	struct region_hold *holds = data;

	ctx_forget(holds->region->entity.ctx);
	int err =
		region_hold_take(holds) ?: entity_unbind_from(&holds->region->entity, "nd_region");
	holds->own = !err;
	if (!err)
		region_hold_release(holds);
	return err;
}

static int region_enable_apply(void *data)
{
	struct region_hold *holds = data;

	return entity_bind_own(&holds->region->entity, "nd_region", &holds->own);
}

/* Leave the region enabled if another program enabled it. */
static int region_enable_undo(void *data)
{
	const struct region_hold *holds = data;

	return holds->own ? region_disable_apply(data) : 0;
}

int step_disable_region(struct txn *txn, struct ndctl_region *region)
{
	struct region_hold *holds = calloc(1, sizeof(*holds));
	struct step step = {region_disable_apply, region_enable_apply, region_hold_free, holds};

	if (!holds)
		return -ENOMEM;
	holds->region = region;
	int err = region_hold_take(holds);
	if (err) {
		region_hold_free(holds);
		return err;
	}
	return txn_add(txn, step, "unbind %s from nd_region", entity_name(&region->entity));
}

/* Undoing this step leaves a namespace alone that is in use by then. */
int step_enable_region(struct txn *txn, struct ndctl_region *region)
{
	struct region_hold *holds = calloc(1, sizeof(*holds));
	struct step step = {region_enable_apply, region_enable_undo, region_hold_free, holds};

	if (!holds)
		return -ENOMEM;
	holds->region = region;
	return txn_add(txn, step, "bind %s to nd_region", entity_name(&region->entity));
}

/* ---- the interface ---- */

/* Run the steps that @plan adds, under the region's lock. */
static int run(struct ndctl_namespace *ndns, int (*plan)(struct txn *, struct ndctl_namespace *))
{
	AUTO_TXN struct txn *txn = NULL;
	int err = nd_change_begin(&ndns->entity, &txn) ?: plan(txn, ndns) ?: txn_run(txn);

	if (!err)
		entity_keep(&ndns->entity);
	return err;
}

static int plan_enable(struct txn *txn, struct ndctl_namespace *ndns)
{
	return ndctl_namespace_is_active(ndns) && !raw_is_left(ndns) ? 0 : step_enable(txn, ndns);
}

EXPORT int ndctl_namespace_enable(struct ndctl_namespace *ndns)
{
	int err = run(ndns, plan_enable);

	/* Return 1 if a btt, pfn or dax device came up in its place. */
	return err ?: namespace_claim(ndns) != NULL;
}

/* Leave a claimed namespace, and its claim, alone. */
static int plan_disable_unclaimed(struct txn *txn, struct ndctl_namespace *ndns)
{
	return namespace_claim(ndns) ? 0 : step_disable(txn, ndns);
}

static int disable_namespace(
	struct ndctl_namespace *ndns, int (*plan)(struct txn *, struct ndctl_namespace *))
{
	int err = run(ndns, plan);

	return err ? kernel_fail_while(entity_kernel(&ndns->entity), err, "%s: cannot be disabled",
			     entity_name(&ndns->entity))
		   : 0;
}

EXPORT int ndctl_namespace_disable(struct ndctl_namespace *ndns)
{
	return disable_namespace(ndns, plan_disable_unclaimed);
}

EXPORT int ndctl_namespace_disable_invalidate(struct ndctl_namespace *ndns)
{
	return disable_namespace(ndns, step_disable);
}

EXPORT int ndctl_namespace_disable_safe(struct ndctl_namespace *ndns)
{
	if (namespace_is_seed(ndns))
		return 1;
	return disable_namespace(ndns, step_disable);
}

/* Name a disabled DIMM as the cause, of which the kernel says only ENXIO. */
static int explain_dimms(struct ndctl_region *region, int err)
{
	struct kernel *kernel = entity_kernel(&region->entity);
	struct ndctl_dimm *dimm;

	ndctl_dimm_foreach_in_region (region, dimm) {
		const char *name = entity_name(&dimm->entity);
		if (ndctl_dimm_is_enabled(dimm))
			continue;
		kernel_fail(kernel, -err, "%s is disabled", name);
		kernel_hint(kernel, "ndctl enable-dimm %s && ndctl enable-region %s", name,
			entity_name(&region->entity));
		break;
	}
	return err;
}

EXPORT int ndctl_region_enable(struct ndctl_region *region)
{
	AUTO_TXN struct txn *txn = NULL;
	bool enabled = false;
	int err = nd_change_begin(&region->entity, &txn)
		?: entity_check_bound(&region->entity, &enabled);

	if (err || enabled)
		return err;
	err = (region_lock_dimms(region, txn) ?: step_enable_region(txn, region)) ?: txn_run(txn);
	if (err)
		return kernel_fail_while(entity_kernel(&region->entity), explain_dimms(region, err),
			"%s: cannot be enabled", entity_name(&region->entity));
	/* Wait for its namespaces: the caller expects to see them. */
	ndctl_bus_wait_probe(ndctl_region_get_bus(region));
	ctx_forget(region->entity.ctx);
	return 0;
}

static int disable_region(struct ndctl_region *region)
{
	AUTO_TXN struct txn *txn = NULL;
	bool enabled = false;
	int err = nd_change_begin(&region->entity, &txn)
		?: entity_check_bound(&region->entity, &enabled);

	if (err || !enabled)
		return err;
	return step_disable_region(txn, region) ?: txn_run(txn);
}

static int disable_whole_region(struct ndctl_region *region)
{
	int err = disable_region(region);

	return err ? kernel_fail_while(entity_kernel(&region->entity), err,
			     "%s: cannot be disabled", entity_name(&region->entity))
		   : 0;
}

EXPORT int ndctl_region_disable_invalidate(struct ndctl_region *region)
{
	return disable_whole_region(region);
}

EXPORT int ndctl_region_disable_preserve(struct ndctl_region *region)
{
	return disable_whole_region(region);
}
