/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

int file_is_at(int directory, const char *name, int fd)
{
	struct stat named, opened;

	if (fstat(fd, &opened))
		return -errno;
	if (fstatat(directory, name, &named, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
	return named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}

int file_write(int fd, const void *bytes, size_t size)
{
	for (const char *at = bytes, *end = at + size; at < end;) {
		ssize_t done = write(fd, at, (size_t)(end - at));
		if (done < 0 && errno != EINTR)
			return -errno;
		at += done > 0 ? done : 0;
	}
	return 0;
}
