/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "create.h"

#include <inttypes.h>
#include <linux/ndctl.h>
#include <stdio.h>
#include <string.h>

/* Making a namespace: what is wanted is completed and checked in spec.c, and becomes steps here. */

/* The kernel makes the next seed when this one comes up, and it did so when there was no room. */
static int say_no_seed(struct ndctl_region *region, struct ndctl_namespace *seed)
{
	struct kernel *kernel = entity_kernel(&region->entity);
	const char *name = entity_name(&seed->entity);
	uint64_t room = ndctl_region_get_max_available_extent(region);

	if (room == 0 || room == ULLONG_MAX) {
		kernel_fail(kernel, ENODEV, "%s takes all of it", name);
		kernel_hint(kernel,
			"ndctl create-namespace --force --reconfig=%s changes what it is", name);
		return -ENODEV;
	}
	kernel_fail(kernel, ENOSPC, "%s are free, but the kernel has offered no namespace for it",
		size_text(room).text);
	kernel_hint(kernel, "ndctl disable-namespace %s; ndctl enable-namespace %s makes it do so",
		name, name);
	return -ENOSPC;
}

/* The namespace that is to be configured: with labels the region's seed, without them the only one,
 * if nobody has it. */
static int choose_namespace(struct plan *plan)
{
	struct ndctl_region *region = plan->region;
	struct kernel *kernel = entity_kernel(&region->entity);

	plan->ndns = ndctl_region_get_namespace_seed(region);
	if (!plan->labelled && !plan->ndns)
		plan->ndns = ndctl_namespace_get_first(region);
	if (!plan->ndns)
		return kernel_fail(kernel, ENODEV, "it has no namespace that could be configured");
	if (!ndctl_namespace_is_active(plan->ndns))
		return 0;
	return say_no_seed(region, plan->ndns);
}

static int check_region(struct ndctl_region *region)
{
	struct kernel *kernel = entity_kernel(&region->entity);
	int err = 0;

	if (!ndctl_region_is_enabled(region)) {
		err = kernel_fail(kernel, ENODEV, "it is disabled");
		kernel_hint(kernel, "ndctl enable-region %s", entity_name(&region->entity));
	} else if (ndctl_region_get_ro(region) > 0) {
		err = kernel_fail(kernel, EROFS, "it is read-only");
		kernel_hint(kernel, "ndctl list -RD shows whether its DIMMs are in trouble");
	}
	return err;
}

/* ---- steps ---- */

struct allocation {
	struct ndctl_namespace *ndns;
	char uuid[UUID_STR_LEN];
	char size[32];
};

static int write_namespace(
	struct ndctl_namespace *ndns, enum namespace_attr attr, const char *value)
{
	int err = object_write(&ndns->entity.object, attr, value);

	ctx_forget(ndns->entity.ctx);
	return err;
}

/* A namespace of size 0 has no uuid either; unless it is the seed, it is gone. */
static int undo_allocate(void *data)
{
	const struct allocation *allocation = data;

	return write_namespace(allocation->ndns, NS_SIZE, "0");
}

static int do_allocate(void *data)
{
	const struct allocation *allocation = data;

	return write_namespace(allocation->ndns, NS_UUID, allocation->uuid)
		?: write_namespace(allocation->ndns, NS_SIZE, allocation->size);
}

static int step_allocate(struct txn *txn, const struct plan *plan)
{
	struct allocation *allocation = calloc(1, sizeof(*allocation));
	struct step step = {do_allocate, undo_allocate, free, allocation};

	if (!allocation)
		return -ENOMEM;
	allocation->ndns = plan->ndns;
	uuid_unparse_lower(plan->uuid, allocation->uuid);
	snprintf(allocation->size, sizeof(allocation->size), "%" PRIu64, plan->size);
	return txn_undo_in_part(txn,
		txn_add(txn, step, "allocate %s for %s, uuid %s", size_text(plan->size).text,
			entity_name(&plan->ndns->entity), allocation->uuid));
}

/* An attribute of the namespace is only written if that changes it. */
static int plan_write(
	struct txn *txn, const struct plan *plan, enum namespace_attr attr, const char *value)
{
	const char *before = object_text(&plan->ndns->entity.object, attr);

	if (!before || strcmp(before, value) == 0)
		return 0;
	return step_write(txn, &plan->ndns->entity, attr, value, before);
}

static int plan_sector_size(struct txn *txn, const struct plan *plan)
{
	struct ndctl_namespace *ndns = plan->ndns;
	char after[16], before[16];

	/* Only those that the namespace offers; a btt has further ones of its own. */
	if (!spec_offers_sector_size(ndns, plan->sector_size) ||
		ndctl_namespace_get_sector_size(ndns) == plan->sector_size)
		return 0;
	snprintf(after, sizeof(after), "%u", plan->sector_size);
	snprintf(before, sizeof(before), "%u", ndctl_namespace_get_sector_size(ndns));
	return step_write(txn, &ndns->entity, NS_SECTOR_SIZE, after, before);
}

/* A namespace that exists is changed in place: what it was can then be put back, content and all.
 */
static int plan_change(struct txn *txn, const struct plan *plan)
{
	struct entity *entity = &plan->ndns->entity;
	char uuid[UUID_STR_LEN], old_uuid[UUID_STR_LEN], size[32], old_size[32];
	uint64_t now = ndctl_namespace_get_size(plan->ndns);
	uuid_t old;

	ndctl_namespace_get_uuid(plan->ndns, old);
	uuid_unparse_lower(old, old_uuid);
	uuid_unparse_lower(plan->uuid, uuid);
	snprintf(size, sizeof(size), "%" PRIu64, plan->size);
	snprintf(old_size, sizeof(old_size), "%" PRIu64, now);
	/* The kernel takes no uuid that a namespace has, be it the same one. */
	int err = uuid_compare(old, plan->uuid) == 0
		? 0
		: step_write(txn, entity, NS_UUID, uuid, old_uuid);
	/* It is with the size that the kernel writes the label: always. */
	return err ?: step_write(txn, entity, NS_SIZE, size, old_size);
}

static int plan_label(struct txn *txn, const struct plan *plan)
{
	bool fresh = ndctl_namespace_get_size(plan->ndns) == 0;
	int err = step_guard_labels(txn, plan->ndns, plan->uuid);

	if (!err)
		err = fresh ? step_allocate(txn, plan) : plan_change(txn, plan);
	if (!err)
		err = plan_write(txn, plan, NS_ALT_NAME, plan->name);
	if (!err)
		err = plan_sector_size(txn, plan);
	return err ?: plan_write(txn, plan, NS_HOLDER_CLASS, plan->row->holder_class);
}

struct bringup {
	struct claim *claim;
	const char *driver;
	enum ndctl_pfn_loc map;
	uint64_t size;
};

static int undo_bringup(void *data)
{
	const struct bringup *bringup = data;

	struct entity *entity = &bringup->claim->entity;

	return entity_is_bound(entity) ? entity_unbind(entity) : 0;
}

static int say_map_needed(struct entity *entity, uint64_t size)
{
	struct kernel *kernel = entity_kernel(entity);
	struct size_text cost = size_text(page_map_size(size));
	int err = kernel_fail(kernel, ENXIO, "this kernel has no page-less device-dax");

	kernel_hint(kernel, "--map dev takes %s of it for the page map, --map mem %s of memory",
		cost.text, cost.text);
	return err;
}

/* The kernel may accept a claim and then find that alignment has left nothing of it. */
static int do_bringup(void *data)
{
	const struct bringup *bringup = data;
	struct entity *entity = &bringup->claim->entity;
	int err = entity_bind(entity, bringup->driver);

	if (err == -ENXIO && entity->kind == KIND_DAX && bringup->map == NDCTL_PFN_LOC_NONE)
		return say_map_needed(entity, bringup->size);
	if (err || object_u64_or(&entity->object, CLAIM_SIZE, 0) > 0)
		return err;
	return kernel_fail(
		entity_kernel(entity), ENXIO, "the alignment would leave no usable byte of it");
}

static int step_bringup(struct txn *txn, const struct plan *plan)
{
	struct claim *claim = plan->claim;
	struct bringup *bringup = calloc(1, sizeof(*bringup));
	struct step step = {do_bringup, undo_bringup, free, bringup};

	if (!bringup)
		return -ENOMEM;
	*bringup = (struct bringup){
		claim, claim_rows[claim->entity.kind].driver, plan->map, plan->size};
	return txn_undo_in_part(txn,
		txn_add(txn, step, "bind %s to %s", entity_name(&claim->entity), bringup->driver));
}

static int plan_claim(struct txn *txn, const struct plan *plan)
{
	struct claim_plan claim = {
		.claim = plan->claim,
		.size = plan->size,
		.ndns = plan->ndns,
		.map = plan->map,
		.align = plan->align,
		.sector_size = plan->sector_size,
	};

	if (!plan->claim)
		return step_enable(txn, plan->ndns);
	uuid_generate(claim.uuid);
	return step_claim(txn, &claim) ?: step_bringup(txn, plan);
}

/* Info blocks that others left could make the kernel bring up something else than what is asked
 * for, now or at the next boot. Where there is a new uuid it knows those of pfn and dax devices as
 * strangers to the namespace. */
static bool needs_wipe(const struct plan *plan)
{
	return plan->old || !plan->labelled || !plan->claim;
}

static int plan_steps(struct txn *txn, const struct plan *plan)
{
	int err = plan->old ? step_disable(txn, plan->old) : 0;

	/* A part of a region has to be there before it can be looked at. */
	if (!err && needs_wipe(plan) && ndctl_namespace_get_size(plan->ndns) > 0)
		err = step_wipe(txn, plan->ndns, NULL);
	if (!err && plan->labelled)
		err = plan_label(txn, plan);
	if (!err && needs_wipe(plan) && ndctl_namespace_get_size(plan->ndns) == 0)
		err = step_wipe(txn, plan->ndns, NULL);
	return err ?: plan_claim(txn, plan);
}

static int run(struct txn *txn, const struct plan *plan, struct ndctl_namespace **out)
{
	int err = plan_steps(txn, plan);

	if (err)
		return err;
	if (plan->flags & NDCTL_CHANGE_DRY_RUN)
		return txn_describe(txn);
	if (plan->flags & NDCTL_CHANGE_NO_RECOVER)
		txn_keep(txn);
	err = txn_run(txn);
	ctx_forget(plan->ndns->entity.ctx);
	if (err)
		labels_hint(plan->region);
	if (err && plan->flags & NDCTL_CHANGE_NO_RECOVER)
		kernel_hint(entity_kernel(&plan->region->entity),
			"what was done is left as it is: ndctl destroy-namespace --force %s",
			entity_name(&plan->ndns->entity));
	if (!err && out)
		*out = plan->ndns;
	return err;
}

/* Under the region's lock. */
static int create_here(struct txn *txn, struct ndctl_region *region,
	const struct ndctl_namespace_spec *spec, struct ndctl_namespace **out)
{
	struct plan plan = {.region = region};
	int err = check_region(region);

	if (err)
		return err;
	plan.labelled = ndctl_region_get_nstype(region) == ND_DEVICE_NAMESPACE_PMEM;
	err = choose_namespace(&plan);
	if (!err)
		err = spec_complete(&plan, spec);
	return err ?: run(txn, &plan, out);
}

static int create(struct ndctl_region *region, const struct ndctl_namespace_spec *spec,
	struct ndctl_namespace **out)
{
	AUTO_TXN struct txn *txn = NULL;
	int err = ctx_txn(region->entity.ctx, &txn);

	if (!err)
		err = region_lock(region, txn);
	return err ?: create_here(txn, region, spec, out);
}

EXPORT int ndctl_region_create_namespace(struct ndctl_region *region,
	const struct ndctl_namespace_spec *spec, struct ndctl_namespace **ndns)
{
	if (ndns)
		*ndns = NULL;
	int err = create(region, spec, ndns);

	return err ? kernel_fail_while(entity_kernel(&region->entity), err,
			     "%s: no namespace can be created", entity_name(&region->entity))
		   : 0;
}

/* The kernel shows what it would make the next namespace of: to take that for an old one would,
 * unless a size is asked for, take all that is free. */
static int check_exists(struct ndctl_namespace *ndns, const struct ndctl_namespace_spec *spec)
{
	struct kernel *kernel = entity_kernel(&ndns->entity);

	if (spec->size || ndctl_namespace_get_size(ndns) > 0)
		return 0;
	kernel_fail(kernel, EINVAL, "it has no capacity: it waits to become a namespace");
	kernel_hint(kernel, "ndctl create-namespace without --reconfig makes one");
	return -EINVAL;
}

static int check_not_used(struct ndctl_namespace *ndns, unsigned flags)
{
	struct kernel *kernel = entity_kernel(&ndns->entity);
	int err = namespace_check_idle(ndns);

	if (!err && ndctl_namespace_is_active(ndns) && !(flags & NDCTL_CHANGE_FORCE)) {
		err = kernel_fail(kernel, EBUSY, "it is enabled");
		kernel_hint(kernel, "ndctl disable-namespace %s, or use --force",
			entity_name(&ndns->entity));
	}
	return err;
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
	uint64_t size = ndctl_namespace_get_size(old);
	int err = spec_complete(&plan, spec);

	if (err)
		return err;
	err = run(txn, &plan, out);
	if (err == -ENXIO && plan.labelled && plan.size > size)
		kernel_hint(entity_kernel(&old->entity),
			"a namespace can only grow into free capacity that follows it; a new one "
			"of up to %s can be created",
			size_text(ndctl_region_get_max_available_extent(plan.region)).text);
	return err;
}

/* The region gets labels first, and then a namespace that fills it. Both come to pass, or
 * neither. */
static int reconfigure_labelled(struct txn *txn, struct ndctl_namespace *old,
	const struct ndctl_namespace_spec *spec, struct ndctl_namespace **out)
{
	AUTO_TXN struct txn *second = NULL;
	struct ndctl_region *region = entity_region(&old->entity);
	struct ndctl_namespace_spec inherited = {0};
	int err = ctx_txn(old->entity.ctx, &second);

	spec_copy(&inherited, spec);
	if (inherited.mode == NDCTL_NS_MODE_UNKNOWN)
		inherited.mode = ndctl_namespace_get_mode(old);
	if (!err)
		err = autolabel_plan(txn, old);
	if (err)
		return err;
	if (spec->flags & NDCTL_CHANGE_DRY_RUN)
		return txn_describe(txn);
	err = txn_run(txn);
	if (err)
		return err;
	autolabel_settle(region);
	err = create_here(second, region, &inherited, out);
	if (!err)
		return 0;
	if (spec->flags & NDCTL_CHANGE_NO_RECOVER)
		return err;
	txn_undo(txn, err);
	/* A kernel that has seen labels on a dimm takes it for labelled until it starts again. */
	if (ndctl_region_get_nstype(region) == ND_DEVICE_NAMESPACE_PMEM)
		kernel_hint(entity_kernel(&region->entity),
			"the labels are removed again, but %s comes back only when %s is set up "
			"anew, as by a reboot",
			entity_name(&old->entity), entity_name(&region->entity));
	return err;
}

static int reconfigure(struct ndctl_namespace *old, const struct ndctl_namespace_spec *spec,
	struct ndctl_namespace **out)
{
	AUTO_TXN struct txn *txn = NULL;
	struct ndctl_region *region = entity_region(&old->entity);
	int err = ctx_txn(old->entity.ctx, &txn);

	if (!err)
		err = region_lock(region, txn);
	if (!err)
		err = check_region(region);
	if (!err)
		err = check_exists(old, spec);
	if (!err)
		err = check_not_used(old, spec->flags);
	if (err)
		return err;
	if (spec->flags & NDCTL_CHANGE_AUTOLABEL && autolabel_fits(old))
		return reconfigure_labelled(txn, old, spec, out);
	return reconfigure_here(txn, old, spec, out);
}

EXPORT int ndctl_namespace_reconfigure(struct ndctl_namespace *old,
	const struct ndctl_namespace_spec *spec, struct ndctl_namespace **ndns)
{
	if (ndns)
		*ndns = NULL;
	int err = reconfigure(old, spec, ndns);

	return err ? kernel_fail_while(entity_kernel(&old->entity), err,
			     "%s: cannot be reconfigured", entity_name(&old->entity))
		   : 0;
}

/* ---- back to what leaves no trace ---- */

/* 1 if it is devdax without a page map, 0 if it is raw. */
static int is_mapless(struct ndctl_namespace *ndns)
{
	struct kernel *kernel = entity_kernel(&ndns->entity);
	struct ndctl_dax *dax = ndctl_namespace_get_dax(ndns);
	enum ndctl_namespace_mode mode = ndctl_namespace_get_mode(ndns);

	if (dax && ndctl_dax_is_enabled(dax) && ndctl_dax_get_location(dax) == NDCTL_PFN_LOC_NONE)
		return 1;
	if (mode == NDCTL_NS_MODE_RAW && !dax)
		return 0;
	kernel_fail(kernel, EINVAL, "it is not raw, but made for something else");
	kernel_hint(kernel,
		"ndctl create-namespace --reconfig %s --mode devdax --map none makes "
		"it anew; its content is lost",
		entity_name(&ndns->entity));
	return -EINVAL;
}

static int restore_mapless(struct ndctl_namespace *ndns, unsigned long align, unsigned flags)
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
	AUTO_TXN struct txn *txn = NULL;
	int err = ctx_txn(ndns->entity.ctx, &txn);

	if (!err)
		err = region_lock(plan.region, txn);
	if (!err)
		err = is_mapless(ndns);
	if (!err)
		err = check_region(plan.region) ?: check_not_used(ndns, NDCTL_CHANGE_FORCE);
	if (!err)
		err = spec_complete(&plan, &spec);
	if (!err)
		err = step_disable(txn, ndns) ?: plan_claim(txn, &plan);
	if (err)
		return err;
	if (flags & NDCTL_CHANGE_DRY_RUN)
		return txn_describe(txn);
	err = txn_run(txn);
	ctx_forget(ndns->entity.ctx);
	return err;
}

EXPORT int ndctl_namespace_restore_mapless(
	struct ndctl_namespace *ndns, unsigned long align, unsigned flags)
{
	int err = restore_mapless(ndns, align, flags);

	return err < 0 ? kernel_fail_while(entity_kernel(&ndns->entity), err,
				 "%s: cannot become devdax again", entity_name(&ndns->entity))
		       : err;
}

/* ---- destroying ---- */

/* Whatever is written to the name, the kernel writes the labels of all dimms. */
static int do_relabel(void *data)
{
	struct ndctl_namespace *ndns = data;
	AUTO_FREE char *name = strdup(ndctl_namespace_get_alt_name(ndns));

	return name ? ndctl_namespace_set_alt_name(ndns, name) : -ENOMEM;
}

/* A kernel that cannot write a label while it gives up the capacity has given it up nevertheless:
 * it is tried out while nothing is lost. */
static int plan_labels(struct txn *txn, struct ndctl_namespace *ndns)
{
	struct step step = {.apply = do_relabel, .data = ndns};

	if (ndctl_namespace_get_size(ndns) == 0)
		return 0;
	return step_guard_labels(txn, ndns, NULL)
		?: txn_add(txn, step, "write the labels of %s as they are",
			   ndctl_namespace_get_devname(ndns));
}

static int plan_destroy(struct txn *txn, struct ndctl_namespace *ndns, bool labelled, bool *wiped)
{
	int err = step_disable(txn, ndns);

	if (!err && labelled)
		err = plan_labels(txn, ndns);
	if (!err)
		err = step_wipe(txn, ndns, wiped);
	if (err || !labelled)
		return err;
	/* The last step: nothing that could fail comes after it. A kernel that fails has forgotten
	 * the namespace: it has to be there before its info block can be written back. */
	return step_guard_labels(txn, ndns, NULL)
		?: step_write(txn, &ndns->entity, NS_SIZE, "0", NULL);
}

static int run_destroy(struct txn *txn, struct ndctl_namespace *ndns, unsigned flags)
{
	bool labelled = ndctl_namespace_get_type(ndns) == ND_DEVICE_NAMESPACE_PMEM;
	bool wiped = false;
	int err = plan_destroy(txn, ndns, labelled, &wiped);

	if (err)
		return err;
	if (flags & NDCTL_CHANGE_DRY_RUN)
		return txn_describe(txn);
	err = txn_run(txn);
	if (err)
		labels_hint(entity_region(&ndns->entity));
	if (err || labelled || wiped)
		return err;
	/* There was nothing to destroy: it is left alone. */
	txn_undo(txn, 0);
	kernel_clear_error(entity_kernel(&ndns->entity));
	return 1;
}

static int destroy(struct ndctl_namespace *ndns, unsigned flags)
{
	AUTO_TXN struct txn *txn = NULL;
	struct ndctl_region *region = entity_region(&ndns->entity);
	int err = ctx_txn(ndns->entity.ctx, &txn);

	if (!err)
		err = region_lock(region, txn);
	if (err)
		return err;
	if (ndctl_namespace_get_size(ndns) == 0 && !namespace_claim(ndns))
		return 1;
	err = check_region(region);
	if (!err)
		err = check_not_used(ndns, flags);
	return err ?: run_destroy(txn, ndns, flags);
}

EXPORT int ndctl_namespace_destroy(struct ndctl_namespace *ndns, unsigned flags)
{
	int err = destroy(ndns, flags);

	return err < 0 ? kernel_fail_while(entity_kernel(&ndns->entity), err,
				 "%s: cannot be destroyed", entity_name(&ndns->entity))
		       : err;
}
