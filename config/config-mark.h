/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <sys/stat.h>

#include <base/cleanup.h>

/*
 * Which files of the configuration there are, and which device, inode, size and times each has. Our
 * lock keeps editors and other programs from nothing: a mark that no longer holds tells that one of
 * them changed the configuration.
 */
struct config_mark {
	struct config_marked *files; /* by name */
	size_t count;
};

/* All return 0 or a negative errno, or what else they say; no message is printed. */

/* Marks the directory @path as it is; one that is missing has no files. */
int config_mark_init(struct config_mark *mark, const char *path);
void config_mark_deinit(struct config_mark *mark);
/* Takes over what the file called @name became when we wrote it. */
int config_mark_accept(struct config_mark *mark, const char *name, const struct stat *stat);

/* Whether the directory @path is as it was marked: 1 if so, 0 if it changed, or a negative errno if
 * that cannot be found out. */
int config_mark_holds(const struct config_mark *mark, const char *path);
