/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "step.h"

/* Load drivers before a change: a namespace without one may be disabled or wait for its module, and
 * a module that comes during a change lets the kernel bind what is half configured. */

static int load_driver(struct ndctl_namespace *ndns)
{
	struct ndctl_bus *bus = ndctl_namespace_get_bus(ndns);
	int err = entity_load_driver(&ndns->entity, claim_rows[KIND_PFN].driver);

	if (err)
		return err;
	kernel_clear_error(entity_kernel(&ndns->entity));
	if (bus)
		ndctl_bus_wait_probe(bus);
	ctx_forget(ndns->entity.ctx);
	return 0;
}

int region_settle(struct ndctl_region *region)
{
	struct ndctl_namespace *ndns = region_first_namespace(region);

	return ndns ? load_driver(ndns) : 0;
}

/* Disable again what the kernel enables when the driver comes. */
int namespace_settle(struct ndctl_namespace *ndns)
{
	if (ndctl_namespace_is_active(ndns))
		return 0;
	int err = load_driver(ndns);
	if (err || !ndctl_namespace_is_active(ndns))
		return err;
	return namespace_disable_idle(ndns);
}
