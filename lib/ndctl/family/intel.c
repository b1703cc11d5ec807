/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "family.h"

#include <assert.h>
#include <base/cleanup.h>
#include <endian.h>
#include <errno.h>
#include <linux/ndctl.h>
#include <string.h>

/*
 * "Intel Optane Persistent Memory Module DSM Interface", revision 2.0, and the layouts in Linux'
 * drivers/acpi/nfit/intel.h and tools/testing/nvdimm/test/nfit_test.h. Little-endian.
 */

/* ---- layouts; the functions with their numbers are in the table at the end ---- */

struct intel_smart {
	uint32_t status;
	uint32_t flags;
	uint8_t reserved[4];
	uint8_t health, spares, life_used, alarms;
	uint16_t media_temperature, ctrl_temperature;
	uint32_t shutdown_count;
	uint8_t ait_status;
	uint16_t pmic_temperature;
	uint8_t reserved_too[8];
	uint8_t shutdown_state;
	uint32_t vendor_size;
	uint8_t vendor[92];
} __attribute__((packed));
static_assert(sizeof(struct intel_smart) == 132, "Get SMART and Health Info");

struct intel_threshold {
	uint32_t status;
	uint16_t alarm_control;
	uint8_t spares;
	uint16_t media_temperature, ctrl_temperature;
	uint8_t reserved;
} __attribute__((packed));
static_assert(sizeof(struct intel_threshold) == 12, "Get SMART Threshold");

struct intel_set_threshold {
	uint16_t alarm_control;
	uint8_t spares;
	uint16_t media_temperature, ctrl_temperature;
} __attribute__((packed));
static_assert(sizeof(struct intel_set_threshold) == 7, "Set SMART Threshold");

enum {
	INTEL_INJECT_MEDIA_TEMPERATURE = 1 << 0,
	INTEL_INJECT_SPARES = 1 << 1,
	INTEL_INJECT_FATAL = 1 << 2,
	INTEL_INJECT_SHUTDOWN = 1 << 3,
};
struct intel_injection {
	uint64_t flags;
	uint8_t media_temperature_on;
	uint16_t media_temperature;
	uint8_t spares_on, spares;
	uint8_t fatal_on, shutdown_on;
} __attribute__((packed));
static_assert(sizeof(struct intel_injection) == 15, "Inject Error");

struct intel_firmware_info {
	uint32_t status;
	uint32_t storage_size, max_send_length, query_interval, max_query_time;
	uint8_t capabilities, reserved[3];
	uint32_t fis_version;
	uint64_t running_version, staged_version;
} __attribute__((packed));
static_assert(sizeof(struct intel_firmware_info) == 44, "Get FW Info");

struct intel_start {
	uint32_t status, context;
} __attribute__((packed));
static_assert(sizeof(struct intel_start) == 8, "Start FW Update");

struct intel_send {
	uint32_t context, offset, length;
	uint8_t data[];
} __attribute__((packed));
static_assert(sizeof(struct intel_send) == 12, "Send FW Update Data");

struct intel_finish {
	uint8_t abort, reserved[3];
	uint32_t context;
} __attribute__((packed));
static_assert(sizeof(struct intel_finish) == 8, "Finish FW Update");

struct intel_query {
	uint32_t status;
	uint64_t version;
} __attribute__((packed));
static_assert(sizeof(struct intel_query) == 12, "Query Finish FW Update Status");

/* ---- SMART ---- */

enum {
	INTEL_VALID_BITS = ND_SMART_HEALTH_VALID | ND_SMART_SPARES_VALID | ND_SMART_USED_VALID |
		ND_SMART_MTEMP_VALID | ND_SMART_CTEMP_VALID | ND_SMART_SHUTDOWN_COUNT_VALID |
		ND_SMART_AIT_STATUS_VALID | ND_SMART_PTEMP_VALID | ND_SMART_ALARM_VALID |
		ND_SMART_SHUTDOWN_VALID | ND_SMART_VENDOR_VALID,
	HEALTH_BITS =
		ND_SMART_NON_CRITICAL_HEALTH | ND_SMART_CRITICAL_HEALTH | ND_SMART_FATAL_HEALTH,
	ALARM_BITS = ND_SMART_SPARE_TRIP | ND_SMART_MTEMP_TRIP | ND_SMART_CTEMP_TRIP,
};

static void intel_read_smart(const void *out, size_t size, struct smart *smart)
{
	const struct intel_smart *answer = out;

	(void)size;
	*smart = (struct smart){
		.valid = le32toh(answer->flags) & INTEL_VALID_BITS,
		.health = answer->health & HEALTH_BITS,
		.spares = answer->spares,
		.life_used = answer->life_used,
		.alarms = answer->alarms & ALARM_BITS,
		.media_temperature = le16toh(answer->media_temperature),
		.ctrl_temperature = le16toh(answer->ctrl_temperature),
		.shutdown_state = answer->shutdown_state,
		.shutdown_count = le32toh(answer->shutdown_count),
		.vendor = answer->vendor,
		.vendor_size = le32toh(answer->vendor_size),
	};
	smart->valid &= ~family_unless_percent(smart->spares, ND_SMART_SPARES_VALID);
	smart->valid &= ~family_unless_percent(smart->life_used, ND_SMART_USED_VALID);
	if (smart->vendor_size > sizeof(answer->vendor))
		smart->vendor_size = sizeof(answer->vendor);
}

static void intel_read_threshold(const void *out, struct smart_threshold *threshold)
{
	const struct intel_threshold *answer = out;

	*threshold = (struct smart_threshold){
		.valid = ND_SMART_ALARM_VALID | ND_SMART_SPARES_VALID | ND_SMART_MTEMP_VALID |
			ND_SMART_CTEMP_VALID,
		.alarm_control = le16toh(answer->alarm_control),
		.spares = answer->spares,
		.media_temperature = le16toh(answer->media_temperature),
		.ctrl_temperature = le16toh(answer->ctrl_temperature),
	};
	threshold->valid &= ~family_unless_percent(threshold->spares, ND_SMART_SPARES_VALID);
}

static void intel_write_threshold(const struct smart_threshold *threshold, void *in)
{
	*(struct intel_set_threshold *)in = (struct intel_set_threshold){
		.alarm_control = htole16((uint16_t)threshold->alarm_control),
		.spares = (uint8_t)threshold->spares,
		.media_temperature = htole16((uint16_t)threshold->media_temperature),
		.ctrl_temperature = htole16((uint16_t)threshold->ctrl_temperature),
	};
}

static void intel_write_injection(const struct smart_injection *injection, void *in)
{
	static const struct {
		unsigned chosen;
		uint64_t flag;
	} flags[] = {
		{ND_SMART_INJECT_MEDIA_TEMPERATURE, INTEL_INJECT_MEDIA_TEMPERATURE},
		{ND_SMART_INJECT_SPARES_REMAINING, INTEL_INJECT_SPARES},
		{ND_SMART_INJECT_HEALTH_STATE, INTEL_INJECT_FATAL},
		{ND_SMART_INJECT_UNCLEAN_SHUTDOWN, INTEL_INJECT_SHUTDOWN},
	};
	unsigned on = injection->enabled;
	uint64_t chosen = 0;

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (injection->chosen & flags[i].chosen)
			chosen |= flags[i].flag;
	*(struct intel_injection *)in = (struct intel_injection){
		.flags = htole64(chosen),
		.media_temperature_on = (on & ND_SMART_INJECT_MEDIA_TEMPERATURE) != 0,
		.media_temperature = htole16((uint16_t)injection->media_temperature),
		.spares_on = (on & ND_SMART_INJECT_SPARES_REMAINING) != 0,
		.spares = (uint8_t)injection->spares,
		.fatal_on = (on & ND_SMART_INJECT_HEALTH_STATE) != 0,
		.shutdown_on = (on & ND_SMART_INJECT_UNCLEAN_SHUTDOWN) != 0,
	};
}

/* Enable Latch System Shutdown Status: one byte, 1. */
static void intel_write_request(enum family_call call, void *in)
{
	if (call == CALL_ACK_SHUTDOWN)
		*(uint8_t *)in = 1;
}

/* ---- firmware ---- */

static void intel_read_firmware_info(const void *out, struct firmware_info *info)
{
	const struct intel_firmware_info *answer = out;

	*info = (struct firmware_info){
		.storage_size = le32toh(answer->storage_size),
		.max_send_length = le32toh(answer->max_send_length),
		.query_interval = le32toh(answer->query_interval),
		.max_query_time = le32toh(answer->max_query_time),
		.running_version = le64toh(answer->running_version),
		.staged_version = le64toh(answer->staged_version),
	};
}

static unsigned intel_read_context(const void *out)
{
	return le32toh(((const struct intel_start *)out)->context);
}

static uint64_t intel_read_version(const void *out)
{
	return le64toh(((const struct intel_query *)out)->version);
}

static void intel_write_part(const struct firmware_part *part, void *in)
{
	struct intel_send *request = in;

	request->context = htole32(part->context);
	request->offset = htole32(part->offset);
	request->length = htole32(part->length);
	memcpy(request->data, part->data, part->length);
}

static void intel_write_context(enum family_call call, unsigned context, bool abort, void *in)
{
	uint32_t bytes = htole32(context);

	if (call == CALL_FW_FINISH)
		*(struct intel_finish *)in =
			(struct intel_finish){.abort = abort, .context = bytes};
	else
		memcpy(in, &bytes, sizeof(bytes));
}

/* ---- status: the low 16 bits for all functions; 7 has the rest in the high 16 bits ---- */

static const struct family_status intel_statuses[] = {
	{1, EOPNOTSUPP, FW_ENOTSUPP, "function not supported"},
	{2, ENXIO, FW_ENOTEXIST, "no such memory device"},
	{3, EINVAL, FW_EINVAL, "invalid input parameters"},
	{4, EIO, FW_EHWERR, "hardware error"},
	{5, EAGAIN, FW_ERETRY, "retry suggested"},
	{6, ENOMSG, FW_EUNKNOWN, "failed for an unknown reason"},
	{0x10007, ENOMSG, FW_EINVAL_CTX, "invalid context of the firmware update"},
	{0x20007, ENOMSG, FW_EBUSY, "firmware update in progress"},
	{0x30007, ENOMSG, FW_EBADFW, "firmware failed its authentication"},
	{0x40007, ENOMSG, FW_ESEQUENCE, "wrong sequence of firmware commands"},
	{7, ENOMSG, FW_EUNKNOWN, "function-specific error"},
	{8, EAGAIN, FW_ENORES, "out of resources"},
	{9, EBUSY, FW_ENOTREADY, "hardware not ready"},
	{10, ENOMSG, FW_EUNKNOWN, "invalid security state"},
	{11, ENOMSG, FW_EUNKNOWN, "invalid passphrase"},
};

static const struct family_call_status intel_call_statuses[] = {
	{CALL_FW_START, {0x10007, ENOMSG, FW_EBUSY, "another firmware update is in progress"}},
	{CALL_FW_FINISH, {0x20007, ENOMSG, FW_ALREADY_DONE, "the firmware update is done already"}},
	{CALL_FW_FINISH, {0x40007, ENOMSG, FW_ABORTED, "the firmware update was aborted"}},
};

const struct family family_intel = {
	.name = "Intel",
	.number = NVDIMM_FAMILY_INTEL,
	.commands =
		{
			[CALL_SMART] = {1, 0, sizeof(struct intel_smart), 0},
			[CALL_THRESHOLD] = {2, 0, sizeof(struct intel_threshold), 0},
			[CALL_ACK_SHUTDOWN] = {10, 1, 4, 0},
			[CALL_FW_INFO] = {12, 0, sizeof(struct intel_firmware_info), 0},
			[CALL_FW_START] = {13, 0, sizeof(struct intel_start), 0},
			[CALL_FW_SEND] = {14, sizeof(struct intel_send), 4, 0},
			[CALL_FW_FINISH] = {15, sizeof(struct intel_finish), 4, 0},
			[CALL_FW_QUERY] = {16, 4, sizeof(struct intel_query), 0},
			[CALL_SET_THRESHOLD] = {17, sizeof(struct intel_set_threshold), 4, 0},
			[CALL_INJECT_SMART] = {18, sizeof(struct intel_injection), 4, 0},
		},
	.status_mask = 0xffff,
	.injectable = ND_SMART_INJECT_SPARES_REMAINING | ND_SMART_INJECT_MEDIA_TEMPERATURE |
		ND_SMART_INJECT_CTRL_TEMPERATURE | ND_SMART_INJECT_HEALTH_STATE |
		ND_SMART_INJECT_UNCLEAN_SHUTDOWN,
	.injects = ND_SMART_INJECT_SPARES_REMAINING | ND_SMART_INJECT_MEDIA_TEMPERATURE |
		ND_SMART_INJECT_HEALTH_STATE | ND_SMART_INJECT_UNCLEAN_SHUTDOWN,
	.error_without_table = ENOMSG,
	.statuses = intel_statuses,
	.status_count = ARRAY_SIZE(intel_statuses),
	.call_statuses = intel_call_statuses,
	.call_status_count = ARRAY_SIZE(intel_call_statuses),
	.write_request = intel_write_request,
	.write_threshold = intel_write_threshold,
	.write_injection = intel_write_injection,
	.write_part = intel_write_part,
	.write_context = intel_write_context,
	.read_smart = intel_read_smart,
	.read_threshold = intel_read_threshold,
	.read_firmware_info = intel_read_firmware_info,
	.read_context = intel_read_context,
	.read_version = intel_read_version,
};
