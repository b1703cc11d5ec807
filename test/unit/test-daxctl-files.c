/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <daxctl/input.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "machine.h"
#include <base/cleanup.h>
#include "util/say.h"

/* What people write for the tool to read: create-device --input. */

static char said[4096];

static int read_text(struct fixture *fixture, const char *text, struct input *input)
{
	char path[256];

	make_file(fixture, "device.json", "%s", text);
	snprintf(path, sizeof(path), "%s/device.json", fixture->root);
	struct capture capture = capture_start();
	int err = input_read(path, input);
	capture_end(capture, said, sizeof(said));
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
		{"[{\"size\":1}]", "must be a JSON object, but is an array"},
		{"7", "must be a JSON object, but is another value"},
		{"null", "not JSON"},
		{"{}", "has none of the keys \"size\", \"align\" and \"mappings\""},
		{"{\"mode\":\"devdax\"}", "has none of the keys"},
		{"{\"siz\":1}", "unknown key of a device: \"siz\""},
		{"{\"size\":-1}", "\"size\" is not a number of bytes"},
		{"{\"size\":1.5}", "\"size\" is not"},
		{"{\"size\":99999999999999999999}",
			"number out of range: 99999999999999999999: must"},
		{"{\"size\":1,\n\"align\":-9223372036854775809}",
			"line 2: number out of range: -92"},
		{"{\"size\":1e999}", "number out of range: 1e999"},
		{"{\"size\":18446744073709551615}", "\"size\" is not"},
		{"{\"size\":-9223372036854775808}", "\"size\" is not"},
		{"{\"mode\":\"99999999999999999999\\\"\"}", "has none of the keys"},
		{"{\"size\":1,\"size\":2}", "an object has two members of the same name"},
		{"{\"mappings\":[{\"start\":0,\"start\":2,\"end\":5}]}", "two members"},
		{"{\"chardev\":\"a:\\\":\",\"size\":1}", "\"chardev\" is not"},
		{"{\n'size':1}", "line 2: not JSON: '"},
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
			"all or none must have \"page_offset\""},
		{"{\"mappings\":[{\"start\":0,\"end\":1,\"page_offset\":0},"
		 "{\"start\":2,\"end\":3,\"page_offset\":0}]}",
			"two have the same \"page_offset\""},
		{"{\"mappings\":[{\"start\":0,\"end\":1,\"offset\":0}]}",
			"mapping 1: unknown key of a mapping: \"offset\""},
		{"{\"mappings\":[{\"end\":2}]}", "mapping 1: \"start\" is missing"},
		{"{\"mappings\":[{\"start\":2,\"end\":1}]}",
			"mapping 1: \"end\" is not an address after \"start\""},
		{"{\"mappings\":[{\"start\":0,\"end\":18446744073709551615}]}", "\"end\" is not"},
		{"{\"mappings\":[{\"start\":0,\"end\":1,\"size\":3}]}",
			"\"size\" is not \"end\" - \"start\" + 1"},
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
	capture_end(capture, said, sizeof(said));
	assert_non_null(strstr(said, "/nonexistent: cannot be read: No such file or directory"));
}

static void options_and_file(void **state)
{
	struct fixture *fixture = *state;
	struct input input = {.region = -1};
	char path[256];
	struct layout_options options = {.size = {true, 128 * MIB}, .input = path};

	make_file(fixture, "device.json", "%s", "{\"size\": 134217728}");
	snprintf(path, sizeof(path), "%s/device.json", fixture->root);
	assert_int_equal(layout_from_options(&options, &input), 0);
	assert_int_equal(input.layout.size, 128 * MIB);
	options.size.bytes = 64 * MIB;
	struct capture capture = capture_start();
	assert_int_equal(layout_from_options(&options, &input), EXIT_USAGE);
	capture_end(capture, said, sizeof(said));
	assert_non_null(strstr(said, "--size contradicts "));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(describes_a_device),
		fixture_test(is_no_device),
		fixture_test(no_file),
		fixture_test(options_and_file),
	};

	say_init("daxctl", "create-device");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
