/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dimms.h"

#include <errno.h>
#include <string.h>

bool parse_bytes(const char *text, void *value)
{
	uint64_t bytes = 0;

	for (; text && *text; text++) {
		if (*text < '0' || *text > '9')
			return false;
		bytes = bytes * 10 + (uint64_t)(*text - '0');
		if (bytes > UINT32_MAX)
			return false;
	}
	*(uint64_t *)value = bytes;
	return true;
}

/* Accept "nmem" and a number, or "all". */
static bool is_dimm_name(const char *word)
{
	return strcmp(word, "all") == 0 ||
		(strncmp(word, "nmem", 4) == 0 && strspn(word + 4, "0123456789") > 0);
}

static int pick_names(int count, char **args)
{
	int kept = 0;

	for (int i = 0; i < count; i++) {
		if (is_dimm_name(args[i]))
			args[kept++] = args[i];
		else
			say_error("'%s' is not the name of a DIMM, such as nmem0", args[i]);
	}
	return kept;
}

int dimms_find(struct ndctl_ctx *ctx, const struct dimm_options *options, int count, char **args,
	struct targets *targets)
{
	int kept = pick_names(count, args);

	if (kept == 0)
		return EXIT_USAGE; /* pick_names() has printed why */
	tell_steps(ctx, options->verbose > 0);
	int err = targets_dimms(ctx, &options->filters, kept, args, targets);
	return err == -ENXIO ? 0 : err;
}

void say_if_labels_disagree(struct ndctl_region *region)
{
	int differing = ndctl_region_repair_labels(region, NDCTL_CHANGE_DRY_RUN);

	if (differing == -EUCLEAN)
		say_failure(ndctl_region_get_ctx(region), differing);
	if (differing <= 0)
		return;
	say_error("%s: the labels of its DIMMs disagree: a write failed or was interrupted",
		ndctl_region_get_devname(region));
	say_hint("with its DIMMs idle: ndctl check-labels --repair all");
}

int dimms_outcome(struct outcome outcome, const char *done)
{
	if (outcome.done)
		say_count(done, outcome.done, "nmem");
	else
		say_outcome("%s 0 nmem", done);
	return outcome.error && !outcome.done ? EXIT_FAILURE : 0;
}

int dimms_change(struct ndctl_ctx *ctx, const struct dimm_options *options, int count, char **args,
	const char *done, int (*fn)(void *dimm, const void *data), const void *data)
{
	AUTO_TARGETS struct targets targets = {0};
	int status = dimms_find(ctx, options, count, args, &targets);

	return status ?: dimms_outcome(targets_change(ctx, &targets, fn, data), done);
}
