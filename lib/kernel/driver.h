/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernel.h"
#include "names.h"

/*
 * Drivers and devices of a bus (Documentation/ABI/testing/sysfs-bus-dax, driver-api/driver-model).
 * Functions that return int give 0 or a negative errno; those that write record the cause.
 */

/* Whether @driver is registered on @bus. Records nothing. */
bool driver_exists(struct kernel *kernel, const char *bus, const char *driver);
/* -ENOENT, with the cause recorded, if @driver is not registered on @bus. */
int driver_find(struct kernel *kernel, const char *bus, const char *driver);
/* Stores in @driver, which has room for @size bytes, the name of the driver that @device is bound
 * to; -ENOENT if it has none. */
int driver_of(
	struct kernel *kernel, const char *bus, const char *device, char *driver, size_t size);

/* Add to @devices the names of the devices without a driver, and of those bound to @driver. */
int driver_list_idle(struct kernel *kernel, const char *bus, struct names *devices);
int driver_list(struct kernel *kernel, const char *bus, const char *driver, struct names *devices);

int driver_bind(struct kernel *kernel, const char *bus, const char *driver, const char *device);
/* -ENODEV if @device is not, or no longer, bound to @driver. */
int driver_unbind(struct kernel *kernel, const char *bus, const char *driver, const char *device);
/* Lets the kernel choose a driver; -ENXIO if none accepts the device. */
int driver_probe(struct kernel *kernel, const char *bus, const char *device);

/* Add @id to the list of devices that @driver accepts, or remove it. The kernel probes a device
 * with @driver as soon as it is on the list. */
int driver_new_id(struct kernel *kernel, const char *bus, const char *driver, const char *id);
int driver_remove_id(struct kernel *kernel, const char *bus, const char *driver, const char *id);
