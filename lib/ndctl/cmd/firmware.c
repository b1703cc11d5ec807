/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ndctl/private.h>
#include <string.h>

#include "call.h"

/*
 * Updates of a DIMM's firmware: start, send the image in parts, finish or abort, query until the
 * DIMM has checked it. A program creates the commands after the start from that, which it must have
 * submitted with success.
 */
struct firmware_cmd {
	struct call call;
	union {
		struct firmware_info info;
		unsigned context;
		uint64_t version;
	};
};

static struct firmware_cmd *firmware_of(struct ndctl_cmd *cmd)
{
	return (struct firmware_cmd *)cmd;
}

static struct ndctl_dimm *firmware_dimm(struct ndctl_cmd *cmd)
{
	return (struct ndctl_dimm *)cmd->entity;
}

/* ---- submitting ---- */

static int submit_info(struct ndctl_cmd *cmd)
{
	struct firmware_cmd *firmware = firmware_of(cmd);
	int err = call_submit(cmd);

	if (err == 0 && cmd->firmware_status == 0)
		firmware->call.family->read_firmware_info(
			call_answer(&firmware->call), &firmware->info);
	return err;
}

static int submit_start_update(struct ndctl_cmd *cmd)
{
	struct firmware_cmd *firmware = firmware_of(cmd);
	int err = call_submit(cmd);

	if (err == 0 && cmd->firmware_status == 0)
		firmware->context =
			firmware->call.family->read_context(call_answer(&firmware->call));
	return err;
}

static int submit_query(struct ndctl_cmd *cmd)
{
	struct firmware_cmd *firmware = firmware_of(cmd);
	int err = call_submit(cmd);

	if (err == 0 && cmd->firmware_status == 0)
		firmware->version =
			firmware->call.family->read_version(call_answer(&firmware->call));
	return err;
}

static const struct cmd_kind info_kind = {ND_CMD_CALL, submit_info, call_release, call_translate};
static const struct cmd_kind start_kind = {
	ND_CMD_CALL, submit_start_update, call_release, call_translate};
static const struct cmd_kind send_kind = {ND_CMD_CALL, call_submit, call_release, call_translate};
static const struct cmd_kind finish_kind = {ND_CMD_CALL, call_submit, call_release, call_translate};
static const struct cmd_kind query_kind = {ND_CMD_CALL, submit_query, call_release, call_translate};

/* ---- creating ---- */

EXPORT struct ndctl_cmd *ndctl_dimm_cmd_new_fw_get_info(struct ndctl_dimm *dimm)
{
	return call_new(&info_kind, dimm, CALL_FW_INFO, sizeof(struct firmware_cmd), 0);
}

EXPORT struct ndctl_cmd *ndctl_dimm_cmd_new_fw_start_update(struct ndctl_dimm *dimm)
{
	return call_new(&start_kind, dimm, CALL_FW_START, sizeof(struct firmware_cmd), 0);
}

EXPORT struct ndctl_cmd *ndctl_dimm_cmd_new_fw_send(
	struct ndctl_cmd *start, unsigned int offset, unsigned int len, void *data)
{
	if (!call_is_answered(start, &start_kind))
		return NULL;
	if (!data && len) {
		errno = EINVAL;
		return NULL;
	}
	struct firmware_cmd *send = call_new(
		&send_kind, firmware_dimm(start), CALL_FW_SEND, sizeof(struct firmware_cmd), len);
	if (!send)
		return NULL;
	const struct firmware_part part = {firmware_of(start)->context, offset, len, data};
	send->call.family->write_part(&part, call_input(&send->call));
	return &send->call.cmd;
}

static struct ndctl_cmd *new_from_start(
	struct ndctl_cmd *start, const struct cmd_kind *kind, enum family_call which, bool abort)
{
	if (!call_is_answered(start, &start_kind))
		return NULL;
	struct firmware_cmd *cmd =
		call_new(kind, firmware_dimm(start), which, sizeof(struct firmware_cmd), 0);
	if (!cmd)
		return NULL;
	cmd->call.family->write_context(
		which, firmware_of(start)->context, abort, call_input(&cmd->call));
	return &cmd->call.cmd;
}

EXPORT struct ndctl_cmd *ndctl_dimm_cmd_new_fw_finish(struct ndctl_cmd *start)
{
	return new_from_start(start, &finish_kind, CALL_FW_FINISH, false);
}

EXPORT struct ndctl_cmd *ndctl_dimm_cmd_new_fw_abort(struct ndctl_cmd *start)
{
	return new_from_start(start, &finish_kind, CALL_FW_FINISH, true);
}

EXPORT struct ndctl_cmd *ndctl_dimm_cmd_new_fw_finish_query(struct ndctl_cmd *start)
{
	return new_from_start(start, &query_kind, CALL_FW_QUERY, false);
}

/* ---- reading the answer ---- */

#define INFO_GETTER(type, name, member, unknown)                                                   \
	EXPORT type ndctl_cmd_fw_info_get_##name(struct ndctl_cmd *cmd)                            \
	{                                                                                          \
		return call_is_answered(cmd, &info_kind) ? firmware_of(cmd)->info.member           \
							 : (unknown);                              \
	}
INFO_GETTER(unsigned int, storage_size, storage_size, UINT_MAX)
INFO_GETTER(unsigned int, max_send_len, max_send_length, UINT_MAX)
INFO_GETTER(unsigned int, query_interval, query_interval, UINT_MAX)
INFO_GETTER(unsigned int, max_query_time, max_query_time, UINT_MAX)
INFO_GETTER(unsigned long long, run_version, running_version, ULLONG_MAX)
INFO_GETTER(unsigned long long, updated_version, staged_version, ULLONG_MAX)

EXPORT unsigned int ndctl_cmd_fw_start_get_context(struct ndctl_cmd *cmd)
{
	return call_is_answered(cmd, &start_kind) ? firmware_of(cmd)->context : UINT_MAX;
}

EXPORT unsigned long long ndctl_cmd_fw_fquery_get_fw_rev(struct ndctl_cmd *cmd)
{
	return call_is_answered(cmd, &query_kind) ? firmware_of(cmd)->version : ULLONG_MAX;
}

static bool is_firmware_cmd(const struct ndctl_cmd *cmd)
{
	return cmd &&
		(cmd->kind == &info_kind || cmd->kind == &start_kind || cmd->kind == &send_kind ||
			cmd->kind == &finish_kind || cmd->kind == &query_kind);
}

EXPORT enum ND_FW_STATUS ndctl_cmd_fw_xlat_firmware_status(struct ndctl_cmd *cmd)
{
	if (!is_firmware_cmd(cmd))
		return FW_EUNKNOWN;
	const struct call *call = &firmware_of(cmd)->call;
	return cmd->firmware_status
		? family_explain(call->family, call->which, cmd->firmware_status).firmware
		: FW_SUCCESS;
}

EXPORT int ndctl_dimm_fw_update_supported(struct ndctl_dimm *dimm)
{
	const struct family *family;

	for (enum family_call which = CALL_FW_INFO; dimm && which <= CALL_FW_QUERY; which++) {
		int err = call_check(dimm, which, &family);
		if (err)
			return err;
	}
	return dimm ? 0 : -EINVAL;
}
