/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/object/bus.h>

/* Wait until no scrub of the bus runs. Return 0 or a negative errno with the cause recorded. */
int bus_await_scrub(struct ndctl_bus *bus);
/* The same after starting one, unless another program has requested one already. */
int bus_scrub(struct ndctl_bus *bus);
