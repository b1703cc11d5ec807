/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/file.h>
#include "say.h"

static int write_and_close(int fd, const void *bytes, size_t size, bool sync)
{
	int err = file_write(fd, bytes, size);

	if (!err && sync && fsync(fd))
		err = -errno;
	if (close(fd) && !err)
		err = -errno;
	return err;
}

static int write_in_place(const char *path, mode_t mode, const void *bytes, size_t size)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, mode);

	return fd < 0 ? -errno : write_and_close(fd, bytes, size, false);
}

/* Gives a new file the permissions and, as far as the user may, the owner of the old one. */
static int set_mode(int fd, mode_t mode, const struct stat *old)
{
	if (!old) {
		mode_t mask = umask(0);
		umask(mask);
		return fchmod(fd, mode & ~mask) ? -errno : 0;
	}
	(void)!fchown(fd, old->st_uid, old->st_gid);
	return fchmod(fd, old->st_mode & 07777) ? -errno : 0;
}

static bool may_write_in_place(int err)
{
	return err == -EACCES || err == -EPERM || err == -EROFS || err == -ENAMETOOLONG ||
		err == -EBUSY;
}

static int output_replace(
	const char *path, mode_t mode, const struct stat *old, const void *bytes, size_t size)
{
	AUTO_FREE char *beside = NULL;

	if (asprintf(&beside, "%s.XXXXXX", path) < 0) {
		beside = NULL;
		return -ENOMEM;
	}
	int fd = mkostemp(beside, O_CLOEXEC);
	/* A full disk must leave the old file alone: write in place only where no file can be made
	 * beside it for want of rights or of room in its name. */
	if (fd < 0)
		return old && may_write_in_place(-errno) ? write_in_place(path, mode, bytes, size)
							 : -errno;
	int err = set_mode(fd, mode, old);
	if (err)
		close(fd);
	else
		err = write_and_close(fd, bytes, size, true);
	if (!err && rename(beside, path))
		err = -errno;
	if (err)
		unlink(beside);
	/* A rename replaces neither a mount point nor, in a sticky directory, another user's file.
	 */
	return old && may_write_in_place(err) ? write_in_place(path, mode, bytes, size) : err;
}

/* /dev/stdout and /dev/fd/N lead to a file that others write too. */
static bool is_descriptor(const char *path)
{
	return strncmp(path, "/dev/", 5) == 0 || strncmp(path, "/proc/", 6) == 0;
}

static int write_file(const char *path, mode_t mode, const void *bytes, size_t size)
{
	struct stat old, link;

	if (stat(path, &old)) {
		if (errno != ENOENT)
			return -errno;
		/* A link to nowhere says where the file is to be made. */
		return lstat(path, &link) ? output_replace(path, mode, NULL, bytes, size)
					  : write_in_place(path, mode, bytes, size);
	}
	if (!S_ISREG(old.st_mode) || is_descriptor(path))
		return write_in_place(path, mode, bytes, size);
	/* A link stays, and leads to the new file. */
	AUTO_FREE char *target = realpath(path, NULL);
	if (!target)
		return -errno;
	return access(target, W_OK) ? -errno : output_replace(target, mode, &old, bytes, size);
}

static int output_to_stdout(const void *bytes, size_t size)
{
	errno = 0;
	return fwrite(bytes, 1, size, stdout) < size || fflush(stdout) ? -(errno ?: EIO) : 0;
}

int output_write(const char *path, mode_t mode, const void *bytes, size_t size)
{
	int err = path ? write_file(path, mode, bytes, size) : output_to_stdout(bytes, size);

	if (err)
		say_error("%s: cannot be written: %s", path ? typed(path) : "standard output",
			strerror(-err));
	return err;
}
