/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "opener.h"

#include <base/clock.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "blockdev.h"
#include "proc.h"

/* Milliseconds. */
#define PATIENCE 2000
#define PAUSE	 50

/* ---- programs ---- */

static bool is_part(const struct blockdev *disk, unsigned major, unsigned minor)
{
	char number[32];

	snprintf(number, sizeof(number), "%u:%u", major, minor);
	return names_contain(&disk->numbers, number);
}

/* Whether the process or thread @task has the device open. Stores in @files whether it has any file
 * open. Does not ask servers: a file system over the network may hang. */
static bool has_disk_open(int proc, const char *task, const struct blockdev *disk, bool *files)
{
	char path[PROC_PATH + 8];
	struct statx st;
	const char *fd;

	*files = false;
	snprintf(path, sizeof(path), "%s/fd", task);
	CLEANUP(proc_close) DIR *list = proc_open_below(proc, path);
	if (!list)
		return false;
	while ((fd = proc_next(list))) {
		*files = true;
		if (statx(dirfd(list), fd, AT_STATX_DONT_SYNC, STATX_TYPE, &st) == 0 &&
			S_ISBLK(st.stx_mode) && is_part(disk, st.stx_rdev_major, st.stx_rdev_minor))
			return true;
	}
	return false;
}

/* The first thread of a process may have ended. */
static bool process_has_open(int proc, const char *pid, const struct blockdev *disk)
{
	char task[PROC_PATH];
	bool files;

	if (has_disk_open(proc, pid, disk, &files))
		return true;
	if (files)
		return false;
	CLEANUP(proc_close) DIR *threads = proc_open_threads(proc, pid);
	if (!threads || !proc_next_thread(threads, pid, task))
		return false;
	return has_disk_open(proc, task, disk, &files);
}

/* Returns the process, or 0. Skips our own: the caller holds the device open. */
static pid_t find_opener(struct kernel *kernel, const struct blockdev *disk)
{
	CLEANUP(proc_close) DIR *proc = proc_open(kernel);
	const char *pid;

	if (!proc)
		return 0;
	while ((pid = proc_next(proc)))
		if (atoi(pid) != getpid() && process_has_open(dirfd(proc), pid, disk))
			return atoi(pid);
	return 0;
}

static int fail_open(struct kernel *kernel, const struct blockdev *disk, pid_t pid)
{
	CLEANUP(proc_close) DIR *proc = proc_open(kernel);
	char command[64] = "a program", number[32];

	snprintf(number, sizeof(number), "%d", pid);
	if (proc)
		proc_command(dirfd(proc), number, command, sizeof(command));
	kernel_fail(kernel, EBUSY, "/dev/%s is open in %s (process %d)", disk->name, command, pid);
	kernel_hint(kernel, "end process %d, or let it close the device", pid);
	return -EBUSY;
}

/* ---- the kernel's NVMe target ---- */

static bool exports_disk(const struct directory *subsystems, const char *subsystem, const char *id,
	const struct blockdev *disk)
{
	char object[PATH_MAX], path[SYSFS_PAGE + 1], enabled[SYSFS_PAGE + 1];

	snprintf(object, sizeof(object), "%s/namespaces/%s", subsystem, id);
	return sysfs_read(subsystems, object, "enable", enabled) == 0 &&
		strcmp(enabled, "1") == 0 &&
		sysfs_read(subsystems, object, "device_path", path) == 0 &&
		names_contain(&disk->parts, basename(path));
}

static int check_exports(struct kernel *kernel, const struct blockdev *disk)
{
	AUTO_DIRECTORY struct directory *subsystems = NULL;
	AUTO_NAMES struct names names = NAMES_INIT;

	if (directory_open(kernel, "sys/kernel/config/nvmet/subsystems", &subsystems) ||
		sysfs_list(subsystems, NULL, NULL, &names))
		return 0;
	names_foreach (&names, subsystem) {
		AUTO_NAMES struct names ids = NAMES_INIT;
		char below[PATH_MAX];
		snprintf(below, sizeof(below), "%s/namespaces", subsystem);
		if (sysfs_list(subsystems, below, NULL, &ids))
			continue;
		names_foreach (&ids, id) {
			if (!exports_disk(subsystems, subsystem, id, disk))
				continue;
			kernel_fail(kernel, EBUSY,
				"/dev/%s is exported as namespace %s of NVMe subsystem %s",
				disk->name, id, subsystem);
			kernel_hint(kernel,
				"echo 0 >/sys/kernel/config/nvmet/subsystems/%s/namespaces/%s/enable",
				subsystem, id);
			return -EBUSY;
		}
	}
	return 0;
}

int opener_check(const struct directory *directory, const char *object)
{
	struct kernel *kernel = directory_kernel(directory);
	const struct timespec pause = {.tv_nsec = PAUSE * 1000000L};
	int64_t end = clock_milliseconds() + PATIENCE;
	AUTO_BLOCKDEV struct blockdev disk;
	int err = blockdev_init(&disk, directory, object);
	pid_t pid;

	if (err)
		return kernel_fail(kernel, EBUSY, "cannot tell whether /dev/%s is open: %s",
			disk.name, strerror(-err));
	while ((pid = find_opener(kernel, &disk))) {
		if (clock_milliseconds() >= end)
			return fail_open(kernel, &disk, pid);
		nanosleep(&pause, NULL);
	}
	return check_exports(kernel, &disk);
}
