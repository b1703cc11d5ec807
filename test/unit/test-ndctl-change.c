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

/* "Free", "idle" and "nothing there" are not concluded from what cannot be read. */
static void unreadable_is_not_idle(void **state)
{
	struct fixture *fixture = *state;
	AUTO_TXN struct txn *txn = NULL;
	make_two_buses(fixture);
	make_file(fixture, ND "namespace0.2/holder", "\n");
	make_file(fixture, ND "namespace0.10/holder", "\n");
	/* No link, so that reading it fails. */
	make_file(fixture, ND "namespace0.2/driver", "\n");
	make_file(fixture, ND "nmem0/state", "idle\n");
	struct ndctl_ctx *ctx = new_ctx(fixture);
	struct ndctl_region *region = ndctl_region_get_by_name(ctx, "region0");
	struct ndctl_namespace *ndns = ndctl_namespace_get_by_name(ctx, "namespace0.2");
	struct ndctl_dimm *dimm = ndctl_dimm_get_first(ndctl_bus_get_first(ctx));

	assert_int_equal(ndctl_namespace_check_idle(ndns), -EBUSY);
	assert_non_null(strstr(ndctl_get_error(ctx), "driver"));
	assert_int_equal(nd_ctx_txn(ctx, &txn), 0);
	assert_int_equal(step_disable_region(txn, region), -EBUSY);
	take_away(fixture, ND "namespace0.2/driver");
	ndctl_invalidate(ctx);
	assert_int_equal(ndctl_namespace_check_idle(ndns), 0);
	assert_int_equal(step_disable_region(txn, region), 0);

	assert_int_equal(dimm_check_idle(dimm), 0);
	take_away(fixture, ND "nmem0/state");
	assert_int_equal(dimm_check_idle(dimm), -EBUSY);
	ndctl_unref(ctx);
}

/* By name, where the loop device itself cannot be asked. */
static void loop_devices(void **state)
{
	static const char object[] = "namespace0.2/block/pmem0";
	static const char loop[] = "sys/devices/virtual/block/loop0/loop/backing_file";
	struct fixture *fixture = *state;
	AUTO_DIRECTORY struct directory *directory = NULL;
	make_two_buses(fixture);
	make_dir(fixture, ND "namespace0.2/block/pmem0/pmem0p1");
	struct ndctl_ctx *ctx = new_ctx(fixture);

	assert_int_equal(directory_open(ctx->kernel, "sys/bus/nd/devices", &directory), 0);
	assert_int_equal(holder_check_loops(directory, object), 0);
	make_file(fixture, loop, "/dev/pmem01\n");
	assert_int_equal(holder_check_loops(directory, object), 0);
	assert_null(ndctl_get_error(ctx));
	make_file(fixture, loop, "/dev/pmem0p1\n");
	assert_int_equal(holder_check_loops(directory, object), -EBUSY);
	assert_string_equal(ndctl_get_error(ctx), "/dev/pmem0 is held by loop0");
	ndctl_unref(ctx);
}

static int create_in(struct ndctl_ctx *ctx, const char *name)
{
	const struct ndctl_namespace_spec spec = {.struct_size = sizeof(spec),
		.flags = NDCTL_CHANGE_DRY_RUN | NDCTL_CHANGE_TAKE_DISABLED,
		.mode = NDCTL_NS_MODE_RAW};

	ndctl_invalidate(ctx);
	return ndctl_region_create_namespace(ndctl_region_get_by_name(ctx, name), &spec, NULL);
}

/* B1: the seed is free if its size, its uuid and its holder say so. */
static void unreadable_is_not_free(void **state)
{
	struct fixture *fixture = *state;
	make_two_buses(fixture);
	make_link(fixture, ND "region0/driver", "../nd_region");
	make_file(fixture, ND "region0/read_only", "0\n");
	make_file(fixture, ND "region0/size", "134217728\n");
	make_file(fixture, ND "region0/available_size", "134217728\n");
	make_file(fixture, ND "region0/max_available_extent", "134217728\n");
	make_file(fixture, ND "region0/nstype", "5\n");
	make_file(fixture, ND "region0/mappings", "0\n");
	make_file(fixture, ND "region0/namespace_seed", "namespace0.2\n");
	make_file(fixture, ND "namespace0.2/size", "0\n");
	make_file(fixture, ND "namespace0.2/uuid", "\n");
	make_file(fixture, ND "namespace0.2/holder", "\n");
	struct ndctl_ctx *ctx = new_ctx(fixture);

	assert_int_equal(create_in(ctx, "region0"), 0);
	const char *const needed[] = {"size", "uuid", "holder"};
	for (size_t i = 0; i < ARRAY_SIZE(needed); i++) {
		char path[128];
		snprintf(path, sizeof(path), ND "namespace0.2/%s", needed[i]);
		take_away(fixture, path);
		assert_int_equal(create_in(ctx, "region0"), -EBUSY);
		make_file(fixture, path, "%s\n", i ? "" : "0");
	}
	assert_int_equal(create_in(ctx, "region0"), 0);
	take_away(fixture, ND "region0/nstype");
	assert_int_equal(create_in(ctx, "region0"), -ENXIO);
	ndctl_unref(ctx);
}

/* E1: force_raw that somebody sets is not what a killed process has left. */
static void raw_is_wanted(void **state)
{
	struct fixture *fixture = *state;
	char path[PATH_MAX];
	make_two_buses(fixture);
	make_file(fixture, ND "namespace0.2/force_raw", "1\n");
	make_dir(fixture, "run");
	struct ndctl_ctx *ctx = new_ctx(fixture);
	struct ndctl_namespace *ndns = ndctl_namespace_get_by_name(ctx, "namespace0.2");

	assert_int_equal(entity_path(&ndns->entity, path), 0);
	assert_int_equal(mark_set(ctx->kernel, path, "raw"), 0);
	assert_int_equal(ndctl_namespace_set_raw_mode(ndns, 1), 1);
	make_file(fixture, ND "namespace0.2/force_raw", "1\n");
	assert_int_equal(raw_recover(ndns), 0);
	assert_file(fixture, ND "namespace0.2/force_raw", "1\n");
	/* Without somebody's wish it is taken back. */
	assert_int_equal(mark_set(ctx->kernel, path, "raw"), 0);
	assert_int_equal(raw_recover(ndns), 0);
	ndctl_invalidate(ctx);
	assert_file(fixture, ND "namespace0.2/force_raw", "0\n");
	ndctl_unref(ctx);
}

static void only_that_driver(void **state)
{
	struct fixture *fixture = *state;
	make_two_buses(fixture);
	make_file(fixture, "sys/bus/nd/drivers/nd_pmem/unbind", "%s", "");
	make_file(fixture, "sys/bus/nd/drivers/another/unbind", "%s", "");
	make_link(fixture, ND "namespace0.2/driver", "../../../../../bus/nd/drivers/nd_pmem");
	struct ndctl_ctx *ctx = new_ctx(fixture);
	struct ndctl_namespace *ndns = ndctl_namespace_get_by_name(ctx, "namespace0.2");

	assert_true(entity_is_bound(&ndns->entity));
	take_away(fixture, ND "namespace0.2/driver");
	make_link(fixture, ND "namespace0.2/driver", "../../../../../bus/nd/drivers/another");
	assert_int_equal(entity_unbind(&ndns->entity), 0);
	assert_file(fixture, "sys/bus/nd/drivers/another/unbind", "");
	assert_file(fixture, "sys/bus/nd/drivers/nd_pmem/unbind", "namespace0.2");
	ndctl_unref(ctx);
}

/* The kernel lets a btt claim a namespace that is bound, and perhaps mounted. */
static void claimed_late(void **state)
{
	struct fixture *fixture = *state;
	struct entity *owner;
	make_two_buses(fixture);
	make_device(fixture, "ndbus0/region0/", "btt0.0");
	make_file(fixture, ND "namespace0.2/holder", "btt0.0\n");
	make_link(fixture, ND "namespace0.2/driver", "../../../../../bus/nd/drivers/nd_pmem");
	struct ndctl_ctx *ctx = new_ctx(fixture);
	struct ndctl_namespace *ndns = ndctl_namespace_get_by_name(ctx, "namespace0.2");

	assert_true(ndctl_namespace_is_active(ndns));
	assert_int_equal(namespace_find_owner(ndns, &owner), 0);
	assert_ptr_equal(owner, &ndns->entity);
	/* Its disk is missing: whether it is in use cannot be told. */
	assert_int_equal(ndctl_namespace_check_idle(ndns), -EBUSY);
	assert_int_equal(ndctl_namespace_disable_invalidate(ndns), -EBUSY);
	ndctl_unref(ctx);
}

static void mark_by_fresh_value(void **state)
{
	struct fixture *fixture = *state;
	char path[PATH_MAX];
	make_two_buses(fixture);
	make_file(fixture, ND "namespace0.2/force_raw", "0\n");
	make_dir(fixture, "run");
	struct ndctl_ctx *ctx = new_ctx(fixture);
	struct ndctl_namespace *ndns = ndctl_namespace_get_by_name(ctx, "namespace0.2");

	assert_int_equal(entity_path(&ndns->entity, path), 0);
	assert_int_equal(ndctl_namespace_get_raw_mode(ndns), 0);
	assert_int_equal(mark_set(ctx->kernel, path, "raw"), 0);
	make_file(fixture, ND "namespace0.2/force_raw", "1\n");
	assert_true(raw_is_left(ndns));
	assert_true(mark_is_set(ctx->kernel, path, "raw"));
	ndctl_unref(ctx);
}

/* An info block that cannot be written back is kept, for root only, and the sentence says where. */
static void block_is_kept(void **state)
{
	struct fixture *fixture = *state;
	char bytes[INFO_AREA] = "what was there", copy[INFO_AREA], path[512];
	struct stat st;
	make_two_buses(fixture);
	make_dir(fixture, "run");
	struct ndctl_ctx *ctx = new_ctx(fixture);
	struct ndctl_namespace *ndns = ndctl_namespace_get_by_name(ctx, "namespace0.2");

	remedy_keep(ndns, bytes);
	assert_true(ndns->lost);
	assert_non_null(ndns->remedy);
	snprintf(path, sizeof(path), "%s%s", fixture->root, ndns->remedy);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	FILE *file = fopen(path, "re");
	assert_int_equal(fread(copy, 1, sizeof(copy), file), sizeof(copy));
	fclose(file);
	assert_memory_equal(copy, bytes, sizeof(copy));
	/* It is given back to this namespace only. */
	memset(copy, 0, sizeof(copy));
	assert_int_equal(remedy_read(ndns, path, copy), 0);
	assert_memory_equal(copy, bytes, sizeof(copy));
	struct ndctl_namespace *other = ndctl_namespace_get_by_name(ctx, "namespace1.0");
	assert_non_null(other);
	assert_int_equal(remedy_read(other, path, copy), -EINVAL);
	kernel_fail(ctx->kernel, EIO, "failed");
	snprintf(path, sizeof(path), "ndctl write-infoblock --restore=%s namespace0.2 ",
		ndns->remedy);
	remedy_hint(ndns);
	assert_non_null(strstr(ndctl_get_hint(ctx), path));
	assert_false(ndns->lost);
	/* Where it cannot be kept, the namespace stays disabled nevertheless. */
	take_away(fixture, "run");
	make_file(fixture, "run", "%s", "");
	remedy_keep(ndns, bytes);
	assert_true(ndns->lost);
	assert_null(ndns->remedy);
	remedy_hint(ndns);
	assert_non_null(strstr(ndctl_get_hint(ctx), "is lost"));
	ndctl_unref(ctx);
}

/* What a function does not know is no wish that it may drop. */
static void flags_are_heeded(void **state)
{
	struct fixture *fixture = *state;
	make_two_buses(fixture);
	make_dir(fixture, "run");
	struct ndctl_ctx *ctx = new_ctx(fixture);
	struct ndctl_namespace *ndns = ndctl_namespace_get_by_name(ctx, "namespace0.2");
	struct ndctl_region *region = ndctl_region_get_by_name(ctx, "region0");
	const struct ndctl_namespace_spec spec = {.struct_size = sizeof(spec), .flags = 0x1000};
	char *before = tree_text(fixture);

	assert_int_equal(ndctl_region_create_namespace(region, &spec, NULL), -EINVAL);
	assert_string_equal(ndctl_get_error(ctx),
		"region0: cannot create a namespace: unknown flags 0x1000 (allowed: 0x3f)");
	assert_int_equal(ndctl_namespace_reconfigure(ndns, &spec, NULL), -EINVAL);
	assert_int_equal(ndctl_namespace_destroy(ndns, NDCTL_CHANGE_NO_MAP), -EINVAL);
	assert_int_equal(ndctl_namespace_restore_mapless(ndns, 0, NDCTL_CHANGE_FORCE), -EINVAL);
	assert_int_equal(ndctl_namespace_check(ndns, 0x1000, NULL, NULL), -EINVAL);
	assert_int_equal(ndctl_region_repair_labels(region, NDCTL_CHANGE_FORCE), -EINVAL);
	assert_string_equal(ndctl_get_error(ctx),
		"region0: cannot repair the labels of its DIMMs: unknown flags 0x1 (allowed: 0x2)");
	char *after = tree_text(fixture);
	assert_string_equal(before, after);
	free(before);
	free(after);
	ndctl_unref(ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(unreadable_is_not_idle),
		fixture_test(loop_devices),
		fixture_test(unreadable_is_not_free),
		fixture_test(raw_is_wanted),
		fixture_test(flags_are_heeded),
		fixture_test(only_that_driver),
		fixture_test(claimed_late),
		fixture_test(mark_by_fresh_value),
		fixture_test(block_is_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
