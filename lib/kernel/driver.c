/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "driver.h"

#include <stdio.h>
#include <string.h>

#include "sysfs.h"

/* Open the directory sys/bus/@bus/@rest. */
static int open_bus(
	struct kernel *kernel, const char *bus, const char *rest, struct directory **directory)
{
	char path[PATH_MAX];
	int length = snprintf(path, sizeof(path), "sys/bus/%s/%s", bus, rest);

	if (length >= (int)sizeof(path))
		return -ENAMETOOLONG;
	return directory_open(kernel, path, directory);
}

bool driver_exists(struct kernel *kernel, const char *bus, const char *driver)
{
	AUTO_DIRECTORY struct directory *drivers = NULL;

	return open_bus(kernel, bus, "drivers", &drivers) == 0 &&
		sysfs_exists(drivers, driver, NULL);
}

int driver_find(struct kernel *kernel, const char *bus, const char *driver)
{
	if (driver_exists(kernel, bus, driver))
		return 0;
	return kernel_fail(
		kernel, ENOENT, "this kernel has no driver %s on the %s bus", driver, bus);
}

int driver_of(struct kernel *kernel, const char *bus, const char *device, char *driver, size_t size)
{
	AUTO_DIRECTORY struct directory *devices = NULL;
	char target[PATH_MAX];
	int err = open_bus(kernel, bus, "devices", &devices)
		?: sysfs_link(devices, device, "driver", target);

	if (err)
		return err;
	return snprintf(driver, size, "%s", basename(target)) < (int)size ? 0 : -ENAMETOOLONG;
}

/* List a driver's directory: it has a link for each device, and attributes, which no device is
 * called like. */
int driver_list(struct kernel *kernel, const char *bus, const char *driver, struct names *devices)
{
	AUTO_DIRECTORY struct directory *drivers = NULL;
	int err = open_bus(kernel, bus, "drivers", &drivers);

	return err ?: sysfs_list(drivers, driver, NULL, devices);
}

/* List the devices of all drivers, with one listing per driver however many devices there are. */
static int list_bound(struct kernel *kernel, const char *bus, struct names *devices)
{
	AUTO_DIRECTORY struct directory *drivers = NULL;
	AUTO_NAMES struct names names = NAMES_INIT;
	int err = open_bus(kernel, bus, "drivers", &drivers)
		?: sysfs_list(drivers, NULL, NULL, &names);

	names_foreach (&names, driver)
		err = err ?: sysfs_list(drivers, driver, NULL, devices);
	names_sort(devices);
	return err;
}

int driver_list_idle(struct kernel *kernel, const char *bus, struct names *devices)
{
	AUTO_DIRECTORY struct directory *directory = NULL;
	AUTO_NAMES struct names all = NAMES_INIT, bound = NAMES_INIT;
	int err = open_bus(kernel, bus, "devices", &directory)
		?: sysfs_list(directory, NULL, NULL, &all);

	err = err ?: list_bound(kernel, bus, &bound);
	names_foreach (&all, name)
		if (!names_have(&bound, name))
			err = err ?: names_add(devices, name);
	return err;
}

static int write_driver(struct kernel *kernel, const char *bus, const char *driver,
	const char *attr, const char *value)
{
	AUTO_DIRECTORY struct directory *drivers = NULL;
	int err = open_bus(kernel, bus, "drivers", &drivers);

	if (err)
		return kernel_fail(kernel, -err, "this kernel has no %s bus", bus);
	return sysfs_write(drivers, driver, attr, value);
}

int driver_bind(struct kernel *kernel, const char *bus, const char *driver, const char *device)
{
	return write_driver(kernel, bus, driver, "bind", device);
}

/* Write to the driver that the caller has checked, even if another one has the device now. */
int driver_unbind(struct kernel *kernel, const char *bus, const char *driver, const char *device)
{
	return write_driver(kernel, bus, driver, "unbind", device);
}

int driver_probe(struct kernel *kernel, const char *bus, const char *device)
{
	AUTO_DIRECTORY struct directory *directory = NULL;
	char driver[NAME_MAX + 1];
	int err = open_bus(kernel, bus, "", &directory);

	if (err)
		return kernel_fail(kernel, -err, "this kernel has no %s bus", bus);
	err = sysfs_write(directory, NULL, "drivers_probe", device);
	if (err)
		return err;
	err = driver_of(kernel, bus, device, driver, sizeof(driver));
	if (err == -ENOENT)
		return kernel_fail(kernel, ENXIO, "no driver accepted the device");
	return err ? kernel_fail(kernel, -err, "cannot read whether a driver accepted %s: %s",
			     device, strerror(-err))
		   : 0;
}

int driver_new_id(struct kernel *kernel, const char *bus, const char *driver, const char *id)
{
	return write_driver(kernel, bus, driver, "new_id", id);
}

int driver_remove_id(struct kernel *kernel, const char *bus, const char *driver, const char *id)
{
	return write_driver(kernel, bus, driver, "remove_id", id);
}
