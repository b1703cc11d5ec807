/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine.h"

#include <daxctl/device.h>
#include <stdio.h>
#include <limits.h>
#include <string.h>

#define HMEM "platform/hmem.0"
#define NDRG "LNXSYSTM:00/LNXSYBUS:00/ACPI0012:00/ndbus0/region1"
#define GIB  (1024 * MIB)

/* D1: a path may lead to the region in any way. */
static void by_any_path(void **state)
{
	struct fixture *fixture = *state;
	static const char *const paths[] = {
		"/sys/bus/cxl/devices/dax_region0",
		"/sys/bus/cxl/devices/dax_region0/",
		"/sys/bus/cxl/devices/../devices/dax_region0",
		"/sys/devices//" HMEM,
		"/sys/devices/" HMEM "/dax0.0/..",
	};

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, NULL);
	make_link(fixture, "sys/bus/cxl/devices/dax_region0", "../../../devices/" HMEM);
	AUTO_CTX struct daxctl_ctx *ctx = new_ctx(fixture);
	struct daxctl_region *region = daxctl_region_get_first(ctx);
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		assert_ptr_equal(daxctl_new_region(ctx, 0, NULL, paths[i]), region);
		daxctl_region_unref(region);
	}
	assert_string_equal(daxctl_region_get_path(region), "/sys/devices/" HMEM);
	assert_null(daxctl_region_get_next(region));
	assert_null(daxctl_new_region(ctx, 0, NULL, NULL));
	assert_null(daxctl_new_region(ctx, 0, NULL, "sys/devices/" HMEM));
	assert_null(daxctl_new_region(ctx, 0, NULL, "/sys/bus/cxl/devices"));
	assert_null(daxctl_new_region(ctx, 0, NULL, "/"));
}

/* D2: a region of a list has no reference to give back. */
static void references(void **state)
{
	struct fixture *fixture = *state;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, NULL);
	struct daxctl_ctx *ctx = new_ctx(fixture);
	for (int i = 0; i < 4; i++) {
		struct daxctl_region *region = daxctl_region_get_first(ctx);
		assert_non_null(region);
		daxctl_region_unref(region);
	}
	struct daxctl_region *region = daxctl_new_region(ctx, 0, NULL, "/sys/devices/" HMEM);
	for (int i = 0; i < 4; i++)
		daxctl_region_unref(region);
	assert_ptr_equal(daxctl_region_get_first(ctx), region);
	daxctl_unref(ctx);
}

/* D3: what the kernel makes anew at a path is another region; the old one may still be pointed at.
 */
static void made_anew(void **state)
{
	struct fixture *fixture = *state;
	static const char path[] = "/sys/devices/" NDRG "/dax1.0";
	uuid_t one = {1}, two = {2}, got;

	make_machine(fixture);
	make_region(fixture, NDRG "/dax1.0", GIB, -1);
	make_dev(fixture, NDRG "/dax1.0", "dax1.0", GIB, GIB, 1, NULL);
	AUTO_CTX struct daxctl_ctx *ctx = new_ctx(fixture);
	struct daxctl_region *old = daxctl_new_region(ctx, 1, one, path);
	struct daxctl_dev *dev = daxctl_dev_get_first(old);
	assert_int_equal(daxctl_region_get_size(old), GIB);
	assert_int_equal(daxctl_dev_get_size(dev), GIB);

	take_away(fixture, "sys/devices/" NDRG "/dax1.0/dax_region");
	take_away(fixture, "sys/devices/" NDRG "/dax1.0/dax1.0");
	take_away(fixture, "sys/bus/dax/devices/dax1.0");
	make_dir(fixture, "sys/elsewhere"); /* the number of the directory that is gone */
	make_region(fixture, NDRG "/dax1.0", 2 * GIB, -1);
	make_dev(fixture, NDRG "/dax1.0", "dax1.0", 4 * GIB, 2 * GIB, 1, NULL);
	struct daxctl_region *region = daxctl_new_region(ctx, 1, two, path);
	assert_ptr_not_equal(region, old);
	assert_int_equal(daxctl_region_get_size(region), 2 * GIB);
	assert_int_equal(daxctl_dev_get_size(daxctl_dev_get_first(region)), 2 * GIB);
	daxctl_region_get_uuid(region, got);
	assert_memory_equal(two, got, sizeof(got));
	assert_ptr_equal(daxctl_new_region(ctx, 1, two, path), region);
	assert_ptr_equal(daxctl_dev_get_region(daxctl_dev_get_by_name(ctx, "dax1.0")), region);
	assert_ptr_equal(daxctl_region_get_first(ctx), region);
	assert_null(daxctl_region_get_next(region));

	daxctl_region_get_uuid(old, got);
	assert_memory_equal(one, got, sizeof(got));
	assert_ptr_equal(daxctl_dev_get_region(dev), old);
	daxctl_region_unref(old);
	daxctl_region_unref(region);
	daxctl_region_unref(region);
}

static void strange_values(void **state)
{
	struct fixture *fixture = *state;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, NULL);
	make_file(fixture, "sys/devices/" HMEM "/dax0.0/size", "1G\n");
	make_file(fixture, "sys/devices/" HMEM "/dax0.0/align", "%s", "");
	make_file(fixture, "sys/devices/" HMEM "/dax0.0/resource", "0x10000000000000000\n");
	make_file(fixture, "sys/devices/" HMEM "/dax0.0/target_node", "99999999999\n");
	make_file(fixture, "sys/devices/" HMEM "/dax0.0/dev", "252\n");
	make_link(fixture, "sys/devices/" HMEM "/dax0.0/driver", "driver");
	make_file(fixture, "sys/devices/" HMEM "/dax_region/size", "-1\n");
	make_file(fixture, "sys/devices/" HMEM "/dax_region/seed", "../../etc\n");
	AUTO_CTX struct daxctl_ctx *ctx = new_ctx(fixture);
	struct daxctl_region *region = daxctl_region_get_first(ctx);
	struct daxctl_dev *dev = daxctl_dev_get_first(region);

	/* D5 */
	assert_true(daxctl_region_get_size(region) == ULLONG_MAX);
	assert_int_equal(daxctl_region_get_available_size(region), 0);
	assert_null(daxctl_region_get_dev_seed(region));
	assert_int_equal(daxctl_dev_get_size(dev), 0);
	errno = 0;
	assert_int_equal(daxctl_dev_get_size(dev), 0);
	assert_int_equal(errno, EINVAL);
	assert_int_equal(daxctl_dev_get_align(dev), 0);
	assert_int_equal(daxctl_dev_get_resource(dev), 0);
	assert_int_equal(daxctl_dev_get_target_node(dev), -1);
	assert_int_equal(daxctl_dev_get_major(dev), -1);
	assert_int_equal(daxctl_dev_get_minor(dev), -1);
	assert_int_equal(daxctl_dev_get_mode(dev), DAXCTL_DEV_MODE_UNKNOWN);

	static const struct {
		const char *text;
		int major, minor;
	} numbers[] = {
		{":\n", -1, -1},
		{"252:\n", -1, -1},
		{":0\n", -1, -1},
		{"-1:-1\n", -1, -1},
		{"252:0:0\n", -1, -1},
		{"a:b\n", -1, -1},
		{"2147483647:2147483648\n", -1, -1},
		{"2147483647:2147483647\n", INT_MAX, INT_MAX},
		{" 252: 0\n", -1, -1},
		{"252:0", -1, -1},
		{"4294967295:18446744073709551615\n", -1, -1},
	};
	for (size_t i = 0; i < ARRAY_SIZE(numbers); i++) {
		AUTO_CTX struct daxctl_ctx *fresh = new_ctx(fixture);
		make_file(fixture, "sys/devices/" HMEM "/dax0.0/dev", "%s", numbers[i].text);
		dev = daxctl_dev_get_by_name(fresh, "dax0.0");
		assert_int_equal(daxctl_dev_get_major(dev), numbers[i].major);
		assert_int_equal(daxctl_dev_get_minor(dev), numbers[i].minor);
	}
}

/* A loop goes on behind a device that it destroys, and behind ranges that it looks at again. */
static void destroyed_in_a_loop(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = new_ctx(fixture);
	struct daxctl_dev *dev;
	char name[16];
	int seen = 0;

	make_machine(fixture);
	make_region(fixture, HMEM, GIB, 0);
	for (unsigned i = 0; i < 4; i++) {
		snprintf(name, sizeof(name), "dax0.%u", i);
		make_dev(fixture, HMEM, name, GIB + i * BLOCK, BLOCK, 1, "kmem");
		make_block(fixture, 8 + i, "offline", "Normal Movable");
	}
	struct daxctl_region *region = daxctl_region_get_first(ctx);
	daxctl_dev_foreach (region, dev) {
		struct daxctl_mapping *mapping = daxctl_mapping_get_first(dev);
		assert_int_equal(daxctl_memory_offline(daxctl_dev_get_memory(dev)), 0);
		assert_ptr_equal(daxctl_mapping_get_first(dev), mapping);
		assert_int_equal(daxctl_region_destroy_dev(region, dev), 0);
		seen++;
	}
	assert_int_equal(seen, 4);
}

static void vanishes(void **state)
{
	struct fixture *fixture = *state;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, "kmem");
	make_dev(fixture, HMEM, "dax0.1", GIB, GIB, 1, "kmem");
	AUTO_CTX struct daxctl_ctx *ctx = new_ctx(fixture);
	struct daxctl_dev *dev = daxctl_dev_get_first(daxctl_region_get_first(ctx));
	struct daxctl_memory *mem = daxctl_dev_get_memory(dev);

	assert_non_null(mem);
	take_away(fixture, "sys/bus/dax/devices/dax0.0");
	take_away(fixture, "sys/devices/" HMEM "/dax0.0");
	assert_string_equal(daxctl_dev_get_devname(dev), "dax0.0");
	assert_int_equal(daxctl_dev_get_size(dev), 0);
	assert_int_equal(daxctl_dev_get_align(dev), 0);
	assert_int_equal(daxctl_dev_get_resource(dev), 0);
	assert_int_equal(daxctl_dev_get_target_node(dev), -1);
	assert_int_equal(daxctl_dev_get_major(dev), -1);
	assert_int_equal(daxctl_dev_get_mode(dev), DAXCTL_DEV_MODE_UNKNOWN);
	assert_false(daxctl_dev_is_enabled(dev));
	assert_false(daxctl_dev_is_system_ram_capable(dev));
	assert_false(daxctl_dev_has_online_memory(dev));
	assert_null(daxctl_dev_get_memory(dev));
	assert_null(daxctl_mapping_get_first(dev));
	assert_null(daxctl_memory_get_node_path(mem));
	assert_int_equal(daxctl_memory_num_sections(mem), -ENOENT);
	assert_int_equal(daxctl_memory_is_online(mem), -ENOENT);
	assert_int_equal(daxctl_memory_is_movable(mem), -ENOENT);

	char *before = tree_text(fixture);
	assert_int_equal(daxctl_dev_set_size(dev, GIB), -ENXIO);
	assert_string_equal(daxctl_get_error(ctx), "dax0.0: the device no longer exists");
	assert_int_equal(daxctl_memory_offline(mem), -ENODEV);
	assert_int_equal(daxctl_memory_online(mem), -ENODEV);
	static const int modes[] = {DAXCTL_DEV_MODE_DEVDAX, DAXCTL_DEV_MODE_RAM};
	for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
		assert_int_equal(daxctl_dev_set_mode(dev, modes[i], 0), -ENODEV);
	assert_string_equal(daxctl_get_error(ctx),
		"dax0.0: cannot become system-ram: the device no longer exists");
	assert_int_equal(daxctl_dev_disable(dev), -ENODEV);
	assert_string_equal(
		daxctl_get_error(ctx), "dax0.0: cannot be disabled: the device no longer exists");
	assert_int_equal(daxctl_dev_enable_ram(dev), -ENODEV);
	char *after = tree_text(fixture);
	assert_string_equal(before, after);
	free(before);
	free(after);

	/* The whole region. */
	dev = daxctl_dev_get_next(dev);
	take_away(fixture, "sys/devices/platform");
	assert_int_equal(daxctl_dev_set_mode(dev, DAXCTL_DEV_MODE_DEVDAX, 0), -ENOENT);
	assert_non_null(strstr(daxctl_get_error(ctx), "dax0.1: cannot become devdax: "));
}

static void mappings(void **state)
{
	struct fixture *fixture = *state;
	struct daxctl_mapping *mapping;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, 0, 1, NULL);
	AUTO_CTX struct daxctl_ctx *ctx = new_ctx(fixture);
	struct daxctl_dev *dev = daxctl_dev_get_by_name(ctx, "dax0.0");
	assert_null(daxctl_mapping_get_first(dev));

	/* Those of kernels that name the attribute to write to like that. */
	make_file(fixture, "sys/devices/" HMEM "/dax0.0/mapping", "%s", "");
	for (unsigned i = 0; i < 12; i++)
		make_mapping(fixture, HMEM "/dax0.0", i, i * GIB, i * GIB + 4095);
	/* They are kept, so that pointers stay good until the device changes. */
	assert_null(daxctl_mapping_get_first(dev));
	assert_int_equal(daxctl_dev_set_mapping(dev, 0x1000, 0x1fff), 0);
	assert_file(fixture, "sys/devices/" HMEM "/dax0.0/mapping", "0x1000-0x1fff");
	unsigned i = 0;
	daxctl_mapping_foreach (dev, mapping) {
		assert_int_equal(daxctl_mapping_get_start(mapping), i * GIB);
		assert_int_equal(daxctl_mapping_get_end(mapping), i * GIB + 4095);
		assert_int_equal(daxctl_mapping_get_size(mapping), 4096);
		assert_int_equal(daxctl_mapping_get_offset(mapping), i * 16);
		i++;
	}
	assert_int_equal(i, 12);

	/* A invalid range that: ends before it starts is none, and then there is none at all. */
	make_mapping(fixture, HMEM "/dax0.0", 5, GIB, GIB - 1);
	assert_int_equal(daxctl_dev_set_size(dev, 0), 0);
	assert_null(daxctl_mapping_get_first(dev));
	make_mapping(fixture, HMEM "/dax0.0", 5, GIB, GIB);
	assert_int_equal(daxctl_dev_set_align(dev, 4096), 0);
	assert_non_null(daxctl_mapping_get_first(dev));
	take_away(fixture, "sys/devices/" HMEM "/dax0.0/mapping11/page_offset");
	assert_int_equal(daxctl_dev_set_align(dev, 4096), 0);
	assert_null(daxctl_mapping_get_first(dev));
}

static void put_aside(struct fixture *fixture, const char *path, unsigned nth, const char *name)
{
	char from[PATH_MAX], to[PATH_MAX];

	snprintf(from, sizeof(from), "%s/%s", fixture->root, path);
	snprintf(to, sizeof(to), "%s/sys/used/%u/%s", fixture->root, nth, name);
	assert_int_equal(rename(from, to), 0);
}

/* Another process destroys dax0.1, and creates a device that gets the name. Keep what is gone:
 * other file systems than sysfs may give its inode numbers out again. */
static void replace_dev(struct fixture *fixture, unsigned nth)
{
	char path[32];

	snprintf(path, sizeof(path), "sys/used/%u", nth);
	make_dir(fixture, path);
	put_aside(fixture, "sys/devices/" HMEM "/dax0.1", nth, "device");
	put_aside(fixture, "sys/bus/dax/devices/dax0.1", nth, "link");
	make_dev(fixture, HMEM, "dax0.1", 2 * GIB, BLOCK, 1, NULL);
}

static int try_ram(struct daxctl_dev *dev)
{
	return daxctl_dev_set_mode(dev, DAXCTL_DEV_MODE_RAM, DAXCTL_CHANGE_FORCE);
}

static int try_remake(struct daxctl_dev *dev)
{
	return daxctl_dev_remake(dev, NULL, DAXCTL_DEV_MODE_RAM, DAXCTL_CHANGE_FORCE);
}

static int try_layout(struct daxctl_dev *dev)
{
	const struct daxctl_layout layout = {.given = DAXCTL_LAYOUT_SIZE, .size = 2 * MIB};

	return daxctl_dev_set_layout(dev, &layout, 0);
}

static int try_destroy(struct daxctl_dev *dev)
{
	return daxctl_dev_destroy(dev, DAXCTL_CHANGE_FORCE);
}

static int try_region_destroy(struct daxctl_dev *dev)
{
	return daxctl_region_destroy_dev(daxctl_dev_get_region(dev), dev);
}

static int try_online(struct daxctl_dev *dev)
{
	return daxctl_memory_online(daxctl_dev_get_memory(dev));
}

static void assert_refused(struct fixture *fixture, struct daxctl_dev *dev)
{
	static int (*const changes[])(struct daxctl_dev *) = {try_ram, try_remake, try_layout,
		try_destroy, try_region_destroy, daxctl_dev_enable_devdax, daxctl_dev_enable_ram,
		daxctl_dev_disable};
	char *before = tree_text(fixture);

	for (size_t i = 0; i < ARRAY_SIZE(changes); i++) {
		assert_int_equal(changes[i](dev), -ESTALE);
		assert_non_null(strstr(daxctl_get_error(daxctl_dev_get_ctx(dev)),
			"another process has replaced the device"));
		assert_string_equal(
			daxctl_get_hint(daxctl_dev_get_ctx(dev)), "daxctl list -d dax0.1");
	}
	assert_int_equal(daxctl_dev_set_size(dev, BLOCK), -ENXIO);
	assert_int_equal(daxctl_dev_set_align(dev, 4096), -ENXIO);
	assert_int_equal(daxctl_dev_set_mapping(dev, 0x1000, 0x1fff), -ENXIO);
	if (daxctl_dev_get_memory(dev))
		assert_int_equal(try_online(dev), -ESTALE);
	char *after = tree_text(fixture);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

/* An object means the device that it was found as, not another one that got its name. Each way to
 * look it up sees that the device is another one. */
static void replaced(void **state)
{
	struct fixture *fixture = *state;

	make_machine(fixture);
	make_region(fixture, HMEM, 4 * GIB, 4 * GIB);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, NULL);
	make_dev(fixture, HMEM, "dax0.1", 2 * GIB, GIB, 1, "kmem");
	AUTO_CTX struct daxctl_ctx *ctx = new_ctx(fixture);
	struct daxctl_region *region = daxctl_region_get_first(ctx);
	struct daxctl_dev *first = daxctl_dev_get_first(region);
	struct daxctl_dev *dev = daxctl_dev_get_next(first);

	replace_dev(fixture, 0);
	assert_refused(fixture, dev);
	/* The next listing shows the new device. */
	assert_ptr_equal(daxctl_dev_get_first(region), first);
	struct daxctl_dev *second = daxctl_dev_get_next(first);
	assert_ptr_not_equal(second, dev);
	assert_string_equal(daxctl_dev_get_devname(second), "dax0.1");
	assert_int_equal(daxctl_dev_get_size(second), BLOCK);
	assert_int_equal(daxctl_dev_set_size(second, 2 * MIB), 0);
	/* The object of the old one goes on to mean that. */
	assert_refused(fixture, dev);

	/* The name finds the very device, and after another replacement the new one. */
	assert_ptr_equal(daxctl_dev_get_by_name(ctx, "dax0.1"), second);
	replace_dev(fixture, 1);
	struct daxctl_dev *third = daxctl_dev_get_by_name(ctx, "dax0.1");
	assert_non_null(third);
	assert_ptr_not_equal(third, second);
	assert_refused(fixture, second);
	assert_int_equal(daxctl_dev_set_size(third, 2 * MIB), 0);

	/* So does the seed, and a region that is locked. */
	make_file(fixture, "sys/devices/" HMEM "/dax_region/seed", "dax0.1\n");
	assert_ptr_equal(daxctl_region_get_dev_seed(region), third);
	replace_dev(fixture, 2);
	struct daxctl_dev *seed = daxctl_region_get_dev_seed(region);
	assert_ptr_not_equal(seed, third);
	assert_refused(fixture, third);
	replace_dev(fixture, 3);
	assert_int_equal(daxctl_region_lock(region), 0);
	struct daxctl_dev *locked = daxctl_dev_get_next(daxctl_dev_get_first(region));
	assert_ptr_not_equal(locked, seed);
	assert_refused(fixture, seed);
	assert_int_equal(daxctl_dev_set_size(locked, 2 * MIB), 0);
	daxctl_region_unlock(region);
}

/* A device that was found by its name alone is known by its link, the only one of its region by the
 * listing of the bus. */
static void replaced_alone(void **state)
{
	struct fixture *fixture = *state;

	make_machine(fixture);
	make_region(fixture, HMEM, 4 * GIB, 4 * GIB);
	make_dev(fixture, HMEM, "dax0.1", 2 * GIB, GIB, 1, NULL);
	for (unsigned i = 0; i < 2; i++) {
		AUTO_CTX struct daxctl_ctx *ctx = new_ctx(fixture);
		struct daxctl_dev *dev = i ? daxctl_dev_get_by_name(ctx, "dax0.1")
					   : daxctl_dev_get_first(daxctl_region_get_first(ctx));
		struct daxctl_region *region = daxctl_dev_get_region(dev);

		assert_int_equal(daxctl_dev_set_size(dev, GIB), 0);
		assert_int_equal(daxctl_region_lock(region), 0);
		assert_ptr_equal(daxctl_dev_get_first(region), dev);
		daxctl_region_unlock(region);
		replace_dev(fixture, i);
		assert_refused(fixture, dev);
		assert_ptr_not_equal(daxctl_dev_get_first(region), dev);
		take_away(fixture, "sys/devices/" HMEM "/dax0.1");
		take_away(fixture, "sys/bus/dax/devices/dax0.1");
		assert_int_equal(daxctl_dev_set_mode(dev, DAXCTL_DEV_MODE_DEVDAX, 0), -ENODEV);
		make_dev(fixture, HMEM, "dax0.1", 2 * GIB, GIB, 1, NULL);
	}
}

static void dynamic_regions(void **state)
{
	struct fixture *fixture = *state;

	make_machine(fixture);
	make_region(fixture, HMEM, 4 * GIB, 4 * GIB);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, NULL);
	make_region(fixture, NDRG "/dax1.0", GIB, -1);
	make_dev(fixture, NDRG "/dax1.0", "dax1.0", GIB, GIB, 1, NULL);
	AUTO_CTX struct daxctl_ctx *ctx = new_ctx(fixture);
	struct daxctl_region *region = daxctl_region_get_first(ctx);
	struct daxctl_dev *dev = daxctl_dev_get_first(region);

	assert_null(daxctl_dev_get_next(dev));
	assert_null(daxctl_region_get_dev_seed(region));
	assert_int_equal(daxctl_region_create_dev(region), 0);
	assert_file(fixture, "sys/devices/" HMEM "/dax_region/create", "1");
	make_dev(fixture, HMEM, "dax0.1", 0, 0, 1, NULL);
	make_file(fixture, "sys/devices/" HMEM "/dax_region/seed", "dax0.1\n");
	struct daxctl_dev *seed = daxctl_region_get_dev_seed(region);
	assert_non_null(seed);
	assert_ptr_equal(daxctl_dev_get_next(daxctl_dev_get_first(region)), seed);

	assert_int_equal(daxctl_region_destroy_dev(region, dev), 0);
	assert_file(fixture, "sys/devices/" HMEM "/dax_region/delete", "dax0.0");
	assert_ptr_equal(daxctl_dev_get_first(region), seed);
	assert_null(daxctl_dev_get_next(seed));
	/* The pointer stays good. */
	assert_string_equal(daxctl_dev_get_devname(dev), "dax0.0");
	assert_ptr_equal(daxctl_dev_get_region(dev), region);

	region = daxctl_region_get_next(region);
	assert_int_equal(daxctl_region_create_dev(region), -EOPNOTSUPP);
	assert_int_equal(
		daxctl_region_destroy_dev(region, daxctl_dev_get_first(region)), -EOPNOTSUPP);
	assert_string_equal(
		daxctl_get_error(ctx), "region 1 is not dynamic: cannot create or destroy devices");
	assert_null(daxctl_region_get_dev_seed(region));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(by_any_path),
		fixture_test(references),
		fixture_test(made_anew),
		fixture_test(strange_values),
		fixture_test(destroyed_in_a_loop),
		fixture_test(vanishes),
		fixture_test(mappings),
		fixture_test(replaced),
		fixture_test(replaced_alone),
		fixture_test(dynamic_regions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
