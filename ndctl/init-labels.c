/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "dimms.h"
#include "verbs.h"

static bool force;
static const char *label_version;
static struct dimm_options dimm_options;

static const struct option options[] = {
	DIMM_OPTIONS(dimm_options),
	{'f', "force", OPT_FLAG, &force, NULL,
		"initialize valid labels again (loses the namespaces)"},
	{'V', "label-version", OPT_TEXT, &label_version, "version",
		"version of the labels: 1.1 (default) or 1.2"},
};

static int init(void *object, const void *data)
{
	const enum ndctl_namespace_version *version = data;
	int result = force || ndctl_dimm_is_active(object) ? -EINVAL
							   : ndctl_dimm_validate_labels(object);

	/* Refuse an area that cannot be read: it may have labels. */
	if (result < 0 && result != -EINVAL)
		return result;
	if (result >= 0) {
		say_error("%s: cannot initialize labels: the DIMM has valid labels",
			ndctl_dimm_get_devname(object));
		say_hint("use --force to initialize them again (loses the namespaces)");
		return -EBUSY;
	}
	result = ndctl_dimm_init_labels(object, *version);
	return result < 0 ? result : 0;
}

static bool parse_version(enum ndctl_namespace_version *version)
{
	if (!label_version || strcmp(label_version, "1.1") == 0)
		*version = NDCTL_NS_VERSION_1_1;
	else if (strcmp(label_version, "1.2") == 0)
		*version = NDCTL_NS_VERSION_1_2;
	else
		return false;
	return true;
}

static int run(void *context, int count, char **args)
{
	AUTO_TARGETS struct targets targets = {0};
	enum ndctl_namespace_version version;
	int status = dimms_find(context, &dimm_options, count, args, &targets);

	if (status)
		return status;
	if (parse_version(&version))
		return dimms_outcome(
			targets_change(context, &targets, init, &version), "initialized");
	say_error("invalid --label-version '%s': must be 1.1 or 1.2", label_version);
	return dimms_outcome((struct outcome){.error = -EINVAL}, "initialized");
}

const struct verb verb_init_labels = {
	.name = "init-labels",
	.summary = "initialize the label areas of DIMMs",
	.argument = "dimm",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.run = run,
};
