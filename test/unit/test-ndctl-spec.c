/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"

#include <ndctl/change/spec.h>
#include <ndctl/private.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Complete wishes for a namespace from the facts of a region (spec.c), and read such facts
 * (facts.c). */

#define ND  "sys/bus/nd/devices/"
#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

static const struct choices label_sectors = {(unsigned long[]){512, 4096}, 2, 512, true};
static const struct choices btt_sectors = {(unsigned long[]){512, 520, 4096}, 3, 4096, true};
static const struct choices alignments = {(unsigned long[]){4096, 2 * MIB, GIB}, 3, 0, true};
static const struct choices no_choices = {.known = true};

/* A region of 8 GiB at 4 GiB with labels. */
#define REGION(...)                                                                                \
	.labelled = true, .start = ULLONG_MAX, .name = "", .sector_sizes = &label_sectors,         \
	.region = {.name = "region0", .start = 4 * GIB, .size = 8 * GIB, __VA_ARGS__}

static const struct facts plain = {
	REGION(.ways = 1, .unit = 16 * MIB, .available = 4 * GIB, .largest = 3 * GIB)};
static const struct facts interleaved = {
	REGION(.ways = 2, .unit = 32 * MIB, .available = 4 * GIB, .largest = 4 * GIB)};
static const struct facts full = {REGION(.ways = 1, .unit = 16 * MIB)};
static const struct facts old_kernel = {
	REGION(.ways = 1, .unit = 16 * MIB, .available = 4 * GIB, .largest = ULLONG_MAX)};
/* Namespace0.1 of 64 MiB in fsdax mode. */
static const struct facts existing = {.labelled = true,
	.exists = true,
	.size = 64 * MIB,
	.start = 4 * GIB,
	.align = 4096,
	.sector_size = 4096,
	.name = "old",
	.sector_sizes = &label_sectors,
	.region = {.name = "region0",
		.start = 4 * GIB,
		.size = 8 * GIB,
		.ways = 1,
		.unit = 16 * MIB,
		.available = 32 * MIB,
		.largest = 32 * MIB}};
/* The kernel lets namespaces start at each MiB, and one ends in the midst of 2 MiB. */
static const struct facts narrow = {
	REGION(.ways = 1, .unit = MIB, .available = 4 * GIB, .largest = 4 * GIB),
	.places = (struct place[]){{4 * GIB, 4 * GIB + 33 * MIB}}, .place_count = 1};
static const struct facts unlabelled = {.size = 8 * GIB,
	.start = ULLONG_MAX,
	.name = "",
	.sector_sizes = &no_choices,
	.region = {.name = "region0", .ways = 1, .unit = 16 * MIB}};
/* Legacy memory, which the kernel maps by itself. */
static const struct facts mapped = {.size = 8 * GIB,
	.start = 4 * GIB,
	.name = "",
	.sector_sizes = &no_choices,
	.spot = {.name = "namespace0.0", .is_mapped = true, .place = {4 * GIB, 12 * GIB}},
	.region = {.name = "region0", .ways = 1}};
static const struct facts misaligned = {.size = 8 * GIB,
	.start = 4 * GIB + MIB,
	.name = "",
	.sector_sizes = &no_choices,
	.spot = {.name = "namespace0.0",
		.is_mapped = true,
		.is_parameter = true,
		.place = {4 * GIB + MIB, 12 * GIB + MIB}},
	.region = {.name = "region0", .ways = 1}};
static const struct facts seedless = {
	REGION(.ways = 1, .available = 4 * GIB, .largest = 4 * GIB), .seed = {.name = "none"}};
static const struct facts half_configured = {
	REGION(.ways = 1, .available = 4 * GIB, .largest = 4 * GIB),
	.seed = {.owner = "namespace0.7"}};
static const struct facts uuid_in_use = {
	REGION(.ways = 1, .available = 4 * GIB, .largest = 4 * GIB), .uuid_owner = "namespace0.3"};

struct wish {
	const char *name;
	const struct facts *facts;
	struct ndctl_namespace_spec spec;
	int err;
	const char *error, *hint; /* sentences if it is refused */
	struct spec spec_is;	  /* what is compared if not: the row is told by its claim */
	enum entity_kind claim;
};

#define SPEC(how, ...)                                                                             \
	{                                                                                          \
		.struct_size = sizeof(struct ndctl_namespace_spec), .mode = NDCTL_NS_MODE_##how,   \
		__VA_ARGS__                                                                        \
	}

static const struct wish wishes[] = {
	{"nothing", &plain, SPEC(UNKNOWN),
		.spec_is = {.map = NDCTL_PFN_LOC_PMEM,
			.align = 2 * MIB,
			.sector_size = 512,
			.size = 3 * GIB,
			.name = ""},
		.claim = KIND_PFN},
	{"devdax without struct pages", &plain,
		SPEC(DEVDAX, .flags = NDCTL_CHANGE_NO_MAP, .size = 64 * MIB, .name = "vm"),
		.spec_is = {.map = NDCTL_PFN_LOC_NONE,
			.align = 2 * MIB,
			.sector_size = 512,
			.size = 64 * MIB,
			.name = "vm"},
		.claim = KIND_DAX},
	{"sector", &plain, SPEC(SECTOR, .size = 64 * MIB),
		.spec_is = {.map = NDCTL_PFN_LOC_PMEM,
			.sector_size = 4096,
			.size = 64 * MIB,
			.name = ""},
		.claim = KIND_BTT},
	{"raw with large sectors", &plain, SPEC(RAW, .sector_size = 4096, .size = 64 * MIB),
		.spec_is = {.map = NDCTL_PFN_LOC_PMEM,
			.sector_size = 4096,
			.size = 64 * MIB,
			.name = ""},
		.claim = KIND_COUNT},
	{"struct pages in RAM", &plain,
		SPEC(UNKNOWN, .map = NDCTL_PFN_LOC_RAM, .align = 4096, .size = 16 * MIB),
		.spec_is = {.map = NDCTL_PFN_LOC_RAM,
			.align = 4096,
			.sector_size = 512,
			.size = 16 * MIB,
			.name = ""},
		.claim = KIND_PFN},
	{"everything as it was", &existing, SPEC(UNKNOWN),
		.spec_is = {.map = NDCTL_PFN_LOC_PMEM,
			.align = 4096,
			.sector_size = 4096,
			.size = 64 * MIB,
			.name = "old"},
		.claim = KIND_PFN},
	{"growth by what is free", &existing, SPEC(UNKNOWN, .size = 96 * MIB),
		.spec_is = {.map = NDCTL_PFN_LOC_PMEM,
			.align = 4096,
			.sector_size = 4096,
			.size = 96 * MIB,
			.name = "old"},
		.claim = KIND_PFN},
	{"the whole region", &unlabelled, SPEC(SECTOR),
		.spec_is = {.map = NDCTL_PFN_LOC_PMEM,
			.sector_size = 4096,
			.size = 8 * GIB,
			.name = ""},
		.claim = KIND_BTT},
	/* The kernel maps it without an info block. */
	{"struct pages in RAM without labels", &unlabelled, SPEC(UNKNOWN, .map = NDCTL_PFN_LOC_RAM),
		.spec_is = {.map = NDCTL_PFN_LOC_RAM,
			.align = 2 * MIB,
			.sector_size = 512,
			.size = 8 * GIB,
			.name = ""},
		.claim = KIND_PFN},

	{"struct pages in RAM where the kernel maps by itself", &mapped,
		SPEC(UNKNOWN, .map = NDCTL_PFN_LOC_RAM),
		.spec_is = {.map = NDCTL_PFN_LOC_RAM,
			.align = 2 * MIB,
			.sector_size = 512,
			.size = 8 * GIB,
			.name = ""},
		.claim = KIND_COUNT},
	{"a kernel that does not tell the largest piece", &old_kernel, SPEC(RAW),
		.spec_is = {.map = NDCTL_PFN_LOC_PMEM,
			.sector_size = 512,
			.size = 4 * GIB,
			.name = ""},
		.claim = KIND_COUNT},
	{"a misaligned place without struct pages", &narrow, SPEC(RAW, .size = 16 * MIB),
		.spec_is = {.map = NDCTL_PFN_LOC_PMEM,
			.sector_size = 512,
			.size = 16 * MIB,
			.name = ""},
		.claim = KIND_COUNT},

	{"an unknown mode", &plain,
		{.struct_size = sizeof(struct ndctl_namespace_spec), .mode = 77}, -EINVAL,
		"unknown mode 77"},
	{"an unknown place of struct pages", &plain, SPEC(UNKNOWN, .map = (enum ndctl_pfn_loc)4),
		-EINVAL, "unknown place of struct pages 4: must be 0 to 2"},
	{"fsdax without struct pages", &plain, SPEC(UNKNOWN, .flags = NDCTL_CHANGE_NO_MAP), -EINVAL,
		"a fsdax namespace requires struct pages: only devdax works without them"},
	{"raw with struct pages", &plain, SPEC(RAW, .map = NDCTL_PFN_LOC_RAM), -EINVAL,
		"a raw namespace has no struct pages: cannot choose their place"},
	{"raw with an alignment", &plain, SPEC(RAW, .align = 4096), -EOPNOTSUPP,
		"a raw namespace has no alignment"},
	{"an alignment that the kernel lacks", &plain, SPEC(UNKNOWN, .align = 8192), -EOPNOTSUPP,
		"this kernel does not support an alignment of 8 KiB",
		"choose one of 4 KiB, 2 MiB, 1 GiB"},
	{"a sector size that the btt lacks", &plain, SPEC(SECTOR, .sector_size = 1000), -EINVAL,
		"region0 does not support sectors of 1000 bytes for a sector namespace",
		"choose one of 512 bytes, 520 bytes, 4 KiB"},
	{"a sector size without labels", &unlabelled, SPEC(RAW, .sector_size = 4096), -EINVAL,
		"cannot choose the sector size of a raw namespace: the region has no labels",
		"omit --sector-size, or use --mode sector"},
	{"a size that is no multiple", &plain, SPEC(UNKNOWN, .size = 20 * MIB), -EINVAL,
		"invalid size 20 MiB: must be a multiple of 16 MiB (the alignment of the region)",
		"choose 16 MiB or 32 MiB"},
	{"a size below the unit", &plain, SPEC(UNKNOWN, .size = MIB), -EINVAL,
		"invalid size 1 MiB: must be a multiple of 16 MiB (the alignment of the region)",
		"choose at least 16 MiB"},
	{"a size that the ways do not divide", &interleaved,
		SPEC(UNKNOWN, .align = GIB, .size = 3 * GIB), -EINVAL,
		"invalid size 3 GiB: must be a multiple of 2 GiB (the alignment of the namespace, for each interleave way)",
		"choose 2 GiB or 4 GiB"},
	{"more than is free in one piece", &plain, SPEC(UNKNOWN, .size = 4 * GIB), -ENOSPC,
		"4 GiB do not fit: 4 GiB are free, 3 GiB of them in one piece"},
	{"more than is free", &interleaved, SPEC(UNKNOWN, .size = 8 * GIB), -ENOSPC,
		"8 GiB do not fit: 4 GiB are free"},
	{"growth beyond what is free", &existing, SPEC(UNKNOWN, .size = 128 * MIB), -ENOSPC,
		"128 MiB do not fit: the namespace has 64 MiB, and 32 MiB more are free"},
	{"anything in a full region", &full, SPEC(UNKNOWN), -ENOSPC,
		"the region has no free capacity: all of its 8 GiB are allocated"},
	{"a part without labels", &unlabelled, SPEC(UNKNOWN, .size = GIB), -ENOSPC,
		"cannot choose a size: without labels a namespace is the whole region, 8 GiB"},
	{"sector mode without room for an arena", &plain, SPEC(SECTOR, .size = 16 * MIB), -ENXIO,
		"invalid size 16 MiB: sector mode needs more than 16 MiB",
		"choose at least 32 MiB"},
	{"no room behind the struct pages", &plain, SPEC(UNKNOWN, .align = GIB, .size = GIB),
		-ENXIO,
		"1 GiB leave no room for data behind the struct pages with an alignment of 1 GiB",
		"choose at least 2 GiB"},
	{"a place that the kernel cannot map", &narrow, SPEC(UNKNOWN, .size = 16 * MIB), -EINVAL,
		"the kernel cannot map the namespace: the start 0x102100000 must be a multiple of 2 MiB (its end would be 0x103100000); 0x102200000 would fit",
		"align new namespaces of region0 to 16 MiB: echo 16777216 >/sys/bus/nd/devices/region0/align"},
	{"a whole region that the kernel cannot map", &misaligned, SPEC(SECTOR), -EINVAL,
		"the kernel cannot map the namespace: its start 0x100100000 and its end 0x300100000 must be multiples of 2 MiB; 8190 MiB from 0x100200000 would fit",
		"boot with memmap=8190M!0x100200000"},
	{"a mode that the kernel lacks", &seedless, SPEC(SECTOR), -EOPNOTSUPP,
		"this kernel does not support sector namespaces: region0 has no seed for them",
		"use a kernel with CONFIG_BTT"},
	{"a seed that is taken", &half_configured, SPEC(UNKNOWN), -EBUSY,
		"pfn0.0, the seed for a fsdax namespace, belongs to namespace0.7, which is half configured",
		"ndctl destroy-namespace --force namespace0.7"},
	{"a uuid in use", &uuid_in_use, SPEC(UNKNOWN, .uuid = {1}), -EINVAL,
		"uuid 01000000-0000-0000-0000-000000000000 belongs to namespace0.3",
		"omit --uuid to get a new one"},
	{"a name that no label holds", &plain,
		SPEC(UNKNOWN,
			.name = "0123456789012345678901234567890123456789012345678901234567890123"),
		-EINVAL, "the name has 64 bytes: must be at most 63"},
};

static void assert_spec(const struct wish *wish, const struct spec *spec)
{
	const struct spec *expected = &wish->spec_is;

	assert_int_equal(spec->row->claim, wish->claim);
	assert_int_equal(spec->map, expected->map);
	assert_int_equal(spec->align, expected->align);
	assert_int_equal(spec->sector_size, expected->sector_size);
	assert_int_equal(spec->size, expected->size);
	assert_string_equal(spec->name, expected->name);
	assert_false(uuid_is_null(spec->uuid));
}

/* Add what the wish leads to read: its mode, and the seed of that mode. */
static struct facts facts_for(const struct wish *wish)
{
	static const char *const seeds[] = {
		[KIND_BTT] = "btt0.0", [KIND_PFN] = "pfn0.0", [KIND_DAX] = "dax0.0"};
	struct facts facts = *wish->facts;

	facts.mode =
		wish->spec.mode == NDCTL_NS_MODE_UNKNOWN ? NDCTL_NS_MODE_FSDAX : wish->spec.mode;
	const struct mode_row *row = mode_row_of(facts.mode);
	if (!row || row->claim == KIND_COUNT)
		return facts;
	facts.seed.choices = row->claim == KIND_BTT ? &btt_sectors : &alignments;
	facts.seed.name = facts.seed.name ? NULL : seeds[row->claim];
	return facts;
}

static void wishes_meet_facts(void **state)
{
	struct kernel *kernel;

	assert_int_equal(kernel_new(&kernel, "/"), 0);
	for (size_t i = 0; i < ARRAY_SIZE(wishes); i++) {
		const struct wish *wish = &wishes[i];
		const struct facts facts = facts_for(wish);
		struct spec spec;
		print_message("# %s\n", wish->name);
		kernel_clear_error(kernel);
		int err = spec_complete(&spec, kernel, &facts, &wish->spec);
		if (err != wish->err)
			print_message("%s\n", kernel_error(kernel) ?: "no error");
		assert_int_equal(err, wish->err);
		if (!err)
			assert_spec(wish, &spec);
		else
			assert_string_equal(kernel_error(kernel), wish->error);
		if (wish->hint)
			assert_string_equal(kernel_error_hint(kernel), wish->hint);
		assert_int_equal(spec.is_full,
			err == -ENOSPC && !wish->facts->exists && wish->facts->labelled);
	}
	kernel_unref(kernel);
}

/* ---- reading the facts ---- */

static void make_spec_device(struct fixture *fixture, const char *parent, const char *name)
{
	char path[128], target[256];

	snprintf(path, sizeof(path), "sys/devices/platform/%s%s", parent, name);
	make_dir(fixture, path);
	snprintf(path, sizeof(path), ND "%s", name);
	snprintf(target, sizeof(target), "../../../devices/platform/%s%s", parent, name);
	make_link(fixture, path, target);
}

static void make_seeds(struct fixture *fixture)
{
	make_spec_device(fixture, "ndbus0/region0/", "btt0.0");
	make_spec_device(fixture, "ndbus0/region0/", "pfn0.0");
	make_spec_device(fixture, "ndbus0/region0/", "dax0.0");
	make_file(fixture, ND "region0/btt_seed", "btt0.0\n");
	make_file(fixture, ND "region0/pfn_seed", "pfn0.0\n");
	make_file(fixture, ND "region0/dax_seed", "dax0.0\n");
	for (const char *const *name = (const char *const[]){"btt0.0", "pfn0.0", "dax0.0", NULL};
		*name; name++) {
		char path[128];
		snprintf(path, sizeof(path), ND "%s/namespace", *name);
		make_file(fixture, path, "\n");
	}
	make_file(fixture, ND "btt0.0/sector_size", "512 520 [4096]\n");
	make_file(fixture, ND "pfn0.0/supported_alignments", "4096 2097152 1073741824\n");
	make_file(fixture, ND "dax0.0/supported_alignments", "4096 2097152 1073741824\n");
}

/* Namespace0.1 of 64 MiB has a pfn device with an alignment of 4 KiB. */
static void make_existing(struct fixture *fixture)
{
	make_spec_device(fixture, "ndbus0/region0/", "namespace0.1");
	make_spec_device(fixture, "ndbus0/region0/", "pfn0.1");
	make_file(fixture, ND "namespace0.1/size", "67108864\n");
	make_file(fixture, ND "namespace0.1/resource", "0x100000000\n");
	make_file(fixture, ND "namespace0.1/uuid", "11111111-2222-4333-8444-555555555555\n");
	make_file(fixture, ND "namespace0.1/alt_name", "old\n");
	make_file(fixture, ND "namespace0.1/sector_size", "512 [4096]\n");
	make_file(fixture, ND "namespace0.1/holder", "pfn0.1\n");
	make_file(fixture, ND "namespace0.1/mode", "memory\n");
	make_file(fixture, ND "pfn0.1/namespace", "namespace0.1\n");
	make_file(fixture, ND "pfn0.1/align", "4096\n");
}

static void make_region(struct fixture *fixture)
{
	make_spec_device(fixture, "", "ndbus0");
	make_spec_device(fixture, "ndbus0/", "region0");
	make_spec_device(fixture, "ndbus0/region0/", "namespace0.0");
	make_file(fixture, ND "region0/nstype", "5\n");
	make_file(fixture, ND "region0/size", "8589934592\n");
	make_file(fixture, ND "region0/resource", "0x100000000\n");
	make_file(fixture, ND "region0/mappings", "2\n");
	make_file(fixture, ND "region0/align", "0x1100000\n");
	make_file(fixture, ND "region0/available_size", "33554432\n");
	make_file(fixture, ND "region0/max_available_extent", "16777216\n");
	make_file(fixture, ND "namespace0.0/size", "0\n");
	make_file(fixture, ND "namespace0.0/holder", "\n");
	make_file(fixture, ND "namespace0.0/uuid", "\n");
	make_file(fixture, ND "namespace0.0/sector_size", "[512] 4096\n");
	make_seeds(fixture);
	make_existing(fixture);
}

/* Read the facts about a namespace for a wish, and check that nothing else was done. */
static struct facts read_facts(struct fixture *fixture, struct ndctl_ctx *ctx, const char *name,
	const struct ndctl_namespace_spec *asked)
{
	struct ndctl_namespace *ndns = ndctl_namespace_get_by_name(ctx, name);
	char *before = tree_text(fixture);
	struct facts facts;

	assert_non_null(ndns);
	assert_int_equal(
		facts_read(&facts, ndns, strcmp(name, "namespace0.0") != 0, true, asked), 0);
	char *after = tree_text(fixture);
	assert_string_equal(before, after);
	free(before);
	free(after);
	return facts;
}

static void facts_of_a_seed(void **state)
{
	const struct ndctl_namespace_spec sector = SPEC(SECTOR);
	struct ndctl_ctx *ctx = NULL;

	make_region(*state);
	assert_int_equal(nd_ctx_new(&ctx, ((struct fixture *)*state)->root), 0);
	AUTO_FACTS struct facts facts = read_facts(*state, ctx, "namespace0.0", &sector);
	assert_string_equal(facts.region.name, "region0");
	assert_int_equal(facts.region.size, 8 * GIB);
	assert_int_equal(facts.region.start, 4 * GIB);
	assert_int_equal(facts.region.unit, 17 * MIB);
	assert_int_equal(facts.region.ways, 2);
	assert_int_equal(facts.region.available, 32 * MIB);
	assert_int_equal(facts.region.largest, 16 * MIB);
	assert_false(facts.exists);
	assert_int_equal(facts.size, 0);
	assert_int_equal(facts.start, ULLONG_MAX);
	assert_int_equal(facts.mode, NDCTL_NS_MODE_SECTOR);
	assert_string_equal(facts.seed.name, "btt0.0");
	assert_null(facts.seed.owner);
	assert_true(choices_offer(facts.seed.choices, 520));
	assert_string_equal(facts.name, "");
	assert_null(facts.uuid_owner);
	/* The region's alignment lets namespaces start anywhere: only then places are read. */
	assert_int_equal(facts.place_count, 1);
	assert_int_equal(facts.places[0].start, 4 * GIB);
	assert_int_equal(facts.places[0].end, 4 * GIB + 64 * MIB);
	ndctl_unref(ctx);
}

static void facts_of_what_exists(void **state)
{
	const struct ndctl_namespace_spec same = SPEC(UNKNOWN);
	struct ndctl_namespace_spec uuid = SPEC(RAW, .name = "new");
	struct ndctl_ctx *ctx = NULL;

	make_region(*state);
	assert_int_equal(nd_ctx_new(&ctx, ((struct fixture *)*state)->root), 0);
	AUTO_FACTS struct facts facts = read_facts(*state, ctx, "namespace0.1", &same);
	assert_true(facts.exists);
	assert_int_equal(facts.size, 64 * MIB);
	assert_int_equal(facts.start, 4 * GIB);
	assert_int_equal(facts.mode, NDCTL_NS_MODE_FSDAX);
	assert_int_equal(facts.align, 4096);
	assert_int_equal(facts.sector_size, 4096);
	assert_string_equal(facts.name, "old");
	assert_string_equal(facts.seed.name, "pfn0.0");

	/* Its own uuid belongs to no other; for a new namespace it is in use. */
	assert_int_equal(uuid_parse("11111111-2222-4333-8444-555555555555", uuid.uuid), 0);
	AUTO_FACTS struct facts own = read_facts(*state, ctx, "namespace0.1", &uuid);
	assert_null(own.uuid_owner);
	assert_null(own.seed.name);
	AUTO_FACTS struct facts other = read_facts(*state, ctx, "namespace0.0", &uuid);
	assert_string_equal(other.uuid_owner, "namespace0.1");
	ndctl_unref(ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wishes_meet_facts),
		fixture_test(facts_of_a_seed),
		fixture_test(facts_of_what_exists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
