/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include <base/cleanup.h>
#include "util/size.h"

#define KIB (UINT64_C(1) << 10)
#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)
#define TIB (UINT64_C(1) << 40)

static void parses(void **state)
{
	static const struct {
		const char *text;
		uint64_t bytes;
	} rows[] = {
		{"0", 0},
		{"", 0},
		{"k", 0},
		{"K", 0},
		{"00", 0},
		{"4096", 4096},
		{"4k", 4 * KIB},
		{"4K", 4 * KIB},
		{"1m", MIB},
		{"1M", MIB},
		{"4g", 4 * GIB},
		{"4G", 4 * GIB},
		{"1t", TIB},
		{"1T", TIB},
		{"0x1000", 4096},
		{"0x1000M", 4 * GIB},
		{"010M", 8 * MIB},
		{" 4G", 4 * GIB},
		{"\t4G", 4 * GIB},
		{"+4G", 4 * GIB},
		{"9223372036854775807", UINT64_C(9223372036854775807)},
		{"9223372036854775808", UINT64_C(9223372036854775808)},
		{"18446744073709551614", UINT64_MAX - 1},
		{"16777215T", 16777215 * TIB},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t bytes = 42;

		assert_int_equal(parse_size(rows[i].text, &bytes), 0);
		assert_int_equal(bytes, rows[i].bytes);
	}
}

static void refuses(void **state)
{
	static const struct {
		const char *text;
		int err;
	} rows[] = {
		{"12Q", -EINVAL},
		{"abc", -EINVAL},
		{"4GB", -EINVAL},
		{"4GiB", -EINVAL},
		{"4b", -EINVAL},
		{"4KB", -EINVAL},
		{"4k4", -EINVAL},
		{"1.5G", -EINVAL},
		{"4 G", -EINVAL},
		{"4G ", -EINVAL},
		{"8E", -EINVAL},
		{"1P", -EINVAL},
		{"0x", -EINVAL},
		{"+", -EINVAL},
		{"-1", -EINVAL},
		{"-4096", -EINVAL},
		{" -4096", -EINVAL},
		{"+-4096", -EINVAL},
		{"99999999999999999999", -ERANGE},
		{"18446744073709551615", -ERANGE},
		{"18446744073709551616", -ERANGE},
		{"18446744073709551615K", -ERANGE},
		{"0xffffffffffffffff", -ERANGE},
		{"16777216T", -ERANGE},
		{"17179869184G", -ERANGE},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t bytes = 42;

		assert_int_equal(parse_size(rows[i].text, &bytes), rows[i].err);
		assert_int_equal(bytes, 42);
	}
}

/* As the reference prints them. */
static void human(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} rows[] = {
		{0, "0"},
		{1, "1"},
		{1024, "1024"},
		{2097152, "2097152"},
		{5119999, "5119999"},
		{5120000, "4.88 MiB (5.12 MB)"},
		{5125000, "4.89 MiB (5.13 MB)"},
		{5242880, "5.00 MiB (5.24 MB)"},
		{5373952, "5.13 MiB (5.37 MB)"},
		{6815000, "6.50 MiB (6.82 MB)"},
		{8388607, "8.00 MiB (8.39 MB)"},
		{16777216, "16.00 MiB (16.78 MB)"},
		{133955584, "127.75 MiB (133.96 MB)"},
		{1073741823, "1024.00 MiB (1073.74 MB)"},
		{1073741824, "1024.00 MiB (1073.74 MB)"},
		{1999999999, "1907.35 MiB (2000.00 MB)"},
		{2147483647, "2048.00 MiB (2147.48 MB)"},
		{2147483648, "2.00 GiB (2.15 GB)"},
		{4225761280, "3.94 GiB (4.23 GB)"},
		{4294967296, "4.00 GiB (4.29 GB)"},
		{1099511627776, "1024.00 GiB (1099.51 GB)"},
		{2199023255551, "2048.00 GiB (2199.02 GB)"},
		{2199023255552, "2.00 TiB (2.20 TB)"},
		{1125899906842624, "1024.00 TiB (1125.90 TB)"},
		/* Beyond here the reference's numbers wrap round. */
		{UINT64_C(1) << 60, "1048576.00 TiB (1152921.50 TB)"},
		{UINT64_MAX, "16777216.00 TiB (18446744.07 TB)"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(size_human(rows[i].bytes).text, rows[i].text);
}

static void in_sentences(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *sentence, *argument;
	} rows[] = {
		{0, "0 bytes", "0"},
		{1, "1 byte", "1"},
		{4096, "4 KiB", "4K"},
		{4097, "4097 bytes", "4097"},
		{64 * MIB, "64 MiB", "64M"},
		{128 * MIB, "128 MiB", "128M"},
		{GIB + 512 * MIB, "1.5 GiB", "1536M"},
		{5 * GIB / 4, "1.25 GiB", "1280M"},
		{4225761280, "4030 MiB", "4030M"},
		{133955584, "127.75 MiB", "130816K"},
		{TIB, "1 TiB", "1T"},
		{GIB + 1, "1073741825 bytes", "1073741825"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		uint64_t bytes;

		assert_string_equal(size_short(rows[i].bytes).text, rows[i].sentence);
		assert_string_equal(size_argument(rows[i].bytes).text, rows[i].argument);
		assert_int_equal(parse_size(rows[i].argument, &bytes), 0);
		assert_int_equal(bytes, rows[i].bytes);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parses),
		cmocka_unit_test(refuses),
		cmocka_unit_test(human),
		cmocka_unit_test(in_sentences),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
