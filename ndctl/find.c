/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "find.h"

#include <assert.h>
#include <errno.h>
#include <string.h>

#include "../util/filter.h"
#include "../util/verb.h"

static bool is_all(const char *word)
{
	return strcmp(word, "all") == 0;
}

/* ---- what a word names, by class ---- */

/* Returns 0, -EALREADY if the word names an object again and that is no error, or another error. */
typedef int find_fn(struct ndctl_ctx *ctx, const struct filters *filters, const char *word,
	struct targets *targets);

static bool region_passes(const struct filters *filters, struct ndctl_region *region)
{
	return filter_region(filters, region) && filter_bus(filters, ndctl_region_get_bus(region));
}

static int targets_find_namespace(struct ndctl_ctx *ctx, const struct filters *filters,
	const char *word, struct targets *targets)
{
	struct ndctl_namespace *ndns = ndctl_namespace_get_by_name(ctx, word);

	if (!ndns || !region_passes(filters, ndctl_namespace_get_region(ndns)))
		return 0;
	return targets_add(targets, ndns, word);
}

static int find_namespaces(struct ndctl_ctx *ctx, const struct filters *filters, const char *word,
	struct targets *targets)
{
	struct ndctl_namespace *ndns;
	struct ndctl_region *region;
	struct ndctl_bus *bus;
	int err = 0;

	if (!is_all(word))
		return targets_find_namespace(ctx, filters, word, targets);
	ndctl_bus_foreach (ctx, bus) {
		if (!filter_bus(filters, bus))
			continue;
		ndctl_region_foreach (bus, region) {
			if (!filter_region(filters, region))
				continue;
			/* Skip seeds, which have no size. */
			ndctl_namespace_foreach (region, ndns)
				if (!err && ndctl_namespace_get_size(ndns) > 0)
					err = targets_add(
						targets, ndns, ndctl_namespace_get_devname(ndns));
		}
	}
	return err;
}

static int find_regions(struct ndctl_ctx *ctx, const struct filters *filters, const char *word,
	struct targets *targets)
{
	struct filters narrowed = *filters;
	struct ndctl_region *region;
	struct ndctl_bus *bus;
	int err = 0;

	narrowed.region = word;
	ndctl_bus_foreach (ctx, bus)
		ndctl_region_foreach (bus, region)
			if (!err && region_passes(&narrowed, region))
				err = targets_add(
					targets, region, ndctl_region_get_devname(region));
	return err;
}

static int find_dimms(struct ndctl_ctx *ctx, const struct filters *filters, const char *word,
	struct targets *targets)
{
	struct filters narrowed = *filters;
	struct ndctl_dimm *dimm;
	struct ndctl_bus *bus;
	int err = 0;

	narrowed.dimm = word;
	ndctl_bus_foreach (ctx, bus) {
		if (!filter_bus(filters, bus))
			continue;
		ndctl_dimm_foreach (bus, dimm)
			if (!err && filter_dimm(&narrowed, dimm))
				err = targets_add(targets, dimm, ndctl_dimm_get_devname(dimm));
	}
	return err;
}

static bool has_target(const struct targets *targets, const void *object)
{
	for (size_t i = 0; i < targets->count; i++)
		if (targets->objects[i] == object)
			return true;
	return false;
}

static int find_buses(struct ndctl_ctx *ctx, const struct filters *filters, const char *word,
	struct targets *targets)
{
	const struct filters narrowed = {.bus = word};
	struct ndctl_bus *bus;
	int err = 0;

	ndctl_bus_foreach (ctx, bus)
		if (!err && filter_bus(&narrowed, bus))
			err = has_target(targets, bus) ? -EALREADY
						       : targets_add(targets, bus, word);
	return err;
}

/* Print an error if nothing matches a word. "all" without a match is no failure, but say so if a
 * filter may be the cause. */
static void say_missing(const struct filters *filters, const char *word, const char *noun)
{
	const char *region = filters->region, *bus = filters->bus;
	const char *in = region ? " in region " : "", *on = bus ? " on bus " : "";

	if (!is_all(word))
		say_error("%s: no such %s%s%s%s%s", typed(word), noun, in, typed(region), on,
			typed(bus));
	else if (region || bus)
		say_note("there is no %s%s%s%s%s", noun, in, typed(region), on, typed(bus));
}

static int find_all_named(struct ndctl_ctx *ctx, const struct filters *filters, int count,
	char **args, struct targets *targets, find_fn *fn, const char *noun)
{
	int result = count ? filters_check(ctx) : 0;

	if (result)
		return result;
	for (int i = 0; i < count; i++) {
		size_t before = targets->count;
		int err = fn(ctx, filters, args[i], targets);
		if (err == -EALREADY)
			continue;
		if (err)
			return err;
		targets->all = targets->all || is_all(args[i]);
		if (targets->count > before)
			continue;
		say_missing(filters, args[i], noun);
		if (!is_all(args[i]))
			result = -ENXIO;
	}
	return result;
}

int targets_namespaces(struct ndctl_ctx *ctx, const struct filters *filters, int count, char **args,
	struct targets *targets)
{
	return find_all_named(ctx, filters, count, args, targets, find_namespaces, "namespace");
}

int targets_regions(struct ndctl_ctx *ctx, const struct filters *filters, int count, char **args,
	struct targets *targets)
{
	return find_all_named(ctx, filters, count, args, targets, find_regions, "region");
}

int targets_buses(struct ndctl_ctx *ctx, int count, char **args, struct targets *targets)
{
	static const struct filters none;
	static char *everything[] = {"all"};

	return find_all_named(
		ctx, &none, count ?: 1, count ? args : everything, targets, find_buses, "bus");
}

int targets_dimms(struct ndctl_ctx *ctx, const struct filters *filters, int count, char **args,
	struct targets *targets)
{
	return find_all_named(ctx, filters, count, args, targets, find_dimms, "DIMM");
}

/* ---- steps of a change ---- */

static_assert((int)NDCTL_STEP_CHOSEN == STEP_CHOSEN, "say_step() knows the numbers");
static_assert((int)NDCTL_STEP_ENDING == STEP_ENDING, "say_step() knows the numbers");

static void tell_step(
	struct ndctl_ctx *ctx, enum ndctl_step_event event, const char *what, void *data)
{
	say_step((enum step_event)event, what, data != NULL);
}

void tell_steps(struct ndctl_ctx *ctx, bool verbose)
{
	ndctl_set_step_fn(ctx, tell_step, verbose ? ctx : NULL);
}
