/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "step.h"

/* Without a namespace there is nothing that could be in use. */
static int plan_delete_claim(struct txn *txn, struct claim *claim)
{
	struct ndctl_namespace *ndns = claim_namespace(claim);

	if (ndns)
		return step_disable(txn, ndns);
	return entity_is_bound(&claim->entity)
		? kernel_fail(entity_kernel(&claim->entity), EBUSY, "its namespace cannot be read")
		: 0;
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
