/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "config-mark.h"
#include "config-replace.h"

/*
 * Files of the configuration change together or not at all. The new texts are written and synced
 * beside their files, so that a full disk spoils nothing; then a journal in the directory names
 * them, and each takes its place. A failure puts the old ones back. After a kill or a power
 * failure, whoever locks the configuration next completes the journal.
 */

/*
 * Gives @count files their new texts. @directory is that of the configuration, which the caller has
 * locked, and @mark is how it looked when the caller read it; on success @mark is how it looks now.
 *
 * Returns 0, or a negative errno with the error said. CONFIG_CHANGED, not said: somebody who does
 * not take the lock, such as an editor, has changed the configuration since it was marked, or has a
 * file of it open for writing; then their files stay as they are.
 */
int config_commit(struct config_mark *mark, const char *directory, const struct config_text *files,
	size_t count);

/* Returns whether a commit in @directory was interrupted, also if that cannot be read. */
bool config_is_interrupted(const char *directory);

/* Completes a commit that was interrupted, in a directory that the caller has locked. Files that
 * somebody has edited since stay as they are, and a warning names them. Returns 0 or a negative
 * errno with the error said. */
int config_complete(const char *directory);

/* Warns of a commit in @directory that was interrupted and is not completed, if there is one. */
void config_tell_interrupted(const char *directory);
