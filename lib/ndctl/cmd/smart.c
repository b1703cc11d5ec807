/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ndctl/private.h>

#include "call.h"

/*
 * Health of DIMMs: reading it, thresholds of alarms, and values to spoof. A program sets thresholds
 * with a command that it creates from one that has read them.
 */
struct smart_cmd {
	struct call call;
	union {
		struct smart smart;
		struct smart_threshold threshold;
		struct smart_injection injection;
	};
};

static struct smart_cmd *smart_of(struct ndctl_cmd *cmd)
{
	return (struct smart_cmd *)cmd;
}

static struct ndctl_dimm *smart_dimm(struct ndctl_cmd *cmd)
{
	return (struct ndctl_dimm *)cmd->entity;
}

/* ---- submitting ---- */

static const struct cmd_kind count_kind = {ND_CMD_CALL, call_submit, call_release, call_translate};

/* Reads the count of shutdowns where health does not tell it. Leaves it unknown after a failure. */
static void add_shutdown_count(struct smart_cmd *cmd)
{
	const struct family *family = cmd->call.family;
	struct call *count;

	if (!family->commands[CALL_SHUTDOWN_COUNT].function)
		return;
	count = call_new(
		&count_kind, smart_dimm(&cmd->call.cmd), CALL_SHUTDOWN_COUNT, sizeof(*count), 0);
	if (count && cmd_submit(&count->cmd) == 0 && call_is_answered(&count->cmd, &count_kind)) {
		cmd->smart.shutdown_count = family->read_shutdown_count(call_answer(count));
		cmd->smart.valid |= ND_SMART_SHUTDOWN_COUNT_VALID;
	}
	if (count)
		ndctl_cmd_unref(&count->cmd);
}

static int submit_smart(struct ndctl_cmd *cmd)
{
	struct smart_cmd *smart = smart_of(cmd);
	int err = call_submit(cmd);

	smart->smart = (struct smart){0};
	if (err || cmd->firmware_status)
		return err;
	smart->call.family->read_smart(
		call_answer(&smart->call), smart->call.answered, &smart->smart);
	add_shutdown_count(smart);
	return 0;
}

static int submit_threshold(struct ndctl_cmd *cmd)
{
	struct smart_cmd *smart = smart_of(cmd);
	int err = call_submit(cmd);

	smart->threshold = (struct smart_threshold){0};
	if (err == 0 && cmd->firmware_status == 0)
		smart->call.family->read_threshold(call_answer(&smart->call), &smart->threshold);
	return err;
}

static int submit_set_threshold(struct ndctl_cmd *cmd)
{
	struct smart_cmd *smart = smart_of(cmd);

	smart->call.family->write_threshold(&smart->threshold, call_input(&smart->call));
	return call_submit(cmd);
}

static int submit_injection(struct ndctl_cmd *cmd)
{
	struct smart_cmd *smart = smart_of(cmd);
	const struct family *family = smart->call.family;

	family->write_injection(&smart->injection, call_input(&smart->call));
	int err = call_submit(cmd);
	if (err || cmd->firmware_status || !family->read_injection)
		return err;
	unsigned left =
		smart->injection.chosen & ~family->read_injection(call_answer(&smart->call));
	if (left)
		return kernel_fail(entity_kernel(cmd->entity), EOPNOTSUPP,
			"SMART injection: not taken: %s",
			left & ND_SMART_INJECT_HEALTH_STATE ? "fatal health" : "unsafe shutdown");
	return 0;
}

static const struct cmd_kind smart_kind = {ND_CMD_CALL, submit_smart, call_release, call_translate};
static const struct cmd_kind threshold_kind = {
	ND_CMD_CALL, submit_threshold, call_release, call_translate};
static const struct cmd_kind set_threshold_kind = {
	ND_CMD_CALL, submit_set_threshold, call_release, call_translate};
static const struct cmd_kind injection_kind = {
	ND_CMD_CALL, submit_injection, call_release, call_translate};
static const struct cmd_kind ack_kind = {ND_CMD_CALL, call_submit, call_release, call_translate};

/* ---- creating ---- */

static struct ndctl_cmd *smart_new(
	const struct cmd_kind *kind, struct ndctl_dimm *dimm, enum family_call which)
{
	return call_new(kind, dimm, which, sizeof(struct smart_cmd), 0);
}

EXPORT struct ndctl_cmd *ndctl_dimm_cmd_new_smart(struct ndctl_dimm *dimm)
{
	return smart_new(&smart_kind, dimm, CALL_SMART);
}

EXPORT struct ndctl_cmd *ndctl_dimm_cmd_new_smart_threshold(struct ndctl_dimm *dimm)
{
	return smart_new(&threshold_kind, dimm, CALL_THRESHOLD);
}

EXPORT struct ndctl_cmd *ndctl_dimm_cmd_new_smart_set_threshold(struct ndctl_cmd *cmd)
{
	if (!call_is_answered(cmd, &threshold_kind))
		return NULL;
	struct ndctl_cmd *set = smart_new(&set_threshold_kind, smart_dimm(cmd), CALL_SET_THRESHOLD);
	if (set)
		smart_of(set)->threshold = smart_of(cmd)->threshold;
	return set;
}

EXPORT struct ndctl_cmd *ndctl_dimm_cmd_new_smart_inject(struct ndctl_dimm *dimm)
{
	return smart_new(&injection_kind, dimm, CALL_INJECT_SMART);
}

EXPORT struct ndctl_cmd *ndctl_dimm_cmd_new_ack_shutdown_count(struct ndctl_dimm *dimm)
{
	return smart_new(&ack_kind, dimm, CALL_ACK_SHUTDOWN);
}

/* ---- reading health ---- */

EXPORT unsigned int ndctl_cmd_smart_get_flags(struct ndctl_cmd *cmd)
{
	return call_is_answered(cmd, &smart_kind) ? smart_of(cmd)->smart.valid : 0;
}

/* Returns whether the answer tells the value with flag @valid. */
static bool tells_smart(struct ndctl_cmd *cmd, unsigned valid)
{
	if (!call_is_answered(cmd, &smart_kind))
		return false;
	if (smart_of(cmd)->smart.valid & valid)
		return true;
	errno = ENODATA;
	return false;
}

#define SMART_GETTER(name, flag, member, unknown)                                                  \
	EXPORT unsigned int ndctl_cmd_smart_get_##name(struct ndctl_cmd *cmd)                      \
	{                                                                                          \
		return tells_smart(cmd, flag) ? smart_of(cmd)->smart.member : (unknown);           \
	}
SMART_GETTER(health, ND_SMART_HEALTH_VALID, health, 0)
SMART_GETTER(temperature, ND_SMART_MTEMP_VALID, media_temperature, UINT_MAX)
SMART_GETTER(media_temperature, ND_SMART_MTEMP_VALID, media_temperature, UINT_MAX)
SMART_GETTER(ctrl_temperature, ND_SMART_CTEMP_VALID, ctrl_temperature, UINT_MAX)
SMART_GETTER(spares, ND_SMART_SPARES_VALID, spares, UINT_MAX)
SMART_GETTER(alarm_flags, ND_SMART_ALARM_VALID, alarms, UINT_MAX)
SMART_GETTER(life_used, ND_SMART_USED_VALID, life_used, UINT_MAX)
SMART_GETTER(shutdown_state, ND_SMART_SHUTDOWN_VALID, shutdown_state, UINT_MAX)
SMART_GETTER(shutdown_count, ND_SMART_SHUTDOWN_COUNT_VALID, shutdown_count, UINT_MAX)

EXPORT unsigned int ndctl_cmd_smart_get_vendor_size(struct ndctl_cmd *cmd)
{
	if (!call_is_answered(cmd, &smart_kind))
		return UINT_MAX;
	return smart_of(cmd)->smart.valid & ND_SMART_VENDOR_VALID ? smart_of(cmd)->smart.vendor_size
								  : 0;
}

EXPORT unsigned char *ndctl_cmd_smart_get_vendor_data(struct ndctl_cmd *cmd)
{
	return call_is_answered(cmd, &smart_kind) ? (unsigned char *)smart_of(cmd)->smart.vendor
						  : NULL;
}

/* ---- thresholds ---- */

static bool tells_threshold(struct ndctl_cmd *cmd, unsigned valid)
{
	if (!call_is_answered(cmd, &threshold_kind))
		return false;
	if (smart_of(cmd)->threshold.valid & valid)
		return true;
	errno = ENODATA;
	return false;
}

/* Defines the getter and the setter of a threshold, which is at most @most. */
#define THRESHOLD(name, flag, member, unknown, most)                                               \
	EXPORT unsigned int ndctl_cmd_smart_threshold_get_##name(struct ndctl_cmd *cmd)            \
	{                                                                                          \
		return tells_threshold(cmd, flag) ? smart_of(cmd)->threshold.member : (unknown);   \
	}                                                                                          \
	EXPORT int ndctl_cmd_smart_threshold_set_##name(struct ndctl_cmd *cmd, unsigned int val)   \
	{                                                                                          \
		unsigned *to = cmd ? &smart_of(cmd)->threshold.member : NULL;                      \
                                                                                                   \
		return set_smart(cmd, &set_threshold_kind, #name " threshold", to, val, most);     \
	}

/* Sets @to, a member of @cmd if that is of @kind, which is not submitted yet. */
static int set_smart(struct ndctl_cmd *cmd, const struct cmd_kind *kind, const char *what,
	unsigned *to, unsigned value, unsigned most)
{
	if (!cmd || cmd->kind != kind || cmd->status <= 0)
		return -EINVAL;
	if (value > most)
		return kernel_fail(entity_kernel(cmd->entity), EINVAL,
			"%s: invalid %s %u: must be at most %u", entity_name(cmd->entity), what,
			value, most);
	*to = value;
	return 0;
}

THRESHOLD(alarm_control, ND_SMART_ALARM_VALID, alarm_control, 0, UINT16_MAX)
THRESHOLD(temperature, ND_SMART_MTEMP_VALID, media_temperature, UINT_MAX, UINT16_MAX)
THRESHOLD(media_temperature, ND_SMART_MTEMP_VALID, media_temperature, UINT_MAX, UINT16_MAX)
THRESHOLD(ctrl_temperature, ND_SMART_CTEMP_VALID, ctrl_temperature, UINT_MAX, UINT16_MAX)
THRESHOLD(spares, ND_SMART_SPARES_VALID, spares, UINT_MAX, 100)

/* No family tells which alarms a DIMM can raise. */
EXPORT unsigned int ndctl_cmd_smart_threshold_get_supported_alarms(struct ndctl_cmd *cmd)
{
	return 0;
}

/* ---- injection ---- */

/* Chooses to inject or to take back what @bit of ND_SMART_INJECT_... says. */
static int choose_injection(struct ndctl_cmd *cmd, unsigned bit, bool enable)
{
	if (!cmd || cmd->kind != &injection_kind || cmd->status <= 0)
		return -EINVAL;
	if (!(smart_of(cmd)->call.family->injects & bit))
		return kernel_fail(entity_kernel(cmd->entity), ENXIO,
			"%s: command family %s cannot inject this value", entity_name(cmd->entity),
			smart_of(cmd)->call.family->name);
	smart_of(cmd)->injection.chosen |= bit;
	if (enable)
		smart_of(cmd)->injection.enabled |= bit;
	else
		smart_of(cmd)->injection.enabled &= ~bit;
	return 0;
}

EXPORT int ndctl_cmd_smart_inject_media_temperature(
	struct ndctl_cmd *cmd, bool enable, unsigned int mtemp)
{
	unsigned *to = cmd ? &smart_of(cmd)->injection.media_temperature : NULL;

	return set_smart(cmd, &injection_kind, "media temperature", to, mtemp, UINT16_MAX)
		?: choose_injection(cmd, ND_SMART_INJECT_MEDIA_TEMPERATURE, enable);
}

EXPORT int ndctl_cmd_smart_inject_ctrl_temperature(
	struct ndctl_cmd *cmd, bool enable, unsigned int ctemp)
{
	return choose_injection(cmd, ND_SMART_INJECT_CTRL_TEMPERATURE, enable);
}

EXPORT int ndctl_cmd_smart_inject_spares(struct ndctl_cmd *cmd, bool enable, unsigned int spares)
{
	unsigned *to = cmd ? &smart_of(cmd)->injection.spares : NULL;

	return set_smart(cmd, &injection_kind, "spares", to, spares, 100)
		?: choose_injection(cmd, ND_SMART_INJECT_SPARES_REMAINING, enable);
}

EXPORT int ndctl_cmd_smart_inject_fatal(struct ndctl_cmd *cmd, bool enable)
{
	return choose_injection(cmd, ND_SMART_INJECT_HEALTH_STATE, enable);
}

EXPORT int ndctl_cmd_smart_inject_unsafe_shutdown(struct ndctl_cmd *cmd, bool enable)
{
	return choose_injection(cmd, ND_SMART_INJECT_UNCLEAN_SHUTDOWN, enable);
}

EXPORT int ndctl_dimm_smart_inject_supported(struct ndctl_dimm *dimm)
{
	const struct family *family;

	if (!dimm)
		return -EINVAL;
	int err = call_check(dimm, CALL_INJECT_SMART, &family);
	return err ?: (int)family->injectable;
}

/* ---- health of a DIMM, all at once ---- */

/* Reads the health of @dimm. NULL with errno if the firmware has not told it. */
static struct ndctl_cmd *read_health(struct ndctl_dimm *dimm)
{
	struct ndctl_cmd *cmd = ndctl_dimm_cmd_new_smart(dimm);

	if (!cmd)
		return NULL;
	int err = ndctl_cmd_submit_xlat(cmd);
	if (err >= 0)
		return cmd;
	ndctl_cmd_unref(cmd);
	errno = -err;
	return NULL;
}

EXPORT unsigned int ndctl_dimm_get_health(struct ndctl_dimm *dimm)
{
	struct ndctl_cmd *cmd = read_health(dimm);
	unsigned health = cmd ? ndctl_cmd_smart_get_health(cmd) : UINT_MAX;

	ndctl_cmd_unref(cmd);
	return health;
}

EXPORT unsigned int ndctl_dimm_get_flags(struct ndctl_dimm *dimm)
{
	struct ndctl_cmd *cmd = read_health(dimm);
	unsigned flags = cmd ? ndctl_cmd_smart_get_flags(cmd) : UINT_MAX;

	ndctl_cmd_unref(cmd);
	return flags;
}

EXPORT int ndctl_dimm_is_flag_supported(struct ndctl_dimm *dimm, unsigned int flag)
{
	unsigned flags = ndctl_dimm_get_flags(dimm);

	return flags != UINT_MAX && flags & flag;
}

/* The bits of alarms are those of the events that raise them. */
EXPORT unsigned int ndctl_dimm_get_event_flags(struct ndctl_dimm *dimm)
{
	struct ndctl_cmd *cmd = read_health(dimm);

	if (!cmd)
		return UINT_MAX;
	const struct smart *smart = &smart_of(cmd)->smart;
	unsigned events = smart->valid & ND_SMART_ALARM_VALID ? smart->alarms : 0;
	if (smart->valid & ND_SMART_SHUTDOWN_VALID && smart->shutdown_state)
		events |= ND_EVENT_UNCLEAN_SHUTDOWN;
	ndctl_cmd_unref(cmd);
	return events;
}

/* ---- temperatures ---- */

/* Decodes units of 1/16 degree Celsius; bit 15 is the sign. */
EXPORT double ndctl_decode_smart_temperature(unsigned int temp)
{
	double degrees = (temp & ~0x8000U) * 0.0625;

	return temp & 0x8000 ? -degrees : degrees;
}

/* Encodes what is out of range as the coldest or hottest temperature that there is, and NaN as
 * UINT_MAX, which no command takes. */
EXPORT unsigned int ndctl_encode_smart_temperature(double temp)
{
	unsigned sign = temp < 0 ? 0x8000 : 0, most = 0x7fff;
	double units = (sign ? -temp : temp) * 16;

	if (units != units)
		return UINT_MAX;
	return (units < most ? (unsigned)units : most) | sign;
}
