/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <base/cleanup.h>

/*
 * The text of an ini file as lines, so that one section can be read or changed without the others:
 * what a value means is left to iniparser. A line that follows one with a backslash at its end
 * belongs to it.
 */
struct ini_line {
	const char *text; /* without the newline */
	size_t length;
	bool continued; /* it belongs to the line before */
};

/* A line that begins with a bracket, and all before the next one. */
struct ini_section {
	char *name;	   /* in lower case, without blanks around it */
	size_t first, end; /* lines: the header, and the first one behind the section */
	bool closed;	   /* the header ends with its bracket */
};

struct ini {
	char *text;
	struct ini_line *lines;
	size_t line_count;
	struct ini_section *sections;
	size_t section_count;
};

/* Reads @size bytes of @text, which it takes over, whatever it returns: 0, or -ENOMEM. */
int ini_init(struct ini *ini, char *text, size_t size);
void ini_deinit(struct ini *ini);

/* The key that a line sets, in lower case and to be freed: NULL if it sets none, with *@wrong true
 * for what is no line of an ini file, and false for a blank one, a comment, a header or a
 * continuation; or without memory. */
char *ini_key(const struct ini_line *line, bool *wrong);

/* What iniparser makes of the lines of a section: "s:key" is a key of the dictionary, which
 * iniparser_freedict() frees. NULL if it takes them not, with the number of the bad line in @bad,
 * from 1 on, and 0 if it is not known. */
#define INI_LOADED "s"
struct _dictionary_ *ini_load(const struct ini_line *lines, size_t count, size_t *bad);
