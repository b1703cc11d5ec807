/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "filters.h"

#include <errno.h>
#include <linux/ndctl.h>
#include <ndctl/extensions.h>
#include <stdio.h>

#include "../util/filter.h"

const struct choice mode_choices[] = {
	{"fsdax", 1 + NDCTL_NS_MODE_FSDAX},
	{"memory", 1 + NDCTL_NS_MODE_FSDAX},
	{"sector", 1 + NDCTL_NS_MODE_SECTOR},
	{"safe", 1 + NDCTL_NS_MODE_SECTOR},
	{"devdax", 1 + NDCTL_NS_MODE_DEVDAX},
	{"dax", 1 + NDCTL_NS_MODE_DEVDAX},
	{"raw", 1 + NDCTL_NS_MODE_RAW},
	{NULL, 0},
};

const struct choice type_choices[] = {
	{"pmem", TYPE_PMEM},
	{"blk", TYPE_BLK},
	{NULL, 0},
};

int filters_check(struct ndctl_ctx *ctx)
{
	return ndctl_bus_get_first(ctx) || !ndctl_get_error(ctx) ? 0 : -errno;
}

static bool is_bus(const char *filter, struct ndctl_bus *bus)
{
	/* Read the provider only if there is a filter: it is an attribute. */
	return !filter ||
		filter_match(filter,
			(struct filter_names){
				.id = (int)ndctl_bus_get_id(bus),
				.name = ndctl_bus_get_devname(bus),
				.alias = ndctl_bus_get_provider(bus),
			});
}

static bool is_dimm(const char *filter, struct ndctl_dimm *dimm)
{
	return filter_match(filter,
		(struct filter_names){
			.id = (int)ndctl_dimm_get_id(dimm),
			.name = ndctl_dimm_get_devname(dimm),
		});
}

static bool is_region(const char *filter, struct ndctl_region *region)
{
	return filter_match(filter,
		(struct filter_names){
			.id = (int)ndctl_region_get_id(region),
			.name = ndctl_region_get_devname(region),
		});
}

static bool filter_is_namespace(const char *filter, struct ndctl_namespace *ndns)
{
	const char *name = ndctl_namespace_get_devname(ndns);

	/* Match "namespace0.1" or "0.1". */
	return filter_match(filter,
		(struct filter_names){
			.id = FILTER_NO_ID,
			.name = name,
			.alias = name + sizeof("namespace") - 1,
		});
}

static bool holds_dimm(const char *filter, struct ndctl_region *region)
{
	struct ndctl_dimm *dimm;

	if (!filter)
		return true;
	ndctl_dimm_foreach_in_region (region, dimm)
		if (is_dimm(filter, dimm))
			return true;
	return false;
}

static bool holds_namespace(const char *filter, struct ndctl_region *region)
{
	struct ndctl_namespace *ndns;

	if (!filter)
		return true;
	ndctl_namespace_foreach (region, ndns)
		if (filter_is_namespace(filter, ndns))
			return true;
	return false;
}

static bool is_near(const struct node_filter *node, struct ndctl_region *region)
{
	return !node->given || ndctl_region_get_numa_node(region) == node->number;
}

static bool is_of_type(int type, struct ndctl_region *region)
{
	return !type ||
		(ndctl_region_get_type(region) == ND_DEVICE_REGION_PMEM) == (type == TYPE_PMEM);
}

bool filter_bus(const struct filters *filters, struct ndctl_bus *bus)
{
	struct ndctl_region *region;
	struct ndctl_dimm *dimm;
	bool dimm_found = !filters->dimm, region_found = !filters->region && !filters->namespace;

	if (!is_bus(filters->bus, bus))
		return false;
	if (!dimm_found)
		ndctl_dimm_foreach (bus, dimm)
			dimm_found = dimm_found || is_dimm(filters->dimm, dimm);
	if (!region_found)
		ndctl_region_foreach (bus, region)
			region_found = region_found ||
				(is_region(filters->region, region) &&
					holds_namespace(filters->namespace, region));
	return dimm_found && region_found;
}

static bool is_in(struct ndctl_dimm *dimm, struct ndctl_region *region)
{
	struct ndctl_dimm *part;

	ndctl_dimm_foreach_in_region (region, part)
		if (part == dimm)
			return true;
	return false;
}

bool filter_dimm(const struct filters *filters, struct ndctl_dimm *dimm)
{
	struct ndctl_region *region;

	if (!is_dimm(filters->dimm, dimm))
		return false;
	if (!filters->region && !filters->namespace && !filters->node.given)
		return true;
	ndctl_region_foreach (ndctl_dimm_get_bus(dimm), region)
		if (is_region(filters->region, region) &&
			holds_namespace(filters->namespace, region) &&
			is_near(&filters->node, region) && is_in(dimm, region))
			return true;
	return false;
}

bool filter_region(const struct filters *filters, struct ndctl_region *region)
{
	return is_region(filters->region, region) && holds_namespace(filters->namespace, region) &&
		holds_dimm(filters->dimm, region) && is_of_type(filters->type, region) &&
		is_near(&filters->node, region);
}

bool filter_namespace(const struct filters *filters, struct ndctl_namespace *ndns)
{
	return filter_is_namespace(filters->namespace, ndns) &&
		(!filters->mode || (int)ndctl_namespace_get_mode(ndns) == filters->mode - 1);
}
