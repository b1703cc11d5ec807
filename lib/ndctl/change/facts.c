/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "facts.h"

#include <ndctl/identity.h>

static const struct mode_row mode_rows[] = {
	[NDCTL_NS_MODE_FSDAX] = {KIND_PFN, "fsdax", "pfn", true, 512, "CONFIG_NVDIMM_PFN"},
	[NDCTL_NS_MODE_SECTOR] = {KIND_BTT, "sector", "btt", false, 4096, "CONFIG_BTT"},
	[NDCTL_NS_MODE_RAW] = {KIND_COUNT, "raw", "", false, 512, NULL},
	[NDCTL_NS_MODE_DEVDAX] = {KIND_DAX, "devdax", "dax", true, 512, "CONFIG_NVDIMM_DAX"},
};

const struct mode_row *mode_row_of(enum ndctl_namespace_mode mode)
{
	return (unsigned)mode < ARRAY_SIZE(mode_rows) ? &mode_rows[mode] : NULL;
}

/* Read the place of each namespace that has one. */
static int facts_read_places(struct facts *facts, struct ndctl_region *region)
{
	struct ndctl_namespace *ndns;

	region_foreach_namespace (region, ndns) {
		struct place place = place_read(ndns);
		if (place.end == place.start)
			continue;
		struct place *places =
			reallocarray(facts->places, facts->place_count + 1, sizeof(*places));
		if (!places)
			return -ENOMEM;
		facts->places = places;
		places[facts->place_count++] = place;
	}
	return 0;
}

static int facts_read_region(struct facts *facts, struct ndctl_region *region)
{
	facts->region = region_facts_read(region);
	if (!facts->labelled)
		return 0;
	facts->region.available = ndctl_region_get_available_size(region);
	facts->region.largest = ndctl_region_get_max_available_extent(region);
	return place_may_be_misaligned(&facts->region) ? facts_read_places(facts, region) : 0;
}

static void facts_read_seed(
	struct facts *facts, struct ndctl_namespace *ndns, enum entity_kind kind)
{
	struct ndctl_region *region = entity_region(&ndns->entity);
	struct claim *seed = (struct claim *)region_seed(region, claim_rows[kind].seed);

	if (!seed)
		return;
	facts->seed.name = entity_name(&seed->entity);
	facts->seed.choices = claim_choices(seed);
	struct ndctl_namespace *owner = claim_namespace(seed);
	if (owner && (owner != ndns || !facts->exists))
		facts->seed.owner = entity_name(&owner->entity);
}

/* Read what an existing namespace has, as far as the wish leaves it open. */
static void facts_read_present(struct facts *facts, struct ndctl_namespace *ndns,
	const struct mode_row *row, const struct ndctl_namespace_spec *asked)
{
	struct claim *claim = namespace_claim(ndns);
	bool is_btt = claim && claim->entity.kind == KIND_BTT;

	if (row->claim != KIND_BTT)
		facts->sector_size = (unsigned)facts->sector_sizes->chosen;
	else if (is_btt)
		facts->sector_size = (unsigned)claim_choices(claim)->chosen;
	if (row->has_map && !asked->align && claim && !is_btt)
		facts->align = object_u64_or(&claim->entity.object, CLAIM_ALIGN, 0);
	if (!asked->name)
		facts->name = ndctl_namespace_get_alt_name(ndns);
}

/* Find another namespace of the bus that has @wanted for its uuid. */
static const char *find_uuid_owner(struct ndctl_namespace *ndns, bool exists, const uuid_t wanted)
{
	struct ndctl_region *region;
	struct ndctl_namespace *other;
	uuid_t uuid;

	ndctl_region_foreach (ndctl_namespace_get_bus(ndns), region)
		region_foreach_namespace (region, other) {
			entity_read_uuid(&other->entity, uuid);
			if (uuid_compare(uuid, wanted) == 0 && (other != ndns || !exists))
				return entity_name(&other->entity);
		}
	return NULL;
}

int facts_read(struct facts *facts, struct ndctl_namespace *ndns, bool exists, bool labelled,
	const struct ndctl_namespace_spec *asked)
{
	*facts = (struct facts){
		.labelled = labelled,
		.exists = exists,
		.start = ndctl_namespace_get_resource(ndns),
		.mode = asked->mode,
		.name = "",
		.sector_sizes = namespace_sector_sizes(ndns),
	};
	int err = namespace_read_size(ndns, &facts->size);
	if (err)
		return err;
	if (facts->mode == NDCTL_NS_MODE_UNKNOWN)
		facts->mode = exists ? ndctl_namespace_get_mode(ndns) : NDCTL_NS_MODE_FSDAX;
	const struct mode_row *row = mode_row_of(facts->mode);
	if (row && row->claim != KIND_COUNT)
		facts_read_seed(facts, ndns, row->claim);
	if (row && exists)
		facts_read_present(facts, ndns, row, asked);
	if (!labelled)
		facts->spot = spot_read(ndns);
	else if (!uuid_is_null(asked->uuid))
		facts->uuid_owner = find_uuid_owner(ndns, exists, asked->uuid);
	return facts_read_region(facts, entity_region(&ndns->entity));
}

void facts_deinit(struct facts *facts)
{
	free(facts->places);
}
