/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <limits.h>

#include "option.h"
#include "say.h"

/* .args_max of a verb that takes any number. */
#define ARGS_MANY INT_MAX

struct tool;

/* A verb is a row, defined in the file of its name: const struct verb verb_create_namespace = {...}
 */
struct verb {
	const char *name;    /* "create-namespace" */
	const char *summary; /* one line, lower case, no full stop: "create a namespace" */

	const char *argument; /* what a positional argument is called: "region"; NULL: takes none */
	int args_min, args_max;

	const struct option *options;
	size_t option_count;

	/* Returns 0, a negative errno, or a positive exit status such as EXIT_USAGE. @context is
	 * what the tool's context_new made. Where it returns a negative errno without having said
	 * an error itself, tool_main says the library's sentence and hint. */
	int (*run)(void *context, int count, char **args);

	/* In place of run, for the few that take the words as they are (version, help). */
	int (*run_raw)(const struct tool *tool, int count, char **words);
};

extern const struct verb verb_version;
extern const struct verb verb_help;

struct tool {
	const char *name;		 /* "daxctl" */
	const char *summary;		 /* as a verb's: "manage dax devices" */
	const struct verb *const *verbs; /* in the order of --list-cmds */
	size_t verb_count;
	/* Verbs of the tool that this one replaces and that do not exist here yet; ends with NULL.
	 */
	const char *const *planned;
	/* A second value for an option is a mistake; else the last one counts. */
	bool values_once;

	int (*context_new)(void **context); /* 0 or a negative errno */
	void (*context_free)(void *context);
	/* Why the last call failed and what would help; NULL where there is nothing to say. */
	const char *(*error)(void *context);
	const char *(*hint)(void *context);
};

/* The whole of main: finds the verb, reads its options, runs it. Returns the exit status. */
int tool_main(const struct tool *tool, int argc, char **argv);

/* Says why the library's last call failed: its sentence and hint, or, where it has none, what @err
 * (a negative errno) stands for. For verbs that go on with the next device. Returns @err. */
int say_failure(void *context, int err);
