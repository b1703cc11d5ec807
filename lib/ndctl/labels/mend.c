/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <daxctl/libdaxctl.h>
#include <stdio.h>
#include <string.h>

#include <kernel/lock.h>

#include <ndctl/change/create.h>
#include "labelio.h"
#include <ndctl/format/labelset.h>

/*
 * Making the labels of a region's dimms agree again, after a write of the kernel's has failed or
 * the power has. They can be written while nothing uses the dimms only, and the kernel keeps what
 * it has read: the regions on them are taken down for it and brought up again.
 */
struct mend {
	struct ndctl_region *region;
	size_t count;
	struct label_part *parts;
	struct ndctl_dimm **dimms;
	int differing; /* parts that have to be written */
	int stale;     /* others, of which the kernel knows something else than they say */
	int *locks;    /* of other regions */
	size_t lock_count;
};

static void cleanup_mend(struct mend *mend)
{
	for (size_t i = 0; i < mend->count; i++) {
		free((void *)mend->parts[i].image);
		free(mend->parts[i].target);
	}
	free(mend->parts);
	free(mend->dimms);
	for (size_t i = 0; i < mend->lock_count; i++)
		close(mend->locks[i]);
	free(mend->locks);
}
#define AUTO_MEND CLEANUP(cleanup_mend)

static int read_part(struct ndctl_dimm *dimm, struct label_part *part)
{
	AUTO_AREA struct area area = AREA_INIT;
	int err = area_open(dimm, &area);

	if (err)
		return err;
	uint8_t *image = malloc(area.size);
	part->image = image;
	part->target = malloc(area.size);
	part->area = area.size;
	return image && part->target ? area_read(dimm, &area, 0, image, area.size) : -ENOMEM;
}

static int read_parts(struct mend *mend)
{
	struct kernel *kernel = entity_kernel(&mend->region->entity);
	size_t most = ndctl_region_get_mappings(mend->region);
	struct ndctl_mapping *mapping;

	mend->parts = calloc(most ?: 1, sizeof(*mend->parts));
	mend->dimms = calloc(most ?: 1, sizeof(struct ndctl_dimm *));
	if (!mend->parts || !mend->dimms)
		return -ENOMEM;
	ndctl_mapping_foreach (mend->region, mapping) {
		size_t i = mend->count;
		struct ndctl_dimm *dimm = ndctl_mapping_get_dimm(mapping);
		if (!dimm || i == most)
			return kernel_fail(kernel, ENODEV, "its dimms are not all there");
		for (size_t other = 0; other < i; other++)
			if (mend->dimms[other] == dimm)
				return kernel_fail(kernel, EOPNOTSUPP, "it has several parts of %s",
					entity_name(&dimm->entity));
		mend->dimms[i] = dimm;
		mend->parts[i].offset = mapping->offset;
		mend->parts[i].length = mapping->length;
		mend->parts[i].position =
			mapping->position < 0 ? (unsigned)i : (unsigned)mapping->position;
		mend->count++;
		int err = read_part(dimm, &mend->parts[i]);
		if (err)
			return kernel_fail_while(kernel, err, "%s", entity_name(&dimm->entity));
	}
	if (mend->count < most)
		return kernel_fail(
			kernel, ENODEV, "which parts of its dimms it has cannot be read");
	return 0;
}

/* A slot is lost to the kernel when it fails to write a label there. It keeps one back for the next
 * change. */
static bool has_leak(struct ndctl_dimm *dimm, const struct label_part *part)
{
	unsigned long available = ndctl_dimm_get_available_labels(dimm);
	int free = label_count_free(part->image, part->area);

	return available != ULONG_MAX && free > 0 && available + 1 < (unsigned long)free;
}

static int plan_targets(struct mend *mend, struct label_scope scope)
{
	struct kernel *kernel = entity_kernel(&mend->region->entity);
	/* It depends on the version of the labels, which the kernel knows of dimms that are
	 * enabled. */
	scope.cookie = object_u64_or(&mend->region->entity.object, REGION_SET_COOKIE, 0);
	for (size_t i = 0; i < mend->count; i++)
		if (!ndctl_dimm_is_enabled(mend->dimms[i]))
			scope.cookie = 0;
	int err = label_set_mend(mend->parts, mend->count, &scope);

	if (err == -EINVAL)
		return kernel_fail(kernel, EINVAL, "not all of its dimms have a valid index block");
	if (err == -EXDEV)
		return kernel_fail(kernel, EINVAL, "its dimms have labels of different versions");
	if (err == -ENOKEY)
		return kernel_fail(kernel, EIO,
			"its labels tell other namespaces than the kernel does, or are of several sets");
	if (err == -ENOSPC)
		return kernel_fail(kernel, ENOSPC, "a dimm has no slot left for a label");
	if (err)
		return err;
	for (size_t i = 0; i < mend->count; i++) {
		mend->differing += mend->parts[i].differs;
		mend->stale += !mend->parts[i].differs && has_leak(mend->dimms[i], &mend->parts[i]);
	}
	return 0;
}

static bool is_touched(const struct mend *mend, struct ndctl_region *region)
{
	struct ndctl_dimm *dimm;

	ndctl_dimm_foreach_in_region (region, dimm)
		for (size_t i = 0; i < mend->count; i++)
			if (mend->dimms[i] == dimm)
				return true;
	return false;
}

/* ---- the regions around ---- */

/* It would come back raw. */
static int check_has_map(struct ndctl_namespace *ndns)
{
	if (!namespace_is_mapless(ndns))
		return 0;
	kernel_fail(entity_kernel(&ndns->entity), EBUSY,
		"it has no page map, and nothing would make it devdax again");
	kernel_hint(entity_kernel(&ndns->entity), "ndctl disable-namespace %s comes before it",
		entity_name(&ndns->entity));
	return -EBUSY;
}

/* It would come back as what its kind is otherwise. */
static int check_not_ram(struct ndctl_namespace *ndns)
{
	struct ndctl_dax *dax = ndctl_namespace_get_dax(ndns);
	struct daxctl_region *region = dax ? ndctl_dax_get_daxctl_region(dax) : NULL;
	struct daxctl_dev *dev;

	if (!region)
		return 0;
	daxctl_dev_foreach (region, dev) {
		const char *name = daxctl_dev_get_devname(dev);
		if (!daxctl_dev_is_system_ram_mode(dev))
			continue;
		kernel_fail(entity_kernel(&ndns->entity), EBUSY, "%s is in system-ram mode", name);
		kernel_hint(entity_kernel(&ndns->entity),
			"daxctl reconfigure-device --mode=devdax %s comes before it", name);
		return -EBUSY;
	}
	return 0;
}

static int check_kept(struct ndctl_region *region)
{
	struct ndctl_namespace *ndns;

	ndctl_namespace_foreach (region, ndns) {
		int err = check_not_ram(ndns) ?: check_has_map(ndns);
		if (err)
			return kernel_fail_while(entity_kernel(&ndns->entity), err, "%s",
				entity_name(&ndns->entity));
	}
	return 0;
}

/* The kernel numbers namespaces by their addresses when it brings a region up. @lost: one that has
 * lost its capacity, and will have it again. */
static int check_names(struct ndctl_region *region, const struct ndctl_namespace *lost)
{
	struct ndctl_namespace *ndns;
	unsigned long long end = 0;
	unsigned id = 0;

	ndctl_namespace_foreach (region, ndns) {
		if (ndctl_namespace_get_size(ndns) == 0 && ndns != lost)
			continue;
		unsigned long long at = ndctl_namespace_get_resource(ndns);
		bool follows = ndctl_namespace_get_size(ndns) == 0 || at >= end;
		if (ndctl_namespace_get_id(ndns) != id++ || !follows)
			return kernel_fail(entity_kernel(&region->entity), EBUSY,
				"%s: its namespaces would get other names",
				entity_name(&region->entity));
		if (ndctl_namespace_get_size(ndns) > 0)
			end = at;
	}
	return 0;
}

/* It may still be coming up. */
static int do_disable(void *data)
{
	struct ndctl_namespace *ndns = data;

	ndctl_bus_wait_probe(ndctl_region_get_bus(entity_region(&ndns->entity)));
	ctx_forget(ndns->entity.ctx);
	return namespace_disable_idle(ndns);
}

/* What is not enabled shall not be so afterwards. */
static int plan_rest(struct txn *txn, struct ndctl_region *region, struct ndctl_namespace *lost)
{
	struct ndctl_namespace *ndns;
	int err = 0;

	ndctl_namespace_foreach (region, ndns) {
		struct step step = {.apply = do_disable, .data = ndns};
		if (ndctl_namespace_is_active(ndns) ||
			(ndctl_namespace_get_size(ndns) == 0 && ndns != lost))
			continue;
		err = err ?: txn_add(txn, step, "disable %s again", entity_name(&ndns->entity));
	}
	return err;
}

static int plan_writes(struct txn *txn, const struct mend *mend)
{
	int err = 0;

	for (size_t i = 0; i < mend->count && !err; i++) {
		struct entity *entity = &mend->dimms[i]->entity;
		err = dimm_lock(mend->dimms[i], txn);
		if (!err && mend->parts[i].differs)
			err = step_write_labels(
				txn, mend->dimms[i], 0, mend->parts[i].target, mend->parts[i].area);
		else if (!err && entity_is_bound(entity))
			err = step_unbind(txn, entity, "nvdimm")
				?: step_bind(txn, entity, "nvdimm");
	}
	return err;
}

#define regions_foreach_touched(mend, it)                                                          \
	ndctl_region_foreach (ndctl_region_get_bus((mend)->region), it)                            \
		if (ndctl_region_is_enabled(it) && is_touched(mend, it))

static int repair_run(struct mend *mend, struct txn *txn, struct ndctl_namespace *lost)
{
	struct ndctl_region *region;
	int err = 0;

	regions_foreach_touched (mend, region)
		err = err ?: check_kept(region) ?: step_disable_region(txn, region);
	err = err ?: plan_writes(txn, mend);
	regions_foreach_touched (mend, region)
		err = err ?: step_enable_region(txn, region);
	regions_foreach_touched (mend, region)
		err = err ?: plan_rest(txn, region, lost);
	err = err ?: txn_run(txn);
	ndctl_bus_wait_probe(ndctl_region_get_bus(mend->region));
	ctx_forget(mend->region->entity.ctx);
	return err;
}

/* ---- after a change that failed ---- */

struct guard {
	struct ndctl_region *region;
	struct ndctl_namespace *ndns;
	uuid_t uuid; /* of the namespace, null if it is to be made */
	uuid_t next; /* that which it is to have, if any */
	size_t count, most;
	uint8_t *indexes[]; /* what the index blocks of each dimm were */
};

static void guard_free(void *data)
{
	struct guard *guard = data;

	for (size_t i = 0; i < guard->count; i++)
		free(guard->indexes[i]);
	free(guard);
}

static int read_indexes(struct ndctl_dimm *dimm, uint8_t **indexes)
{
	AUTO_AREA struct area area = AREA_INIT;

	return area_open(dimm, &area) ?: area_read_indexes(dimm, &area, indexes);
}

static int guard_set(void *data)
{
	struct guard *guard = data;
	struct ndctl_mapping *mapping;
	int err = 0;

	uuid_clear(guard->uuid);
	if (ndctl_namespace_get_size(guard->ndns) > 0)
		ndctl_namespace_get_uuid(guard->ndns, guard->uuid);
	ndctl_mapping_foreach (guard->region, mapping) {
		struct ndctl_dimm *dimm = ndctl_mapping_get_dimm(mapping);
		if (dimm && !err && guard->count < guard->most)
			err = read_indexes(dimm, &guard->indexes[guard->count++]);
	}
	return err;
}

/* Those that there are, as the kernel has it, and the one that there was. */
static int list_known(const struct guard *guard, uuid_t **list, size_t *count)
{
	struct ndctl_namespace *ndns;
	size_t most = 1;

	*count = 0;
	ndctl_namespace_foreach (guard->region, ndns)
		most++;
	*list = calloc(most, sizeof(uuid_t));
	if (!*list)
		return -ENOMEM;
	if (!uuid_is_null(guard->uuid))
		uuid_copy((*list)[(*count)++], guard->uuid);
	ndctl_namespace_foreach (guard->region, ndns)
		if (ndctl_namespace_get_size(ndns) > 0 && *count < most)
			ndctl_namespace_get_uuid(ndns, (*list)[(*count)++]);
	return 0;
}

/* Nobody waits for it: whoever has it may be waiting for the region that we have. */
static int lock_other(struct mend *mend, struct ndctl_region *region)
{
	int *locks = reallocarray(mend->locks, mend->lock_count + 1, sizeof(*locks));
	char path[PATH_MAX];

	if (!locks)
		return -ENOMEM;
	mend->locks = locks;
	int err = entity_path(&region->entity, path);
	int fd = err ?: lock_take(entity_kernel(&region->entity), path, &(struct lock_wait){0});
	if (fd < 0)
		return fd;
	locks[mend->lock_count++] = fd;
	return 0;
}

static int lock_others(struct mend *mend)
{
	struct ndctl_region *region;
	int err = 0;

	regions_foreach_touched (mend, region)
		if (region != mend->region && !err)
			err = lock_other(mend, region);
	return err;
}

static int settle(const struct guard *guard)
{
	AUTO_MEND struct mend mend = {.region = guard->region};
	AUTO_TXN struct txn *txn = NULL;
	AUTO_FREE uuid_t *known = NULL;
	struct ndctl_namespace *lost = NULL;
	struct ndctl_region *region;
	size_t count;

	ctx_forget(guard->region->entity.ctx);
	int err = nd_ctx_txn(guard->region->entity.ctx, &txn) ?: read_parts(&mend)
							   ?: list_known(guard, &known, &count);
	for (size_t i = 0; !err && i < mend.count; i++)
		mend.parts[i].before = i < guard->count ? guard->indexes[i] : NULL;
	if (!err) {
		struct label_scope scope = {.known = (const uuid_t *)known, .known_count = count};
		uuid_copy(scope.undone, guard->next);
		err = plan_targets(&mend, scope);
	}
	if (!uuid_is_null(guard->uuid) && ndctl_namespace_get_size(guard->ndns) == 0)
		lost = guard->ndns;
	if (err || !(mend.differing || mend.stale || lost))
		return err;
	err = lock_others(&mend);
	regions_foreach_touched (&mend, region)
		err = err ?: check_names(region, lost);
	return err ?: repair_run(&mend, txn, lost);
}

static int guard_undo(void *data)
{
	struct guard *guard = data;
	int err = settle(guard);

	guard->region->torn = err != 0;
	return err;
}

int step_guard_labels(struct txn *txn, struct ndctl_namespace *ndns, const uuid_t next)
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
	return txn_add(txn, step, "watch over the labels of %s", entity_name(&region->entity));
}

void labels_hint(struct ndctl_region *region)
{
	if (region->torn)
		kernel_hint(entity_kernel(&region->entity),
			"before the machine starts again, and when nothing uses the regions on its dimms: ndctl check-labels --repair all");
	region->torn = false;
}

/* ---- when asked for ---- */

static int repair(struct ndctl_region *region, unsigned flags)
{
	AUTO_MEND struct mend mend = {.region = region};
	AUTO_TXN struct txn *txn = NULL;
	int err = nd_ctx_txn(region->entity.ctx, &txn);

	err = err ?: nd_region_lock(region, txn) ?: read_parts(&mend) ?: plan_targets(&mend, (struct label_scope){0});
	if (err)
		return err;
	if (flags & NDCTL_CHANGE_DRY_RUN || !(mend.differing || mend.stale))
		return mend.differing;
	return (lock_others(&mend) ?: repair_run(&mend, txn, NULL)) ?: mend.differing + mend.stale;
}

EXPORT int ndctl_region_repair_labels(struct ndctl_region *region, unsigned flags)
{
	int result = repair(region, flags);

	return result < 0 ? kernel_fail_while(entity_kernel(&region->entity), result,
				    "%s: the labels of its dimms cannot be made to agree",
				    entity_name(&region->entity))
			  : result;
}
