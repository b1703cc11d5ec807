/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dimms.h"
#include "verbs.h"

static const struct option options[] = {
	DIMM_OPTIONS,
};

static int check(void *dimm, const void *data)
{
	int slots = ndctl_dimm_validate_labels(dimm);

	if (slots >= 0 && dimm_verbose)
		say_note("%s: labels are valid, there is room for %d", ndctl_dimm_get_devname(dimm),
			slots);
	return slots < 0 ? slots : 0;
}

static int run(void *context, int count, char **args)
{
	return dimms_change(context, count, args, "verified the labels of", check, NULL);
}

const struct verb verb_check_labels = {
	.name = "check-labels",
	.summary = "tell whether dimms have a valid label index block",
	.argument = "dimm",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.run = run,
};
