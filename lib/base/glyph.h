/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Characters of untrusted text (from the kernel, a medium, a file or an argument) on its way to a
 * terminal, a log or JSON. This is the one definition of what such a reader must not get as it is:
 * control characters (C0, DEL and C1), characters that change the direction of text or begin a
 * line, and bytes that are not UTF-8.
 */
struct glyph {
	uint32_t code; /* the character, if valid */
	size_t length; /* bytes, at least 1 */
	bool valid;    /* it is UTF-8; otherwise it is one byte */
	bool plain;    /* it may be shown as it is */
};

/* Returns the first character of @text, which must not be empty. */
struct glyph glyph_first(const char *text);

/* Returns a copy for the caller to free, in which bytes of characters that are not plain appear as
 * \x9b, or NULL without memory. */
char *glyph_escape(const char *text);
