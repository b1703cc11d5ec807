/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../util/verb.h"
#include "targets.h"

/* What the verbs for dimms have in common. A process runs one verb. */
extern struct filters dimm_filters;
extern int dimm_verbose;

#define DIMM_OPTIONS                                                                               \
	{'b', "bus", OPT_TEXT, &dimm_filters.bus, "bus",                                           \
		"only on this bus, by number, name or provider"},                                  \
	{                                                                                          \
		'v', "verbose", OPT_COUNT, &dimm_verbose, NULL, "say each step as it is taken"     \
	}

/* A span of the label area, of the options --size and --offset. */
static inline void cleanup_cmd(struct ndctl_cmd **cmd)
{
	ndctl_cmd_unref(*cmd);
}
#define AUTO_CMD CLEANUP(cleanup_cmd)

struct span {
	uint64_t size, offset;
};
extern struct span dimm_span;

#define SPAN_OPTIONS                                                                               \
	{'s', "size", OPT_PARSED, &dimm_span.size, "bytes",                                        \
		"how much of the label area; 0: all of it", .parse = parse_bytes,                  \
		.expected = "a number of bytes below 4294967296"},                                 \
	{                                                                                          \
		'O', "offset", OPT_PARSED, &dimm_span.offset, "bytes",                             \
			"where in the label area to begin",                                        \
			.parse = parse_bytes, .expected = "a number of bytes below 4294967296"     \
	}
/* A decimal number of 32 bits without unit, into a uint64_t; none is 0. */
bool parse_bytes(const char *text, void *value);

/* The dimms that the words name. Words that cannot be the name of one are said and passed over, as
 * long as one can. Returns 0, or what the verb returns. */
int dimms_find(struct ndctl_ctx *ctx, int count, char **args, struct targets *targets);

/* Says so if the labels on the dimms of a region do not agree. */
void say_if_parted(struct ndctl_region *region);

/* Says "@done 2 nmems". Returns the status: 1 if something failed and nothing was done. */
int dimms_outcome(struct outcome outcome, const char *done);

/* Both, with targets_change() in between. */
int dimms_change(struct ndctl_ctx *ctx, int count, char **args, const char *done,
	int (*fn)(void *dimm, const void *data), const void *data);
