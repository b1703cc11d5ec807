/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mark.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#include "lock.h"

/* Open the directory of marks, and store in @name the name of a mark. Returns a descriptor or a
 * negative errno. */
static int mark_find(struct kernel *kernel, const char *path, const char *what, char *name)
{
	return lock_name(kernel, path, what, name) ?: lockfile_open_directory(kernel_root(kernel));
}

static int mark_fail(struct kernel *kernel, int err, const char *path)
{
	return kernel_fail(kernel, -err,
		"cannot set or clear the mark of /%s in /" LOCKFILE_DIRECTORY ": %s", path,
		strerror(-err));
}

int mark_set(struct kernel *kernel, const char *path, const char *what)
{
	char name[LOCK_NAME_SIZE];
	AUTO_CLOSE int directory = mark_find(kernel, path, what, name);

	if (directory < 0)
		return mark_fail(kernel, directory, path);
	AUTO_CLOSE int fd =
		openat(directory, name, O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
	/* The umask of the caller must not decide. */
	return fd < 0 || fchmod(fd, 0600) ? mark_fail(kernel, -errno, path) : 0;
}

int mark_clear(struct kernel *kernel, const char *path, const char *what)
{
	char name[LOCK_NAME_SIZE];
	AUTO_CLOSE int directory = mark_find(kernel, path, what, name);

	if (directory < 0)
		return mark_fail(kernel, directory, path);
	if (unlinkat(directory, name, 0) && errno != ENOENT)
		return mark_fail(kernel, -errno, path);
	return 0;
}

bool mark_is_set(struct kernel *kernel, const char *path, const char *what)
{
	char name[LOCK_NAME_SIZE];
	AUTO_CLOSE int directory = mark_find(kernel, path, what, name);

	return directory >= 0 && faccessat(directory, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}
