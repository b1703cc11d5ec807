/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* Edits of the text of an ini file that keep all other lines. */

/* A line of a section. */
struct setting {
	const char *key;
	const char *value; /* NULL: remove the line */
};

/* Edits the section @name of @text. Stores the new text, which the caller frees, in @out and its
 * length in @out_size. Returns 0 or -ENOMEM. */
typedef int ini_edit_fn(const char *text, size_t size, const char *name,
	const struct setting *settings, size_t count, char **out, size_t *out_size);

/* Sets lines of a section. A line that has the value already stays as it is. */
ini_edit_fn ini_set_section;
/* Removes a section, and the blank lines before it; ignores @settings. */
ini_edit_fn ini_remove_section;
/* Appends a section with these lines. */
ini_edit_fn ini_add_section;

/* Whether the text has a section of this name. */
bool ini_has_section(const char *text, size_t size, const char *name);
