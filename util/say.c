/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "say.h"

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#include <base/glyph.h>

#include <base/cleanup.h>

static const char *tool_name = "";
static const char *verb_name;
static unsigned error_count;
static bool in_progress, is_quiet;

void say_init(const char *tool, const char *verb)
{
	tool_name = tool;
	verb_name = verb;
	error_count = 0;
	/* Write each line in one system call: other programs may write to the same log. */
	setvbuf(stderr, NULL, _IOLBF, 0);
}

/* Escape control characters: text of files and devices must not control the terminal. */
static PRINTF(1, 0) void put_text(const char *format, va_list args)
{
	AUTO_FREE char *text = NULL, *escaped = NULL;

	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	escaped = glyph_escape(text ?: format);
	fputs(escaped ?: "", stderr);
}

#define START_OF_LINE "\r\033[K"

static void end_progress(void)
{
	if (in_progress)
		fputs(START_OF_LINE, stderr);
	in_progress = false;
}

void say_progress(const char *format, ...)
{
	va_list args;

	if (is_quiet || !isatty(STDERR_FILENO))
		return;
	in_progress = true;
	fputs(START_OF_LINE, stderr);
	va_start(args, format);
	put_text(format, args);
	va_end(args);
	fflush(stderr);
}

/* Print "@prefix: @severity: sentence"; NULL leaves out a part. */
static PRINTF(3, 0) void say_line(
	const char *prefix, const char *severity, const char *format, va_list args)
{
	if (is_quiet)
		return;
	end_progress();
	if (prefix)
		fprintf(stderr, "%s: ", prefix);
	if (severity)
		fprintf(stderr, "%s: ", severity);
	put_text(format, args);
	fputc('\n', stderr);
}

#define SAY(prefix, severity, format)                                                              \
	do {                                                                                       \
		va_list args_;                                                                     \
		va_start(args_, format);                                                           \
		say_line(prefix, severity, format, args_);                                         \
		va_end(args_);                                                                     \
	} while (0)

bool say_quietly(bool quiet)
{
	bool before = is_quiet;

	is_quiet = quiet;
	return before;
}

void say_error(const char *format, ...)
{
	error_count += !is_quiet;
	SAY(tool_name, NULL, format);
}

void say_hint(const char *format, ...)
{
	SAY(NULL, "hint", format);
}

void say_warning(const char *format, ...)
{
	SAY(tool_name, "warning", format);
}

void say_note(const char *format, ...)
{
	SAY(tool_name, "note", format);
}

void say_outcome(const char *format, ...)
{
	SAY(NULL, NULL, format);
}

int usage_error(const char *format, ...)
{
	error_count += !is_quiet;
	if (!verb_name) {
		SAY(tool_name, NULL, format);
		say_hint("see '%s help' for the verbs", tool_name);
		return EXIT_USAGE;
	}
	fprintf(stderr, "%s: ", tool_name);
	SAY(verb_name, NULL, format);
	say_hint("see '%s %s -h' for the options", tool_name, verb_name);
	return EXIT_USAGE;
}

unsigned say_error_count(void)
{
	return error_count;
}
