/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ctype.h>
#include <errno.h>
#include <linux/ndctl.h>
#include <ndctl/extensions.h>
#include <stdlib.h>
#include <string.h>

#include "describe.h"
#include "filters.h"
#include "verbs.h"

static struct filters filters;
static bool buses, dimms, regions, namespaces, device_dax, capabilities, idle, configured, media,
	human, health, firmware;
static int verbose;

static bool parse_node(const char *text, void *value)
{
	struct node_filter *node = value;
	char *end;

	*node = (struct node_filter){0};
	if (!text || strcmp(text, "all") == 0)
		return true;
	errno = 0;
	long number = strtol(text, &end, 0);
	if (end == text || *end)
		return false;
	/* Take a number that no node can have, such as -1, for no filter. */
	node->given = errno == 0 && number >= 0 && number <= INT_MAX;
	node->number = node->given ? (int)number : -1;
	return true;
}

static const struct option options[] = {
	{'b', "bus", OPT_TEXT, &filters.bus, "bus", "only this bus, by number, name or provider"},
	{'r', "region", OPT_TEXT, &filters.region, "region", "only this region"},
	{'d', "dimm", OPT_TEXT, &filters.dimm, "dimm", "only objects that this DIMM belongs to"},
	{'n', "namespace", OPT_TEXT, &filters.namespace, "namespace", "only this namespace"},
	{'m', "mode", OPT_CHOICE, &filters.mode, "mode", "only namespaces of this mode",
		.choices = mode_choices, .any_case = true, .refusal = -EINVAL},
	{'t', "type", OPT_CHOICE, &filters.type, "type", "only regions of this type",
		.choices = type_choices, .refusal = -EINVAL},
	{'U', "numa-node", OPT_PARSED, &filters.node, "node", "only objects on this NUMA node",
		.parse = parse_node, .expected = "the number of a NUMA node, or all",
		.refusal = -EINVAL},
	{'B', "buses", OPT_FLAG, &buses, NULL, "show buses"},
	{'D', "dimms", OPT_FLAG, &dimms, NULL, "show DIMMs"},
	{'F', "firmware", OPT_FLAG, &firmware, NULL, "show the firmware of buses and DIMMs"},
	{'H', "health", OPT_FLAG, &health, NULL, "show the health of DIMMs"},
	{'R', "regions", OPT_FLAG, &regions, NULL, "show regions"},
	{'N', "namespaces", OPT_FLAG, &namespaces, NULL, "show namespaces (the default)"},
	{'X', "device-dax", OPT_FLAG, &device_dax, NULL, "show the dax devices of namespaces"},
	{'C', "capabilities", OPT_FLAG, &capabilities, NULL,
		"show the modes that a region supports"},
	{'i', "idle", OPT_FLAG, &idle, NULL, "show disabled and empty objects too"},
	{'c', "configured", OPT_FLAG, &configured, NULL,
		"show disabled namespaces that have a size"},
	{'M', "media-errors", OPT_FLAG, &media, NULL, "show bad blocks one by one"},
	{'u', "human", OPT_FLAG, &human, NULL,
		"print sizes with units, other numbers in hexadecimal"},
	{'v', "verbose", OPT_COUNT, &verbose, NULL,
		"show more detail (-vv: all classes, -vvv: everything)"},
};

struct listing {
	bool buses, dimms, regions, namespaces;
	unsigned flags;
	bool only_devdax;
};

/* Show, without an option for a class, the classes of the filters, or else namespaces. */
static struct listing choose_listing(void)
{
	struct listing listing = {buses, dimms, regions, namespaces, 0, false};

	if (!buses && !dimms && !regions && !namespaces) {
		listing.buses = filters.bus != NULL;
		listing.dimms = filters.dimm != NULL;
		listing.regions = filters.region != NULL;
		listing.namespaces = !listing.buses && !listing.dimms && !listing.regions;
		listing.only_devdax = device_dax && verbose < 2;
	}
	/* Include namespaces with -v, as the reference does; NDCTL_LIST_LINT prevents that. */
	if (verbose > 0 && !(getenv("NDCTL_LIST_LINT") && verbose == 1))
		listing.namespaces = true;
	if (verbose > 1)
		listing.buses = listing.dimms = listing.regions = listing.namespaces = true;
	if (verbose > 2)
		idle = capabilities = true;
	return listing;
}

static unsigned choose_flags(const struct listing *listing)
{
	return (human ? JSON_HUMAN : 0) | (verbose ? JSON_VERBOSE : 0) |
		(device_dax || verbose ? JSON_DAX : 0) | (media || verbose ? JSON_MEDIA : 0) |
		(listing->dimms ? JSON_DIMMS : 0) | (capabilities ? JSON_CAPABILITIES : 0) |
		(firmware || verbose > 2 ? JSON_FIRMWARE : 0) |
		(health || verbose > 2 ? JSON_HEALTH : 0);
}

/* ---- each class, appended to an array ---- */

static int list_dimms(
	struct ndctl_bus *bus, const struct listing *listing, struct json_object *array)
{
	struct ndctl_dimm *dimm;

	ndctl_dimm_foreach (bus, dimm) {
		if (!filter_dimm(&filters, dimm) ||
			!(idle || configured || ndctl_dimm_is_enabled(dimm)))
			continue;
		int err = json_append(array, describe_dimm(dimm, listing->flags));
		if (err)
			return err;
	}
	return 0;
}

static bool is_shown(struct ndctl_namespace *ndns, const struct listing *listing)
{
	if (!filter_namespace(&filters, ndns))
		return false;
	if (listing->only_devdax && ndctl_namespace_get_mode(ndns) != NDCTL_NS_MODE_DEVDAX)
		return false;
	return idle || ndctl_namespace_is_active(ndns) ||
		(configured && ndctl_namespace_get_size(ndns) > 0);
}

static int add_namespaces(
	struct ndctl_region *region, const struct listing *listing, struct json_object *array)
{
	struct ndctl_namespace *ndns;

	ndctl_namespace_foreach (region, ndns) {
		int err = is_shown(ndns, listing)
			? json_append(array, describe_namespace(ndns, listing->flags))
			: 0;
		if (err)
			return err;
	}
	return 0;
}

/* Add @array to @object unless it is empty. */
static int put_array(struct json_object *object, const char *key, struct json_object *array)
{
	return json_object_array_length(array) ? json_put(object, key, json_object_get(array)) : 0;
}

static int add_region(
	struct ndctl_region *region, const struct listing *listing, struct json_object *array)
{
	struct json_object *json = describe_region(region, listing->flags);
	AUTO_JSON struct json_object *nested = json_object_new_array();
	int err = json_append(array, json);

	if (err || !listing->namespaces)
		return err;
	if (!nested)
		return -ENOMEM;
	return add_namespaces(region, listing, nested) ?: put_array(json, "namespaces", nested);
}

/* List regions with their namespaces, or namespaces alone. */
static int list_regions(
	struct ndctl_bus *bus, const struct listing *listing, struct json_object *array)
{
	struct ndctl_region *region;

	ndctl_region_foreach (bus, region) {
		if (!filter_region(&filters, region))
			continue;
		int err = 0;
		if (!listing->regions)
			err = add_namespaces(region, listing, array);
		else if (idle || configured || ndctl_region_is_enabled(region))
			err = add_region(region, listing, array);
		if (err)
			return err;
	}
	return 0;
}

/* Arrays of what is below a bus, one for each class. */
struct classes {
	struct json_object *dimms, *parts;
	const char *parts_key; /* "regions" or "namespaces" */
};

static void classes_deinit(struct classes *classes)
{
	json_object_put(classes->dimms);
	json_object_put(classes->parts);
}
#define AUTO_CLASSES CLEANUP(classes_deinit)

static int classes_init(struct classes *classes, const struct listing *listing)
{
	*classes = (struct classes){json_object_new_array(), json_object_new_array(),
		listing->regions ? "regions" : "namespaces"};
	return classes->dimms && classes->parts ? 0 : -ENOMEM;
}

static int add_classes(
	struct ndctl_bus *bus, const struct listing *listing, struct classes *classes)
{
	int err = listing->dimms ? list_dimms(bus, listing, classes->dimms) : 0;

	if (!err && (listing->regions || listing->namespaces))
		err = list_regions(bus, listing, classes->parts);
	return err;
}

static int put_classes(struct json_object *object, const struct classes *classes)
{
	return put_array(object, "dimms", classes->dimms)
		?: put_array(object, classes->parts_key, classes->parts);
}

/* ---- the whole ---- */

static int add_bus(struct ndctl_bus *bus, const struct listing *listing, struct json_object *array)
{
	AUTO_CLASSES struct classes classes = {0};
	struct json_object *json = describe_bus(bus, listing->flags);
	int err = json_append(array, json) ?: classes_init(&classes, listing);

	if (err)
		return err;
	return add_classes(bus, listing, &classes) ?: put_classes(json, &classes);
}

static int list_buses(struct ndctl_ctx *ctx, const struct listing *listing)
{
	AUTO_JSON struct json_object *array = json_object_new_array();
	struct ndctl_bus *bus;

	if (!array)
		return -ENOMEM;
	ndctl_bus_foreach (ctx, bus) {
		if (!filter_bus(&filters, bus))
			continue;
		int err = add_bus(bus, listing, array);
		if (err)
			return err;
	}
	return json_print(array, listing->flags);
}

static bool holds_namespaces(struct json_object *array)
{
	for (size_t i = 0; i < json_object_array_length(array); i++)
		if (json_object_object_get_ex(
			    json_object_array_get_idx(array, i), "namespaces", NULL))
			return true;
	return false;
}

/* Print a single class as an array, and several as members of an object, also if one is nested in
 * the other. */
static int print_classes(const struct classes *classes, const struct listing *listing)
{
	bool dimms_shown = json_object_array_length(classes->dimms) > 0;
	bool parts_shown = json_object_array_length(classes->parts) > 0;

	if (!(dimms_shown && parts_shown) && !holds_namespaces(classes->parts))
		return json_print(dimms_shown ? classes->dimms : classes->parts, listing->flags);

	AUTO_JSON struct json_object *object = json_object_new_object();
	int err = object ? put_classes(object, classes) : -ENOMEM;
	return err ?: json_print(object, listing->flags);
}

static int list_classes(struct ndctl_ctx *ctx, const struct listing *listing)
{
	AUTO_CLASSES struct classes classes = {0};
	struct ndctl_bus *bus;
	int err = classes_init(&classes, listing);

	ndctl_bus_foreach (ctx, bus) {
		if (!err && filter_bus(&filters, bus))
			err = add_classes(bus, listing, &classes);
		if (err)
			return err;
	}
	return err ?: print_classes(&classes, listing);
}

static int run(void *context, int count, char **args)
{
	struct listing listing = choose_listing();
	int err = filters_check(context);

	if (err)
		return err;
	listing.flags = choose_flags(&listing);
	return listing.buses ? list_buses(context, &listing) : list_classes(context, &listing);
}

const struct verb verb_list = {
	.name = "list",
	.summary = "list buses, DIMMs, regions and namespaces as JSON",
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.run = run,
};
