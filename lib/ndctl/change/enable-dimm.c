/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ndctl/labels/labelio.h>

#include "step.h"

static int dimm_enable(struct ndctl_dimm *dimm)
{
	AUTO_TXN struct txn *txn = NULL;
	bool enabled = false;
	int err = (nd_ctx_txn(dimm->entity.ctx, &txn) ?: dimm_lock(dimm, txn))
		?: entity_check_bound(&dimm->entity, &enabled);

	if (err || enabled)
		return err;
	return step_bind(txn, &dimm->entity, "nvdimm") ?: txn_run(txn);
}

EXPORT int ndctl_dimm_enable(struct ndctl_dimm *dimm)
{
	int err = dimm_enable(dimm);

	return err ? kernel_fail_while(entity_kernel(&dimm->entity), err, "%s: cannot be enabled",
			     entity_name(&dimm->entity))
		   : 0;
}

static int dimm_disable(struct ndctl_dimm *dimm)
{
	AUTO_TXN struct txn *txn = NULL;
	bool enabled = false;
	int err = (nd_ctx_txn(dimm->entity.ctx, &txn) ?: dimm_lock(dimm, txn))
		?: entity_check_bound(&dimm->entity, &enabled);

	if (err || !enabled)
		return err;
	err = dimm_check_idle(dimm) ?: step_unbind(txn, &dimm->entity, "nvdimm");
	return err ?: txn_run(txn);
}

EXPORT int ndctl_dimm_disable(struct ndctl_dimm *dimm)
{
	int err = dimm_disable(dimm);

	return err ? kernel_fail_while(entity_kernel(&dimm->entity), err, "%s: cannot be disabled",
			     entity_name(&dimm->entity))
		   : 0;
}
