/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"

#include <limits.h>
#include <linux/ndctl.h>
#include <math.h>
#include <string.h>

#include "lib/ndctl/family/family.h"

/*
 * What each family makes of an answer, and the bytes that it asks with. The answers are the bytes
 * of a status and of the fields in the order of the specification that the family's file names.
 */

/* Reads @text, hexadecimal digits with spaces, into @bytes; the rest is 0. */
static void from_hex(const char *text, uint8_t *bytes, size_t size)
{
	unsigned byte;
	int used;

	memset(bytes, 0, size);
	for (size_t i = 0; sscanf(text, "%2x%n", &byte, &used) == 1; i++) {
		assert_true(i < size);
		bytes[i] = (uint8_t)byte;
		text += used;
	}
}

/* An answer of @size bytes (0: what the family asks for) that begins with @text. */
static struct smart smart_from(const struct family *family, const char *text, size_t size)
{
	static uint8_t bytes[256];
	struct smart smart;

	from_hex(text, bytes, sizeof(bytes));
	assert_true(family->commands[CALL_SMART].out <= sizeof(bytes));
	family->read_smart(bytes, size ? size : family->commands[CALL_SMART].out, &smart);
	return smart;
}

static void test_families_are_found(void **state)
{
	assert_ptr_equal(family_find(NVDIMM_FAMILY_INTEL), &family_intel);
	assert_ptr_equal(family_find(NVDIMM_FAMILY_HPE1), &family_hpe1);
	assert_ptr_equal(family_find(NVDIMM_FAMILY_MSFT), &family_msft);
	assert_ptr_equal(family_find(NVDIMM_FAMILY_HYPERV), &family_hyperv);
	assert_ptr_equal(family_find(5), &family_papr);
	assert_null(family_find(NVDIMM_FAMILY_HPE2));
	assert_null(family_find(UINT64_MAX));
}

/* A command that a family has must have what reads its answer and what writes its input. */
static void check_row(const struct family *family)
{
	const struct family_command *row = family->commands;

	assert_true(row[CALL_SMART].function && family->read_smart);
	assert_true(!row[CALL_SHUTDOWN_COUNT].function || family->read_shutdown_count);
	assert_true(!row[CALL_THRESHOLD].function || family->read_threshold);
	assert_true(!row[CALL_SET_THRESHOLD].function || family->write_threshold);
	assert_true(!row[CALL_INJECT_SMART].function || family->write_injection);
	assert_true(!row[CALL_FW_INFO].function || family->read_firmware_info);
	assert_true(!row[CALL_FW_START].function || family->read_context);
	assert_true(!row[CALL_FW_SEND].function || family->write_part);
	assert_true(!row[CALL_FW_FINISH].function || family->write_context);
	assert_true(!row[CALL_FW_QUERY].function || family->read_version);
	for (int i = 0; i < CALL_COUNT; i++)
		assert_true(!row[i].function || row[i].out >= sizeof(uint32_t));
	assert_true(family->status_is_errno || family->error_without_table);
	assert_true((family->injects & ~family->injectable) == 0);
}

static void test_rows_are_complete(void **state)
{
	for (uint64_t number = 0; number < 16; number++)
		if (family_find(number))
			check_row(family_find(number));
	for (int i = 0; i < CALL_COUNT; i++)
		assert_non_null(family_call_name(i));
}

/* ---- Intel ---- */

static void test_intel_smart(void **state)
{
	struct smart smart = smart_from(&family_intel,
		"00000000 3f060000 00000000 01 4b 05 03 7001 9081 2a000000 01 8002 0000000000000000 "
		"01 00000000",
		0);

	assert_int_equal(smart.valid, 0x63f);
	assert_int_equal(smart.health, ND_SMART_NON_CRITICAL_HEALTH);
	assert_int_equal(smart.spares, 75);
	assert_int_equal(smart.life_used, 5);
	assert_int_equal(smart.alarms, ND_SMART_SPARE_TRIP | ND_SMART_MTEMP_TRIP);
	assert_int_equal(smart.media_temperature, 23 * 16);
	assert_int_equal(smart.ctrl_temperature, 0x8190);
	assert_int_equal(smart.shutdown_count, 42);
	assert_int_equal(smart.shutdown_state, 1);
	assert_int_equal(smart.vendor_size, 0);
}

static void test_intel_smart_is_not_trusted(void **state)
{
	struct smart smart = smart_from(&family_intel,
		"00000000 ffffffff ffffffff ff ff ff ff ffff ffff ffffffff ff ffff ffffffffffffffff "
		"ff ffffffff",
		0);

	/* Reserved bits; 255 % of spares and of life; more vendor data than there is room for. */
	assert_int_equal(smart.valid, 0xeff & ~(ND_SMART_SPARES_VALID | ND_SMART_USED_VALID));
	assert_int_equal(smart.health, 7);
	assert_int_equal(smart.alarms, 7);
	assert_int_equal(smart.vendor_size, 92);
}

static void test_intel_thresholds(void **state)
{
	struct smart_threshold threshold;
	uint8_t bytes[16];

	from_hex("00000000 0700 05 8002 e001 ff", bytes, sizeof(bytes));
	family_intel.read_threshold(bytes, &threshold);
	assert_int_equal(threshold.alarm_control, 7);
	assert_int_equal(threshold.spares, 5);
	assert_int_equal(threshold.media_temperature, 40 * 16);
	assert_int_equal(threshold.ctrl_temperature, 30 * 16);

	const uint8_t expected[] = {0x07, 0x00, 0x05, 0x80, 0x02, 0xe0, 0x01};
	assert_int_equal(family_intel.commands[CALL_SET_THRESHOLD].in, sizeof(expected));
	memset(bytes, 0, sizeof(bytes));
	family_intel.write_threshold(&threshold, bytes);
	assert_memory_equal(bytes, expected, sizeof(expected));
	assert_int_equal(bytes[sizeof(expected)], 0);
	from_hex("00000000 0700 65 8002 e001 ff", bytes, sizeof(bytes));
	family_intel.read_threshold(bytes, &threshold);
	assert_int_equal(threshold.valid & ND_SMART_SPARES_VALID, 0);
}

static void test_intel_injection(void **state)
{
	const uint8_t all[] = {0x0f, 0, 0, 0, 0, 0, 0, 0, 1, 0xd0, 0x04, 1, 0x2c, 1, 1};
	const uint8_t none[] = {0x0d, 0, 0, 0, 0, 0, 0, 0, 0, 0xd0, 0x04, 0, 0x2c, 0, 0};
	struct smart_injection injection = {
		.chosen = 0x1f, .enabled = 0x1f, .media_temperature = 77 * 16, .spares = 44};
	uint8_t bytes[15];

	assert_int_equal(family_intel.commands[CALL_INJECT_SMART].in, sizeof(bytes));
	family_intel.write_injection(&injection, bytes);
	assert_memory_equal(bytes, all, sizeof(bytes));
	injection.chosen = ND_SMART_INJECT_MEDIA_TEMPERATURE | ND_SMART_INJECT_HEALTH_STATE |
		ND_SMART_INJECT_UNCLEAN_SHUTDOWN;
	injection.enabled = 0;
	family_intel.write_injection(&injection, bytes);
	assert_memory_equal(bytes, none, sizeof(bytes));
}

static void test_intel_firmware(void **state)
{
	struct firmware_info info;
	uint8_t bytes[64];

	from_hex("00000000 00001000 ecff0000 90d00300 c0c62d00 ff ffffff 05010000 0100000000000000 "
		 "cdabffffffff0000",
		bytes, sizeof(bytes));
	family_intel.read_firmware_info(bytes, &info);
	assert_int_equal(info.storage_size, 1 << 20);
	assert_int_equal(info.max_send_length, 0xffec);
	assert_int_equal(info.query_interval, 250000);
	assert_int_equal(info.max_query_time, 3000000);
	assert_int_equal(info.running_version, 1);
	assert_int_equal(info.staged_version, 0xffffffffabcd);

	from_hex("00000000 04030201", bytes, sizeof(bytes));
	assert_int_equal(family_intel.read_context(bytes), 0x01020304);
	from_hex("00000000 cdabffffffff0000", bytes, sizeof(bytes));
	assert_int_equal(family_intel.read_version(bytes), 0xffffffffabcd);
}

static void test_intel_update(void **state)
{
	const struct firmware_part part = {0x01020304, 0x1000, 3, "abc"};
	const uint8_t send[] = {4, 3, 2, 1, 0, 0x10, 0, 0, 3, 0, 0, 0, 'a', 'b', 'c'};
	const uint8_t abort[] = {1, 0, 0, 0, 4, 3, 2, 1}, query[] = {4, 3, 2, 1};
	uint8_t bytes[16] = {0};

	family_intel.write_part(&part, bytes);
	assert_memory_equal(bytes, send, sizeof(send));
	family_intel.write_context(CALL_FW_FINISH, 0x01020304, true, bytes);
	assert_memory_equal(bytes, abort, sizeof(abort));
	family_intel.write_context(CALL_FW_FINISH, 0x01020304, false, bytes);
	assert_int_equal(bytes[0], 0);
	family_intel.write_context(CALL_FW_QUERY, 0x01020304, false, bytes);
	assert_memory_equal(bytes, query, sizeof(query));
	bytes[0] = 0;
	family_intel.write_request(CALL_ACK_SHUTDOWN, bytes);
	assert_int_equal(bytes[0], 1);
}

/* ---- the others ---- */

static void test_hpe1_smart(void **state)
{
	struct smart smart = smart_from(&family_hpe1,
		"00000000 ff020080 01 9001 4b ff00 05 02 0100 0200 0300 0000 "
		"010101010101010101010101 02020202020202020202020202020202 03000000 04000000 37 5001 "
		"00 0000 0400 aabbccdd",
		0);

	assert_int_equal(smart.valid,
		ND_SMART_HEALTH_VALID | ND_SMART_SPARES_VALID | ND_SMART_USED_VALID |
			ND_SMART_MTEMP_VALID | ND_SMART_ALARM_VALID | ND_SMART_SHUTDOWN_VALID |
			ND_SMART_VENDOR_VALID);
	assert_int_equal(smart.health, ND_SMART_NON_CRITICAL_HEALTH);
	assert_int_equal(smart.media_temperature, 25 * 16);
	assert_int_equal(smart.spares, 75);
	assert_int_equal(smart.alarms, ND_SMART_SPARE_TRIP | ND_SMART_MTEMP_TRIP);
	assert_int_equal(smart.life_used, 5);
	assert_int_equal(smart.shutdown_state, 0);
	assert_int_equal(smart.vendor_size, 4);
	assert_int_equal(smart.vendor[0], 0xaa);
}

static void test_hpe1_is_not_trusted(void **state)
{
	const char *hostile = "00000000 ffffffff ff 9001 65 0100 65 03 0000 0000 0000 0000 "
			      "000000000000000000000000 00000000000000000000000000000000 00000000 "
			      "00000000 00 0000 00 0000 ffff";
	struct smart smart = smart_from(&family_hpe1, hostile, 0);

	assert_int_equal(smart.valid & (ND_SMART_SPARES_VALID | ND_SMART_USED_VALID), 0);
	assert_int_equal(smart.health, 7);
	assert_int_equal(smart.alarms, ND_SMART_MTEMP_TRIP);
	assert_int_equal(smart.shutdown_state, 1);
	assert_int_equal(smart.vendor_size, 60);
	/* A shorter answer has less vendor data. */
	size_t least = family_least(&family_hpe1.commands[CALL_SMART]);
	assert_int_equal(smart_from(&family_hpe1, hostile, least + 7).vendor_size, 7);
	assert_int_equal(smart_from(&family_hpe1, hostile, least).vendor_size, 0);
}

static void test_hpe1_input(void **state)
{
	const uint8_t asked[] = {0x3f, 0x02, 0, 0};
	struct smart_threshold threshold;
	uint8_t bytes[64];

	assert_int_equal(family_hpe1.commands[CALL_SMART].in, sizeof(asked));
	family_hpe1.write_request(CALL_SMART, bytes);
	assert_memory_equal(bytes, asked, sizeof(asked));
	from_hex("00000000 0200 9001 4b", bytes, sizeof(bytes));
	family_hpe1.read_threshold(bytes, &threshold);
	assert_int_equal(threshold.alarm_control, ND_SMART_SPARE_TRIP);
	assert_int_equal(threshold.media_temperature, 25 * 16);
	assert_int_equal(threshold.spares, 75);
	assert_int_equal(threshold.valid & ND_SMART_CTEMP_VALID, 0);
	from_hex("00000000 0200 9001 ff", bytes, sizeof(bytes));
	family_hpe1.read_threshold(bytes, &threshold);
	assert_int_equal(threshold.valid & ND_SMART_SPARES_VALID, 0);
}

static void test_msft_smart(void **state)
{
	static const struct {
		const char *answer;
		unsigned health, alarms, life_used, temperature;
		bool hides_life, hides_temperature;
	} rows[] = {
		{"00000000 0000 1e00 00 00 28 05 06", 0, 0, 60, 480, false, false},
		{"00000000 0000 1e00 00 01 28 05 06", 1, ND_SMART_SPARE_TRIP, 60, 480, false,
			false},
		{"00000000 0000 1e00 02 00 28 05 06", 2, ND_SMART_SPARE_TRIP, 60, 480, false,
			false},
		{"00000000 0000 1e00 04 00 28 05 06", 2, ND_SMART_CTEMP_TRIP, 60, 480, false,
			false},
		{"00000000 0040 1e00 00 00 28 05 06", 2, 0, 60, 480, false, false},
		{"00000000 0000 1e00 00 00 00 05 06", 4, 0, 100, 480, false, false},
		{"00000000 0000 ff07 00 00 65 05 06", 0, 0, 0, 0x7ff0, true, false},
		{"00000000 0000 0008 00 00 64 05 06", 0, 0, 0, 0, false, true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct smart smart = smart_from(&family_msft, rows[i].answer, 0);
		assert_int_equal(smart.health, rows[i].health);
		assert_int_equal(smart.alarms, rows[i].alarms);
		assert_int_equal(!(smart.valid & ND_SMART_USED_VALID), rows[i].hides_life);
		assert_int_equal(!(smart.valid & ND_SMART_MTEMP_VALID), rows[i].hides_temperature);
		if (!rows[i].hides_life)
			assert_int_equal(smart.life_used, rows[i].life_used);
		if (!rows[i].hides_temperature)
			assert_int_equal(smart.media_temperature, rows[i].temperature);
	}
}

static void test_hyperv_smart(void **state)
{
	static const struct {
		const char *answer;
		unsigned health;
	} rows[] = {
		{"00000000 00000000", 0},
		{"00000000 01000000", ND_SMART_CRITICAL_HEALTH},
		{"00000000 02000000", ND_SMART_CRITICAL_HEALTH},
		{"00000000 04000000", ND_SMART_FATAL_HEALTH},
		{"00000000 05000000", ND_SMART_CRITICAL_HEALTH | ND_SMART_FATAL_HEALTH},
		{"00000000 10000000", ND_SMART_NON_CRITICAL_HEALTH},
		{"00000000 c0ffffff", 0},
	};
	const uint8_t count[] = {0, 0, 0, 0, 0x04, 0x03, 0x02, 0x01};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct smart smart = smart_from(&family_hyperv, rows[i].answer, 0);
		assert_int_equal(smart.health, rows[i].health);
		assert_int_equal(smart.valid, ND_SMART_HEALTH_VALID);
	}
	assert_int_equal(family_hyperv.read_shutdown_count(count), 0x01020304);
}

/* The kernel's own struct: in the order of this processor's bytes. */
struct papr_answer {
	int32_t status;
	uint16_t reserved[2];
	uint32_t extensions;
	uint8_t flags[6];
	uint16_t health, gauge;
	uint64_t count;
	uint8_t rest[160];
};

static struct smart papr_smart(struct papr_answer answer)
{
	struct smart smart;

	assert_int_equal(family_papr.commands[CALL_SMART].out, sizeof(answer));
	family_papr.read_smart(&answer, sizeof(answer), &smart);
	return smart;
}

static void test_papr_smart(void **state)
{
	static const unsigned conditions[] = {0, 1, 2, 4};
	struct papr_answer answer = {.extensions = 3, .flags = {[1] = 1}, .gauge = 90, .count = 7};
	struct smart smart;

	for (uint16_t i = 0; i < 4; i++) {
		answer.health = i;
		smart = papr_smart(answer);
		assert_int_equal(smart.health, conditions[i]);
		assert_int_equal(smart.valid,
			ND_SMART_HEALTH_VALID | ND_SMART_USED_VALID | ND_SMART_SHUTDOWN_VALID |
				ND_SMART_SHUTDOWN_COUNT_VALID);
	}
	assert_int_equal(smart.life_used, 10);
	assert_int_equal(smart.shutdown_state, 1);
	assert_int_equal(smart.shutdown_count, 7);

	/* Out of range, and not valid. */
	answer.health = 4;
	answer.gauge = 101;
	answer.count = UINT64_C(1) << 32;
	assert_int_equal(papr_smart(answer).valid, ND_SMART_SHUTDOWN_VALID);
	answer = (struct papr_answer){.gauge = 90, .count = 7};
	assert_int_equal(papr_smart(answer).valid, ND_SMART_HEALTH_VALID | ND_SMART_SHUTDOWN_VALID);
}

static void test_papr_injection(void **state)
{
	const struct smart_injection injection = {
		.chosen = ND_SMART_INJECT_HEALTH_STATE | ND_SMART_INJECT_UNCLEAN_SHUTDOWN,
		.enabled = ND_SMART_INJECT_UNCLEAN_SHUTDOWN,
	};
	_Alignas(8) uint8_t bytes[192] = {0};
	uint32_t flags;

	assert_int_equal(family_papr.commands[CALL_INJECT_SMART].in, sizeof(bytes));
	family_papr.write_injection(&injection, bytes);
	memcpy(&flags, bytes + 8, sizeof(flags));
	assert_int_equal(flags, 3);
	assert_int_equal(bytes[12], 0);
	assert_int_equal(bytes[13], 1);
	assert_int_equal(family_papr.read_injection(bytes), injection.chosen);
	bytes[8] = bytes[11] = 0;
	assert_int_equal(family_papr.read_injection(bytes), 0);
}

/* ---- temperatures ---- */

static void test_temperatures(void **state)
{
	static const struct {
		double degrees;
		unsigned encoded;
	} rows[] = {
		{0, 0},
		{23.0625, 23 * 16 + 1},
		{-25, 0x8190},
		{2047.9375, 0x7fff},
		{2048, 0x7fff},
		{3000, 0x7fff},
		{-3000, 0xffff},
		{1e30, 0x7fff},
		{INFINITY, 0x7fff},
		{-INFINITY, 0xffff},
		{NAN, UINT_MAX},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_int_equal(ndctl_encode_smart_temperature(rows[i].degrees), rows[i].encoded);
}

/* ---- status ---- */

static void test_statuses(void **state)
{
	static const struct {
		const struct family *family;
		enum family_call call;
		uint32_t status;
		int error;
		enum ND_FW_STATUS firmware;
	} rows[] = {
		{&family_intel, CALL_SMART, 1, EOPNOTSUPP, FW_ENOTSUPP},
		{&family_intel, CALL_SMART, 2, ENXIO, FW_ENOTEXIST},
		{&family_intel, CALL_SMART, 3, EINVAL, FW_EINVAL},
		{&family_intel, CALL_SMART, 4, EIO, FW_EHWERR},
		{&family_intel, CALL_SMART, 0x10005, EAGAIN, FW_ERETRY},
		{&family_intel, CALL_SMART, 6, ENOMSG, FW_EUNKNOWN},
		{&family_intel, CALL_SMART, 8, EAGAIN, FW_ENORES},
		{&family_intel, CALL_SMART, 9, EBUSY, FW_ENOTREADY},
		{&family_intel, CALL_SMART, 200, ENOMSG, FW_EUNKNOWN},
		{&family_intel, CALL_FW_START, 0x10007, ENOMSG, FW_EBUSY},
		{&family_intel, CALL_FW_SEND, 0x10007, ENOMSG, FW_EINVAL_CTX},
		{&family_intel, CALL_FW_QUERY, 0x20007, ENOMSG, FW_EBUSY},
		{&family_intel, CALL_FW_FINISH, 0x20007, ENOMSG, FW_ALREADY_DONE},
		{&family_intel, CALL_FW_QUERY, 0x30007, ENOMSG, FW_EBADFW},
		{&family_intel, CALL_FW_QUERY, 0x40007, ENOMSG, FW_ESEQUENCE},
		{&family_intel, CALL_FW_FINISH, 0x40007, ENOMSG, FW_ABORTED},
		{&family_intel, CALL_FW_FINISH, 0x50007, ENOMSG, FW_EUNKNOWN},
		{&family_hpe1, CALL_SMART, 1, EIO, FW_EUNKNOWN},
		{&family_msft, CALL_SMART, 0x70001, EOPNOTSUPP, FW_ENOTSUPP},
		{&family_msft, CALL_SMART, 3, EIO, FW_EHWERR},
		{&family_msft, CALL_SMART, 4, ENOMSG, FW_EUNKNOWN},
		{&family_hyperv, CALL_SMART, 1, EINVAL, FW_EUNKNOWN},
		{&family_papr, CALL_SMART, (uint32_t)-ENOMEM, ENOMEM, FW_EUNKNOWN},
		{&family_papr, CALL_SMART, 1, EIO, FW_EUNKNOWN},
		{&family_papr, CALL_SMART, 0x80000000, EIO, FW_EUNKNOWN},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct family_status meaning =
			family_explain(rows[i].family, rows[i].call, rows[i].status);
		assert_int_equal(meaning.error, rows[i].error);
		assert_int_equal(meaning.firmware, rows[i].firmware);
		assert_non_null(meaning.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_families_are_found),
		cmocka_unit_test(test_rows_are_complete),
		cmocka_unit_test(test_intel_smart),
		cmocka_unit_test(test_intel_smart_is_not_trusted),
		cmocka_unit_test(test_intel_thresholds),
		cmocka_unit_test(test_intel_injection),
		cmocka_unit_test(test_intel_firmware),
		cmocka_unit_test(test_intel_update),
		cmocka_unit_test(test_hpe1_smart),
		cmocka_unit_test(test_hpe1_is_not_trusted),
		cmocka_unit_test(test_hpe1_input),
		cmocka_unit_test(test_msft_smart),
		cmocka_unit_test(test_hyperv_smart),
		cmocka_unit_test(test_papr_smart),
		cmocka_unit_test(test_papr_injection),
		cmocka_unit_test(test_temperatures),
		cmocka_unit_test(test_statuses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
