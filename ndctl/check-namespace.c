/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "../util/verb.h"
#include "find.h"
#include "verbs.h"

static struct filters filters;
static int verbose;
static bool repair, rewrite_log, force;

static const struct option options[] = {
	{'b', "bus", OPT_TEXT, &filters.bus, "bus",
		"only on this bus, by number, name or provider"},
	{'r', "region", OPT_TEXT, &filters.region, "region", "only in this region"},
	{'v', "verbose", OPT_COUNT, &verbose, NULL, "print each step"},
	{'R', "repair", OPT_FLAG, &repair, NULL, "repair what is damaged (default: write nothing)"},
	{'L', "rewrite-log", OPT_FLAG, &rewrite_log, NULL,
		"with --repair, write a new log, even if the old one is damaged or has the format before Linux 4.15"},
	{'f', "force", OPT_FLAG, &force, NULL,
		"disable an enabled namespace during the check, unless it is in use"},
};

static void tell_finding(
	struct ndctl_namespace *ndns, enum ndctl_check_event event, const char *what, void *data)
{
	say_note("%s: %s", ndctl_namespace_get_devname(ndns), what);
}

static int check_namespace(void *object, const void *data)
{
	unsigned flags = (repair ? NDCTL_CHECK_REPAIR : 0) |
		(rewrite_log ? NDCTL_CHECK_REWRITE_LOG : 0) | (force ? NDCTL_CHECK_FORCE : 0);

	return ndctl_namespace_check(object, flags, tell_finding, NULL);
}

static int run(void *context, int count, char **args)
{
	AUTO_TARGETS struct targets targets = {0};
	struct outcome outcome = {0};
	int err = targets_namespaces(context, &filters, count, args, &targets);

	if (err > 0)
		return err;
	tell_steps(context, verbose > 0);
	if (!err)
		outcome = targets_change(context, &targets, check_namespace, NULL);
	say_count("checked", outcome.done, "namespace");
	return err ?: outcome.error;
}

const struct verb verb_check_namespace = {
	.name = "check-namespace",
	.summary = "check and repair the block translation table (BTT) of a sector namespace",
	.argument = "namespace",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.run = run,
};
