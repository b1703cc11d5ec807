/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>

/*
 * Returns 1 if @name, relative to @directory (or AT_FDCWD), leads to the file that @fd has open, 0
 * if it leads to another file or to none, or a negative errno if that cannot be read. Does not
 * follow @name if it is a link.
 */
int file_is_at(int directory, const char *name, int fd);

/* Writes all of @bytes to @fd, however many calls that takes. Returns 0 or a negative errno; some
 * of them may be written then. */
int file_write(int fd, const void *bytes, size_t size);

/* Read or write all of @size bytes at @offset, for example of a block device. Return 0 or a
 * negative errno: -EIO at the end of the file. Some bytes may be read or written then. */
int file_read_at(int fd, void *bytes, size_t size, uint64_t offset);
int file_write_at(int fd, const void *bytes, size_t size, uint64_t offset);

/* Creates the file @name in @directory, with mode 0600, and writes @bytes to it. Returns 0 or a
 * negative errno: -EEXIST if there is such a file. */
int file_create(int directory, const char *name, const void *bytes, size_t size);

/* Whether it is a file that nobody but root and this user can have written, or opened. */
bool file_is_private(const struct stat *st);

/*
 * Reads all of the file @name, relative to @directory (or AT_FDCWD), with a NUL behind it. The
 * caller frees @text; @size does not count the NUL. Returns 0, or a negative errno: -EPERM if
 * anybody but root and this user can have written the file, -EFBIG if it has more than @most bytes,
 * -ELOOP if it is a link.
 */
int file_read_private(int directory, const char *name, size_t most, char **text, size_t *size);
