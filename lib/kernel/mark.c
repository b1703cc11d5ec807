/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mark.h"

#include <base/lockfile.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Opens the directory of marks and names the one that is meant. Returns a descriptor or a negative
 * errno. */
static int find(struct kernel *kernel, const char *path, const char *what, char *name, size_t size)
{
	struct stat st;

	if (fstatat(kernel_root(kernel), path, &st, 0))
		return -errno;
	snprintf(name, size, "%s-%ju", what, (uintmax_t)st.st_ino);
	return lockfile_open_directory(kernel_root(kernel));
}

static int fail(struct kernel *kernel, int err, const char *path)
{
	return kernel_fail(kernel, -err, "/%s cannot be marked in /" LOCKFILE_DIRECTORY ": %s",
		path, strerror(-err));
}

int mark_set(struct kernel *kernel, const char *path, const char *what)
{
	char name[64];
	AUTO_CLOSE int directory = find(kernel, path, what, name, sizeof(name));

	if (directory < 0)
		return fail(kernel, directory, path);
	AUTO_CLOSE int fd =
		openat(directory, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd < 0 ? fail(kernel, -errno, path) : 0;
}

int mark_clear(struct kernel *kernel, const char *path, const char *what)
{
	char name[64];
	AUTO_CLOSE int directory = find(kernel, path, what, name, sizeof(name));

	if (directory < 0)
		return fail(kernel, directory, path);
	if (unlinkat(directory, name, 0) && errno != ENOENT)
		return fail(kernel, -errno, path);
	return 0;
}

bool mark_is_set(struct kernel *kernel, const char *path, const char *what)
{
	char name[64];
	AUTO_CLOSE int directory = find(kernel, path, what, name, sizeof(name));

	return directory >= 0 && faccessat(directory, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}
