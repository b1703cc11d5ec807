/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

#include <kernel/names.h>

static void natural_order(void **state)
{
	static const char *const pairs[][2] = {
		{"dax0.2", "dax0.10"},
		{"dax0.0", "dax0.1"},
		{"dax0.0", "dax0.10"},
		{"dax0.10", "dax1.0"},
		{"dax2.0", "dax10.0"},
		{"namespace0.10", "namespace1.0"},
		{"namespace1.0", "namespace10.0"},
		{"mapping0", "mapping1"},
		{"mapping9", "mapping10"},
		{"memory2", "memory10"},
		{"btt0.1", "dax0.0"},
		{"dax0.99999999999999999998", "dax0.99999999999999999999"},
		{"dax0.9", "dax0.99999999999999999999"},
		{"", "a"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(pairs); i++) {
		if (names_compare(pairs[i][0], pairs[i][1]) >= 0 ||
			names_compare(pairs[i][1], pairs[i][0]) <= 0)
			fail_msg("%s is not before %s", pairs[i][0], pairs[i][1]);
		assert_int_equal(names_compare(pairs[i][0], pairs[i][0]), 0);
	}
	/* Equal numbers are not equal names. */
	assert_int_not_equal(names_compare("dax0.1", "dax0.01"), 0);
}

static void many(void **state)
{
	AUTO_NAMES struct names names = NAMES_INIT;
	char name[32];

	/* A step that has no factor in common with the count visits each number once. */
	for (unsigned i = 0; i < 5000; i++) {
		snprintf(name, sizeof(name), "dax0.%u", i * 1237 % 5000);
		assert_int_equal(names_add(&names, name), 0);
	}
	assert_int_equal(names.count, 5000);
	names_sort(&names);

	unsigned i = 0;
	names_foreach (&names, found) {
		snprintf(name, sizeof(name), "dax0.%u", i++);
		assert_string_equal(found, name);
	}
	assert_int_equal(i, 5000);
}

static void none(void **state)
{
	struct names names = NAMES_INIT;
	unsigned count = 0;

	names_sort(&names);
	names_foreach (&names, name)
		count += !!name;
	assert_int_equal(count, 0);
	names_deinit(&names);

	/* What was given up is as new. */
	assert_int_equal(names_add(&names, "dax0.0"), 0);
	names_deinit(&names);
	assert_null(names.list);
	assert_int_equal(names.count, 0);
	assert_int_equal(names_add(&names, "dax0.1"), 0);
	assert_string_equal(names.list[0], "dax0.1");
	names_deinit(&names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(natural_order),
		cmocka_unit_test(many),
		cmocka_unit_test(none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
