/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "input.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <json-c/json.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <base/cleanup.h>
#include "../util/json.h"
#include "../util/say.h"
#include "../util/size.h"

/* Room for a device of many thousand ranges. */
#define FILE_MAX (64 << 20)

static void cleanup_tokener(struct json_tokener **tokener)
{
	if (*tokener)
		json_tokener_free(*tokener);
}

static int input_failed(const char *path, int err)
{
	say_error("%s: cannot be read: %s", typed(path), strerror(-err));
	return err;
}

/* Read the whole file, with a NUL at the end. */
static int read_input_file(const char *path, char **text, size_t *size)
{
	AUTO_FILE FILE *file = fopen(path, "re");
	struct stat stat;

	if (!file || fstat(fileno(file), &stat))
		return input_failed(path, -errno);
	/* Refuse a directory, which fopen() opens. Do not ask a pipe for its size. */
	if (S_ISDIR(stat.st_mode))
		return input_failed(path, -EISDIR);
	*text = NULL;
	FILE *out = open_memstream(text, size);
	if (!out)
		return input_failed(path, -errno);
	for (int c; (c = getc(file)) != EOF && ftell(out) < FILE_MAX;)
		putc(c, out);
	int err = ferror(file) ? -EIO : !feof(file) ? -EFBIG : 0;
	if (fclose(out) && !err)
		err = -ENOMEM;
	return err ? input_failed(path, err) : 0;
}

static int not_json(const char *path, const char *text, size_t end, const char *why)
{
	size_t line = 1;

	for (size_t i = 0; i < end; i++)
		line += text[i] == '\n';
	say_error("%s: line %zu: not JSON: %s", path, line, why);
	return -EINVAL;
}

static size_t count_members(struct json_object *json)
{
	size_t count = 0;

	if (json_object_is_type(json, json_type_array))
		for (size_t i = 0; i < json_object_array_length(json); i++)
			count += count_members(json_object_array_get_idx(json, i));
	if (!json_object_is_type(json, json_type_object))
		return count;
	json_object_object_foreach(json, key, value)
	{
		count += key != NULL;
		count += count_members(value);
	}
	return count;
}

/* Refuse what json-c accepts: single quotes, and two members of one name, of which it keeps one.
 * Count members by their colons, outside of strings. */
static int check_text(const char *path, const char *text, struct json_object *json)
{
	size_t colons = 0;
	bool quoted = false;

	for (const char *at = text; *at; at++) {
		if (quoted && *at == '\\')
			at++;
		else if (*at == '"')
			quoted = !quoted;
		else if (!quoted && *at == '\'')
			return not_json(path, text, at - text, "'");
		else
			colons += !quoted && *at == ':';
	}
	if (colons == count_members(json))
		return 0;
	say_error("%s: an object has two members of the same name", path);
	return -EINVAL;
}

/* Whether json-c can hold the number at @text, @length bytes long. */
static bool is_in_range(const char *text, size_t length)
{
	errno = 0;
	if (strcspn(text, ".eE") < length)
		return !isinf(strtod(text, NULL));
	if (*text == '-')
		strtoll(text, NULL, 10);
	else
		strtoull(text, NULL, 10);
	return errno == 0;
}

/* Refuse numbers that are out of range before json-c sees them: up to 0.17 it takes the nearest one
 * that it can hold, later it fails with an error that does not tell numbers from syntax. */
static int check_json_numbers(const char *path, const char *text)
{
	bool quoted = false;
	size_t line = 1, length;

	for (const char *at = text; *at; at += length) {
		length = 1;
		line += *at == '\n';
		if (*at == '"')
			quoted = !quoted;
		else if (quoted && *at == '\\' && at[1])
			length = 2;
		else if (!quoted && (*at == '-' || isdigit((unsigned char)*at))) {
			length = strspn(at, "+-.0123456789eE");
			if (is_in_range(at, length))
				continue;
			say_error(
				"%s: line %zu: number out of range: %.*s: must be between %lld and %llu",
				path, line, (int)(length < 40 ? length : 40), at, LLONG_MIN,
				ULLONG_MAX);
			return -EINVAL;
		}
	}
	return 0;
}

static int parse_text(const char *path, const char *text, size_t size, struct json_object **json)
{
	CLEANUP(cleanup_tokener) struct json_tokener *tokener = json_tokener_new();

	if (!tokener || !text || size > INT_MAX - 1)
		return input_failed(path, -ENOMEM);
	if (strlen(text) != size)
		return not_json(path, text, strlen(text), "a byte of 0");
	int err = check_json_numbers(path, text);
	if (err)
		return err;
	json_tokener_set_flags(tokener, JSON_TOKENER_STRICT);
	/* Pass the NUL too: it completes a number at the end. */
	*json = json_tokener_parse_ex(tokener, text, (int)size + 1);
	if (*json)
		return check_text(path, text, *json);
	enum json_tokener_error error = json_tokener_get_error(tokener);
	return not_json(path, text, json_tokener_get_parse_end(tokener),
		error == json_tokener_success ? "null" : json_tokener_error_desc(error));
}

static int wrong(const char *path, const char *where, const char *key, const char *expected)
{
	say_error("%s: %s\"%s\" is not %s", path, where, key, expected);
	return -EINVAL;
}

/* Read a number, or a string that is one. */
static bool to_number(struct json_object *json, uint64_t *number)
{
	const char *text = json_object_get_string(json);
	char *end;

	if (json_object_is_type(json, json_type_int)) {
		*number = json_object_get_uint64(json);
		return json_object_get_int64(json) >= 0;
	}
	if (!json_object_is_type(json, json_type_string) || *text < '0' || *text > '9')
		return false;
	errno = 0;
	*number = strtoull(text, &end, strncmp(text, "0x", 2) == 0 ? 16 : 10);
	return errno == 0 && !*end;
}

static int get_number(const char *path, const char *where, struct json_object *json,
	const char *key, uint64_t *number)
{
	struct json_object *value;

	if (!json_object_object_get_ex(json, key, &value)) {
		say_error("%s: %s\"%s\" is missing", path, where, key);
		return -EINVAL;
	}
	return to_number(value, number) ? 0
					: wrong(path, where, key, "a number of bytes, 0 or more");
}

/* Read the X of "daxX.Y". */
static bool parse_chardev(const char *text, int *region)
{
	char *dot, *end;

	if (strncmp(text, "dax", 3) != 0 || !isdigit((unsigned char)text[3]))
		return false;
	unsigned long number = strtoul(text + 3, &dot, 10);
	if (number > INT_MAX || *dot != '.' || !isdigit((unsigned char)dot[1]))
		return false;
	*region = (int)number;
	strtoul(dot + 1, &end, 10);
	return !*end;
}

static int read_region(const char *path, struct json_object *value, struct input *input)
{
	if (!json_object_is_type(value, json_type_string) ||
		!parse_chardev(json_object_get_string(value), &input->region))
		return wrong(path, "", "chardev", "the name of a dax device, such as dax0.1");
	return 0;
}

/* Refuse unknown keys of @json, a @thing; @where precedes the message. */
static int check_keys(const char *path, const char *where, const char *thing,
	bool (*is_known)(const char *key), struct json_object *json)
{
	json_object_object_foreach(json, key, value)
	{
		if (is_known(key))
			continue;
		say_error("%s: %sunknown key of a %s: \"%s\"", path, where, thing, key);
		say_hint("write the file with: daxctl list -DM -d DEVICE | jq '.[0]'");
		return -EINVAL;
	}
	return 0;
}

static bool is_mapping_key(const char *key)
{
	static const char *const names[] = {"page_offset", "start", "end", "size"};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (strcmp(names[i], key) == 0)
			return true;
	return false;
}

/* A mapping and its offset in the device. */
struct placed {
	struct daxctl_range range;
	uint64_t offset;
};

/* Refuse a size that contradicts the range. Ignore one of list -u, "2.00 GiB (2.15 GB)", which is
 * rounded. */
static int check_mapping_size(
	const char *path, const char *where, struct json_object *json, uint64_t expected)
{
	struct json_object *value;
	uint64_t size;

	if (!json_object_object_get_ex(json, "size", &value))
		return 0;
	if (json_object_is_type(value, json_type_string) &&
		strchr(json_object_get_string(value), '('))
		return 0;
	int err = get_number(path, where, json, "size", &size);
	if (err)
		return err;
	return size == expected ? 0 : wrong(path, where, "size", "\"end\" - \"start\" + 1");
}

static int input_read_mapping(
	const char *path, size_t i, struct json_object *json, struct placed *placed)
{
	char where[64];
	uint64_t start, end;

	snprintf(where, sizeof(where), "mapping %zu: ", i + 1);
	if (!json_object_is_type(json, json_type_object)) {
		say_error("%s: %sis not an object with \"start\" and \"end\"", path, where);
		return -EINVAL;
	}
	int err = check_keys(path, where, "mapping", is_mapping_key, json)
		?: get_number(path, where, json, "start", &start)
		?: get_number(path, where, json, "end", &end);
	if (err)
		return err;
	if (end < start || end - start == UINT64_MAX)
		return wrong(path, where, "end", "an address after \"start\"");
	err = check_mapping_size(path, where, json, end - start + 1);
	if (err)
		return err;
	placed->range = (struct daxctl_range){start, end};
	/* Without offsets, the order in the file counts. */
	if (!json_object_object_get_ex(json, "page_offset", NULL))
		return 0;
	return get_number(path, where, json, "page_offset", &placed->offset);
}

static int by_offset(const void *a, const void *b)
{
	uint64_t first = ((const struct placed *)a)->offset;
	uint64_t second = ((const struct placed *)b)->offset;

	return first < second ? -1 : first > second;
}

/* Sort mappings by offset, because list may print them in another order: the data of a device
 * depends on the order of its ranges. */
static int sort_mappings(const char *path, struct placed *list, size_t count, size_t with_offset)
{
	if (with_offset == count)
		qsort(list, count, sizeof(*list), by_offset);
	else if (with_offset)
		return wrong(
			path, "", "mappings", "consistent: all or none must have \"page_offset\"");
	for (size_t i = 1; i < with_offset; i++)
		if (list[i].offset == list[i - 1].offset)
			return wrong(path, "", "mappings",
				"consistent: two have the same \"page_offset\"");
	return 0;
}

static int input_read_mappings(const char *path, struct json_object *value, struct input *input)
{
	if (!json_object_is_type(value, json_type_array))
		return wrong(path, "", "mappings", "an array");
	size_t count = json_object_array_length(value);
	/* Treat an empty array like a missing one. */
	if (!count)
		return 0;
	AUTO_FREE struct placed *list = calloc(count, sizeof(*list));
	struct daxctl_range *ranges = calloc(count, sizeof(*ranges));
	size_t with_offset = 0;
	input->layout.ranges = ranges;
	if (!list || !ranges)
		return input_failed(path, -ENOMEM);
	for (size_t i = 0; i < count; i++) {
		struct json_object *json = json_object_array_get_idx(value, i);
		int err = input_read_mapping(path, i, json, &list[i]);
		if (err)
			return err;
		with_offset += json_object_object_get_ex(json, "page_offset", NULL);
	}
	int err = sort_mappings(path, list, count, with_offset);
	for (size_t i = 0; i < count; i++)
		ranges[i] = list[i].range;
	input->layout.range_count = count;
	input->layout.given |= DAXCTL_LAYOUT_RANGES;
	return err;
}

/* Refuse 2^64 - 1: json-c turns larger numbers into it. */
static bool to_bytes(struct json_object *value, uint64_t *bytes)
{
	return to_number(value, bytes) && *bytes != UINT64_MAX;
}

static int input_read_size(const char *path, struct json_object *value, struct input *input)
{
	uint64_t size;

	/* Ignore a rounded size of list -u if there are mappings, which are exact. */
	if (!to_bytes(value, &size)) {
		if (input->layout.given & DAXCTL_LAYOUT_RANGES &&
			json_object_is_type(value, json_type_string))
			return 0;
		return wrong(path, "", "size", "a number of bytes (list prints them without -u)");
	}
	input->layout.size = size;
	input->layout.given |= DAXCTL_LAYOUT_SIZE;
	return 0;
}

static int input_read_align(const char *path, struct json_object *value, struct input *input)
{
	uint64_t align;

	if (!to_bytes(value, &align)) {
		/* Refuse "2.00 MiB (2.10 MB)" of list -u, with advice. */
		const char *text = json_object_get_string(value);
		return wrong(path, "", "align",
			strchr(text ?: "", '(') ? "a number of bytes (list prints them without -u)"
						: "a number of bytes");
	}
	if (align > ULONG_MAX)
		return wrong(path, "", "align", "an alignment");
	input->layout.align = align;
	input->layout.given |= DAXCTL_LAYOUT_ALIGN;
	return 0;
}

static int read_nothing(const char *path, struct json_object *value, struct input *input)
{
	return 0;
}

/* The keys, in the order of reading. */
static const struct {
	const char *key;
	int (*read)(const char *path, struct json_object *value, struct input *input);
} keys[] = {
	{"chardev", read_region},
	{"mappings", input_read_mappings},
	{"size", input_read_size},
	{"align", input_read_align},
	{"target_node", read_nothing},
	{"mode", read_nothing},
	{"online_memblocks", read_nothing},
	{"total_memblocks", read_nothing},
	{"movable", read_nothing},
	{"state", read_nothing},
	{"memmap_on_memory", read_nothing},
};

static bool is_device_key(const char *key)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (strcmp(keys[i].key, key) == 0)
			return true;
	return false;
}

static int read_object(const char *path, struct json_object *json, struct input *input)
{
	struct json_object *value;
	int err = check_keys(path, "", "device", is_device_key, json);

	for (size_t i = 0; !err && i < ARRAY_SIZE(keys); i++)
		if (json_object_object_get_ex(json, keys[i].key, &value))
			err = keys[i].read(path, value, input);
	if (!err && !input->layout.given) {
		say_error("%s: has none of the keys \"size\", \"align\" and \"mappings\"", path);
		err = -EINVAL;
	}
	return err;
}

int input_read(const char *path, struct input *input)
{
	AUTO_FREE char *text = NULL;
	AUTO_JSON struct json_object *json = NULL;
	size_t size = 0;

	*input = (struct input){.region = -1};
	int err = read_input_file(path, &text, &size) ?: parse_text(path, text, size, &json);
	if (err)
		return err;
	if (!json_object_is_type(json, json_type_object)) {
		say_error("%s: must be a JSON object, but is %s", path,
			json_object_is_type(json, json_type_array) ? "an array" : "another value");
		say_hint("extract one device of an array with: jq '.[0]'");
		return -EINVAL;
	}
	err = read_object(path, json, input);
	if (err)
		input_deinit(input);
	return err;
}

void input_deinit(struct input *input)
{
	free((void *)input->layout.ranges);
	input->layout.ranges = NULL;
}

static int disagree(const char *option, const char *path)
{
	return usage_error("--%s contradicts %s", option, path);
}

int layout_from_options(const struct layout_options *options, struct input *input)
{
	struct daxctl_layout *layout = &input->layout;

	if (options->input && input_read(options->input, input))
		return EXIT_USAGE;
	if (options->size.given) {
		if (layout->given & DAXCTL_LAYOUT_SIZE && layout->size != options->size.bytes)
			return disagree("size", options->input);
		layout->given |= DAXCTL_LAYOUT_SIZE;
		layout->size = options->size.bytes;
	}
	if (options->align.given) {
		if (layout->given & DAXCTL_LAYOUT_ALIGN && layout->align != options->align.bytes)
			return disagree("align", options->input);
		layout->given |= DAXCTL_LAYOUT_ALIGN;
		layout->align = options->align.bytes;
	}
	return 0;
}
