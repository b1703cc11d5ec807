/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include <base/cleanup.h>

/*
 * What a tool tells a person, on standard error. Each call prints one line and ends it.
 *
 *	daxctl: dax0.1: cannot become system-ram: 64 MiB is smaller than a memory block (128 MiB)
 *	hint: daxctl reconfigure-device dax0.1 -s 128M
 */

/* The exit status after a command line that makes no sense. */
#define EXIT_USAGE 129

/* The name before each sentence, and the verb that usage_error speaks of (NULL: none yet). Called
 * by tool_main; both must stay. */
void say_init(const char *tool, const char *verb);

/* "TOOL: sentence": what failed and why. */
void say_error(const char *format, ...) PRINTF(1, 2);
/* "hint: sentence": what would help; follows an error or a note. */
void say_hint(const char *format, ...) PRINTF(1, 2);
/* "TOOL: warning: sentence": done or read, with a loss or a risk. */
void say_warning(const char *format, ...) PRINTF(1, 2);
/* "TOOL: sentence": worth knowing, but nothing failed ("onlined 2 of 3 blocks"). */
void say_note(const char *format, ...) PRINTF(1, 2);
/* "sentence" without prefix: the outcome of a verb as a whole ("created 1 namespace"). */
void say_outcome(const char *format, ...) PRINTF(1, 2);

/* What somebody typed, for a sentence: an empty word is shown as such, NULL as nothing. */
static inline const char *typed(const char *word)
{
	return !word ? "" : *word ? word : "''";
}

/* How far a long work is, on a line that the next sentence takes the place of. Nothing where
 * standard error is no terminal. */
void say_progress(const char *format, ...) PRINTF(1, 2);

/* From now on says nothing, and counts no error, or does so again. Returns what was in force. */
bool say_quietly(bool quiet);

/* For checks of the command line: says "TOOL: VERB: sentence" and where the options are listed.
 * Returns EXIT_USAGE, to be returned by run. */
int usage_error(const char *format, ...) PRINTF(1, 2);

/* How many errors have been said. tool_main explains a failing verb only if it said none itself. */
unsigned say_error_count(void);
