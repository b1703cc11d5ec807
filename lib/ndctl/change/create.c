/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "create.h"

#include <linux/ndctl.h>
#include <ndctl/object/dimm.h>
#include <stdio.h>
#include <string.h>

#include "autolabel.h"
#include "plan.h"

/* Create a namespace from free capacity. plan.c adds the steps. */

/* Hint at how to initialize labels: a region without them is one namespace. */
static void hint_labels(struct ndctl_region *region, const char *name)
{
	const char *own = entity_name(&region->entity);
	struct ndctl_dimm *dimm;
	char names[512] = "";
	size_t length = 0;

	ndctl_dimm_foreach_in_region (region, dimm)
		if (length < sizeof(names))
			length += (size_t)snprintf(names + length, sizeof(names) - length, " %s",
				entity_name(&dimm->entity));
	kernel_hint(entity_kernel(&region->entity),
		"initialize labels (loses the data of %s): ndctl disable-region %s && ndctl init-labels%s && ndctl enable-region %s",
		name, own, names, own);
}

/* Tell why no seed is idle. The kernel creates the next seed when it enables the current one,
 * unless the region is full then. */
static int say_no_seed(struct ndctl_region *region, struct ndctl_namespace *seed)
{
	struct kernel *kernel = entity_kernel(&region->entity);
	const char *name = entity_name(&seed->entity);
	uint64_t room = ndctl_region_get_max_available_extent(region);

	if (room == 0 || room == ULLONG_MAX) {
		bool unlabelled = autolabel_fits(seed);

		kernel_fail(kernel, ENODEV, "%s takes the whole region%s", name,
			unlabelled ? ": its labels are not initialized" : "");
		if (unlabelled) {
			hint_labels(region, name);
			return -ENODEV;
		}
		kernel_hint(kernel,
			"change its mode (loses its data): ndctl create-namespace --force --reconfig=%s",
			name);
		return -ENODEV;
	}
	kernel_fail(kernel, ENOSPC, "%s are free, but the kernel offers no namespace for them",
		size_text(room).text);
	kernel_hint(kernel, "ndctl disable-namespace %s && ndctl enable-namespace %s", name, name);
	return -ENOSPC;
}

static int say_taken(struct ndctl_region *region, struct ndctl_namespace *ndns)
{
	struct kernel *kernel = entity_kernel(&region->entity);
	const char *name = entity_name(&ndns->entity);

	if (namespace_is_seed(ndns)) {
		kernel_fail(kernel, ENOSPC,
			"%s is half configured: another program is configuring it, or was killed",
			name);
		kernel_hint(kernel, "ndctl destroy-namespace %s", name);
		return -ENOSPC;
	}
	kernel_fail(kernel, ENOSPC, "%s is disabled but configured: its %s are not free", name,
		size_text(namespace_size(ndns)).text);
	kernel_hint(kernel,
		"use it: ndctl enable-namespace %s, or free its capacity: ndctl destroy-namespace %s",
		name, name);
	return -ENOSPC;
}

/* Take for free only what has neither uuid, size nor claim: a namespace without a driver may hold
 * data, its driver may be missing or have refused it. */
static bool is_free(struct ndctl_namespace *ndns)
{
	uuid_t uuid;

	return entity_read_uuid(&ndns->entity, uuid) == 0 && uuid_is_null(uuid) &&
		namespace_is_seed(ndns) && !namespace_claim(ndns);
}

/* Refuse a namespace whose attributes cannot be read: it may have a size, a uuid or a holder. */
static int check_readable(struct ndctl_namespace *ndns)
{
	struct object *object = &ndns->entity.object;
	uint64_t size;
	uuid_t uuid;
	int err = object_u64(object, NS_SIZE, &size);

	if (!err)
		err = object_uuid(object, NS_UUID, uuid);
	/* Accept that a namespace without a label has no uuid attribute. */
	if (err == -ENOENT && ndctl_namespace_get_type(ndns) == ND_DEVICE_NAMESPACE_IO)
		err = 0;
	if (!err && !object_text(object, NS_HOLDER))
		err = -errno;
	return err ? kernel_fail(entity_kernel(&ndns->entity), EBUSY,
			     "cannot read whether %s is free: %s", entity_name(&ndns->entity),
			     strerror(-err))
		   : 0;
}

/* Check that the namespace may be configured. Without labels it is the whole region: take it, if it
 * is disabled, only for a caller that named the region. */
static int check_seed_is_free(const struct plan *plan, unsigned flags)
{
	int err = check_readable(plan->ndns);

	if (err)
		return err;
	if (ndctl_namespace_is_active(plan->ndns))
		return say_no_seed(plan->region, plan->ndns);
	if (is_free(plan->ndns) || (!plan->labelled && flags & NDCTL_CHANGE_TAKE_DISABLED))
		return 0;
	return say_taken(plan->region, plan->ndns);
}

/* Choose the namespace to configure: the region's seed, or without labels the only one. */
static int choose_namespace(struct plan *plan, unsigned flags)
{
	struct ndctl_region *region = plan->region;
	struct kernel *kernel = entity_kernel(&region->entity);

	plan->ndns = (struct ndctl_namespace *)region_seed(region, REGION_NAMESPACE_SEED);
	if (!plan->labelled && !plan->ndns)
		plan->ndns = region_first_namespace(region);
	if (!plan->ndns)
		return kernel_fail(kernel, ENODEV, "the region has no namespace to configure");
	return check_seed_is_free(plan, flags);
}

int create_locked(struct txn *txn, struct ndctl_region *region,
	const struct ndctl_namespace_spec *spec, struct ndctl_namespace **out)
{
	struct plan plan = {.region = region};
	struct ndctl_namespace_spec known;
	int err = plan_check_region(region);

	if (err)
		return err;
	spec_copy(&known, spec);
	txn_set_dry_run(txn, known.flags & NDCTL_CHANGE_DRY_RUN);
	if (!txn_is_dry_run(txn))
		err = region_settle(region);
	if (err)
		return err;
	plan.labelled = ndctl_region_get_nstype(region) == ND_DEVICE_NAMESPACE_PMEM;
	err = choose_namespace(&plan, known.flags) ?: plan_complete(&plan, spec);
	return err ?: plan_run(txn, &plan, out);
}

static int create_namespace(struct ndctl_region *region, const struct ndctl_namespace_spec *spec,
	struct ndctl_namespace **out)
{
	AUTO_TXN struct txn *txn = NULL;
	int err = nd_change_begin(&region->entity, &txn) ?: create_locked(txn, region, spec, out);

	/* Keep a new namespace alive for the caller. */
	if (!err && out && *out) {
		entity_keep(&(*out)->entity);
		entity_show(*out);
	}
	return err;
}

EXPORT int ndctl_region_create_namespace(struct ndctl_region *region,
	const struct ndctl_namespace_spec *spec, struct ndctl_namespace **ndns)
{
	if (ndns)
		*ndns = NULL;
	if (!region || !spec)
		return -EINVAL;
	int err = spec_check_flags(entity_kernel(&region->entity), spec)
		?: create_namespace(region, spec, ndns);

	return err ? kernel_fail_while(entity_kernel(&region->entity), err,
			     "%s: cannot create a namespace", entity_name(&region->entity))
		   : 0;
}
