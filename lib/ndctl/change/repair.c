/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "repair.h"

#include <daxctl/libdaxctl.h>
#include <kernel/lock.h>
#include <ndctl/labels/labelio.h>
#include <ndctl/labels/rewrite.h>
#include <ndctl/object/mapping.h>
#include <ndctl/private.h>
#include <ndctl/text.h>
#include <stdio.h>
#include <string.h>

#include "reconfigure.h"
#include "step.h"

void repair_deinit(struct repair *repair)
{
	for (size_t i = 0; i < repair->count; i++) {
		free((void *)repair->parts[i].image);
		free(repair->parts[i].target);
	}
	free(repair->parts);
	free(repair->dimms);
	for (size_t i = 0; i < repair->lock_count; i++)
		lockfile_release(repair->locks[i]);
	free(repair->locks);
	label_report_deinit(&repair->report);
}

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

int repair_read(struct repair *repair)
{
	struct kernel *kernel = entity_kernel(&repair->region->entity);
	size_t most = ndctl_region_get_mappings(repair->region);
	struct ndctl_mapping *mapping;

	repair->parts = calloc(most ?: 1, sizeof(*repair->parts));
	repair->dimms = calloc(most ?: 1, sizeof(struct ndctl_dimm *));
	if (!repair->parts || !repair->dimms)
		return -ENOMEM;
	ndctl_mapping_foreach (repair->region, mapping) {
		size_t i = repair->count;
		struct ndctl_dimm *dimm = ndctl_mapping_get_dimm(mapping);
		if (!dimm || i == most)
			return kernel_fail(kernel, ENODEV, "the region lacks DIMMs");
		for (size_t other = 0; other < i; other++)
			if (repair->dimms[other] == dimm)
				return kernel_fail(kernel, EOPNOTSUPP,
					"the region has several parts of %s",
					entity_name(&dimm->entity));
		repair->dimms[i] = dimm;
		repair->parts[i].offset = mapping->offset;
		repair->parts[i].length = mapping->length;
		repair->parts[i].position =
			mapping->position < 0 ? (unsigned)i : (unsigned)mapping->position;
		repair->count++;
		int err = read_part(dimm, &repair->parts[i]);
		if (err)
			return kernel_fail_while(kernel, err, "%s", entity_name(&dimm->entity));
	}
	if (repair->count < most)
		return kernel_fail(
			kernel, ENODEV, "cannot read which parts of its DIMMs the region has");
	return 0;
}

/* Return whether the kernel has lost a slot, as it does when it fails to write a label there. It
 * keeps one in reserve for the next change. */
static bool has_leak(struct ndctl_dimm *dimm, const struct label_part *part)
{
	unsigned long available = ndctl_dimm_get_available_labels(dimm);
	int free = label_count_free(part->image, part->area);

	return available != ULONG_MAX && free > 0 && available + 1 < (unsigned long)free;
}

/* Describe the namespace of a verdict. */
static char *repair_describe(const struct repair *repair, const struct label_verdict *verdict)
{
	const struct ndctl_label *label = &verdict->label;
	char uuid[UUID_STR_LEN], *text;

	uuid_unparse_lower(label->uuid, uuid);
	return asprintf(&text, "'%s' (uuid %s, %s at offset %s of %s)", label->name, uuid,
		       size_text(label->size * repair->count).text,
		       size_text(label->address * repair->count).text,
		       entity_name(&repair->region->entity)) < 0
		? NULL
		: text;
}

/* Name both namespaces that contradict each other. */
static int repair_fail_disputed(const struct repair *repair)
{
	struct kernel *kernel = entity_kernel(&repair->region->entity);

	if (repair->report.count < 2)
		return -EUCLEAN;
	const struct label_verdict *verdict = &repair->report.list[repair->report.count - 2];
	AUTO_FREE char *one = repair_describe(repair, verdict);
	AUTO_FREE char *other = repair_describe(repair, verdict + 1);
	if (!one || !other)
		return -ENOMEM;
	kernel_fail(kernel, EUCLEAN,
		"two namespaces overlap or have the same uuid, and neither is a torn write: %s and %s",
		one, other);
	kernel_hint(kernel,
		"back up the labels of each DIMM with 'ndctl read-labels', then write them without the wrong namespace with 'ndctl write-labels'");
	return -EUCLEAN;
}

static int repair_tell(const struct repair *repair, bool dry)
{
	static const char *const words[][2] = {
		[LABEL_FATE_DROPPED] = {"the repair drops", "a repair would drop"},
		[LABEL_FATE_RESTORED] = {"the repair restores", "a repair would restore"},
	};

	for (size_t i = 0; i < repair->report.count; i++) {
		const struct label_verdict *verdict = &repair->report.list[i];
		AUTO_FREE char *which = repair_describe(repair, verdict);
		AUTO_FREE char *text = NULL;
		if (!which ||
			asprintf(&text, "%s the labels of %s", words[verdict->fate][dry], which) <
				0)
			return -ENOMEM;
		nd_ctx_tell_chosen(repair->region->entity.ctx, text);
	}
	return 0;
}

int repair_plan(struct repair *repair, struct label_scope scope)
{
	struct kernel *kernel = entity_kernel(&repair->region->entity);
	/* Check the cookie only if all DIMMs are enabled: it depends on the version of the labels,
	 * which the kernel knows of enabled DIMMs only. */
	scope.cookie = object_u64_or(&repair->region->entity.object, REGION_SET_COOKIE, 0);
	for (size_t i = 0; i < repair->count; i++)
		if (!ndctl_dimm_is_enabled(repair->dimms[i]))
			scope.cookie = 0;
	scope.report = &repair->report;
	int err = label_set_repair(repair->parts, repair->count, &scope);

	if (err == -EINVAL)
		return kernel_fail(
			kernel, EINVAL, "a DIMM of the region has no valid label index block");
	if (err == -EXDEV)
		return kernel_fail(kernel, EINVAL,
			"the DIMMs of the region have labels of different versions");
	if (err == -ENOKEY)
		return kernel_fail(kernel, EIO,
			"the labels list other namespaces than the kernel does, or belong to several interleave sets");
	if (err == -ENOSPC)
		return kernel_fail(kernel, ENOSPC, "a DIMM of the region has no free label slot");
	if (err == -EUCLEAN)
		return repair_fail_disputed(repair);
	if (err)
		return err;
	for (size_t i = 0; i < repair->count; i++) {
		repair->differing += repair->parts[i].differs;
		repair->stale +=
			!repair->parts[i].differs && has_leak(repair->dimms[i], &repair->parts[i]);
	}
	return 0;
}

static bool is_touched(const struct repair *repair, struct ndctl_region *region)
{
	struct ndctl_dimm *dimm;

	ndctl_dimm_foreach_in_region (region, dimm)
		for (size_t i = 0; i < repair->count; i++)
			if (repair->dimms[i] == dimm)
				return true;
	return false;
}

/* ---- the regions around ---- */

/* Refuse a nomap namespace, which would come back raw. */
static int check_has_map(struct ndctl_namespace *ndns)
{
	if (!namespace_is_nomap(ndns))
		return 0;
	kernel_fail(entity_kernel(&ndns->entity), EBUSY,
		"the namespace is devdax without struct pages, which would not come back");
	kernel_hint(entity_kernel(&ndns->entity), "first: ndctl disable-namespace %s",
		entity_name(&ndns->entity));
	return -EBUSY;
}

/* Refuse a namespace in system-ram mode, whose device would come back in its default mode. */
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
			"first: daxctl reconfigure-device --mode=devdax %s", name);
		return -EBUSY;
	}
	return 0;
}

static int check_kept(struct ndctl_region *region)
{
	struct ndctl_namespace *ndns;

	region_foreach_namespace (region, ndns) {
		int err = check_not_ram(ndns) ?: check_has_map(ndns);
		if (err)
			return kernel_fail_while(entity_kernel(&ndns->entity), err, "%s",
				entity_name(&ndns->entity));
	}
	return 0;
}

/* Check that all namespaces keep their names: the kernel numbers them by their addresses when it
 * enables a region. @lost: one that has lost its capacity, and will have it again. */
static int check_names(struct ndctl_region *region, const struct ndctl_namespace *lost)
{
	struct ndctl_namespace *ndns;
	unsigned long long end = 0;
	unsigned id = 0;

	region_foreach_namespace (region, ndns) {
		if (namespace_is_seed(ndns) && ndns != lost)
			continue;
		unsigned long long at = ndctl_namespace_get_resource(ndns);
		bool seed = namespace_is_seed(ndns);
		bool follows = seed || at >= end;
		bool known = seed || at != ULLONG_MAX;
		if (ndctl_namespace_get_id(ndns) != id++ || !follows || !known)
			return kernel_fail(entity_kernel(&region->entity), EBUSY,
				"%s: the kernel would rename its namespaces",
				entity_name(&region->entity));
		if (!seed)
			end = at;
	}
	return 0;
}

/* A namespace to disable again. Its name may go to another one, so labels identify it by uuid. */
struct rest {
	struct ndctl_namespace *ndns; /* without labels, the only one */
	uuid_t uuid;
};

/* Find and disable it, after the kernel has probed the region. */
static int rest_disable(void *data)
{
	const struct rest *rest = data;
	struct ndctl_region *region = entity_region(&rest->ndns->entity);
	struct ndctl_namespace *ndns;
	uuid_t uuid;

	ndctl_bus_wait_probe(ndctl_region_get_bus(region));
	ctx_forget(region->entity.ctx);
	int listed = ctx_scan(region->entity.ctx);
	if (listed || uuid_is_null(rest->uuid))
		return listed ?: namespace_disable_idle(rest->ndns);
	region_foreach_namespace (region, ndns) {
		int err = namespace_read_owner(ndns, uuid);
		if (err)
			return err;
		if (uuid_compare(uuid, rest->uuid) == 0)
			return namespace_disable_idle(ndns);
	}
	return 0;
}

static int step_rest(struct txn *txn, struct ndctl_namespace *ndns)
{
	struct rest *rest = calloc(1, sizeof(*rest));
	struct step step = {.apply = rest_disable, .release = free, .data = rest};

	if (!rest)
		return -ENOMEM;
	rest->ndns = ndns;
	int err = namespace_read_owner(ndns, rest->uuid);
	if (err) {
		free(rest);
		return err;
	}
	return txn_add(txn, step, "disable %s again", entity_name(&ndns->entity));
}

/* Disable again what is disabled now. */
static int plan_rest(struct txn *txn, struct ndctl_region *region, struct ndctl_namespace *lost)
{
	struct ndctl_namespace *ndns;
	int err = 0;

	region_foreach_namespace (region, ndns) {
		if (ndctl_namespace_is_active(ndns) || (namespace_is_seed(ndns) && ndns != lost))
			continue;
		err = err ?: step_rest(txn, ndns);
	}
	return err;
}

/* Write the labels of one DIMM if they differ, else let the kernel read them again. */
static int plan_write_part(struct txn *txn, const struct repair *repair, size_t i)
{
	struct entity *entity = &repair->dimms[i]->entity;
	int err = dimm_lock(repair->dimms[i], txn);

	if (err)
		return err;
	if (repair->parts[i].differs)
		return step_write_labels(
			txn, repair->dimms[i], 0, repair->parts[i].target, repair->parts[i].area);
	if (!entity_is_bound(entity))
		return 0;
	return step_unbind(txn, entity, "nvdimm") ?: step_bind(txn, entity, "nvdimm");
}

static int plan_writes(struct txn *txn, const struct repair *repair)
{
	int err = 0;

	for (size_t i = 0; i < repair->count && !err; i++)
		err = plan_write_part(txn, repair, i);
	return err;
}

/* Where the driver cannot be read, unbinding finds out. */
static bool may_be_enabled(struct ndctl_region *region)
{
	return entity_is_bound(&region->entity) || errno != ENOENT;
}

#define regions_foreach_touched(repair, it)                                                        \
	ndctl_region_foreach (ndctl_region_get_bus((repair)->region), it)                          \
		if (may_be_enabled(it) && is_touched(repair, it))

int repair_check_names(const struct repair *repair, const struct ndctl_namespace *lost)
{
	struct ndctl_region *region;
	int err = 0;

	regions_foreach_touched (repair, region)
		err = err ?: check_names(region, lost);
	return err;
}

int repair_run(struct repair *repair, struct txn *txn, struct ndctl_namespace *lost)
{
	struct ndctl_region *region;
	int err = 0;

	regions_foreach_touched (repair, region)
		err = err ?: check_kept(region) ?: step_disable_region(txn, region);
	err = err ?: plan_writes(txn, repair);
	regions_foreach_touched (repair, region)
		err = err ?: step_enable_region(txn, region);
	regions_foreach_touched (repair, region)
		err = err ?: plan_rest(txn, region, lost);
	err = err ?: txn_run(txn);
	ndctl_bus_wait_probe(ndctl_region_get_bus(repair->region));
	ctx_forget(repair->region->entity.ctx);
	return err;
}

/* Fail rather than wait: whoever holds the lock may be waiting for our region. */
static int lock_other(struct repair *repair, struct ndctl_region *region)
{
	int *locks = reallocarray(repair->locks, repair->lock_count + 1, sizeof(*locks));
	char path[PATH_MAX];

	if (!locks)
		return -ENOMEM;
	repair->locks = locks;
	int err = entity_path(&region->entity, path);
	int fd = err ?: lock_take(entity_kernel(&region->entity), path, &(struct lock_wait){0});
	if (fd < 0)
		return fd;
	locks[repair->lock_count++] = fd;
	return 0;
}

int repair_lock_others(struct repair *repair)
{
	struct ndctl_region *region;
	int err = 0;

	regions_foreach_touched (repair, region)
		if (region != repair->locked && !err)
			err = lock_other(repair, region);
	return err;
}

/* ---- when asked for ---- */

static int repair_region(struct ndctl_region *region, unsigned flags)
{
	AUTO_REPAIR struct repair repair = {.region = region, .locked = region};
	AUTO_TXN struct txn *txn = NULL;
	int err = nd_change_begin(&region->entity, &txn);

	if (!(flags & NDCTL_CHANGE_DRY_RUN))
		err = err ?: region_lock_dimms(region, txn);
	err = err ?: repair_read(&repair) ?: repair_plan(&repair, (struct label_scope){0});
	err = err ?: repair_tell(&repair, flags & NDCTL_CHANGE_DRY_RUN);
	if (err)
		return err;
	if (flags & NDCTL_CHANGE_DRY_RUN || !(repair.differing || repair.stale))
		return repair.differing;
	return (repair_lock_others(&repair) ?: repair_run(&repair, txn, NULL))
		?: repair.differing + repair.stale;
}

EXPORT int ndctl_region_repair_labels(struct ndctl_region *region, unsigned flags)
{
	if (!region)
		return -EINVAL;
	int result = kernel_check_flags(entity_kernel(&region->entity), flags, NDCTL_CHANGE_DRY_RUN)
		?: repair_region(region, flags);

	return result < 0
		? kernel_fail_while(entity_kernel(&region->entity), result,
			  "%s: cannot repair the labels of its DIMMs", entity_name(&region->entity))
		: result;
}
