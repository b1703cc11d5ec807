/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "mapping.h"

#include <linux/ndctl.h>
#include <ndctl/identity.h>
#include <ndctl/private.h>
#include <ndctl/text.h>
#include <stdio.h>
#include <string.h>

#include "dimm.h"

/* Mappings and interleave sets: the parts of DIMMs that a region consists of. */

void mapping_forget(struct ndctl_region *region)
{
	region->mapped = false;
}

void mapping_free(struct ndctl_region *region)
{
	for (size_t i = 0; i < region->mapping_room; i++)
		free(region->mappings[i]);
	free(region->mappings);
}

/* Parses "nmem0,0,4294967296,0": DIMM, offset, length, and, since Linux 4.14, position. */
static int parse_mapping(char *text, struct ndctl_mapping *mapping)
{
	char *comma = strchr(text, ',');
	uint64_t numbers[3];
	int count = comma ? split_numbers(comma + 1, ',', 10, numbers, 3) : -EINVAL;

	if (count < 2)
		return -EINVAL;
	*comma = 0;
	mapping->offset = numbers[0];
	mapping->length = numbers[1];
	if (count == 3 && numbers[2] <= INT_MAX)
		mapping->position = (int)numbers[2];
	struct entity *dimm = entity_find(mapping->region->entity.ctx, text);
	mapping->dimm = dimm && dimm->kind == KIND_DIMM ? (struct ndctl_dimm *)dimm : NULL;
	return 0;
}

static int region_read_mapping(struct ndctl_region *region, size_t i, struct ndctl_mapping *mapping)
{
	char name[32], text[SYSFS_PAGE + 1];

	*mapping = (struct ndctl_mapping){
		.region = region, .index = region->mapping_count, .position = -1};
	snprintf(name, sizeof(name), "mapping%zu", i);
	int err = sysfs_read(
		region->entity.object.directory, entity_name(&region->entity), name, text);
	return err ?: parse_mapping(text, mapping);
}

/* Returns the struct for the next mapping, which callers may know already. NULL without memory. */
static struct ndctl_mapping *mapping_next_place(struct ndctl_region *region)
{
	struct ndctl_mapping **list;

	if (region->mapping_count < region->mapping_room)
		return region->mappings[region->mapping_count];
	list = reallocarray(region->mappings, region->mapping_room + 1, sizeof(*list));
	if (!list)
		return NULL;
	region->mappings = list;
	list[region->mapping_room] = calloc(1, sizeof(**list));
	return list[region->mapping_room] ? list[region->mapping_room++] : NULL;
}

static void region_read_mappings(struct ndctl_region *region)
{
	size_t count;

	if (region->mapped)
		return;
	count = ndctl_region_get_mappings(region);
	region->mapped = true;
	region->mapping_count = 0;
	for (size_t i = 0; i < count; i++) {
		struct ndctl_mapping *mapping = mapping_next_place(region);
		if (!mapping)
			return;
		if (region_read_mapping(region, i, mapping) == 0)
			region->mapping_count++;
	}
}

EXPORT struct ndctl_mapping *ndctl_mapping_get_first(struct ndctl_region *region)
{
	region_read_mappings(region);
	return region->mapping_count ? region->mappings[0] : NULL;
}

EXPORT struct ndctl_mapping *ndctl_mapping_get_next(struct ndctl_mapping *mapping)
{
	const struct ndctl_region *region = mapping->region;
	size_t next = mapping->index + 1;

	return next < region->mapping_count ? region->mappings[next] : NULL;
}

EXPORT struct ndctl_dimm *ndctl_mapping_get_dimm(struct ndctl_mapping *mapping)
{
	return entity_show(mapping->dimm);
}

EXPORT struct ndctl_region *ndctl_mapping_get_region(struct ndctl_mapping *mapping)
{
	return mapping->region;
}

EXPORT struct ndctl_bus *ndctl_mapping_get_bus(struct ndctl_mapping *mapping)
{
	return ndctl_region_get_bus(mapping->region);
}

EXPORT struct ndctl_ctx *ndctl_mapping_get_ctx(struct ndctl_mapping *mapping)
{
	return mapping->region->entity.ctx;
}

EXPORT unsigned long long ndctl_mapping_get_offset(struct ndctl_mapping *mapping)
{
	return mapping->offset;
}

EXPORT unsigned long long ndctl_mapping_get_length(struct ndctl_mapping *mapping)
{
	return mapping->length;
}

EXPORT int ndctl_mapping_get_position(struct ndctl_mapping *mapping)
{
	return mapping->position;
}

EXPORT struct ndctl_dimm *ndctl_region_get_first_dimm(struct ndctl_region *region)
{
	return ndctl_region_get_next_dimm(region, NULL);
}

/* Returns whether an earlier mapping is on the same DIMM: an iteration returns each DIMM once. */
static bool mapping_is_repeated(
	const struct ndctl_region *region, const struct ndctl_mapping *mapping)
{
	for (size_t i = 0; i < mapping->index; i++)
		if (region->mappings[i]->dimm == mapping->dimm)
			return true;
	return false;
}

EXPORT struct ndctl_dimm *ndctl_region_get_next_dimm(
	struct ndctl_region *region, struct ndctl_dimm *dimm)
{
	bool seen = !dimm;

	region_read_mappings(region);
	for (size_t i = 0; i < region->mapping_count; i++) {
		struct ndctl_mapping *mapping = region->mappings[i];
		if (!mapping->dimm || mapping_is_repeated(region, mapping))
			continue;
		if (seen)
			return mapping->dimm;
		seen = mapping->dimm == dimm;
	}
	return NULL;
}

/* Labels name an interleave set by its cookie: a region without labels or cookie has no set. */
EXPORT struct ndctl_interleave_set *ndctl_region_get_interleave_set(struct ndctl_region *region)
{
	if (ndctl_region_get_nstype(region) != ND_DEVICE_NAMESPACE_PMEM ||
		object_u64_or(&region->entity.object, REGION_SET_COOKIE, 0) == 0)
		return NULL;
	region->set.region = region;
	return &region->set;
}

static struct ndctl_interleave_set *interleave_set_from(struct ndctl_region *region)
{
	for (; region; region = ndctl_region_get_next(region)) {
		struct ndctl_interleave_set *set = ndctl_region_get_interleave_set(region);
		if (set)
			return set;
	}
	return NULL;
}

EXPORT struct ndctl_interleave_set *ndctl_interleave_set_get_first(struct ndctl_bus *bus)
{
	return interleave_set_from(ndctl_region_get_first(bus));
}

EXPORT struct ndctl_interleave_set *ndctl_interleave_set_get_next(struct ndctl_interleave_set *iset)
{
	return interleave_set_from(ndctl_region_get_next(iset->region));
}

EXPORT unsigned long long ndctl_interleave_set_get_cookie(struct ndctl_interleave_set *iset)
{
	return object_u64_or(&iset->region->entity.object, REGION_SET_COOKIE, 0);
}

EXPORT struct ndctl_region *ndctl_interleave_set_get_region(struct ndctl_interleave_set *iset)
{
	return iset->region;
}

EXPORT struct ndctl_dimm *ndctl_interleave_set_get_first_dimm(struct ndctl_interleave_set *iset)
{
	return ndctl_region_get_first_dimm(iset->region);
}

EXPORT struct ndctl_dimm *ndctl_interleave_set_get_next_dimm(
	struct ndctl_interleave_set *iset, struct ndctl_dimm *dimm)
{
	return ndctl_region_get_next_dimm(iset->region, dimm);
}

EXPORT int ndctl_interleave_set_is_active(struct ndctl_interleave_set *iset)
{
	struct ndctl_dimm *dimm;

	ndctl_dimm_foreach_in_interleave_set(iset, dimm) if (ndctl_dimm_is_active(dimm)) return 1;
	return 0;
}
