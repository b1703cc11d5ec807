/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mapper.h"

#include <dirent.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "parse.h"
#include "sysfs.h"

/* It serves the character devices. */
#define DRIVER "device_dax"

struct wanted {
	const char *name;
	dev_t device;
};

/* Of a driver that is no module the users are not counted. */
static bool has_users(struct kernel *kernel)
{
	AUTO_FOLDER struct folder *modules = NULL;
	char text[SYSFS_PAGE + 1];

	return folder_open(kernel, "sys/module", &modules) ||
		sysfs_read(modules, DRIVER, "refcnt", text) || strcmp(text, "0") != 0;
}

static FILE *open_file(int folder, const char *path)
{
	int fd = openat(folder, path, O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	if (!file && fd >= 0)
		close(fd);
	return file;
}

/*
 * proc(5): "START-END PERMISSIONS OFFSET DEVICE INODE PATH". A device is mapped shared. The path is
 * what the process calls it, in a container perhaps otherwise than we do; map_files, which only a
 * kernel for checkpoints and only root has, leads to the device itself.
 */
static bool is_wanted(int proc, const char *pid, const char *line, const struct wanted *wanted)
{
	char range[64], permissions[5], inode[32], path[PATH_MAX], file[128];
	uint64_t start, end;
	struct stat found;

	if (sscanf(line, "%63s %4s %*s %*s %31s %4095s", range, permissions, inode, path) != 4 ||
		permissions[3] != 's' || strcmp(inode, "0") == 0)
		return false;
	char *dash = strchr(range, '-');
	if (!dash)
		return false;
	*dash = 0;
	if (parse_u64(range, 16, &start) || parse_u64(dash + 1, 16, &end))
		return false;
	snprintf(file, sizeof(file), "%s/map_files/%" PRIx64 "-%" PRIx64, pid, start, end);
	if (fstatat(proc, file, &found, 0) == 0)
		return S_ISCHR(found.st_mode) && found.st_rdev == wanted->device;
	return strcmp(basename(path), wanted->name) == 0;
}

static bool maps(int proc, const char *pid, const struct wanted *wanted)
{
	AUTO_FREE char *line = NULL;
	char path[64];
	size_t size = 0;
	bool found = false;

	snprintf(path, sizeof(path), "%s/maps", pid);
	FILE *file = open_file(proc, path);
	while (file && !found && getline(&line, &size, file) > 0)
		found = is_wanted(proc, pid, line, wanted);
	if (file)
		fclose(file);
	return found;
}

static int say_mapper(struct kernel *kernel, int proc, const char *pid, const char *name)
{
	char path[64], command[64] = "";

	snprintf(path, sizeof(path), "%s/comm", pid);
	FILE *file = open_file(proc, path);
	if (!file || !fgets(command, sizeof(command), file))
		snprintf(command, sizeof(command), "a program");
	if (file)
		fclose(file);
	command[strcspn(command, "\n")] = 0;
	int err = kernel_fail(
		kernel, EBUSY, "/dev/%s is mapped by %s (process %s)", name, command, pid);
	kernel_hint(kernel, "it would be killed when it touches the memory: end it first");
	return err;
}

static bool is_process(const char *name)
{
	uint64_t number;

	return strlen(name) < 32 && parse_u64(name, 10, &number) == 0;
}

int mapper_check(struct kernel *kernel, const char *name, int major, int minor)
{
	struct wanted wanted = {name, makedev((unsigned)major, (unsigned)minor)};
	struct dirent *entry;
	int err = 0;

	if (major < 0 || minor < 0 || !has_users(kernel))
		return 0;
	int fd = openat(kernel_root(kernel), "proc", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *processes = fd < 0 ? NULL : fdopendir(fd);
	if (!processes) {
		if (fd >= 0)
			close(fd);
		return 0;
	}
	while (!err && (entry = readdir(processes)))
		if (is_process(entry->d_name) && maps(dirfd(processes), entry->d_name, &wanted))
			err = say_mapper(kernel, dirfd(processes), entry->d_name, name);
	closedir(processes);
	return err;
}
