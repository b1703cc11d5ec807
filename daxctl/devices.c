/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "devices.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include "../util/dax-json.h"
#include "../util/filter.h"
#include "../util/verb.h"

bool region_is_selected(struct daxctl_region *region, const struct selection *selection)
{
	const char *path = daxctl_region_get_path(region);
	char name[32];
	int id = daxctl_region_get_id(region);

	if (!selection->region)
		return true;
	snprintf(name, sizeof(name), "region%d", id);
	return filter_match(selection->region,
		       (struct filter_names){id, name, dax_region_place(region)}) ||
		filter_match(selection->region, (struct filter_names){FILTER_NO_ID, path, NULL});
}

bool device_is_selected(struct daxctl_dev *dev, const struct selection *selection)
{
	const char *name = daxctl_dev_get_devname(dev);

	return filter_match(
		selection->device, (struct filter_names){FILTER_NO_ID, name, name + strlen("dax")});
}

/* The device with the name @text, or NULL. */
static struct daxctl_dev *find_named(struct daxctl_ctx *ctx, const char *text)
{
	char name[64];

	if (strncmp(text, "dax", 3) == 0)
		return daxctl_dev_get_by_name(ctx, text);
	if (snprintf(name, sizeof(name), "dax%s", text) >= (int)sizeof(name))
		return NULL;
	return daxctl_dev_get_by_name(ctx, name);
}

int devices_check_listed(struct daxctl_ctx *ctx)
{
	if (daxctl_region_get_first(ctx) || !errno)
		return 0;
	int err = -errno;
	say_error("dax devices cannot be listed: %s", strerror(-err));
	return err;
}

int devices_foreach(struct daxctl_ctx *ctx, const struct selection *selection,
	int (*fn)(struct daxctl_dev *dev, void *data), void *data)
{
	struct daxctl_dev *dev = selection->device ? find_named(ctx, selection->device) : NULL;
	struct daxctl_region *region;
	int result = 0;

	if (dev)
		return region_is_selected(daxctl_dev_get_region(dev), selection) ? fn(dev, data)
										 : 0;
	result = devices_check_listed(ctx);
	if (result)
		return result;
	daxctl_region_foreach (ctx, region) {
		if (!region_is_selected(region, selection))
			continue;
		daxctl_dev_foreach (region, dev) {
			if (!device_is_selected(dev, selection))
				continue;
			result = fn(dev, data);
			if (result)
				return result;
		}
	}
	return 0;
}

struct list {
	struct daxctl_dev **devs;
	size_t count;
};

static void list_deinit(struct list *list)
{
	free(list->devs);
}

static int list_add(struct daxctl_dev *dev, void *data)
{
	struct list *list = data;
	struct daxctl_dev **devs = reallocarray(list->devs, list->count + 1, sizeof(*devs));

	if (!devs)
		return -ENOMEM;
	list->devs = devs;
	for (size_t i = 0; i < list->count; i++)
		if (devs[i] == dev)
			return usage_error("%s is named twice", daxctl_dev_get_devname(dev));
	devs[list->count++] = dev;
	return 0;
}

static int not_found(const char *device, const char *region)
{
	const char *in = region ? " in region " : "";

	if (strcmp(device, "all") == 0)
		say_error("no dax device found%s%s", in, typed(region));
	else
		say_error("%s: no such dax device%s%s", typed(device), in, typed(region));
	say_hint(
		"see 'daxctl list' for the devices; the modules dax_pmem, dax_hmem and dax_cxl provide them");
	return -ENXIO;
}

/* Accept the path of a node, /dev/dax0.0, from udev rules. */
static const char *name_of(const char *arg)
{
	const char *slash = strrchr(arg, '/');

	return slash ? slash + 1 : arg;
}

static int find_all(
	struct daxctl_ctx *ctx, const char *region, int count, char **args, struct list *list)
{
	for (int i = 0; i < count; i++) {
		struct selection selection = {region, name_of(args[i])};
		size_t before = list->count;
		int err = devices_foreach(ctx, &selection, list_add, list);
		if (err)
			return err;
		if (list->count == before)
			return not_found(args[i], region);
	}
	return 0;
}

static void devices_tell_step(
	struct daxctl_ctx *ctx, enum daxctl_step_event event, const char *what, void *data)
{
	static const char *const words[] = {
		[DAXCTL_STEP_PLANNED] = "would ",
		[DAXCTL_STEP_TAKEN] = "",
		[DAXCTL_STEP_UNDONE] = "undone: ",
		[DAXCTL_STEP_UNDO_FAILED] = "could NOT be undone: ",
	};
	const bool *verbose = data;

	if (event == DAXCTL_STEP_WAITING)
		say_note("waiting for %s", what);
	else if (verbose && (*verbose || event == DAXCTL_STEP_PLANNED))
		say_outcome("%s%s", words[event], what);
}

/* Show progress from this number of blocks on. */
#define MANY_BLOCKS 16

static void devices_tell_progress(struct daxctl_dev *dev, unsigned done, unsigned total, void *data)
{
	if (total >= MANY_BLOCKS && done == total)
		say_progress("%s", "");
	else if (total >= MANY_BLOCKS)
		say_progress(
			"%s: %u of %u memory blocks", daxctl_dev_get_devname(dev), done, total);
}

void devices_tell_steps(struct daxctl_ctx *ctx, bool *verbose)
{
	daxctl_set_progress_fn(ctx, verbose ? devices_tell_progress : NULL, NULL);
	daxctl_set_step_fn(ctx, devices_tell_step, verbose);
}

struct outcome {
	unsigned done;
	int last; /* result that was not 0 */
};

static struct outcome change_all(struct daxctl_ctx *ctx, const struct list *list,
	const struct change *change, struct json_object *array)
{
	struct outcome outcome = {0};

	for (size_t i = 0; i < list->count; i++) {
		unsigned said = say_error_count();
		int result = change->apply(list->devs[i], change->data);
		if (result < 0 && say_error_count() == said)
			say_failure(ctx, result);
		if (result == CHANGE_SKIPPED)
			continue;
		if (result)
			outcome.last = result;
		else
			outcome.done++;
		if (!result && change->print)
			json_append(array,
				json_dax_device(list->devs[i], change->human ? JSON_HUMAN : 0));
	}
	return outcome;
}

int devices_change(struct daxctl_ctx *ctx, const char *region, int count, char **args,
	const struct change *change)
{
	CLEANUP(list_deinit) struct list list = {0};
	AUTO_JSON struct json_object *array = json_object_new_array();
	struct outcome outcome = {0};
	bool verbose = change->verbose;

	if (!array)
		return -ENOMEM;
	int err = find_all(ctx, region, count, args, &list);
	if (err > 0)
		return err;
	if (change->why_one && list.count > 1)
		return usage_error("%s", change->why_one);
	if (!err) {
		devices_tell_steps(ctx, &verbose);
		outcome = change_all(ctx, &list, change, array);
		devices_tell_steps(ctx, NULL);
	}
	json_print(array, change->human ? JSON_HUMAN : 0);
	say_outcome("%s %u device%s", change->done, outcome.done, outcome.done == 1 ? "" : "s");
	return err ?: outcome.last;
}
