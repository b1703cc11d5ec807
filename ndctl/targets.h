/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/extensions.h>

#include "filters.h"

/* The objects that the words of a command line name, in the order in which they are changed. */
struct targets {
	void **objects;
	size_t count;
	bool all; /* "all" was among the words */
};

void targets_deinit(struct targets *targets);
#define AUTO_TARGETS CLEANUP(targets_deinit)

/*
 * Find the objects that words of @args name, within what @filters let pass. A namespace is named in
 * full ("namespace0.1") and found without looking at others; regions and dimms by name or number;
 * "all" stands for each. A missing one gives an error and keeps the others from nothing.
 *
 * Return 0, -ENXIO if a word names nothing, EXIT_USAGE (said) if two name the same, or -ENOMEM.
 */
int targets_namespaces(struct ndctl_ctx *ctx, const struct filters *filters, int count, char **args,
	struct targets *targets);
int targets_regions(struct ndctl_ctx *ctx, const struct filters *filters, int count, char **args,
	struct targets *targets);
int targets_dimms(struct ndctl_ctx *ctx, const struct filters *filters, int count, char **args,
	struct targets *targets);

struct outcome {
	unsigned done;
	int error; /* of the last that failed */
};

/*
 * Applies @fn to each; a failure gives an error, and does not keep the others from being changed.
 * @fn returns 0, 1 if there was nothing to do (which does not count), or a negative errno with the
 * library's sentence set or its own said.
 */
struct outcome targets_change(struct ndctl_ctx *ctx, const struct targets *targets,
	int (*fn)(void *object, const void *data), const void *data);

/* "@done 2 namespaces" */
void say_count(const char *done, unsigned count, const char *noun);

/* Says each step that the library takes if @verbose, and those of a dry run in any case. */
void tell_steps(struct ndctl_ctx *ctx, bool verbose);
