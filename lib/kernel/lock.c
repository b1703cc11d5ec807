/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lock.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static int lock_fail(struct kernel *kernel, int error, const char *path)
{
	return kernel_fail(kernel, error, "cannot lock /%s: %s", path, strerror(error));
}

static int fail_to_lock(
	struct kernel *kernel, int err, const char *path, const struct lock_holder *holder)
{
	switch (err) {
	case -ETIMEDOUT:
		kernel_fail(kernel, ETIMEDOUT,
			"cannot lock /%s: %s has been changing it for too long", path,
			holder->name);
		kernel_hint(kernel, "wait until that process has ended, or end it, and try again");
		return err;
	case -EDEADLK:
		return kernel_fail(kernel, EDEADLK,
			"cannot lock /%s: this thread is changing it already, in another call or by another context",
			path);
	case -EACCES:
	case -EROFS:
		return lock_fail(kernel, -err, LOCKFILE_DIRECTORY);
	case -EPERM:
		return kernel_fail(kernel, EPERM,
			"/" LOCKFILE_DIRECTORY
			" does not belong to root and cannot be used for locks");
	case -ENOLCK:
		kernel_fail(kernel, ENOLCK,
			"cannot lock /%s: /proc cannot be read, and another process may be changing it",
			path);
		kernel_hint(kernel, "mount /proc: mount -t proc proc /proc");
		return err;
	case -EINTR:
	case -EWOULDBLOCK:
		return lock_fail(kernel, -err, path);
	default:
		return kernel_fail(kernel, -err,
			"cannot lock /%s: cannot use its lock file in /" LOCKFILE_DIRECTORY ": %s",
			path, strerror(-err));
	}
}

int lock_name(struct kernel *kernel, const char *path, const char *what, char *name)
{
	struct stat st;

	if (fstatat(kernel_root(kernel), path, &st, 0))
		return -errno;
	if (!S_ISDIR(st.st_mode))
		return -ENOTDIR;
	snprintf(name, LOCK_NAME_SIZE, "%s-%ju", what, (uintmax_t)st.st_ino);
	return 0;
}

/* Check that the path still leads to the same object: the lock of one that went away while we
 * waited protects nothing. */
static int check_same(struct kernel *kernel, const char *path, const char *before)
{
	char now[LOCK_NAME_SIZE];
	int err = lock_name(kernel, path, "object", now);

	if (err)
		return lock_fail(kernel, -err, path);
	return strcmp(now, before) == 0 ? 0 : lock_fail(kernel, ENODEV, path);
}

int lock_take(struct kernel *kernel, const char *path, const struct lock_wait *wait)
{
	struct lock_holder holder;
	char name[LOCK_NAME_SIZE];
	int err = lock_name(kernel, path, "object", name);

	if (err)
		return lock_fail(kernel, -err, path);
	int fd = lockfile_take(kernel_root(kernel), name, wait, &holder);
	if (fd < 0)
		return fail_to_lock(kernel, fd, path, &holder);
	err = check_same(kernel, path, name);
	if (err) {
		lockfile_release(fd);
		return err;
	}
	log_debug(kernel, "lock /%s: done", path);
	return fd;
}
