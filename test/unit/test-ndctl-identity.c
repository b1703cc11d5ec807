/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "buses.h"

#include <ndctl/change/step.h>
#include <ndctl/format/infoblock.h>
#include <ndctl/private.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A change is refused if the device is not the one that the caller means (identity.c), or if the
 * region cannot be locked. */

static void make_labelled(struct fixture *fixture, const char *uuid)
{
	make_two_buses(fixture);
	make_file(fixture, ND "ndbus0/nfit/scrub", "1\n");
	make_file(fixture, ND "namespace0.2/uuid", "%s\n", uuid);
	make_file(fixture, ND "namespace0.2/size", "524288\n");
	make_file(fixture, ND "namespace0.2/holder", "\n");
	make_file(fixture, ND "namespace0.2/alt_name", "theirs\n");
	make_file(fixture, ND "namespace0.2/force_raw", "0\n");
	make_file(fixture, ND "region0/nstype", "5\n");
	make_file(fixture, ND "region0/read_only", "0\n");
	make_link(fixture, ND "region0/driver", "../../../bus/nd/drivers/nd_region");
}

static const char mine[] = "11111111-2222-4333-8444-555555555555";
static const char theirs[] = "99999999-2222-4333-8444-555555555555";

static int try_enable(struct ndctl_namespace *ndns)
{
	return ndctl_namespace_enable(ndns);
}

static int try_destroy(struct ndctl_namespace *ndns)
{
	return ndctl_namespace_destroy(ndns, NDCTL_CHANGE_FORCE);
}

static int try_reconfigure(struct ndctl_namespace *ndns)
{
	const struct ndctl_namespace_spec spec = {.struct_size = sizeof(spec)};

	return ndctl_namespace_reconfigure(ndns, &spec, NULL);
}

static int try_nomap(struct ndctl_namespace *ndns)
{
	return ndctl_namespace_restore_mapless(ndns, 0, 0);
}

static int try_check(struct ndctl_namespace *ndns)
{
	return ndctl_namespace_check(ndns, 0, NULL, NULL);
}

static int try_clear(struct ndctl_namespace *ndns)
{
	return ndctl_namespace_clear_errors(ndns, 0, NULL);
}

static int try_read(struct ndctl_namespace *ndns)
{
	char bytes[INFO_AREA];

	return ndctl_namespace_read_infoblock(ndns, bytes);
}

static int try_write(struct ndctl_namespace *ndns)
{
	const char bytes[INFO_AREA] = "";

	return ndctl_namespace_write_infoblock(ndns, bytes);
}

static int try_name(struct ndctl_namespace *ndns)
{
	return ndctl_namespace_set_alt_name(ndns, "mine");
}

static int try_size(struct ndctl_namespace *ndns)
{
	return ndctl_namespace_set_size(ndns, 4096);
}

static int try_raw(struct ndctl_namespace *ndns)
{
	return ndctl_namespace_set_raw_mode(ndns, 1);
}

static int (*const changes[])(struct ndctl_namespace *ndns) = {
	ndctl_namespace_delete,
	ndctl_namespace_disable,
	ndctl_namespace_disable_invalidate,
	ndctl_namespace_disable_safe,
	try_enable,
	try_destroy,
	try_reconfigure,
	try_nomap,
	try_check,
	try_clear,
	try_read,
	try_write,
	try_name,
	try_size,
	try_raw,
};

static void assert_all_refused(struct fixture *fixture, struct ndctl_namespace *ndns)
{
	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		char *before = tree_text(fixture);
		assert_int_equal(changes[i](ndns), -ESTALE);
		assert_non_null(
			strstr(ndctl_get_error(ndctl_namespace_get_ctx(ndns)), "namespace0.2 "));
		char *after = tree_text(fixture);
		assert_string_equal(before, after);
		free(before);
		free(after);
	}
}

static void make_locks(struct fixture *fixture)
{
	char name[256];
	struct stat st;

	make_dir(fixture, "run");
	snprintf(name, sizeof(name), "%s/sys/bus/nd/devices/region0", fixture->root);
	assert_int_equal(stat(name, &st), 0);
	make_dir(fixture, "run/daxctl");
	snprintf(name, sizeof(name), "run/daxctl/object-%ju", (uintmax_t)st.st_ino);
	make_file(fixture, name, "%s", "");
}

/* Both links are there for a moment: the second cannot get the inode of the first. */
static void replace_link(struct fixture *fixture)
{
	char from[256], to[256];

	make_link(fixture, ND "next", LINKS "ndbus0/region0/namespace0.2");
	snprintf(from, sizeof(from), "%s/" ND "next", fixture->root);
	snprintf(to, sizeof(to), "%s/" ND "namespace0.2", fixture->root);
	assert_int_equal(rename(from, to), 0);
}

static void made_anew(void **state)
{
	struct fixture *fixture = *state;
	make_labelled(fixture, mine);
	make_locks(fixture);
	struct ndctl_ctx *ctx = new_ctx(fixture);
	struct ndctl_region *region = ndctl_region_get_by_name(ctx, "region0");
	struct ndctl_namespace *ndns = ndctl_namespace_get_by_name(ctx, "namespace0.2");

	/* Another link stands for another device, whatever its attributes say. */
	replace_link(fixture);
	/* Another change of ours, which reads the names again, makes no difference. */
	struct ndctl_namespace *other = ndctl_namespace_get_by_name(ctx, "namespace0.10");
	ndctl_namespace_set_alt_name(other, "other");
	assert_all_refused(fixture, ndns);
	/* Whoever looks it up again means what there is now. */
	assert_ptr_equal(ndctl_namespace_get_first(region), ndns);
	assert_int_equal(ndctl_namespace_set_alt_name(ndns, "ours!!"), 0);
	assert_file(fixture, ND "namespace0.2/alt_name", "ours!!\n");
	take_away(fixture, ND "namespace0.2");
	assert_int_equal(ndctl_namespace_delete(ndns), -ESTALE);
	ndctl_unref(ctx);
}

static void another_uuid(void **state)
{
	struct fixture *fixture = *state;
	make_labelled(fixture, mine);
	make_locks(fixture);
	struct ndctl_ctx *ctx = new_ctx(fixture);
	struct ndctl_namespace *ndns = ndctl_namespace_get_by_name(ctx, "namespace0.2");
	uuid_t uuid;

	ndctl_namespace_get_uuid(ndns, uuid);
	make_file(fixture, ND "namespace0.2/uuid", "%s\n", theirs);
	assert_all_refused(fixture, ndns);
	/* The uuid that cannot be read could be another one. */
	take_away(fixture, ND "namespace0.2/uuid");
	make_dir(fixture, ND "namespace0.2/uuid");
	assert_int_equal(ndctl_namespace_set_alt_name(ndns, "mine"), -EISDIR);
	take_away(fixture, ND "namespace0.2/uuid");
	make_file(fixture, ND "namespace0.2/uuid", "%s\n", theirs);
	/* What the caller writes itself, it knows. */
	ndctl_namespace_get_uuid(ndns, uuid);
	assert_int_equal(ndctl_namespace_set_alt_name(ndns, "mine"), 0);
	assert_int_equal(uuid_parse(mine, uuid), 0);
	assert_int_equal(ndctl_namespace_set_uuid(ndns, uuid), 0);
	assert_int_equal(ndctl_namespace_set_alt_name(ndns, "still mine"), 0);
	ndctl_unref(ctx);
}

static void make_seed(struct fixture *fixture, const char *size, const char *uuid)
{
	make_file(fixture, ND "region0/namespace_seed", "namespace0.2\n");
	make_file(fixture, ND "namespace0.2/size", "%s\n", size);
	make_file(fixture, ND "namespace0.2/uuid", "%s\n", uuid);
}

/* Empty values as long as what a test writes: a write does not truncate these files, and the kernel
 * ends each value with a newline. */
#define NO_UUID "00000000-0000-0000-0000-000000000000"
#define NO_SIZE "000000"

static struct ndctl_namespace *look_up(struct ndctl_region *region)
{
	return ndctl_namespace_get_by_name(ndctl_region_get_ctx(region), "namespace0.2");
}

static struct ndctl_namespace *see_seed(struct ndctl_region *region)
{
	return ndctl_region_get_namespace_seed(region);
}

static struct ndctl_namespace *see_size(struct ndctl_region *region)
{
	assert_int_equal(ndctl_namespace_get_size(look_up(region)), 0);
	return look_up(region);
}

static struct ndctl_namespace *see_unconfigured(struct ndctl_region *region)
{
	assert_int_equal(ndctl_namespace_is_configured(look_up(region)), 0);
	return look_up(region);
}

static struct ndctl_namespace *see_idle(struct ndctl_region *region)
{
	assert_int_equal(ndctl_namespace_is_configuration_idle(look_up(region)), 1);
	return look_up(region);
}

/* Who has seen a namespace without capacity configures that one, not what others have made of it.
 */
static void seed_taken(void **state)
{
	static struct ndctl_namespace *(*const views[])(struct ndctl_region * region) = {
		see_seed, see_size, see_unconfigured, see_idle};
	struct fixture *fixture = *state;
	make_labelled(fixture, "");
	make_locks(fixture);

	for (size_t i = 0; i < ARRAY_SIZE(views); i++) {
		make_seed(fixture, "0", "");
		struct ndctl_ctx *ctx = new_ctx(fixture);
		struct ndctl_namespace *ndns = views[i](ndctl_region_get_by_name(ctx, "region0"));
		make_seed(fixture, "524288", theirs);
		assert_all_refused(fixture, ndns);
		/* Whoever looks it up again means what there is now. */
		assert_ptr_equal(look_up(ndctl_region_get_by_name(ctx, "region0")), ndns);
		assert_int_equal(ndctl_namespace_set_alt_name(ndns, "theirs"), 0);
		ndctl_unref(ctx);
	}
}

static void seed_configured(void **state)
{
	struct fixture *fixture = *state;
	uuid_t uuid;
	make_labelled(fixture, "");
	make_locks(fixture);
	make_seed(fixture, NO_SIZE, NO_UUID);
	make_file(fixture, ND "namespace0.2/sector_size", "[512] 4096\n");
	make_file(fixture, ND "namespace0.2/holder_class", "\n");
	struct ndctl_ctx *ctx = new_ctx(fixture);
	struct ndctl_region *region = ndctl_region_get_by_name(ctx, "region0");
	struct ndctl_namespace *ndns = ndctl_region_get_namespace_seed(region);

	assert_int_equal(uuid_parse(mine, uuid), 0);
	assert_int_equal(ndctl_namespace_get_size(ndns), 0);
	assert_int_equal(ndctl_namespace_set_uuid(ndns, uuid), 0);
	assert_int_equal(ndctl_namespace_is_configured(ndns), 0);
	assert_int_equal(ndctl_namespace_set_size(ndns, 524288), 0);
	assert_int_equal(ndctl_namespace_set_alt_name(ndns, "mine"), 0);
	assert_int_equal(ndctl_namespace_set_sector_size(ndns, 4096), 0);
	assert_int_equal(ndctl_namespace_set_enforce_mode(ndns, NDCTL_NS_MODE_RAW), 0);
	/* Others destroy it and make another one there. */
	make_file(fixture, ND "namespace0.2/uuid", "%s\n", theirs);
	assert_all_refused(fixture, ndns);
	ndctl_unref(ctx);
}

static void make_pfn_seed(struct fixture *fixture, const char *namespace, const char *uuid)
{
	make_file(fixture, ND "region0/pfn_seed", "pfn0.3\n");
	make_file(fixture, ND "pfn0.3/namespace", "%s\n", namespace);
	make_file(fixture, ND "pfn0.3/uuid", "%s\n", uuid);
	make_file(fixture, ND "pfn0.3/mode", "none\n");
}

static void claim_seed_taken(void **state)
{
	struct fixture *fixture = *state;
	uuid_t uuid;
	make_labelled(fixture, mine);
	make_locks(fixture);
	make_pfn_seed(fixture, "", "");
	struct ndctl_ctx *ctx = new_ctx(fixture);
	struct ndctl_region *region = ndctl_region_get_by_name(ctx, "region0");
	struct ndctl_namespace *ndns = ndctl_namespace_get_by_name(ctx, "namespace0.2");
	struct ndctl_pfn *pfn = ndctl_region_get_pfn_seed(region);

	assert_int_equal(uuid_parse(mine, uuid), 0);
	make_pfn_seed(fixture, "namespace0.10", theirs);
	assert_int_equal(ndctl_pfn_set_uuid(pfn, uuid), -ESTALE);
	assert_int_equal(ndctl_pfn_set_location(pfn, NDCTL_PFN_LOC_RAM), -ESTALE);
	assert_int_equal(ndctl_pfn_set_namespace(pfn, NULL), -ESTALE);
	assert_int_equal(ndctl_pfn_delete(pfn), -ESTALE);
	assert_file(fixture, ND "pfn0.3/mode", "none\n");
	/* Another process has only begun. */
	make_pfn_seed(fixture, "", "");
	ndctl_invalidate(ctx);
	assert_ptr_equal(ndctl_region_get_pfn_seed(region), pfn);
	make_pfn_seed(fixture, "", theirs);
	assert_int_equal(ndctl_pfn_set_uuid(pfn, uuid), -ESTALE);
	/* What the caller writes itself, it knows. */
	make_pfn_seed(fixture, "", NO_UUID);
	ndctl_invalidate(ctx);
	assert_ptr_equal(ndctl_region_get_pfn_seed(region), pfn);
	assert_int_equal(ndctl_pfn_is_configured(pfn), 0);
	assert_int_equal(ndctl_pfn_set_uuid(pfn, uuid), 0);
	assert_int_equal(ndctl_pfn_set_location(pfn, NDCTL_PFN_LOC_PMEM), 0);
	assert_int_equal(ndctl_pfn_set_namespace(pfn, ndns), 0);
	/* It cannot be read again: whoever looks it up means what there is now. */
	assert_int_equal(ndctl_pfn_set_location(pfn, NDCTL_PFN_LOC_PMEM), -EPROTO);
	make_pfn_seed(fixture, "namespace0.2", mine);
	ndctl_invalidate(ctx);
	assert_ptr_equal(ndctl_region_get_pfn_seed(region), pfn);
	assert_int_equal(ndctl_pfn_set_location(pfn, NDCTL_PFN_LOC_PMEM), 0);
	ndctl_unref(ctx);
}

/* Who may not lock may not change anything, even where the attribute lets him. */
static void denied_lock(void **state)
{
	struct fixture *fixture = *state;
	char name[256];
	make_labelled(fixture, mine);
	make_locks(fixture);
	make_dir(fixture, "run/daxctl");
	snprintf(name, sizeof(name), "%s/run/daxctl", fixture->root);
	assert_int_equal(chmod(name, 0700), 0);
	snprintf(name, sizeof(name), "%s/" ND "namespace0.2/alt_name", fixture->root);
	assert_int_equal(chmod(name, 0666), 0);
	struct ndctl_ctx *ctx = new_ctx(fixture);
	struct ndctl_namespace *ndns = ndctl_namespace_get_by_name(ctx, "namespace0.2");

	if (rights_drop()) {
		assert_int_equal(ndctl_namespace_set_alt_name(ndns, "mine"), -EACCES);
		rights_restore();
	}
	assert_file(fixture, ND "namespace0.2/alt_name", "theirs\n");
	ndctl_unref(ctx);
}

static int fail_step(void *data)
{
	return -EIO;
}

/* Enables the region, then fails. Returns what the undo unbinds. */
static char *enable_and_fail(struct fixture *fixture)
{
	AUTO_TXN struct txn *txn = NULL;
	struct ndctl_ctx *ctx = new_ctx(fixture);
	struct ndctl_region *region = ndctl_region_get_by_name(ctx, "region0");

	make_file(fixture, "sys/bus/nd/drivers/nd_region/unbind", "%s", "");
	assert_int_equal(nd_ctx_txn(ctx, &txn), 0);
	assert_int_equal(step_enable_region(txn, region), 0);
	assert_int_equal(txn_add(txn, (struct step){.apply = fail_step}, "fail"), 0);
	assert_int_equal(txn_run(txn), -EIO);
	ndctl_unref(ctx);
	return file_text(fixture, "sys/bus/nd/drivers/nd_region/unbind");
}

/* The undo disables what the change enabled, and not what another program has. */
static void undone_if_ours(void **state)
{
	struct fixture *fixture = *state;
	make_two_buses(fixture);
	make_file(fixture, ND "namespace0.2/holder", "\n");
	make_file(fixture, ND "namespace0.10/holder", "\n");

	make_file(fixture, "sys/bus/nd/drivers/nd_region/bind", "%s", "");
	char *unbound = enable_and_fail(fixture);
	assert_string_equal(unbound, "region0");
	free(unbound);
	/* The kernel refuses to bind what is bound. */
	take_away(fixture, "sys/bus/nd/drivers/nd_region/bind");
	make_dir(fixture, "sys/bus/nd/drivers/nd_region/bind");
	make_link(fixture, ND "region0/driver", "../../../../../bus/nd/drivers/nd_region");
	unbound = enable_and_fail(fixture);
	assert_string_equal(unbound, "");
	free(unbound);
}

static void tell_step(
	struct ndctl_ctx *ctx, enum ndctl_step_event event, const char *what, void *data)
{
	if (event == NDCTL_STEP_TAKEN)
		snprintf(data, 128, "%s", what);
}

/* A step stands on one line. */
static void claim_seed_forgets(void **state)
{
	struct fixture *fixture = *state;
	char step[128] = "";
	make_labelled(fixture, mine);
	make_locks(fixture);
	make_pfn_seed(fixture, "", theirs);
	struct ndctl_ctx *ctx = new_ctx(fixture);
	struct ndctl_region *region = ndctl_region_get_by_name(ctx, "region0");

	ndctl_set_step_fn(ctx, tell_step, step);
	assert_int_equal(ndctl_pfn_delete(ndctl_region_get_pfn_seed(region)), 0);
	assert_string_equal(step, "set namespace of pfn0.3 to ''");
	ndctl_unref(ctx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(made_anew),
		fixture_test(another_uuid),
		fixture_test(seed_taken),
		fixture_test(seed_configured),
		fixture_test(claim_seed_taken),
		fixture_test(claim_seed_forgets),
		fixture_test(undone_if_ours),
		fixture_test(denied_lock),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
