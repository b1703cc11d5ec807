/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"

#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/output.h"

static const char *path_of(struct fixture *fixture, const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s", fixture->root, name);
	return path;
}

static void writes_new_file(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(output_write(path_of(fixture, "backup"), 0640, "new", 3), 0);
	assert_file(fixture, "backup", "new");
	struct stat st;
	assert_int_equal(stat(path_of(fixture, "backup"), &st), 0);
	assert_int_equal(st.st_mode & 037, 0);
}

static void keeps_permissions_and_links(void **state)
{
	struct fixture *fixture = *state;
	struct stat st;

	make_file(fixture, "real", "old");
	make_link(fixture, "backup", "real");
	assert_int_equal(chmod(path_of(fixture, "real"), 0604), 0);
	assert_int_equal(output_write(path_of(fixture, "backup"), 0666, "new", 3), 0);
	assert_file(fixture, "real", "new");
	assert_int_equal(lstat(path_of(fixture, "backup"), &st), 0);
	assert_true(S_ISLNK(st.st_mode));
	assert_int_equal(stat(path_of(fixture, "real"), &st), 0);
	assert_int_equal(st.st_mode & 07777, 0604);
}

static void keeps_old_content(void **state)
{
	struct fixture *fixture = *state;
	struct rlimit old, small;

	make_file(fixture, "dir/backup", "old");
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &old), 0);
	small = (struct rlimit){.rlim_cur = 4, .rlim_max = old.rlim_max};
	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
	int err = output_write(path_of(fixture, "dir/backup"), 0666, "too long", 8);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &old), 0);
	assert_int_equal(err, -EFBIG);
	assert_file(fixture, "dir/backup", "old");
	/* Nothing is left beside it. */
	take_away(fixture, "dir/backup");
	assert_int_equal(rmdir(path_of(fixture, "dir")), 0);
}

static void refuses_directories_and_nowhere(void **state)
{
	struct fixture *fixture = *state;

	make_dir(fixture, "backup");
	assert_int_equal(output_write(path_of(fixture, "backup"), 0666, "new", 3), -EISDIR);
	assert_int_equal(output_write(path_of(fixture, "no/backup"), 0666, "new", 3), -ENOENT);
	assert_int_equal(output_write("/dev/full", 0666, "new", 3), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(writes_new_file),
		fixture_test(keeps_permissions_and_links),
		fixture_test(keeps_old_content),
		fixture_test(refuses_directories_and_nowhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
