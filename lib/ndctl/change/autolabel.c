/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "autolabel.h"

#include <kernel/cause.h>
#include <linux/ndctl.h>
#include <ndctl/labels/labelio.h>
#include <ndctl/labels/rewrite.h>
#include <ndctl/private.h>
#include <string.h>

#include "step.h"

static bool serves_another(struct ndctl_dimm *dimm, const struct ndctl_region *region)
{
	struct ndctl_region *other;
	struct ndctl_dimm *part;

	ndctl_region_foreach (ndctl_dimm_get_bus(dimm), other)
		if (other != region)
			ndctl_dimm_foreach_in_region (other, part)
				if (part == dimm)
					return true;
	return false;
}

bool autolabel_fits(struct ndctl_namespace *ndns)
{
	struct ndctl_region *region = entity_region(&ndns->entity);
	struct ndctl_dimm *dimm;
	const char *failure;
	bool any = false;

	if (ndctl_namespace_get_type(ndns) != ND_DEVICE_NAMESPACE_IO)
		return false;
	ndctl_dimm_foreach_in_region (region, dimm) {
		if (!ndctl_dimm_is_cmd_supported(dimm, ND_CMD_SET_CONFIG_DATA) ||
			serves_another(dimm, region) || labels_validate(dimm, &failure) != -EINVAL)
			return false;
		any = true;
	}
	/* Forget the failure: that the labels are missing is what makes the region fit. */
	kernel_clear_error(entity_kernel(&ndns->entity));
	return any;
}

int autolabel_lock(struct ndctl_region *region, struct txn **dimms)
{
	return nd_ctx_txn(region->entity.ctx, dimms) ?: region_lock_dimms(region, *dimms);
}

int autolabel_lock_again(struct ndctl_region *region, struct txn **dimms, int error)
{
	AUTO_CAUSE struct cause cause = cause_keep(entity_kernel(&region->entity), error);

	autolabel_lock(region, dimms);
	return cause_record(&cause);
}

/* Write labels of version 1.2, as the reference and the kernel do on an empty label area: they
 * record the mode of a namespace, and have checksums. */
int autolabel_plan(struct txn *txn, struct ndctl_namespace *ndns)
{
	struct ndctl_region *region = entity_region(&ndns->entity);
	struct ndctl_dimm *dimm;
	size_t slots;
	int err = step_disable(txn, ndns) ?: step_unbind(txn, &region->entity, "nd_region");

	ndctl_dimm_foreach_in_region (region, dimm)
		err = err ?: step_init_labels(txn, dimm, 2, &slots);
	return err ?: step_enable_region(txn, region);
}

void autolabel_settle(struct ndctl_region *region)
{
	ndctl_bus_wait_probe(ndctl_region_get_bus(region));
	ctx_forget(region->entity.ctx);
}
