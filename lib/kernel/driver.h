/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernel.h"
#include "names.h"

/*
 * Drivers and devices of a bus (Documentation/ABI/testing/sysfs-bus-dax, driver-api/driver-model).
 * All return 0 or a negative errno, with the cause recorded.
 */

/* The same in a word, with nothing recorded. */
bool driver_exists(struct kernel *kernel, const char *bus, const char *driver);
/* -ENOENT if the kernel has no such driver (registered). */
int driver_find(struct kernel *kernel, const char *bus, const char *driver);
/* The name of the driver that @device is bound to in @driver (room for @size bytes); -ENOENT if it
 * is bound to none. */
int driver_of(
	struct kernel *kernel, const char *bus, const char *device, char *driver, size_t size);

/* The names of the devices that no driver has, and of those that @driver has, added to @devices. */
int driver_list_idle(struct kernel *kernel, const char *bus, struct names *devices);
int driver_list(struct kernel *kernel, const char *bus, const char *driver, struct names *devices);

int driver_bind(struct kernel *kernel, const char *bus, const char *driver, const char *device);
/* -ENODEV if another driver, or none, has @device by now. */
int driver_unbind(struct kernel *kernel, const char *bus, const char *driver, const char *device);
/* Lets the kernel choose the driver. -ENXIO if none took the device. */
int driver_probe(struct kernel *kernel, const char *bus, const char *device);

/* Adds @id to, or takes it off, the list of devices that @driver accepts. The kernel offers the
 * device to the driver as soon as it is on the list. */
int driver_new_id(struct kernel *kernel, const char *bus, const char *driver, const char *id);
int driver_remove_id(struct kernel *kernel, const char *bus, const char *driver, const char *id);
