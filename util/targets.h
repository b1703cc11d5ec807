/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <base/cleanup.h>

/* The objects that the words of a command line name, in the order of their change. */
struct targets {
	void **objects;
	size_t count;
	bool all; /* "all" was among the words */
};

/* Adds an object. Returns 0, EXIT_USAGE after printing an error if @object is there already, or
 * -ENOMEM. */
int targets_add(struct targets *targets, void *object, const char *name);
void targets_deinit(struct targets *targets);
#define AUTO_TARGETS CLEANUP(targets_deinit)

/* Result of a change that leaves the object as it is, which is no failure. */
#define TARGET_SKIPPED 2

/* Changes an object. Returns 0, 1 if it is in that state already (it does not count),
 * TARGET_SKIPPED, or a negative errno with the library's error set or an own error printed. */
typedef int target_fn(void *object, const void *data);

struct outcome {
	unsigned done;
	int error; /* of the last object that failed */
	int last;  /* result of the last object that was neither changed nor skipped */
};

/* Applies @fn to each object, prints the error of a failure, and goes on with the next one.
 * @context is the one of the verb. */
struct outcome targets_change(
	void *context, const struct targets *targets, target_fn *fn, const void *data);

/* Prints the outcome "@done 2 namespaces". */
void say_count(const char *done, unsigned count, const char *noun);

/* The events of both libraries, which have the same numbers. */
enum step_event {
	STEP_PLANNED,
	STEP_TAKEN,
	STEP_UNDONE,
	STEP_UNDO_FAILED,
	STEP_WAITING,
	STEP_CHOSEN, /* ndctl only */
	STEP_ENDING,
};
/* Prints a step of a change if it is planned only (a dry run) or @verbose. Always prints whom the
 * change waits for, and what failed before a signal ends the program. */
void say_step(enum step_event event, const char *what, bool verbose);
