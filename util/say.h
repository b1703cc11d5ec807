/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

#include <base/cleanup.h>

/*
 * Messages for people, on standard error. Each call prints one line. An error is
 * "TOOL: OBJECT: sentence"; other kinds have their word after the name of the tool. A hint follows
 * another message.
 *
 *	daxctl: dax0.1: cannot become system-ram: 64 MiB is smaller than a memory block (128 MiB)
 *	hint: daxctl reconfigure-device dax0.1 -s 128M
 *	daxctl: warning: dax0.0: 126 MiB of its 1022 MiB are not used as memory
 *	daxctl: note: dax0.0: already in devdax mode
 */

/* The exit status for a wrong command line. */
#define EXIT_USAGE 129

/* Sets the name before each message, and the verb that usage_error() names (NULL: none yet). Keeps
 * both pointers. */
void say_init(const char *tool, const char *verb);

/* "TOOL: sentence": what was not done, and why. */
void say_error(const char *format, ...) PRINTF(1, 2);
/* "hint: sentence": a command to paste or an imperative; follows another message. */
void say_hint(const char *format, ...) PRINTF(1, 2);
/* "TOOL: warning: sentence": done, with a loss or a risk. */
void say_warning(const char *format, ...) PRINTF(1, 2);
/* "TOOL: note: sentence": information ("onlined 2 of 3 blocks"). */
void say_note(const char *format, ...) PRINTF(1, 2);
/* "sentence" without prefix: the outcome of a verb ("created 1 namespace"). */
void say_outcome(const char *format, ...) PRINTF(1, 2);

/* A typed word for a message: an empty one as '', NULL as nothing. */
static inline const char *typed(const char *word)
{
	return !word ? "" : *word ? word : "''";
}

/* Shows progress on a line that the next message overwrites, if standard error is a terminal. */
void say_progress(const char *format, ...) PRINTF(1, 2);

/* Turns messages and the count of errors off or on. Returns the previous setting. */
bool say_quietly(bool quiet);

/* Refuses a command line: "TOOL: VERB: sentence" and a hint. Returns EXIT_USAGE, which run returns.
 */
int usage_error(const char *format, ...) PRINTF(1, 2);

/* The number of errors so far. tool_main() explains a failure only if the verb printed no error. */
unsigned say_error_count(void);
