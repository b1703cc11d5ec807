/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "../util/dax-json.h"
#include "../util/verb.h"
#include "devices.h"
#include "verbs.h"

static struct selection selection;
static bool devices, regions, mappings, idle, human;
static int verbose;

static const struct option options[] = {
	{'r', "region", OPT_TEXT, &selection.region, "region", "only what belongs to this region"},
	{'d', "dev", OPT_TEXT, &selection.device, "device", "only the device of this name"},
	{'D', "devices", OPT_FLAG, &devices, NULL, "show devices (the default)"},
	{'R', "regions", OPT_FLAG, &regions, NULL, "show regions"},
	{'M', "mappings", OPT_FLAG, &mappings, NULL, "show the ranges of each device"},
	{'i', "idle", OPT_FLAG, &idle, NULL, "show zero-size devices too"},
	{'u', "human", OPT_FLAG, &human, NULL, "sizes with units, addresses in hexadecimal"},
	{'v', "verbose", OPT_COUNT, &verbose, NULL,
		"show where a device keeps its struct pages too"},
};

struct listing {
	struct json_object *array;
	unsigned flags;
};

/* Tell a device that the kernel keeps as memory from a free one: both are disabled in the output.
 */
static void tell_kept(struct daxctl_dev *dev)
{
	say_warning("%s: disabled, but the kernel keeps its memory until the next boot",
		daxctl_dev_get_devname(dev));
	say_hint("reboot before using the device again");
}

static int add_device(struct daxctl_dev *dev, void *data)
{
	struct listing *listing = data;

	if (daxctl_dev_get_size(dev) == 0 && !idle)
		return 0;
	struct json_object *json = json_dax_device(dev, listing->flags);
	bool disabled = json && json_object_object_get_ex(json, "state", NULL);
	int err = json_append(listing->array, json);

	if (!err && disabled && daxctl_dev_has_kept_memory(dev) > 0)
		tell_kept(dev);
	return err;
}

static int add_devices_of(struct daxctl_region *region, struct json_object *json, unsigned flags)
{
	AUTO_JSON struct json_object *array = json_object_new_array();
	struct listing listing = {array, flags};
	struct daxctl_dev *dev;

	if (!array)
		return -ENOMEM;
	daxctl_dev_foreach (region, dev) {
		int err = device_is_selected(dev, &selection) ? add_device(dev, &listing) : 0;
		if (err)
			return err;
	}
	if (json_object_array_length(array) == 0)
		return 0;
	return json_put(json, "devices", json_object_get(array));
}

static int list_regions_json(struct daxctl_ctx *ctx, struct listing *listing)
{
	struct daxctl_region *region;
	int err = devices_check_listed(ctx);

	if (err)
		return err;
	daxctl_region_foreach (ctx, region) {
		if (!region_is_selected(region, &selection))
			continue;
		struct json_object *json = json_dax_region(region, listing->flags);
		err = json_append(listing->array, json);
		if (!err && devices)
			err = add_devices_of(region, json, listing->flags);
		if (err)
			return err;
	}
	return 0;
}

/* Without -D and -R, show the classes of the filters. */
static void choose_listed_classes(void)
{
	if (regions || devices)
		return;
	regions = selection.region != NULL;
	devices = selection.device != NULL || !regions;
}

static int run(void *context, int count, char **args)
{
	AUTO_JSON struct json_object *array = json_object_new_array();
	struct listing listing = {array,
		(human ? JSON_HUMAN : 0) | (mappings ? JSON_MAPPINGS : 0) |
			(verbose ? JSON_MEMMAP : 0)};

	if (!array)
		return -ENOMEM;
	choose_listed_classes();
	int err = regions ? list_regions_json(context, &listing)
			  : devices_foreach(context, &selection, add_device, &listing);
	return err ?: json_print(array, listing.flags);
}

const struct verb verb_list = {
	.name = "list",
	.summary = "show dax regions and devices as JSON",
	.options = options,
	.option_count = sizeof(options) / sizeof(*options),
	.run = run,
};
