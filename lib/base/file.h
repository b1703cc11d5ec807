/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * Whether @name, relative to @directory (or AT_FDCWD) and not followed if it is a link, still leads
 * to the file that @fd has open. Returns 1 if so, 0 if it leads to another file or to none, or a
 * negative errno if that cannot be found out.
 */
int file_is_at(int directory, const char *name, int fd);
