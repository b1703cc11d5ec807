/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <base/cleanup.h>
#include "util/filter.h"

static void selects(void **state)
{
	const struct filter_names bus = {1, "ndbus1", "ACPI.NFIT"};
	static const char *const filters[] = {NULL, "all", "1", "01", "0x1", "ndbus1", "ACPI.NFIT",
		"0 1", "1 0", "foo ndbus1", "  1  "};

	for (size_t i = 0; i < ARRAY_SIZE(filters); i++)
		assert_true(filter_match(filters[i], bus));
}

static void leaves_out(void **state)
{
	const struct filter_names bus = {1, "ndbus1", "ACPI.NFIT"};
	static const char *const filters[] = {"", " ", "0", "2", "11", "1x", "+1", "-1", "0,1",
		"x1", "0x", "ndbus", "ndbus11", "NDBUS1", "acpi.nfit", "ALL", "foo bar",
		"99999999999999999999"};

	for (size_t i = 0; i < ARRAY_SIZE(filters); i++)
		assert_false(filter_match(filters[i], bus));
}

static void without_id(void **state)
{
	const struct filter_names device = {FILTER_NO_ID, "namespace0.1", "0.1"};

	assert_true(filter_match("0.1", device));
	assert_true(filter_match("0.0 namespace0.1", device));
	assert_false(filter_match("0", device));
	assert_false(filter_match("-1", device));
	assert_false(filter_match("18446744073709551615", device));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(selects),
		cmocka_unit_test(leaves_out),
		cmocka_unit_test(without_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
