/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>

#include <base/cleanup.h>
#include "../util/dax-json.h"
#include "../util/targets.h"
#include "../util/verb.h"
#include "devices.h"
#include "input.h"
#include "restore/persist.h"
#include "verbs.h"

static struct selection selection;
static struct layout_options wanted;
static bool human, persist;
static bool from_input; /* the file of --input names the region */
static int verbose;

static const struct option options[] = {
	{'r', "region", OPT_TEXT, &selection.region, "region", "only in this region"},
	{'u', "human", OPT_FLAG, &human, NULL, "sizes with units"},
	{'v', "verbose", OPT_COUNT, &verbose, NULL, "print each step as it runs"},
	{'s', "size", OPT_SIZE, &wanted.size, "size", "size of the device",
		"It must be a multiple of the alignment. Default: the rest of the region.",
		.digit_first = true, .refusal = -EINVAL},
	{'a', "align", OPT_SIZE, &wanted.align, "align", "alignment of the device",
		"Programs map the device in multiples of it. Default: that of the region, 2M on x86, where 4K and 1G are possible too.",
		.digit_first = true, .refusal = -EINVAL},
	{0, "input", OPT_TEXT, &wanted.input, "file", "create the device that this file describes",
		"See INPUT."},
	{0, "persist", OPT_FLAG, &persist, NULL, PERSIST_HELP,
		"It writes all devices of the region; see *daxctl.conf*(5)."},
};

struct creation {
	struct daxctl_layout layout;
	struct json_object *array;
	unsigned regions, created; /* regions tried, devices created */
	int last;		   /* the last error */
	int unkept;		   /* the last error of --persist */
};

/* Scripts know two statuses: no memory is left (ENOSPC), or the device is impossible (ENXIO). */
static int status_of(struct daxctl_region *region, const struct daxctl_layout *layout, int err)
{
	if (layout->given & DAXCTL_LAYOUT_SIZE && !layout->size)
		return -ENOSPC;
	if (err == -EACCES || err == -EPERM)
		return err;
	return daxctl_region_get_available_size(region) ? -ENXIO : -ENOSPC;
}

static int create_dev_in(struct daxctl_region *region, struct creation *creation)
{
	struct daxctl_ctx *ctx = daxctl_region_get_ctx(region);
	struct daxctl_dev *dev;
	int err = persist ? persist_begin(ctx) : 0;

	if (err)
		return err;
	err = daxctl_region_add_dev(region, &creation->layout, &dev);
	creation->regions++;
	if (err) {
		say_failure(ctx, err);
		creation->last = status_of(region, &creation->layout, err);
		return 0;
	}
	creation->created++;
	if (persist)
		creation->unkept = persist_device(dev) ?: creation->unkept;
	return json_append(creation->array, json_dax_device(dev, human ? JSON_HUMAN : 0));
}

/* Without --region, skip regions that are not dynamic. */
static bool region_is_meant(struct daxctl_region *region)
{
	return region_is_selected(region, &selection) &&
		(selection.region || daxctl_region_is_dynamic(region));
}

static int no_region(struct daxctl_ctx *ctx)
{
	if (from_input)
		say_error("%s: \"chardev\": no such dax region: %s", typed(wanted.input),
			selection.region);
	else if (selection.region)
		say_error("%s: no such dax region", typed(selection.region));
	else if (!daxctl_region_get_first(ctx))
		say_error("this machine has no dax region");
	else {
		say_error("no region is dynamic: each has the device of a namespace");
		say_hint("ndctl create-namespace --mode devdax");
		return -ENOSPC;
	}
	say_hint("see 'daxctl list -R' for the regions");
	return -ENXIO;
}

static int create_all(struct daxctl_ctx *ctx, struct creation *creation)
{
	struct daxctl_region *region;
	int err = devices_check_listed(ctx);

	if (err)
		return err;
	daxctl_region_foreach (ctx, region)
		if (!err && region_is_meant(region))
			err = create_dev_in(region, creation);
	return err ?: creation->regions ? 0 : no_region(ctx);
}

static int run(void *context, int count, char **args)
{
	AUTO_JSON struct json_object *array = json_object_new_array();
	CLEANUP(input_deinit) struct input input = {.region = -1};
	struct creation creation = {.array = array};
	char region[16];
	bool told = verbose > 0;

	if (!array)
		return -ENOMEM;
	int err = layout_from_options(&wanted, &input);
	if (err)
		return err;
	creation.layout = input.layout;
	if (!selection.region && input.region >= 0) {
		snprintf(region, sizeof(region), "%d", input.region);
		selection.region = region;
		from_input = true;
	}
	devices_tell_steps(context, &told);
	err = create_all(context, &creation);
	devices_tell_steps(context, NULL);
	json_print(array, human ? JSON_HUMAN : 0);
	say_count("created", creation.created, "device");
	return err ?: creation.unkept ?: creation.created ? 0 : creation.last;
}

const struct verb verb_create_device = {
	.name = "create-device",
	.summary = "create dax devices in dynamic regions",
	.options = options,
	.option_count = sizeof(options) / sizeof(*options),
	.run = run,
};
