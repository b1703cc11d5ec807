/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guard.h"
#include "plan.h"
#include "remedy.h"

#include <linux/ndctl.h>
#include <string.h>

/* Destroy a namespace: erase its info blocks and free its capacity. */

/* Write the name as it is: the kernel then writes the labels on all DIMMs. */
static int do_relabel(void *data)
{
	struct ndctl_namespace *ndns = data;
	AUTO_FREE char *name = strdup(ndctl_namespace_get_alt_name(ndns));

	if (!name)
		return -ENOMEM;
	int err = object_write(&ndns->entity.object, NS_ALT_NAME, *name ? name : "\n");
	ctx_forget(ndns->entity.ctx);
	return err;
}

/* Rewrite the labels while nothing is lost yet, to find out whether the DIMMs accept writes. When
 * the kernel frees capacity and cannot write a label, it frees the capacity nevertheless. */
static int plan_labels(struct txn *txn, struct ndctl_namespace *ndns)
{
	struct step step = {.apply = do_relabel, .data = ndns};

	if (namespace_is_seed(ndns))
		return 0;
	return guard_labels(txn, ndns, NULL)
		?: txn_add(txn, step, "write the labels of %s as they are",
			   ndctl_namespace_get_devname(ndns));
}

static int plan_destroy(struct txn *txn, struct ndctl_namespace *ndns, bool labelled, bool *wiped)
{
	int err = step_disable(txn, ndns);

	if (err)
		return err;
	if (labelled)
		err = plan_labels(txn, ndns);
	err = err ?: step_wipe(txn, ndns, false, wiped);
	if (err || !labelled)
		return err;
	/* Free the capacity last, so that no later step can fail. If it fails, the kernel has
	 * forgotten the namespace, and the guard brings it back before the undo of the wipe writes
	 * its info block. */
	return guard_labels(txn, ndns, NULL) ?: step_write(txn, &ndns->entity, NS_SIZE, "0", NULL);
}

static int run_destroy(struct txn *txn, struct ndctl_namespace *ndns)
{
	bool labelled = ndctl_namespace_get_type(ndns) == ND_DEVICE_NAMESPACE_PMEM;
	bool wiped = false;
	int err = plan_destroy(txn, ndns, labelled, &wiped);

	if (err)
		return err;
	err = txn_run(txn);
	if (err) {
		guard_hint(entity_region(&ndns->entity));
		remedy_hint(ndns);
	}
	if (err || labelled || wiped || txn_is_dry_run(txn))
		return err;
	/* Enable the namespace again: it had neither label nor info block to destroy. */
	txn_undo(txn, 0);
	kernel_clear_error(entity_kernel(&ndns->entity));
	return 1;
}

/* Free a seed that has a uuid but no size, as a killed process leaves it. Writing a size of 0 makes
 * the kernel forget the uuid. Returns 1 if there is nothing to free. */
static int destroy_empty(struct txn *txn, struct ndctl_namespace *ndns)
{
	uuid_t uuid;

	int err = entity_read_uuid(&ndns->entity, uuid);

	if (err)
		return kernel_fail(entity_kernel(&ndns->entity), -err,
			"cannot read whether a program is configuring it: %s", strerror(-err));
	if (uuid_is_null(uuid) || ndctl_namespace_get_type(ndns) != ND_DEVICE_NAMESPACE_PMEM)
		return 1;
	return step_write(txn, &ndns->entity, NS_SIZE, "0", NULL) ?: txn_run(txn);
}

static int destroy_unused(struct txn *txn, struct ndctl_namespace *ndns)
{
	int err = destroy_empty(txn, ndns);

	if (!err && !txn_is_dry_run(txn))
		entity_keep(&ndns->entity);
	return err;
}

static int delete_namespace(struct ndctl_namespace *ndns, unsigned flags)
{
	AUTO_TXN struct txn *txn = NULL;
	struct ndctl_region *region = entity_region(&ndns->entity);
	int err = nd_change_begin(&ndns->entity, &txn);

	if (err)
		return err;
	txn_set_dry_run(txn, flags & NDCTL_CHANGE_DRY_RUN);
	if (namespace_is_seed(ndns) && !namespace_claim(ndns))
		return destroy_unused(txn, ndns);
	err = plan_check_region(region) ?: plan_settle(txn, ndns);
	if (err)
		return err;
	err = plan_check_not_used(ndns, flags) ?: run_destroy(txn, ndns);
	if (!err)
		entity_keep(&ndns->entity);
	return err;
}

EXPORT int ndctl_namespace_destroy(struct ndctl_namespace *ndns, unsigned flags)
{
	if (!ndns)
		return -EINVAL;
	int err = kernel_check_flags(entity_kernel(&ndns->entity), flags,
			  NDCTL_CHANGE_FORCE | NDCTL_CHANGE_DRY_RUN)
		?: delete_namespace(ndns, flags);

	return err < 0 ? kernel_fail_while(entity_kernel(&ndns->entity), err,
				 "%s: cannot be destroyed", entity_name(&ndns->entity))
		       : err;
}
