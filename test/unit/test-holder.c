/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"

#include <kernel/holder.h>
#include <string.h>

#define PARENT "sys/devices/nd0/region0/pfn0.0"
#define DISK   "block/pmem0"

struct test {
	struct fixture *fixture;
	struct kernel *kernel;
	struct directory *directory;
};

/* A disk with one partition, and a process that sees no mount of either. */
static int setup(void **state)
{
	static struct test test;

	fixture_setup((void **)&test.fixture);
	make_file(test.fixture, PARENT "/" DISK "/dev", "259:0\n");
	make_file(test.fixture, PARENT "/" DISK "/pmem0p1/dev", "259:1\n");
	make_dir(test.fixture, PARENT "/" DISK "/holders");
	make_file(test.fixture, "proc/self/mountinfo",
		"22 1 259:16 / / rw - ext4 /dev/pmem1 rw\n23 1 0:21 / /tmp rw - tmpfs tmpfs rw\n");
	make_link(test.fixture, "proc/self/ns/mnt", "mnt:[1]");
	assert_int_equal(kernel_new(&test.kernel, test.fixture->root), 0);
	assert_int_equal(directory_open(test.kernel, PARENT, &test.directory), 0);
	*state = &test;
	return 0;
}

static int teardown(void **state)
{
	struct test *test = *state;

	directory_unref(test->directory);
	kernel_unref(test->kernel);
	return fixture_teardown((void **)&test->fixture);
}

static void assert_held(struct test *test, const char *why, const char *hint)
{
	assert_int_equal(holder_fail(test->directory, DISK), -EBUSY);
	assert_non_null(strstr(kernel_error(test->kernel), why));
	if (hint)
		assert_string_equal(kernel_error_hint(test->kernel), hint);
}

static void names_a_mount(void **state)
{
	struct test *test = *state;

	make_file(test->fixture, "proc/self/mountinfo",
		"30 1 259:0 / /mnt/with\\040blank rw shared:1 - ext4 /dev/other rw\n");
	assert_held(test, "/dev/pmem0 is mounted on /mnt/with blank", "umount '/mnt/with blank'");
	make_file(test->fixture, "proc/self/mountinfo",
		"30 1 259:0 / /it's rw - ext4 /dev/other rw\n");
	assert_held(test, "mounted on /it's", "umount '/it'\\''s'");
	make_file(test->fixture, "proc/self/mountinfo",
		"30 1 259:1 / /part rw - ext4 /dev/pmem0p1 rw\n");
	assert_held(test, "/dev/pmem0 is mounted on /part", NULL);
}

/* Sectors of a BTT: the name ends with a letter, and partitions have no p before their number. */
static void names_a_mount_of_pmem0s(void **state)
{
	struct test *test = *state;

	make_file(test->fixture, PARENT "/block/pmem0s/dev", "259:2\n");
	make_file(test->fixture, PARENT "/block/pmem0s/pmem0s2/dev", "259:4\n");
	make_file(test->fixture, "proc/self/mountinfo",
		"30 1 259:4 / /srv rw - ext4 /dev/pmem0s2 rw\n");
	assert_int_equal(holder_fail(test->directory, "block/pmem0s"), -EBUSY);
	assert_string_equal(kernel_error(test->kernel), "/dev/pmem0s is mounted on /srv");
}

/* A file system with a number of its own. */
static void names_a_mount_by_its_source(void **state)
{
	struct test *test = *state;

	make_file(test->fixture, "proc/self/mountinfo",
		"30 1 0:40 / /pool rw - btrfs /dev/pmem0 rw\n");
	assert_held(test, "/dev/pmem0 is mounted on /pool", NULL);
}

static void keeps_what_is_no_escape(void **state)
{
	struct test *test = *state;

	make_file(test->fixture, "proc/self/mountinfo",
		"30 1 259:0 / /a\\ rw - ext4 /dev/pmem0 rw\n");
	assert_held(test, "mounted on /a\\", NULL);
	make_file(test->fixture, "proc/self/mountinfo",
		"30 1 259:0 / /a\\04 rw - ext4 /dev/pmem0 rw\n");
	assert_held(test, "mounted on /a\\04", NULL);
	make_file(test->fixture, "proc/self/mountinfo",
		"30 1 259:0 / /a\\-12\\134 rw - ext4 /dev/pmem0 rw\n");
	assert_held(test, "mounted on /a\\-12\\", NULL);
}

static void names_a_process_of_another_mount_namespace(void **state)
{
	struct test *test = *state;

	make_link(test->fixture, "proc/41/ns/mnt", "mnt:[1]");
	make_link(test->fixture, "proc/42/ns/mnt", "mnt:[2]");
	make_file(test->fixture, "proc/42/comm", "keeper\n");
	make_file(test->fixture, "proc/42/mountinfo",
		"30 1 259:0 / /inside rw - ext4 /dev/root rw\n");
	assert_held(test, "on /inside in the mount namespace of keeper (process 42)",
		"nsenter --target 42 --mount --root umount /inside");
}

/* The first thread has ended, and has no mount namespace any more. */
static void names_a_process_without_its_first_thread(void **state)
{
	struct test *test = *state;

	make_file(test->fixture, "proc/42/comm", "keeper\n");
	make_file(test->fixture, "proc/42/mountinfo", "%s", "");
	make_dir(test->fixture, "proc/42/task/42");
	make_link(test->fixture, "proc/42/task/43/ns/mnt", "mnt:[1]");
	make_link(test->fixture, "proc/42/task/44/ns/mnt", "mnt:[2]");
	make_file(test->fixture, "proc/42/task/44/mountinfo",
		"30 1 259:0 / /inside rw - ext4 /dev/root rw\n");
	assert_held(test, "on /inside in the mount namespace of keeper (process 42)",
		"nsenter --target 44 --mount --root umount /inside");
}

static void names_swap(void **state)
{
	struct test *test = *state;

	make_file(test->fixture, "proc/swaps",
		"Filename\tType\tSize\tUsed\tPriority\n/dev/pmem1 partition 1 0 -2\n");
	assert_held(test, "a program, or a mount that cannot be seen from here", NULL);
	make_file(test->fixture, "proc/swaps",
		"Filename\tType\tSize\tUsed\tPriority\n/nowhere/pmem0p1 partition 1 0 -2\n");
	assert_held(test, "/dev/pmem0 is swap space", "swapoff /dev/pmem0");
}

static void names_what_is_built_on_it(void **state)
{
	struct test *test = *state;

	make_dir(test->fixture, PARENT "/" DISK "/pmem0p1/holders/md127");
	assert_held(test, "/dev/pmem0p1 is held by md127", "mdadm --stop /dev/md127");
	make_dir(test->fixture, PARENT "/" DISK "/holders/dm-3");
	make_file(test->fixture, "sys/block/dm-3/dm/name", "cache\n");
	assert_held(test, "/dev/pmem0 is held by dm-3 (cache)",
		"dmsetup remove cache, or what made it (lvm, cryptsetup)");
}

/* Busy is busy, even if nothing tells why. */
static void is_busy_without_a_reason(void **state)
{
	struct test *test = *state;

	take_away(test->fixture, "proc");
	assert_held(test, "holds it", NULL);
	take_away(test->fixture, PARENT "/" DISK);
	assert_held(test, "holds it", NULL);
}

#define holder_test(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		holder_test(names_a_mount),
		holder_test(names_a_mount_of_pmem0s),
		holder_test(names_a_mount_by_its_source),
		holder_test(keeps_what_is_no_escape),
		holder_test(names_a_process_of_another_mount_namespace),
		holder_test(names_a_process_without_its_first_thread),
		holder_test(names_swap),
		holder_test(names_what_is_built_on_it),
		holder_test(is_busy_without_a_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
