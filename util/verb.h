/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <limits.h>

#include "option.h"
#include "say.h"

/* .args_max of a verb that takes any number of arguments. */
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

	/* Returns 0, a negative errno, or a positive exit status such as EXIT_USAGE. @context
	 * comes from the tool's context_new. If it returns a negative errno and printed no error,
	 * tool_main() prints the library's error and hint. */
	int (*run)(void *context, int count, char **args);

	/* Replaces run in verbs that parse the words themselves (version, help). */
	int (*run_raw)(const struct tool *tool, int count, char **words);
};

extern const struct verb verb_version;
extern const struct verb verb_help;

struct tool {
	const char *name;		 /* "daxctl" */
	const char *summary;		 /* in the form of a verb's: "manage dax devices" */
	const struct verb *const *verbs; /* in the order of --list-cmds */
	size_t verb_count;
	/* Verbs of the reference that are not implemented yet; ends with NULL. */
	const char *const *planned;
	/* Refuse a second value of an option; otherwise the last one wins. */
	bool values_once;

	int (*context_new)(void **context); /* 0 or a negative errno */
	void (*context_free)(void *context);
	/* Error and hint of the last call that failed, or NULL. */
	const char *(*error)(void *context);
	const char *(*hint)(void *context);
};

/* Finds the verb, reads its options and runs it. Returns the exit status of the program. */
int tool_main(const struct tool *tool, int argc, char **argv);

/* Prints the library's error and hint, or the text of @err (a negative errno) if it has none.
 * Returns @err. */
int say_failure(void *context, int err);
