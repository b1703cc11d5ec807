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

/* So many looks in any case: one may take longer than all patience where there are many processes.
 */
#define LOOKS 3

/* ---- programs ---- */

static bool is_part(const struct blockdev *disk, unsigned major, unsigned minor)
{
	char number[32];

	snprintf(number, sizeof(number), "%u:%u", major, minor);
	return names_contain(&disk->numbers, number);
}

/* A search for who has the device open. */
struct opener {
	const struct blockdev *disk;
	int proc;
	const char *task; /* whose files are read: "12" or "12/task/14" */
	bool any;	  /* it has some file open */
};

/* Returns 1 if the open file @name is the device, 0 if not, or a negative errno. Does not ask
 * servers: a file system over the network may hang. Go by the name where the file system of the
 * file refuses to tell even root, as FUSE does. */
static int is_open_here(const struct opener *opener, int directory, const char *name)
{
	char path[PATH_MAX];
	struct statx st;

	if (statx(directory, name, AT_STATX_DONT_SYNC, STATX_TYPE, &st) == 0)
		return S_ISBLK(st.stx_mode) &&
			is_part(opener->disk, st.stx_rdev_major, st.stx_rdev_minor);
	ssize_t size = readlinkat(directory, name, path, sizeof(path) - 1);
	if (size < 0)
		return -errno;
	path[size] = 0;
	return names_contain(&opener->disk->parts, basename(path));
}

/* A process or thread may end meanwhile. */
static bool has_ended(int err)
{
	return err == -ENOENT || err == -ESRCH;
}

/* Returns 1 if the task has the device open, 0 if not, or a negative errno. */
static int search_descriptors(struct opener *opener)
{
	char path[PROC_PATH + 8];
	const char *fd;

	snprintf(path, sizeof(path), "%s/fd", opener->task);
	CLEANUP(proc_close) DIR *list = proc_open_below(opener->proc, path);
	if (!list)
		return has_ended(-errno) ? 0 : -errno;
	while ((fd = proc_next(list))) {
		opener->any = true;
		int found = is_open_here(opener, dirfd(list), fd);
		if (found && !has_ended(found))
			return found;
	}
	return has_ended(-errno) ? 0 : -errno;
}

/* Parse a line of proc(5): "START-END PERMISSIONS OFFSET DEVICE INODE PATH". Go by the name without
 * the right to see the file itself. */
static bool maps_disk(char *line, void *data)
{
	struct opener *opener = data;
	char range[64], permissions[5] = "", path[PATH_MAX], file[PROC_PATH + 80];

	opener->any = true;
	if (sscanf(line, "%63s %4s %*s %*s %*s %4095s", range, permissions, path) != 3 ||
		permissions[3] != 's' || *path != '/')
		return false;
	/* The kernel has map_files of a thread below /proc/TID only. */
	snprintf(file, sizeof(file), "%s/map_files/%s", basename(opener->task), range);
	int found = is_open_here(opener, opener->proc, file);
	return found > 0 || (found < 0 && names_contain(&opener->disk->parts, basename(path)));
}

/* A mapping keeps the device open after its descriptor was closed. */
static int search_task(struct opener *opener, const char *task)
{
	char path[PROC_PATH + 8];

	opener->task = task;
	int found = search_descriptors(opener);
	if (found)
		return found;
	snprintf(path, sizeof(path), "%s/maps", task);
	found = proc_find_line(opener->proc, path, maps_disk, opener);
	return has_ended(found) ? 0 : found;
}

/* The first threads of a process may have ended. A thread of the kernel has nothing either. */
static int search_process(struct opener *opener, const char *pid)
{
	char task[PROC_PATH];

	opener->any = false;
	int found = search_task(opener, pid);
	if (found || opener->any)
		return found;
	CLEANUP(proc_close) DIR *threads = proc_open_threads(opener->proc, pid);
	if (!threads)
		return has_ended(-errno) ? 0 : -errno;
	while (!found && !opener->any && proc_next_thread(threads, pid, task))
		found = search_task(opener, task);
	return found;
}

static int fail_unseen(struct kernel *kernel, const struct blockdev *disk, int err)
{
	kernel_fail(kernel, EBUSY, "cannot tell whether a program has /dev/%s open: %s", disk->name,
		strerror(-err));
	kernel_hint(kernel,
		"run as root, with /proc mounted and CAP_SYS_PTRACE, outside of containers");
	return -EBUSY;
}

static int fail_open(struct kernel *kernel, const struct blockdev *disk, int proc, const char *pid)
{
	char command[64];

	proc_command(proc, pid, command, sizeof(command));
	kernel_fail(kernel, EBUSY, "/dev/%s is open in %s (process %s)", disk->name, command, pid);
	kernel_hint(kernel, "end process %s, or let it close the device", pid);
	return -EBUSY;
}

/* Skips our own process: the caller holds the device open. */
static int check_processes(struct kernel *kernel, const struct blockdev *disk)
{
	CLEANUP(proc_close) DIR *proc = proc_open(kernel);
	char own[32] = "";
	const char *pid;

	if (!proc)
		return fail_unseen(kernel, disk, -errno);
	struct opener opener = {.disk = disk, .proc = dirfd(proc)};
	ssize_t size = readlinkat(opener.proc, "self", own, sizeof(own) - 1);
	if (size < 0)
		return fail_unseen(kernel, disk, -errno);
	own[size] = 0;
	/* A proc file system can hide the processes of others (hidepid). */
	if (faccessat(opener.proc, "1", F_OK, 0))
		return fail_unseen(kernel, disk, -errno);
	while ((pid = proc_next(proc))) {
		if (strcmp(pid, own) == 0)
			continue;
		int found = search_process(&opener, pid);
		if (found > 0)
			return fail_open(kernel, disk, opener.proc, pid);
		if (found < 0)
			return fail_unseen(kernel, disk, found);
	}
	return errno ? fail_unseen(kernel, disk, -errno) : 0;
}

/* ---- the kernel's NVMe target ---- */

/* The path may be a link: compare numbers where it leads to a device. */
static bool path_leads_to(struct kernel *kernel, const char *path, const struct blockdev *disk)
{
	struct statx st;

	if (statx(kernel_root(kernel), path + (*path == '/'), AT_STATX_DONT_SYNC, STATX_TYPE,
		    &st) == 0 &&
		S_ISBLK(st.stx_mode))
		return is_part(disk, st.stx_rdev_major, st.stx_rdev_minor);
	return names_contain(&disk->parts, basename(path));
}

static bool exports_disk(const struct directory *subsystems, const char *subsystem, const char *id,
	const struct blockdev *disk)
{
	char object[PATH_MAX], path[SYSFS_PAGE + 1], enabled[SYSFS_PAGE + 1];

	snprintf(object, sizeof(object), "%s/namespaces/%s", subsystem, id);
	return sysfs_read(subsystems, object, "enable", enabled) == 0 &&
		strcmp(enabled, "1") == 0 &&
		sysfs_read(subsystems, object, "device_path", path) == 0 &&
		path_leads_to(directory_kernel(subsystems), path, disk);
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

	if (err)
		return fail_unseen(kernel, &disk, err);
	for (int looks = 1; (err = check_processes(kernel, &disk)); looks++) {
		if (looks >= LOOKS && clock_milliseconds() >= end)
			return err;
		nanosleep(&pause, NULL);
		kernel_clear_error(kernel);
	}
	return check_exports(kernel, &disk);
}
