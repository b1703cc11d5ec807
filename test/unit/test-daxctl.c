/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine.h"

#include <daxctl/private.h>
#include <kernel/lock.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#define HMEM "platform/hmem.0"
#define NDRG "LNXSYSTM:00/LNXSYBUS:00/ACPI0012:00/ndbus0/region1"
#define GIB  (1024 * MIB)

/* "dax0.0 dax0.1 " in the order of the library. */
static const char *all_names(struct daxctl_ctx *ctx)
{
	static char names[4096];
	struct daxctl_region *region;
	struct daxctl_dev *dev;

	*names = 0;
	daxctl_region_foreach (ctx, region) {
		strcat(names, "[");
		assert_int_equal(strncmp(daxctl_region_get_path(region), "/sys/devices/", 13), 0);
		strcat(names, daxctl_region_get_path(region) + strlen("/sys/devices"));
		strcat(names, "]");
		daxctl_dev_foreach (region, dev) {
			strcat(names, " ");
			strcat(names, daxctl_dev_get_devname(dev));
		}
		strcat(names, " ");
	}
	return names;
}

static void context(void **state)
{
	struct fixture *fixture = *state;
	struct daxctl_ctx *ctx = NULL;
	char path[] = "/etc/elsewhere";

	assert_int_equal(dax_ctx_new(&ctx, "/nowhere/at/all"), -ENOENT);
	assert_null(ctx);
	ctx = new_ctx(fixture);

	assert_null(daxctl_get_userdata(ctx));
	daxctl_set_userdata(ctx, fixture);
	assert_ptr_equal(daxctl_get_userdata(ctx), fixture);

	assert_string_equal(daxctl_get_config_path(ctx), SYSCONFDIR "/daxctl.conf.d");
	assert_int_equal(daxctl_set_config_path(ctx, path), 0);
	path[5] = 'E';
	assert_string_equal(daxctl_get_config_path(ctx), "/etc/elsewhere");
	assert_int_equal(daxctl_set_config_path(ctx, NULL), 0);
	assert_string_equal(daxctl_get_config_path(ctx), SYSCONFDIR "/daxctl.conf.d");

	assert_null(daxctl_get_error(ctx));
	assert_null(daxctl_get_hint(ctx));

	assert_ptr_equal(daxctl_ref(ctx), ctx);
	daxctl_unref(ctx);
	assert_ptr_equal(daxctl_get_userdata(ctx), fixture);
	daxctl_unref(ctx);
	daxctl_unref(NULL);
	/* D5: what takes NULL in version 85. */
	assert_null(daxctl_ref(NULL));
	daxctl_set_userdata(NULL, fixture);
	assert_null(daxctl_get_userdata(NULL));
	assert_int_equal(daxctl_set_config_path(NULL, path), -EINVAL);
	assert_null(daxctl_get_config_path(NULL));
	daxctl_region_ref(NULL);
	daxctl_region_unref(NULL);
}

static char lines[8192];

static void PRINTF(6, 0) keep(struct daxctl_ctx *ctx, int priority, const char *file, int line,
	const char *fn, const char *format, va_list args)
{
	size_t used = strlen(lines);

	assert_ptr_equal(daxctl_get_userdata(ctx), lines);
	assert_int_equal(priority, LOG_DEBUG);
	vsnprintf(lines + used, sizeof(lines) - used, format, args);
}

static void logging(void **state)
{
	struct fixture *fixture = *state;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, NULL);
	setenv("DAXCTL_LOG", "info", 1);
	AUTO_CTX struct daxctl_ctx *ctx = new_ctx(fixture);
	unsetenv("DAXCTL_LOG");
	assert_int_equal(daxctl_get_log_priority(ctx), LOG_INFO);

	*lines = 0;
	daxctl_set_userdata(ctx, lines);
	daxctl_set_log_fn(ctx, keep);
	struct daxctl_dev *dev = daxctl_dev_get_by_name(ctx, "dax0.0");
	assert_non_null(dev);
	assert_string_equal(lines, "");
	daxctl_set_log_priority(ctx, LOG_DEBUG);
	assert_int_equal(daxctl_get_log_priority(ctx), LOG_DEBUG);
	assert_int_equal(daxctl_dev_get_size(dev), GIB);
	assert_string_equal(lines, "read /sys/devices/" HMEM "/dax0.0/size: 1073741824\n");
	/* What is kept is not read again. */
	assert_int_equal(daxctl_dev_get_size(dev), GIB);
	assert_string_equal(lines, "read /sys/devices/" HMEM "/dax0.0/size: 1073741824\n");

	daxctl_set_log_fn(ctx, NULL);
	daxctl_set_log_priority(ctx, LOG_ERR);
	assert_int_equal(daxctl_dev_get_align(dev), 2 * MIB);
}

static void enumeration(void **state)
{
	struct fixture *fixture = *state;
	char name[32];

	make_machine(fixture);
	make_region(fixture, HMEM, 24 * GIB, 12 * GIB);
	for (unsigned i = 0; i < 12; i++) {
		snprintf(name, sizeof(name), "dax0.%u", i * 5 % 12);
		make_dev(fixture, HMEM, name, GIB * (i + 1), GIB, 1, "device_dax");
	}
	make_region(fixture, "platform/hmem.10", GIB, 0);
	make_dev(fixture, "platform/hmem.10", "dax10.0", 64 * GIB, GIB, 3, NULL);
	/* Namespaces of one nd region: two dax regions of one number. */
	make_region(fixture, NDRG "/dax1.1", GIB, -1);
	make_dev(fixture, NDRG "/dax1.1", "dax1.1", 128 * GIB, GIB, 2, "kmem");
	make_region(fixture, NDRG "/dax1.0", 2 * GIB, -1);
	make_dev(fixture, NDRG "/dax1.0", "dax1.0", 130 * GIB, 2 * GIB, 2, "device_dax");
	AUTO_CTX struct daxctl_ctx *ctx = new_ctx(fixture);

	assert_string_equal(all_names(ctx),
		"[/" HMEM "] dax0.0 dax0.1 dax0.2 dax0.3 dax0.4 dax0.5 dax0.6 dax0.7 dax0.8 dax0.9 "
		"dax0.10 dax0.11 "
		"[/" NDRG "/dax1.0] dax1.0 [/" NDRG "/dax1.1] dax1.1 "
		"[/platform/hmem.10] dax10.0 ");
	/* Twice the same. */
	assert_int_equal(strlen(all_names(ctx)), strlen(all_names(ctx)));

	struct daxctl_region *region = daxctl_region_get_first(ctx);
	assert_ptr_equal(daxctl_region_get_ctx(region), ctx);
	assert_int_equal(daxctl_region_get_id(region), 0);
	assert_string_equal(daxctl_region_get_devname(region), "hmem.0");
	assert_int_equal(daxctl_region_get_size(region), 24 * GIB);
	assert_int_equal(daxctl_region_get_available_size(region), 12 * GIB);
	assert_int_equal(daxctl_region_get_align(region), 2 * MIB);
	uuid_t uuid;
	memset(uuid, 1, sizeof(uuid));
	daxctl_region_get_uuid(region, uuid);
	assert_true(uuid_is_null(uuid));

	region = daxctl_region_get_next(region);
	assert_int_equal(daxctl_region_get_id(region), 1);
	assert_string_equal(daxctl_region_get_devname(region), "dax1.0");
	assert_int_equal(daxctl_region_get_available_size(region), 0);
	struct daxctl_dev *dev = daxctl_dev_get_first(region);
	assert_ptr_equal(daxctl_dev_get_region(dev), region);
	assert_ptr_equal(daxctl_dev_get_ctx(dev), ctx);
	assert_int_equal(daxctl_dev_get_id(dev), 0);
	assert_int_equal(daxctl_dev_get_size(dev), 2 * GIB);
	assert_int_equal(daxctl_dev_get_resource(dev), 130 * GIB);
	assert_int_equal(daxctl_dev_get_target_node(dev), 2);
	assert_int_equal(daxctl_dev_get_major(dev), 252);
	assert_int_equal(daxctl_dev_get_minor(dev), 7);
	assert_true(daxctl_dev_is_devdax_mode(dev));
	assert_null(daxctl_dev_get_memory(dev));
	assert_null(daxctl_dev_get_next(dev));

	dev = daxctl_dev_get_first(daxctl_region_get_next(region));
	assert_true(daxctl_dev_is_system_ram_mode(dev));
	struct daxctl_memory *mem = daxctl_dev_get_memory(dev);
	assert_non_null(mem);
	assert_ptr_equal(daxctl_memory_get_dev(mem), dev);
	assert_string_equal(daxctl_memory_get_node_path(mem), "/sys/devices/system/node/node2");
	assert_int_equal(daxctl_memory_get_block_size(mem), BLOCK);
}

static void by_name(void **state)
{
	struct fixture *fixture = *state;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, NULL);
	make_dev(fixture, HMEM, "dax0.1", GIB, GIB, 1, NULL);
	AUTO_CTX struct daxctl_ctx *ctx = new_ctx(fixture);
	*lines = 0;
	daxctl_set_userdata(ctx, lines);
	daxctl_set_log_fn(ctx, keep);
	daxctl_set_log_priority(ctx, LOG_DEBUG);

	struct daxctl_dev *dev = daxctl_dev_get_by_name(ctx, "dax0.1");
	assert_non_null(dev);
	assert_string_equal(
		lines, "link /sys/bus/dax/devices/dax0.1: ../../../devices/" HMEM "/dax0.1\n");
	assert_ptr_equal(daxctl_dev_get_by_name(ctx, "dax0.1"), dev);
	static const char *const others[] = {
		"dax0.2", "dax0", "", "dax", "pmem0", "../dax0.0", "dax0.0/../dax0.1", "dax0.0 "};
	for (size_t i = 0; i < ARRAY_SIZE(others); i++) {
		errno = 0;
		assert_null(daxctl_dev_get_by_name(ctx, others[i]));
		assert_int_equal(errno, ENOENT);
	}

	/* Listing afterwards gives the same object and its neighbours. */
	assert_string_equal(all_names(ctx), "[/" HMEM "] dax0.0 dax0.1 ");
	assert_ptr_equal(
		daxctl_dev_get_next(daxctl_dev_get_first(daxctl_region_get_first(ctx))), dev);
}

static void only_its_own_region(void **state)
{
	struct fixture *fixture = *state;
	uuid_t uuid = {1, 2, 3}, got;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, NULL);
	make_dev(fixture, NDRG "/dax1.0", "dax1.0", GIB, GIB, 1, NULL);
	struct daxctl_ctx *ctx = new_ctx(fixture);

	errno = 0;
	assert_null(daxctl_new_region(ctx, 1, uuid, "/dev/dax0.0"));
	assert_int_equal(errno, EINVAL);
	assert_null(daxctl_new_region(ctx, 1, uuid, "/sys/devices"));
	assert_null(daxctl_new_region(ctx, 1, uuid, ""));
	assert_null(daxctl_new_region(ctx, 1, uuid, "/sys/devices/"));
	assert_null(daxctl_new_region(ctx, 1, uuid, "/sys/devices//nowhere"));
	assert_null(daxctl_new_region(ctx, 1, uuid, "/sys/devices/../../etc"));
	assert_null(daxctl_new_region(ctx, 1, uuid, "/sys/devices/platform/.."));

	struct daxctl_region *region =
		daxctl_new_region(ctx, 1, uuid, "/sys/devices/" NDRG "/dax1.0");
	assert_non_null(region);
	assert_ptr_equal(daxctl_new_region(ctx, 1, NULL, "/sys/devices/" NDRG "/dax1.0"), region);
	daxctl_region_get_uuid(region, got);
	assert_memory_equal(uuid, got, sizeof(uuid));
	assert_string_equal(daxctl_dev_get_devname(daxctl_dev_get_first(region)), "dax1.0");
	assert_null(daxctl_dev_get_next(daxctl_dev_get_first(region)));
	assert_string_equal(all_names(ctx), "[/" HMEM "] dax0.0 [/" NDRG "/dax1.0] dax1.0 ");
	assert_ptr_equal(daxctl_region_get_next(daxctl_region_get_first(ctx)), region);

	/* Each of its references holds the context. */
	daxctl_unref(ctx);
	daxctl_region_ref(region);
	daxctl_region_unref(region);
	daxctl_region_unref(region);
	assert_int_equal(daxctl_region_get_id(region), 1);
	daxctl_region_unref(region);
	daxctl_region_unref(NULL);
}

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

static void nothing_there(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = new_ctx(fixture);

	/* No sysfs at all, then a kernel without dax, then one without memory hotplug. */
	assert_null(daxctl_region_get_first(ctx));
	assert_null(daxctl_dev_get_by_name(ctx, "dax0.0"));
	assert_int_equal(errno, ENOENT);
	assert_int_equal(daxctl_get_memory_block_size(ctx), 0);
	assert_null(daxctl_new_region(ctx, 0, NULL, "/sys/devices/" HMEM));

	make_dir(fixture, "sys/devices");
	assert_null(daxctl_region_get_first(ctx));
	assert_int_equal(daxctl_get_memory_block_size(ctx), 0);

	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, NULL);
	assert_string_equal(all_names(ctx), "[/" HMEM "] dax0.0 ");
	struct daxctl_dev *dev = daxctl_dev_get_by_name(ctx, "dax0.0");
	assert_false(daxctl_dev_is_system_ram_capable(dev));
	assert_false(daxctl_dev_will_auto_online_memory(dev));
}

static void strange_names(void **state)
{
	static const char *const names[] = {"dax", "dax0", "dax0.", "dax.0", "dax.", "daxA.1",
		"dax0.A", "dax-1.0", "dax0.-1", "dax+1.0", "dax0x1.0", "dax0.0x1", "dax 0.0",
		"dax0. 0", "dax0.0.0", "dax0.0 ", "DAX0.0", "xdax0.0", "dax2147483648.0",
		"dax0.2147483648", "dax00000000000000000.1", "dax0.18446744073709551616",
		"dax99999999999999999999.0", "dax0..0", "dax%s.%n"};
	struct fixture *fixture = *state;
	char path[128];
	int region_id = 17, id = 18;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, NULL);
	make_dev(fixture, HMEM, "dax2147483647.2147483647", GIB, GIB, 1, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		snprintf(path, sizeof(path), "sys/bus/dax/devices/%s", names[i]);
		make_link(fixture, path, "../../../devices/" HMEM "/dax0.0");
		if (dev_parse_name(names[i], &region_id, &id) || dev_is_name(names[i]))
			fail_msg("%s is taken for a name", names[i]);
	}
	assert_int_equal(region_id, 17);
	assert_int_equal(id, 18);
	assert_true(dev_parse_name("dax2147483647.12", &region_id, &id));
	assert_int_equal(region_id, INT_MAX);
	assert_int_equal(id, 12);

	AUTO_CTX struct daxctl_ctx *ctx = new_ctx(fixture);
	assert_string_equal(
		all_names(ctx), "[/" HMEM "] dax0.0 [/" HMEM "] dax2147483647.2147483647 ");
}

static void strange_links(void **state)
{
	static const char *const targets[] = {"../../../../etc/dax0.1",
		"/sys/devices/" HMEM "/dax0.1", "dax0.1", "../dax0.1", "../../../devices/dax0.1",
		"../../../devices/", "../../../devices", "../../../devices//dax0.1",
		"../../../devices/../../etc/dax0.1",
		"../../../devices/platform/../../../etc/dax0.1"};
	struct fixture *fixture = *state;
	char path[128];

	make_machine(fixture);
	make_file(fixture, "etc/dax0.1/size", "1\n");
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, NULL);
	/* Not a link, as before Linux 2.6.20 or on another file system. */
	make_file(fixture, "sys/bus/dax/devices/dax0.99/size", "1\n");
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		snprintf(path, sizeof(path), "sys/bus/dax/devices/dax0.%zu", i + 1);
		make_link(fixture, path, targets[i]);
	}
	AUTO_CTX struct daxctl_ctx *ctx = new_ctx(fixture);
	assert_string_equal(all_names(ctx), "[/" HMEM "] dax0.0 ");
	for (size_t i = 0; i < ARRAY_SIZE(targets); i++) {
		snprintf(path, sizeof(path), "dax0.%zu", i + 1);
		errno = 0;
		assert_null(daxctl_dev_get_by_name(ctx, path));
		assert_int_equal(errno, ENOENT);
	}
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
		{"252:\n", 252, -1},
		{":0\n", -1, 0},
		{"-1:-1\n", -1, -1},
		{"252:0:0\n", 252, -1},
		{"a:b\n", -1, -1},
		{"2147483647:2147483648\n", INT_MAX, -1},
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

/* An answer that is empty because nobody could look is none. */
static void cannot_be_listed(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = new_ctx(fixture);

	assert_null(daxctl_region_get_first(ctx));
	assert_int_equal(errno, 0);
	assert_null(daxctl_dev_get_by_name(ctx, "dax0.0"));
	assert_int_equal(errno, ENOENT);
	make_file(fixture, "sys/bus/dax/devices", "no directory\n");
	assert_null(daxctl_region_get_first(ctx));
	assert_int_equal(errno, ENOTDIR);
	assert_null(daxctl_dev_get_by_name(ctx, "dax0.0"));
	assert_int_equal(errno, ENOTDIR);
	take_away(fixture, "sys/bus/dax/devices");
	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, "kmem");
	struct daxctl_dev *dev = daxctl_dev_get_first(daxctl_region_get_first(ctx));
	assert_non_null(dev);
	make_file(fixture, "sys/devices/" HMEM "/dax0.0/mapping0/end", "%s", "");
	assert_null(daxctl_mapping_get_first(dev));
	assert_int_equal(errno, ENODATA);
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

/* Another process holds the region's lock, and makes @mark before it gives it back. */
static void hold_lock(struct fixture *fixture, const char *mark)
{
	const struct lock_wait wait = {.milliseconds = 0};
	struct kernel *kernel;
	int ready[2];
	char answer;

	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		bool held = kernel_new(&kernel, fixture->root) == 0 &&
			lock_take(kernel, "sys/devices/" HMEM, &wait) >= 0;
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
		fixture_test(context),
		fixture_test(logging),
		fixture_test(enumeration),
		fixture_test(by_name),
		fixture_test(only_its_own_region),
		fixture_test(by_any_path),
		fixture_test(references),
		fixture_test(made_anew),
		fixture_test(nothing_there),
		fixture_test(strange_names),
		fixture_test(strange_links),
		fixture_test(strange_values),
		fixture_test(destroyed_in_a_loop),
		fixture_test(cannot_be_listed),
		fixture_test(vanishes),
		fixture_test(one_write_waits_for_the_lock),
		fixture_test(mappings),
		fixture_test(looks_again),
		fixture_test(dynamic_regions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
