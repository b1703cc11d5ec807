/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "busio.h"

#include <kernel/nvdimm.h>
#include <linux/ioctl.h>
#include <linux/ndctl.h>
#include <string.h>

int bus_submit(struct ndctl_bus *bus, unsigned long request, void *data)
{
	struct kernel *kernel = entity_kernel(&bus->entity);
	AUTO_CLOSE int fd = nvdimm_open_bus(kernel, bus->entity.id);

	if (fd < 0)
		return fd;
	int err = nvdimm_submit(fd, request, data);
	return err ? kernel_fail(kernel, -err, "the kernel refused command %s: %s",
			     nvdimm_bus_cmd_name(_IOC_NR(request)), strerror(-err))
		   : 0;
}
