/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mapper.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "parse.h"
#include "proc.h"
#include "sysfs.h"

/* The module of the driver that serves the character devices. */
#define DRIVER "device_dax"

/* The link /proc/self/ns/pid in the initial PID namespace (include/linux/proc_ns.h:
 * PROC_PID_INIT_INO). */
#define INITIAL_PID_SPACE "pid:[4026531836]"

struct wanted {
	int proc;
	const char *pid;
	const char *task; /* @pid, or "PID/task/TID": whose files are read */
	bool has_memory;  /* the files show some mapping */
	const char *name;
	dev_t device;
};

/* Whether the driver may have users. The kernel does not count those of a driver that is built in.
 */
static bool has_users(struct kernel *kernel)
{
	AUTO_DIRECTORY struct directory *modules = NULL;
	char text[SYSFS_PAGE + 1];

	return directory_open(kernel, "sys/module", &modules) ||
		sysfs_read(modules, DRIVER, "refcnt", text) || strcmp(text, "0") != 0;
}

/* Whether the mapped file is the device. In a container @path may name another file than here;
 * map_files, which only root may read, leads to the file itself. */
static bool is_device(const struct wanted *wanted, uint64_t start, uint64_t end, const char *path)
{
	char file[PATH_MAX + 64];
	struct stat found;

	/* The kernel has map_files of a thread below /proc/TID only. */
	snprintf(file, sizeof(file), "%s/map_files/%" PRIx64 "-%" PRIx64, basename(wanted->task),
		start, end);
	if (fstatat(wanted->proc, file, &found, 0) == 0)
		return S_ISCHR(found.st_mode) && found.st_rdev == wanted->device;
	snprintf(file, sizeof(file), "%s/root%s", wanted->task, path);
	if (fstatat(wanted->proc, file, &found, 0) == 0 && S_ISCHR(found.st_mode) &&
		found.st_rdev == wanted->device)
		return true;
	return strcmp(basename(path), wanted->name) == 0;
}

/* Parse a line of proc(5): "START-END PERMISSIONS OFFSET DEVICE INODE PATH". A dax device is
 * always mapped shared. */
static bool mapping_is_wanted(char *line, void *data)
{
	struct wanted *wanted = data;
	char range[64], permissions[5] = "", inode[32], path[PATH_MAX];
	uint64_t start, end;

	wanted->has_memory = true;
	if (sscanf(line, "%63s %4s %*s %*s %31s %4095s", range, permissions, inode, path) != 4 ||
		permissions[3] != 's' || strcmp(inode, "0") == 0)
		return false;
	char *dash = strchr(range, '-');
	if (!dash)
		return false;
	*dash = 0;
	return parse_u64(range, 16, &start) == 0 && parse_u64(dash + 1, 16, &end) == 0 &&
		is_device(wanted, start, end, path);
}

static int fail_mapped(struct kernel *kernel, const struct wanted *wanted)
{
	char command[64];

	proc_command(wanted->proc, wanted->pid, command, sizeof(command));
	kernel_fail(kernel, EBUSY, "/dev/%s is mapped by %s (process %s)", wanted->name, command,
		wanted->pid);
	kernel_hint(kernel, "end process %s first: it would be killed when it touches the memory",
		wanted->pid);
	return -EBUSY;
}

static int fail_unknown(struct kernel *kernel, const char *name, const char *why)
{
	kernel_fail(
		kernel, EBUSY, "cannot tell whether a program has /dev/%s mapped: %s", name, why);
	kernel_hint(kernel, "run as root, outside of containers, or end the programs first");
	return -EBUSY;
}

/* Search the mappings of a process or thread. Returns 0 for one that has ended. */
static int find_mapping(struct wanted *wanted, const char *task)
{
	char path[PROC_PATH + 8];

	wanted->task = task;
	wanted->has_memory = false;
	snprintf(path, sizeof(path), "%s/maps", task);
	int found = proc_find_line(wanted->proc, path, mapping_is_wanted, wanted);
	return found == -ENOENT || found == -ESRCH ? 0 : found;
}

/* Search the mappings of the first thread that has not ended: all threads share one memory. */
static int find_mapping_of_threads(struct wanted *wanted)
{
	CLEANUP(proc_close) DIR *threads = proc_open_threads(wanted->proc, wanted->pid);
	char task[PROC_PATH];

	if (!threads)
		return errno == ENOENT || errno == ESRCH ? 0 : -errno;
	while (proc_next_thread(threads, wanted->pid, task)) {
		int found = find_mapping(wanted, task);
		if (found || wanted->has_memory)
			return found;
	}
	/* ENOENT: the process has ended. */
	return errno == ENOENT ? 0 : -errno;
}

static int check_process(struct kernel *kernel, struct wanted *wanted)
{
	char why[128];
	int found = find_mapping(wanted, wanted->pid);

	/* Kernel threads have no memory either; looking at their threads costs as little as
	 * telling them from programs. */
	if (!found && !wanted->has_memory)
		found = find_mapping_of_threads(wanted);
	if (found > 0)
		return fail_mapped(kernel, wanted);
	if (!found)
		return 0;
	snprintf(why, sizeof(why), "cannot read the mappings of process %s: %s", wanted->pid,
		strerror(-found));
	return fail_unknown(kernel, wanted->name, why);
}

/* Check that /proc shows all processes: it shows those of its own PID namespace and those below.
 * Without a proc file system, as in a chroot, it shows none. */
static int check_space(struct kernel *kernel, int proc, const char *name)
{
	char space[64];
	ssize_t size = readlinkat(proc, "self/ns/pid", space, sizeof(space) - 1);

	if (size < 0)
		return fail_unknown(kernel, name, "/proc does not show this process");
	space[size] = 0;
	if (strcmp(space, INITIAL_PID_SPACE) == 0)
		return 0;
	return fail_unknown(kernel, name, "processes outside of this PID namespace are hidden");
}

int mapper_check(struct kernel *kernel, const char *name, int major, int minor)
{
	struct wanted wanted = {.name = name, .device = makedev((unsigned)major, (unsigned)minor)};

	if (!has_users(kernel))
		return 0;
	if (major < 0 || minor < 0)
		return fail_unknown(kernel, name, "the kernel does not show the device number");
	CLEANUP(proc_close) DIR *proc = proc_open(kernel);
	if (!proc)
		return fail_unknown(kernel, name, "cannot read /proc");
	wanted.proc = dirfd(proc);
	while ((wanted.pid = proc_next(proc))) {
		int err = check_process(kernel, &wanted);
		if (err)
			return err;
	}
	if (errno)
		return fail_unknown(kernel, name, "cannot read all of /proc");
	return check_space(kernel, wanted.proc, name);
}
