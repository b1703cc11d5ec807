/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <sys/stat.h>

#include <base/cleanup.h>

/*
 * The files of the configuration with device, inode, size and times of each. Editors do not take
 * our lock: a mark that no longer holds shows that one of them changed the configuration.
 */
struct config_mark {
	struct config_marked *files; /* by name */
	size_t count;
};

/* The following return 0 or a negative errno if not stated otherwise, and print nothing. */

/* Records the files of the directory @path; a missing directory has none. */
int config_mark_init(struct config_mark *mark, const char *path);
void config_mark_deinit(struct config_mark *mark);
/* Records the new state of the file @name after we wrote it. */
int config_mark_accept(struct config_mark *mark, const char *name, const struct stat *stat);

/* Returns 1 if the directory @path is in the marked state, 0 if it changed, or a negative errno if
 * it cannot be read. */
int config_mark_holds(const struct config_mark *mark, const char *path);
