/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lockholder.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "cleanup.h"
#include "file.h"
#include "lockfile.h"

#define OPEN_DIRECTORY (O_RDONLY | O_DIRECTORY | O_CLOEXEC)

static void lockholder_close_list(DIR **directory)
{
	if (*directory)
		closedir(*directory);
}
#define AUTO_DIR CLEANUP(lockholder_close_list)

/* ---- /proc ---- */

/* An instance that nobody else sees, for an early boot or a chroot. */
static int mount_own_proc(void)
{
	AUTO_CLOSE int context = fsopen("proc", FSOPEN_CLOEXEC);

	if (context < 0 || fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return -ENOLCK;
	int proc = fsmount(context, FSMOUNT_CLOEXEC, 0);
	return proc < 0 ? -ENOLCK : proc;
}

static int lockholder_open_proc(int root)
{
	AUTO_CLOSE int proc = openat(root, "proc", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (proc >= 0 && faccessat(proc, "locks", R_OK, 0) == 0)
		return take_fd(&proc);
	return mount_own_proc();
}

static DIR *open_list(int directory, const char *path)
{
	AUTO_CLOSE int fd = openat(directory, path, OPEN_DIRECTORY);
	DIR *list = fd < 0 ? NULL : fdopendir(fd);

	if (list)
		take_fd(&fd);
	return list;
}

/* The next entry that is a number; NULL with errno 0 at the end. */
static const char *next_number(DIR *list)
{
	const struct dirent *entry;

	do {
		errno = 0;
		entry = readdir(list);
	} while (entry && !isdigit((unsigned char)entry->d_name[0]));
	return entry ? entry->d_name : NULL;
}

/* ---- /proc/locks ---- */

/* Calls @visit for each flock(2) until it returns something else than 0, which is returned. */
static int visit_locks(
	int proc, int (*visit)(void *data, const struct locked_file *file), void *data)
{
	AUTO_CLOSE int fd = openat(proc, "locks", O_RDONLY | O_CLOEXEC);
	AUTO_FREE char *line = NULL;
	size_t size = 0;
	int result = 0;
	AUTO_FILE FILE *file = fd < 0 ? NULL : fdopen(fd, "r");

	if (!file)
		return -ENOLCK;
	take_fd(&fd);
	while (!result && getline(&line, &size, file) > 0) {
		struct locked_file lock = {.fd = -1};
		unsigned major, minor;
		unsigned long long inode;
		if (sscanf(line, "%*s FLOCK %*s %*s %d %x:%x:%llu", &lock.pid, &major, &minor,
			    &inode) != 4)
			continue;
		lock.pid = lock.pid > 0 ? lock.pid : 0;
		lock.device = makedev(major, minor);
		lock.inode = inode;
		result = visit(data, &lock);
	}
	return result || !ferror(file) ? result : -ENOLCK;
}

static bool is_same_file(const struct locked_file *a, const struct locked_file *b)
{
	return a->device == b->device && a->inode == b->inode;
}

static int match_lock(void *data, const struct locked_file *lock)
{
	struct locked_file *file = data;

	if (!is_same_file(file, lock))
		return 0;
	file->pid = lock->pid;
	return 1;
}

/* 1 if somebody has locked @file, whose pid is set, 0 if nobody has, or -ENOLCK. */
static int find_lock(int proc, struct locked_file *file)
{
	return visit_locks(proc, match_lock, file);
}

int lockholder_is_held(int root, const struct locked_file *file)
{
	AUTO_CLOSE int proc = lockholder_open_proc(root);
	struct locked_file found = *file;

	return proc < 0 ? proc : find_lock(proc, &found);
}

pid_t lockholder_find(int root, const struct locked_file *file)
{
	AUTO_CLOSE int proc = lockholder_open_proc(root);
	struct locked_file found = *file;

	return proc >= 0 && find_lock(proc, &found) == 1 ? found.pid : 0;
}

void lockholder_name(int root, pid_t pid, char *text, size_t size)
{
	char path[64], name[64] = "";

	snprintf(path, sizeof(path), "proc/%d/comm", pid);
	AUTO_CLOSE int fd = pid ? openat(root, path, O_RDONLY | O_CLOEXEC) : -1;
	ssize_t length = fd < 0 ? 0 : read(fd, name, sizeof(name) - 1);
	name[length > 0 ? length : 0] = 0;
	name[strcspn(name, "\n")] = 0;
	if (pid)
		snprintf(text, size, "%s (process %d)", *name ? name : "another process", pid);
	else
		snprintf(text, size, "another process");
}

/* ---- what a process has open ---- */

enum look { LOOK_NOTHING, LOOK_FOUND, LOOK_DENIED };

/* Do not ask a server: a file system over the network may hang. */
static bool has_open(int list, const char *number, const struct locked_file *file)
{
	struct statx st;

	return statx(list, number, AT_STATX_DONT_SYNC, STATX_INO, &st) == 0 &&
		st.stx_ino == file->inode &&
		makedev(st.stx_dev_major, st.stx_dev_minor) == file->device;
}

/* Sets @out to a descriptor (O_PATH) of @file if the process @pid has it open, and writes into
 * @path, of PATH_MAX + 1 bytes, where it is or was. */
static enum look look_in_process(
	int proc, const char *pid, const struct locked_file *file, int *out, char *path)
{
	char name[64];
	const char *number;

	snprintf(name, sizeof(name), "%.32s/fd", pid);
	AUTO_DIR DIR *list = open_list(proc, name);
	if (!list)
		return errno == ENOENT || errno == ESRCH ? LOOK_NOTHING : LOOK_DENIED;
	while ((number = next_number(list))) {
		if (!has_open(dirfd(list), number, file))
			continue;
		ssize_t length = readlinkat(dirfd(list), number, path, PATH_MAX);
		*out = openat(dirfd(list), number, O_PATH | O_CLOEXEC);
		if (length < 0 || *out < 0)
			return LOOK_DENIED;
		path[length] = 0;
		return LOOK_FOUND;
	}
	return errno && errno != ENOENT && errno != ESRCH ? LOOK_DENIED : LOOK_NOTHING;
}

/* A lock may have been handed on by the process that took it. */
static enum look look_everywhere(int proc, const struct locked_file *file, int *out, char *path)
{
	AUTO_DIR DIR *list = open_list(proc, ".");
	const char *pid;

	while (list && (pid = next_number(list)))
		if (look_in_process(proc, pid, file, out, path) == LOOK_FOUND)
			return LOOK_FOUND;
	/* It is locked, and none of those who could be looked at has it. */
	return LOOK_DENIED;
}

static enum look look_for(int proc, const struct locked_file *file, int *out, char *path)
{
	char pid[16];
	enum look look = LOOK_NOTHING;

	snprintf(pid, sizeof(pid), "%d", file->pid);
	if (file->pid)
		look = look_in_process(proc, pid, file, out, path);
	return look == LOOK_FOUND ? look : look_everywhere(proc, file, out, path);
}

/* ---- the holder of a file that was removed ---- */

struct earlier {
	int root, proc;
	const char *name;
	struct locked_file current, *found;
};

/* The kernel adds " (deleted)"; a directory that was moved, or a mount that was taken away, has
 * another path, and the same name at its end. */
static bool ends_in(const char *path, const char *name)
{
	const char *slash = strrchr(path, '/');
	size_t length = strlen(name);

	return slash && strncmp(slash + 1, name, length) == 0 &&
		(!slash[1 + length] || strcmp(slash + 1 + length, " (deleted)") == 0);
}

static bool is_open_private(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && file_is_private(&st);
}

static bool has_name_in(int root, const char *path, const struct locked_file *file)
{
	AUTO_DIR DIR *list = open_list(root, path);
	const struct dirent *entry;

	while (list && (entry = readdir(list)))
		if (entry->d_ino == file->inode)
			return true;
	return false;
}

/* A lock of another program, such as the one on /run/crond.pid, or one that is in force. */
static bool is_elsewhere(const struct earlier *earlier, const struct locked_file *lock)
{
	return has_name_in(earlier->root, "run", lock) ||
		has_name_in(earlier->root, LOCKFILE_DIRECTORY, lock);
}

static int visit_earlier(void *data, const struct locked_file *lock)
{
	const struct earlier *earlier = data;
	char path[PATH_MAX + 1], opened[64];
	AUTO_CLOSE int fd = -1;

	if (lock->device != earlier->current.device || is_same_file(lock, &earlier->current) ||
		is_elsewhere(earlier, lock))
		return 0;
	*earlier->found = *lock;
	/* The lock may have ended while we looked. */
	if (look_for(earlier->proc, lock, &fd, path) != LOOK_FOUND)
		return find_lock(earlier->proc, earlier->found);
	if (!ends_in(path, earlier->name) || !is_open_private(fd))
		return 0;
	snprintf(opened, sizeof(opened), "self/fd/%d", fd);
	earlier->found->fd = openat(earlier->proc, opened, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	return 1;
}

int lockholder_find_earlier(int root, const char *name, int current, struct locked_file *file)
{
	AUTO_CLOSE int proc = lockholder_open_proc(root);
	struct stat st;

	if (proc < 0)
		return proc;
	if (fstat(current, &st))
		return -errno;
	struct earlier earlier = {
		.root = root,
		.proc = proc,
		.name = name,
		.current = {.device = st.st_dev, .inode = st.st_ino, .fd = -1},
		.found = file,
	};
	return visit_locks(proc, visit_earlier, &earlier);
}
