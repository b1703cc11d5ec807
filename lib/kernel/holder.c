/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "holder.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/loop.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "blockdev.h"
#include "node.h"
#include "proc.h"

/* Characters without a special meaning in a shell. */
#define SHELL_PLAIN "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789/._-+,:@%"

/* ---- mounts ---- */

struct mounted {
	const struct blockdev *disk;
	char where[PATH_MAX];
};

/* Decode blanks and backslashes, which the kernel writes as three octal digits. */
static void unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; to++) {
		char digits[4] = "";
		bool escaped = *from == '\\' && sscanf(from + 1, "%3[0-7]", digits) == 1 &&
			strlen(digits) == 3;
		*to = escaped ? (char)strtoul(digits, NULL, 8) : *from;
		from += escaped ? 4 : 1;
	}
	*to = 0;
}

/* Parse a line of proc(5): "ID PARENT MAJOR:MINOR ROOT MOUNT-POINT OPTIONS ... - TYPE SOURCE
 * SUPER-OPTIONS". A file system with a device number of its own, such as btrfs, names its device
 * in SOURCE only. */
static bool is_mounted(char *line, void *data)
{
	struct mounted *mounted = data;
	char number[32], point[PATH_MAX], source[PATH_MAX];
	const char *end = strstr(line, " - ");

	if (!end || sscanf(line, "%*s %*s %31s %*s %4095s", number, point) != 2 ||
		sscanf(end, " - %*s %4095s", source) != 1)
		return false;
	if (!names_contain(&mounted->disk->numbers, number) &&
		!(strncmp(number, "0:", 2) == 0 &&
			names_contain(&mounted->disk->parts, basename(source))))
		return false;
	unescape(point);
	snprintf(mounted->where, sizeof(mounted->where), "%s", point);
	return true;
}

/* Room for a path quoted for a shell. */
struct shell_word {
	char text[4 * PATH_MAX + 3];
};

static const char *shell_word(struct shell_word *word, const char *where)
{
	char *to = word->text;

	if (!where[strspn(where, SHELL_PLAIN)])
		return where;
	*to++ = '\'';
	for (; *where; where++)
		if (*where == '\'')
			to = stpcpy(to, "'\\''");
		else
			*to++ = *where;
	strcpy(to, "'");
	return word->text;
}

static int fail_mounted(struct kernel *kernel, const struct mounted *mounted)
{
	struct shell_word word;
	int err = kernel_fail(
		kernel, EBUSY, "/dev/%s is mounted on %s", mounted->disk->name, mounted->where);

	kernel_hint(kernel, "umount %s", shell_word(&word, mounted->where));
	return err;
}

/* @task: @pid, or the path of one of its threads. */
static int fail_mounted_elsewhere(struct kernel *kernel, const struct mounted *mounted, int proc,
	const char *pid, const char *task)
{
	struct shell_word word;
	char command[64];

	proc_command(proc, pid, command, sizeof(command));
	int err = kernel_fail(kernel, EBUSY,
		"/dev/%s is mounted on %s in the mount namespace of %s (process %s)",
		mounted->disk->name, mounted->where, command, pid);
	kernel_hint(kernel, "nsenter --target %s --mount --root umount %s", basename(task),
		shell_word(&word, mounted->where));
	return err;
}

/* A search through mount namespaces, each of which is read once. */
struct mounts {
	int proc;
	struct names seen;
	struct mounted mounted; /* the mount that was found */
};

static void mounts_deinit(struct mounts *mounts)
{
	names_deinit(&mounts->seen);
}

/* Search the mount namespace of @task, unless that was done. Returns 1 if the disk is mounted
 * there, 0 if not, -ENOENT if @task has none (any more), or another negative errno. */
static int find_mount_of(struct mounts *mounts, const char *task)
{
	char path[PROC_PATH + 16], space[64];

	snprintf(path, sizeof(path), "%s/ns/mnt", task);
	ssize_t size = readlinkat(mounts->proc, path, space, sizeof(space) - 1);
	int err = size < 0 ? -errno : 0;
	if (!err) {
		space[size] = 0;
		if (names_contain(&mounts->seen, space))
			return 0;
		names_add(&mounts->seen, space);
	}
	snprintf(path, sizeof(path), "%s/mountinfo", task);
	return proc_find_line(mounts->proc, path, is_mounted, &mounts->mounted) ?: err;
}

/* Search the mount namespaces of a process and its threads. Returns 1 and stores in @task which
 * one has the mount, or 0. */
static int find_mount_of_process(struct mounts *mounts, const char *pid, char task[PROC_PATH])
{
	CLEANUP(proc_close) DIR *threads = NULL;

	snprintf(task, PROC_PATH, "%s", pid);
	int found = find_mount_of(mounts, task);
	if (found >= 0 || !(threads = proc_open_threads(mounts->proc, pid)))
		return found > 0;
	while (proc_next_thread(threads, pid, task))
		if (find_mount_of(mounts, task) > 0)
			return 1;
	return 0;
}

static int find_mount(struct kernel *kernel, const struct blockdev *disk)
{
	CLEANUP(mounts_deinit) struct mounts mounts = {.seen = NAMES_INIT, .mounted.disk = disk};
	CLEANUP(proc_close) DIR *proc = proc_open(kernel);
	char task[PROC_PATH];
	const char *pid;

	if (!proc)
		return 0;
	mounts.proc = dirfd(proc);
	if (find_mount_of(&mounts, "self") > 0)
		return fail_mounted(kernel, &mounts.mounted);
	while ((pid = proc_next(proc)))
		if (find_mount_of_process(&mounts, pid, task))
			return fail_mounted_elsewhere(
				kernel, &mounts.mounted, mounts.proc, pid, task);
	return 0;
}

/* ---- swap ---- */

static bool is_swap(char *line, void *data)
{
	const struct blockdev *disk = data;
	char *name = strtok(line, " \t") ?: "", number[32];
	struct stat found;

	unescape(name);
	if (stat(name, &found) == 0 && S_ISBLK(found.st_mode)) {
		snprintf(number, sizeof(number), "%u:%u", major(found.st_rdev),
			minor(found.st_rdev));
		return names_contain(&disk->numbers, number);
	}
	return names_contain(&disk->parts, basename(name));
}

static int find_swap(struct kernel *kernel, struct blockdev *disk)
{
	CLEANUP(proc_close) DIR *proc = proc_open(kernel);

	if (!proc || proc_find_line(dirfd(proc), "swaps", is_swap, disk) <= 0)
		return 0;
	kernel_fail(kernel, EBUSY, "/dev/%s is swap space", disk->name);
	kernel_hint(kernel, "swapoff /dev/%s", disk->name);
	return -EBUSY;
}

/* ---- devices built on it ---- */

/* Show the name of a device-mapper device, which people know rather than dm-N. */
static int fail_holder(struct kernel *kernel, const char *part, const char *holder)
{
	AUTO_DIRECTORY struct directory *blocks = NULL;
	char name[SYSFS_PAGE + 1];
	int err;

	if (directory_open(kernel, "sys/block", &blocks) == 0 &&
		sysfs_read(blocks, holder, "dm/name", name) == 0) {
		err = kernel_fail(kernel, EBUSY, "/dev/%s is held by %s (%s)", part, holder, name);
		kernel_hint(kernel, "dmsetup remove %s, or what made it (lvm, cryptsetup)", name);
		return err;
	}
	err = kernel_fail(kernel, EBUSY, "/dev/%s is held by %s", part, holder);
	if (strncmp(holder, "md", 2) == 0)
		kernel_hint(kernel, "mdadm --stop /dev/%s", holder);
	return err;
}

static int holder_find_part(struct kernel *kernel, const struct blockdev *disk)
{
	names_foreach (&disk->parts, part) {
		AUTO_NAMES struct names holders = NAMES_INIT;
		char path[PATH_MAX];
		blockdev_path(disk, part, "/holders", path);
		if (sysfs_list(disk->directory, path, NULL, &holders) == 0 && holders.count)
			return fail_holder(kernel, part, holders.list[0]);
	}
	return 0;
}

int holder_fail(const struct directory *directory, const char *object)
{
	struct kernel *kernel = directory_kernel(directory);
	AUTO_BLOCKDEV struct blockdev disk;

	/* Go on after a failure: the last sentence remains true. */
	if (blockdev_init(&disk, directory, object))
		log_debug(kernel, "%s: cannot list all of its partitions", object);
	if (find_mount(kernel, &disk) || find_swap(kernel, &disk) ||
		holder_find_part(kernel, &disk))
		return -EBUSY;
	return kernel_fail(kernel, EBUSY,
		"/dev/%s is in use: a program, or a mount that cannot be seen from here, holds it",
		disk.name);
}

/* ---- loop devices, which do not claim what they are set up on ---- */

static bool is_loop(const char *name)
{
	return strncmp(name, "loop", 4) == 0;
}

/* Compare the number of the backing device, or its name if the loop device does not tell the
 * number. */
static bool is_behind(
	const struct blockdev *disk, const struct directory *devices, const char *loop)
{
	char path[NAME_MAX + 8], file[SYSFS_PAGE + 1], number[32];
	struct loop_info64 info = {0};

	snprintf(path, sizeof(path), "%s/loop", loop);
	if (sysfs_read(devices, path, "backing_file", file))
		return false;
	AUTO_CLOSE int fd = node_open(devices, loop, loop, S_IFBLK, O_RDONLY);
	if (fd < 0 || ioctl(fd, LOOP_GET_STATUS64, &info)) {
		kernel_clear_error(directory_kernel(devices));
		return names_contain(&disk->parts, basename(file));
	}
	snprintf(number, sizeof(number), "%u:%u", major(info.lo_rdevice), minor(info.lo_rdevice));
	return names_contain(&disk->numbers, number);
}

int holder_check_loops(const struct directory *directory, const char *object)
{
	struct kernel *kernel = directory_kernel(directory);
	AUTO_DIRECTORY struct directory *devices = NULL;
	AUTO_NAMES struct names loops = NAMES_INIT;
	int err = directory_open(kernel, "sys/devices/virtual/block", &devices);

	if (!err)
		err = sysfs_list(devices, NULL, is_loop, &loops);
	if (err == -ENOENT || (!err && !loops.count))
		return 0;
	AUTO_BLOCKDEV struct blockdev disk;
	err = blockdev_init(&disk, directory, object) ?: err;
	if (err)
		return kernel_fail(kernel, EBUSY,
			"cannot tell whether a loop device is set up on /dev/%s: %s", disk.name,
			strerror(-err));
	names_foreach (&loops, loop) {
		if (!is_behind(&disk, devices, loop))
			continue;
		kernel_fail(kernel, EBUSY, "/dev/%s is held by %s", disk.name, loop);
		kernel_hint(kernel, "losetup --detach /dev/%s", loop);
		return -EBUSY;
	}
	return 0;
}
