/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <base/glyph.h>

#include "size.h"

/* U+FFFD replaces bytes that are not UTF-8. */
#define REPLACEMENT 0xfffdU

struct json_object *json_number(enum field_type type, uint64_t number, unsigned flags)
{
	bool human = flags & JSON_HUMAN;
	char text[32];

	if (human && type == FIELD_SIZE && number >= SIZE_UNITS_FROM)
		return json_object_new_string(size_human(number).text);
	if (human && type == FIELD_HEX) {
		/* The # flag prints zero without 0x. */
		snprintf(text, sizeof(text), "%#" PRIx64, number);
		return json_object_new_string(text);
	}
	return json_object_new_uint64(number);
}

static struct json_object *uuid_string(const uuid_t uuid)
{
	char text[UUID_STR_LEN];

	uuid_unparse_lower(uuid, text);
	return json_object_new_string(text);
}

static struct json_object *field_json(
	enum field_type type, const union field_value *value, unsigned flags)
{
	switch (type) {
	case FIELD_TEXT:
		return json_object_new_string(value->text);
	case FIELD_BOOL:
		return json_object_new_boolean(value->flag);
	case FIELD_INT:
		return json_object_new_int64(value->integer);
	case FIELD_U64:
	case FIELD_SIZE:
	case FIELD_HEX:
		return json_number(type, value->number, flags);
	case FIELD_REAL:
		return json_object_new_double(value->real);
	case FIELD_UUID:
		return uuid_string(value->uuid);
	case FIELD_JSON:
		return value->json;
	}
	return NULL;
}

int json_put(struct json_object *object, const char *key, struct json_object *child)
{
	if (!child)
		return -ENOMEM;
	if (json_object_object_add(object, key, child) == 0)
		return 0;
	json_object_put(child);
	return -ENOMEM;
}

int json_append(struct json_object *array, struct json_object *child)
{
	if (!child)
		return -ENOMEM;
	if (json_object_array_add(array, child) == 0)
		return 0;
	json_object_put(child);
	return -ENOMEM;
}

struct json_object *json_describe(
	const struct field *fields, size_t count, void *object, unsigned flags)
{
	AUTO_JSON struct json_object *json = json_object_new_object();

	for (const struct field *field = fields; json && field < fields + count; field++) {
		union field_value value = {.number = 0};

		if ((field->when & flags) != field->when || !field->get(object, flags, &value))
			continue;
		if (json_put(json, field->key, field_json(field->type, &value, flags)))
			return NULL;
	}
	return TAKE(json);
}

static size_t length_of(const struct json_object *json)
{
	return json_object_is_type(json, json_type_array) ? json_object_array_length(json)
							  : (size_t)json_object_object_length(json);
}

/* Escape what json-c copies unchanged: it escapes only C0 in strings. Only strings contain bytes
 * beyond ASCII. */
static void write_valid(FILE *out, const char *text)
{
	for (struct glyph glyph; *text; text += glyph.length) {
		glyph = glyph_first(text);
		if (glyph.plain || *text == '\n')
			fwrite(text, 1, glyph.length, out);
		else
			fprintf(out, "\\u%04x", glyph.valid ? (unsigned)glyph.code : REPLACEMENT);
	}
}

char *json_render(struct json_object *json)
{
	const char *text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PRETTY);
	char *valid = NULL;
	size_t size;
	FILE *out = text ? open_memstream(&valid, &size) : NULL;

	if (!out)
		return NULL;
	write_valid(out, text);
	if (fclose(out) == 0)
		return valid;
	free(valid);
	return NULL;
}

int json_print(struct json_object *json, unsigned flags)
{
	bool array = json_object_is_type(json, json_type_array);
	AUTO_FREE char *text = NULL;

	if (length_of(json) == 0)
		return 0;
	if ((flags & JSON_HUMAN) && array && length_of(json) == 1)
		json = json_object_array_get_idx(json, 0);
	text = json_render(json);
	if (!text)
		return -ENOMEM;
	puts(text);
	return 0;
}
