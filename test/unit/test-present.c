/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <daxctl/restore/present.h>

#include "machine.h"

/* F: what cannot be read is not missing. */

#define REGION "platform/hmem.0"
#define START  UINT64_C(0x100000000)

static void make_devices(struct fixture *fixture)
{
	make_machine(fixture);
	make_region(fixture, REGION, 2048 * MIB, 0);
	make_dev(fixture, REGION, "dax0.0", START, 1024 * MIB, 1, "device_dax");
	make_dev(fixture, REGION, "dax0.1", START + 1024 * MIB, 1024 * MIB, 1, "device_dax");
}

/* Root can read everything: a directory in place of a file cannot be read by anybody. */
static void make_unreadable(struct fixture *fixture, const char *path)
{
	take_away(fixture, path);
	make_dir(fixture, path);
}

static void all_is_there(void **state)
{
	AUTO_CTX struct daxctl_ctx *ctx = NULL;
	struct present present;

	make_devices(*state);
	ctx = new_ctx(*state);
	assert_int_equal(present_init(&present, ctx), 0);
	assert_int_equal(present.region_count, 1);
	assert_int_equal(present.regions[0].device_count, 2);
	const struct present_device *device = &present.regions[0].devices[1];
	assert_int_equal(device->error, 0);
	assert_int_equal(device->range_error, 0);
	assert_int_equal(device->size, 1024 * MIB);
	assert_int_equal(device->range_count, 1);
	present_deinit(&present);
}

static void a_machine_without_dax(void **state)
{
	AUTO_CTX struct daxctl_ctx *ctx = NULL;
	struct present present;

	make_dir(*state, "sys/bus");
	ctx = new_ctx(*state);
	assert_int_equal(present_init(&present, ctx), 0);
	assert_int_equal(present.region_count, 0);
	present_deinit(&present);
}

static void devices_that_cannot_be_listed(void **state)
{
	AUTO_CTX struct daxctl_ctx *ctx = NULL;
	struct present present;

	make_devices(*state);
	take_away(*state, "sys/bus/dax/devices");
	make_file(*state, "sys/bus/dax/devices", "no directory\n");
	ctx = new_ctx(*state);
	assert_int_equal(present_init(&present, ctx), -ENOTDIR);
	present_deinit(&present);
}

static void a_device_that_cannot_be_read(void **state)
{
	AUTO_CTX struct daxctl_ctx *ctx = NULL;
	struct present present;

	make_devices(*state);
	make_unreadable(*state, "sys/devices/" REGION "/dax0.0/size");
	make_unreadable(*state, "sys/devices/" REGION "/dax0.1/mapping0/end");
	ctx = new_ctx(*state);
	assert_int_equal(present_init(&present, ctx), 0);
	assert_int_equal(present.regions[0].device_count, 2);
	const struct present_device *devices = present.regions[0].devices;
	assert_int_equal(devices[0].error, -EISDIR);
	assert_int_equal(devices[0].range_error, 0);
	assert_int_equal(devices[1].error, 0);
	assert_int_equal(devices[1].range_error, -EISDIR);
	present_deinit(&present);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(all_is_there),
		fixture_test(a_machine_without_dax),
		fixture_test(devices_that_cannot_be_listed),
		fixture_test(a_device_that_cannot_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
