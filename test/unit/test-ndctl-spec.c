/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"

#include <ndctl/change/create.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Complete wishes for a namespace from the facts of a region: spec.c. */

#define ND  "sys/bus/nd/devices/"
#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)

/* Facts of region0, of its seed namespace0.0, and of namespace0.1 of 64 MiB in fsdax mode. */
struct facts {
	bool labelled, reconfigured;
	unsigned ways;
	uint64_t align, available, largest;
};

static const struct facts plain = {
	.labelled = true, .ways = 1, .align = 16 * MIB, .available = 4 * GIB, .largest = 3 * GIB};
static const struct facts interleaved = {
	.labelled = true, .ways = 2, .align = 32 * MIB, .available = 4 * GIB, .largest = 4 * GIB};
static const struct facts existing = {.labelled = true,
	.reconfigured = true,
	.ways = 1,
	.align = 16 * MIB,
	.available = 32 * MIB,
	.largest = 32 * MIB};
static const struct facts full = {.labelled = true, .ways = 1, .align = 16 * MIB};
static const struct facts unlabelled = {.ways = 1, .align = 16 * MIB};

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

/* The namespace has a pfn device with an alignment of 4 KiB. */
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

static void make_facts(struct fixture *fixture, const struct facts *facts)
{
	make_spec_device(fixture, "", "ndbus0");
	make_spec_device(fixture, "ndbus0/", "region0");
	make_spec_device(fixture, "ndbus0/region0/", "namespace0.0");
	make_file(fixture, ND "region0/nstype", "%d\n", facts->labelled ? 5 : 4);
	make_file(fixture, ND "region0/size", "%llu\n", 8ull * GIB);
	make_file(fixture, ND "region0/mappings", "%u\n", facts->ways);
	make_file(fixture, ND "region0/align", "%#llx\n", (unsigned long long)facts->align);
	make_file(fixture, ND "region0/available_size", "%llu\n",
		(unsigned long long)facts->available);
	make_file(fixture, ND "region0/max_available_extent", "%llu\n",
		(unsigned long long)facts->largest);
	make_file(fixture, ND "namespace0.0/size", "%llu\n", facts->labelled ? 0 : 8ull * GIB);
	make_file(fixture, ND "namespace0.0/holder", "\n");
	if (facts->labelled) {
		make_file(fixture, ND "namespace0.0/uuid", "\n");
		make_file(fixture, ND "namespace0.0/sector_size", "[512] 4096\n");
	}
	make_seeds(fixture);
	if (facts->reconfigured)
		make_existing(fixture);
}

struct wish {
	const char *name;
	const struct facts *facts;
	struct ndctl_namespace_spec spec;
	int err;
	const char *error, *hint; /* sentences if it is refused */
	struct plan plan;	  /* what is compared if not: claim is told by kind */
	enum entity_kind claim;
};

#define SPEC(how, ...)                                                                             \
	{                                                                                          \
		.struct_size = sizeof(struct ndctl_namespace_spec), .mode = NDCTL_NS_MODE_##how,   \
		__VA_ARGS__                                                                        \
	}

static const struct wish wishes[] = {
	{"nothing", &plain, SPEC(UNKNOWN),
		.plan = {.map = NDCTL_PFN_LOC_PMEM,
			.align = 2 * MIB,
			.sector_size = 512,
			.size = 3 * GIB,
			.name = ""},
		.claim = KIND_PFN},
	{"devdax without struct pages", &plain,
		SPEC(DEVDAX, .flags = NDCTL_CHANGE_NO_MAP, .size = 64 * MIB, .name = "vm"),
		.plan = {.map = NDCTL_PFN_LOC_NONE,
			.align = 2 * MIB,
			.sector_size = 512,
			.size = 64 * MIB,
			.name = "vm"},
		.claim = KIND_DAX},
	{"sector", &plain, SPEC(SECTOR, .size = 64 * MIB),
		.plan = {.map = NDCTL_PFN_LOC_PMEM,
			.sector_size = 4096,
			.size = 64 * MIB,
			.name = ""},
		.claim = KIND_BTT},
	{"raw with large sectors", &plain, SPEC(RAW, .sector_size = 4096, .size = 64 * MIB),
		.plan = {.map = NDCTL_PFN_LOC_PMEM,
			.sector_size = 4096,
			.size = 64 * MIB,
			.name = ""},
		.claim = KIND_COUNT},
	{"struct pages in RAM", &plain,
		SPEC(UNKNOWN, .map = NDCTL_PFN_LOC_RAM, .align = 4096, .size = 16 * MIB),
		.plan = {.map = NDCTL_PFN_LOC_RAM,
			.align = 4096,
			.sector_size = 512,
			.size = 16 * MIB,
			.name = ""},
		.claim = KIND_PFN},
	{"everything as it was", &existing, SPEC(UNKNOWN),
		.plan = {.map = NDCTL_PFN_LOC_PMEM,
			.align = 4096,
			.sector_size = 4096,
			.size = 64 * MIB,
			.name = "old"},
		.claim = KIND_PFN},
	{"growth by what is free", &existing, SPEC(UNKNOWN, .size = 96 * MIB),
		.plan = {.map = NDCTL_PFN_LOC_PMEM,
			.align = 4096,
			.sector_size = 4096,
			.size = 96 * MIB,
			.name = "old"},
		.claim = KIND_PFN},
	{"the whole region", &unlabelled, SPEC(SECTOR),
		.plan = {.map = NDCTL_PFN_LOC_PMEM,
			.sector_size = 4096,
			.size = 8 * GIB,
			.name = ""},
		.claim = KIND_BTT},
	/* The kernel maps it without an info block. */
	{"struct pages in RAM without labels", &unlabelled, SPEC(UNKNOWN, .map = NDCTL_PFN_LOC_RAM),
		.plan = {.map = NDCTL_PFN_LOC_RAM,
			.align = 2 * MIB,
			.sector_size = 512,
			.size = 8 * GIB,
			.name = ""},
		.claim = KIND_PFN},

	{"an unknown mode", &plain,
		{.struct_size = sizeof(struct ndctl_namespace_spec), .mode = 77}, -EINVAL,
		"unknown mode"},
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
	{"a name that no label holds", &plain,
		SPEC(UNKNOWN,
			.name = "0123456789012345678901234567890123456789012345678901234567890123"),
		-EINVAL, "the name has 64 bytes: must be at most 63"},
};

static void assert_plan(const struct wish *wish, const struct plan *plan)
{
	const struct plan *expected = &wish->plan;

	assert_int_equal(plan->claim ? plan->claim->entity.kind : KIND_COUNT, wish->claim);
	assert_int_equal(plan->map, expected->map);
	assert_int_equal(plan->align, expected->align);
	assert_int_equal(plan->sector_size, expected->sector_size);
	assert_int_equal(plan->size, expected->size);
	assert_string_equal(plan->name, expected->name);
	assert_false(uuid_is_null(plan->uuid));
}

static void complete(struct fixture *fixture, const struct wish *wish)
{
	struct ndctl_ctx *ctx = NULL;

	make_facts(fixture, wish->facts);
	assert_int_equal(nd_ctx_new(&ctx, fixture->root), 0);
	struct ndctl_region *region = ndctl_region_get_by_name(ctx, "region0");
	bool old = wish->facts->reconfigured;
	struct plan plan = {.region = region, .labelled = wish->facts->labelled};
	plan.ndns = ndctl_namespace_get_by_name(ctx, old ? "namespace0.1" : "namespace0.0");
	plan.old = old ? plan.ndns : NULL;
	assert_non_null(plan.ndns);
	char *before = tree_text(fixture);
	int err = spec_complete(&plan, &wish->spec);
	char *after = tree_text(fixture);
	assert_string_equal(before, after);
	if (err != wish->err)
		print_message("%s: %s\n", wish->name, ndctl_get_error(ctx) ?: "no error");
	assert_int_equal(err, wish->err);
	if (err) {
		assert_string_equal(ndctl_get_error(ctx), wish->error);
		if (wish->hint)
			assert_string_equal(ndctl_get_hint(ctx), wish->hint);
	} else {
		assert_plan(wish, &plan);
	}
	free(before);
	free(after);
	ndctl_unref(ctx);
}

/* Completes every row, each with a machine of its own. */
static void wishes_meet_facts(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(wishes); i++) {
		void *fixture = NULL;
		print_message("# %s\n", wishes[i].name);
		assert_int_equal(fixture_setup(&fixture), 0);
		complete(fixture, &wishes[i]);
		assert_int_equal(fixture_teardown(&fixture), 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wishes_meet_facts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
