/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nvdimm.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include "node.h"

int nvdimm_open_bus(struct kernel *kernel, unsigned id)
{
	AUTO_DIRECTORY struct directory *buses = NULL;
	char name[32];
	int err = directory_open(kernel, "sys/class/nd", &buses);

	if (err)
		return kernel_fail(kernel, -err, "cannot read /sys/class/nd: %s", strerror(-err));
	snprintf(name, sizeof(name), "ndctl%u", id);
	return node_open(buses, name, name, S_IFCHR, O_RDWR);
}

int nvdimm_open_dimm(const struct directory *devices, const char *name)
{
	return node_open(devices, name, name, S_IFCHR, O_RDWR);
}

/* The kernel returns how many bytes of the command's end the firmware has not filled. */
int nvdimm_submit_rest(int fd, unsigned long request, void *command, size_t *rest)
{
	int result = ioctl(fd, request, command);

	*rest = result > 0 ? (size_t)result : 0;
	return result < 0 ? -errno : 0;
}

int nvdimm_submit(int fd, unsigned long request, void *command)
{
	return ioctl(fd, request, command) < 0 ? -errno : 0;
}

int nvdimm_submit_whole(int fd, unsigned long request, void *command)
{
	size_t rest;
	int err = nvdimm_submit_rest(fd, request, command, &rest);

	return err ?: rest ? -EIO : 0;
}
