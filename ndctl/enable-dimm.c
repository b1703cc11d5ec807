/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dimms.h"
#include "verbs.h"

static struct dimm_options dimm_options;

static const struct option options[] = {
	DIMM_OPTIONS(dimm_options),
};

static int enable_dimm(void *dimm, const void *data)
{
	struct ndctl_region *region;
	struct ndctl_dimm *part;
	int err = ndctl_dimm_enable(dimm);

	if (!err)
		return 0;
	say_failure(ndctl_dimm_get_ctx(dimm), err);
	ndctl_region_foreach (ndctl_dimm_get_bus(dimm), region)
		ndctl_dimm_foreach_in_region (region, part)
			if (part == dimm)
				say_if_labels_disagree(region);
	return err;
}

static int disable_dimm(void *dimm, const void *data)
{
	return ndctl_dimm_disable(dimm);
}

static int run_enable_dimm(void *context, int count, char **args)
{
	return dimms_change(context, &dimm_options, count, args, "enabled", enable_dimm, NULL);
}

static int run_disable_dimm(void *context, int count, char **args)
{
	return dimms_change(context, &dimm_options, count, args, "disabled", disable_dimm, NULL);
}

const struct verb verb_enable_dimm = {
	.name = "enable-dimm",
	.summary = "enable DIMMs: the kernel reads their labels",
	.argument = "dimm",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.run = run_enable_dimm,
};

const struct verb verb_disable_dimm = {
	.name = "disable-dimm",
	.summary = "disable DIMMs that no enabled region uses",
	.argument = "dimm",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.run = run_disable_dimm,
};
