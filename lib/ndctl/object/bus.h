/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/entity.h>

struct ndctl_bus {
	struct entity entity;
};

enum bus_attr {
	BUS_PROVIDER,
	BUS_COMMANDS,
	BUS_WAIT_PROBE,
	BUS_REVISION,
	BUS_SCRUB,
	BUS_FUNCTIONS,
	BUS_FWA_CAPABILITY,
	BUS_FWA_STATE,
	BUS_FWA_NOIDLE,
	BUS_FWA_NOSUSPEND,
	BUS_SUBSYSTEM,
	BUS_ATTR_COUNT,
};

extern const struct kind bus_kind;

/* Returns the bus that a DIMM or region is on, or NULL if its link cannot be read. */
struct ndctl_bus *entity_bus(struct entity *entity);
/* Iterations over the DIMMs or regions on a bus, as entity_first() and entity_next(). */
struct entity *entity_first_on(struct ndctl_bus *bus, enum entity_kind kind);
struct entity *entity_next_on(const struct entity *entity);
