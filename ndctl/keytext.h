/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base/cleanup.h>
#include <stddef.h>

/*
 * The text of a key, which may be a secret: pages of their own that neither a core dump nor the
 * swap area gets, and that are zero again when they are freed.
 */
struct keytext {
	char *text; /* with a NUL behind it */
	size_t size;
	size_t room; /* bytes mapped */
};

/* Longer texts are refused: the kernel accepts 32767 bytes for a key. */
#define KEYTEXT_MOST 32767

/* Makes room for @most bytes and a NUL. Returns 0 or a negative errno. */
int keytext_init(struct keytext *text, size_t most);
void keytext_deinit(struct keytext *text);
#define AUTO_KEYTEXT CLEANUP(keytext_deinit)

/* Cuts off newlines at the end. */
void keytext_trim(struct keytext *text);

/* Stores @before, @text and @after in a row in @out. Returns 0 or a negative errno. */
int keytext_join(
	struct keytext *out, const char *before, const struct keytext *text, const char *after);
