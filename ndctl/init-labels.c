/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../util/verb.h"
#include "targets.h"
#include "verbs.h"

static struct filters filters;
static int verbose;
static bool force;
static const char *label_version;

static const struct option options[] = {
	{'b', "bus", OPT_TEXT, &filters.bus, "bus",
		"only on this bus, by number, name or provider"},
	{'v', "verbose", OPT_COUNT, &verbose, NULL, "say each step as it is taken"},
	{'f', "force", OPT_FLAG, &force, NULL, "even if there are labels: they are lost"},
	{'V', "label-version", OPT_TEXT, &label_version, "version",
		"of the labels: 1.1 (default) or 1.2"},
};

/* "nmem" and a number, or "all". */
static bool is_dimm_name(const char *word)
{
	return strcmp(word, "all") == 0 ||
		(strncmp(word, "nmem", 4) == 0 && strspn(word + 4, "0123456789") > 0);
}

/* Words that name no dimm are passed over, as long as one does. */
static int pick_names(int count, char **args)
{
	int kept = 0;

	for (int i = 0; i < count; i++) {
		if (is_dimm_name(args[i]))
			args[kept++] = args[i];
		else
			say_error("'%s' is not the name of a dimm, such as nmem0", args[i]);
	}
	return kept;
}

static int init(void *object, const void *data)
{
	const enum ndctl_namespace_version *version = data;
	int result;

	if (!force && !ndctl_dimm_is_active(object) && ndctl_dimm_validate_labels(object) >= 0) {
		say_error("%s: has labels already", ndctl_dimm_get_devname(object));
		say_hint("--force initializes them again: its namespaces are lost");
		return -EBUSY;
	}
	result = ndctl_dimm_init_labels(object, *version);
	return result < 0 ? result : 0;
}

static int change(void *context, int count, char **args, enum ndctl_namespace_version version)
{
	AUTO_TARGETS struct targets targets = {0};
	int err = targets_dimms(context, &filters, count, args, &targets);

	if (err && err != -ENXIO)
		return err;
	tell_steps(context, verbose > 0);
	struct outcome outcome = targets_change(context, &targets, init, &version);
	if (outcome.done)
		say_count("initialized", outcome.done, "nmem");
	else
		say_outcome("initialized 0 nmem");
	return outcome.error && !outcome.done ? EXIT_FAILURE : 0;
}

static int run(void *context, int count, char **args)
{
	enum ndctl_namespace_version version = NDCTL_NS_VERSION_1_1;

	int kept = pick_names(count, args);
	if (kept == 0)
		return usage_error("name the dimms, or 'all'");
	if (label_version && strcmp(label_version, "1.2") == 0) {
		version = NDCTL_NS_VERSION_1_2;
	} else if (label_version && strcmp(label_version, "1.1") != 0) {
		say_error("'%s' is not a version of labels: those are 1.1 and 1.2", label_version);
		say_outcome("initialized 0 nmem");
		return EXIT_FAILURE;
	}
	return change(context, kept, args, version);
}

const struct verb verb_init_labels = {
	.name = "init-labels",
	.summary = "prepare the label areas of dimms to record namespaces",
	.argument = "dimm",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = sizeof(options) / sizeof(*options),
	.run = run,
};
