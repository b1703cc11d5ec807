/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "glyph.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cleanup.h"

struct code_range {
	uint32_t first, last;
};

static bool is_among(uint32_t code, const struct code_range *ranges, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	return false;
}

static bool is_plain(uint32_t code)
{
	static const struct code_range harmful[] = {
		{0x00, 0x1f},	  /* C0 */
		{0x7f, 0x9f},	  /* DEL, C1 */
		{0x061c, 0x061c}, /* Arabic letter mark */
		{0x200e, 0x200f}, /* marks of direction */
		{0x2028, 0x202e}, /* separators of lines and paragraphs; embeddings, overrides */
		{0x2066, 0x2069}, /* isolates */
	};

	return !is_among(code, harmful, ARRAY_SIZE(harmful));
}

/* Return how many bytes a character has that begins with @first, 0 if none does. */
static size_t announced(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc2)
		return 0;
	if (first < 0xe0)
		return 2;
	if (first < 0xf0)
		return 3;
	return first < 0xf5 ? 4 : 0;
}

struct glyph glyph_first(const char *text)
{
	/* The least code of each length: smaller ones have a shorter form. Surrogates are not
	 * characters. */
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	static const struct code_range surrogates = {0xd800, 0xdfff};
	unsigned char first = (unsigned char)*text;
	size_t length = announced(first);
	uint32_t code = length == 1 ? first : first & (0xffU >> (length + 1));

	for (size_t i = 1; i < length; i++) {
		unsigned char next = (unsigned char)text[i];
		/* The NUL at the end of the text is not a continuation either. */
		if ((next & 0xc0) != 0x80)
			return (struct glyph){.length = 1};
		code = code << 6 | (next & 0x3f);
	}
	if (!length || code < least[length] || code > 0x10ffff || is_among(code, &surrogates, 1))
		return (struct glyph){.length = 1};
	return (struct glyph){code, length, true, is_plain(code)};
}

char *glyph_escape(const char *text)
{
	static const size_t widest = sizeof("\\xff") - 1;
	char *copy = malloc(strlen(text) * widest + 1), *out = copy;

	for (struct glyph glyph; copy && *text; text += glyph.length) {
		glyph = glyph_first(text);
		if (glyph.plain)
			out = mempcpy(out, text, glyph.length);
		for (size_t i = 0; !glyph.plain && i < glyph.length; i++)
			out += sprintf(out, "\\x%02x", (unsigned char)text[i]);
	}
	if (copy)
		*out = 0;
	return copy;
}
