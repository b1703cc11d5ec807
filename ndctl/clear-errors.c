/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "../util/verb.h"
#include "describe.h"
#include "find.h"
#include "verbs.h"

static struct filters filters;
static int verbose;
static bool scrub;
static unsigned skipped;

static const struct option options[] = {
	{'b', "bus", OPT_TEXT, &filters.bus, "bus",
		"only on this bus, by number, name or provider"},
	{'r', "region", OPT_TEXT, &filters.region, "region", "only in this region"},
	{'v', "verbose", OPT_COUNT, &verbose, NULL, "print how many sectors were cleared"},
	{'s', "scrub", OPT_FLAG, &scrub, NULL, "scrub the media for errors first"},
};

static int print_cleared(struct ndctl_namespace *ndns)
{
	AUTO_JSON struct json_object *json = describe_namespace(ndns, JSON_MEDIA);

	return json ? json_print(json, 0) : -ENOMEM;
}

static int clear_namespace_errors(void *object, const void *data)
{
	const char *name = ndctl_namespace_get_devname(object);
	unsigned long long sectors;
	int err = ndctl_namespace_clear_errors(object, scrub, &sectors);

	if (err > 0) {
		skipped++;
		say_note("%s: skipped: in sector mode only the kernel can map errors to sectors",
			name);
		return err;
	}
	if (!err && verbose)
		say_note("%s: %llu bad sectors cleared", name, sectors);
	return err ?: print_cleared(object);
}

static int run(void *context, int count, char **args)
{
	AUTO_TARGETS struct targets targets = {0};
	struct outcome outcome = {0};
	int err = targets_namespaces(context, &filters, count, args, &targets);

	if (err > 0)
		return err;
	if (!err)
		outcome = targets_change(context, &targets, clear_namespace_errors, NULL);
	say_count("cleared", outcome.done, "namespace");
	if (err || outcome.error)
		return err ?: outcome.error;
	/* Fail if all namespaces were skipped. */
	return skipped && !outcome.done ? EXIT_FAILURE : 0;
}

const struct verb verb_clear_errors = {
	.name = "clear-errors",
	.summary = "clear media errors (loses the data of the bad sectors)",
	.argument = "namespace",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.run = run,
};
