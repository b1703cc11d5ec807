/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "step.h"

/* Disable the namespace of a claim. A claim without a namespace cannot be in use. */
static int plan_delete_claim(struct txn *txn, struct claim *claim)
{
	const char *name = object_text(&claim->entity.object, CLAIM_NAMESPACE);
	struct ndctl_namespace *ndns = name ? claim_namespace(claim) : NULL;
	bool bound = false;

	if (ndns)
		return step_disable(txn, ndns);
	int err = entity_check_bound(&claim->entity, &bound);
	if (err)
		return err;
	if (!name || *name || bound)
		return kernel_fail(
			entity_kernel(&claim->entity), EBUSY, "cannot read its namespace");
	/* Let a seed forget its uuid, which the kernel gives to nothing else. */
	return step_write(txn, &claim->entity, CLAIM_NAMESPACE, "", NULL);
}

static int delete_claim(struct claim *claim)
{
	AUTO_TXN struct txn *txn = NULL;
	int err = (nd_change_begin(&claim->entity, &txn) ?: plan_delete_claim(txn, claim))
		?: txn_run(txn);

	if (!err)
		entity_keep(&claim->entity);
	return err ? kernel_fail_while(entity_kernel(&claim->entity), err, "%s: cannot be deleted",
			     entity_name(&claim->entity))
		   : 0;
}

#define DELETE_API(type)                                                                           \
	EXPORT int ndctl_##type##_delete(struct ndctl_##type *type)                                \
	{                                                                                          \
		return delete_claim((struct claim *)type);                                         \
	}

DELETE_API(btt)
DELETE_API(pfn)
DELETE_API(dax)
