/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "file.h"

#include <fcntl.h>
#include <sys/stat.h>

bool file_is_at(int directory, const char *name, int fd)
{
	struct stat named, opened;

	return fstat(fd, &opened) == 0 &&
		fstatat(directory, name, &named, AT_SYMLINK_NOFOLLOW) == 0 &&
		named.st_dev == opened.st_dev && named.st_ino == opened.st_ino;
}
