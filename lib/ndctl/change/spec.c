/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spec.h"

#include <ndctl/format/infoblock.h>
#include <ndctl/text.h>
#include <stdio.h>
#include <string.h>

#include "step.h"

/* Complete and check the specification of a namespace. */

static const char no_capacity[] = "the region has no free capacity: all of its %s are allocated";

#define DEFAULT_ALIGN (2ul << 20)
#define MAX_NAME      63
/* A btt needs an arena of at least this size behind its first 4 KiB (Documentation,
 * nvdimm/btt.rst). */
#define MIN_ARENA (UINT64_C(16) << 20)
#define BTT_START UINT64_C(4096)

/* Mode fsdax of a namespace that the kernel maps by itself, without an info block: all bytes hold
 * data. */
static const struct mode_row mapped_row = {KIND_COUNT, "fsdax", "", false, 512, NULL};

/* A specification in the making. */
struct draft {
	struct kernel *kernel;
	const struct facts *facts;
	const struct ndctl_namespace_spec *asked;
	struct spec *spec;
};

static int choose_uuid(const struct draft *draft)
{
	char text[UUID_STR_LEN];

	uuid_copy(draft->spec->uuid, draft->asked->uuid);
	if (uuid_is_null(draft->spec->uuid))
		uuid_generate(draft->spec->uuid);
	if (!draft->facts->uuid_owner)
		return 0;
	uuid_unparse_lower(draft->spec->uuid, text);
	kernel_fail(draft->kernel, EINVAL, "uuid %s belongs to %s", text, draft->facts->uuid_owner);
	kernel_hint(draft->kernel, "omit --uuid to get a new one");
	return -EINVAL;
}

/* Check that the seed is free: another namespace may have kept it, half configured, and the kernel
 * offers no second one. */
static int choose_mode(const struct draft *draft)
{
	const struct facts *facts = draft->facts;
	const struct mode_row *row = mode_row_of(facts->mode);

	if (!row)
		return kernel_fail(draft->kernel, EINVAL, "unknown mode %d", facts->mode);
	draft->spec->row = row;
	if (row->claim == KIND_COUNT)
		return 0;
	if (!facts->seed.name) {
		kernel_fail(draft->kernel, EOPNOTSUPP,
			"this kernel does not support %s namespaces: %s has no seed for them",
			row->name, facts->region.name);
		kernel_hint(draft->kernel, "use a kernel with %s", row->config);
		return -EOPNOTSUPP;
	}
	if (!facts->seed.owner)
		return 0;
	kernel_fail(draft->kernel, EBUSY,
		"%s, the seed for a %s namespace, belongs to %s, which is half configured",
		facts->seed.name, row->name, facts->seed.owner);
	kernel_hint(draft->kernel, "ndctl destroy-namespace --force %s", facts->seed.owner);
	return -EBUSY;
}

static int choose_map(const struct draft *draft)
{
	const struct mode_row *row = draft->spec->row;

	if (draft->asked->flags & NDCTL_CHANGE_NO_MAP) {
		if (row->claim != KIND_DAX)
			return kernel_fail(draft->kernel, EINVAL,
				"a %s namespace requires struct pages: only devdax works without them",
				row->name);
		draft->spec->map = NDCTL_PFN_LOC_NONE;
		return 0;
	}
	if ((unsigned)draft->asked->map > NDCTL_PFN_LOC_PMEM)
		return kernel_fail(draft->kernel, EINVAL,
			"unknown place of struct pages %d: must be 0 to %d", draft->asked->map,
			NDCTL_PFN_LOC_PMEM);
	if (draft->asked->map != NDCTL_PFN_LOC_NONE && !row->has_map)
		return kernel_fail(draft->kernel, EINVAL,
			"a %s namespace has no struct pages: cannot choose their place", row->name);
	draft->spec->map =
		draft->asked->map != NDCTL_PFN_LOC_NONE ? draft->asked->map : NDCTL_PFN_LOC_PMEM;
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

static int choose_align(const struct draft *draft)
{
	const struct facts *facts = draft->facts;
	struct spec *spec = draft->spec;
	char text[256];

	if (draft->asked->align && !spec->row->has_map)
		return kernel_fail(draft->kernel, EOPNOTSUPP, "a %s namespace has no alignment",
			spec->row->name);
	if (!spec->row->has_map)
		return 0;
	const struct choices *choices = facts->seed.choices;
	spec->align = draft->asked->align ?: facts->align ?: DEFAULT_ALIGN;
	/* Accept the default, the only alignment of old kernels, which list none. */
	if (choices->count ? choices_offer(choices, spec->align) : spec->align == DEFAULT_ALIGN)
		return 0;
	list_choices(choices, text, sizeof(text));
	kernel_fail(draft->kernel, EOPNOTSUPP, "this kernel does not support an alignment of %s",
		size_text(spec->align).text);
	kernel_hint(draft->kernel, "choose one of %s", *text ? text : "2 MiB");
	return -EOPNOTSUPP;
}

/* Leave it to the kernel to map the namespace without an info block, where it does and that is what
 * was asked for. */
static void choose_info_block(const struct draft *draft)
{
	const struct facts *facts = draft->facts;

	if (draft->spec->row->claim != KIND_PFN || draft->spec->map != NDCTL_PFN_LOC_RAM ||
		facts->labelled || !facts->spot.is_mapped)
		return;
	if (draft->asked->align && facts->start % draft->asked->align)
		return;
	draft->spec->row = &mapped_row;
}

static int say_no_sector_size(const struct draft *draft)
{
	int err = kernel_fail(draft->kernel, EINVAL,
		"cannot choose the sector size of a %s namespace: the region has no labels",
		draft->spec->row->name);

	kernel_hint(draft->kernel, "omit --sector-size, or use --mode sector");
	return err;
}

static int choose_sector_size(const struct draft *draft)
{
	const struct facts *facts = draft->facts;
	struct spec *spec = draft->spec;
	bool is_btt = spec->row->claim == KIND_BTT;
	const struct choices *choices = is_btt ? facts->seed.choices : facts->sector_sizes;
	char text[256];

	spec->sector_size =
		draft->asked->sector_size ?: facts->sector_size ?: spec->row->sector_size;
	/* Refuse a sector size that no label would keep. */
	if (!is_btt && !choices->count)
		return draft->asked->sector_size ? say_no_sector_size(draft) : 0;
	if (choices_offer(choices, spec->sector_size))
		return 0;
	list_choices(choices, text, sizeof(text));
	kernel_fail(draft->kernel, EINVAL,
		"%s does not support sectors of %u bytes for a %s namespace", facts->region.name,
		spec->sector_size, spec->row->name);
	kernel_hint(draft->kernel, "choose one of %s", text);
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

/* Return the bytes that mappings require a size to be a multiple of: the alignment, for each
 * interleave way. 0: any size. */
static uint64_t mapping_unit(const struct draft *draft)
{
	return draft->spec->row->has_map ? (uint64_t)draft->spec->align * draft->facts->region.ways
					 : 0;
}

/* Return the unit of sizes: a multiple of the region's, and of that of mappings. 0: any size. */
static uint64_t size_unit(const struct draft *draft)
{
	uint64_t region = draft->facts->region.unit, mapping = mapping_unit(draft);

	if (!region || !mapping)
		return region ?: mapping;
	return region / gcd(region, mapping) * mapping;
}

static void suggest_sizes(const struct draft *draft)
{
	uint64_t unit = size_unit(draft);
	uint64_t below = draft->spec->size / unit * unit, above = below + unit;

	if (below)
		kernel_hint(draft->kernel, "choose %s or %s", size_text(below).text,
			size_text(above).text);
	else
		kernel_hint(draft->kernel, "choose at least %s", size_text(above).text);
}

static int check_multiple(const struct draft *draft, uint64_t unit, const char *of_what)
{
	if (!unit || draft->spec->size % unit == 0)
		return 0;
	kernel_fail(draft->kernel, EINVAL, "invalid size %s: must be a multiple of %s (%s)",
		size_text(draft->spec->size).text, size_text(unit).text, of_what);
	suggest_sizes(draft);
	return -EINVAL;
}

static int check_region_capacity(const struct draft *draft)
{
	const struct region_facts *region = &draft->facts->region;
	uint64_t own = draft->facts->exists ? draft->facts->size : 0, size = draft->spec->size;
	uint64_t all = region->available,
		 most = region->largest == ULLONG_MAX ? all : region->largest;

	/* Leave it to the kernel how far a namespace can grow in place. */
	if (size <= own || size <= most || (own && size - own <= all))
		return 0;
	if (own)
		return kernel_fail(draft->kernel, ENOSPC,
			"%s do not fit: the namespace has %s, and %s more are free",
			size_text(size).text, size_text(own).text, size_text(all).text);
	draft->spec->is_full = true;
	if (!all)
		return kernel_fail(
			draft->kernel, ENOSPC, no_capacity, size_text(region->size).text);
	if (most < all)
		return kernel_fail(draft->kernel, ENOSPC,
			"%s do not fit: %s are free, %s of them in one piece", size_text(size).text,
			size_text(all).text, size_text(most).text);
	return kernel_fail(draft->kernel, ENOSPC, "%s do not fit: %s are free",
		size_text(size).text, size_text(all).text);
}

/* Return the size of the namespace before, or the largest that fits. */
static uint64_t default_size(const struct facts *facts)
{
	if (facts->exists && facts->size)
		return facts->size;
	return facts->region.largest == ULLONG_MAX ? facts->region.available
						   : facts->region.largest;
}

static int choose_label_size(const struct draft *draft)
{
	const struct region_facts *region = &draft->facts->region;
	struct spec *spec = draft->spec;

	spec->size = draft->asked->size ?: default_size(draft->facts);
	if (!spec->size) {
		spec->is_full = true;
		return kernel_fail(
			draft->kernel, ENOSPC, no_capacity, size_text(region->size).text);
	}
	int err = check_multiple(draft, region->unit, "the alignment of the region");
	err = err
		?: check_multiple(draft, mapping_unit(draft),
			   "the alignment of the namespace, for each interleave way");
	return err ?: check_region_capacity(draft);
}

static int choose_whole_size(const struct draft *draft)
{
	const struct facts *facts = draft->facts;

	draft->spec->size = facts->size;
	if (!draft->asked->size || draft->asked->size == facts->size)
		return 0;
	return kernel_fail(draft->kernel, facts->exists ? EINVAL : ENOSPC,
		"cannot choose a size: without labels a namespace is the whole region, %s",
		size_text(facts->size).text);
}

static int choose_size(const struct draft *draft)
{
	const struct spec *spec = draft->spec;
	bool labelled = draft->facts->labelled;
	int err = labelled ? choose_label_size(draft) : choose_whole_size(draft);

	if (err || spec->row->claim != KIND_BTT || spec->size >= MIN_ARENA + BTT_START)
		return err;
	kernel_fail(draft->kernel, ENXIO, "invalid size %s: sector mode needs more than %s",
		size_text(spec->size).text, size_text(MIN_ARENA).text);
	uint64_t unit = size_unit(draft);
	if (labelled && unit)
		kernel_hint(draft->kernel, "choose at least %s",
			size_text((MIN_ARENA + BTT_START + unit - 1) / unit * unit).text);
	return -ENXIO;
}

/* ---- place ---- */

/* Check the place of what gets struct pages: namespaces with them, and any that the kernel maps by
 * itself. A btt needs none. */
static int check_spec_place(const struct draft *draft)
{
	const struct facts *facts = draft->facts;
	const struct spec *spec = draft->spec;

	if (!facts->labelled)
		return spot_check(draft->kernel, &facts->spot);
	if (!spec->row->has_map || spec->map == NDCTL_PFN_LOC_NONE)
		return 0;
	if (!facts->size)
		return place_check_room(draft->kernel, &facts->region, spec->size, facts->places,
			facts->place_count);
	if (facts->start == ULLONG_MAX)
		return 0;
	const struct place place = {facts->start, facts->start + facts->size};
	return place_check_start(draft->kernel, &facts->region, &place);
}

/* Return whether data space remains of @size bytes at @start, behind the struct pages and with both
 * ends cut to the alignment. Start 0, a multiple of each alignment, is the best case. */
static bool has_room(const struct spec *spec, uint64_t start, uint64_t size)
{
	uint64_t unit = spec->align > INFO_LEAST_UNIT ? spec->align : INFO_LEAST_UNIT;
	uint64_t head =
		INFO_MAP_START + (spec->map == NDCTL_PFN_LOC_PMEM ? struct_pages_size(size) : 0);

	return (start + size) / unit > (start + head + unit - 1) / unit;
}

/* Check that data space remains. Assume the best start for a new namespace, whose place only the
 * kernel chooses. */
static int check_room(const struct draft *draft)
{
	const struct facts *facts = draft->facts;
	const struct spec *spec = draft->spec;
	bool stays = spec->size == facts->size && facts->start != ULLONG_MAX;

	if (!spec->row->has_map || spec->map == NDCTL_PFN_LOC_NONE)
		return 0;
	if (!stays && spec->size % spec->align)
		return 0;
	if (has_room(spec, stays ? facts->start : 0, spec->size))
		return 0;
	kernel_fail(draft->kernel, ENXIO,
		"%s leave no room for data behind %s with an alignment of %s",
		size_text(spec->size).text,
		spec->map == NDCTL_PFN_LOC_PMEM ? "the struct pages" : "the info block",
		size_text(spec->align).text);
	if (!facts->labelled) {
		kernel_hint(draft->kernel, "choose a smaller --align");
		return -ENXIO;
	}
	uint64_t unit = size_unit(draft) ?: spec->align;
	uint64_t size = spec->size / unit * unit;
	while (!has_room(spec, 0, size))
		size += unit;
	kernel_hint(draft->kernel, "choose at least %s", size_text(size).text);
	return -ENXIO;
}

static int choose_name(const struct draft *draft)
{
	const char *name = draft->asked->name ?: draft->facts->name;

	draft->spec->name = name;
	if (strlen(name) <= MAX_NAME)
		return 0;
	return kernel_fail(draft->kernel, EINVAL, "the name has %zu bytes: must be at most %d",
		strlen(name), MAX_NAME);
}

int spec_complete(struct spec *spec, struct kernel *kernel, const struct facts *facts,
	const struct ndctl_namespace_spec *asked)
{
	const struct draft draft = {kernel, facts, asked, spec};

	*spec = (struct spec){.flags = asked->flags};
	int err = choose_uuid(&draft) ?: choose_mode(&draft);
	if (err)
		return err;
	err = choose_map(&draft) ?: choose_align(&draft);
	if (err)
		return err;
	choose_info_block(&draft);
	err = choose_sector_size(&draft) ?: choose_size(&draft);
	if (err)
		return err;
	err = check_spec_place(&draft) ?: check_room(&draft);
	return err ?: choose_name(&draft);
}

/* ---- what a caller hands in ---- */

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
