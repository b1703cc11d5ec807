/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/json.h"

enum { WITH_PARTS = JSON_OWN };

struct thing {
	const char *name;
	uint64_t number;
	bool has_uuid;
};

static bool get_name(void *object, unsigned flags, union field_value *out)
{
	out->text = ((struct thing *)object)->name;
	return true;
}

static bool get_number(void *object, unsigned flags, union field_value *out)
{
	out->number = ((struct thing *)object)->number;
	return true;
}

static bool get_minus_one(void *object, unsigned flags, union field_value *out)
{
	out->integer = -1;
	return true;
}

static bool get_true(void *object, unsigned flags, union field_value *out)
{
	out->flag = true;
	return true;
}

static bool get_uuid(void *object, unsigned flags, union field_value *out)
{
	if (!((struct thing *)object)->has_uuid)
		return false;
	return uuid_parse("7C5E6E3E-0E7E-4E5E-8E5E-0E7E4E5E8E5E", out->uuid) == 0;
}

static bool get_parts(void *object, unsigned flags, union field_value *out)
{
	out->json = json_object_new_array();
	return json_append(out->json, json_number(FIELD_SIZE, 8 << 20, flags)) == 0;
}

static const struct field fields[] = {
	{"dev", FIELD_TEXT, 0, get_name, "name"},
	{"size", FIELD_SIZE, 0, get_number, "size"},
	{"handle", FIELD_HEX, 0, get_number, "handle"},
	{"count", FIELD_U64, 0, get_number, "count"},
	{"numa_node", FIELD_INT, JSON_VERBOSE, get_minus_one, "node"},
	{"movable", FIELD_BOOL, 0, get_true, "movable"},
	{"uuid", FIELD_UUID, 0, get_uuid, "uuid"},
	{"parts", FIELD_JSON, WITH_PARTS | JSON_VERBOSE, get_parts, "parts"},
};

static void describes(struct thing thing, unsigned flags, const char *expected)
{
	AUTO_JSON struct json_object *json =
		json_describe(fields, ARRAY_SIZE(fields), &thing, flags);

	assert_non_null(json);
	assert_string_equal(json_object_to_json_string_ext(json, 0), expected);
}

static void raw(void **state)
{
	describes((struct thing){"/a", 0, false}, 0,
		"{\"dev\":\"\\/a\",\"size\":0,\"handle\":0,\"count\":0,\"movable\":true}");
	describes((struct thing){"a", 4294967296, true}, WITH_PARTS,
		"{\"dev\":\"a\",\"size\":4294967296,\"handle\":4294967296,\"count\":4294967296,"
		"\"movable\":true,\"uuid\":\"7c5e6e3e-0e7e-4e5e-8e5e-0e7e4e5e8e5e\"}");
	describes((struct thing){"a", 1, false}, JSON_VERBOSE | WITH_PARTS,
		"{\"dev\":\"a\",\"size\":1,\"handle\":1,\"count\":1,\"numa_node\":-1,"
		"\"movable\":true,\"parts\":[8388608]}");
}

static void human(void **state)
{
	describes((struct thing){"a", 0, false}, JSON_HUMAN,
		"{\"dev\":\"a\",\"size\":0,\"handle\":\"0\",\"count\":0,\"movable\":true}");
	describes((struct thing){"a", 2097152, false}, JSON_HUMAN,
		"{\"dev\":\"a\",\"size\":2097152,\"handle\":\"0x200000\",\"count\":2097152,"
		"\"movable\":true}");
	describes((struct thing){"a", 8 << 20, false}, JSON_HUMAN | JSON_VERBOSE | WITH_PARTS,
		"{\"dev\":\"a\",\"size\":\"8.00 MiB (8.39 MB)\",\"handle\":\"0x800000\","
		"\"count\":8388608,\"numa_node\":-1,\"movable\":true,"
		"\"parts\":[\"8.00 MiB (8.39 MB)\"]}");
}

/* What json_print writes for the text @json. */
static void prints(const char *json, unsigned flags, const char *expected)
{
	AUTO_JSON struct json_object *object = json_tokener_parse(json);
	char output[1024];
	FILE *file = tmpfile();
	int out = dup(STDOUT_FILENO);

	assert_non_null(file);
	fflush(stdout);
	dup2(fileno(file), STDOUT_FILENO);
	assert_int_equal(json_print(object, flags), 0);
	fflush(stdout);
	dup2(out, STDOUT_FILENO);
	close(out);

	rewind(file);
	output[fread(output, 1, sizeof(output) - 1, file)] = 0;
	fclose(file);
	assert_string_equal(output, expected);
}

static void output(void **state)
{
	prints("[]", 0, "");
	prints("[]", JSON_HUMAN, "");
	prints("{}", 0, "");
	prints("[{\"a\":1}]", 0, "[\n  {\n    \"a\":1\n  }\n]\n");
	prints("[{\"a\":1}]", JSON_HUMAN, "{\n  \"a\":1\n}\n");
	prints("[{\"a\":1},{\"a\":2}]", JSON_HUMAN,
		"[\n  {\n    \"a\":1\n  },\n  {\n    \"a\":2\n  }\n]\n");
	prints("{\"a\":[1]}", 0, "{\n  \"a\":[\n    1\n  ]\n}\n");
}

/* A child that could not be made is a failure, not a null in the output. */
static void no_memory(void **state)
{
	AUTO_JSON struct json_object *array = json_object_new_array();
	AUTO_JSON struct json_object *object = json_object_new_object();

	assert_int_equal(json_append(array, NULL), -ENOMEM);
	assert_int_equal(json_put(object, "a", NULL), -ENOMEM);
	assert_int_equal(json_object_array_length(array), 0);
	assert_int_equal(json_object_object_length(object), 0);
}

/* C5: bytes that are not UTF-8, and what a terminal would obey, in a string. */
static void valid_whatever_the_bytes(void **state)
{
	static const struct {
		const char *bytes, *text;
	} rows[] = {
		{"plain \xc3\xa9 \xf0\x9f\x98\x80", "plain \xc3\xa9 \xf0\x9f\x98\x80"},
		{"\x1b[2J\x7f\n\"/", "\\u001b[2J\\u007f\\n\\\"\\/"},
		{"\xc2\x9b"
		 "2J\xe2\x80\xae",
			"\\u009b2J\\u202e"},
		{"\x9b\xff", "\\ufffd\\ufffd"},
		/* cut short, too long a form, a surrogate, beyond Unicode */
		{"a\xe2\x82", "a\\ufffd\\ufffd"},
		{"\xc0\x9b", "\\ufffd\\ufffd"},
		{"\xe0\x80\x9b", "\\ufffd\\ufffd\\ufffd"},
		{"\xed\xa0\x80", "\\ufffd\\ufffd\\ufffd"},
		{"\xf4\x90\x80\x80", "\\ufffd\\ufffd\\ufffd\\ufffd"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO_JSON struct json_object *json = json_object_new_array();
		AUTO_FREE char *expected = NULL;
		json_append(json, json_object_new_string(rows[i].bytes));
		assert_true(asprintf(&expected, "[\n  \"%s\"\n]", rows[i].text) > 0);
		AUTO_FREE char *text = json_render(json);
		assert_string_equal(text, expected);
		struct json_object *back = json_tokener_parse(text);
		assert_non_null(back);
		json_object_put(back);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(raw),
		cmocka_unit_test(human),
		cmocka_unit_test(output),
		cmocka_unit_test(no_memory),
		cmocka_unit_test(valid_whatever_the_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
