/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ndctl/entity.h>

#include "bus.h"
#include "claim.h"
#include "dimm.h"
#include "namespace.h"
#include "region.h"

const struct kind *const entity_kinds[KIND_COUNT] = {
	[KIND_BUS] = &bus_kind,
	[KIND_DIMM] = &dimm_kind,
	[KIND_REGION] = &region_kind,
	[KIND_NAMESPACE] = &namespace_kind,
	[KIND_BTT] = &btt_kind,
	[KIND_PFN] = &pfn_kind,
	[KIND_DAX] = &dax_kind,
};
