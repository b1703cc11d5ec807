/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sysfs.h"

/* The nodes by which the nvdimm bus and its DIMMs take commands: the ioctls of <linux/ndctl.h>. */

/* Open /dev/ndctlX of the bus with number @id, and the node of DIMM @name in @devices. Return a
 * descriptor for the caller to close, or a negative errno with the cause recorded. */
int nvdimm_open_bus(struct kernel *kernel, unsigned id);
int nvdimm_open_dimm(const struct directory *devices, const char *name);

/* Sends ioctl @request, and stores in @rest how many bytes at the end of @command the firmware's
 * answer does not reach: they are what they were. Returns 0 or a negative errno; records nothing.
 */
int nvdimm_submit_rest(int fd, unsigned long request, void *command, size_t *rest);

/* Sends ioctl @request, whose answer the kernel writes to @command. Returns 0, whatever status the
 * firmware gives in it, or a negative errno; records nothing. */
int nvdimm_submit(int fd, unsigned long request, void *command);
/* The same, and -EIO if the answer is cut short. */
int nvdimm_submit_whole(int fd, unsigned long request, void *command);
