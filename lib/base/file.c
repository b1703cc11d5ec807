/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

int file_is_at(int directory, const char *name, int fd)
{
	struct stat named, opened;

	if (fstat(fd, &opened))
		return -errno;
	if (fstatat(directory, name, &named, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	return named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}
