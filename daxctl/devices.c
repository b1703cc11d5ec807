/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "devices.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <base/cleanup.h>
#include "../config/config-edit.h"
#include "../util/dax-json.h"
#include "../util/filter.h"
#include "../util/targets.h"
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

static int list_target(struct daxctl_dev *dev, void *data)
{
	return targets_add(data, dev, daxctl_dev_get_devname(dev));
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

static int find_devices(
	struct daxctl_ctx *ctx, const char *region, int count, char **args, struct targets *targets)
{
	for (int i = 0; i < count; i++) {
		struct selection selection = {region, name_of(args[i])};
		size_t before = targets->count;
		int err = devices_foreach(ctx, &selection, list_target, targets);
		if (err)
			return err;
		if (targets->count == before)
			return not_found(args[i], region);
	}
	return 0;
}

static_assert((int)DAXCTL_STEP_ENDING == STEP_ENDING, "say_step() knows the numbers");

static void devices_tell_step(
	struct daxctl_ctx *ctx, enum daxctl_step_event event, const char *what, void *data)
{
	const bool *verbose = data;

	config_progress();
	if (verbose || event == DAXCTL_STEP_WAITING || event == DAXCTL_STEP_ENDING)
		say_step((enum step_event)event, what, verbose && *verbose);
}

/* Show progress from this number of blocks on. */
#define MANY_BLOCKS 16

static void devices_tell_progress(struct daxctl_dev *dev, unsigned done, unsigned total, void *data)
{
	config_progress();
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

/* A change, and the devices that it has changed, in the form of list. */
struct changing {
	const struct change *change;
	struct json_object *array;
};

static int change_device(void *object, const void *data)
{
	const struct changing *changing = data;
	const struct change *change = changing->change;
	int result = change->apply(object, change->data);

	if (!result && change->print)
		json_append(
			changing->array, json_dax_device(object, change->human ? JSON_HUMAN : 0));
	return result;
}

int devices_change(struct daxctl_ctx *ctx, const char *region, int count, char **args,
	const struct change *change)
{
	AUTO_TARGETS struct targets targets = {0};
	AUTO_JSON struct json_object *array = json_object_new_array();
	const struct changing changing = {change, array};
	struct outcome outcome = {0};
	bool verbose = change->verbose;

	if (!array)
		return -ENOMEM;
	int err = find_devices(ctx, region, count, args, &targets);
	if (err > 0)
		return err;
	if (change->why_one && targets.count > 1)
		return usage_error("%s", change->why_one);
	if (!err) {
		devices_tell_steps(ctx, &verbose);
		outcome = targets_change(ctx, &targets, change_device, &changing);
		devices_tell_steps(ctx, NULL);
	}
	json_print(array, change->human ? JSON_HUMAN : 0);
	say_count(change->done, outcome.done, "device");
	return err ?: outcome.last;
}
