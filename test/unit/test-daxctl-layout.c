/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine.h"

#include <daxctl/device.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

#define HMEM   "platform/hmem.0"
#define NDRG   "platform/ndbus0/region1"
#define REGION "sys/devices/" HMEM "/dax_region"
#define GIB    (1024 * MIB)

/* A region from 4 GiB on whose first device has 1 GiB of 4. The files take what is written and do
 * nothing, so that here is what is refused, and what is asked of the kernel first. */
static struct daxctl_region *make_dynamic(struct fixture *fixture, struct daxctl_ctx **ctx)
{
	make_machine(fixture);
	make_region(fixture, HMEM, 4 * GIB, 3 * GIB);
	make_dev(fixture, HMEM, "dax0.0", 4 * GIB, GIB, 1, NULL);
	make_file(fixture, "sys/devices/" HMEM "/dax0.0/mapping", "%s", "");
	*ctx = new_ctx(fixture);
	return daxctl_region_get_first(*ctx);
}

static char told[512];

static void tell(struct daxctl_ctx *ctx, enum daxctl_step_event event, const char *what, void *data)
{
	size_t used = strlen(told);

	snprintf(told + used, sizeof(told) - used, "%s%s\n",
		event == DAXCTL_STEP_TAKEN	       ? ""
			: event == DAXCTL_STEP_PLANNED ? "planned: "
						       : "undone: ",
		what);
}

/* The kernel shows what is written as a whole line: let the text that is there, a zero, be as long.
 */
static void before_resize(
	struct daxctl_ctx *ctx, enum daxctl_step_event event, const char *what, void *data)
{
	unsigned long long size;
	char name[32], path[128];

	tell(ctx, event, what, NULL);
	if (event != DAXCTL_STEP_TAKEN ||
		sscanf(what, "give %31s a size of %llu bytes", name, &size) != 2)
		return;
	snprintf(path, sizeof(path), "sys/devices/" HMEM "/%s/size", name);
	make_file(data, path, "0x%0*d\n", snprintf(NULL, 0, "%llx", size), 0);
}

static void creation_is_refused(void **state)
{
	static const struct daxctl_range below[] = {{4 * GIB - 2 * MIB, 4 * GIB - 1}},
					 taken[] = {{6 * GIB, 7 * GIB - 1},
						 {5 * GIB - 2 * MIB, 5 * GIB - 1}},
					 across[] = {{7 * GIB, 8 * GIB + 2 * MIB - 1}},
					 vacant[] = {{7 * GIB, 7 * GIB + 2 * MIB - 1}},
					 askew[] = {{5 * GIB + 1, 6 * GIB}},
					 twice[] = {{5 * GIB, 6 * GIB - 1},
						 {6 * GIB - 2 * MIB, 7 * GIB - 1}};
	static const struct {
		struct daxctl_layout layout;
		int error;
		const char *why;
	} rows[] = {
		{{DAXCTL_LAYOUT_SIZE, 0, 4 * GIB}, -ENOSPC,
			"size 4294967296 is more than the 3221225472 bytes available in region 0"},
		{{DAXCTL_LAYOUT_SIZE, 0, UINT64_MAX - 2 * MIB + 1}, -ENOSPC,
			"is more than the 3221225472 bytes available"},
		{{DAXCTL_LAYOUT_SIZE, 0, 1000}, -EINVAL,
			"invalid size 1000: must be a multiple of the alignment (2097152 bytes)"},
		{{DAXCTL_LAYOUT_SIZE, 0, 0}, -EINVAL, "invalid size 0: must be at least 1 byte"},
		{{DAXCTL_LAYOUT_ALIGN, 3 * MIB}, -EINVAL,
			"invalid alignment 3145728: must be a power of two and at least the page size"},
		{{DAXCTL_LAYOUT_ALIGN, 0}, -EINVAL,
			"invalid alignment 0: must be a power of two and at least the page size"},
		{{DAXCTL_LAYOUT_ALIGN, 512}, -EINVAL,
			"invalid alignment 512: must be a power of two and at least the page size"},
		{{DAXCTL_LAYOUT_SIZE | DAXCTL_LAYOUT_ALIGN, GIB, 128 * MIB}, -EINVAL,
			"must be a multiple of the alignment (1073741824 bytes)"},
		{{DAXCTL_LAYOUT_RANGES, .ranges = taken, .range_count = 2}, -EBUSY,
			"range 0x13fe00000-0x13fffffff overlaps 0x100000000-0x13fffffff of dax0.0"},
		{{DAXCTL_LAYOUT_RANGES, .ranges = askew, .range_count = 1}, -EINVAL,
			"must start and end at multiples of the alignment"},
		{{DAXCTL_LAYOUT_RANGES, .ranges = twice, .range_count = 2}, -EINVAL,
			"ranges 0x140000000-0x17fffffff and 0x17fe00000-0x1bfffffff overlap"},
		{{DAXCTL_LAYOUT_RANGES, .ranges = below, .range_count = 1}, -EINVAL,
			"range 0xffe00000-0xffffffff is outside region 0 "
			"(0x100000000-0x1ffffffff)"},
		{{DAXCTL_LAYOUT_RANGES, .ranges = across, .range_count = 1}, -EINVAL,
			"is outside region 0"},
		{{DAXCTL_LAYOUT_RANGES | DAXCTL_LAYOUT_SIZE, .size = GIB, .ranges = vacant,
			 .range_count = 1},
			-EINVAL,
			"the ranges have 2097152 bytes in total, but the size is 1073741824"},
	};
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;
	struct daxctl_region *region = make_dynamic(fixture, &ctx);
	struct daxctl_dev *dev = NULL;
	make_file(fixture, "proc/iomem", "100000000-1ffffffff : hmem.0\n");
	char *before = tree_text(fixture);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int err = daxctl_region_add_dev(region, &rows[i].layout, &dev);
		const char *why = daxctl_get_error(ctx);
		if (err != rows[i].error || !strstr(why, rows[i].why))
			fail_msg("%zu: %d: %s", i, err, why);
	}
	char *after = tree_text(fixture);
	assert_string_equal(before, after);
	assert_null(dev);
	free(before);
	free(after);
}

/* It takes a second, and took minutes when each range was compared with all, and with what the
 * kernel shows anew. */
static void sixty_thousand_ranges(void **state)
{
	enum { COUNT = 60000 };
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;
	struct daxctl_region *region = make_dynamic(fixture, &ctx);
	struct daxctl_range *ranges = calloc(COUNT, sizeof(*ranges));
	const struct daxctl_layout layout = {.given = DAXCTL_LAYOUT_RANGES | DAXCTL_LAYOUT_ALIGN,
		.align = 4096,
		.ranges = ranges,
		.range_count = COUNT};
	struct daxctl_dev *dev;

	assert_non_null(ranges);
	make_file(fixture, "proc/iomem", "100000000-1ffffffff : hmem.0\n");
	/* From the end to the beginning: they need not be sorted. */
	for (unsigned i = 0; i < COUNT; i++) {
		ranges[i].start = 7 * GIB - (i + 1) * 32768ULL;
		ranges[i].end = ranges[i].start + 4095;
	}
	assert_int_equal(daxctl_region_make_dev(region, &layout, DAXCTL_DEV_MODE_DEVDAX,
				 DAXCTL_CHANGE_DRY_RUN, &dev),
		0);
	ranges[0].end = ranges[0].start + 8191;
	ranges[COUNT - 1] = (struct daxctl_range){ranges[0].start + 4096, ranges[0].start + 8191};
	assert_int_equal(daxctl_region_make_dev(region, &layout, DAXCTL_DEV_MODE_DEVDAX,
				 DAXCTL_CHANGE_DRY_RUN, &dev),
		-EINVAL);
	assert_non_null(strstr(daxctl_get_error(ctx), " overlap"));
	free(ranges);
}

static void nothing_left(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;
	struct daxctl_region *region = make_dynamic(fixture, &ctx);
	const struct daxctl_layout all = {0};
	struct daxctl_dev *dev;

	make_file(fixture, REGION "/available_size", "0\n");
	assert_int_equal(daxctl_region_add_dev(region, &all, &dev), -ENOSPC);
	assert_string_equal(
		daxctl_get_error(ctx), "cannot create a device: region 0 has no capacity left");
	/* The kernel would make a device, but none appears here. */
	make_file(fixture, REGION "/available_size", "%llu\n", (unsigned long long)(3 * GIB));
	assert_int_equal(daxctl_region_add_dev(region, &all, &dev), -ENXIO);
	assert_file(fixture, REGION "/create", "1");
	assert_file(fixture, REGION "/delete", "");
}

static struct fixture *creating;
static unsigned newcomers;

/* Whoever writes to create gets a device, and others may get theirs at the same moment. */
static void PRINTF(6, 0) appear(struct daxctl_ctx *ctx, int priority, const char *file, int line,
	const char *fn, const char *format, va_list args)
{
	char text[512];

	vsnprintf(text, sizeof(text), format, args);
	if (strncmp(text, "write", 5) != 0 || !strstr(text, "dax_region/create"))
		return;
	for (unsigned i = 1; i <= newcomers; i++) {
		char name[16], path[128];
		snprintf(name, sizeof(name), "dax0.%u", i);
		make_dev(creating, HMEM, name, 0, 0, 1, NULL);
		snprintf(path, sizeof(path), "sys/devices/" HMEM "/%s/size", name);
		take_away(creating, path);
	}
}

/* A device that was made and cannot be known, or not be read, is not undone. */
static void what_was_made_is_told(void **state)
{
	static const char *const stays[] = {
		NULL,
		"could not be undone: create a device in region 0 (dax0.1 stays: cannot read its size",
		"could not be undone: create a device in region 0 (the new device stays: its name is not known)",
	};
	const struct daxctl_layout layout = {DAXCTL_LAYOUT_SIZE, 0, 128 * MIB};

	for (newcomers = 1; newcomers <= 2; newcomers++) {
		AUTO_CTX struct daxctl_ctx *ctx = NULL;
		struct daxctl_region *region;
		struct daxctl_dev *dev;

		creating = *state;
		make_dir(creating, "sys");
		take_away(creating, "sys");
		region = make_dynamic(creating, &ctx);
		daxctl_set_log_fn(ctx, appear);
		daxctl_set_log_priority(ctx, LOG_DEBUG);
		assert_true(daxctl_region_add_dev(region, &layout, &dev) < 0);
		if (!strstr(daxctl_get_error(ctx), stays[newcomers]))
			fail_msg("%u: %s", newcomers, daxctl_get_error(ctx));
		assert_file(creating, REGION "/delete", "");
	}
}

static void a_seed_is_used(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;
	struct daxctl_region *region = make_dynamic(fixture, &ctx);
	const struct daxctl_layout layout = {DAXCTL_LAYOUT_SIZE, 0, 128 * MIB};
	struct daxctl_dev *dev;

	make_dev(fixture, HMEM, "dax0.1", 0, 0, 1, NULL);
	make_file(fixture, REGION "/seed", "dax0.1\n");
	daxctl_set_step_fn(ctx, before_resize, fixture);
	/* No driver takes it here. */
	assert_int_equal(daxctl_region_add_dev(region, &layout, &dev), -ENXIO);
	assert_file(fixture, REGION "/create", "");
	assert_string_equal(told,
		"give dax0.1 a size of 134217728 bytes\n"
		"bind dax0.1 to driver device_dax\n"
		"undone: give dax0.1 a size of 134217728 bytes\n");
}

static void layout_is_refused(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;
	struct daxctl_region *region = make_dynamic(fixture, &ctx);
	struct daxctl_dev *dev = daxctl_dev_get_first(region);
	const struct daxctl_layout large = {DAXCTL_LAYOUT_SIZE, 0, 4 * GIB + 2 * MIB},
				   small = {DAXCTL_LAYOUT_SIZE, 0, 512 * MIB};

	assert_int_equal(daxctl_dev_set_layout(dev, &large, 0), -ENOSPC);
	assert_non_null(
		strstr(daxctl_get_error(ctx), "dax0.0: cannot be changed: size 4297064448 is"));
	assert_int_equal(daxctl_dev_set_layout(dev, &small, DAXCTL_CHANGE_DRY_RUN), 0);
	assert_file(fixture, "sys/devices/" HMEM "/dax0.0/size", "1073741824\n");
	assert_int_equal(daxctl_dev_set_layout(dev, &small, 0), 0);
	assert_file(fixture, "sys/devices/" HMEM "/dax0.0/size", "0x20000000\n");

	make_region(fixture, NDRG "/dax1.0", GIB, -1);
	make_dev(fixture, NDRG "/dax1.0", "dax1.0", 16 * GIB, GIB, 1, "device_dax");
	dev = daxctl_dev_get_by_name(ctx, "dax1.0");
	assert_int_equal(daxctl_dev_set_layout(dev, &small, 0), -EOPNOTSUPP);
	assert_int_equal(daxctl_dev_destroy(dev, DAXCTL_CHANGE_FORCE), -EOPNOTSUPP);
	assert_string_equal(daxctl_get_error(ctx),
		"dax1.0: cannot be destroyed: region 1 is not dynamic: the size of its device is that of the namespace");
}

/* Another program takes the seed before we do. */
static void take_seed(
	struct daxctl_ctx *ctx, enum daxctl_step_event event, const char *what, void *data)
{
	if (event == DAXCTL_STEP_TAKEN)
		make_file(data, "sys/devices/" HMEM "/dax0.1/size", "268435456\n");
}

static void a_seed_is_taken_by_another(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;
	struct daxctl_region *region = make_dynamic(fixture, &ctx);
	const struct daxctl_layout layout = {DAXCTL_LAYOUT_SIZE, 0, 128 * MIB};
	struct daxctl_dev *dev;

	make_dev(fixture, HMEM, "dax0.1", 0, 0, 1, NULL);
	make_file(fixture, REGION "/seed", "dax0.1\n");
	daxctl_set_step_fn(ctx, take_seed, fixture);
	assert_int_equal(daxctl_region_add_dev(region, &layout, &dev), -EBUSY);
	assert_string_equal(daxctl_get_error(ctx),
		"cannot create a device: another program gave dax0.1 a size at the same time");
	assert_file(fixture, "sys/devices/" HMEM "/dax0.1/size", "268435456\n");
}

/* Another program resizes the device that we have given a size. */
static void resize_ours(
	struct daxctl_ctx *ctx, enum daxctl_step_event event, const char *what, void *data)
{
	before_resize(ctx, event, what, data);
	if (event == DAXCTL_STEP_TAKEN && strncmp(what, "bind", 4) == 0)
		make_file(data, "sys/devices/" HMEM "/dax0.1/size", "268435456\n");
}

static void resized_by_another(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;
	struct daxctl_region *region = make_dynamic(fixture, &ctx);
	const struct daxctl_layout layout = {DAXCTL_LAYOUT_SIZE, 0, 128 * MIB};
	struct daxctl_dev *dev;

	make_dev(fixture, HMEM, "dax0.1", 0, 0, 1, NULL);
	make_file(fixture, REGION "/seed", "dax0.1\n");
	daxctl_set_step_fn(ctx, resize_ours, fixture);
	/* No driver takes it here. */
	assert_true(daxctl_region_add_dev(region, &layout, &dev) < 0);
	assert_non_null(strstr(
		daxctl_get_error(ctx), "another program has changed the size of dax0.1 since"));
	assert_file(fixture, "sys/devices/" HMEM "/dax0.1/size", "268435456\n");
}

/* A dry run changes nothing, and what a function does not know is no wish that it may drop. */
static void flags_are_heeded(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;
	struct daxctl_region *region = make_dynamic(fixture, &ctx);
	struct daxctl_dev *dev = daxctl_dev_get_first(region), *made = dev;
	const struct daxctl_layout layout = {DAXCTL_LAYOUT_SIZE, 0, 128 * MIB};
	const struct daxctl_layout strange = {DAXCTL_LAYOUT_SIZE | 0x100, 0, 128 * MIB};
	char *before = tree_text(fixture);

	told[0] = 0;
	daxctl_set_step_fn(ctx, tell, NULL);
	assert_int_equal(daxctl_region_make_dev(region, &layout, DAXCTL_DEV_MODE_DEVDAX,
				 DAXCTL_CHANGE_DRY_RUN, &made),
		0);
	assert_null(made);
	assert_string_equal(told,
		"planned: create a device in region 0\n"
		"planned: give the new device a size of 134217728 bytes\n"
		"planned: bind the new device to driver device_dax\n");
	assert_int_equal(
		daxctl_region_make_dev(region, &layout, DAXCTL_DEV_MODE_DEVDAX, 0x1000, &made),
		-EINVAL);
	assert_string_equal(daxctl_get_error(ctx),
		"cannot create a device: unknown flags 0x1000 (allowed: 0xff)");
	assert_int_equal(daxctl_region_add_dev(region, &strange, &made), -EINVAL);
	assert_int_equal(daxctl_dev_set_mode(dev, DAXCTL_DEV_MODE_DEVDAX, 0x70000000), -EINVAL);
	assert_int_equal(daxctl_dev_remake(dev, NULL, DAXCTL_DEV_MODE_DEVDAX, 0x70000000), -EINVAL);
	assert_int_equal(daxctl_dev_set_layout(dev, &layout, DAXCTL_CHANGE_FORCE), -EINVAL);
	assert_int_equal(daxctl_dev_destroy(dev, DAXCTL_CHANGE_NO_ONLINE), -EINVAL);
	assert_string_equal(daxctl_get_error(ctx),
		"dax0.0: cannot be destroyed: unknown flags 0x2 (allowed: 0x9)");
	char *after = tree_text(fixture);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void destroying(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;
	struct daxctl_region *region = make_dynamic(fixture, &ctx);
	struct daxctl_dev *dev = daxctl_dev_get_first(region);

	assert_int_equal(daxctl_dev_destroy(dev, 0), 1);
	assert_file(fixture, REGION "/delete", "");
	assert_file(fixture, "sys/devices/" HMEM "/dax0.0/size", "0073741824\n");

	make_dev(fixture, HMEM, "dax0.1", 6 * GIB, GIB, 1, "device_dax");
	dev = daxctl_dev_get_by_name(ctx, "dax0.1");
	assert_int_equal(daxctl_dev_destroy(dev, 0), -EBUSY);
	assert_string_equal(daxctl_get_error(ctx),
		"dax0.1: cannot be destroyed: the device is enabled (driver device_dax)");
	take_away(fixture, "sys/devices/" HMEM "/dax0.1/driver");
	/* The kernel refuses to delete it: it has its ranges back. */
	take_away(fixture, REGION "/delete");
	make_link(fixture, REGION "/delete", "/dev/full");
	make_file(fixture, "sys/devices/" HMEM "/dax0.1/mapping", "%s", "");
	daxctl_set_step_fn(ctx, before_resize, fixture);
	assert_int_equal(daxctl_dev_destroy(dev, 0), -ENOSPC);
	daxctl_set_step_fn(ctx, NULL, NULL);
	assert_file(fixture, "sys/devices/" HMEM "/dax0.1/mapping", "0x180000000-0x1bfffffff");
	take_away(fixture, REGION "/delete");
	make_file(fixture, REGION "/delete", "%s", "");
	make_file(fixture, "sys/devices/" HMEM "/dax0.1/size", "1073741824\n");
	assert_int_equal(daxctl_dev_destroy(dev, 0), 0);
	assert_file(fixture, REGION "/delete", "dax0.1");
	assert_null(daxctl_dev_get_next(daxctl_dev_get_first(region)));
}

/* D6: a change of layout and mode in one is refused for what a change of mode is refused for, with
 * the layout that the device is to have. */
static void remake_is_refused(void **state)
{
	static const struct daxctl_range askew[] = {{5 * GIB + 64 * MIB, 5 * GIB + 192 * MIB - 1}};
	static const struct {
		struct daxctl_layout layout;
		enum daxctl_dev_mode mode;
		int error;
		const char *why;
	} rows[] = {
		{{DAXCTL_LAYOUT_SIZE, 0, 64 * MIB}, DAXCTL_DEV_MODE_RAM, -EINVAL,
			"dax0.0: cannot become system-ram: 64 MiB do not contain a whole memory block"},
		{{DAXCTL_LAYOUT_RANGES, .ranges = askew, .range_count = 1}, DAXCTL_DEV_MODE_RAM,
			-EINVAL, "128 MiB do not contain a whole memory block"},
		{{DAXCTL_LAYOUT_SIZE, 0, 0}, DAXCTL_DEV_MODE_DEVDAX, -ENXIO,
			"the device has no capacity"},
		{{DAXCTL_LAYOUT_SIZE, 0, 8 * GIB}, DAXCTL_DEV_MODE_DEVDAX, -ENOSPC,
			"dax0.0: cannot become devdax: size 8589934592 is"},
		{{DAXCTL_LAYOUT_SIZE, 0, 2 * GIB}, DAXCTL_DEV_MODE_FAMFS, -EOPNOTSUPP,
			"mode famfs needs the kernel's driver fsdev_dax"},
		{{DAXCTL_LAYOUT_SIZE, 0, 2 * GIB}, DAXCTL_DEV_MODE_END, -EINVAL,
			"dax0.0: invalid mode number 3: must be 0 to 2"},
	};
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;
	struct daxctl_region *region = make_dynamic(fixture, &ctx);
	struct daxctl_dev *dev = daxctl_dev_get_first(region);
	char *before = tree_text(fixture);

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int err = daxctl_dev_remake(dev, &rows[i].layout, rows[i].mode, 0);
		const char *why = daxctl_get_error(ctx);
		if (err != rows[i].error || !strstr(why, rows[i].why))
			fail_msg("%zu: %d: %s", i, err, why);
	}
	char *after = tree_text(fixture);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(creation_is_refused),
		fixture_test(sixty_thousand_ranges),
		fixture_test(nothing_left),
		fixture_test(what_was_made_is_told),
		fixture_test(a_seed_is_used),
		fixture_test(a_seed_is_taken_by_another),
		fixture_test(resized_by_another),
		fixture_test(layout_is_refused),
		fixture_test(flags_are_heeded),
		fixture_test(destroying),
		fixture_test(remake_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
