/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <daxctl/config.h>
#include <daxctl/input.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "machine.h"
#include "util/cleanup.h"
#include "util/say.h"

/* What people write for the tool to read: create-device --input, and the configuration. */

static char said[4096];

/* Standard error from here on goes to @said. */
struct capture {
	FILE *file;
	int saved;
};

static struct capture capture_start(void)
{
	struct capture capture = {tmpfile(), dup(STDERR_FILENO)};

	assert_non_null(capture.file);
	fflush(stderr);
	dup2(fileno(capture.file), STDERR_FILENO);
	return capture;
}

static void capture_end(struct capture capture)
{
	fflush(stderr);
	dup2(capture.saved, STDERR_FILENO);
	close(capture.saved);
	rewind(capture.file);
	said[fread(said, 1, sizeof(said) - 1, capture.file)] = 0;
	fclose(capture.file);
}

static int read_text(struct fixture *fixture, const char *text, struct input *input)
{
	char path[256];

	make_file(fixture, "device.json", "%s", text);
	snprintf(path, sizeof(path), "%s/device.json", fixture->root);
	struct capture capture = capture_start();
	int err = input_read(path, input);
	capture_end(capture);
	return err;
}

static void describes_a_device(void **state)
{
	struct input input;

	assert_int_equal(
		read_text(*state,
			"{\"chardev\":\"dax3.7\", \"size\":\"3.00 GiB (3.22 GB)\","
			"\"target_node\":1, \"align\":2097152, \"mode\":\"devdax\","
			"\"mappings\":["
			"{\"page_offset\":0,\"start\":\"0x100000000\",\"end\":\"0x13fffffff\","
			"\"size\":\"1024.00 MiB (1073.74 MB)\"},"
			"{\"page_offset\":262144,\"start\":8589934592,\"end\":10737418239,\"size\":"
			"2147483648}]}\n",
			&input),
		0);
	assert_string_equal(said, "");
	assert_int_equal(input.region, 3);
	assert_int_equal(input.layout.given, DAXCTL_LAYOUT_ALIGN | DAXCTL_LAYOUT_RANGES);
	assert_int_equal(input.layout.align, 2 * MIB);
	assert_int_equal(input.layout.range_count, 2);
	assert_int_equal(input.layout.ranges[0].start, UINT64_C(0x100000000));
	assert_int_equal(input.layout.ranges[0].end, UINT64_C(0x13fffffff));
	assert_int_equal(input.layout.ranges[1].start, UINT64_C(0x200000000));
	assert_int_equal(input.layout.ranges[1].end, UINT64_C(0x27fffffff));
	input_deinit(&input);

	/* The order in the device is that of the offsets. */
	assert_int_equal(
		read_text(*state,
			"{\"mappings\":["
			"{\"page_offset\":65536,\"start\":5368709120,\"end\":5637144575},"
			"{\"page_offset\":\"0x0\",\"start\":4831838208,\"end\":5100273663}]}",
			&input),
		0);
	assert_int_equal(input.layout.ranges[0].start, 4831838208);
	assert_int_equal(input.layout.ranges[1].end, 5637144575);
	input_deinit(&input);

	assert_int_equal(read_text(*state, "{\"size\":\"0x8000000\",\"mappings\":[]}", &input), 0);
	assert_int_equal(input.region, -1);
	assert_int_equal(input.layout.given, DAXCTL_LAYOUT_SIZE);
	assert_int_equal(input.layout.size, 128 * MIB);
	input_deinit(&input);

	/* To the last byte of 64 bits. */
	assert_int_equal(read_text(*state,
				 "{\"mappings\":[{\"start\":18446744073709547520,"
				 "\"end\":18446744073709551615}]}",
				 &input),
		0);
	assert_true(input.layout.ranges[0].end == UINT64_MAX);
	input_deinit(&input);
}

static void is_no_device(void **state)
{
	static const struct {
		const char *text, *why;
	} rows[] = {
		{"", "line 1: not JSON: "},
		{"{\"size\":1\n\n", "line 3: not JSON: "},
		{"{\"size\":1}\n{}", "line 2: not JSON: "},
		{"{\"size\":1,}", "line 1: not JSON: "},
		{"[{\"size\":1}]", "is not a JSON object, but an array"},
		{"7", "is not a JSON object, but something else"},
		{"null", "not JSON"},
		{"{}", "says neither \"size\", \"align\" nor \"mappings\""},
		{"{\"mode\":\"devdax\"}", "says neither"},
		{"{\"siz\":1}", "a device has no \"siz\""},
		{"{\"size\":-1}", "\"size\" is not a number of bytes"},
		{"{\"size\":1.5}", "\"size\" is not"},
		{"{\"size\":\"\"}", "\"size\" is not"},
		{"{\"size\":\"1x\"}", "\"size\" is not"},
		{"{\"size\":\" 1\"}", "\"size\" is not"},
		{"{\"size\":\"0x10000000000000000\"}", "\"size\" is not"},
		{"{\"size\":true}", "\"size\" is not"},
		{"{\"size\":\"3.00 GiB (3.22 GB)\"}", "\"size\" is not"},
		{"{\"size\":null}", "\"size\" is not"},
		{"{\"align\":\"2.00 MiB (2.10 MB)\"}", "list prints them without -u"},
		{"{\"align\":null}", "\"align\" is not"},
		{"{\"chardev\":\"dax0\",\"size\":1}",
			"\"chardev\" is not the name of a dax device"},
		{"{\"chardev\":\"dax0.1x\",\"size\":1}", "\"chardev\" is not"},
		{"{\"chardev\":\"dax-1.0\",\"size\":1}", "\"chardev\" is not"},
		{"{\"chardev\":7,\"size\":1}", "\"chardev\" is not"},
		{"{\"mappings\":{}}", "\"mappings\" is not an array"},
		{"{\"mappings\":[7]}", "mapping 1: is not an object"},
		{"{\"mappings\":[null]}", "mapping 1: is not an object"},
		{"{\"mappings\":[{\"start\":0,\"end\":1},{\"start\":2}]}",
			"mapping 2: \"end\" is missing"},
		{"{\"mappings\":[{\"start\":0,\"end\":1,\"page_offset\":0},{\"start\":2,\"end\":3}]"
		 "}",
			"\"page_offset\" is in some, not in all"},
		{"{\"mappings\":[{\"end\":2}]}", "mapping 1: \"start\" is missing"},
		{"{\"mappings\":[{\"start\":2,\"end\":1}]}",
			"mapping 1: \"end\" is not an address behind \"start\""},
		{"{\"mappings\":[{\"start\":0,\"end\":18446744073709551615}]}", "\"end\" is not"},
		{"{\"mappings\":[{\"start\":0,\"end\":1,\"size\":3}]}",
			"\"size\" is not what lies between"},
	};
	struct input input;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		int err = read_text(*state, rows[i].text, &input);
		if (err != -EINVAL || !strstr(said, rows[i].why))
			fail_msg("%s: %d: %s", rows[i].text, err, said);
	}
}

static void no_file(void **state)
{
	struct fixture *fixture = *state;
	struct input input;

	struct capture capture = capture_start();
	assert_int_equal(input_read("/nonexistent", &input), -ENOENT);
	assert_int_equal(input_read(fixture->root, &input), -EISDIR);
	capture_end(capture);
	assert_non_null(strstr(said, "/nonexistent: cannot be read: No such file or directory"));
}

static void options_and_file(void **state)
{
	struct fixture *fixture = *state;
	struct input input = {.region = -1};
	struct daxctl_layout layout;
	char path[256];
	struct layout_options options = {.input = path};

	make_file(fixture, "device.json", "%s", "{\"size\": 134217728}");
	snprintf(path, sizeof(path), "%s/device.json", fixture->root);
	assert_true(layout_parse_size("128M", &options.size));
	assert_int_equal(layout_from_options(&options, &input, &layout), 0);
	assert_int_equal(layout.size, 128 * MIB);
	assert_true(layout_parse_size("64M", &options.size));
	struct capture capture = capture_start();
	assert_int_equal(layout_from_options(&options, &input, &layout), EXIT_USAGE);
	capture_end(capture);
	assert_non_null(strstr(said, "--size and "));

	/* An empty variable of a script is no size of 0. */
	assert_false(layout_parse_size("", &options.size));
	assert_false(layout_parse_size("M", &options.size));
	assert_false(layout_parse_size("-1", &options.size));
	assert_true(layout_parse_size("0", &options.size));
	assert_true(options.size.given);
	assert_true(layout_parse_size(NULL, &options.size));
	assert_false(options.size.given);
}

/* ---- the configuration ---- */

#define UUID_A "6fd7bb62-0155-4bb6-8b22-a875b2c26262"
#define UUID_B "89fdb8d9-aa6d-4dae-ac93-8b18a035671d"
#define NDRG   "platform/ndbus0/region1"

/* Two devices of namespaces and one of other memory, with a folder of configuration. */
static struct daxctl_ctx *make_devices(struct fixture *fixture)
{
	char path[256];

	make_machine(fixture);
	make_region(fixture, NDRG "/dax1.0", 1024 * MIB, -1);
	make_dev(fixture, NDRG "/dax1.0", "dax1.0", 1024 * MIB, 1024 * MIB, 1, "device_dax");
	make_file(fixture, "sys/devices/" NDRG "/dax1.0/uuid", UUID_A "\n");
	make_region(fixture, NDRG "/dax1.1", 1024 * MIB, -1);
	make_dev(fixture, NDRG "/dax1.1", "dax1.1", 4096 * MIB, 1024 * MIB, 1, "device_dax");
	make_file(fixture, "sys/devices/" NDRG "/dax1.1/uuid", UUID_B "\n");
	make_dev(fixture, "platform/hmem.0", "dax0.0", 8192 * MIB, 1024 * MIB, 1, "device_dax");
	make_dir(fixture, "etc");
	struct daxctl_ctx *ctx = new_ctx(fixture);
	snprintf(path, sizeof(path), "%s/etc", fixture->root);
	assert_int_equal(daxctl_set_config_path(ctx, path), 0);
	return ctx;
}

static int find(struct daxctl_ctx *ctx, const char *name, struct config_rule *rule)
{
	struct config *config = NULL;
	struct capture capture = capture_start();
	int err = config_read(ctx, &config);

	if (!err)
		err = config_find(config, daxctl_dev_get_by_name(ctx, name), rule);
	config_free(config);
	capture_end(capture);
	return err;
}

static void rules(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = make_devices(fixture);
	struct config_rule rule;

	if (getuid() != 0)
		skip();
	assert_int_equal(find(ctx, "dax1.0", &rule), -ENOENT);
	make_file(fixture, "etc/a.conf",
		"# comment\n[reconfigure-device a]\nnvdimm.uuid = " UUID_A "\n"
		"[auto-online b]\nnvdimm.uuid = " UUID_B "\n");
	make_file(fixture, "etc/other", "[reconfigure-device c]\nnvdimm.uuid = " UUID_B "\n");
	assert_int_equal(find(ctx, "dax1.0", &rule), 0);
	assert_int_equal(rule.mode, DAXCTL_DEV_MODE_RAM);
	assert_true(rule.online && rule.movable);
	assert_int_equal(find(ctx, "dax1.1", &rule), -ENOENT);
	assert_int_equal(find(ctx, "dax0.0", &rule), -ENOENT);
	assert_string_equal(said, "");

	make_file(fixture, "etc/b.conf",
		"[Reconfigure-Device "
		"B]\nNVDIMM.UUID=\"%s\"\nmode=devdax\nonline=False\nmovable=false\n",
		"89FDB8D9-AA6D-4DAE-AC93-8B18A035671D");
	assert_int_equal(find(ctx, "dax1.1", &rule), 0);
	assert_int_equal(rule.mode, DAXCTL_DEV_MODE_DEVDAX);
	assert_false(rule.online || rule.movable);

	daxctl_set_config_path(ctx, (char *)"/nonexistent/folder");
	assert_int_equal(find(ctx, "dax1.0", &rule), -ENOENT);
}

static void mistakes(void **state)
{
	static const struct {
		const char *lines, *why;
	} rows[] = {
		{"nvdimm.uuid=" UUID_A "\nmode=system_ram\n",
			"[reconfigure-device a]: mode: 'system_ram' is not system-ram, devdax or "
			"famfs"},
		{"nvdimm.uuid=" UUID_A "\nonline=maybe\n", "online: 'maybe' is not true or false"},
		{"nvdimm.uuid=" UUID_A "\nmovable=\n", "movable: '' is not true or false"},
		{"nvdimm.uuid=" UUID_A "\nsize=1G\n", "size: there is no such key"},
		{"nvdimm.uuid=x\n", "nvdimm.uuid: 'x' is not the uuid of a namespace"},
		{"mode=devdax\n", "[reconfigure-device a]: nvdimm.uuid is missing"},
		{"nvdimm.uuid\n", "syntax error"},
	};
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = make_devices(fixture);
	struct config_rule rule;

	if (getuid() != 0)
		skip();
	make_file(fixture, "etc/b.conf", "[reconfigure-device b]\nnvdimm.uuid=" UUID_B "\n");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		make_file(fixture, "etc/a.conf", "[reconfigure-device a]\n%s", rows[i].lines);
		int err = find(ctx, "dax1.0", &rule);
		if (err != -EINVAL || !strstr(said, rows[i].why))
			fail_msg("%s: %d: %s", rows[i].lines, err, said);
		/* Another device has its own section. */
		assert_int_equal(find(ctx, "dax1.1", &rule), 0);
	}
	make_file(fixture, "etc/a.conf", "[reconfigure-device B]\nnvdimm.uuid=" UUID_A "\n");
	assert_int_equal(find(ctx, "dax1.1", &rule), -EINVAL);
	assert_non_null(strstr(said, "a section of this name is in "));
	make_file(fixture, "etc/a.conf", "[reconfigure-device a]\nnvdimm.uuid=" UUID_B "\n");
	assert_int_equal(find(ctx, "dax1.1", &rule), -EEXIST);
	assert_non_null(strstr(said, "are both for it"));
}

static void others_can_write(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = make_devices(fixture);
	struct config_rule rule;
	char file[256], folder[256];

	if (getuid() != 0)
		skip();
	make_file(fixture, "etc/a.conf", "[reconfigure-device a]\nnvdimm.uuid=" UUID_A "\n");
	snprintf(folder, sizeof(folder), "%s/etc", fixture->root);
	snprintf(file, sizeof(file), "%s/etc/a.conf", fixture->root);
	assert_int_equal(find(ctx, "dax1.0", &rule), 0);
	assert_int_equal(chmod(file, 0664), 0);
	assert_int_equal(find(ctx, "dax1.0", &rule), -EPERM);
	assert_non_null(strstr(said, "a.conf: is not used: others than root can change it"));
	assert_int_equal(chmod(file, 0644), 0);
	assert_int_equal(chmod(folder, 0757), 0);
	assert_int_equal(find(ctx, "dax1.0", &rule), -EPERM);
	assert_int_equal(chmod(folder, 0755), 0);
	assert_int_equal(chown(file, 7, 0), 0);
	assert_int_equal(find(ctx, "dax1.0", &rule), -EPERM);
	assert_int_equal(chown(file, 0, 7), 0);
	assert_int_equal(find(ctx, "dax1.0", &rule), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(describes_a_device),
		fixture_test(is_no_device),
		fixture_test(no_file),
		fixture_test(options_and_file),
		fixture_test(rules),
		fixture_test(mistakes),
		fixture_test(others_can_write),
	};

	say_init("daxctl", "create-device");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
