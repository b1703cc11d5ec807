/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "busio.h"

#include <fcntl.h>
#include <kernel/node.h>
#include <linux/ndctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

static int bus_open(struct ndctl_bus *bus)
{
	AUTO_DIRECTORY struct directory *devices = NULL;
	char name[32];
	int err = directory_open(entity_kernel(&bus->entity), "sys/class/nd", &devices);

	if (err)
		return kernel_fail(entity_kernel(&bus->entity), -err,
			"cannot read /sys/class/nd: %s", strerror(-err));
	snprintf(name, sizeof(name), "ndctl%u", bus->entity.id);
	return node_open(devices, name, name, S_IFCHR, O_RDWR);
}

int bus_submit(struct ndctl_bus *bus, unsigned long request, void *data)
{
	AUTO_CLOSE int fd = bus_open(bus);

	if (fd < 0 || ioctl(fd, request, data) >= 0)
		return fd < 0 ? fd : 0;
	return kernel_fail(entity_kernel(&bus->entity), errno, "the kernel refused command %s: %s",
		nvdimm_bus_cmd_name(_IOC_NR(request)), strerror(errno));
}
