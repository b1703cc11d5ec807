/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <errno.h>

#include "config.h"
#include "config-commit.h"
#include "ini-edit.h"

/*
 * Edits the configuration line by line and keeps all other lines; see EDITING in daxctl.conf(5).
 * Changes stay in memory until config_edit_commit().
 */
struct config_edit;

/*
 * Locks the directory against other restores and edits until config_unlock(). Creates a missing
 * directory if @create.
 *
 * Returns a descriptor, or a negative errno after printing an error: -ETIMEDOUT if another process
 * has held the lock for too long (lockfile.h). Without @create, prints no error for -ENOENT and
 * -EACCES: a reader needs no lock.
 */
int config_lock(const char *path, bool create);
/* Releases the lock; for a negative @lock, does nothing. */
void config_unlock(int lock);
static inline void cleanup_config_lock(const int *lock)
{
	config_unlock(*lock);
}
#define AUTO_CONFIG_LOCK CLEANUP(cleanup_config_lock)

/* Locks the configuration at @path until the process ends; config_edit_new() then needs no lock of
 * its own. A command with --persist calls it before its change, so that no restore acts by the old
 * sections in between, and before each further device, so that who waits sees progress. Returns 0,
 * or a negative errno after printing an error. */
int config_hold(const char *path);
/* Tells those who wait for the held lock that the command goes on; without one, does nothing. */
void config_progress(void);

/* Locks and reads the configuration; config_edit_free() unlocks it. Returns 0, or a negative errno
 * after printing an error: also if a file is unusable or a mistake may concern any section, because
 * the section that wins at the next boot may be there. */
int config_edit_new(const char *path, struct config_edit **edit);
void config_edit_free(struct config_edit *edit);
static inline void cleanup_config_edit(struct config_edit **edit)
{
	config_edit_free(*edit);
}
#define AUTO_CONFIG_EDIT CLEANUP(cleanup_config_edit)

/* The sections as they were read. */
const struct config *config_edit_config(const struct config_edit *edit);

/* The following return 0, or a negative errno after printing an error. */

/* Sets lines of a section. A line that has the value already stays as it is. */
int config_edit_set(struct config_edit *edit, const struct section *section,
	const struct setting *settings, size_t count);
/* Adds a section [@kind @name], or @name-2 and so on if the name is used, to the file of --persist.
 */
int config_edit_add(struct config_edit *edit, const char *kind, const char *name,
	const struct setting *settings, size_t count);
int config_edit_remove(struct config_edit *edit, const struct section *section);
/* Replaces the changed files, all of them or none, as config_commit() does. Returns CONFIG_CHANGED
 * without an error if a program that does not take the lock, such as an editor, changed the
 * configuration since it was read: then config_edit_again() decides. */
int config_edit_commit(struct config_edit *edit);

/* Whether to start again with config_edit_new() because @err is CONFIG_CHANGED. @tries begins at 0;
 * prints an error about @path after the last try. */
bool config_edit_again(const char *path, int err, unsigned *tries);
