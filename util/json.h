/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <json-c/json.h>
#include <uuid/uuid.h>

#include <base/cleanup.h>

/*
 * list describes an object by a table of fields, in the order in which it prints them.
 *
 *	static bool get_size(void *object, unsigned flags, union field_value *out)
 *	{
 *		out->number = daxctl_dev_get_size(object);
 *		return true;
 *	}
 *
 *	static const struct field device_fields[] = {
 *		{ "size", FIELD_SIZE, 0, get_size, "capacity in bytes" },
 *	};
 */
enum field_type {
	FIELD_TEXT, /* .text, borrowed until the next getter runs */
	FIELD_BOOL, /* .flag */
	FIELD_INT,  /* .integer */
	FIELD_U64,  /* .number, up to 2^64 - 1 */
	FIELD_SIZE, /* .number; "4.00 GiB (4.29 GB)" for people */
	FIELD_HEX,  /* .number; "0x1f" for people */
	FIELD_REAL, /* .real, "23.0625" */
	FIELD_UUID, /* .uuid */
	FIELD_JSON, /* .json, a nested value (mappings); json_describe() takes it over */
};

union field_value {
	const char *text;
	bool flag;
	int64_t integer;
	uint64_t number;
	double real;
	uuid_t uuid;
	struct json_object *json;
};

/* Flags of json_describe(). Flags of a tool start at JSON_OWN. */
enum {
	JSON_HUMAN = 1 << 0,
	JSON_VERBOSE = 1 << 1,
	JSON_OWN = 1 << 8,
};

struct field {
	const char *key;
	enum field_type type;
	unsigned when; /* show the field if all these flags are set */
	/* Returns false to leave the field out. */
	bool (*get)(void *object, unsigned flags, union field_value *out);
	const char *doc; /* one line for the description of the format */
};

/* Describes @object as a JSON object. Returns NULL without memory. */
struct json_object *json_describe(
	const struct field *fields, size_t count, void *object, unsigned flags);

/* A number as fields of this type show it, for the elements of an array. */
struct json_object *json_number(enum field_type type, uint64_t number, unsigned flags);

/* Append or put @child, which the parent owns afterwards, or free it on failure. A NULL child (no
 * memory) is a failure. Both return 0 or -ENOMEM. */
int json_append(struct json_object *array, struct json_object *child);
int json_put(struct json_object *object, const char *key, struct json_object *child);

/* The text of an object or array, which the caller frees: valid JSON, whatever bytes the strings
 * have. A byte that is not UTF-8 becomes \ufffd, and a control character (see base/glyph.h) \u009b.
 * Returns NULL without memory. */
char *json_render(struct json_object *json);

/* Prints an array or an object and a newline, or nothing if it is empty. With JSON_HUMAN, prints
 * the only element of an array without the array. Returns 0 or -ENOMEM; tool_main() checks that the
 * output was written. */
int json_print(struct json_object *json, unsigned flags);

static inline void cleanup_json(struct json_object **json)
{
	json_object_put(*json);
}
#define AUTO_JSON CLEANUP(cleanup_json)
