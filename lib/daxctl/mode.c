/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mode.h"

#include <string.h>

#include "device.h"

/* A device is in a mode when it is bound to the mode's driver. */
static const struct mode modes[] = {
	[DAXCTL_DEV_MODE_DEVDAX] = {"devdax", "device_dax", "CONFIG_DEV_DAX"},
	[DAXCTL_DEV_MODE_RAM] = {"system-ram", "kmem", "CONFIG_DEV_DAX_KMEM"},
	[DAXCTL_DEV_MODE_FAMFS] = {"famfs", "fsdev_dax", "CONFIG_DEV_DAX_FS"},
};

const struct mode *mode_find(int number)
{
	return number >= 0 && number < (int)ARRAY_SIZE(modes) ? &modes[number] : NULL;
}

enum daxctl_dev_mode mode_of_driver(const char *driver)
{
	for (int i = 0; i < (int)ARRAY_SIZE(modes); i++)
		if (strcmp(driver, modes[i].driver) == 0)
			return i;
	return DAXCTL_DEV_MODE_UNKNOWN;
}

EXPORT enum daxctl_dev_mode daxctl_dev_get_mode(struct daxctl_dev *dev)
{
	const char *driver = dev_driver(dev);

	if (!driver)
		return DAXCTL_DEV_MODE_UNKNOWN;
	errno = 0;
	return mode_of_driver(driver);
}

EXPORT int daxctl_dev_is_devdax_mode(struct daxctl_dev *dev)
{
	return daxctl_dev_get_mode(dev) == DAXCTL_DEV_MODE_DEVDAX;
}

EXPORT int daxctl_dev_is_system_ram_mode(struct daxctl_dev *dev)
{
	return daxctl_dev_get_mode(dev) == DAXCTL_DEV_MODE_RAM;
}

EXPORT int daxctl_dev_is_famfs_mode(struct daxctl_dev *dev)
{
	return daxctl_dev_get_mode(dev) == DAXCTL_DEV_MODE_FAMFS;
}

EXPORT int daxctl_dev_is_system_ram_capable(struct daxctl_dev *dev)
{
	return daxctl_dev_is_system_ram_mode(dev);
}
