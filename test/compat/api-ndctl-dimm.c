/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <ndctl/libndctl.h>
#include <ndctl/ndctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/*
 * api-ndctl-dimm PART [DIMM]: what a program sees of the commands that go to a DIMM's firmware. The
 * same program runs with the reference's library and with ours, on nfit_test, and prints what each
 * function gives. Each part leaves the DIMM as it found it, but for its firmware's version and the
 * count of unsafe shutdowns.
 */

/* Prints a number, and errno if the call set it. */
#define SHOW(expression)                                                                           \
	do {                                                                                       \
		errno = 0;                                                                         \
		long long value_ = (long long)(expression);                                        \
		int error_ = errno;                                                                \
		printf("%s = %lld", #expression, value_);                                          \
		printf(error_ ? " %s\n" : "%s\n", error_ ? strerrorname_np(error_) : "");          \
	} while (0)

static struct ndctl_cmd *made(const char *what, struct ndctl_cmd *cmd, int error)
{
	printf("%s: %s%s\n", what, cmd ? "a command" : "NULL ", cmd ? "" : strerrorname_np(error));
	if (cmd)
		SHOW(ndctl_cmd_get_type(cmd));
	return cmd;
}
#define MAKE(expression)                                                                           \
	({                                                                                         \
		errno = 0;                                                                         \
		struct ndctl_cmd *cmd_ = expression;                                               \
		made(#expression, cmd_, errno);                                                    \
	})

static void submit(struct ndctl_cmd *cmd)
{
	SHOW(ndctl_cmd_submit(cmd));
	SHOW(ndctl_cmd_get_status(cmd));
	SHOW(ndctl_cmd_get_firmware_status(cmd));
	SHOW(ndctl_cmd_xlat_firmware_status(cmd));
}

/* ---- SMART ---- */

/* Only values that the DIMM tells: the reference returns what is in the place of the others. */
static void show_smart(struct ndctl_cmd *cmd)
{
	unsigned flags = ndctl_cmd_smart_get_flags(cmd);

	SHOW(ndctl_cmd_smart_get_flags(cmd));
	if (flags & ND_SMART_HEALTH_VALID)
		SHOW(ndctl_cmd_smart_get_health(cmd));
	if (flags & ND_SMART_MTEMP_VALID) {
		SHOW(ndctl_cmd_smart_get_temperature(cmd));
		SHOW(ndctl_cmd_smart_get_media_temperature(cmd));
	}
	if (flags & ND_SMART_CTEMP_VALID)
		SHOW(ndctl_cmd_smart_get_ctrl_temperature(cmd));
	if (flags & ND_SMART_SPARES_VALID)
		SHOW(ndctl_cmd_smart_get_spares(cmd));
	if (flags & ND_SMART_ALARM_VALID)
		SHOW(ndctl_cmd_smart_get_alarm_flags(cmd));
	if (flags & ND_SMART_USED_VALID)
		SHOW(ndctl_cmd_smart_get_life_used(cmd));
	if (flags & ND_SMART_SHUTDOWN_VALID)
		SHOW(ndctl_cmd_smart_get_shutdown_state(cmd));
	if (flags & ND_SMART_SHUTDOWN_COUNT_VALID)
		SHOW(ndctl_cmd_smart_get_shutdown_count(cmd) > 0);
	if (flags & ND_SMART_VENDOR_VALID) {
		SHOW(ndctl_cmd_smart_get_vendor_size(cmd));
		if (ndctl_cmd_smart_get_vendor_size(cmd))
			SHOW(ndctl_cmd_smart_get_vendor_data(cmd)[0]);
	}
}

static void show_threshold(struct ndctl_cmd *cmd)
{
	SHOW(ndctl_cmd_smart_threshold_get_alarm_control(cmd));
	SHOW(ndctl_cmd_smart_threshold_get_supported_alarms(cmd));
	SHOW(ndctl_cmd_smart_threshold_get_temperature(cmd));
	SHOW(ndctl_cmd_smart_threshold_get_media_temperature(cmd));
	SHOW(ndctl_cmd_smart_threshold_get_ctrl_temperature(cmd));
	SHOW(ndctl_cmd_smart_threshold_get_spares(cmd));
}

static void smart(struct ndctl_dimm *dimm)
{
	struct ndctl_cmd *cmd = MAKE(ndctl_dimm_cmd_new_smart(dimm));

	if (!cmd)
		return;
	submit(cmd);
	show_smart(cmd);
	SHOW(ndctl_cmd_submit_xlat(cmd));
	ndctl_cmd_unref(cmd);
}

/* Before an answer is there. */
static void unsubmitted(struct ndctl_dimm *dimm)
{
	struct ndctl_cmd *cmd = MAKE(ndctl_dimm_cmd_new_smart(dimm));
	struct ndctl_cmd *threshold = MAKE(ndctl_dimm_cmd_new_smart_threshold(dimm));
	struct ndctl_cmd *info = MAKE(ndctl_dimm_cmd_new_fw_get_info(dimm));

	SHOW(ndctl_cmd_smart_get_flags(cmd));
	SHOW(ndctl_cmd_smart_get_spares(cmd));
	SHOW(ndctl_cmd_smart_get_vendor_data(cmd) != NULL);
	SHOW(ndctl_cmd_smart_threshold_get_spares(threshold));
	SHOW(ndctl_cmd_fw_info_get_storage_size(info));
	SHOW(ndctl_cmd_fw_info_get_run_version(info));
	SHOW(ndctl_cmd_get_firmware_status(cmd));
	MAKE(ndctl_dimm_cmd_new_smart_set_threshold(threshold));
	ndctl_cmd_unref(info);
	ndctl_cmd_unref(threshold);
	ndctl_cmd_unref(cmd);
}

static struct ndctl_cmd *read_threshold(struct ndctl_dimm *dimm)
{
	struct ndctl_cmd *cmd = MAKE(ndctl_dimm_cmd_new_smart_threshold(dimm));

	if (!cmd)
		return NULL;
	submit(cmd);
	show_threshold(cmd);
	return cmd;
}

static void set_threshold(struct ndctl_dimm *dimm, unsigned alarm, unsigned spares,
	unsigned temperature, unsigned controller)
{
	struct ndctl_cmd *old = read_threshold(dimm);
	struct ndctl_cmd *set = old ? MAKE(ndctl_dimm_cmd_new_smart_set_threshold(old)) : NULL;

	if (set) {
		SHOW(ndctl_cmd_smart_threshold_set_alarm_control(set, alarm));
		SHOW(ndctl_cmd_smart_threshold_set_spares(set, spares));
		SHOW(ndctl_cmd_smart_threshold_set_temperature(set, temperature));
		SHOW(ndctl_cmd_smart_threshold_set_media_temperature(set, temperature));
		SHOW(ndctl_cmd_smart_threshold_set_ctrl_temperature(set, controller));
		SHOW(ndctl_cmd_smart_threshold_set_spares(old, spares));
		SHOW(ndctl_cmd_smart_threshold_get_spares(set));
		submit(set);
		SHOW(ndctl_cmd_smart_threshold_get_spares(set));
	}
	ndctl_cmd_unref(set);
	ndctl_cmd_unref(old);
}

static void threshold(struct ndctl_dimm *dimm)
{
	set_threshold(dimm, 7, 90, 50 * 16, 60 * 16);
	set_threshold(dimm, 3, 100, 0xffff, 0x8010);
	set_threshold(dimm, 3, 5, 40 * 16, 30 * 16);
	ndctl_cmd_unref(read_threshold(dimm));
}

static void inject_one(struct ndctl_dimm *dimm, bool enable)
{
	struct ndctl_cmd *cmd = MAKE(ndctl_dimm_cmd_new_smart_inject(dimm));

	if (!cmd)
		return;
	SHOW(ndctl_cmd_smart_inject_media_temperature(cmd, enable, 77 * 16));
	SHOW(ndctl_cmd_smart_inject_ctrl_temperature(cmd, enable, 78 * 16));
	SHOW(ndctl_cmd_smart_inject_spares(cmd, enable, 44));
	SHOW(ndctl_cmd_smart_inject_fatal(cmd, enable));
	SHOW(ndctl_cmd_smart_inject_unsafe_shutdown(cmd, enable));
	SHOW(ndctl_cmd_smart_get_spares(cmd));
	submit(cmd);
	ndctl_cmd_unref(cmd);
	smart(dimm);
}

static void inject(struct ndctl_dimm *dimm)
{
	struct ndctl_cmd *cmd;

	SHOW(ndctl_dimm_smart_inject_supported(dimm));
	inject_one(dimm, true);
	inject_one(dimm, false);
	cmd = MAKE(ndctl_dimm_cmd_new_smart(dimm));
	SHOW(ndctl_cmd_smart_inject_fatal(cmd, true));
	SHOW(ndctl_cmd_smart_inject_spares(cmd, true, 1));
	ndctl_cmd_unref(cmd);
}

static void health(struct ndctl_dimm *dimm)
{
	SHOW(ndctl_dimm_get_health(dimm));
	SHOW(ndctl_dimm_get_flags(dimm));
	SHOW(ndctl_dimm_is_flag_supported(dimm, ND_SMART_HEALTH_VALID));
	SHOW(ndctl_dimm_is_flag_supported(dimm, ND_SMART_HEALTH_VALID | ND_SMART_VENDOR_VALID));
	SHOW(ndctl_dimm_is_flag_supported(dimm, 0));
	SHOW(ndctl_dimm_get_event_flags(dimm));
}

static void inject_fatal(struct ndctl_dimm *dimm, bool enable)
{
	struct ndctl_cmd *cmd = ndctl_dimm_cmd_new_smart_inject(dimm);

	if (!cmd)
		return;
	ndctl_cmd_smart_inject_fatal(cmd, enable);
	SHOW(ndctl_cmd_submit_xlat(cmd));
	ndctl_cmd_unref(cmd);
}

/* What has happened since the program began. */
static void events(struct ndctl_dimm *dimm)
{
	SHOW(ndctl_dimm_get_event_flags(dimm));
	inject_fatal(dimm, true);
	SHOW(ndctl_dimm_get_event_flags(dimm));
	SHOW(ndctl_dimm_get_event_flags(dimm));
	SHOW(ndctl_dimm_get_health(dimm));
	SHOW(ndctl_dimm_get_event_flags(dimm));
	inject_fatal(dimm, false);
	SHOW(ndctl_dimm_get_event_flags(dimm));
	SHOW(ndctl_dimm_get_health(dimm));
	SHOW(ndctl_dimm_get_event_flags(dimm));
}

static void acknowledge(struct ndctl_dimm *dimm)
{
	struct ndctl_cmd *cmd = MAKE(ndctl_dimm_cmd_new_ack_shutdown_count(dimm));

	if (!cmd)
		return;
	submit(cmd);
	ndctl_cmd_unref(cmd);
}

/* ---- firmware ---- */

static void submit_firmware(struct ndctl_cmd *cmd)
{
	submit(cmd);
	SHOW(ndctl_cmd_fw_xlat_firmware_status(cmd));
	if (ndctl_cmd_get_firmware_status(cmd))
		return;
	SHOW(ndctl_cmd_fw_info_get_storage_size(cmd));
	SHOW(ndctl_cmd_fw_info_get_max_send_len(cmd));
	SHOW(ndctl_cmd_fw_info_get_query_interval(cmd));
	SHOW(ndctl_cmd_fw_info_get_max_query_time(cmd));
	SHOW(ndctl_cmd_fw_info_get_run_version(cmd));
	SHOW(ndctl_cmd_fw_info_get_updated_version(cmd));
	SHOW(ndctl_cmd_fw_start_get_context(cmd));
	SHOW(ndctl_cmd_fw_fquery_get_fw_rev(cmd));
}

static void step(struct ndctl_cmd *cmd)
{
	if (cmd)
		submit_firmware(cmd);
	ndctl_cmd_unref(cmd);
}

static void firmware(struct ndctl_dimm *dimm)
{
	static char data[4096] = "an image";
	struct ndctl_cmd *start, *again;

	SHOW(ndctl_dimm_fw_update_supported(dimm));
	step(MAKE(ndctl_dimm_cmd_new_fw_get_info(dimm)));
	start = MAKE(ndctl_dimm_cmd_new_fw_start_update(dimm));
	if (!start)
		return;
	submit_firmware(start);
	again = MAKE(ndctl_dimm_cmd_new_fw_start_update(dimm));
	step(again);
	step(MAKE(ndctl_dimm_cmd_new_fw_send(start, 0, sizeof(data), data)));
	step(MAKE(ndctl_dimm_cmd_new_fw_send(start, 0x100000, sizeof(data), data)));
	step(MAKE(ndctl_dimm_cmd_new_fw_finish_query(start)));
	step(MAKE(ndctl_dimm_cmd_new_fw_abort(start)));
	step(MAKE(ndctl_dimm_cmd_new_fw_send(start, 0, sizeof(data), data)));
	ndctl_cmd_unref(start);

	start = MAKE(ndctl_dimm_cmd_new_fw_start_update(dimm));
	submit_firmware(start);
	step(MAKE(ndctl_dimm_cmd_new_fw_send(start, 0, sizeof(data), data)));
	step(MAKE(ndctl_dimm_cmd_new_fw_finish(start)));
	step(MAKE(ndctl_dimm_cmd_new_fw_finish_query(start)));
	sleep(2);
	step(MAKE(ndctl_dimm_cmd_new_fw_finish_query(start)));
	step(MAKE(ndctl_dimm_cmd_new_fw_finish(start)));
	step(MAKE(ndctl_dimm_cmd_new_fw_get_info(dimm)));
	ndctl_cmd_unref(start);
}

/* ---- vendor ---- */

static void vendor(struct ndctl_dimm *dimm)
{
	char bytes[] = "12345678";
	struct ndctl_cmd *cmd = MAKE(ndctl_dimm_cmd_new_vendor_specific(dimm, 1, 4, 4));

	if (!cmd)
		return;
	SHOW(ndctl_cmd_vendor_set_input(cmd, bytes, 8));
	SHOW(ndctl_cmd_vendor_set_input(cmd, bytes, 4));
	SHOW(ndctl_cmd_vendor_get_output_size(cmd));
	SHOW(ndctl_cmd_vendor_get_output(cmd, bytes, 4));
	submit(cmd);
	SHOW(ndctl_cmd_vendor_get_output_size(cmd));
	SHOW(ndctl_cmd_vendor_get_output(cmd, bytes, 4));
	ndctl_cmd_unref(cmd);
}

/* ---- errors of the media ---- */

static void list_injected(struct ndctl_namespace *ndns)
{
	struct ndctl_bb *bb;

	SHOW(ndctl_namespace_injection_status(ndns));
	ndctl_namespace_bb_foreach(ndns, bb)
		printf("injected: %llu+%llu\n", ndctl_bb_get_block(bb), ndctl_bb_get_count(bb));
}

static void errors_in(struct ndctl_namespace *ndns)
{
	list_injected(ndns);
	SHOW(ndctl_namespace_inject_error(ndns, 8, 4, false));
	SHOW(ndctl_namespace_inject_error(ndns, 100, 1, false));
	SHOW(ndctl_namespace_inject_error2(ndns, 200, 9, 1 << NDCTL_NS_INJECT_SATURATE));
	SHOW(ndctl_namespace_inject_error(ndns, 0, 0, false));
	SHOW(ndctl_namespace_inject_error(ndns, 1ULL << 40, 1, false));
	list_injected(ndns);
	SHOW(ndctl_namespace_uninject_error(ndns, 9, 1));
	list_injected(ndns);
	SHOW(ndctl_namespace_uninject_error(ndns, 0, 0));
	SHOW(ndctl_namespace_uninject_error(ndns, 1ULL << 40, 1));
	SHOW(ndctl_namespace_uninject_error2(ndns, 0, 300, 1 << NDCTL_NS_INJECT_SATURATE));
	SHOW(ndctl_namespace_uninject_error(ndns, 0, 300));
	list_injected(ndns);
}

static void errors(struct ndctl_ctx *ctx)
{
	struct ndctl_bus *bus;
	struct ndctl_region *region;
	struct ndctl_namespace *ndns;

	ndctl_bus_foreach (ctx, bus) {
		printf("%s\n", ndctl_bus_get_provider(bus));
		SHOW(ndctl_bus_has_error_injection(bus));
		if (strcmp(ndctl_bus_get_provider(bus), "nfit_test.0") != 0)
			continue;
		ndctl_region_foreach (bus, region)
			ndctl_namespace_foreach (region, ndns)
				if (ndctl_namespace_is_active(ndns)) {
					printf("%s\n", ndctl_namespace_get_devname(ndns));
					errors_in(ndns);
				}
	}
}

static const struct {
	const char *name;
	void (*run)(struct ndctl_dimm *dimm);
} parts[] = {
	{"smart", smart},
	{"unsubmitted", unsubmitted},
	{"threshold", threshold},
	{"inject", inject},
	{"health", health},
	{"events", events},
	{"acknowledge", acknowledge},
	{"firmware", firmware},
	{"vendor", vendor},
};

static struct ndctl_dimm *find(struct ndctl_ctx *ctx, const char *name)
{
	struct ndctl_bus *bus;
	struct ndctl_dimm *dimm;

	ndctl_bus_foreach (ctx, bus)
		ndctl_dimm_foreach (bus, dimm)
			if (strcmp(ndctl_dimm_get_devname(dimm), name) == 0)
				return dimm;
	return NULL;
}

int main(int argc, char **argv)
{
	struct ndctl_ctx *ctx;
	struct ndctl_dimm *dimm = NULL;

	setvbuf(stdout, NULL, _IOLBF, 0);
	if (argc < 2 || ndctl_new(&ctx))
		return 2;
	if (argc > 2) {
		dimm = find(ctx, argv[2]);
		if (!dimm)
			return 2;
	}
	for (size_t i = 0; dimm && i < sizeof(parts) / sizeof(*parts); i++)
		if (strcmp(argv[1], parts[i].name) == 0)
			parts[i].run(dimm);
	if (strcmp(argv[1], "errors") == 0)
		errors(ctx);
	ndctl_unref(ctx);
	return 0;
}
