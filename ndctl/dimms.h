/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../util/verb.h"
#include "find.h"

/* Parts that the verbs for DIMMs share. */

/* Which DIMMs, and how much to print. */
struct dimm_options {
	struct filters filters;
	int verbose;
};
#define DIMM_OPTIONS(dimm_options)                                                                 \
	{'b', "bus", OPT_TEXT, &(dimm_options).filters.bus, "bus",                                 \
		"only on this bus, by number, name or provider"},                                  \
	{                                                                                          \
		'v', "verbose", OPT_COUNT, &(dimm_options).verbose, NULL, "print each step"        \
	}

/* Span of the label area in bytes, from the options --size and --offset. */
struct span {
	uint64_t size, offset;
};
#define SPAN_OPTIONS(span)                                                                         \
	{'s', "size", OPT_PARSED, &(span).size, "bytes",                                           \
		"bytes of the label area to process (default, and 0: all)", .parse = parse_bytes,  \
		.expected = "a number of bytes below 4294967296"},                                 \
	{                                                                                          \
		'O', "offset", OPT_PARSED, &(span).offset, "bytes",                                \
			"first byte of the label area to process (default: 0)",                    \
			.parse = parse_bytes, .expected = "a number of bytes below 4294967296"     \
	}
/* Parse a decimal number of 32 bits without unit into a uint64_t. An empty one is 0. */
bool parse_bytes(const char *text, void *value);

static inline void cleanup_cmd(struct ndctl_cmd **cmd)
{
	ndctl_cmd_unref(*cmd);
}
#define AUTO_CMD CLEANUP(cleanup_cmd)

/* Find the DIMMs that the words name. Prints and skips words that cannot be the name of a DIMM, and
 * fails if all are such. Returns 0, or the exit status. */
int dimms_find(struct ndctl_ctx *ctx, const struct dimm_options *options, int count, char **args,
	struct targets *targets);

/* Print an error if the labels on the DIMMs of a region disagree. */
void say_if_labels_disagree(struct ndctl_region *region);

/* Print "@done 2 nmems". Returns the exit status: 1 if something failed and nothing was done. */
int dimms_outcome(struct outcome outcome, const char *done);

/* Find the DIMMs, apply @fn to each, and print the outcome. */
int dimms_change(struct ndctl_ctx *ctx, const struct dimm_options *options, int count, char **args,
	const char *done, int (*fn)(void *dimm, const void *data), const void *data);
