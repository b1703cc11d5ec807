/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <limits.h>
#include <ndctl/libndctl.h>

#include "describe.h"

/* ---- health ---- */

/* What a DIMM has told. Commands that it lacks are NULL. */
struct health {
	struct ndctl_cmd *smart, *threshold;
};

static void health_deinit(struct health *health)
{
	ndctl_cmd_unref(health->smart);
	ndctl_cmd_unref(health->threshold);
}
#define AUTO_HEALTH CLEANUP(health_deinit)

/* Returns @cmd, submitted, or NULL. */
static struct ndctl_cmd *health_answer(struct ndctl_cmd *cmd)
{
	if (!cmd || ndctl_cmd_submit_xlat(cmd) >= 0)
		return cmd;
	ndctl_cmd_unref(cmd);
	return NULL;
}

static bool tells(void *object, unsigned flag)
{
	const struct health *health = object;

	return ndctl_cmd_smart_get_flags(health->smart) & flag;
}

/* Name the worst of the conditions that are bits. */
static bool health_state(void *object, unsigned flags, union field_value *out)
{
	const struct health *health = object;
	unsigned state = ndctl_cmd_smart_get_health(health->smart);

	out->text = state & ND_SMART_FATAL_HEALTH      ? "fatal"
		: state & ND_SMART_CRITICAL_HEALTH     ? "critical"
		: state & ND_SMART_NON_CRITICAL_HEALTH ? "non-critical"
						       : "ok";
	return tells(object, ND_SMART_HEALTH_VALID);
}

static bool media_temperature(void *object, unsigned flags, union field_value *out)
{
	const struct health *health = object;

	out->real = ndctl_decode_smart_temperature(
		ndctl_cmd_smart_get_media_temperature(health->smart));
	return tells(object, ND_SMART_MTEMP_VALID);
}

static bool ctrl_temperature(void *object, unsigned flags, union field_value *out)
{
	const struct health *health = object;

	out->real =
		ndctl_decode_smart_temperature(ndctl_cmd_smart_get_ctrl_temperature(health->smart));
	return tells(object, ND_SMART_CTEMP_VALID);
}

/* Defines a field of a number that the health has. */
#define HEALTH_NUMBER(name, getter, flag)                                                          \
	static bool name(void *object, unsigned flags, union field_value *out)                     \
	{                                                                                          \
		out->number = getter(((const struct health *)object)->smart);                      \
		return tells(object, flag);                                                        \
	}
HEALTH_NUMBER(spares, ndctl_cmd_smart_get_spares, ND_SMART_SPARES_VALID)
HEALTH_NUMBER(life_used, ndctl_cmd_smart_get_life_used, ND_SMART_USED_VALID)
HEALTH_NUMBER(shutdown_count, ndctl_cmd_smart_get_shutdown_count, ND_SMART_SHUTDOWN_COUNT_VALID)

/* Defines fields of an alarm: whether it is raised, and whether it is on. */
#define HEALTH_ALARM(name, trip)                                                                   \
	static bool alarm_##name(void *object, unsigned flags, union field_value *out)             \
	{                                                                                          \
		const struct health *health = object;                                              \
                                                                                                   \
		out->flag = ndctl_cmd_smart_get_alarm_flags(health->smart) & (trip);               \
		return tells(object, ND_SMART_ALARM_VALID);                                        \
	}                                                                                          \
	static bool enabled_##name(void *object, unsigned flags, union field_value *out)           \
	{                                                                                          \
		const struct health *health = object;                                              \
                                                                                                   \
		out->flag =                                                                        \
			ndctl_cmd_smart_threshold_get_alarm_control(health->threshold) & (trip);   \
		return health->threshold != NULL;                                                  \
	}
HEALTH_ALARM(media, ND_SMART_MTEMP_TRIP)
HEALTH_ALARM(ctrl, ND_SMART_CTEMP_TRIP)
HEALTH_ALARM(spares, ND_SMART_SPARE_TRIP)

static bool is_on(const struct health *health, unsigned trip)
{
	return health->threshold &&
		ndctl_cmd_smart_threshold_get_alarm_control(health->threshold) & trip;
}

static bool media_threshold(void *object, unsigned flags, union field_value *out)
{
	const struct health *health = object;
	unsigned value = is_on(health, ND_SMART_MTEMP_TRIP)
		? ndctl_cmd_smart_threshold_get_media_temperature(health->threshold)
		: UINT_MAX;

	out->real = ndctl_decode_smart_temperature(value);
	return value != UINT_MAX;
}

static bool ctrl_threshold(void *object, unsigned flags, union field_value *out)
{
	const struct health *health = object;
	unsigned value = is_on(health, ND_SMART_CTEMP_TRIP)
		? ndctl_cmd_smart_threshold_get_ctrl_temperature(health->threshold)
		: UINT_MAX;

	out->real = ndctl_decode_smart_temperature(value);
	return value != UINT_MAX;
}

static bool spares_threshold(void *object, unsigned flags, union field_value *out)
{
	const struct health *health = object;

	out->number = is_on(health, ND_SMART_SPARE_TRIP)
		? ndctl_cmd_smart_threshold_get_spares(health->threshold)
		: UINT_MAX;
	return out->number != UINT_MAX;
}

static bool shutdown_state(void *object, unsigned flags, union field_value *out)
{
	const struct health *health = object;

	out->text = ndctl_cmd_smart_get_shutdown_state(health->smart) ? "dirty" : "clean";
	return tells(object, ND_SMART_SHUTDOWN_VALID);
}

static const struct field health_fields[] = {
	{"health_state", FIELD_TEXT, 0, health_state, "ok, non-critical, critical, fatal, unknown"},
	{"temperature_celsius", FIELD_REAL, 0, media_temperature, "of the media"},
	{"controller_temperature_celsius", FIELD_REAL, 0, ctrl_temperature, "of the controller"},
	{"spares_percentage", FIELD_U64, 0, spares, "spare capacity that remains"},
	{"alarm_temperature", FIELD_BOOL, 0, alarm_media, "the media is too hot"},
	{"alarm_controller_temperature", FIELD_BOOL, 0, alarm_ctrl, "the controller is too hot"},
	{"alarm_spares", FIELD_BOOL, 0, alarm_spares, "too little spare capacity remains"},
	{"alarm_enabled_media_temperature", FIELD_BOOL, 0, enabled_media,
		"whether the threshold below raises an alarm"},
	{"temperature_threshold", FIELD_REAL, 0, media_threshold, "degrees Celsius, if enabled"},
	{"alarm_enabled_ctrl_temperature", FIELD_BOOL, 0, enabled_ctrl,
		"whether the threshold below raises an alarm"},
	{"controller_temperature_threshold", FIELD_REAL, 0, ctrl_threshold,
		"degrees Celsius, if enabled"},
	{"alarm_enabled_spares", FIELD_BOOL, 0, enabled_spares,
		"whether the threshold below raises an alarm"},
	{"spares_threshold", FIELD_U64, 0, spares_threshold, "percent, if enabled"},
	{"life_used_percentage", FIELD_U64, 0, life_used, "of the expected life"},
	{"shutdown_state", FIELD_TEXT, 0, shutdown_state, "of the last shutdown: clean or dirty"},
	{"shutdown_count", FIELD_U64, 0, shutdown_count, "dirty shutdowns"},
};

static bool unknown_state(void *object, unsigned flags, union field_value *out)
{
	out->text = "unknown";
	return true;
}

static const struct field unknown_fields[] = {
	{"health_state", FIELD_TEXT, 0, unknown_state, "the DIMM does not answer"},
};

struct json_object *describe_health(struct ndctl_dimm *dimm, unsigned flags)
{
	struct ndctl_cmd *smart = ndctl_dimm_cmd_new_smart(dimm);

	if (!smart)
		return NULL;
	AUTO_HEALTH struct health health = {.smart = health_answer(smart)};
	if (!health.smart)
		return json_describe(unknown_fields, ARRAY_SIZE(unknown_fields), dimm, flags);
	health.threshold = health_answer(ndctl_dimm_cmd_new_smart_threshold(dimm));
	return json_describe(health_fields, ARRAY_SIZE(health_fields), &health, flags);
}

/* ---- firmware ---- */

struct firmware {
	struct ndctl_dimm *dimm;
	struct ndctl_cmd *info;
};

static bool current_version(void *object, unsigned flags, union field_value *out)
{
	out->number = ndctl_cmd_fw_info_get_run_version(((const struct firmware *)object)->info);
	return true;
}

static bool can_update(void *object, unsigned flags, union field_value *out)
{
	const struct firmware *firmware = object;

	out->flag = ndctl_dimm_fw_update_supported(firmware->dimm) == 0;
	return ndctl_cmd_fw_info_get_run_version(firmware->info) != ULLONG_MAX;
}

/* Whether firmware waits for its activation. */
static bool next_version(void *object, unsigned flags, union field_value *out)
{
	const struct firmware *firmware = object;

	out->number = ndctl_cmd_fw_info_get_updated_version(firmware->info);
	return out->number && out->number != ULLONG_MAX &&
		ndctl_cmd_fw_info_get_run_version(firmware->info) != ULLONG_MAX;
}

static bool activate_state_of_dimm(void *object, unsigned flags, union field_value *out)
{
	static const char *const states[] = {
		[NDCTL_FWA_IDLE] = "idle",
		[NDCTL_FWA_ARMED] = "armed",
		[NDCTL_FWA_BUSY] = "busy",
	};
	enum ndctl_fwa_state state =
		ndctl_dimm_get_fw_activate_state(((const struct firmware *)object)->dimm);
	union field_value ignored;

	if (state == NDCTL_FWA_INVALID || state >= ARRAY_SIZE(states))
		return false;
	out->text = states[state];
	return next_version(object, flags, &ignored);
}

static bool need_powercycle(void *object, unsigned flags, union field_value *out)
{
	union field_value ignored;

	out->flag = true;
	return ndctl_dimm_get_fw_activate_state(((const struct firmware *)object)->dimm) ==
		NDCTL_FWA_INVALID &&
		next_version(object, flags, &ignored);
}

static const struct field firmware_fields[] = {
	{"current_version", FIELD_HEX, 0, current_version, "of the firmware that runs"},
	{"can_update", FIELD_BOOL, 0, can_update, "whether update-firmware can update it"},
	{"next_version", FIELD_HEX, 0, next_version, "of the firmware that waits to be activated"},
	{"activate_state", FIELD_TEXT, 0, activate_state_of_dimm, "idle, armed or busy"},
	{"need_powercycle", FIELD_BOOL, 0, need_powercycle, "only a power cycle activates it"},
};

struct json_object *describe_firmware(struct ndctl_dimm *dimm, unsigned flags)
{
	struct firmware firmware = {dimm, ndctl_dimm_cmd_new_fw_get_info(dimm)};

	if (!firmware.info)
		return NULL;
	ndctl_cmd_submit_xlat(firmware.info);
	struct json_object *json =
		json_describe(firmware_fields, ARRAY_SIZE(firmware_fields), &firmware, flags);
	ndctl_cmd_unref(firmware.info);
	return json;
}
