/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "../util/verb.h"
#include "persist.h"
#include "find.h"
#include "verbs.h"

static struct filters filters;
static int verbose;
static bool force, dry_run, persist, all;

static const struct option options[] = {
	{'b', "bus", OPT_TEXT, &filters.bus, "bus",
		"only on this bus, by number, name or provider"},
	{'r', "region", OPT_TEXT, &filters.region, "region", "only in this region"},
	{'v', "verbose", OPT_COUNT, &verbose, NULL, "print each step"},
	{'f', "force", OPT_FLAG, &force, NULL, "destroy an enabled namespace, unless it is in use"},
	{0, "persist", OPT_FLAG, &persist, NULL, "forget the namespace at the next boot too",
		"Removes its sections from _" SYSCONFDIR
		"/daxctl.conf.d_; see *daxctl.conf*(5). Not with *--dry-run*."},
	{0, "dry-run", OPT_FLAG, &dry_run, NULL, "print the steps and change nothing"},
};

/* Tell why nothing was destroyed, but not of seeds that "all" includes. */
static void say_nothing_to_do(struct ndctl_namespace *ndns)
{
	const char *name = ndctl_namespace_get_devname(ndns);

	if (ndctl_namespace_get_size(ndns) > 0)
		say_note("%s: not destroyed: the namespace has neither a label nor an info block",
			name);
	else if (!all)
		say_note("%s: not destroyed: the namespace is a seed without capacity", name);
}

static int destroy_namespace(void *object, const void *data)
{
	struct identity identity;

	identity_of(object, &identity);
	int result = persist ? persist_namespace_begin(ndctl_namespace_get_ctx(object)) : 0;
	if (!result)
		result = ndctl_namespace_destroy(object, *(const unsigned *)data);
	if (result > 0)
		say_nothing_to_do(object);
	if (result >= 0 && persist)
		result = persist_destroyed(ndctl_namespace_get_ctx(object),
				 ndctl_namespace_get_devname(object), &identity)
			?: result;
	return result;
}

static int run(void *context, int count, char **args)
{
	AUTO_TARGETS struct targets targets = {0};
	struct outcome outcome = {0};
	unsigned flags = (force ? NDCTL_CHANGE_FORCE : 0) | (dry_run ? NDCTL_CHANGE_DRY_RUN : 0);
	if (persist && dry_run)
		return usage_error("--persist and --dry-run exclude each other");
	int err = targets_namespaces(context, &filters, count, args, &targets);

	if (err > 0)
		return err;
	all = targets.all;
	tell_steps(context, verbose > 0);
	if (!err)
		outcome = targets_change(context, &targets, destroy_namespace, &flags);
	say_count(dry_run ? "would have destroyed" : "destroyed", outcome.done, "namespace");
	return err ?: outcome.error;
}

const struct verb verb_destroy_namespace = {
	.name = "destroy-namespace",
	.summary = "delete namespaces and free their capacity (does not erase their data)",
	.argument = "namespace",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.run = run,
};
