/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "../lib/base/signals.h"
#include "describe.h"
#include "dimms.h"
#include "verbs.h"

/*
 * inject-smart: set thresholds of alarms, and let DIMMs report false health. Everything that is
 * asked of a DIMM is checked before the first command is submitted.
 */
static struct dimm_options dimm_options;
static bool human;

/* A value of an option. */
struct amount {
	bool given;
	unsigned value; /* of the firmware */
};

enum { ALARM_ON = 1, ALARM_OFF };
static const struct choice alarm_choices[] = {{"on", ALARM_ON}, {"off", ALARM_OFF}, {NULL, 0}};

static struct amount media, ctrl, spares, media_limit, ctrl_limit, spares_limit;
static int media_alarm, ctrl_alarm, spares_alarm;
static bool media_back, ctrl_back, spares_back, fatal, fatal_back, unsafe, unsafe_back, all_back;

#define COLDEST (-273.15)
#define HOTTEST (0x7fff / 16.0)

/* Degrees Celsius with a fraction; 1/16 degree is what the firmware can tell. Not hexadecimal. */
static bool parse_degrees(const char *text, void *value)
{
	struct amount *amount = value;
	char *end;

	*amount = (struct amount){0};
	if (!text)
		return true;
	double degrees = strtod(text, &end);
	if (end == text || *end || strpbrk(text, "xX"))
		return false;
	if (!(degrees >= COLDEST && degrees <= HOTTEST))
		return false;
	*amount = (struct amount){true, ndctl_encode_smart_temperature(degrees)};
	return true;
}

static bool parse_percent(const char *text, void *value)
{
	struct amount *amount = value;
	char *end;

	*amount = (struct amount){0};
	if (!text)
		return true;
	errno = 0;
	long percent = strtol(text, &end, 0);
	if (errno || end == text || *end || percent < 0 || percent > 100)
		return false;
	*amount = (struct amount){true, (unsigned)percent};
	return true;
}

#define DEGREES .parse = parse_degrees, .expected = "a temperature", .refusal = -EINVAL
#define PERCENT .parse = parse_percent, .expected = "a percentage, 0 to 100", .refusal = -EINVAL
#define ALARM	.choices = alarm_choices, .refusal = -EINVAL

static const struct option options[] = {
	DIMM_OPTIONS(dimm_options),
	{'u', "human", OPT_FLAG, &human, NULL, "print numbers in hexadecimal"},
	{'m', "media-temperature", OPT_PARSED, &media, "degrees",
		"report this temperature of the media, in degrees Celsius", DEGREES},
	{'M', "media-temperature-threshold", OPT_PARSED, &media_limit, "degrees",
		"set at which temperature of the media an alarm is raised", DEGREES},
	{0, "media-temperature-alarm", OPT_CHOICE, &media_alarm, "on|off",
		"enable or disable the alarm of the media's temperature", ALARM},
	{0, "media-temperature-uninject", OPT_FLAG, &media_back, NULL,
		"report the true temperature of the media"},
	{'c', "ctrl-temperature", OPT_PARSED, &ctrl, "degrees",
		"report this temperature of the controller, in degrees Celsius", DEGREES},
	{'C', "ctrl-temperature-threshold", OPT_PARSED, &ctrl_limit, "degrees",
		"set at which temperature of the controller an alarm is raised", DEGREES},
	{0, "ctrl-temperature-alarm", OPT_CHOICE, &ctrl_alarm, "on|off",
		"enable or disable the alarm of the controller's temperature", ALARM},
	{0, "ctrl-temperature-uninject", OPT_FLAG, &ctrl_back, NULL,
		"report the true temperature of the controller"},
	{'s', "spares", OPT_PARSED, &spares, "percent", "report this remaining spare capacity",
		PERCENT},
	{'S', "spares-threshold", OPT_PARSED, &spares_limit, "percent",
		"set at which remaining spare capacity an alarm is raised", PERCENT},
	{0, "spares-alarm", OPT_CHOICE, &spares_alarm, "on|off",
		"enable or disable the alarm of the spare capacity", ALARM},
	{0, "spares-uninject", OPT_FLAG, &spares_back, NULL, "report the true spare capacity"},
	{'f', "fatal", OPT_FLAG, &fatal, NULL, "report that the health is fatal"},
	{'F', "fatal-uninject", OPT_FLAG, &fatal_back, NULL, "report the true health"},
	{'U', "unsafe-shutdown", OPT_FLAG, &unsafe, NULL, "report that the shutdown was unsafe"},
	{0, "unsafe-shutdown-uninject", OPT_FLAG, &unsafe_back, NULL,
		"report the true state of the shutdown"},
	{'N', "uninject-all", OPT_FLAG, &all_back, NULL,
		"report the true value of everything that the DIMM can falsify"},
};

/* ---- checking ---- */

static bool wants_threshold(void)
{
	return media_limit.given || ctrl_limit.given || spares_limit.given || media_alarm ||
		ctrl_alarm || spares_alarm;
}

static bool wants_injection(void)
{
	return media.given || ctrl.given || spares.given || fatal || unsafe || media_back ||
		ctrl_back || spares_back || fatal_back || unsafe_back || all_back;
}

static int check_options(void)
{
	const struct {
		const char *name;
		bool inject, back;
	} pairs[] = {
		{"media-temperature", media.given, media_back},
		{"ctrl-temperature", ctrl.given, ctrl_back},
		{"spares", spares.given, spares_back},
		{"fatal", fatal, fatal_back},
		{"unsafe-shutdown", unsafe, unsafe_back},
	};

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		if (!pairs[i].inject || !(pairs[i].back || all_back))
			continue;
		say_error("--%s cannot be combined with --%s", pairs[i].name,
			all_back ? "uninject-all" : "NAME-uninject");
		return -EINVAL;
	}
	if (wants_threshold() || wants_injection())
		return 0;
	say_error("nothing to inject, take back or set");
	say_hint("ndctl inject-smart --help");
	return -EINVAL;
}

/* ---- filling the commands of a DIMM ---- */

static unsigned alarm_bits(unsigned bits)
{
	const struct {
		int alarm;
		unsigned bit;
	} alarms[] = {
		{media_alarm, ND_SMART_MTEMP_TRIP},
		{ctrl_alarm, ND_SMART_CTEMP_TRIP},
		{spares_alarm, ND_SMART_SPARE_TRIP},
	};

	for (size_t i = 0; i < ARRAY_SIZE(alarms); i++)
		if (alarms[i].alarm)
			bits = alarms[i].alarm == ALARM_ON ? bits | alarms[i].bit
							   : bits & ~alarms[i].bit;
	return bits;
}

/* Creates the command that sets the thresholds, from @old with those that are set now. */
static struct ndctl_cmd *new_thresholds(struct ndctl_cmd *old)
{
	struct ndctl_cmd *set = ndctl_dimm_cmd_new_smart_set_threshold(old);
	unsigned bits = alarm_bits(ndctl_cmd_smart_threshold_get_alarm_control(old));

	if (!set)
		return NULL;
	int err = ndctl_cmd_smart_threshold_set_alarm_control(set, bits);
	if (!err && media_limit.given)
		err = ndctl_cmd_smart_threshold_set_media_temperature(set, media_limit.value);
	if (!err && ctrl_limit.given)
		err = ndctl_cmd_smart_threshold_set_ctrl_temperature(set, ctrl_limit.value);
	if (!err && spares_limit.given)
		err = ndctl_cmd_smart_threshold_set_spares(set, spares_limit.value);
	if (!err)
		return set;
	ndctl_cmd_unref(set);
	errno = -err;
	return NULL;
}

/* Leave out, of --uninject-all, what the DIMM cannot inject. */
static int optional(int err)
{
	return err == -ENXIO ? 0 : err;
}

static int add_all_back(struct ndctl_cmd *cmd)
{
	return optional(ndctl_cmd_smart_inject_media_temperature(cmd, false, 0))
		?: optional(ndctl_cmd_smart_inject_ctrl_temperature(cmd, false, 0))
		?: optional(ndctl_cmd_smart_inject_spares(cmd, false, 0))
		?: optional(ndctl_cmd_smart_inject_fatal(cmd, false))
		?: optional(ndctl_cmd_smart_inject_unsafe_shutdown(cmd, false));
}

static int add_injections(struct ndctl_cmd *cmd)
{
	int err = all_back ? add_all_back(cmd) : 0;

	if (!err && (media.given || media_back))
		err = ndctl_cmd_smart_inject_media_temperature(cmd, media.given, media.value);
	if (!err && (ctrl.given || ctrl_back))
		err = ndctl_cmd_smart_inject_ctrl_temperature(cmd, ctrl.given, ctrl.value);
	if (!err && (spares.given || spares_back))
		err = ndctl_cmd_smart_inject_spares(cmd, spares.given, spares.value);
	if (!err && (fatal || fatal_back))
		err = ndctl_cmd_smart_inject_fatal(cmd, fatal);
	if (!err && (unsafe || unsafe_back))
		err = ndctl_cmd_smart_inject_unsafe_shutdown(cmd, unsafe);
	return err;
}

/* ---- submitting ---- */

/* Set the old thresholds again after a failure. */
static void restore_thresholds(struct ndctl_dimm *dimm, struct ndctl_cmd *old)
{
	AUTO_CMD struct ndctl_cmd *cmd = ndctl_dimm_cmd_new_smart_set_threshold(old);

	if (!cmd || ndctl_cmd_submit_xlat(cmd) < 0)
		say_warning("%s: its new thresholds stay set", ndctl_dimm_get_devname(dimm));
}

/* Restores the thresholds also if setting them has failed: the DIMM may have taken some. */
static int submit_both(struct ndctl_dimm *dimm, struct ndctl_cmd *old, struct ndctl_cmd *set,
	struct ndctl_cmd *injection)
{
	sigset_t before;

	signals_block(&before);
	int err = set ? ndctl_cmd_submit_xlat(set) : 0;
	if (err >= 0 && injection)
		err = ndctl_cmd_submit_xlat(injection);
	if (err < 0 && set) {
		say_failure(ndctl_dimm_get_ctx(dimm), err);
		restore_thresholds(dimm, old);
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return err;
}

/* Apply what the options say to a DIMM. */
static int falsify(struct ndctl_dimm *dimm)
{
	AUTO_CMD struct ndctl_cmd *old = NULL, *set = NULL, *injection = NULL;
	int err = ndctl_dimm_smart_inject_supported(dimm);

	if (err < 0)
		return err;
	if (wants_threshold()) {
		old = ndctl_dimm_cmd_new_smart_threshold(dimm);
		err = old ? ndctl_cmd_submit_xlat(old) : -errno;
		if (err < 0)
			return err;
		set = new_thresholds(old);
		if (!set)
			return -errno;
	}
	if (wants_injection()) {
		injection = ndctl_dimm_cmd_new_smart_inject(dimm);
		err = injection ? add_injections(injection) : -errno;
		if (err)
			return err;
	}
	return submit_both(dimm, old, set, injection);
}

struct falsified {
	struct json_object *array;
	unsigned flags;
};

static int falsify_and_describe(void *dimm, const void *data)
{
	const struct falsified *result = data;
	int err = falsify(dimm);

	if (err < 0)
		return err;
	return json_append(result->array, describe_dimm(dimm, result->flags));
}

static int run(void *context, int count, char **args)
{
	AUTO_TARGETS struct targets targets = {0};
	AUTO_JSON struct json_object *array = json_object_new_array();
	const struct falsified result = {array, JSON_HEALTH | (human ? JSON_HUMAN : 0)};
	int err = array ? check_options() : -ENOMEM;

	if (err)
		return err;
	if (count == 0) {
		say_error("no DIMM given");
		return EXIT_USAGE;
	}
	tell_steps(context, dimm_options.verbose > 0);
	err = targets_dimms(context, &dimm_options.filters, count, args, &targets);
	if (err)
		return err;
	struct outcome outcome = targets_change(context, &targets, falsify_and_describe, &result);
	return json_print(array, result.flags) ?: outcome.error;
}

const struct verb verb_inject_smart = {
	.name = "inject-smart",
	.summary = "set thresholds of a DIMM's health, or let it report false values",
	.argument = "dimm",
	.args_max = 1,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.run = run,
};
