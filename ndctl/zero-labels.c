/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dimms.h"
#include "verbs.h"

static struct dimm_options dimm_options;
static struct span span;

static const struct option options[] = {
	DIMM_OPTIONS(dimm_options),
	SPAN_OPTIONS(span),
};

static int zero(void *dimm, const void *data)
{
	return ndctl_dimm_zero_label_extent(dimm, (unsigned)span.size, (unsigned)span.offset);
}

static int run(void *context, int count, char **args)
{
	return dimms_change(context, &dimm_options, count, args, "zeroed", zero, NULL);
}

const struct verb verb_zero_labels = {
	.name = "zero-labels",
	.summary = "write zeros to the label areas of DIMMs (does not erase data of namespaces)",
	.argument = "dimm",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.run = run,
};
