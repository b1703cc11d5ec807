/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guard.h"

#include <ndctl/identity.h>
#include <ndctl/labels/labelio.h>
#include <ndctl/private.h>

#include "repair.h"

/* A DIMM, and its index blocks before the change: NULL if they could not be read. */
struct guarded {
	struct ndctl_dimm *dimm;
	uint8_t *indexes;
	unsigned minor; /* version 1.MINOR of its labels; 0: unknown */
};

struct guard {
	struct ndctl_region *region;
	struct ndctl_namespace *ndns;
	uuid_t uuid; /* of the namespace; null: it is being created */
	uuid_t next; /* that it is about to get; null: none */
	size_t count, most;
	struct guarded dimms[];
};

static void guard_free(void *data)
{
	struct guard *guard = data;

	for (size_t i = 0; i < guard->count; i++)
		free(guard->dimms[i].indexes);
	free(guard);
}

static int guard_read_indexes(struct guarded *guarded)
{
	AUTO_AREA struct area area = AREA_INIT;
	struct label_state state;
	int err = area_open(guarded->dimm, &area)
		?: area_read_indexes(guarded->dimm, &area, &guarded->indexes);

	if (err) {
		free(guarded->indexes);
		guarded->indexes = NULL;
		return err;
	}
	if (label_find(guarded->indexes, label_index_room(area.size), area.size, &state))
		guarded->minor = state.index[state.current].minor;
	return 0;
}

/* Reads the index blocks of all DIMMs that can be read. Returns 0 or the first failure. */
static int guard_read(struct guard *guard)
{
	struct ndctl_mapping *mapping;
	int result = 0;

	ndctl_mapping_foreach (guard->region, mapping) {
		struct ndctl_dimm *dimm = ndctl_mapping_get_dimm(mapping);
		if (!dimm || guard->count == guard->most)
			continue;
		guard->dimms[guard->count].dimm = dimm;
		int err = guard_read_indexes(&guard->dimms[guard->count++]);
		result = result ?: err;
	}
	return result;
}

/* The set cookie, by which the kernel finds the labels of a set, depends on their version: it would
 * write a label on each DIMM, and refuse the region at the next boot. */
static int guard_check_versions(const struct guard *guard)
{
	struct kernel *kernel = entity_kernel(&guard->region->entity);
	const struct guarded *first = &guard->dimms[0];

	for (size_t i = 1; i < guard->count; i++) {
		const struct guarded *other = &guard->dimms[i];
		if (!first->minor || !other->minor || first->minor == other->minor)
			continue;
		kernel_fail(kernel, EXDEV,
			"the labels of %s have version 1.%u and those of %s 1.%u: the kernel would not find the namespace at the next boot",
			entity_name(&first->dimm->entity), first->minor,
			entity_name(&other->dimm->entity), other->minor);
		kernel_hint(kernel,
			"with the regions on it idle, give %s labels of the same version (loses the namespaces on it): ndctl init-labels --force --label-version=1.%u %s",
			entity_name(&other->dimm->entity), first->minor,
			entity_name(&other->dimm->entity));
		return -EXDEV;
	}
	return 0;
}

static int guard_set(void *data)
{
	struct guard *guard = data;
	int err = namespace_read_owner(guard->ndns, guard->uuid) ?: guard_read(guard);

	if (err || uuid_is_null(guard->next))
		return err;
	return guard_check_versions(guard);
}

/* The write has failed, but is not undone yet: each index block still tells which slots were free,
 * and those of a DIMM that fails may be unreadable. */
static int guard_set_late(void *data)
{
	guard_read(data);
	return 0;
}

static struct guarded *guard_find(const struct guard *guard, const struct ndctl_dimm *dimm)
{
	for (size_t i = 0; i < guard->count; i++)
		if (guard->dimms[i].dimm == dimm)
			return (struct guarded *)&guard->dimms[i];
	return NULL;
}

/* List the uuids that labels may have: of the namespaces that the kernel knows in @region, and
 * @before, unless that is null. */
static int list_known(
	struct ndctl_region *region, const uuid_t before, uuid_t **list, size_t *count)
{
	struct ndctl_namespace *ndns;
	size_t most = 1;
	int listed = ctx_scan(region->entity.ctx);

	*count = 0;
	if (listed)
		return listed;
	region_foreach_namespace (region, ndns)
		most++;
	*list = calloc(most, sizeof(uuid_t));
	if (!*list)
		return -ENOMEM;
	if (!uuid_is_null(before))
		uuid_copy((*list)[(*count)++], before);
	region_foreach_namespace (region, ndns) {
		int err = *count < most ? namespace_read_owner(ndns, (*list)[*count]) : -EAGAIN;
		if (err)
			return err;
		*count += !uuid_is_null((*list)[*count]);
	}
	return 0;
}

/* Compute what the labels of @repair's region should be. @before, @undone: as in the guard. */
static int guard_plan(
	const struct guard *guard, struct repair *repair, const uuid_t before, const uuid_t undone)
{
	AUTO_FREE uuid_t *known = NULL;
	size_t count;
	int err = repair_read(repair) ?: list_known(repair->region, before, &known, &count);

	if (err)
		return err;
	for (size_t i = 0; i < repair->count; i++) {
		const struct guarded *guarded = guard_find(guard, repair->dimms[i]);
		repair->parts[i].before = guarded ? guarded->indexes : NULL;
	}
	struct label_scope scope = {.known = (const uuid_t *)known, .known_count = count};
	uuid_copy(scope.undone, undone);
	return repair_plan(repair, scope);
}

static int guard_repair(const struct guard *guard)
{
	AUTO_REPAIR struct repair repair = {.region = guard->region, .locked = guard->region};
	AUTO_TXN struct txn *txn = NULL;
	struct ndctl_namespace *lost = NULL;

	ctx_forget(guard->region->entity.ctx);
	int err = nd_ctx_txn(guard->region->entity.ctx, &txn)
		?: region_lock_dimms(guard->region, txn);
	err = err ?: guard_plan(guard, &repair, guard->uuid, guard->next);
	if (!uuid_is_null(guard->uuid) && namespace_is_seed(guard->ndns))
		lost = guard->ndns;
	if (err || !(repair.differing || repair.stale || lost))
		return err;
	entity_mean(&guard->ndns->entity, guard->uuid);
	return (repair_lock_others(&repair) ?: repair_check_names(&repair, lost))
		?: repair_run(&repair, txn, lost);
}

/* Free the slots that the kernel lost and that hold old labels of @other, another region on the
 * DIMMs. Leave it alone if its labels make no sense: that is not the change's doing. */
static int guard_repair_other(const struct guard *guard, struct ndctl_region *other)
{
	static const uuid_t none;
	AUTO_REPAIR struct repair repair = {.region = other, .locked = guard->region};
	AUTO_TXN struct txn *txn = NULL;
	int err = nd_ctx_txn(other->entity.ctx, &txn) ?: region_lock_dimms(other, txn);

	if (err)
		return err;
	if (guard_plan(guard, &repair, none, none) || !repair.differing) {
		kernel_clear_error(entity_kernel(&other->entity));
		return 0;
	}
	return (repair_lock_others(&repair) ?: repair_check_names(&repair, NULL))
		?: repair_run(&repair, txn, NULL);
}

static bool guard_shares(const struct guard *guard, struct ndctl_region *other)
{
	struct ndctl_dimm *dimm;

	ndctl_dimm_foreach_in_region (other, dimm)
		if (other != guard->region && guard_find(guard, dimm))
			return true;
	return false;
}

static int guard_repair_others(const struct guard *guard)
{
	struct ndctl_region *other;
	int err = 0;

	ndctl_region_foreach (ndctl_region_get_bus(guard->region), other)
		if (!err && guard_shares(guard, other))
			err = guard_repair_other(guard, other);
	return err;
}

static int guard_undo(void *data)
{
	struct guard *guard = data;
	int err = guard_repair(guard) ?: guard_repair_others(guard);

	guard->region->torn = err != 0;
	return err;
}

static struct guard *guard_new(struct ndctl_namespace *ndns, const uuid_t next)
{
	size_t most = ndctl_region_get_mappings(entity_region(&ndns->entity));
	struct guard *guard = calloc(1, sizeof(*guard) + most * sizeof(guard->dimms[0]));

	if (!guard)
		return NULL;
	guard->region = entity_region(&ndns->entity);
	guard->most = most;
	guard->ndns = ndns;
	if (next)
		uuid_copy(guard->next, next);
	return guard;
}

static int guard_add(struct txn *txn, struct guard *guard, int (*apply)(void *data))
{
	struct step step = {apply, guard_undo, guard_free, guard};

	return txn_add(txn, step, "guard the labels of %s", entity_name(&guard->region->entity));
}

int guard_labels(struct txn *txn, struct ndctl_namespace *ndns, const uuid_t next)
{
	struct guard *guard = guard_new(ndns, next);

	return guard ? guard_add(txn, guard, guard_set) : -ENOMEM;
}

int guard_torn_labels(
	struct txn *txn, struct ndctl_namespace *ndns, const uuid_t before, const uuid_t next)
{
	struct guard *guard = guard_new(ndns, next);

	if (!guard)
		return -ENOMEM;
	uuid_copy(guard->uuid, before);
	return guard_add(txn, guard, guard_set_late);
}

void guard_hint(struct ndctl_region *region)
{
	if (region->torn)
		kernel_hint(entity_kernel(&region->entity),
			"before the next boot, with the regions on these DIMMs idle: ndctl check-labels --repair all");
	region->torn = false;
}
