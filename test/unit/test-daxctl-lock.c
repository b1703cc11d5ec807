/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "changes.h"

#include <daxctl/device.h>
#include <kernel/lock.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

/* The lock of a region, and what is read again under it. */

#define HMEM "platform/hmem.0"
#define NDRG "platform/ndbus0/region1"
#define GIB  (1024 * MIB)

/* Another process holds the lock of the region @place, and makes @mark before it gives it back. */
static void hold_lock_of(struct fixture *fixture, const char *place, const char *mark)
{
	char path[128];
	const struct lock_wait wait = {.milliseconds = 0};
	struct kernel *kernel;
	int ready[2];
	char answer;

	snprintf(path, sizeof(path), "sys/devices/%s", place);
	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		bool held = kernel_new(&kernel, fixture->root) == 0 &&
			lock_take(kernel, path, &wait) >= 0;
		if (write(ready[1], held ? "y" : "n", 1) != 1)
			_exit(1);
		usleep(300000);
		make_file(fixture, mark, "\n");
		/* The end of the process releases it. */
		_exit(0);
	}
	assert_int_equal(read(ready[0], &answer, 1), 1);
	assert_int_equal(answer, 'y');
	close(ready[0]);
	close(ready[1]);
}

static void hold_lock(struct fixture *fixture, const char *mark)
{
	hold_lock_of(fixture, HMEM, mark);
}

static void assert_waited(struct fixture *fixture, const char *mark)
{
	assert_file(fixture, mark, "\n");
	take_away(fixture, mark);
	wait(NULL);
}

static void one_write_waits_for_the_lock(void **state)
{
	struct fixture *fixture = *state;

	make_machine(fixture);
	make_region(fixture, HMEM, 4 * GIB, 4 * GIB);
	make_dev(fixture, HMEM, "dax0.0", GIB, 0, 1, NULL);
	make_file(fixture, "sys/devices/" HMEM "/dax0.0/mapping", "%s", "");
	AUTO_CTX struct daxctl_ctx *ctx = new_ctx(fixture);
	struct daxctl_region *region = daxctl_region_get_first(ctx);
	struct daxctl_dev *dev = daxctl_dev_get_first(region);

	hold_lock(fixture, "released");
	assert_int_equal(daxctl_dev_set_size(dev, 0), 0);
	assert_waited(fixture, "released");
	hold_lock(fixture, "released");
	assert_int_equal(daxctl_dev_set_align(dev, 4096), 0);
	assert_waited(fixture, "released");
	hold_lock(fixture, "released");
	assert_int_equal(daxctl_dev_set_mapping(dev, 0x1000, 0x1fff), 0);
	assert_waited(fixture, "released");
	hold_lock(fixture, "released");
	assert_int_equal(daxctl_region_create_dev(region), 0);
	assert_waited(fixture, "released");
	hold_lock(fixture, "released");
	assert_int_equal(daxctl_region_destroy_dev(region, dev), 0);
	assert_waited(fixture, "released");
	hold_lock(fixture, "released");
	assert_int_equal(daxctl_region_lock(region), 0);
	assert_waited(fixture, "released");
}

/* What was read before the lock is stale: the device is gone, and another program has made one. */
static void looks_again(void **state)
{
	struct fixture *fixture = *state;

	make_machine(fixture);
	make_region(fixture, HMEM, 4 * GIB, 4 * GIB);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, NULL);
	make_dev(fixture, HMEM, "dax0.1", 2 * GIB, GIB, 1, NULL);
	AUTO_CTX struct daxctl_ctx *ctx = new_ctx(fixture);
	struct daxctl_region *region = daxctl_region_get_first(ctx);
	struct daxctl_dev *first = daxctl_dev_get_first(region);
	struct daxctl_dev *dev = daxctl_dev_get_next(first);

	assert_int_equal(daxctl_dev_get_size(first), GIB);
	take_away(fixture, "sys/devices/" HMEM "/dax0.1");
	make_dev(fixture, HMEM, "dax0.2", 3 * GIB, GIB, 1, NULL);
	make_file(fixture, "sys/devices/" HMEM "/dax0.0/size", "4096\n");
	assert_int_equal(daxctl_region_destroy_dev(region, dev), -ENODEV);
	assert_file(fixture, "sys/devices/" HMEM "/dax_region/delete", "");

	assert_int_equal(daxctl_region_lock(region), 0);
	assert_ptr_equal(daxctl_dev_get_first(region), first);
	assert_int_equal(daxctl_dev_get_size(first), 4096);
	assert_string_equal(daxctl_dev_get_devname(daxctl_dev_get_next(first)), "dax0.2");
	assert_int_equal(daxctl_region_lock(region), -EBUSY);
	/* Its own changes do not wait for itself. */
	assert_int_equal(daxctl_region_create_dev(region), 0);
	daxctl_region_unlock(region);

	take_away(fixture, "sys/devices/" HMEM "/dax_region");
	make_dir(fixture, "sys/elsewhere"); /* the number of the directory that is gone */
	make_region(fixture, HMEM, 4 * GIB, 4 * GIB);
	assert_int_equal(daxctl_region_create_dev(region), -ENODEV);
	assert_int_equal(daxctl_region_lock(region), -ENODEV);
	assert_string_equal(
		daxctl_get_error(ctx), "cannot lock region 0: region 0 no longer exists");
}

/* An object that the kernel made anew meanwhile unlocks the region as well. */
static void region_is_unlocked_by_any_object(void **state)
{
	struct fixture *fixture = *state;

	make_machine(fixture);
	make_region(fixture, HMEM, 4 * GIB, 4 * GIB);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, NULL);
	AUTO_CTX struct daxctl_ctx *ctx = new_ctx(fixture);
	struct daxctl_region *region = daxctl_region_get_first(ctx);

	assert_int_equal(daxctl_region_lock(region), 0);
	take_away(fixture, "sys/devices/" HMEM "/dax_region");
	make_dir(fixture, "sys/elsewhere"); /* the number of the directory that is gone */
	make_region(fixture, HMEM, 4 * GIB, 4 * GIB);
	struct daxctl_region *newer = daxctl_new_region(ctx, 0, (uuid_t){0}, "/sys/devices/" HMEM);
	assert_non_null(newer);
	assert_ptr_not_equal(newer, region);
	daxctl_region_unlock(newer);
	assert_int_equal(daxctl_region_lock(newer), 0);
	daxctl_region_unlock(newer);
	daxctl_region_unlock(newer);
}

#define HMEM_LATER "platform/hmem.1"

/* Who holds one region waits for another one in one order only. */
static void two_regions_do_not_wait_for_each_other(void **state)
{
	struct fixture *fixture = *state;

	make_machine(fixture);
	make_region(fixture, HMEM, 4 * GIB, 4 * GIB);
	make_region(fixture, HMEM_LATER, 64 * GIB, 4 * GIB);
	make_dev(fixture, HMEM, "dax0.0", GIB, 0, 1, NULL);
	make_dev(fixture, HMEM_LATER, "dax1.0", GIB, 0, 1, NULL);
	AUTO_CTX struct daxctl_ctx *ctx = new_ctx(fixture);
	struct daxctl_region *region = daxctl_region_get_first(ctx);
	struct daxctl_region *later = daxctl_region_get_next(region);
	assert_non_null(later);

	assert_int_equal(daxctl_region_lock(later), 0);
	hold_lock(fixture, "released");
	assert_int_equal(daxctl_region_create_dev(region), -EDEADLK);
	assert_string_equal(daxctl_get_error(ctx),
		"another program is changing region 0, and may be waiting for region 1, which this program holds");
	assert_string_equal(daxctl_get_hint(ctx), "unlock region 1 first");
	wait(NULL);
	take_away(fixture, "released");
	/* Nobody has it now. */
	assert_int_equal(daxctl_region_create_dev(region), 0);
	daxctl_region_unlock(later);

	/* In the order of paths it waits. */
	assert_int_equal(daxctl_region_lock(region), 0);
	hold_lock_of(fixture, HMEM_LATER, "released");
	assert_int_equal(daxctl_region_create_dev(later), 0);
	assert_waited(fixture, "released");
	daxctl_region_unlock(region);
}

static bool is_locked(struct fixture *fixture, const char *path)
{
	struct kernel *kernel;

	assert_int_equal(kernel_new(&kernel, fixture->root), 0);
	AUTO_CLOSE int fd = lock_take(kernel, path, &(struct lock_wait){0});
	kernel_unref(kernel);
	return fd == -EWOULDBLOCK;
}

static void look_at_lock(
	struct daxctl_ctx *ctx, enum daxctl_step_event event, const char *what, void *data)
{
	snprintf(told, sizeof(told), "%d%d%d", is_locked(data, "sys/devices/" NDRG),
		is_locked(data, "sys/devices/" NDRG "/dax1.0"),
		is_locked(data, "sys/devices/" HMEM));
}

/* A device of a namespace is changed under the lock that ndctl takes too. */
static void region_is_locked(void **state)
{
	struct fixture *fixture = *state;

	make_machine(fixture);
	make_dev(fixture, NDRG "/dax1.0", "dax1.0", GIB, GIB, 1, "device_dax");
	make_dev(fixture, HMEM, "dax0.0", 8 * GIB, GIB, 1, "device_dax");
	AUTO_CTX struct daxctl_ctx *ctx = new_ctx(fixture);
	daxctl_set_step_fn(ctx, look_at_lock, fixture);

	*told = 0;
	assert_int_equal(daxctl_dev_set_mode(daxctl_dev_get_by_name(ctx, "dax1.0"),
				 DAXCTL_DEV_MODE_RAM, DAXCTL_CHANGE_DRY_RUN),
		0);
	assert_string_equal(told, "100");
	assert_int_equal(daxctl_dev_set_mode(daxctl_dev_get_by_name(ctx, "dax0.0"),
				 DAXCTL_DEV_MODE_RAM, DAXCTL_CHANGE_DRY_RUN),
		0);
	assert_string_equal(told, "001");
	assert_false(is_locked(fixture, "sys/devices/" HMEM));
	assert_false(is_locked(fixture, "sys/devices/" NDRG));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(one_write_waits_for_the_lock),
		fixture_test(looks_again),
		fixture_test(region_is_unlocked_by_any_object),
		fixture_test(two_regions_do_not_wait_for_each_other),
		fixture_test(region_is_locked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
