/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "../util/verb.h"
#include "dimms.h"
#include "limit.h"
#include "verbs.h"

static struct filters filters;

static const struct option options[] = {
	{'b', "bus", OPT_TEXT, &filters.bus, "bus",
		"only on this bus, by number, name or provider"},
	{'t', "type", OPT_CHOICE, &filters.type, "type", "only regions of this type",
		.choices = type_choices},
};

/* Return 0, as the reference does, also if regions failed or do not exist. */
static int change_regions(void *context, int count, char **args, const char *done,
	int (*fn)(void *object, const void *data))
{
	AUTO_TARGETS struct targets targets = {0};
	int err = targets_regions(context, &filters, count, args, &targets);

	if (err && err != -ENXIO)
		return err;
	say_count(done, targets_change(context, &targets, fn, NULL).done, "region");
	return 0;
}

static int enable_region(void *object, const void *data)
{
	int err = ndctl_region_enable(object);

	if (err) {
		say_failure(ndctl_region_get_ctx(object), err);
		say_if_labels_disagree(object);
	}
	return err;
}

static int invalidate_region(void *object, const void *data)
{
	return ndctl_region_disable_invalidate(object);
}

static int run_enable_region(void *context, int count, char **args)
{
	return change_regions(context, count, args, "enabled", enable_region);
}

static int run_disable_region(void *context, int count, char **args)
{
	limit_raise_files();
	return change_regions(context, count, args, "disabled", invalidate_region);
}

const struct verb verb_enable_region = {
	.name = "enable-region",
	.summary = "enable regions and the namespaces in their labels",
	.argument = "region",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.run = run_enable_region,
};

const struct verb verb_disable_region = {
	.name = "disable-region",
	.summary = "disable regions and all of their namespaces",
	.argument = "region",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.run = run_disable_region,
};
