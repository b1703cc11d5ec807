/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../util/json.h"
#include "dimms.h"
#include "verbs.h"

static const char *output;
static bool json, human, only_index;

static const struct option options[] = {
	DIMM_OPTIONS,
	SPAN_OPTIONS,
	{'o', "output", OPT_TEXT, &output, "file", "write to this file, not to standard output"},
	{'j', "json", OPT_FLAG, &json, NULL, "tell what the labels say, as JSON"},
	{'u', "human", OPT_FLAG, &human, NULL, "the same, with sizes for people"},
	{'I', "index", OPT_FLAG, &only_index, NULL, "the two index blocks only"},
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
	{"signature", FIELD_TEXT, 0, signature, "NAMESPACE_INDEX if it is one"},
	{"major", FIELD_U64, 0, major, "version: the part before the point"},
	{"minor", FIELD_U64, 0, minor, "version: the part behind it"},
	{"labelsize", FIELD_U64, 0, label_size, "bytes of a label"},
	{"seq", FIELD_INT, 0, seq, "1, 2, 3, 1, ...: the later one is in force"},
	{"nslot", FIELD_INT, 0, slots, "how many labels there is room for"},
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
	{"uuid", FIELD_UUID, 0, uuid, "of the namespace"},
	{"name", FIELD_TEXT, 0, name, "of the namespace"},
	{"slot", FIELD_U64, 0, slot, "where the label is"},
	{"position", FIELD_U64, 0, position, "of the dimm in the interleave set"},
	{"nlabel", FIELD_U64, 0, labels, "how many labels describe the namespace"},
	{"flags", FIELD_HEX, 0, label_flags, "1: read-only, 2: local, 8: being updated"},
	{"isetcookie", FIELD_HEX, 0, cookie, "of the interleave set"},
	{"lbasize", FIELD_U64, 0, sector_size, "bytes of a sector"},
	{"dpa", FIELD_HEX, 0, address, "where in the dimm it begins"},
	{"rawsize", FIELD_SIZE, 0, size, "bytes of it in the dimm"},
	{"type_guid", FIELD_UUID, 0, type, "version 1.2: what kind of memory"},
	{"abstraction_guid", FIELD_UUID, 0, abstraction, "version 1.2: what claims it"},
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

/* What is in slots that are free is shown too, if it looks like a label. */
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

/* Everything is read before anything is written: a file with an older copy is left alone if the
 * labels cannot be read. */
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
	return ndctl_dimm_read_label_extent(
		dimm, (unsigned)dimm_span.size, (unsigned)dimm_span.offset);
}

static int copy_label_area(struct ndctl_cmd *area, FILE *out)
{
	unsigned size = (unsigned)ndctl_cmd_cfg_read_get_size(area);
	AUTO_FREE char *bytes = malloc(size + 1);

	if (!bytes)
		return -ENOMEM;
	/* Of the index blocks too, it is what comes from the offset on. */
	ssize_t got = ndctl_cmd_cfg_read_get_data(area, bytes, size, (unsigned)dimm_span.offset);
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

static int write_labels_to(const char *bytes, size_t size)
{
	bool standard = !output;

	errno = 0;
	FILE *file = standard ? stdout : fopen(output, "we");
	bool failed = !file || fwrite(bytes, 1, size, file) < size;
	if (file && !standard)
		failed = fclose(file) || failed;
	if (!failed || standard)
		return 0; /* standard output is checked by tool_main */
	int error = errno ?: EIO;
	say_error("%s cannot be written: %s", typed(output), strerror(error));
	return -error;
}

static int write_json(struct json_object *array)
{
	AUTO_FREE char *text = json_render(array), *lines = NULL;

	if (!text || asprintf(&lines, "%s\n", text) < 0)
		return -ENOMEM;
	return write_labels_to(lines, strlen(lines));
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
		int err = json ? write_json(array) : write_labels_to(bytes, size);
		if (err)
			outcome = (struct outcome){.error = err};
	}
	return dimms_outcome(outcome, "read");
}

static int run(void *context, int count, char **args)
{
	AUTO_TARGETS struct targets targets = {0};

	json = json || human;
	if (only_index && dimm_span.size)
		return usage_error("--index and --size exclude each other");
	if (json && (dimm_span.size || dimm_span.offset))
		return usage_error("JSON tells of the whole area: --size and --offset do not fit");
	int status = dimms_find(context, count, args, &targets);
	return status ?: run_on(context, &targets);
}

const struct verb verb_read_labels = {
	.name = "read-labels",
	.summary = "read the label areas of dimms",
	.argument = "dimm",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.run = run,
};
