/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernel.h"

/*
 * The cause of a failure, kept while something else may fail and record its own: an undo, or the
 * rest of a list.
 */
struct cause {
	struct kernel *kernel;
	int err;	/* negative; 0 or more: nothing failed */
	char *sentence; /* NULL without memory, or if nothing failed */
	char *hint;	/* or NULL */
};
#define AUTO_CAUSE CLEANUP(cause_deinit)

/* Keeps the sentence and hint that were recorded for @err; without a sentence, strerror(-@err). */
struct cause cause_keep(struct kernel *kernel, int err);
/* Replaces the sentence, by one that may quote it. */
void cause_say(struct cause *cause, const char *format, ...) PRINTF(2, 3);
/* Keeps the hint that is recorded now, unless there is one already. */
void cause_keep_hint(struct cause *cause);
/* Records the cause again if there is one, and returns its errno. */
int cause_record(const struct cause *cause);
void cause_deinit(struct cause *cause);
