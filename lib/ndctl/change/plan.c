/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "plan.h"

#include <inttypes.h>
#include <ndctl/format/infoblock.h>
#include <stdio.h>
#include <string.h>

#include "guard.h"
#include "remedy.h"

/* Complete a plan, turn it into steps, and run them. */

int plan_check_region(struct ndctl_region *region)
{
	struct kernel *kernel = entity_kernel(&region->entity);
	bool enabled = false;
	int err = entity_check_bound(&region->entity, &enabled);

	if (err)
		return err;
	if (!enabled) {
		kernel_fail(kernel, ENODEV, "the region is disabled");
		kernel_hint(kernel, "ndctl enable-region %s", entity_name(&region->entity));
		return -ENODEV;
	}
	if (ndctl_region_get_ro(region) > 0) {
		kernel_fail(kernel, EROFS, "the region is read-only");
		kernel_hint(kernel, "look for flags of its DIMMs: ndctl list -RD");
		return -EROFS;
	}
	if (ndctl_region_get_nstype(region) == 0)
		return kernel_fail(kernel, ENXIO, "cannot read whether the region has labels");
	return 0;
}

int plan_settle(const struct txn *txn, struct ndctl_namespace *ndns)
{
	return txn_is_dry_run(txn) ? 0 : namespace_settle(ndns);
}

int plan_check_not_used(struct ndctl_namespace *ndns, unsigned flags)
{
	struct kernel *kernel = entity_kernel(&ndns->entity);
	int err = namespace_check_idle(ndns);

	if (err || !ndctl_namespace_is_active(ndns) || flags & NDCTL_CHANGE_FORCE)
		return err;
	kernel_fail(kernel, EBUSY, "the namespace is enabled");
	kernel_hint(kernel, "use --force, or first: ndctl disable-namespace %s",
		entity_name(&ndns->entity));
	return -EBUSY;
}

/* ---- completing ---- */

/* Hint at other regions with free capacity. */
static void hint_other_regions(const struct plan *plan)
{
	struct ndctl_ctx *ctx = plan->region->entity.ctx;
	char text[256] = "";
	size_t used = 0;

	for (struct entity *entity = entity_first(ctx, KIND_REGION); entity;
		entity = entity_next(entity)) {
		struct ndctl_region *region = (struct ndctl_region *)entity;
		uint64_t most = ndctl_region_get_max_available_extent(region);
		if (region == plan->region || !ndctl_region_is_enabled(region) || !most ||
			most == ULLONG_MAX || ndctl_region_get_ro(region) > 0 ||
			used >= sizeof(text))
			continue;
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s has %s",
			used ? ", " : "", entity_name(entity), size_text(most).text);
	}
	if (used)
		kernel_hint(entity_kernel(&plan->region->entity),
			"use another region: %s free in one piece", text);
}

int plan_complete(struct plan *plan, const struct ndctl_namespace_spec *given)
{
	struct kernel *kernel = entity_kernel(&plan->region->entity);
	struct ndctl_namespace_spec asked;
	AUTO_FACTS struct facts facts;

	spec_copy(&asked, given);
	int err = facts_read(&facts, plan->ndns, plan->old, plan->labelled, &asked)
		?: spec_complete(&plan->spec, kernel, &facts, &asked);
	if (plan->spec.is_full)
		hint_other_regions(plan);
	if (err || plan->spec.row->claim == KIND_COUNT)
		return err;
	plan->claim =
		(struct claim *)region_seed(plan->region, claim_rows[plan->spec.row->claim].seed);
	return plan->claim ? 0 : kernel_fail(kernel, ENODEV, "%s is gone", facts.seed.name);
}

/* ---- steps ---- */

struct allocation {
	struct ndctl_namespace *ndns;
	char before[UUID_STR_LEN]; /* uuid of a seed that a killed process left; else "" */
	char uuid[UUID_STR_LEN];
	char size[32];
	bool named; /* we gave it our uuid */
	bool sized; /* we may have given it our size */
};

static int write_namespace_attr(
	struct ndctl_namespace *ndns, enum namespace_attr attr, const char *value)
{
	int err = object_write(&ndns->entity.object, attr, value);

	ctx_forget(ndns->entity.ctx);
	return err;
}

/* Read uuid and size right before each write: programs that do not know our lock may take the seed
 * at any moment. */
static int read_owner(struct ndctl_namespace *ndns, char *uuid, uint64_t *size)
{
	struct object *object = &ndns->entity.object;
	uuid_t bytes;

	object_invalidate(object);
	int err = object_uuid(object, NS_UUID, bytes) ?: object_u64(object, NS_SIZE, size);
	if (err)
		return kernel_fail(entity_kernel(&ndns->entity), -err,
			"cannot read which program configures it: %s", strerror(-err));
	uuid_unparse_lower(bytes, uuid);
	if (uuid_is_null(bytes))
		*uuid = '\0';
	return 0;
}

/* Return -EBUSY unless the seed has the uuid @ours ("": none), and no size. */
static int check_seed_owner(struct ndctl_namespace *ndns, const char *ours)
{
	char uuid[UUID_STR_LEN];
	uint64_t size;
	int err = read_owner(ndns, uuid, &size);

	if (err || (size == 0 && strcmp(uuid, ours) == 0))
		return err;
	return kernel_fail(entity_kernel(&ndns->entity), EBUSY, "another program is configuring %s",
		entity_name(&ndns->entity));
}

/* Write a size of 0: the kernel then forgets the uuid too, and deletes the namespace unless it is
 * the seed. */
static int undo_allocate(void *data)
{
	const struct allocation *allocation = data;
	struct ndctl_namespace *ndns = allocation->ndns;
	char uuid[UUID_STR_LEN];
	uint64_t size;

	if (!allocation->named)
		return 0;
	int err = read_owner(ndns, uuid, &size);
	if (err || strcmp(uuid, allocation->uuid) != 0)
		return err;
	if (size && !allocation->sized)
		return kernel_fail(entity_kernel(&ndns->entity), EBUSY,
			"another program has given %s a size", entity_name(&ndns->entity));
	err = write_namespace_attr(ndns, NS_SIZE, "0");
	if (err || !*allocation->before)
		return err;
	return write_namespace_attr(ndns, NS_UUID, allocation->before);
}

static int do_allocate(void *data)
{
	struct allocation *allocation = data;
	struct ndctl_namespace *ndns = allocation->ndns;
	int err = check_seed_owner(ndns, allocation->before)
		?: write_namespace_attr(ndns, NS_UUID, allocation->uuid);

	allocation->named = !err;
	err = err ?: check_seed_owner(ndns, allocation->uuid);
	allocation->sized = !err;
	return err ?: write_namespace_attr(ndns, NS_SIZE, allocation->size);
}

static int step_allocate(struct txn *txn, const struct plan *plan)
{
	struct allocation *allocation = calloc(1, sizeof(*allocation));
	struct step step = {do_allocate, undo_allocate, free, allocation};
	uuid_t before;

	if (!allocation)
		return -ENOMEM;
	if (entity_read_uuid(&plan->ndns->entity, before) == 0 && !uuid_is_null(before))
		uuid_unparse_lower(before, allocation->before);
	allocation->ndns = plan->ndns;
	uuid_unparse_lower(plan->spec.uuid, allocation->uuid);
	snprintf(allocation->size, sizeof(allocation->size), "%" PRIu64, plan->spec.size);
	return txn_undo_guarded(txn,
		txn_add(txn, step, "allocate %s for %s, uuid %s", size_text(plan->spec.size).text,
			entity_name(&plan->ndns->entity), allocation->uuid));
}

/* Add a step that writes an attribute of the namespace, unless it has the value. */
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

	/* Write only sizes that the namespace offers: a btt has further ones of its own. */
	if (!choices_offer(namespace_sector_sizes(ndns), plan->spec.sector_size) ||
		namespace_sector_size(ndns) == plan->spec.sector_size)
		return 0;
	snprintf(after, sizeof(after), "%u", plan->spec.sector_size);
	snprintf(before, sizeof(before), "%u", namespace_sector_size(ndns));
	return step_write(txn, &ndns->entity, NS_SECTOR_SIZE, after, before);
}

/* Change an existing namespace in place, so that an undo can restore it, content and all. */
static int plan_change(struct txn *txn, const struct plan *plan)
{
	struct entity *entity = &plan->ndns->entity;
	char uuid[UUID_STR_LEN], old_uuid[UUID_STR_LEN], size[32], old_size[32];
	uint64_t now;
	uuid_t old;

	int err = namespace_read_owner(plan->ndns, old) ?: namespace_read_size(plan->ndns, &now);
	if (err)
		return err;
	uuid_unparse_lower(old, old_uuid);
	uuid_unparse_lower(plan->spec.uuid, uuid);
	snprintf(size, sizeof(size), "%" PRIu64, plan->spec.size);
	snprintf(old_size, sizeof(old_size), "%" PRIu64, now);
	/* Skip a uuid that it has: the kernel refuses each uuid in use, even by the same namespace.
	 */
	err = uuid_compare(old, plan->spec.uuid) == 0
		? 0
		: step_write(txn, entity, NS_UUID, uuid, old_uuid);
	/* Write the size in any case: the kernel writes the label with it. */
	return err ?: step_write(txn, entity, NS_SIZE, size, old_size);
}

static int do_check_start(void *data)
{
	struct ndctl_namespace *ndns = data;
	struct region_facts region = region_facts_read(entity_region(&ndns->entity));
	struct place place = place_read(ndns);

	return place_check_start(entity_kernel(&ndns->entity), &region, &place);
}

/* Check the start after the allocation: only the kernel chooses the place of a new namespace. */
static int plan_check_start(struct txn *txn, const struct plan *plan)
{
	const struct step check = {.apply = do_check_start, .data = plan->ndns};
	struct region_facts region = region_facts_read(plan->region);

	if (!plan->spec.row->has_map || plan->spec.map == NDCTL_PFN_LOC_NONE ||
		!place_may_be_misaligned(&region))
		return 0;
	return txn_add(txn, check, "check that the start of %s is aligned",
		entity_name(&plan->ndns->entity));
}

static int plan_label(struct txn *txn, const struct plan *plan)
{
	bool fresh = namespace_is_seed(plan->ndns);
	int err = guard_labels(txn, plan->ndns, plan->spec.uuid);

	if (err)
		return err;
	err = fresh ? step_allocate(txn, plan) : plan_change(txn, plan);
	if (err)
		return err;
	err = plan_check_start(txn, plan) ?: plan_write(txn, plan, NS_ALT_NAME, plan->spec.name);
	if (err)
		return err;
	return plan_sector_size(txn, plan)
		?: plan_write(txn, plan, NS_HOLDER_CLASS, plan->spec.row->holder_class);
}

struct bringup {
	struct claim *claim;
	const char *driver;
	enum ndctl_pfn_loc map;
	uint64_t size;
};

/* Unbind the claim, whoever bound it: it has our uuid, and cannot stay. */
static int undo_bringup(void *data)
{
	const struct bringup *bringup = data;
	struct entity *entity = &bringup->claim->entity;

	bool bound;
	int err = entity_check_bound(entity, &bound);

	return err || !bound ? err : entity_unbind_from(entity, bringup->driver);
}

static int say_map_needed(struct entity *entity, uint64_t size)
{
	struct kernel *kernel = entity_kernel(entity);
	struct size_text cost = size_text(struct_pages_size(size));
	int err = kernel_fail(
		kernel, ENXIO, "this kernel does not support devdax without struct pages");

	kernel_hint(kernel,
		"use --map dev (takes %s of the namespace for struct pages), or --map mem (takes %s of RAM)",
		cost.text, cost.text);
	return err;
}

/* Check the size: the kernel may accept a claim of which alignment has left nothing. */
static int do_bringup(void *data)
{
	const struct bringup *bringup = data;
	struct entity *entity = &bringup->claim->entity;
	int err = entity_bind(entity, bringup->driver);

	if (err == -ENXIO && entity->kind == KIND_DAX && bringup->map == NDCTL_PFN_LOC_NONE)
		return say_map_needed(entity, bringup->size);
	if (err || object_u64_or(&entity->object, CLAIM_SIZE, 0) > 0)
		return err;
	return kernel_fail(entity_kernel(entity), ENXIO,
		"the alignment leaves no usable byte of the namespace");
}

static int step_bringup(struct txn *txn, const struct plan *plan)
{
	struct claim *claim = plan->claim;
	struct bringup *bringup = calloc(1, sizeof(*bringup));
	struct step step = {do_bringup, undo_bringup, free, bringup};

	if (!bringup)
		return -ENOMEM;
	*bringup = (struct bringup){
		claim, claim_rows[claim->entity.kind].driver, plan->spec.map, plan->spec.size};
	return txn_undo_in_part(txn,
		txn_add(txn, step, "bind %s to %s", entity_name(&claim->entity), bringup->driver));
}

static int do_check_mapped(void *data)
{
	struct ndctl_namespace *ndns = data;

	if (ndctl_namespace_get_mode(ndns) == NDCTL_NS_MODE_FSDAX)
		return 0;
	return kernel_fail(entity_kernel(&ndns->entity), EOPNOTSUPP,
		"the kernel does not map the namespace without an info block: use --map dev");
}

static int plan_unclaimed(struct txn *txn, const struct plan *plan)
{
	const struct step check = {.apply = do_check_mapped, .data = plan->ndns};
	int err = step_enable(txn, plan->ndns);

	if (err || plan->spec.map != NDCTL_PFN_LOC_RAM)
		return err;
	return txn_add(txn, check, "check that the kernel maps it");
}

int plan_claim(struct txn *txn, const struct plan *plan)
{
	struct claim_plan claim = {
		.claim = plan->claim,
		.size = plan->spec.size,
		.ndns = plan->ndns,
		.map = plan->spec.map,
		.align = plan->spec.align,
		.sector_size = plan->spec.sector_size,
	};

	if (!plan->claim)
		return plan_unclaimed(txn, plan);
	uuid_generate(claim.uuid);
	return step_claim(txn, &claim) ?: step_bringup(txn, plan);
}

/* Return whether info blocks have to be erased: the kernel could bring up what they say, now or at
 * the next boot. With a new uuid it ignores those of pfn and dax devices, whose parent uuid
 * differs. */
static bool needs_wipe(const struct plan *plan)
{
	return plan->old || !plan->labelled || !plan->claim;
}

static int plan_steps(struct txn *txn, const struct plan *plan)
{
	/* Tell whether the new claim writes metadata behind the info blocks: a btt its map and log,
	 * a pfn or dax device its struct pages. */
	bool grows = plan->old && plan->claim &&
		(plan->claim->entity.kind == KIND_BTT || plan->spec.map == NDCTL_PFN_LOC_PMEM);
	bool exists = !namespace_is_seed(plan->ndns);
	bool wipes = needs_wipe(plan);
	int err = plan->old ? step_disable(txn, plan->old) : 0;

	/* Erase before the label steps if the namespace exists, and after them if they create it.
	 */
	if (wipes && exists)
		err = err ?: step_wipe(txn, plan->ndns, grows, NULL);
	if (plan->labelled)
		err = err ?: plan_label(txn, plan);
	if (wipes && !exists)
		err = err ?: step_wipe(txn, plan->ndns, false, NULL);
	return err ?: plan_claim(txn, plan);
}

/* Load the driver first: a module that comes while the claim exists lets the kernel bind it on its
 * own. */
static int load_claim_driver(const struct plan *plan)
{
	struct entity *entity = plan->claim ? &plan->claim->entity : NULL;

	return entity ? entity_load_driver(entity, claim_rows[entity->kind].driver) : 0;
}

/* Hint at what a failed change leaves to do. */
static void plan_hint(const struct plan *plan)
{
	guard_hint(plan->region);
	remedy_hint(plan->ndns);
	if (plan->spec.flags & NDCTL_CHANGE_NO_RECOVER)
		kernel_hint(entity_kernel(&plan->region->entity),
			"the steps taken stay: ndctl destroy-namespace --force %s",
			entity_name(&plan->ndns->entity));
}

int plan_run(struct txn *txn, const struct plan *plan, struct ndctl_namespace **out)
{
	int err = plan_steps(txn, plan);

	if (err)
		return err;
	if (txn_is_dry_run(txn))
		return txn_run(txn);
	err = load_claim_driver(plan);
	if (err)
		return err;
	if (plan->spec.flags & NDCTL_CHANGE_NO_RECOVER)
		txn_keep(txn);
	err = txn_run(txn);
	ctx_forget(plan->ndns->entity.ctx);
	if (err) {
		plan_hint(plan);
		return err;
	}
	entity_keep_other(&plan->ndns->entity);
	if (plan->claim)
		entity_keep_other(&plan->claim->entity);
	if (out)
		*out = plan->ndns;
	return 0;
}
