/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "../util/verb.h"
#include "describe.h"
#include "find.h"
#include "verbs.h"

/* start-scrub and wait-scrub: both take buses, and print those that a scrub was started on or that
 * none runs on. */

static int verbose, poll_interval;

static bool parse_seconds(const char *text, void *value)
{
	char *end;

	*(int *)value = 0;
	if (!text)
		return true;
	errno = 0;
	long seconds = strtol(text, &end, 0);
	if (errno || end == text || *end || seconds < 0 || seconds > INT_MAX)
		return false;
	*(int *)value = (int)seconds;
	return true;
}

#define VERBOSE_OPTION                                                                             \
	{                                                                                          \
		'v', "verbose", OPT_COUNT, &verbose, NULL, "print what the library does"           \
	}

static const struct option start_options[] = {
	VERBOSE_OPTION,
};

static const struct option wait_options[] = {
	VERBOSE_OPTION,
	{'p', "poll", OPT_PARSED, &poll_interval, "seconds",
		"read the state again after so many seconds (default: 1)", .parse = parse_seconds,
		.expected = "a number of seconds below 2147483648"},
};

struct scrub_run {
	int (*fn)(struct ndctl_bus *bus);
	bool all;	 /* the user did not choose the buses */
	int unsupported; /* error of a bus that was skipped because it cannot scrub */
	struct json_object *array;
};

/* Of all buses, use those that can scrub. */
static int scrub_bus(void *bus, const void *data)
{
	struct scrub_run *scrub = *(struct scrub_run *const *)data;
	int err = scrub->fn(bus);

	if ((err == -EOPNOTSUPP || err == -ENOENT) && scrub->all) {
		scrub->unsupported = err;
		return TARGET_SKIPPED;
	}
	return err ?: json_append(scrub->array, describe_bus(bus, JSON_FIRMWARE));
}

static int run_scrub(
	struct ndctl_ctx *ctx, int count, char **args, int (*fn)(struct ndctl_bus *bus))
{
	AUTO_TARGETS struct targets targets = {0};
	AUTO_JSON struct json_object *array = json_object_new_array();
	struct scrub_run scrub = {fn, false, 0, array}, *data = &scrub;
	int err = array ? targets_buses(ctx, count, args, &targets) : -ENOMEM;

	if (err && err != -ENXIO)
		return err;
	scrub.all = targets.all;
	struct outcome outcome = targets_change(ctx, &targets, scrub_bus, &data);
	if (outcome.done)
		return json_print(array, 0);
	if (!outcome.error && scrub.unsupported)
		say_error("no bus can scrub its media for errors");
	return err ?: outcome.error ?: scrub.unsupported;
}

static int run_start_scrub(void *context, int count, char **args)
{
	return run_scrub(context, count, args, ndctl_bus_start_scrub);
}

static int wait_scrub(struct ndctl_bus *bus)
{
	return ndctl_bus_poll_scrub_completion(bus, (unsigned)poll_interval, 0);
}

static int run_wait_scrub(void *context, int count, char **args)
{
	return run_scrub(context, count, args, wait_scrub);
}

const struct verb verb_start_scrub = {
	.name = "start-scrub",
	.summary = "start a search for media errors on buses",
	.argument = "bus",
	.args_max = ARGS_MANY,
	.options = start_options,
	.option_count = ARRAY_SIZE(start_options),
	.run = run_start_scrub,
};

const struct verb verb_wait_scrub = {
	.name = "wait-scrub",
	.summary = "wait until no search for media errors runs",
	.argument = "bus",
	.args_max = ARGS_MANY,
	.options = wait_options,
	.option_count = ARRAY_SIZE(wait_options),
	.run = run_wait_scrub,
};
