/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"

#include <limits.h>
#include <string.h>

#include <base/cleanup.h>
#include <kernel/parse.h>

#define UNTOUCHED 4711

static void u64(void **state)
{
	static const struct {
		const char *text;
		int base;
		int result;
		uint64_t value;
	} rows[] = {
		{"0", 0, 0, 0},
		{"4096", 0, 0, 4096},
		{"18446744073709551615", 0, 0, UINT64_MAX},
		{"18446744073709551616", 0, -ERANGE},
		{"99999999999999999999999999", 0, -ERANGE},
		{"0x1000", 0, 0, 4096},
		{"0X1000", 0, 0, 4096},
		{"0xffffffffffffffff", 0, 0, UINT64_MAX},
		{"0x10000000000000000", 0, -ERANGE},
		{"8000000", 16, 0, 0x8000000},
		{"0x8000000", 16, 0, 0x8000000},
		{"FEDcba", 16, 0, 0xfedcba},
		{"ffffffffffffffff", 16, 0, UINT64_MAX},
		{"10000000000000000", 16, -ERANGE},
		{"4096", 10, 0, 4096},
		{"0x1000", 10, -EINVAL},
		{"", 0, -EINVAL},
		{"", 16, -EINVAL},
		{" 1", 0, -EINVAL},
		{"\t1", 0, -EINVAL},
		{"\n1", 0, -EINVAL},
		{"1 ", 0, -EINVAL},
		{"1\n", 0, -EINVAL},
		{"1\n2", 0, -EINVAL},
		{"+1", 0, -EINVAL},
		{"-1", 0, -EINVAL},
		{"-0", 0, -EINVAL},
		{"-", 0, -EINVAL},
		{"0x", 0, -EINVAL},
		{"0x", 16, -EINVAL},
		{"0x-1", 0, -EINVAL},
		{"0x 1", 16, -EINVAL},
		{"0x0x1", 16, -EINVAL},
		{"x1", 0, -EINVAL},
		{"12q", 0, -EINVAL},
		{"12.5", 0, -EINVAL},
		{"1e3", 0, -EINVAL},
		{"a", 0, -EINVAL},
		{"a", 10, -EINVAL},
		{"fg", 16, -EINVAL},
		{"1\xc2\xa0", 0, -EINVAL},
		{"99999999999999999999999999x", 0, -EINVAL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t value = UNTOUCHED;
		int result = parse_u64(rows[i].text, rows[i].base, &value);
		uint64_t expected = rows[i].result ? UNTOUCHED : rows[i].value;

		if (result != rows[i].result || value != expected)
			fail_msg("'%s' base %d: %d, %llu", rows[i].text, rows[i].base, result,
				(unsigned long long)value);
	}
}

static void i64(void **state)
{
	static const struct {
		const char *text;
		int result;
		int64_t value;
	} rows[] = {
		{"0", 0, 0},
		{"-0", 0, 0},
		{"-1", 0, -1},
		{"12", 0, 12},
		{"9223372036854775807", 0, INT64_MAX},
		{"9223372036854775808", -ERANGE},
		{"-9223372036854775808", 0, INT64_MIN},
		{"-9223372036854775809", -ERANGE},
		{"-18446744073709551616", -ERANGE},
		{"", -EINVAL},
		{"-", -EINVAL},
		{"--1", -EINVAL},
		{"-+1", -EINVAL},
		{"+1", -EINVAL},
		{"- 1", -EINVAL},
		{" -1", -EINVAL},
		{"-1 ", -EINVAL},
		{"-1\n", -EINVAL},
		{"0x10", -EINVAL},
		{"f", -EINVAL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int64_t value = UNTOUCHED;
		int result = parse_i64(rows[i].text, &value);
		int64_t expected = rows[i].result ? UNTOUCHED : rows[i].value;

		if (result != rows[i].result || value != expected)
			fail_msg("'%s': %d, %lld", rows[i].text, result, (long long)value);
	}
}

static void device_number(void **state)
{
	static const struct {
		const char *text;
		int result;
		unsigned major, minor;
	} rows[] = {
		{"259:3", 0, 259, 3},
		{"0:0", 0, 0, 0},
		{"2147483647:2147483647", 0, INT_MAX, INT_MAX},
		{"2147483648:0", -ERANGE},
		{"0:2147483648", -ERANGE},
		{"259", -EINVAL},
		{"259:", -EINVAL},
		{":3", -EINVAL},
		{"259:3:1", -EINVAL},
		{"-1:3", -EINVAL},
		{"1111111111111111111111111:3", -EINVAL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		unsigned major = UNTOUCHED, minor = UNTOUCHED;
		int err = parse_device_number(rows[i].text, &major, &minor);
		if (err != rows[i].result)
			print_message("%s\n", rows[i].text);
		assert_int_equal(err, rows[i].result);
		assert_int_equal(major, err ? UNTOUCHED : rows[i].major);
		assert_int_equal(minor, err ? UNTOUCHED : rows[i].minor);
	}
}

static void line(void **state)
{
	char text[16];

	assert_int_equal(parse_line(text, 0), -ENODATA);

	memcpy(text, "1", 1);
	assert_int_equal(parse_line(text, 1), -EPROTO);
	memcpy(text, "online", 6);
	assert_int_equal(parse_line(text, 6), -EPROTO);

	memcpy(text, "a\0b\n", 4);
	assert_int_equal(parse_line(text, 4), -EINVAL);
	memcpy(text, "ab\0", 3);
	assert_int_equal(parse_line(text, 3), -EINVAL);
	memcpy(text, "\0", 1);
	assert_int_equal(parse_line(text, 1), -EINVAL);

	memcpy(text, "online\nX", 8);
	assert_int_equal(parse_line(text, 7), 0);
	assert_string_equal(text, "online");
	memcpy(text, "\n", 1);
	assert_int_equal(parse_line(text, 1), 0);
	assert_string_equal(text, "");
	/* One newline is the file's end; what else there is belongs to the value. */
	memcpy(text, "a\n\n", 3);
	assert_int_equal(parse_line(text, 3), 0);
	assert_string_equal(text, "a\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(u64),
		cmocka_unit_test(i64),
		cmocka_unit_test(device_number),
		cmocka_unit_test(line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
