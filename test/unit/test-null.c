/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Each function of extensions.h of one library without an object: an error, and no crash. The table
 * is made of the header, so that what is new there is in it.
 */
#include "../compat/probe.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include EXTENSIONS
#include CALLS

/* What is told of nothing, in other ways than by -EINVAL, NULL, or 0 for a number without a sign.
 */
static const struct {
	const char *function, *string;
} exceptions[] = {
	{"ndctl_infoblock_get_signature", ""},
};

static const char *string_for(const char *function)
{
	for (size_t i = 0; i < sizeof(exceptions) / sizeof(*exceptions); i++)
		if (strcmp(exceptions[i].function, function) == 0)
			return exceptions[i].string;
	return NULL;
}

static void test_call(void **state)
{
	const struct probe_call *call = *state;
	union probe_value args[PROBE_ARGS] = {{0}}, result = {.u = 1};

	assert_true(call->call(args, &result));
	switch (call->returns) {
	case PROBE_VOID:
		break;
	case PROBE_INT:
		assert_int_equal((int)result.u, -EINVAL);
		break;
	case PROBE_STRING:
		if (string_for(call->name))
			assert_string_equal((const char *)result.p, string_for(call->name));
		else
			assert_null(result.p);
		break;
	case PROBE_POINTER:
		assert_null(result.p);
		break;
	default:
		assert_int_equal(result.u, 0);
	}
}

int main(void)
{
	struct CMUnitTest *tests = calloc(probe_call_count, sizeof(*tests));

	UNREF(NULL); /* Without a reference the linker would leave the library out. */
	if (!tests || probe_call_count < 10)
		return 1;
	for (size_t i = 0; i < probe_call_count; i++) {
		tests[i].name = probe_calls[i].name;
		tests[i].test_func = test_call;
		tests[i].initial_state = (void *)&probe_calls[i];
	}
	int failed = _cmocka_run_group_tests(EXTENSIONS, tests, probe_call_count, NULL, NULL);
	free(tests);
	return failed;
}
