/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine.h"

#include <daxctl/device.h>
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

/* A device whose link cannot be read for a moment may not be missing in the list. */
static void unreadable_links(void **state)
{
	static const int errors[] = {EIO, ENOMEM, EMFILE, EACCES};
	struct fixture *fixture = *state;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, NULL);
	make_dev(fixture, NDRG "/dax1.0", "dax1.0", GIB, GIB, 1, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
		for (int when = 1; when <= 2; when++) {
			AUTO_CTX struct daxctl_ctx *ctx = new_ctx(fixture);
			fault_link(errors[i], when);
			assert_null(daxctl_region_get_first(ctx));
			assert_int_equal(errno, errors[i]);
			assert_true(fault_link(errors[i], 1));
			assert_null(daxctl_dev_get_by_name(ctx, "dax1.0"));
			assert_int_equal(errno, errors[i]);
			assert_true(fault_link(0, 0));
			assert_string_equal(
				all_names(ctx), "[/" HMEM "] dax0.0 [/" NDRG "/dax1.0] dax1.0 ");
		}
	AUTO_CTX struct daxctl_ctx *ctx = new_ctx(fixture);
	take_away(fixture, "sys/devices");
	make_file(fixture, "sys/devices", "no directory\n");
	assert_null(daxctl_region_get_first(ctx));
	assert_int_equal(errno, ENOTDIR);
	assert_null(daxctl_dev_get_by_name(ctx, "dax0.0"));
	assert_int_equal(errno, ENOTDIR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(context),
		fixture_test(logging),
		fixture_test(enumeration),
		fixture_test(by_name),
		fixture_test(only_its_own_region),
		fixture_test(nothing_there),
		fixture_test(strange_names),
		fixture_test(strange_links),
		fixture_test(cannot_be_listed),
		fixture_test(unreadable_links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
