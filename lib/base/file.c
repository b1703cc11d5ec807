/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "cleanup.h"

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

int file_read_at(int fd, void *bytes, size_t size, uint64_t offset)
{
	for (size_t done = 0; done < size;) {
		ssize_t now = pread(fd, (char *)bytes + done, size - done, (off_t)(offset + done));
		if (now < 0 && errno == EINTR)
			continue;
		if (now <= 0)
			return now ? -errno : -EIO;
		done += (size_t)now;
	}
	return 0;
}

int file_write_at(int fd, const void *bytes, size_t size, uint64_t offset)
{
	for (size_t done = 0; done < size;) {
		ssize_t now =
			pwrite(fd, (const char *)bytes + done, size - done, (off_t)(offset + done));
		if (now < 0 && errno == EINTR)
			continue;
		if (now <= 0)
			return now ? -errno : -EIO;
		done += (size_t)now;
	}
	return 0;
}

int file_create(int directory, const char *name, const void *bytes, size_t size)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
	AUTO_CLOSE int fd = openat(directory, name, flags, 0600);

	/* The umask of the caller must not decide. */
	if (fd < 0 || fchmod(fd, 0600))
		return -errno;
	return file_write(fd, bytes, size);
}

bool file_is_private(const struct stat *st)
{
	return S_ISREG(st->st_mode) && (st->st_uid == 0 || st->st_uid == geteuid()) &&
		!(st->st_mode & 077);
}

int file_read_private(int directory, const char *name, size_t most, char **out, size_t *size)
{
	AUTO_CLOSE int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return -errno;
	if (!file_is_private(&st))
		return -EPERM;
	if ((uint64_t)st.st_size > most)
		return -EFBIG;
	AUTO_FREE char *text = malloc((size_t)st.st_size + 1);
	if (!text)
		return -ENOMEM;
	int err = file_read_at(fd, text, (size_t)st.st_size, 0);
	if (err)
		return err;
	text[st.st_size] = 0;
	*size = (size_t)st.st_size;
	*out = TAKE(text);
	return 0;
}
