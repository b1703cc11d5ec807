/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <sys/types.h>

/*
 * Writes @size @bytes to the file @path, or to standard output if @path is NULL. A regular file
 * gets the new content as a whole, synced, or keeps the old one: an older backup outlives a full
 * disk. What is not a regular file, such as a device or a pipe, is written in place. A file that is
 * new gets the permissions @mode, less the umask.
 *
 * Returns 0 or a negative errno with the error said.
 */
int output_write(const char *path, mode_t mode, const void *bytes, size_t size);
