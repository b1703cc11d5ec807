/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <kernel/attr.h>

#define DEVICES "sys/bus/dax/devices"

/* The log of a test, all lines in one text. */
struct journal {
	char text[16384];
	size_t used;
};

static void PRINTF(6, 0) keep(void *data, int priority, const char *file, int line, const char *fn,
	const char *format, va_list args)
{
	struct journal *journal = data;
	char *end = journal->text + journal->used;
	size_t room = sizeof(journal->text) - journal->used;

	journal->used += vsnprintf(end, room, format, args);
	assert_true(journal->used + 1 < sizeof(journal->text));
}

static void cleanup_kernel(struct kernel **kernel)
{
	kernel_unref(*kernel);
}

static struct kernel *new_kernel(struct fixture *fixture)
{
	struct kernel *kernel;

	assert_int_equal(kernel_new(&kernel, fixture->root), 0);
	return kernel;
}

static struct directory *new_directory(struct kernel *kernel)
{
	struct directory *directory;

	assert_int_equal(directory_open(kernel, DEVICES, &directory), 0);
	return directory;
}

#define OPEN(fixture)                                                                              \
	CLEANUP(cleanup_kernel) struct kernel *kernel = new_kernel(fixture);                       \
	AUTO_DIRECTORY struct directory *directory = new_directory(kernel)

static void directories(void **state)
{
	struct fixture *fixture = *state;
	CLEANUP(cleanup_kernel) struct kernel *kernel = new_kernel(fixture);
	AUTO_DIRECTORY struct directory *directory = NULL;

	/* A machine without sysfs is found out when something is asked for. */
	assert_int_equal(directory_open(kernel, DEVICES, &directory), -ENOENT);
	make_file(fixture, "sys/bus/file", "x\n");
	assert_int_equal(directory_open(kernel, "sys/bus/file", &directory), -ENOTDIR);
	make_link(fixture, "sys/loop", "loop");
	assert_int_equal(directory_open(kernel, "sys/loop", &directory), -ELOOP);
	assert_null(directory);

	make_dir(fixture, DEVICES);
	assert_int_equal(directory_open(kernel, DEVICES, &directory), 0);
	assert_ptr_equal(directory_kernel(directory), kernel);

	/* The last reference closes. */
	assert_ptr_equal(directory_ref(directory), directory);
	assert_null(directory_unref(directory));
	assert_true(sysfs_exists(directory, NULL, NULL));
	assert_null(directory_unref(NULL));
}

/* A directory below another one is the same to what is in it, and lives on without it. */
static void directorys_below(void **state)
{
	struct fixture *fixture = *state;
	AUTO_DIRECTORY struct directory *below = NULL, *further = NULL;
	AUTO_NAMES struct names names = NAMES_INIT;
	char text[SYSFS_PAGE + 1], path[PATH_MAX];

	make_file(fixture, DEVICES "/dax0.0/dax_region/align", "2097152\n");
	OPEN(fixture);
	assert_int_equal(directory_below(directory, "dax0.0", &below), 0);
	directory = directory_unref(directory);
	assert_int_equal(directory_below(below, "dax_region", &further), 0);
	assert_ptr_equal(directory_kernel(further), kernel);

	assert_int_equal(sysfs_read(below, "dax_region", "align", text), 0);
	assert_int_equal(sysfs_read(further, NULL, "align", text), 0);
	assert_string_equal(text, "2097152");
	assert_int_equal(sysfs_list(below, NULL, NULL, &names), 0);
	assert_string_equal(names.list[0], "dax_region");
	assert_true(sysfs_exists(further, NULL, NULL));
	assert_int_equal(sysfs_path(further, "align", path), 0);
	assert_string_equal(path, DEVICES "/dax0.0/dax_region/align");
	assert_int_equal(sysfs_path(below, NULL, path), 0);
	assert_string_equal(path, DEVICES "/dax0.0/");

	/* Nothing is looked at before it is used. */
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = 0;
	further = directory_unref(further);
	assert_int_equal(directory_below(below, path, &further), -ENAMETOOLONG);
	assert_int_equal(directory_below(below, "nothing", &further), 0);
	assert_int_equal(sysfs_read(further, NULL, "align", text), -ENOENT);
}

static void reads(void **state)
{
	struct fixture *fixture = *state;
	char text[SYSFS_PAGE + 1];
	static char page[SYSFS_PAGE + 2];

	make_file(fixture, DEVICES "/dax0.0/size", "4096\n");
	make_file(fixture, DEVICES "/dax0.0/dax_region/align", "2097152\n");
	make_file(fixture, DEVICES "/dax0.0/blank", "\n");
	make_file(fixture, DEVICES "/dax0.0/empty", "%s", "");
	make_file(fixture, DEVICES "/dax0.0/cut", "4096");
	make_bytes(fixture, DEVICES "/dax0.0/nul", "40\00096\n", 6);
	make_link(fixture, DEVICES "/dax0.0/loop", "loop");
	make_link(fixture, DEVICES "/dax0.0/dangling", "../nothing");
	memset(page, 'x', sizeof(page));
	page[SYSFS_PAGE - 1] = '\n';
	make_bytes(fixture, DEVICES "/dax0.0/page", page, SYSFS_PAGE);
	page[SYSFS_PAGE - 1] = 'x';
	page[SYSFS_PAGE] = '\n';
	make_bytes(fixture, DEVICES "/dax0.0/more", page, SYSFS_PAGE + 1);
	page[SYSFS_PAGE + 1] = '\n';
	make_bytes(fixture, DEVICES "/dax0.0/far-more", page, SYSFS_PAGE + 2);
	OPEN(fixture);

	assert_int_equal(sysfs_read(directory, "dax0.0", "size", text), 0);
	assert_string_equal(text, "4096");
	assert_int_equal(sysfs_read(directory, "dax0.0", "dax_region/align", text), 0);
	assert_string_equal(text, "2097152");
	assert_int_equal(sysfs_read(directory, NULL, "dax0.0/size", text), 0);
	assert_int_equal(sysfs_read(directory, "dax0.0/size", NULL, text), 0);
	assert_int_equal(sysfs_read(directory, "dax0.0", "blank", text), 0);
	assert_string_equal(text, "");

	assert_int_equal(sysfs_read(directory, "dax0.0", "empty", text), -ENODATA);
	assert_int_equal(sysfs_read(directory, "dax0.0", "cut", text), -EPROTO);
	assert_int_equal(sysfs_read(directory, "dax0.0", "nul", text), -EINVAL);
	assert_int_equal(sysfs_read(directory, "dax0.0", "nothing", text), -ENOENT);
	assert_int_equal(sysfs_read(directory, "dax0.1", "size", text), -ENOENT);
	assert_int_equal(sysfs_read(directory, "dax0.0", "dangling", text), -ENOENT);
	assert_int_equal(sysfs_read(directory, "dax0.0", "loop", text), -ELOOP);
	assert_int_equal(sysfs_read(directory, "dax0.0", "size/x", text), -ENOTDIR);
	assert_int_equal(sysfs_read(directory, "dax0.0", "dax_region", text), -EISDIR);
	assert_int_equal(sysfs_read(directory, NULL, NULL, text), -EISDIR);

	assert_int_equal(sysfs_read(directory, "dax0.0", "page", text), 0);
	assert_int_equal(strlen(text), SYSFS_PAGE - 1);
	assert_int_equal(sysfs_read(directory, "dax0.0", "more", text), -EFBIG);
	assert_int_equal(sysfs_read(directory, "dax0.0", "far-more", text), -EFBIG);
}

static void long_names(void **state)
{
	struct fixture *fixture = *state;
	char name[PATH_MAX + 8], text[SYSFS_PAGE + 1], target[PATH_MAX];
	AUTO_NAMES struct names names = NAMES_INIT;

	make_dir(fixture, DEVICES "/dax0.0");
	OPEN(fixture);

	/* Longer than a name may be, but not than a path; then longer than a path. */
	static const size_t lengths[] = {NAME_MAX + 1, PATH_MAX + 1};
	for (size_t i = 0; i < ARRAY_SIZE(lengths); i++) {
		memset(name, 'd', lengths[i]);
		name[lengths[i]] = 0;
		assert_int_equal(sysfs_read(directory, name, "size", text), -ENAMETOOLONG);
		assert_int_equal(sysfs_read(directory, "dax0.0", name, text), -ENAMETOOLONG);
		assert_int_equal(sysfs_write(directory, name, "size", "0"), -ENAMETOOLONG);
		assert_int_equal(sysfs_link(directory, name, NULL, target), -ENAMETOOLONG);
		assert_int_equal(sysfs_list(directory, name, NULL, &names), -ENAMETOOLONG);
		assert_int_equal(sysfs_open_write(directory, name, "size"), -ENAMETOOLONG);
		assert_false(sysfs_exists(directory, name, NULL));
	}

	/* Exactly the longest path, and one byte more than it. */
	for (size_t i = 0; i < PATH_MAX; i++)
		name[i] = i % 2 ? '/' : '.';
	name[PATH_MAX - 1] = 0;
	assert_int_equal(sysfs_read(directory, name, NULL, text), -EISDIR);
	name[PATH_MAX - 1] = '/';
	name[PATH_MAX] = 0;
	assert_int_equal(sysfs_read(directory, name, NULL, text), -ENAMETOOLONG);
}

/* What readdir told may be gone when it is opened. */
static void vanished(void **state)
{
	struct fixture *fixture = *state;
	AUTO_NAMES struct names names = NAMES_INIT;
	AUTO_NAMES struct names attrs = NAMES_INIT;
	char text[SYSFS_PAGE + 1], target[PATH_MAX];

	make_file(fixture, DEVICES "/dax0.0/size", "1\n");
	make_file(fixture, DEVICES "/dax0.1/size", "2\n");
	make_link(fixture, DEVICES "/dax0.1/driver", "../../drivers/kmem");
	OPEN(fixture);

	assert_int_equal(sysfs_list(directory, NULL, NULL, &names), 0);
	assert_int_equal(names.count, 2);
	assert_int_equal(sysfs_list(directory, "dax0.1", NULL, &attrs), 0);
	assert_int_equal(attrs.count, 2);

	take_away(fixture, DEVICES "/dax0.1/size");
	assert_int_equal(sysfs_read(directory, names.list[1], attrs.list[1], text), -ENOENT);
	take_away(fixture, DEVICES "/dax0.1");
	assert_int_equal(sysfs_read(directory, names.list[1], "size", text), -ENOENT);
	assert_int_equal(sysfs_write(directory, names.list[1], "size", "0"), -ENOENT);
	assert_int_equal(sysfs_link(directory, names.list[1], "driver", target), -ENOENT);
	assert_int_equal(sysfs_list(directory, names.list[1], NULL, &attrs), -ENOENT);
	assert_int_equal(sysfs_open_write(directory, names.list[1], "size"), -ENOENT);
	assert_false(sysfs_exists(directory, names.list[1], NULL));
	assert_int_equal(sysfs_read(directory, names.list[0], "size", text), 0);

	/* The directory itself. */
	take_away(fixture, "sys");
	assert_int_equal(sysfs_read(directory, names.list[0], "size", text), -ENOENT);
	int err = sysfs_list(directory, NULL, NULL, &names);
	assert_true(err == 0 || err == -ENOENT);
	assert_int_equal(names.count, 2);
}

static void unreadable(void **state)
{
	struct fixture *fixture = *state;
	char text[SYSFS_PAGE + 1], path[256];

	make_file(fixture, DEVICES "/dax0.0/resource", "0x100000000\n");
	snprintf(path, sizeof(path), "%s/" DEVICES "/dax0.0/resource", fixture->root);
	OPEN(fixture);
	assert_int_equal(chmod(path, 0), 0);
	if (!rights_drop())
		skip();
	int err = sysfs_read(directory, "dax0.0", "resource", text);
	int write_err = sysfs_write(directory, "dax0.0", "resource", "0");
	rights_restore();

	assert_int_equal(err, -EACCES);
	assert_int_equal(write_err, -EACCES);
	assert_non_null(strstr(kernel_error(kernel), "Permission denied"));
}

static void links(void **state)
{
	struct fixture *fixture = *state;
	char target[PATH_MAX], deep[PATH_MAX];

	make_link(fixture, DEVICES "/dax0.0", "../../../devices/platform/hmem.0/dax0.0");
	make_file(fixture, "sys/devices/platform/hmem.0/dax0.0/size", "1\n");
	make_link(fixture, "sys/devices/platform/hmem.0/dax0.0/driver",
		"../../../../bus/dax/drivers/kmem");
	make_link(fixture, DEVICES "/loop", "loop");
	for (size_t i = 0; i < sizeof(deep); i++)
		deep[i] = i % 2 ? '/' : '.';
	deep[sizeof(deep) - 1] = 0;
	make_link(fixture, DEVICES "/deep", deep);
	OPEN(fixture);

	assert_int_equal(sysfs_link(directory, "dax0.0", NULL, target), 0);
	assert_string_equal(target, "../../../devices/platform/hmem.0/dax0.0");
	assert_int_equal(sysfs_link(directory, "dax0.0", "driver", target), 0);
	assert_string_equal(target, "../../../../bus/dax/drivers/kmem");
	assert_int_equal(sysfs_link(directory, "dax0.0", "size", target), -EINVAL);
	assert_int_equal(sysfs_link(directory, "dax0.0", "subsystem", target), -ENOENT);
	/* Where a link leads is not looked at, but no way leads through a loop. */
	assert_int_equal(sysfs_link(directory, "loop", NULL, target), 0);
	assert_string_equal(target, "loop");
	assert_int_equal(sysfs_link(directory, "loop", "driver", target), -ELOOP);
	/* The longest target that there can be still fits. */
	assert_int_equal(sysfs_link(directory, "deep", NULL, target), 0);
	assert_string_equal(target, deep);

	assert_true(sysfs_exists(directory, "dax0.0", "size"));
	assert_false(sysfs_exists(directory, "dax0.0", "driver"));
	assert_false(sysfs_exists(directory, "loop", NULL));
}

static bool is_dax(const char *name)
{
	return strncmp(name, "dax", 3) == 0;
}

static void lists(void **state)
{
	struct fixture *fixture = *state;
	AUTO_NAMES struct names names = NAMES_INIT;

	make_dir(fixture, DEVICES);
	OPEN(fixture);
	assert_int_equal(sysfs_list(directory, NULL, NULL, &names), 0);
	assert_int_equal(names.count, 0);

	make_dir(fixture, DEVICES "/dax0.10");
	make_dir(fixture, DEVICES "/dax0.2");
	make_dir(fixture, DEVICES "/.hidden");
	make_file(fixture, DEVICES "/uevent", "\n");
	assert_int_equal(sysfs_list(directory, NULL, is_dax, &names), 0);
	assert_int_equal(names.count, 2);
	assert_string_equal(names.list[0], "dax0.2");
	assert_string_equal(names.list[1], "dax0.10");
	/* Names are added to those that are there. */
	assert_int_equal(sysfs_list(directory, ".", NULL, &names), 0);
	assert_int_equal(names.count, 5);
	assert_int_equal(sysfs_list(directory, "uevent", NULL, &names), -ENOTDIR);
	assert_int_equal(names.count, 5);

	make_file(fixture, DEVICES "/dax0.2/state", "offline\n");
	int fd = sysfs_open_write(directory, "dax0.2", "state");
	assert_true(fd >= 0);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	close(fd);
	assert_int_equal(sysfs_open_write(directory, "uevent", "state"), -ENOTDIR);
}

static void writes(void **state)
{
	struct fixture *fixture = *state;

	make_file(fixture, DEVICES "/dax0.0/size", "%s", "");
	make_link(fixture, DEVICES "/dax0.0/full", "/dev/full");
	OPEN(fixture);
	assert_int_equal(sysfs_write(directory, "dax0.0", "size", "0x1000"), 0);
	assert_file(fixture, DEVICES "/dax0.0/size", "0x1000");
	assert_null(kernel_error(kernel));

	assert_int_equal(sysfs_write(directory, "dax0.0", "create", "1"), -ENOENT);
	assert_string_equal(kernel_error(kernel),
		"the kernel refused '1' in /sys/bus/dax/devices/dax0.0/create: No such file or "
		"directory");
	/* The write made no file where there was none. */
	assert_null(file_text(fixture, DEVICES "/dax0.0/create"));

	assert_int_equal(sysfs_write(directory, "dax0.0", "full", "7"), -ENOSPC);
	assert_string_equal(kernel_error(kernel),
		"the kernel refused '7' in /sys/bus/dax/devices/dax0.0/full: No space left on "
		"device");
	assert_int_equal(sysfs_write(directory, "dax0.0", NULL, "7"), -EISDIR);
}

static void journal(void **state)
{
	struct fixture *fixture = *state;
	struct journal journal = {0};
	AUTO_NAMES struct names names = NAMES_INIT;
	char text[SYSFS_PAGE + 1], target[PATH_MAX];

	make_file(fixture, DEVICES "/dax0.0/size", "4096\n");
	make_file(fixture, DEVICES "/dax0.0/cut", "4096");
	make_link(fixture, DEVICES "/dax0.0/driver", "../kmem");
	OPEN(fixture);
	kernel_set_log(kernel, keep, &journal);
	sysfs_read(directory, "dax0.0", "size", text);
	assert_string_equal(journal.text, "");

	kernel_set_log_priority(kernel, LOG_DEBUG);
	sysfs_read(directory, "dax0.0", "size", text);
	sysfs_read(directory, "dax0.0", "cut", text);
	sysfs_read(directory, "dax0.0", "none", text);
	sysfs_link(directory, "dax0.0", "driver", target);
	sysfs_link(directory, "dax0.0", "none", target);
	sysfs_list(directory, NULL, NULL, &names);
	sysfs_list(directory, "none", NULL, &names);
	sysfs_write(directory, "dax0.0", "size", "8192");
	assert_string_equal(journal.text,
		"read /sys/bus/dax/devices/dax0.0/size: 4096\n"
		"read /sys/bus/dax/devices/dax0.0/cut: Protocol error\n"
		"read /sys/bus/dax/devices/dax0.0/none: No such file or directory\n"
		"link /sys/bus/dax/devices/dax0.0/driver: ../kmem\n"
		"link /sys/bus/dax/devices/dax0.0/none: No such file or directory\n"
		"list /sys/bus/dax/devices/.: 1 names\n"
		"list /sys/bus/dax/devices/none: No such file or directory\n"
		"write '8192' to /sys/bus/dax/devices/dax0.0/size: done\n");
	journal = (struct journal){0};
	sysfs_write(directory, "dax0.0", "none", "1");
	assert_non_null(strstr(journal.text,
		"write '1' to /sys/bus/dax/devices/dax0.0/none: No such file or directory\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(directories),
		fixture_test(directorys_below),
		fixture_test(reads),
		fixture_test(long_names),
		fixture_test(vanished),
		fixture_test(unreadable),
		fixture_test(links),
		fixture_test(lists),
		fixture_test(writes),
		fixture_test(journal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
