/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lock.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

static int fail(struct kernel *kernel, int error, const char *path)
{
	return kernel_fail(kernel, error, "/%s cannot be locked: %s", path, strerror(error));
}

static int fail_to_lock(
	struct kernel *kernel, int err, const char *path, const struct lock_holder *holder)
{
	switch (err) {
	case -ETIMEDOUT:
		kernel_fail(kernel, ETIMEDOUT,
			"/%s cannot be locked: %s has been changing it for too long", path,
			holder->name);
		kernel_hint(kernel, "wait until that process has ended, or end it, and try again");
		return err;
	case -EACCES:
	case -EROFS:
		return fail(kernel, -err, LOCKFILE_DIRECTORY);
	case -EPERM:
		return kernel_fail(kernel, EPERM,
			"/" LOCKFILE_DIRECTORY
			" cannot be used for locks: it does not belong to root");
	default:
		return fail(kernel, -err, path);
	}
}

static int find_inode(struct kernel *kernel, const char *path, ino_t *inode)
{
	struct stat st;

	if (fstatat(kernel_root(kernel), path, &st, 0))
		return fail(kernel, errno, path);
	if (!S_ISDIR(st.st_mode))
		return fail(kernel, ENOTDIR, path);
	*inode = st.st_ino;
	return 0;
}

/* An object that went away while we waited has left a lock that protects nothing. */
static int check_same(struct kernel *kernel, const char *path, ino_t before)
{
	ino_t now;
	int err = find_inode(kernel, path, &now);

	return err || now == before ? err : fail(kernel, ENODEV, path);
}

int lock_take(struct kernel *kernel, const char *path, const struct lock_wait *wait)
{
	struct lock_holder holder;
	char name[64];
	ino_t inode;
	int err = find_inode(kernel, path, &inode);

	if (err)
		return err;
	snprintf(name, sizeof(name), "object-%ju", (uintmax_t)inode);
	AUTO_CLOSE int fd = lockfile_take(kernel_root(kernel), name, wait, &holder);
	if (fd < 0)
		return fail_to_lock(kernel, fd, path, &holder);
	err = check_same(kernel, path, inode);
	if (err)
		return err;
	log_debug(kernel, "lock /%s: done", path);
	return take_fd(&fd);
}
