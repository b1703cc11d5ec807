/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>

/*
 * Returns 1 if @name, relative to @directory (or AT_FDCWD), leads to the file that @fd has open, 0
 * if it leads to another file or to none, or a negative errno if that cannot be read. Does not
 * follow @name if it is a link.
 */
int file_is_at(int directory, const char *name, int fd);

/* Writes all of @bytes to @fd, however many calls that takes. Returns 0 or a negative errno; some
 * of them may be written then. */
int file_write(int fd, const void *bytes, size_t size);
