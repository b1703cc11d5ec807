/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <errno.h>

#include "config.h"

/*
 * Changes of the configuration, which touch the lines that are meant and no other; see EDITING in
 * daxctl.conf(5). What is changed is kept in memory until config_edit_commit().
 */
struct config_edit;

/* A line of a section. */
struct setting {
	const char *key;
	const char *value; /* NULL: there shall be none */
};

/* Locks the directory, so that nobody else reads it for a restoration or changes it, until the
 * descriptor is closed. One that is missing is created if @create, else it is -ENOENT, not said.
 * -ETIMEDOUT if somebody else has had the lock for too long (lockfile.h). -EACCES gives an error
 * only if
 * @create: who only looks needs no lock. Returns a descriptor or a negative errno with the error
 * said.
 */
int config_lock(const char *path, bool create);

/* Locks and reads the configuration; the lock is held until it is freed. Returns 0 or a negative
 * errno with the error said: also if a file is not used, or a mistake may be in any section, since
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

/* All return 0, or a negative errno with the error said. */

/* Sets lines of a section; lines that say so already stay as they are. */
int config_edit_set(struct config_edit *edit, const struct section *section,
	const struct setting *settings, size_t count);
/* Adds a section called "@kind @name", or @name-2 and so on if that is there, to the file for those
 * that --persist writes. */
int config_edit_add(struct config_edit *edit, const char *kind, const char *name,
	const struct setting *settings, size_t count);
int config_edit_remove(struct config_edit *edit, const struct section *section);
/* What no system call returns to a program, so that it means this alone. */
#define CONFIG_CHANGED (-ERESTART)
/* Writes each file that has changed, wholly or not at all. CONFIG_CHANGED, not said, if somebody
 * who does not take the lock, such as an editor, has changed the configuration since it was read:
 * then no file of theirs is touched, and config_edit_again() decides. */
int config_edit_commit(struct config_edit *edit);

/* Whether what ended with @err is to be done anew, beginning with config_edit_new(), since the
 * configuration at @path has changed meanwhile. @tries begins at 0; after the last try an error is
 * said. */
bool config_edit_again(const char *path, int err, unsigned *tries);
