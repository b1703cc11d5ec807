/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <base/cleanup.h>

/*
 * The text of an ini file as lines, to read or change one section without the others; iniparser
 * reads the values. A backslash at the end of a line continues it on the next one.
 */
struct ini_line {
	const char *text; /* without the newline */
	size_t length;
	bool continued; /* belongs to the line before */
};

/* A line that begins with a bracket, and the lines up to the next one. */
struct ini_section {
	char *name;	   /* in lower case, without blanks around it */
	size_t first, end; /* lines: the header, and the first one after the section */
	bool closed;	   /* the header ends with its bracket */
};

struct ini {
	char *text;
	struct ini_line *lines;
	size_t line_count;
	struct ini_section *sections;
	size_t section_count;
};

/* Splits @size bytes of @text, and takes @text over also on failure. Returns 0 or -ENOMEM. */
int ini_init(struct ini *ini, char *text, size_t size);
void ini_deinit(struct ini *ini);

/* The key that a line sets, in lower case, which the caller frees. NULL if it sets none, or without
 * memory. *@wrong tells whether the line is malformed; blank lines, comments, headers and
 * continuations are not. */
char *ini_key(const struct ini_line *line, bool *wrong);

/* Parses the lines of a section with iniparser: the dictionary has keys "s:key";
 * iniparser_freedict() frees it. Returns NULL on failure, with the number of the malformed line in
 * @bad, counted from 1, or 0 if it is not known. */
#define INI_LOADED "s"
struct _dictionary_ *ini_load(const struct ini_line *lines, size_t count, size_t *bad);
