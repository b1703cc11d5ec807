/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "create.h"
#include <ndctl/format/infoblock.h>
#include "place.h"

#include <stdio.h>
#include <string.h>

/* Complete and check the specification of a namespace. */

static const char no_capacity[] = "the region has no free capacity: all of its %s are allocated";

#define DEFAULT_ALIGN (2ul << 20)
#define MAX_NAME      63
/* A btt needs an arena of at least this size behind its first 4 KiB (Documentation,
 * nvdimm/btt.rst). */
#define MIN_ARENA (UINT64_C(16) << 20)
#define BTT_START UINT64_C(4096)

static const struct mode_row rows[] = {
	[NDCTL_NS_MODE_FSDAX] = {KIND_PFN, "fsdax", "pfn", true, 512, "CONFIG_NVDIMM_PFN"},
	[NDCTL_NS_MODE_SECTOR] = {KIND_BTT, "sector", "btt", false, 4096, "CONFIG_BTT"},
	[NDCTL_NS_MODE_RAW] = {KIND_COUNT, "raw", "", false, 512, NULL},
	[NDCTL_NS_MODE_DEVDAX] = {KIND_DAX, "devdax", "dax", true, 512, "CONFIG_NVDIMM_DAX"},
};

/* Mode fsdax of a namespace that the kernel maps by itself, without an info block: all bytes hold
 * data. */
static const struct mode_row mapped_row = {KIND_COUNT, "fsdax", "", false, 512, NULL};

static struct kernel *plan_kernel(const struct plan *plan)
{
	return entity_kernel(&plan->region->entity);
}

static struct claim *get_seed(const struct plan *plan)
{
	switch (plan->row->claim) {
	case KIND_BTT:
		return (struct claim *)region_seed(plan->region, REGION_BTT_SEED);
	case KIND_PFN:
		return (struct claim *)region_seed(plan->region, REGION_PFN_SEED);
	default:
		return (struct claim *)region_seed(plan->region, REGION_DAX_SEED);
	}
}

/* Check that the seed is free: another namespace may have kept it, half configured, and the kernel
 * offers no second one. */
static int check_seed(const struct plan *plan)
{
	struct ndctl_namespace *other = claim_namespace(plan->claim);

	if (!other || other == plan->old)
		return 0;
	kernel_fail(plan_kernel(plan), EBUSY,
		"%s, the seed for a %s namespace, belongs to %s, which is half configured",
		entity_name(&plan->claim->entity), plan->row->name, entity_name(&other->entity));
	kernel_hint(plan_kernel(plan), "ndctl destroy-namespace --force %s",
		entity_name(&other->entity));
	return -EBUSY;
}

static int choose_mode(struct plan *plan, const struct ndctl_namespace_spec *spec)
{
	enum ndctl_namespace_mode mode = spec->mode;

	if (mode == NDCTL_NS_MODE_UNKNOWN)
		mode = plan->old ? ndctl_namespace_get_mode(plan->old) : NDCTL_NS_MODE_FSDAX;
	if ((unsigned)mode >= ARRAY_SIZE(rows))
		return kernel_fail(plan_kernel(plan), EINVAL, "unknown mode");
	plan->row = &rows[mode];
	if (plan->row->claim == KIND_COUNT)
		return 0;
	plan->claim = get_seed(plan);
	if (plan->claim)
		return check_seed(plan);
	kernel_fail(plan_kernel(plan), EOPNOTSUPP,
		"this kernel does not support %s namespaces: %s has no seed for them",
		plan->row->name, entity_name(&plan->region->entity));
	kernel_hint(plan_kernel(plan), "use a kernel with %s", plan->row->config);
	return -EOPNOTSUPP;
}

static int choose_map(struct plan *plan, const struct ndctl_namespace_spec *spec)
{
	if (spec->flags & NDCTL_CHANGE_NO_MAP) {
		if (plan->row->claim != KIND_DAX)
			return kernel_fail(plan_kernel(plan), EINVAL,
				"a %s namespace requires struct pages: only devdax works without them",
				plan->row->name);
		plan->map = NDCTL_PFN_LOC_NONE;
		return 0;
	}
	if (spec->map != NDCTL_PFN_LOC_NONE && !plan->row->has_map)
		return kernel_fail(plan_kernel(plan), EINVAL,
			"a %s namespace has no struct pages: cannot choose their place",
			plan->row->name);
	plan->map = spec->map != NDCTL_PFN_LOC_NONE ? spec->map : NDCTL_PFN_LOC_PMEM;
	return 0;
}

/* List the choices that the kernel offers, for a sentence. */
static void list_choices(const struct choices *choices, char *text, size_t size)
{
	size_t used = 0;

	text[0] = 0;
	for (size_t i = 0; i < choices->count && used < size; i++)
		used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "",
			size_text(choices->list[i]).text);
}

static bool offers(const struct choices *choices, unsigned long number)
{
	for (size_t i = 0; i < choices->count; i++)
		if (choices->list[i] == number)
			return true;
	return false;
}

/* Return the alignment of the namespace before, 0 if it has none. */
static unsigned long old_align(const struct plan *plan)
{
	struct claim *claim = plan->old ? namespace_claim(plan->old) : NULL;

	if (!claim || claim->entity.kind == KIND_BTT)
		return 0;
	return object_u64_or(&claim->entity.object, CLAIM_ALIGN, 0);
}

static int choose_align(struct plan *plan, const struct ndctl_namespace_spec *spec)
{
	char text[256];

	if (spec->align && !plan->row->has_map)
		return kernel_fail(plan_kernel(plan), EOPNOTSUPP, "a %s namespace has no alignment",
			plan->row->name);
	if (!plan->row->has_map)
		return 0;
	const struct choices *choices = claim_choices(plan->claim);
	plan->align = spec->align ?: old_align(plan) ?: DEFAULT_ALIGN;
	/* Accept the default, the only alignment of old kernels, which list none. */
	if (choices->count ? offers(choices, plan->align) : plan->align == DEFAULT_ALIGN)
		return 0;
	list_choices(choices, text, sizeof(text));
	kernel_fail(plan_kernel(plan), EOPNOTSUPP,
		"this kernel does not support an alignment of %s", size_text(plan->align).text);
	kernel_hint(plan_kernel(plan), "choose one of %s", *text ? text : "2 MiB");
	return -EOPNOTSUPP;
}

static void choose_info_block(struct plan *plan, const struct ndctl_namespace_spec *spec)
{
	if (plan->row->claim != KIND_PFN || plan->map != NDCTL_PFN_LOC_RAM || plan->labelled ||
		!place_is_mapped(plan->ndns))
		return;
	if (spec->align && ndctl_namespace_get_resource(plan->ndns) % spec->align)
		return;
	plan->row = &mapped_row;
	plan->claim = NULL;
}

bool spec_offers_sector_size(struct ndctl_namespace *ndns, unsigned sector_size)
{
	ndctl_namespace_get_num_sector_sizes(ndns);
	return offers(&ndns->sector_sizes, sector_size);
}

/* Return the sector size of the namespace before: that of its btt, or that of its label; 0 if it
 * has none. */
static unsigned old_sector_size(const struct plan *plan)
{
	struct claim *claim = plan->old ? namespace_claim(plan->old) : NULL;

	if (!plan->old)
		return 0;
	if (plan->row->claim != KIND_BTT) {
		ndctl_namespace_get_num_sector_sizes(plan->old);
		return (unsigned)plan->old->sector_sizes.chosen;
	}
	return claim && claim->entity.kind == KIND_BTT ? (unsigned)claim_choices(claim)->chosen : 0;
}

static int say_no_sector_size(const struct plan *plan)
{
	int err = kernel_fail(plan_kernel(plan), EINVAL,
		"cannot choose the sector size of a %s namespace: the region has no labels",
		plan->row->name);

	kernel_hint(plan_kernel(plan), "omit --sector-size, or use --mode sector");
	return err;
}

static int choose_sector_size(struct plan *plan, const struct ndctl_namespace_spec *spec)
{
	char text[256];

	plan->sector_size = spec->sector_size ?: old_sector_size(plan) ?: plan->row->sector_size;
	if (plan->row->claim == KIND_BTT) {
		const struct choices *choices = claim_choices(plan->claim);
		if (offers(choices, plan->sector_size))
			return 0;
		list_choices(choices, text, sizeof(text));
	} else {
		/* Refuse a sector size that no label would keep. */
		if (!ndctl_namespace_get_num_sector_sizes(plan->ndns))
			return spec->sector_size ? say_no_sector_size(plan) : 0;
		if (spec_offers_sector_size(plan->ndns, plan->sector_size))
			return 0;
		list_choices(&plan->ndns->sector_sizes, text, sizeof(text));
	}
	kernel_fail(plan_kernel(plan), EINVAL,
		"%s does not support sectors of %u bytes for a %s namespace",
		entity_name(&plan->region->entity), plan->sector_size, plan->row->name);
	kernel_hint(plan_kernel(plan), "choose one of %s", text);
	return -EINVAL;
}

/* ---- size ---- */

static uint64_t gcd(uint64_t a, uint64_t b)
{
	while (b) {
		uint64_t rest = a % b;
		a = b;
		b = rest;
	}
	return a;
}

/* Return the unit of sizes: a multiple of the region's alignment, and of the mapping alignment for
 * each interleave way. 0: any size. */
static uint64_t size_unit(const struct plan *plan)
{
	uint64_t region = ndctl_region_get_align(plan->region);
	uint64_t ways = ndctl_region_get_interleave_ways(plan->region);
	uint64_t mapping = plan->row->has_map ? plan->align * ways : 0;

	if (region == ULONG_MAX)
		region = 0;
	if (!region || !mapping)
		return region ?: mapping;
	return region / gcd(region, mapping) * mapping;
}

static void suggest_sizes(const struct plan *plan)
{
	uint64_t unit = size_unit(plan);
	uint64_t below = plan->size / unit * unit, above = below + unit;

	if (below)
		kernel_hint(plan_kernel(plan), "choose %s or %s", size_text(below).text,
			size_text(above).text);
	else
		kernel_hint(plan_kernel(plan), "choose at least %s", size_text(above).text);
}

static int check_multiple(const struct plan *plan, uint64_t unit, const char *of_what)
{
	if (!unit || unit == ULONG_MAX || plan->size % unit == 0)
		return 0;
	kernel_fail(plan_kernel(plan), EINVAL, "invalid size %s: must be a multiple of %s (%s)",
		size_text(plan->size).text, size_text(unit).text, of_what);
	suggest_sizes(plan);
	return -EINVAL;
}

/* Hint at other regions with free capacity. */
static int say_full(const struct plan *plan, int err)
{
	struct ndctl_ctx *ctx = plan->region->entity.ctx;
	char text[256] = "";
	size_t used = 0;

	for (struct entity *entity = entity_first(ctx, KIND_REGION); entity;
		entity = entity_next(entity)) {
		struct ndctl_region *region = (struct ndctl_region *)entity;
		uint64_t most = ndctl_region_get_max_available_extent(region);
		if (region == plan->region || !ndctl_region_is_enabled(region) || !most ||
			most == ULLONG_MAX || ndctl_region_get_ro(region) > 0 ||
			used >= sizeof(text))
			continue;
		used += (size_t)snprintf(text + used, sizeof(text) - used, "%s%s has %s",
			used ? ", " : "", entity_name(entity), size_text(most).text);
	}
	if (used)
		kernel_hint(plan_kernel(plan), "use another region: %s free in one piece", text);
	return err;
}

static int check_region_capacity(const struct plan *plan)
{
	uint64_t own = plan->old ? namespace_size(plan->old) : 0;
	uint64_t most = ndctl_region_get_max_available_extent(plan->region);
	uint64_t all = ndctl_region_get_available_size(plan->region);

	/* Leave it to the kernel how far a namespace can grow in place. */
	if (plan->size <= own || (own && plan->size - own <= all))
		return 0;
	/* Assume one extent on kernels before 4.17, which do not report the largest. */
	if (most == ULLONG_MAX)
		most = all;
	if (plan->size <= most)
		return 0;
	if (own)
		return kernel_fail(plan_kernel(plan), ENOSPC,
			"%s do not fit: the namespace has %s, and %s more are free",
			size_text(plan->size).text, size_text(own).text, size_text(all).text);
	if (!all)
		return say_full(plan,
			kernel_fail(plan_kernel(plan), ENOSPC, no_capacity,
				size_text(ndctl_region_get_size(plan->region)).text));
	if (most < all)
		return say_full(plan,
			kernel_fail(plan_kernel(plan), ENOSPC,
				"%s do not fit: %s are free, %s of them in one piece",
				size_text(plan->size).text, size_text(all).text,
				size_text(most).text));
	return say_full(plan,
		kernel_fail(plan_kernel(plan), ENOSPC, "%s do not fit: %s are free",
			size_text(plan->size).text, size_text(all).text));
}

/* Return the size of the namespace before, or the largest that fits. */
static uint64_t default_size(const struct plan *plan)
{
	uint64_t own = plan->old ? namespace_size(plan->old) : 0;

	if (own)
		return own;
	uint64_t most = ndctl_region_get_max_available_extent(plan->region);
	return most == ULLONG_MAX ? ndctl_region_get_available_size(plan->region) : most;
}

static int choose_label_size(struct plan *plan, uint64_t asked)
{
	plan->size = asked ?: default_size(plan);
	if (!plan->size)
		return say_full(plan,
			kernel_fail(plan_kernel(plan), ENOSPC, no_capacity,
				size_text(ndctl_region_get_size(plan->region)).text));
	int err = check_multiple(
		plan, ndctl_region_get_align(plan->region), "the alignment of the region");
	if (!err && plan->row->has_map)
		err = check_multiple(plan,
			(uint64_t)plan->align * ndctl_region_get_interleave_ways(plan->region),
			"the alignment of the namespace, for each interleave way");
	return err ?: check_region_capacity(plan);
}

/* Return whether data space remains of @size bytes at @start, behind the struct pages and with both
 * ends cut to the alignment. Start 0, a multiple of each alignment, is the best case. */
static bool has_room(const struct plan *plan, uint64_t start, uint64_t size)
{
	uint64_t unit = plan->align > INFO_LEAST_UNIT ? plan->align : INFO_LEAST_UNIT;
	uint64_t head =
		INFO_MAP_START + (plan->map == NDCTL_PFN_LOC_PMEM ? page_map_size(size) : 0);

	return (start + size) / unit > (start + head + unit - 1) / unit;
}

/* Check that data space remains. Assume the best start for a new namespace, whose place only the
 * kernel chooses. */
static int check_room(const struct plan *plan)
{
	uint64_t start = ndctl_namespace_get_resource(plan->ndns);
	uint64_t unit = size_unit(plan) ?: plan->align;
	bool stays = plan->size == namespace_size(plan->ndns) && start != ULLONG_MAX;

	if (!plan->row->has_map || plan->map == NDCTL_PFN_LOC_NONE)
		return 0;
	if (!stays && plan->size % plan->align)
		return 0;
	if (has_room(plan, stays ? start : 0, plan->size))
		return 0;
	kernel_fail(plan_kernel(plan), ENXIO,
		"%s leave no room for data behind %s with an alignment of %s",
		size_text(plan->size).text,
		plan->map == NDCTL_PFN_LOC_PMEM ? "the struct pages" : "the info block",
		size_text(plan->align).text);
	if (!plan->labelled) {
		kernel_hint(plan_kernel(plan), "choose a smaller --align");
		return -ENXIO;
	}
	uint64_t size = plan->size / unit * unit;
	while (!has_room(plan, 0, size))
		size += unit;
	kernel_hint(plan_kernel(plan), "choose at least %s", size_text(size).text);
	return -ENXIO;
}

/* Check the place of what gets struct pages: namespaces with them, and any that the kernel maps by
 * itself. A btt needs none. */
static int check_spec_place(const struct plan *plan)
{
	if (!plan->labelled)
		return place_check_whole(plan->ndns);
	if (!plan->row->has_map || plan->map == NDCTL_PFN_LOC_NONE)
		return 0;
	if (namespace_size(plan->ndns) > 0)
		return place_check_start(plan->ndns);
	return place_check_room(plan->region, plan->size);
}

/* Refuse a uuid that another namespace of the bus has. */
static int check_uuid(const struct plan *plan)
{
	struct ndctl_region *region;
	struct ndctl_namespace *other;
	char text[UUID_STR_LEN];
	uuid_t uuid;

	ndctl_region_foreach (ndctl_region_get_bus(plan->region), region)
		region_foreach_namespace (region, other) {
			entity_read_uuid(&other->entity, uuid);
			if (other == plan->old || uuid_compare(uuid, plan->uuid) != 0)
				continue;
			uuid_unparse_lower(uuid, text);
			kernel_fail(plan_kernel(plan), EINVAL, "uuid %s belongs to %s", text,
				entity_name(&other->entity));
			kernel_hint(plan_kernel(plan), "omit --uuid to get a new one");
			return -EINVAL;
		}
	return 0;
}

static int choose_uuid(struct plan *plan, const struct ndctl_namespace_spec *spec)
{
	uuid_copy(plan->uuid, spec->uuid);
	if (!uuid_is_null(plan->uuid))
		return plan->labelled ? check_uuid(plan) : 0;
	uuid_generate(plan->uuid);
	return 0;
}

static int choose_size(struct plan *plan, const struct ndctl_namespace_spec *spec)
{
	if (plan->labelled) {
		int err = choose_label_size(plan, spec->size);
		if (err)
			return err;
	} else {
		plan->size = namespace_size(plan->ndns);
		if (spec->size && spec->size != plan->size)
			return kernel_fail(plan_kernel(plan), plan->old ? EINVAL : ENOSPC,
				"cannot choose a size: without labels a namespace is the whole region, %s",
				size_text(plan->size).text);
	}
	if (plan->row->claim != KIND_BTT || plan->size >= MIN_ARENA + BTT_START)
		return 0;
	kernel_fail(plan_kernel(plan), ENXIO, "invalid size %s: sector mode needs more than %s",
		size_text(plan->size).text, size_text(MIN_ARENA).text);
	uint64_t unit = size_unit(plan);
	if (plan->labelled && unit)
		kernel_hint(plan_kernel(plan), "choose at least %s",
			size_text((MIN_ARENA + BTT_START + unit - 1) / unit * unit).text);
	return -ENXIO;
}

static int choose_name(struct plan *plan, const struct ndctl_namespace_spec *spec)
{
	plan->name = spec->name ?: plan->old ? ndctl_namespace_get_alt_name(plan->old) : "";
	if (strlen(plan->name) > MAX_NAME)
		return kernel_fail(plan_kernel(plan), EINVAL,
			"the name has %zu bytes: must be at most %d", strlen(plan->name), MAX_NAME);
	return 0;
}

void spec_copy(struct ndctl_namespace_spec *to, const struct ndctl_namespace_spec *from)
{
	*to = (struct ndctl_namespace_spec){.mode = NDCTL_NS_MODE_UNKNOWN};
	memcpy(to, from, from->struct_size < sizeof(*to) ? from->struct_size : sizeof(*to));
	to->struct_size = sizeof(*to);
}

int spec_check_flags(struct kernel *kernel, const struct ndctl_namespace_spec *spec)
{
	struct ndctl_namespace_spec known;

	spec_copy(&known, spec);
	return kernel_check_flags(kernel, known.flags,
		NDCTL_CHANGE_FORCE | NDCTL_CHANGE_DRY_RUN | NDCTL_CHANGE_AUTOLABEL |
			NDCTL_CHANGE_NO_MAP | NDCTL_CHANGE_NO_RECOVER | NDCTL_CHANGE_TAKE_DISABLED);
}

int spec_complete(struct plan *plan, const struct ndctl_namespace_spec *given)
{
	struct ndctl_namespace_spec spec;

	spec_copy(&spec, given);
	plan->flags = spec.flags;
	int err = choose_uuid(plan, &spec) ?: choose_mode(plan, &spec);
	if (err)
		return err;
	err = choose_map(plan, &spec) ?: choose_align(plan, &spec);
	if (err)
		return err;
	choose_info_block(plan, &spec);
	err = choose_sector_size(plan, &spec) ?: choose_size(plan, &spec);
	if (err)
		return err;
	err = check_spec_place(plan) ?: check_room(plan);
	return err ?: choose_name(plan, &spec);
}
