/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

#include <kernel/cause.h>
#include <kernel/kernel.h>

static int setup(void **state)
{
	struct kernel *kernel;

	assert_int_equal(kernel_new(&kernel, "/"), 0);
	*state = kernel;
	return 0;
}

static int teardown(void **state)
{
	kernel_unref(*state);
	return 0;
}

static void root(void **state)
{
	struct kernel *kernel = NULL;

	assert_int_equal(kernel_new(&kernel, "/nowhere/at/all"), -ENOENT);
	assert_int_equal(kernel_new(&kernel, "/dev/null"), -ENOTDIR);
	assert_null(kernel);
	assert_true(kernel_is_live(*state));
	assert_int_equal(kernel_new(&kernel, "/tmp"), 0);
	assert_false(kernel_is_live(kernel));
	assert_null(kernel_unref(kernel));
	assert_null(kernel_unref(NULL));
}

static void failure(void **state)
{
	struct kernel *kernel = *state;

	assert_null(kernel_error(kernel));
	assert_null(kernel_error_hint(kernel));
	assert_int_equal(kernel_fail(kernel, EBUSY, "dax%d.%d: is in use", 0, 1), -EBUSY);
	assert_string_equal(kernel_error(kernel), "dax0.1: is in use");
	assert_null(kernel_error_hint(kernel));

	kernel_hint(kernel, "wait %d s", 5);
	assert_string_equal(kernel_error(kernel), "dax0.1: is in use");
	assert_string_equal(kernel_error_hint(kernel), "wait 5 s");
	kernel_hint(kernel, "wait no more");
	assert_string_equal(kernel_error_hint(kernel), "wait no more");

	/* The advice for one failure is none for the next. */
	assert_int_equal(kernel_fail(kernel, ENOENT, "gone"), -ENOENT);
	assert_string_equal(kernel_error(kernel), "gone");
	assert_null(kernel_error_hint(kernel));

	/* A sentence may be made of the one that it replaces. */
	kernel_fail(kernel, ENOENT, "%s; really", kernel_error(kernel));
	assert_string_equal(kernel_error(kernel), "gone; really");

	kernel_hint(kernel, "advice");
	kernel_clear_error(kernel);
	assert_null(kernel_error(kernel));
	assert_null(kernel_error_hint(kernel));
}

static void cause_outlives_an_undo(void **state)
{
	struct kernel *kernel = *state;

	kernel_fail(kernel, EBUSY, "is in use");
	kernel_hint(kernel, "wait");
	AUTO_CAUSE struct cause cause = cause_keep(kernel, -EBUSY);
	kernel_fail(kernel, EIO, "the undo failed");
	kernel_hint(kernel, "reboot");
	cause_keep_hint(&cause);
	cause_say(&cause, "%s; %s", cause.sentence, kernel_error(kernel));
	assert_int_equal(cause_record(&cause), -EBUSY);
	assert_string_equal(kernel_error(kernel), "is in use; the undo failed");
	assert_string_equal(kernel_error_hint(kernel), "wait");

	/* Without a hint of its own it takes that of the undo; without a sentence, that of the
	 * errno. */
	kernel_clear_error(kernel);
	AUTO_CAUSE struct cause bare = cause_keep(kernel, -ENOSPC);
	kernel_fail(kernel, EIO, "the undo failed");
	kernel_hint(kernel, "reboot");
	cause_keep_hint(&bare);
	assert_int_equal(cause_record(&bare), -ENOSPC);
	assert_string_equal(kernel_error(kernel), strerror(ENOSPC));
	assert_string_equal(kernel_error_hint(kernel), "reboot");

	/* Success has no cause: what was recorded since stays. */
	AUTO_CAUSE struct cause none = cause_keep(kernel, 1);
	assert_int_equal(cause_record(&none), 1);
	assert_string_equal(kernel_error(kernel), strerror(ENOSPC));
}

static void fail_while(void **state)
{
	struct kernel *kernel = *state;

	kernel_fail(kernel, EBUSY, "is in use");
	kernel_hint(kernel, "wait");
	assert_int_equal(
		kernel_fail_while(kernel, -EBUSY, "%s: cannot be disabled", "dax0.1"), -EBUSY);
	assert_string_equal(kernel_error(kernel), "dax0.1: cannot be disabled: is in use");
	assert_string_equal(kernel_error_hint(kernel), "wait");

	kernel_clear_error(kernel);
	assert_int_equal(kernel_fail_while(kernel, -ENOENT, "dax0.1"), -ENOENT);
	assert_string_equal(kernel_error(kernel), "dax0.1: No such file or directory");

	/* A percent sign in what was recorded is text. */
	kernel_fail(kernel, EINVAL, "'%s'", "%s%n");
	kernel_fail_while(kernel, -EINVAL, "dax0.1");
	assert_string_equal(kernel_error(kernel), "dax0.1: '%s%n'");
}

struct line {
	int priority;
	char fn[64];
	char text[256];
	unsigned count;
};

static void PRINTF(6, 0) keep(void *data, int priority, const char *file, int number,
	const char *fn, const char *format, va_list args)
{
	struct line *line = data;

	line->count++;
	line->priority = priority;
	snprintf(line->fn, sizeof(line->fn), "%s", fn);
	vsnprintf(line->text, sizeof(line->text), format, args);
	assert_non_null(strstr(file, "test-error.c"));
	assert_true(number > 0);
}

static void log_priority(void **state)
{
	struct kernel *kernel = *state;
	struct line line = {0};

	/* Nobody listens yet. */
	log_error(kernel, "unheard");
	kernel_set_log(kernel, keep, &line);
	assert_int_equal(kernel_get_log_priority(kernel), LOG_ERR);
	log_info(kernel, "too quiet");
	log_debug(kernel, "too quiet");
	assert_int_equal(line.count, 0);
	log_error(kernel, "%s failed", "it");
	assert_int_equal(line.count, 1);
	assert_int_equal(line.priority, LOG_ERR);
	assert_string_equal(line.text, "it failed\n");
	assert_string_equal(line.fn, "log_priority");

	kernel_set_log_priority(kernel, LOG_INFO);
	log_info(kernel, "heard");
	log_debug(kernel, "too quiet");
	assert_int_equal(line.count, 2);
	assert_int_equal(line.priority, LOG_INFO);

	kernel_set_log_priority(kernel, LOG_DEBUG);
	log_debug(kernel, "heard");
	assert_int_equal(line.count, 3);
}

static void priority_from_environment(void **state)
{
	static const struct {
		const char *value;
		int priority;
	} rows[] = {
		{"err", LOG_ERR},
		{"warning", LOG_WARNING},
		{"notice", LOG_NOTICE},
		{"info", LOG_INFO},
		{"debug", LOG_DEBUG},
		{"0", LOG_EMERG},
		{"3", LOG_ERR},
		{"6", LOG_INFO},
		{"7", LOG_DEBUG},
		{"8", LOG_ERR},
		{"-1", LOG_ERR},
		{"7x", LOG_ERR},
		{" 7", LOG_ERR},
		{"", LOG_ERR},
		{"debugging", LOG_ERR},
		{"18446744073709551623", LOG_ERR},
	};

	unsetenv("DAX_UNIT_LOG");
	assert_int_equal(kernel_log_priority_from("DAX_UNIT_LOG"), LOG_ERR);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		setenv("DAX_UNIT_LOG", rows[i].value, 1);
		int priority = kernel_log_priority_from("DAX_UNIT_LOG");
		if (priority != rows[i].priority)
			fail_msg("'%s': %d", rows[i].value, priority);
	}
	unsetenv("DAX_UNIT_LOG");
}

#define kernel_test(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		kernel_test(root),
		kernel_test(failure),
		kernel_test(cause_outlives_an_undo),
		kernel_test(fail_while),
		kernel_test(log_priority),
		cmocka_unit_test(priority_from_environment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
