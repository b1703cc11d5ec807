/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guard.h"

#include <ndctl/labels/labelio.h>
#include <ndctl/private.h>

#include "repair.h"

struct guard {
	struct ndctl_region *region;
	struct ndctl_namespace *ndns;
	uuid_t uuid; /* of the namespace; null: it is being created */
	uuid_t next; /* that it is about to get; null: none */
	size_t count, most;
	uint8_t *indexes[]; /* index blocks of each DIMM before the change */
};

static void guard_free(void *data)
{
	struct guard *guard = data;

	for (size_t i = 0; i < guard->count; i++)
		free(guard->indexes[i]);
	free(guard);
}

static int guard_read_indexes(struct ndctl_dimm *dimm, uint8_t **indexes)
{
	AUTO_AREA struct area area = AREA_INIT;

	return area_open(dimm, &area) ?: area_read_indexes(dimm, &area, indexes);
}

static int guard_set(void *data)
{
	struct guard *guard = data;
	struct ndctl_mapping *mapping;
	int err = namespace_read_owner(guard->ndns, guard->uuid);

	ndctl_mapping_foreach (guard->region, mapping) {
		struct ndctl_dimm *dimm = ndctl_mapping_get_dimm(mapping);
		if (dimm && !err && guard->count < guard->most)
			err = guard_read_indexes(dimm, &guard->indexes[guard->count++]);
	}
	return err;
}

/* List the uuids that labels may have: of the namespaces that the kernel knows, and of the one
 * before the change. */
static int list_known(const struct guard *guard, uuid_t **list, size_t *count)
{
	struct ndctl_namespace *ndns;
	size_t most = 1;
	int listed = ctx_scan(guard->region->entity.ctx);

	*count = 0;
	if (listed)
		return listed;
	region_foreach_namespace (guard->region, ndns)
		most++;
	*list = calloc(most, sizeof(uuid_t));
	if (!*list)
		return -ENOMEM;
	if (!uuid_is_null(guard->uuid))
		uuid_copy((*list)[(*count)++], guard->uuid);
	region_foreach_namespace (guard->region, ndns) {
		int err = *count < most ? namespace_read_owner(ndns, (*list)[*count]) : -EAGAIN;
		if (err)
			return err;
		*count += !uuid_is_null((*list)[*count]);
	}
	return 0;
}

static int guard_repair(const struct guard *guard)
{
	AUTO_REPAIR struct repair repair = {.region = guard->region};
	AUTO_TXN struct txn *txn = NULL;
	AUTO_FREE uuid_t *known = NULL;
	struct ndctl_namespace *lost = NULL;
	size_t count;

	ctx_forget(guard->region->entity.ctx);
	int err = nd_ctx_txn(guard->region->entity.ctx, &txn)
		?: region_lock_dimms(guard->region, txn);
	err = err ?: repair_read(&repair) ?: list_known(guard, &known, &count);
	if (err)
		return err;
	for (size_t i = 0; i < repair.count; i++)
		repair.parts[i].before = i < guard->count ? guard->indexes[i] : NULL;
	struct label_scope scope = {.known = (const uuid_t *)known, .known_count = count};
	uuid_copy(scope.undone, guard->next);
	err = repair_plan(&repair, scope);
	if (!uuid_is_null(guard->uuid) && namespace_is_seed(guard->ndns))
		lost = guard->ndns;
	if (err || !(repair.differing || repair.stale || lost))
		return err;
	return (repair_lock_others(&repair) ?: repair_check_names(&repair, lost))
		?: repair_run(&repair, txn, lost);
}

static int guard_undo(void *data)
{
	struct guard *guard = data;
	int err = guard_repair(guard);

	guard->region->torn = err != 0;
	return err;
}

int guard_labels(struct txn *txn, struct ndctl_namespace *ndns, const uuid_t next)
{
	struct ndctl_region *region = entity_region(&ndns->entity);
	size_t most = ndctl_region_get_mappings(region);
	struct guard *guard = calloc(1, sizeof(*guard) + most * sizeof(guard->indexes[0]));
	struct step step = {guard_set, guard_undo, guard_free, guard};

	if (!guard)
		return -ENOMEM;
	guard->region = region;
	guard->most = most;
	guard->ndns = ndns;
	if (next)
		uuid_copy(guard->next, next);
	return txn_add(txn, step, "guard the labels of %s", entity_name(&region->entity));
}

void guard_hint(struct ndctl_region *region)
{
	if (region->torn)
		kernel_hint(entity_kernel(&region->entity),
			"before the next boot, with the regions on these DIMMs idle: ndctl check-labels --repair all");
	region->torn = false;
}
