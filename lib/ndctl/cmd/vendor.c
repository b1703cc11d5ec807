/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <kernel/nvdimm.h>
#include <linux/ioctl.h>
#include <linux/ndctl.h>
#include <ndctl/object/dimm.h>
#include <ndctl/private.h>
#include <string.h>

#include "cmd.h"

/* Vendor-specific commands (ND_CMD_VENDOR): bytes that only the caller and the firmware understand.
 */
#define MOST_BYTES (4u << 20) /* the kernel's limit for a command */

struct vendor {
	struct ndctl_cmd cmd;
	size_t in, room;		  /* bytes of input, and of room for output */
	size_t answered;		  /* bytes of output that the firmware has written */
	struct nd_cmd_vendor_hdr *header; /* input, then struct nd_cmd_vendor_tail and output */
};

static struct vendor *vendor_of(struct ndctl_cmd *cmd)
{
	return (struct vendor *)cmd;
}

static uint8_t *vendor_tail(const struct vendor *vendor)
{
	return vendor->header->in_buf + vendor->in;
}

/* The tail may be misaligned: it follows the input. */
static struct nd_cmd_vendor_tail read_tail(const struct vendor *vendor)
{
	struct nd_cmd_vendor_tail tail;

	memcpy(&tail, vendor_tail(vendor), sizeof(tail));
	return tail;
}

static void vendor_release(struct ndctl_cmd *cmd)
{
	free(vendor_of(cmd)->header);
}

/* Takes nothing for output that the firmware has not written: the kernel leaves the last @rest
 * bytes of the command as they were. A refusal needs no more than its status. */
static int check_output(struct vendor *vendor, size_t rest)
{
	struct nd_cmd_vendor_tail tail = read_tail(vendor);
	struct kernel *kernel = entity_kernel(vendor->cmd.entity);

	vendor->answered = rest < vendor->room ? vendor->room - rest : 0;
	vendor->cmd.firmware_status = tail.status;
	if (tail.status)
		return 0;
	if (rest > vendor->room)
		return kernel_fail(kernel, EIO,
			"vendor-specific command %#x: the firmware gave no length",
			vendor->header->opcode);
	size_t size = tail.out_length < vendor->room ? tail.out_length : vendor->room;
	if (size > vendor->answered)
		return kernel_fail(kernel, EIO,
			"vendor-specific command %#x: the firmware announced %u bytes and gave %zu",
			vendor->header->opcode, tail.out_length, vendor->answered);
	vendor->answered = size;
	return 0;
}

static int submit_vendor(struct ndctl_cmd *cmd)
{
	struct vendor *vendor = vendor_of(cmd);
	size_t rest;
	struct nd_cmd_vendor_tail tail = {.out_length = (uint32_t)vendor->room};
	AUTO_CLOSE int fd =
		nvdimm_open_dimm(cmd->entity->object.directory, entity_name(cmd->entity));

	if (fd < 0)
		return fd;
	memcpy(vendor_tail(vendor), &tail, sizeof(tail));
	int err = nvdimm_submit_rest(fd, ND_IOCTL_VENDOR, vendor->header, &rest);
	if (err)
		return kernel_fail(entity_kernel(cmd->entity), -err,
			"vendor-specific command %#x failed: %s", vendor->header->opcode,
			strerror(-err));
	return check_output(vendor, rest);
}

static const struct cmd_kind vendor_kind = {ND_CMD_VENDOR, submit_vendor, vendor_release, NULL};

EXPORT struct ndctl_cmd *ndctl_dimm_cmd_new_vendor_specific(
	struct ndctl_dimm *dimm, unsigned int opcode, size_t input_size, size_t output_size)
{
	struct vendor *vendor;

	if (!dimm || input_size > MOST_BYTES / 2 || output_size > MOST_BYTES / 2 - 64) {
		errno = EINVAL;
		return NULL;
	}
	if (!ndctl_dimm_is_cmd_supported(dimm, ND_CMD_VENDOR)) {
		kernel_fail(entity_kernel(&dimm->entity), EOPNOTSUPP,
			"%s: no vendor-specific commands", entity_name(&dimm->entity));
		errno = EOPNOTSUPP;
		return NULL;
	}
	vendor = cmd_new(&vendor_kind, &dimm->entity, sizeof(*vendor));
	if (!vendor)
		return NULL;
	vendor->in = input_size;
	vendor->room = output_size;
	vendor->header = calloc(1,
		sizeof(*vendor->header) + input_size + sizeof(struct nd_cmd_vendor_tail) +
			output_size);
	if (!vendor->header) {
		free(vendor);
		return NULL;
	}
	vendor->header->opcode = opcode;
	vendor->header->in_length = (uint32_t)input_size;
	return &vendor->cmd;
}

EXPORT ssize_t ndctl_cmd_vendor_set_input(struct ndctl_cmd *cmd, void *buf, unsigned int len)
{
	if (!cmd || cmd->kind != &vendor_kind || cmd->status <= 0 || (!buf && len))
		return -EINVAL;
	size_t size = len < vendor_of(cmd)->in ? len : vendor_of(cmd)->in;
	if (size)
		memcpy(vendor_of(cmd)->header->in_buf, buf, size);
	return (ssize_t)size;
}

/* Before the answer, and after a failure, programs get the status of the command. */
EXPORT ssize_t ndctl_cmd_vendor_get_output_size(struct ndctl_cmd *cmd)
{
	if (!cmd || cmd->kind != &vendor_kind)
		return -EINVAL;
	return cmd->status ?: (ssize_t)vendor_of(cmd)->answered;
}

EXPORT ssize_t ndctl_cmd_vendor_get_output(struct ndctl_cmd *cmd, void *buf, unsigned int len)
{
	ssize_t size = ndctl_cmd_vendor_get_output_size(cmd);

	if (!cmd || cmd->kind != &vendor_kind || cmd->status || size <= 0)
		return size;
	if ((size_t)size > len)
		size = (ssize_t)len;
	memcpy(buf, vendor_tail(vendor_of(cmd)) + sizeof(struct nd_cmd_vendor_tail), (size_t)size);
	return size;
}
