/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ndctl/object/bus.h>
#include <ndctl/object/dimm.h>
#include <ndctl/object/namespace.h>
#include <ndctl/private.h>

#include "cmd.h"

/*
 * Stubs of the functions for DIMMs that this version does not implement. They let programs start
 * that were linked to the whole interface. Each returns -EOPNOTSUPP, or its value for "unknown",
 * and leaves a sentence in the context. To implement a function, delete its row here and its mark
 * in test/abi/libndctl.symbols.
 */
#define SMART	  "SMART commands"
#define FIRMWARE  "firmware updates"
#define INJECTION "error injection"
#define VENDOR	  "vendor-specific commands"

static int unsupported(const struct entity *entity, const char *what)
{
	errno = EOPNOTSUPP;
	if (!entity)
		return -EOPNOTSUPP;
	return kernel_fail(entity_kernel(entity), EOPNOTSUPP,
		"%s: this version of libndctl does not support %s", entity_name(entity), what);
}

static const struct entity *of_cmd(const struct ndctl_cmd *cmd)
{
	return cmd ? cmd->entity : NULL;
}

#define ENTITY(object) ((object) ? &(object)->entity : NULL)

/* Defines function @name, which fails and returns @unknown. @entity: an expression on one of
 * @params, names the object in the sentence. */
#define ROW(result, name, params, entity, what, unknown)                                           \
	EXPORT result name params                                                                  \
	{                                                                                          \
		unsupported(entity, what);                                                         \
		return unknown;                                                                    \
	}

#define NEW_CMD(name, what)                                                                        \
	ROW(struct ndctl_cmd *, ndctl_dimm_cmd_new_##name, (struct ndctl_dimm * dimm),             \
		ENTITY(dimm), what, NULL)
#define CMD_UINT(name, what)                                                                       \
	ROW(unsigned int, ndctl_cmd_##name, (struct ndctl_cmd * cmd), of_cmd(cmd), what, UINT_MAX)
#define CMD_ULL(name, what)                                                                        \
	ROW(unsigned long long, ndctl_cmd_##name, (struct ndctl_cmd * cmd), of_cmd(cmd), what,     \
		ULLONG_MAX)
#define CMD_INT(name, params, what)                                                                \
	ROW(int, ndctl_cmd_##name, params, of_cmd(cmd), what, -EOPNOTSUPP)
#define DIMM_INT(name, params, what)                                                               \
	ROW(int, ndctl_dimm_##name, params, ENTITY(dimm), what, -EOPNOTSUPP)
#define NS_INT(name, params, what)                                                                 \
	ROW(int, ndctl_namespace_##name, params, ENTITY(ndns), what, -EOPNOTSUPP)

/* ---- SMART ---- */

NEW_CMD(smart, SMART)
NEW_CMD(smart_threshold, SMART)
NEW_CMD(smart_inject, SMART)
NEW_CMD(ack_shutdown_count, SMART)
ROW(struct ndctl_cmd *, ndctl_dimm_cmd_new_smart_set_threshold, (struct ndctl_cmd * cmd),
	of_cmd(cmd), SMART, NULL)
CMD_UINT(smart_get_flags, SMART)
CMD_UINT(smart_get_health, SMART)
CMD_UINT(smart_get_temperature, SMART)
CMD_UINT(smart_get_media_temperature, SMART)
CMD_UINT(smart_get_ctrl_temperature, SMART)
CMD_UINT(smart_get_spares, SMART)
CMD_UINT(smart_get_alarm_flags, SMART)
CMD_UINT(smart_get_life_used, SMART)
CMD_UINT(smart_get_shutdown_state, SMART)
CMD_UINT(smart_get_shutdown_count, SMART)
CMD_UINT(smart_get_vendor_size, SMART)
ROW(unsigned char *, ndctl_cmd_smart_get_vendor_data, (struct ndctl_cmd * cmd), of_cmd(cmd), SMART,
	NULL)
CMD_UINT(smart_threshold_get_alarm_control, SMART)
CMD_UINT(smart_threshold_get_temperature, SMART)
CMD_UINT(smart_threshold_get_media_temperature, SMART)
CMD_UINT(smart_threshold_get_ctrl_temperature, SMART)
CMD_UINT(smart_threshold_get_spares, SMART)
CMD_UINT(smart_threshold_get_supported_alarms, SMART)
CMD_INT(smart_threshold_set_alarm_control, (struct ndctl_cmd * cmd, unsigned int val), SMART)
CMD_INT(smart_threshold_set_temperature, (struct ndctl_cmd * cmd, unsigned int val), SMART)
CMD_INT(smart_threshold_set_media_temperature, (struct ndctl_cmd * cmd, unsigned int val), SMART)
CMD_INT(smart_threshold_set_ctrl_temperature, (struct ndctl_cmd * cmd, unsigned int val), SMART)
CMD_INT(smart_threshold_set_spares, (struct ndctl_cmd * cmd, unsigned int val), SMART)
CMD_INT(smart_inject_media_temperature, (struct ndctl_cmd * cmd, bool enable, unsigned int mtemp),
	SMART)
CMD_INT(smart_inject_ctrl_temperature, (struct ndctl_cmd * cmd, bool enable, unsigned int ctemp),
	SMART)
CMD_INT(smart_inject_spares, (struct ndctl_cmd * cmd, bool enable, unsigned int spares), SMART)
CMD_INT(smart_inject_fatal, (struct ndctl_cmd * cmd, bool enable), SMART)
CMD_INT(smart_inject_unsafe_shutdown, (struct ndctl_cmd * cmd, bool enable), SMART)
DIMM_INT(smart_inject_supported, (struct ndctl_dimm * dimm), SMART)
ROW(unsigned int, ndctl_dimm_get_health, (struct ndctl_dimm * dimm), ENTITY(dimm), SMART, UINT_MAX)
ROW(unsigned int, ndctl_dimm_get_flags, (struct ndctl_dimm * dimm), ENTITY(dimm), SMART, UINT_MAX)
ROW(unsigned int, ndctl_dimm_get_event_flags, (struct ndctl_dimm * dimm), ENTITY(dimm), SMART,
	UINT_MAX)
ROW(int, ndctl_dimm_is_flag_supported, (struct ndctl_dimm * dimm, unsigned int flag), ENTITY(dimm),
	SMART, 0)

/* ---- vendor ---- */

ROW(struct ndctl_cmd *, ndctl_dimm_cmd_new_vendor_specific,
	(struct ndctl_dimm * dimm, unsigned int opcode, size_t input_size, size_t output_size),
	ENTITY(dimm), VENDOR, NULL)
ROW(ssize_t, ndctl_cmd_vendor_set_input, (struct ndctl_cmd * cmd, void *buf, unsigned int len),
	of_cmd(cmd), VENDOR, -EOPNOTSUPP)
ROW(ssize_t, ndctl_cmd_vendor_get_output_size, (struct ndctl_cmd * cmd), of_cmd(cmd), VENDOR,
	-EOPNOTSUPP)
ROW(ssize_t, ndctl_cmd_vendor_get_output, (struct ndctl_cmd * cmd, void *buf, unsigned int len),
	of_cmd(cmd), VENDOR, -EOPNOTSUPP)

/* ---- firmware ---- */

NEW_CMD(fw_get_info, FIRMWARE)
NEW_CMD(fw_start_update, FIRMWARE)
ROW(struct ndctl_cmd *, ndctl_dimm_cmd_new_fw_send,
	(struct ndctl_cmd * start, unsigned int offset, unsigned int len, void *data),
	of_cmd(start), FIRMWARE, NULL)
ROW(struct ndctl_cmd *, ndctl_dimm_cmd_new_fw_finish, (struct ndctl_cmd * start), of_cmd(start),
	FIRMWARE, NULL)
ROW(struct ndctl_cmd *, ndctl_dimm_cmd_new_fw_abort, (struct ndctl_cmd * start), of_cmd(start),
	FIRMWARE, NULL)
ROW(struct ndctl_cmd *, ndctl_dimm_cmd_new_fw_finish_query, (struct ndctl_cmd * start),
	of_cmd(start), FIRMWARE, NULL)
CMD_UINT(fw_info_get_storage_size, FIRMWARE)
CMD_UINT(fw_info_get_max_send_len, FIRMWARE)
CMD_UINT(fw_info_get_query_interval, FIRMWARE)
CMD_UINT(fw_info_get_max_query_time, FIRMWARE)
CMD_ULL(fw_info_get_run_version, FIRMWARE)
CMD_ULL(fw_info_get_updated_version, FIRMWARE)
CMD_UINT(fw_start_get_context, FIRMWARE)
CMD_ULL(fw_fquery_get_fw_rev, FIRMWARE)
ROW(enum ND_FW_STATUS, ndctl_cmd_fw_xlat_firmware_status, (struct ndctl_cmd * cmd), of_cmd(cmd),
	FIRMWARE, FW_EUNKNOWN)
DIMM_INT(fw_update_supported, (struct ndctl_dimm * dimm), FIRMWARE)

/* ---- media errors ---- */

ROW(int, ndctl_bus_has_error_injection, (struct ndctl_bus * bus), ENTITY(bus), INJECTION, 0)
NS_INT(inject_error,
	(struct ndctl_namespace * ndns, unsigned long long block, unsigned long long count,
		bool notify),
	INJECTION)
NS_INT(inject_error2,
	(struct ndctl_namespace * ndns, unsigned long long block, unsigned long long count,
		unsigned int flags),
	INJECTION)
NS_INT(uninject_error,
	(struct ndctl_namespace * ndns, unsigned long long block, unsigned long long count),
	INJECTION)
NS_INT(uninject_error2,
	(struct ndctl_namespace * ndns, unsigned long long block, unsigned long long count,
		unsigned int flags),
	INJECTION)
NS_INT(injection_status, (struct ndctl_namespace * ndns), INJECTION)
ROW(struct ndctl_bb *, ndctl_namespace_injection_get_first_bb, (struct ndctl_namespace * ndns),
	ENTITY(ndns), INJECTION, NULL)
ROW(struct ndctl_bb *, ndctl_namespace_injection_get_next_bb,
	(struct ndctl_namespace * ndns, struct ndctl_bb *bb), ENTITY(ndns), INJECTION, NULL)
ROW(unsigned long long, ndctl_bb_get_block, (struct ndctl_bb * bb), NULL, INJECTION, ULLONG_MAX)
ROW(unsigned long long, ndctl_bb_get_count, (struct ndctl_bb * bb), NULL, INJECTION, ULLONG_MAX)

/* ---- translations of firmware values ---- */

/* Decodes units of 1/16 degree Celsius; bit 15 is the sign. */
EXPORT double ndctl_decode_smart_temperature(unsigned int temp)
{
	double degrees = (temp & 0x7fff) * 0.0625;

	return temp & 0x8000 ? -degrees : degrees;
}

EXPORT unsigned int ndctl_encode_smart_temperature(double temp)
{
	unsigned sign = temp < 0 ? 0x8000 : 0;

	return (unsigned)((sign ? -temp : temp) * 16) | sign;
}

/* Any status but 0 is an error: this version knows no command family whose status tells more. */
EXPORT int ndctl_cmd_xlat_firmware_status(struct ndctl_cmd *cmd)
{
	return ndctl_cmd_get_firmware_status(cmd) ? -EIO : 0;
}

EXPORT int ndctl_cmd_submit_xlat(struct ndctl_cmd *cmd)
{
	int err = ndctl_cmd_submit(cmd);

	return err < 0 ? err : ndctl_cmd_xlat_firmware_status(cmd);
}
