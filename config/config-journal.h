/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "config-replace.h"

/*
 * The journal names the files of a commit, from before the first is replaced to after the last. Its
 * records end with a NUL each:
 *   OLD-INODE OLD-SIZE OLD-SECONDS.NANOSECONDS NEW-INODE TARGET
 *   ...
 *   end COUNT
 * The old values are 0 where there is no old file, the times those of the last write. Without its
 * last record, a journal was cut short before any file was replaced.
 */
#define JOURNAL_NAME ".daxctl-commit"

struct replacements {
	struct replacement *list;
	size_t count;
};

/* Clears and deinitializes all of them. */
void replacements_deinit(struct replacements *replacements);

/* The path of the journal in @directory, to be freed; NULL without memory. */
char *journal_path(const char *directory);

/* The following return 0, or a negative errno with the error said. */

/* Writes the journal @path in @directory and waits until it is on the medium. */
int journal_write(const char *path, const char *directory, const struct replacements *all);
/* Reads it into @all; none if it was cut short. */
int journal_read(const char *path, struct replacements *all);
