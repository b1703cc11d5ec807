/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/extensions.h>

#include "../util/targets.h"
#include "filters.h"

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
/* Buses are named by provider, name or number; no word means all, and the same bus twice is no
 * error.
 */
int targets_buses(struct ndctl_ctx *ctx, int count, char **args, struct targets *targets);
int targets_dimms(struct ndctl_ctx *ctx, const struct filters *filters, int count, char **args,
	struct targets *targets);

/* Print each step of the library if @verbose, and the steps of a dry run in any case. */
void tell_steps(struct ndctl_ctx *ctx, bool verbose);
