/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Text of the kernel, a medium, a file or an argument on its way to a terminal, a log or JSON:
 * hostile until each character has been looked at. There is one definition of what such a reader
 * must not get as it is: control characters (C0, DEL and C1), what changes the direction of text or
 * begins a line, and bytes that are not UTF-8.
 */
struct glyph {
	uint32_t code; /* the character; of no meaning if it is not valid */
	size_t length; /* bytes, at least 1 */
	bool valid;    /* UTF-8; otherwise it is one byte */
	bool plain;    /* may be shown as it is */
};

/* The character that @text, which is not empty, begins with. */
struct glyph glyph_first(const char *text);

/* A copy in which the bytes of what is not plain stand as \x9b. To be freed; NULL: no memory. */
char *glyph_escape(const char *text);
