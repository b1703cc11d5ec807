/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../util/json.h"
#include "../util/output.h"
#include "dimms.h"
#include "verbs.h"

static const char *output;
static bool json, human, only_index;
static struct dimm_options dimm_options;
static struct span span;

static const struct option options[] = {
	DIMM_OPTIONS(dimm_options),
	SPAN_OPTIONS(span),
	{'o', "output", OPT_TEXT, &output, "file", "file to write (default: standard output)"},
	{'j', "json", OPT_FLAG, &json, NULL, "print the labels as JSON"},
	{'u', "human", OPT_FLAG, &human, NULL, "print JSON with readable sizes"},
	{'I', "index", OPT_FLAG, &only_index, NULL, "read the two index blocks only"},
};

/* ---- what labels say ---- */

#define INDEX(object) ((const struct ndctl_label_index *)(object))
#define LABEL(object) ((const struct ndctl_label *)(object))

#define GETTER(name, member, expression)                                                           \
	static bool name(void *object, unsigned flags, union field_value *out)                     \
	{                                                                                          \
		out->member = (expression);                                                        \
		return true;                                                                       \
	}
GETTER(signature, text, INDEX(object)->signature)
GETTER(major, number, INDEX(object)->major)
GETTER(minor, number, INDEX(object)->minor)
GETTER(label_size, number, INDEX(object)->label_size)
GETTER(seq, integer, (int)INDEX(object)->seq)
GETTER(slots, integer, (int)INDEX(object)->slots)

static const struct field index_fields[] = {
	{"signature", FIELD_TEXT, 0, signature, "NAMESPACE_INDEX in a valid block"},
	{"major", FIELD_U64, 0, major, "major version"},
	{"minor", FIELD_U64, 0, minor, "minor version"},
	{"labelsize", FIELD_U64, 0, label_size, "bytes of a label"},
	{"seq", FIELD_INT, 0, seq,
		"sequence number (1, 2, 3, 1, ...): the later block is in force"},
	{"nslot", FIELD_INT, 0, slots, "number of slots"},
};

GETTER(name, text, LABEL(object)->name)
GETTER(slot, number, LABEL(object)->slot)
GETTER(position, number, LABEL(object)->position)
GETTER(labels, number, LABEL(object)->labels)
GETTER(label_flags, number, LABEL(object)->flags)
GETTER(cookie, number, LABEL(object)->cookie)
GETTER(sector_size, number, LABEL(object)->sector_size)
GETTER(address, number, LABEL(object)->address)
GETTER(size, number, LABEL(object)->size)

static bool uuid(void *object, unsigned flags, union field_value *out)
{
	memcpy(out->uuid, LABEL(object)->uuid, sizeof(out->uuid));
	return true;
}

static bool type(void *object, unsigned flags, union field_value *out)
{
	memcpy(out->uuid, LABEL(object)->type, sizeof(out->uuid));
	return LABEL(object)->has_guids;
}

static bool abstraction(void *object, unsigned flags, union field_value *out)
{
	memcpy(out->uuid, LABEL(object)->abstraction, sizeof(out->uuid));
	return LABEL(object)->has_guids;
}

static const struct field label_fields[] = {
	{"uuid", FIELD_UUID, 0, uuid, "uuid of the namespace"},
	{"name", FIELD_TEXT, 0, name, "name of the namespace"},
	{"slot", FIELD_U64, 0, slot, "slot of the label"},
	{"position", FIELD_U64, 0, position, "position of the DIMM in the interleave set"},
	{"nlabel", FIELD_U64, 0, labels, "number of labels of the namespace"},
	{"flags", FIELD_HEX, 0, label_flags, "1: read-only, 2: local, 8: being updated"},
	{"isetcookie", FIELD_HEX, 0, cookie, "cookie of the interleave set"},
	{"lbasize", FIELD_U64, 0, sector_size, "bytes of a sector"},
	{"dpa", FIELD_HEX, 0, address, "first byte on the DIMM"},
	{"rawsize", FIELD_SIZE, 0, size, "bytes on the DIMM"},
	{"type_guid", FIELD_UUID, 0, type, "type of memory (version 1.2)"},
	{"abstraction_guid", FIELD_UUID, 0, abstraction, "kind of claim (version 1.2)"},
};

static struct json_object *describe_indexes(struct ndctl_cmd *area, unsigned flags)
{
	AUTO_JSON struct json_object *array = json_object_new_array();
	struct ndctl_label_index index;

	for (unsigned i = 0; array && ndctl_cmd_cfg_read_get_index(area, i, &index) == 0; i++)
		if (json_append(array,
			    json_describe(index_fields, ARRAY_SIZE(index_fields), &index, flags)))
			return NULL;
	return TAKE(array);
}

/* Show free slots too if they look like a label. */
static struct json_object *describe_labels(struct ndctl_cmd *area, unsigned flags)
{
	AUTO_JSON struct json_object *array = json_object_new_array();
	struct ndctl_label label;

	for (unsigned i = 0; array && ndctl_cmd_cfg_read_get_label(area, i, &label) == 0; i++)
		if (label.slot == i &&
			json_append(array,
				json_describe(
					label_fields, ARRAY_SIZE(label_fields), &label, flags)))
			return NULL;
	return TAKE(array);
}

static struct json_object *describe(struct ndctl_dimm *dimm, struct ndctl_cmd *area)
{
	AUTO_JSON struct json_object *object = json_object_new_object();
	unsigned flags = human ? JSON_HUMAN : 0;

	if (!object ||
		json_put(object, "dev", json_object_new_string(ndctl_dimm_get_devname(dimm))) ||
		json_put(object, "index", describe_indexes(area, flags)))
		return NULL;
	if (!only_index && json_put(object, "label", describe_labels(area, flags)))
		return NULL;
	return TAKE(object);
}

/* ---- reading ---- */

/* Result of a read. Write it only after all has been read: if a read fails, an older file stays. */
struct result {
	struct json_object *array;
	FILE *bytes;
};

static struct ndctl_cmd *read_label_area(struct ndctl_dimm *dimm)
{
	if (only_index)
		return ndctl_dimm_read_label_index(dimm);
	if (json)
		return ndctl_dimm_read_labels(dimm);
	return ndctl_dimm_read_label_extent(dimm, (unsigned)span.size, (unsigned)span.offset);
}

static int copy_label_area(struct ndctl_cmd *area, FILE *out)
{
	unsigned size = (unsigned)ndctl_cmd_cfg_read_get_size(area);
	AUTO_FREE char *bytes = malloc(size + 1);

	if (!bytes)
		return -ENOMEM;
	/* Copy from the offset on, also of the index blocks. */
	ssize_t got = ndctl_cmd_cfg_read_get_data(area, bytes, size, (unsigned)span.offset);
	if (got > 0 && fwrite(bytes, 1, (size_t)got, out) < (size_t)got)
		return -ENOMEM;
	return got < 0 ? (int)got : 0;
}

static int read_dimm_labels(void *dimm, const void *data)
{
	const struct result *result = data;
	AUTO_CMD struct ndctl_cmd *area = read_label_area(dimm);

	if (!area)
		return -errno;
	return json ? json_append(result->array, describe(dimm, area))
		    : copy_label_area(area, result->bytes);
}

/* ---- writing what was read ---- */

static int write_json(struct json_object *array)
{
	AUTO_FREE char *text = json_render(array), *lines = NULL;

	if (!text || asprintf(&lines, "%s\n", text) < 0)
		return -ENOMEM;
	return output_write(output, 0666, lines, strlen(lines));
}

static int run_on(struct ndctl_ctx *ctx, const struct targets *targets)
{
	AUTO_JSON struct json_object *array = json_object_new_array();
	AUTO_FREE char *bytes = NULL;
	size_t size = 0;
	struct result result = {array, open_memstream(&bytes, &size)};

	if (!array || !result.bytes)
		return -ENOMEM;
	struct outcome outcome = targets_change(ctx, targets, read_dimm_labels, &result);
	if (fclose(result.bytes))
		return -ENOMEM;
	if (outcome.done) {
		int err = json ? write_json(array) : output_write(output, 0666, bytes, size);
		if (err)
			outcome = (struct outcome){.error = err};
	}
	return dimms_outcome(outcome, "read");
}

static int run(void *context, int count, char **args)
{
	AUTO_TARGETS struct targets targets = {0};

	json = json || human;
	if (only_index && span.size)
		return usage_error("--index and --size exclude each other");
	if (json && (span.size || span.offset))
		return usage_error("--json and --human exclude --size and --offset");
	int status = dimms_find(context, &dimm_options, count, args, &targets);
	return status ?: run_on(context, &targets);
}

const struct verb verb_read_labels = {
	.name = "read-labels",
	.summary = "read the label areas of DIMMs",
	.argument = "dimm",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.run = run,
};
