/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <daxctl/restore/pass.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <util/say.h>

#include "fixture.h"

/* F: what a pass over the devices of a region writes down for those that wait for one. The records
 * are in the directory of the locks, under a name of the test. */

static char place[64], file[128];

static int setup(void **state)
{
	if (getuid() != 0)
		return 0;
	snprintf(place, sizeof(place), "/test-pass-%d", getpid());
	snprintf(file, sizeof(file), "/run/daxctl/restored-!test-pass-%d", getpid());
	unlink(file);
	return 0;
}

static int teardown(void **state)
{
	unlink(file);
	return 0;
}

#define ROOT_ONLY()                                                                                \
	if (getuid() != 0)                                                                         \
	skip()

/* A whole pass that finds one device as it should be. */
static void pass_once(void)
{
	CLEANUP(cleanup_pass) struct pass *pass = pass_new(place);

	assert_non_null(pass);
	pass_add_result(pass, "dax0.1", 0);
	pass_end(pass);
}

static void each_hears_of_its_own(void **state)
{
	char said[256];
	int result;

	ROOT_ONLY();
	assert_int_equal(pass_number(place), 0);
	CLEANUP(cleanup_pass) struct pass *pass = pass_new(place);
	assert_non_null(pass);
	assert_int_equal(pass_number(place), 1);
	assert_false(pass_serve(place, 0, "dax0.1", &result));
	pass_add_line(pass, "dax0.1", PASS_OUTCOME, "in place\ndax0.2 = 0");
	pass_add_result(pass, "dax0.1", 0);
	pass_add_line(pass, "dax0.10", PASS_ERROR, "bad");
	pass_add_line(pass, "dax0.10", PASS_HINT, "better");
	pass_add_line(pass, "dax0.10", PASS_WARNING, "lost");
	pass_add_result(pass, "dax0.10", -EBUSY);
	pass_add_result(pass, "dax0.10", 0);
	pass_end(pass);

	struct capture capture = capture_start();
	assert_true(pass_serve(place, 0, "dax0.1", &result));
	capture_end(capture, said, sizeof(said));
	assert_int_equal(result, 0);
	assert_string_equal(said, "in place\\x0adax0.2 = 0\n");
	capture = capture_start();
	assert_true(pass_serve(place, 0, "dax0.10", &result));
	capture_end(capture, said, sizeof(said));
	assert_int_equal(result, -EBUSY);
	assert_string_equal(said, "daxctl: bad\nhint: better\ndaxctl: warning: lost\n");
	/* Who asked when it had begun, and who was not looked at, is not served. */
	assert_false(pass_serve(place, 1, "dax0.1", &result));
	assert_false(pass_serve(place, 0, "dax0.2", &result));
	assert_false(pass_serve(place, PASS_NONE, "dax0.1", &result));
}

static void a_killed_one_serves_nobody(void **state)
{
	int result;

	ROOT_ONLY();
	pass_once();
	pass_free(pass_new(place));
	assert_int_equal(pass_number(place), 2);
	assert_false(pass_serve(place, 0, "dax0.1", &result));
	pass_once();
	assert_true(pass_serve(place, 2, "dax0.1", &result));
	assert_false(pass_serve(place, 3, "dax0.1", &result));
}

/* Numbers begin anew: a pass that had begun before must not seem to be one of the new ones. */
static void somebody_removes_it(void **state)
{
	int result;

	ROOT_ONLY();
	pass_once();
	CLEANUP(cleanup_pass) struct pass *pass = pass_new(place);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(pass_number(place), 0);
	pass_add_result(pass, "dax0.1", 0);
	pass_end(pass);
	assert_false(pass_serve(place, 0, "dax0.1", &result));
	assert_int_equal(access(file, F_OK), -1);
	pass_once();
	assert_true(pass_serve(place, 0, "dax0.1", &result));
}

static void not_of_root_alone(void **state)
{
	int result;

	ROOT_ONLY();
	pass_once();
	assert_int_equal(chmod(file, 0644), 0);
	assert_false(pass_serve(place, 0, "dax0.1", &result));
	assert_int_equal(pass_number(place), PASS_NONE);
	assert_null(pass_new(place));
	assert_int_equal(chmod(file, 0600), 0);
	assert_true(pass_serve(place, 0, "dax0.1", &result));
	assert_int_equal(chown(file, 1000, 0), 0);
	assert_false(pass_serve(place, 0, "dax0.1", &result));
	assert_int_equal(unlink(file), 0);
	assert_int_equal(symlink("/etc/passwd", file), 0);
	assert_int_equal(pass_number(place), PASS_NONE);
	assert_null(pass_new(place));
	/* Without a record nobody is served, and nothing else is wrong. */
	pass_add_line(NULL, "dax0.1", PASS_NOTE, "x");
	pass_add_result(NULL, "dax0.1", 0);
	pass_end(NULL);
}

static void cut_short(void **state)
{
	static const char *const texts[] = {"", "nonsense", "pass 7 done",
		"pass 7 done\ndax0.1 = 0\n", "pass 7 done\ndax0.1 = 0\nend 6\n",
		"pass 7 begun\ndax0.1 = 0\nend 7\n", "pass 7 done\ndax0.1 =\nend 7\n"};
	int result;

	ROOT_ONLY();
	pass_once();
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		int fd = open(file, O_WRONLY | O_TRUNC);
		assert_true(fd >= 0);
		assert_int_equal(write(fd, texts[i], strlen(texts[i])), strlen(texts[i]));
		close(fd);
		assert_false(pass_serve(place, 0, "dax0.1", &result));
	}
	pass_once();
	assert_true(pass_serve(place, 0, "dax0.1", &result));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_hears_of_its_own, setup, teardown),
		cmocka_unit_test_setup_teardown(a_killed_one_serves_nobody, setup, teardown),
		cmocka_unit_test_setup_teardown(somebody_removes_it, setup, teardown),
		cmocka_unit_test_setup_teardown(not_of_root_alone, setup, teardown),
		cmocka_unit_test_setup_teardown(cut_short, setup, teardown),
	};

	say_init("daxctl", "restore");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
