/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>

#include "dimms.h"
#include "limit.h"
#include "verbs.h"

static bool repair;
static struct dimm_options dimm_options;

static const struct option options[] = {
	DIMM_OPTIONS(dimm_options),
	{'R', "repair", OPT_FLAG, &repair, NULL,
		"repair labels that disagree within a region, after a failed or interrupted write"},
};

static int check_labels(void *dimm, const void *data)
{
	int slots = ndctl_dimm_validate_labels(dimm);

	if (slots >= 0 && dimm_options.verbose)
		say_note(
			"%s: labels are valid, with %d slots", ndctl_dimm_get_devname(dimm), slots);
	return slots < 0 ? slots : 0;
}

static bool has_labels(struct ndctl_region *region)
{
	struct ndctl_dimm *dimm;

	ndctl_dimm_foreach_in_region (region, dimm)
		if (ndctl_dimm_validate_labels(dimm) >= 0)
			return true;
	return false;
}

static int repair_region_labels(struct ndctl_ctx *ctx, struct ndctl_region *region)
{
	limit_raise_files();
	int changed = ndctl_region_repair_labels(region, 0);
	if (changed < 0)
		say_failure(ctx, changed);
	else if (changed > 0)
		say_note("%s: the labels of its DIMMs agree again (%d repaired)",
			ndctl_region_get_devname(region), changed);
	return changed < 0 ? changed : 0;
}

static bool is_on(struct ndctl_region *region, const struct targets *dimms)
{
	struct ndctl_dimm *dimm;

	ndctl_dimm_foreach_in_region (region, dimm)
		for (size_t i = 0; i < dimms->count; i++)
			if (dimms->objects[i] == dimm)
				return true;
	return false;
}

static int check_region_labels(
	struct ndctl_ctx *ctx, struct ndctl_region *region, const struct targets *dimms)
{
	if (!is_on(region, dimms) || !has_labels(region))
		return 0;
	if (repair)
		return repair_region_labels(ctx, region);
	say_if_labels_disagree(region);
	return 0;
}

/* The repair of one region may write to a DIMM of another that was found good before. */
static int check_repaired(
	struct ndctl_ctx *ctx, struct ndctl_region *region, const struct targets *dimms)
{
	if (!is_on(region, dimms) || !has_labels(region) ||
		ndctl_region_repair_labels(region, NDCTL_CHANGE_DRY_RUN) == 0)
		return 0;
	say_if_labels_disagree(region);
	return -EUCLEAN;
}

/* Call @fn for each region. Returns the error of the last one that failed. */
static int check_regions(struct ndctl_ctx *ctx, const struct targets *dimms,
	int (*fn)(struct ndctl_ctx *, struct ndctl_region *, const struct targets *))
{
	struct ndctl_bus *bus;
	struct ndctl_region *region;
	int result = 0;

	ndctl_bus_foreach (ctx, bus)
		ndctl_region_foreach (bus, region)
			result = fn(ctx, region, dimms) ?: result;
	return result;
}

static int run(void *context, int count, char **args)
{
	AUTO_TARGETS struct targets targets = {0};
	int status = dimms_find(context, &dimm_options, count, args, &targets);

	if (status)
		return status;
	int err = check_regions(context, &targets, check_region_labels);
	if (!err && repair)
		err = check_regions(context, &targets, check_repaired);
	struct outcome outcome = targets_change(context, &targets, check_labels, NULL);
	status = dimms_outcome(outcome, "verified the labels of");
	return err || (repair && outcome.error) ? EXIT_FAILURE : status;
}

const struct verb verb_check_labels = {
	.name = "check-labels",
	.summary = "check and repair label areas of DIMMs",
	.argument = "dimm",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.run = run,
};
