/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "buses.h"

#include <linux/ndctl.h>
#include <kernel/holder.h>
#include <kernel/mark.h>
#include <ndctl/change/raw.h>
#include <ndctl/change/remedy.h>
#include <ndctl/format/infoblock.h>
#include <ndctl/labels/labelio.h>
#include <ndctl/change/step.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>

static void nothing(void **state)
{
	struct ndctl_ctx *ctx = new_ctx(*state);

	assert_null(ndctl_bus_get_first(ctx));
	assert_null(ndctl_namespace_get_by_name(ctx, "namespace0.0"));
	ndctl_unref(ctx);
}

static void order(void **state)
{
	struct fixture *fixture = *state;
	make_two_buses(fixture);
	struct ndctl_ctx *ctx = new_ctx(fixture);
	struct ndctl_bus *bus = ndctl_bus_get_first(ctx);
	struct ndctl_region *region = ndctl_region_get_first(bus);

	assert_string_equal(ndctl_bus_get_devname(bus), "ndbus0");
	assert_string_equal(ndctl_region_get_devname(region), "region0");
	assert_ptr_equal(ndctl_region_get_bus(region), bus);
	struct ndctl_namespace *ndns = ndctl_namespace_get_first(region);
	assert_string_equal(ndctl_namespace_get_devname(ndns), "namespace0.2");
	ndns = ndctl_namespace_get_next(ndns);
	assert_string_equal(ndctl_namespace_get_devname(ndns), "namespace0.10");
	assert_int_equal(ndctl_namespace_get_id(ndns), 10);
	assert_ptr_equal(ndctl_namespace_get_region(ndns), region);
	assert_null(ndctl_namespace_get_next(ndns));
	region = ndctl_region_get_next(region);
	assert_string_equal(ndctl_region_get_devname(region), "region10");
	assert_null(ndctl_namespace_get_first(region));
	assert_null(ndctl_region_get_next(region));

	bus = ndctl_bus_get_next(bus);
	assert_string_equal(ndctl_region_get_devname(ndctl_region_get_first(bus)), "region1");
	assert_string_equal(ndctl_dimm_get_devname(ndctl_dimm_get_first(bus)), "nmem1");
	assert_null(ndctl_dimm_get_next(ndctl_dimm_get_first(bus)));
	assert_null(ndctl_bus_get_next(bus));
	ndctl_unref(ctx);
}

/* Pointers stay good, what is gone is passed over, what comes back is the same object. */
static void gone(void **state)
{
	struct fixture *fixture = *state;
	make_two_buses(fixture);
	struct ndctl_ctx *ctx = new_ctx(fixture);
	struct ndctl_namespace *ndns = ndctl_namespace_get_by_name(ctx, "namespace0.2");

	make_file(fixture, ND "namespace0.2/size", "4096\n");
	assert_int_equal(ndctl_namespace_get_size(ndns), 4096);
	take_away(fixture, ND "namespace0.2");
	ndctl_invalidate(ctx);
	assert_null(ndctl_namespace_get_by_name(ctx, "namespace0.2"));
	assert_false(ndctl_namespace_is_valid(ndns));
	assert_int_equal(ndctl_namespace_get_size(ndns), 0);
	assert_string_equal(ndctl_namespace_get_devname(ndns), "namespace0.2");
	assert_string_equal(
		ndctl_namespace_get_devname(ndctl_namespace_get_next(ndns)), "namespace0.10");

	make_device(fixture, "ndbus0/region0/", "namespace0.2");
	make_device(fixture, "ndbus0/region0/", "namespace0.0");
	make_file(fixture, ND "namespace0.2/size", "8192\n");
	ndctl_invalidate(ctx);
	assert_ptr_equal(ndctl_namespace_get_by_name(ctx, "namespace0.2"), ndns);
	assert_int_equal(ndctl_namespace_get_size(ndns), 8192);
	assert_non_null(ndctl_namespace_get_by_name(ctx, "namespace0.0"));
	ndctl_unref(ctx);
}

static void attributes(void **state)
{
	struct fixture *fixture = *state;
	make_two_buses(fixture);
	make_file(fixture, ND "region0/mappings", "3\n");
	make_file(fixture, ND "region0/mapping0", "nmem0,4096,8192,1\n");
	make_file(fixture, ND "region0/mapping1", "nmem0,0,8192\n");
	make_file(fixture, ND "region0/mapping2", "nonsense\n");
	make_file(fixture, ND "region0/nstype", "4\n");
	make_file(fixture, ND "region0/available_size", "4096\n");
	make_file(fixture, ND "namespace0.2/sector_size", "512 [4096] \n");
	make_file(fixture, ND "namespace0.2/holder", "pfn0.3\n");
	make_file(fixture, ND "pfn0.3/mode", "ram\n");
	struct ndctl_ctx *ctx = new_ctx(fixture);
	struct ndctl_region *region = ndctl_region_get_by_name(ctx, "region0");
	struct ndctl_mapping *mapping = ndctl_mapping_get_first(region);

	assert_int_equal(ndctl_mapping_get_offset(mapping), 4096);
	assert_int_equal(ndctl_mapping_get_position(mapping), 1);
	mapping = ndctl_mapping_get_next(mapping);
	assert_int_equal(ndctl_mapping_get_position(mapping), -1);
	assert_null(ndctl_mapping_get_next(mapping));

	/* D3: a mapping lives as long as the context, whatever changes. */
	struct ndctl_mapping *first = ndctl_mapping_get_first(region);
	make_file(fixture, ND "region0/mapping0", "nmem0,16384,8192,1\n");
	ndctl_invalidate(ctx);
	assert_int_equal(ndctl_mapping_get_length(mapping), 8192);
	assert_ptr_equal(ndctl_mapping_get_first(region), first);
	assert_int_equal(ndctl_mapping_get_offset(first), 16384);
	assert_ptr_equal(ndctl_mapping_get_next(first), mapping);
	assert_non_null(ndctl_region_get_first_dimm(region));
	assert_null(ndctl_region_get_next_dimm(region, ndctl_region_get_first_dimm(region)));
	assert_int_equal(ndctl_region_get_available_size(region), 0);
	assert_null(ndctl_region_get_interleave_set(region));
	assert_int_equal(ndctl_region_get_numa_node(region), NUMA_NO_ATTR);

	struct ndctl_namespace *ndns = ndctl_namespace_get_by_name(ctx, "namespace0.2");
	assert_int_equal(ndctl_namespace_get_sector_size(ndns), 4096);
	assert_int_equal(ndctl_namespace_get_num_sector_sizes(ndns), 2);
	assert_int_equal(ndctl_namespace_get_supported_sector_size(ndns, 0), 512);
	assert_int_equal(ndctl_namespace_get_supported_sector_size(ndns, 2), UINT_MAX);
	assert_int_equal(ndctl_namespace_get_supported_sector_size(ndns, -1), UINT_MAX);
	assert_int_equal(ndctl_namespace_get_mode(ndns), NDCTL_NS_MODE_FSDAX);
	assert_null(ndctl_namespace_get_btt(ndns));
	assert_int_equal(ndctl_pfn_get_location(ndctl_namespace_get_pfn(ndns)), NDCTL_PFN_LOC_RAM);
	assert_false(ndctl_namespace_is_active(ndns));
	ndctl_unref(ctx);
}

/* D5: what programs compare is what version 76.1 returns. */
static void unconfigured(void **state)
{
	struct fixture *fixture = *state;
	make_two_buses(fixture);
	make_device(fixture, "ndbus0/region0/", "btt0.1");
	make_file(fixture, ND "btt0.1/sector_size", "512 520 4096\n");
	make_file(fixture, ND "namespace0.2/sector_size", "512 4096\n");
	make_file(fixture, ND "pfn0.3/supported_alignments", "4096 2097152\n");
	struct ndctl_ctx *ctx = new_ctx(fixture);
	struct ndctl_region *region = ndctl_region_get_by_name(ctx, "region0");
	struct ndctl_btt *btt = ndctl_btt_get_first(region);
	struct ndctl_pfn *pfn = ndctl_pfn_get_first(region);
	struct ndctl_namespace *seed = ndctl_namespace_get_by_name(ctx, "namespace0.2");
	struct ndctl_namespace *plain = ndctl_namespace_get_by_name(ctx, "namespace1.0");

	assert_true(ndctl_btt_get_size(btt) == ULLONG_MAX);
	assert_true(ndctl_pfn_get_size(pfn) == ULLONG_MAX);
	errno = 0;
	assert_int_equal(ndctl_btt_get_sector_size(btt), UINT_MAX);
	assert_int_equal(errno, EINVAL);
	errno = 0;
	assert_int_equal(ndctl_namespace_get_sector_size(seed), UINT_MAX);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(namespace_sector_size(seed), 512);
	assert_int_equal(ndctl_namespace_get_sector_size(plain), 0);
	assert_int_equal(ndctl_namespace_get_supported_sector_size(plain, 0), 0);
	errno = 0;
	assert_int_equal(ndctl_btt_get_supported_sector_size(btt, 3), UINT_MAX);
	assert_int_equal(errno, EINVAL);
	assert_true(ndctl_pfn_get_supported_alignment(pfn, 2) == (unsigned long)-EINVAL);
	assert_int_equal(ndctl_min_namespace_size(), 16 << 20);
	ndctl_unref(ctx);
}

static void buses_of_76(void **state)
{
	struct fixture *fixture = *state;
	make_two_buses(fixture);
	make_file(fixture, ND "ndbus0/commands", "ars_cap cmd_call\n");
	struct ndctl_ctx *ctx = new_ctx(fixture);
	struct ndctl_bus *bus = ndctl_bus_get_first(ctx);

	errno = 0;
	assert_null(ndctl_bus_get_by_provider(ctx, "nosuch"));
	assert_int_equal(errno, EINVAL);
	errno = 0;
	assert_int_equal(ndctl_bus_get_scrub_count(bus), UINT_MAX);
	assert_int_equal(errno, EOPNOTSUPP);
	assert_true(ndctl_bus_is_cmd_supported(bus, ND_CMD_ARS_CAP));
	assert_false(ndctl_bus_is_cmd_supported(bus, ND_CMD_CALL));
	assert_int_equal(ndctl_bus_start_scrub(bus), -EOPNOTSUPP);
	ndctl_unref(ctx);
}

static void no_object(void **state)
{
	unsigned long long dpa;
	unsigned int handle;

	ndctl_set_userdata(NULL, &dpa);
	assert_null(ndctl_get_userdata(NULL));
	assert_int_equal(ndctl_set_config_path(NULL, NULL), -EINVAL);
	assert_null(ndctl_get_config_path(NULL));
	assert_null(ndctl_bus_get_dimm_by_physical_address(NULL, 0));
	assert_int_equal(ndctl_bus_nfit_translate_spa(NULL, 0, &handle, &dpa), -EINVAL);
}

static char line[256];

static void keep_line(struct ndctl_ctx *ctx, int priority, const char *file, int number,
	const char *fn, const char *format, va_list args)
{
	assert_int_equal(priority, LOG_ERR);
	vsnprintf(line, sizeof(line), format, args);
}

/* D5: a failure is an error in the log, and a line of its own. */
static void failure_is_logged(void **state)
{
	struct fixture *fixture = *state;
	make_two_buses(fixture);
	struct ndctl_ctx *ctx = new_ctx(fixture);
	struct ndctl_dimm *dimm = ndctl_dimm_get_first(ndctl_bus_get_first(ctx));

	ndctl_set_log_priority(ctx, LOG_ERR);
	ndctl_set_log_fn(ctx, keep_line);
	assert_null(ndctl_dimm_read_labels(dimm));
	assert_string_equal(line, "nmem0: labels cannot be read: the DIMM has no label area\n");
	ndctl_unref(ctx);
}

static void bad_blocks(void **state)
{
	struct fixture *fixture = *state;
	make_two_buses(fixture);
	make_file(fixture, ND "region0/size", "1048576\n");
	make_file(fixture, ND "region0/resource", "0x100000\n");
	make_file(fixture, ND "region0/badblocks", "4 8\n1000 100\n3000 5\n");
	make_file(fixture, ND "namespace0.2/size", "524288\n");
	make_file(fixture, ND "namespace0.2/resource", "0x180000\n");
	struct ndctl_ctx *ctx = new_ctx(fixture);
	struct ndctl_region *region = ndctl_region_get_by_name(ctx, "region0");
	struct ndctl_namespace *ndns = ndctl_namespace_get_by_name(ctx, "namespace0.2");
	struct badblock *badblock = ndctl_region_get_first_badblock(region);

	assert_int_equal(badblock->offset, 4);
	assert_int_equal(badblock->len, 8);
	badblock = ndctl_region_get_next_badblock(region);
	assert_int_equal(badblock->offset, 1000);
	/* The third is beyond the region. */
	assert_null(ndctl_region_get_next_badblock(region));
	/* The namespace begins at sector 1024: of the second run it has the end. */
	badblock = ndctl_namespace_get_first_badblock(ndns);
	assert_int_equal(badblock->offset, 0);
	assert_int_equal(badblock->len, 76);
	assert_null(ndctl_namespace_get_next_badblock(ndns));
	ndctl_unref(ctx);
}

/* A loop over the namespaces' within one over the region's. */
static void bad_blocks_nested(void **state)
{
	struct fixture *fixture = *state;
	make_two_buses(fixture);
	make_file(fixture, ND "region0/size", "1048576\n");
	make_file(fixture, ND "region0/resource", "0x100000\n");
	make_file(fixture, ND "region0/badblocks", "4 8\n1000 100\n");
	make_file(fixture, ND "namespace0.2/size", "524288\n");
	make_file(fixture, ND "namespace0.2/resource", "0x180000\n");
	struct ndctl_ctx *ctx = new_ctx(fixture);
	struct ndctl_region *region = ndctl_region_get_by_name(ctx, "region0");
	struct ndctl_namespace *ndns = ndctl_namespace_get_by_name(ctx, "namespace0.2");
	struct badblock *outer, *inner;
	unsigned outers = 0, inners = 0;

	ndctl_region_badblock_foreach (region, outer) {
		assert_int_equal(outer->offset, outers ? 1000 : 4);
		assert_true(++outers <= 2);
		ndctl_namespace_badblock_foreach (ndns, inner)
			inners++;
		assert_int_equal(outer->offset, outers > 1 ? 1000 : 4);
	}
	assert_int_equal(outers, 2);
	assert_int_equal(inners, 2);
	ndctl_unref(ctx);
}

/* Errors are cleared at addresses: what cannot be placed is not cleared somewhere else. */
static void clearing_needs_addresses(void **state)
{
	struct fixture *fixture = *state;
	unsigned long long sectors;
	make_two_buses(fixture);
	make_file(fixture, ND "ndbus0/nfit/scrub", "1\n");
	make_file(fixture, ND "ndbus0/commands", "ars_cap clear_error\n");
	make_file(fixture, ND "region0/size", "1048576\n");
	make_file(fixture, ND "region0/badblocks", "4 8\n");
	make_file(fixture, ND "namespace0.2/size", "524288\n");
	make_file(fixture, ND "namespace0.2/resource", "0x180000\n");
	make_file(fixture, ND "namespace0.2/holder", "\n");
	struct ndctl_ctx *ctx = new_ctx(fixture);
	struct ndctl_namespace *ndns = ndctl_namespace_get_by_name(ctx, "namespace0.2");

	assert_int_equal(ndctl_namespace_clear_errors(ndns, 0, &sectors), -EACCES);
	make_file(fixture, ND "region0/resource", "0x190000\n");
	ndctl_invalidate(ctx);
	assert_int_equal(ndctl_namespace_clear_errors(ndns, 0, &sectors), -EACCES);
	/* A holder that cannot be read could be a btt. */
	make_file(fixture, ND "region0/resource", "0x100000\n");
	take_away(fixture, ND "namespace0.2/holder");
	ndctl_invalidate(ctx);
	assert_int_equal(ndctl_namespace_clear_errors(ndns, 0, &sectors), -EBUSY);
	ndctl_unref(ctx);
}

/* A region whose namespaces cannot be listed is not one without. */
static void unlisted_is_not_empty(void **state)
{
	struct fixture *fixture = *state;
	AUTO_TXN struct txn *txn = NULL;
	struct rlimit before, none;
	make_two_buses(fixture);
	struct ndctl_ctx *ctx = new_ctx(fixture);
	struct ndctl_region *region = ndctl_region_get_by_name(ctx, "region0");

	assert_int_equal(nd_ctx_txn(ctx, &txn), 0);
	ndctl_invalidate(ctx);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){0, before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	int err = step_disable_region(txn, region);
	struct ndctl_bus *bus = ndctl_bus_get_first(ctx);
	int error = errno;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(err, -EMFILE);
	assert_null(bus);
	assert_int_equal(error, EMFILE);
	assert_non_null(strstr(ndctl_get_error(ctx), "/sys/bus/nd/devices"));
	ndctl_unref(ctx);
}

static void no_bytes(void **state)
{
	struct fixture *fixture = *state;
	struct ndctl_infoblock info = {.kind = (enum ndctl_infoblock_kind)77};
	make_two_buses(fixture);
	struct ndctl_ctx *ctx = new_ctx(fixture);
	struct ndctl_dimm *dimm = ndctl_dimm_get_first(ndctl_bus_get_first(ctx));

	/* Not zeros. */
	assert_int_equal(ndctl_dimm_write_labels(dimm, NULL, 4096, 0), -EINVAL);
	assert_string_equal(ndctl_infoblock_get_signature(&info), "");
	ndctl_unref(ctx);
}

/* Labels of a part of the dimms say nothing of a region. */
static void unreadable_mapping(void **state)
{
	struct fixture *fixture = *state;
	make_two_buses(fixture);
	make_file(fixture, ND "region0/mappings", "1\n");
	struct ndctl_ctx *ctx = new_ctx(fixture);
	struct ndctl_region *region = ndctl_region_get_by_name(ctx, "region0");

	assert_int_equal(ndctl_region_repair_labels(region, NDCTL_CHANGE_DRY_RUN), -ENODEV);
	make_file(fixture, ND "region0/mappings", "0\n");
	ndctl_invalidate(ctx);
	assert_int_equal(ndctl_region_repair_labels(region, NDCTL_CHANGE_DRY_RUN), 0);
	ndctl_unref(ctx);
}

/* D4: the kernel cuts what does not fit into a page. */
static void bad_blocks_cut(void **state)
{
	struct fixture *fixture = *state;
	char text[4096];

	make_two_buses(fixture);
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = "10 1\n"[i % 5];
	/* The last line is without its end. */
	strcpy(text + sizeof(text) - 5, "10 1");
	make_file(fixture, ND "region0/size", "1048576\n");
	make_file(fixture, ND "region0/badblocks", "%s", text);
	struct ndctl_ctx *ctx = new_ctx(fixture);
	struct ndctl_region *region = ndctl_region_get_by_name(ctx, "region0");
	struct badblock *badblock;
	unsigned count = 0;

	ndctl_region_badblock_foreach (region, badblock) {
		assert_int_equal(badblock->offset, 10);
		count++;
	}
	assert_int_equal(count, 4095 / 5 - 1);
	assert_non_null(strstr(ndctl_get_error(ctx), "cut the list"));
	make_file(fixture, ND "region0/badblocks", "nonsense\n");
	ndctl_invalidate(ctx);
	assert_null(ndctl_region_get_first_badblock(region));
	assert_non_null(strstr(ndctl_get_error(ctx), "cannot parse"));
	ndctl_unref(ctx);
}

/* Strings of the device tree end with a NUL, and there may be several. */
static void bus_on_power(void **state)
{
	struct fixture *fixture = *state;
	make_two_buses(fixture);
	make_bytes(fixture, ND "ndbus0/of_node/compatible", "ibm,pmemory\0pmemory", 20);
	make_bytes(fixture, ND "ndbus1/of_node/compatible", "ibm,pmemory-v2", 15);
	struct ndctl_ctx *ctx = new_ctx(fixture);
	struct ndctl_bus *bus = ndctl_bus_get_first(ctx);

	assert_int_equal(ndctl_bus_is_papr_scm(bus), 1);
	assert_int_equal(ndctl_bus_has_of_node(bus), 1);
	assert_int_equal(ndctl_bus_is_papr_scm(ndctl_bus_get_next(bus)), 1);
	ndctl_unref(ctx);
}

static void words(void **state)
{
	struct choices choices = {0};

	assert_true(has_word("get_size get_data ", "get_data"));
	assert_false(has_word("get_size get_data ", "get"));
	assert_false(has_word("", "get"));
	assert_false(has_word(NULL, "get"));
	assert_int_equal(choices_parse(&choices, "512 [520] 12x"), -EINVAL);
	choices_forget(&choices);
	assert_int_equal(choices_parse(&choices, NULL), 0);
	assert_int_equal(choices.count, 0);
	assert_string_equal(size_text(0).text, "0 bytes");
	assert_string_equal(size_text(4104).text, "4104 bytes");
	assert_string_equal(size_text(128ull << 20).text, "128 MiB");
	assert_string_equal(size_text(1536ull << 20).text, "1536 MiB");
	assert_string_equal(size_text(1ull << 62).text, "4194304 TiB");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(nothing),
		fixture_test(order),
		fixture_test(gone),
		fixture_test(attributes),
		fixture_test(unconfigured),
		fixture_test(buses_of_76),
		fixture_test(no_object),
		fixture_test(failure_is_logged),
		fixture_test(bad_blocks),
		fixture_test(bad_blocks_cut),
		fixture_test(bad_blocks_nested),
		fixture_test(clearing_needs_addresses),
		fixture_test(unlisted_is_not_empty),
		fixture_test(unreadable_mapping),
		fixture_test(no_bytes),
		fixture_test(bus_on_power),
		cmocka_unit_test(words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
