/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/object/bus.h>

/* Sends ioctl @request of <linux/ndctl.h> to /dev/ndctlX. The bus writes its answer to @data.
 * Returns 0, whatever status the firmware gives in it, or a negative errno with the cause
 * recorded. */
int bus_submit(struct ndctl_bus *bus, unsigned long request, void *data);
