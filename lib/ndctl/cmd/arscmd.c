/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/ndctl.h>
#include <ndctl/private.h>
#include <linux/ioctl.h>

#include "busio.h"
#include "cmd.h"

/*
 * Commands for media errors (ACPI 6.2, 9.20.7: address range scrub): query the capabilities of a
 * range, start a scrub of it, read the errors that scrubs found, clear errors. A program creates
 * the last three from a capability query that it has submitted.
 */
#define STATE_RUNNING 1u
#define FLAG_OVERFLOW 1u
#define MOST_BYTES    (4u << 20) /* the kernel's limit for a command */

struct ars {
	struct ndctl_cmd cmd;
	union {
		struct nd_cmd_ars_cap cap;
		struct nd_cmd_ars_start start;
		struct nd_cmd_clear_error clear;
		struct nd_cmd_ars_status status; /* its records follow */
	};
};

static struct ars *ars_of(struct ndctl_cmd *cmd)
{
	return (struct ars *)cmd;
}

static int note_status(struct ndctl_cmd *cmd, int err, uint32_t status)
{
	cmd->firmware_status = err ? 0 : status;
	return err;
}

static struct ndctl_bus *bus_of(struct ndctl_cmd *cmd)
{
	return (struct ndctl_bus *)cmd->entity;
}

static int submit_cap(struct ndctl_cmd *cmd)
{
	int err = bus_submit(bus_of(cmd), ND_IOCTL_ARS_CAP, &ars_of(cmd)->cap);

	return note_status(cmd, err, ars_of(cmd)->cap.status);
}

static int submit_start(struct ndctl_cmd *cmd)
{
	int err = bus_submit(bus_of(cmd), ND_IOCTL_ARS_START, &ars_of(cmd)->start);

	return note_status(cmd, err, ars_of(cmd)->start.status);
}

static int submit_status(struct ndctl_cmd *cmd)
{
	int err = bus_submit(bus_of(cmd), ND_IOCTL_ARS_STATUS, &ars_of(cmd)->status);

	return note_status(cmd, err, ars_of(cmd)->status.status);
}

static int submit_clear(struct ndctl_cmd *cmd)
{
	int err = bus_submit(bus_of(cmd), ND_IOCTL_CLEAR_ERROR, &ars_of(cmd)->clear);

	return note_status(cmd, err, ars_of(cmd)->clear.status);
}

/* The high bits are no failure: capabilities, or the state of a scrub. */
static int translate_ars(const struct ndctl_cmd *cmd)
{
	if (!(cmd->firmware_status & ARS_STATUS_MASK))
		return 0;
	return kernel_fail(entity_kernel(cmd->entity), EIO, "%s: %s: firmware status %#x",
		entity_name(cmd->entity), nvdimm_bus_cmd_name((unsigned)cmd->kind->type),
		cmd->firmware_status);
}

static const struct cmd_kind ars_cap = {ND_CMD_ARS_CAP, submit_cap, NULL, translate_ars};
static const struct cmd_kind ars_start = {ND_CMD_ARS_START, submit_start, NULL, translate_ars};
static const struct cmd_kind ars_status = {ND_CMD_ARS_STATUS, submit_status, NULL, translate_ars};
static const struct cmd_kind clear_error = {ND_CMD_CLEAR_ERROR, submit_clear, NULL, translate_ars};

static bool answered(struct ndctl_cmd *cmd, const struct cmd_kind *kind)
{
	return cmd_is_done(cmd, kind) && !(cmd->firmware_status & ARS_STATUS_MASK);
}

/* ---- creating ---- */

static struct ars *ars_new(const struct cmd_kind *kind, struct ndctl_bus *bus, size_t records)
{
	if (ndctl_bus_is_cmd_supported(bus, kind->type))
		return cmd_new(kind, &bus->entity, sizeof(struct ars) + records);
	errno = EOPNOTSUPP;
	return NULL;
}

static struct ars *ars_new_from(struct ndctl_cmd *cap, const struct cmd_kind *kind, size_t records)
{
	if (answered(cap, &ars_cap))
		return ars_new(kind, bus_of(cap), records);
	errno = EINVAL;
	return NULL;
}

EXPORT struct ndctl_cmd *ndctl_bus_cmd_new_ars_cap(
	struct ndctl_bus *bus, unsigned long long address, unsigned long long len)
{
	struct ars *ars = ars_new(&ars_cap, bus, 0);

	if (!ars)
		return NULL;
	ars->cap.address = address;
	ars->cap.length = len;
	return &ars->cmd;
}

EXPORT struct ndctl_cmd *ndctl_bus_cmd_new_ars_start(struct ndctl_cmd *cap, int type)
{
	struct ars *ars;

	if (type != ND_ARS_VOLATILE && type != ND_ARS_PERSISTENT) {
		errno = EINVAL;
		return NULL;
	}
	ars = ars_new_from(cap, &ars_start, 0);
	if (!ars)
		return NULL;
	ars->start.address = ars_of(cap)->cap.address;
	ars->start.length = ars_of(cap)->cap.length;
	ars->start.type = (uint16_t)type;
	return &ars->cmd;
}

EXPORT struct ndctl_cmd *ndctl_bus_cmd_new_ars_status(struct ndctl_cmd *cap)
{
	size_t size = ndctl_cmd_ars_cap_get_size(cap);
	struct ars *ars = size <= MOST_BYTES ? ars_new_from(cap, &ars_status, size) : NULL;

	if (size > MOST_BYTES)
		errno = EINVAL;
	if (ars)
		ars->status.out_length = (uint32_t)size;
	return ars ? &ars->cmd : NULL;
}

static bool is_clearable(const struct nd_cmd_ars_cap *cap, uint64_t address, uint64_t length)
{
	uint64_t unit = cap->clear_err_unit;

	return unit && address % unit == 0 && length % unit == 0 && address >= cap->address &&
		address - cap->address <= cap->length &&
		length <= cap->length - (address - cap->address);
}

EXPORT struct ndctl_cmd *ndctl_bus_cmd_new_clear_error(
	unsigned long long address, unsigned long long len, struct ndctl_cmd *cap)
{
	struct ars *ars = ars_new_from(cap, &clear_error, 0);

	if (ars && !is_clearable(&ars_of(cap)->cap, address, len)) {
		ndctl_cmd_unref(&ars->cmd);
		errno = EINVAL;
		return NULL;
	}
	if (!ars)
		return NULL;
	ars->clear.address = address;
	ars->clear.length = len;
	return &ars->cmd;
}

/* ---- reading the answer ---- */

EXPORT unsigned int ndctl_cmd_ars_cap_get_size(struct ndctl_cmd *cmd)
{
	return answered(cmd, &ars_cap) ? ars_of(cmd)->cap.max_ars_out : 0;
}

EXPORT int ndctl_cmd_ars_cap_get_range(struct ndctl_cmd *cmd, struct ndctl_range *range)
{
	if (!range || !answered(cmd, &ars_cap))
		return -EINVAL;
	range->address = ars_of(cmd)->cap.address;
	range->length = ars_of(cmd)->cap.length;
	return 0;
}

EXPORT unsigned int ndctl_cmd_ars_cap_get_clear_unit(struct ndctl_cmd *cmd)
{
	return answered(cmd, &ars_cap) ? ars_of(cmd)->cap.clear_err_unit : 0;
}

EXPORT int ndctl_cmd_ars_in_progress(struct ndctl_cmd *cmd)
{
	return answered(cmd, &ars_status) &&
		cmd->firmware_status >> ARS_EXT_STATUS_SHIFT == STATE_RUNNING;
}

/* Trusts the firmware's count no further than the answer has room. */
EXPORT unsigned int ndctl_cmd_ars_num_records(struct ndctl_cmd *cmd)
{
	size_t room, said;

	if (!answered(cmd, &ars_status))
		return 0;
	room = ars_of(cmd)->status.out_length;
	said = ars_of(cmd)->status.num_records;
	room = room > sizeof(struct nd_cmd_ars_status)
		? (room - sizeof(struct nd_cmd_ars_status)) / sizeof(struct nd_ars_record)
		: 0;
	return (unsigned)(said < room ? said : room);
}

EXPORT unsigned long long ndctl_cmd_ars_get_record_addr(struct ndctl_cmd *cmd, unsigned int index)
{
	return index < ndctl_cmd_ars_num_records(cmd)
		? ars_of(cmd)->status.records[index].err_address
		: 0;
}

EXPORT unsigned long long ndctl_cmd_ars_get_record_len(struct ndctl_cmd *cmd, unsigned int index)
{
	return index < ndctl_cmd_ars_num_records(cmd) ? ars_of(cmd)->status.records[index].length
						      : 0;
}

EXPORT int ndctl_cmd_ars_stat_get_flag_overflow(struct ndctl_cmd *cmd)
{
	if (!cmd || cmd->kind != &ars_status)
		return -EINVAL;
	return ars_of(cmd)->status.flags & FLAG_OVERFLOW ? 1 : 0;
}

EXPORT unsigned long long ndctl_cmd_clear_error_get_cleared(struct ndctl_cmd *cmd)
{
	return answered(cmd, &clear_error) ? ars_of(cmd)->clear.cleared : 0;
}
