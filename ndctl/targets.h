/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/extensions.h>

#include "filters.h"

/* Objects that the words of a command line name, in the order in which they are changed. */
struct targets {
	void **objects;
	size_t count;
	bool all; /* "all" was among the words */
};

void targets_deinit(struct targets *targets);
#define AUTO_TARGETS CLEANUP(targets_deinit)

/* Find the objects that the words of @args name and @filters let pass. A namespace is named in full
 * ("namespace0.1") and found without a look at others; regions and DIMMs are named by name or
 * number; "all" means each. A word without a match is an error, and does not prevent the change of
 * the others.
 *
 * Return 0, -ENXIO if a word matches nothing, EXIT_USAGE (printed) if two words name the same
 * object, or -ENOMEM. */
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

/* Apply @fn to each object. A failure is an error, and does not prevent the change of the others.
 * @fn returns 0, 1 if there was nothing to do (which does not count), or a negative errno after it
 * has printed an error or set the library's sentence. */
struct outcome targets_change(struct ndctl_ctx *ctx, const struct targets *targets,
	int (*fn)(void *object, const void *data), const void *data);

/* Print "@done 2 namespaces". */
void say_count(const char *done, unsigned count, const char *noun);

/* Print each step of the library if @verbose, and the steps of a dry run in any case. */
void tell_steps(struct ndctl_ctx *ctx, bool verbose);
