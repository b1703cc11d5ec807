/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "../util/verb.h"
#include "find.h"
#include "verbs.h"

static struct filters filters;
static int verbose;

static const struct option options[] = {
	{'b', "bus", OPT_TEXT, &filters.bus, "bus",
		"only on this bus, by number, name or provider"},
	{'r', "region", OPT_TEXT, &filters.region, "region", "only in this region"},
	{'v', "verbose", OPT_COUNT, &verbose, NULL, "print each step"},
};

static int change_namespaces(void *context, int count, char **args, const char *done,
	int (*fn)(void *object, const void *data))
{
	AUTO_TARGETS struct targets targets = {0};
	struct outcome outcome = {0};
	int err = targets_namespaces(context, &filters, count, args, &targets);

	if (err > 0)
		return err;
	tell_steps(context, verbose > 0);
	if (!err)
		outcome = targets_change(context, &targets, fn, NULL);
	say_count(done, outcome.done, "namespace");
	return err ?: outcome.error;
}

static int enable_named_namespace(void *object, const void *data)
{
	int err = ndctl_namespace_enable(object);

	/* Count 1 as success: a btt, pfn or dax device came up in its place. */
	if (err >= 0)
		return 0;
	/* Return the status of the reference, whatever the reason is. */
	say_failure(ndctl_namespace_get_ctx(object), err);
	return -ENXIO;
}

static int disable_named_namespace(void *object, const void *data)
{
	int err = ndctl_namespace_disable_safe(object);

	/* Count a namespace without size as disabled. */
	return err > 0 ? 0 : err;
}

static int run_enable_namespace(void *context, int count, char **args)
{
	return change_namespaces(context, count, args, "enabled", enable_named_namespace);
}

static int run_disable_namespace(void *context, int count, char **args)
{
	return change_namespaces(context, count, args, "disabled", disable_named_namespace);
}

const struct verb verb_enable_namespace = {
	.name = "enable-namespace",
	.summary = "enable namespaces in the mode that their info blocks record",
	.argument = "namespace",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.run = run_enable_namespace,
};

const struct verb verb_disable_namespace = {
	.name = "disable-namespace",
	.summary = "disable namespaces: unbind their drivers",
	.argument = "namespace",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.run = run_disable_namespace,
};
