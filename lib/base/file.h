/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/* Whether @name, relative to @directory (or AT_FDCWD) and not followed if it is a link, still leads
 * to the file that @fd has open. False too where that cannot be found out. */
bool file_is_at(int directory, const char *name, int fd);
