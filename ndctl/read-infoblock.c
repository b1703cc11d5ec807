/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../util/json.h"
#include "../util/output.h"
#include "../util/verb.h"
#include "find.h"
#include "verbs.h"

static struct filters filters;
static int verbose;
static const char *output, *input;
static bool verify, as_json, human;

static const struct option options[] = {
	{'b', "bus", OPT_TEXT, &filters.bus, "bus",
		"only on this bus, by number, name or provider"},
	{'r', "region", OPT_TEXT, &filters.region, "region", "only in this region"},
	{'v', "verbose", OPT_COUNT, &verbose, NULL, "print each step"},
	{'o', "output", OPT_TEXT, &output, "file", "file to write (default: standard output)"},
	{'i', "input", OPT_TEXT, &input, "file",
		"file to read instead of a namespace (default without a namespace: standard input)"},
	{'V', "verify", OPT_FLAG, &verify, NULL,
		"omit blocks with a wrong checksum or of another namespace from the JSON"},
	{'j', "json", OPT_FLAG, &as_json, NULL, "print the fields as JSON"},
	{'u', "human", OPT_FLAG, &human, NULL, "print JSON with hexadecimal numbers"},
};

/* ---- JSON ---- */

/* An info block, and where it was read. */
struct view {
	struct ndctl_infoblock info;
	const char *source; /* name of a namespace or file */
	bool is_file;
};

static bool source_dev(void *object, unsigned flags, union field_value *out)
{
	const struct view *view = object;

	out->text = view->source;
	return !view->is_file;
}

static bool source_file(void *object, unsigned flags, union field_value *out)
{
	const struct view *view = object;

	out->text = view->source;
	return view->is_file;
}

static bool signature(void *object, unsigned flags, union field_value *out)
{
	out->text = ndctl_infoblock_get_signature(&((const struct view *)object)->info);
	return true;
}

static bool uuid(void *object, unsigned flags, union field_value *out)
{
	uuid_copy(out->uuid, ((const struct view *)object)->info.uuid);
	return true;
}

static bool parent_uuid(void *object, unsigned flags, union field_value *out)
{
	uuid_copy(out->uuid, ((const struct view *)object)->info.parent_uuid);
	return true;
}

static bool version(void *object, unsigned flags, union field_value *out)
{
	static char text[16];
	const struct ndctl_infoblock *info = &((const struct view *)object)->info;

	snprintf(text, sizeof(text), "%llu.%llu", info->version_major, info->version_minor);
	out->text = text;
	return true;
}

/* Kinds of blocks that have a number. */
enum { BTT = 1 << NDCTL_INFOBLOCK_BTT, MAP = 1 << NDCTL_INFOBLOCK_PFN | 1 << NDCTL_INFOBLOCK_DAX };

#define NUMBER(member, kinds)                                                                      \
	static bool member(void *object, unsigned flags, union field_value *out)                   \
	{                                                                                          \
		const struct view *view = object;                                                  \
                                                                                                   \
		out->number = view->info.member;                                                   \
		return (kinds) >> view->info.kind & 1;                                             \
	}

NUMBER(flags, BTT | MAP)
NUMBER(external_lbasize, BTT)
NUMBER(external_nlba, BTT)
NUMBER(internal_lbasize, BTT)
NUMBER(internal_nlba, BTT)
NUMBER(nfree, BTT)
NUMBER(infosize, BTT)
NUMBER(nextoff, BTT)
NUMBER(dataoff, BTT | MAP)
NUMBER(mapoff, BTT)
NUMBER(logoff, BTT)
NUMBER(info2off, BTT)
NUMBER(npfns, MAP)
NUMBER(mode, MAP)
NUMBER(start_pad, MAP)
NUMBER(end_trunc, MAP)
NUMBER(align, MAP)
NUMBER(page_size, MAP)
NUMBER(page_struct_size, MAP)

static const struct field fields[] = {
	{"dev", FIELD_TEXT, 0, source_dev, "namespace that it is on"},
	{"file", FIELD_TEXT, 0, source_file, "file that it is in"},
	{"signature", FIELD_TEXT, 0, signature, "kind of block"},
	{"uuid", FIELD_UUID, 0, uuid, "uuid of the content"},
	{"parent_uuid", FIELD_UUID, 0, parent_uuid, "uuid of the namespace, zeros without labels"},
	{"flags", FIELD_HEX, 0, flags, "1: the kernel found the btt damaged"},
	{"version", FIELD_TEXT, 0, version, "version of the format"},
	{"external_lbasize", FIELD_U64, 0, external_lbasize, "bytes of a sector (btt)"},
	{"external_nlba", FIELD_U64, 0, external_nlba, "sectors (btt)"},
	{"internal_lbasize", FIELD_U64, 0, internal_lbasize, "bytes that a sector occupies (btt)"},
	{"internal_nlba", FIELD_U64, 0, internal_nlba, "blocks for sectors (btt)"},
	{"nfree", FIELD_U64, 0, nfree, "free blocks (btt)"},
	{"infosize", FIELD_U64, 0, infosize, "bytes of the info block (btt)"},
	{"nextoff", FIELD_HEX, 0, nextoff, "offset of the next arena, 0 in the last (btt)"},
	{"dataoff", FIELD_HEX, 0, dataoff, "offset of the data"},
	{"mapoff", FIELD_HEX, 0, mapoff, "offset of the map (btt)"},
	{"logoff", FIELD_HEX, 0, logoff, "offset of the log (btt)"},
	{"info2off", FIELD_HEX, 0, info2off, "offset of the copy of the info block (btt)"},
	{"npfns", FIELD_HEX, 0, npfns, "pages of data (fsdax, devdax)"},
	{"mode", FIELD_U64, 0, mode, "struct pages: 1 in RAM, 2 on the device (fsdax, devdax)"},
	{"start_pad", FIELD_HEX, 0, start_pad, "unused bytes at the start (fsdax, devdax)"},
	{"end_trunc", FIELD_HEX, 0, end_trunc, "unused bytes at the end (fsdax, devdax)"},
	{"align", FIELD_HEX, 0, align, "alignment of mappings, since version 1.2 (fsdax, devdax)"},
	{"page_size", FIELD_HEX, 0, page_size, "bytes of a page, since version 1.4"},
	{"page_struct_size", FIELD_HEX, 0, page_struct_size,
		"bytes of a struct page, since version 1.4"},
};

/* ---- reading ---- */

/* Result of a read. Write it only after all has been read: the file may be the input, or an older
 * copy. */
struct reading {
	struct json_object *array;
	char *areas; /* raw bytes */
	size_t size;
	unsigned flags;
};

static void reading_deinit(struct reading *reading)
{
	json_object_put(reading->array);
	free(reading->areas);
}

static int reading_init(struct reading *reading)
{
	reading->flags = human ? JSON_HUMAN : 0;
	reading->array = json_object_new_array();
	return reading->array ? 0 : -ENOMEM;
}

static int keep_area(struct reading *reading, const char *area)
{
	char *areas = realloc(reading->areas, reading->size + NDCTL_INFOBLOCK_AREA);

	if (!areas)
		return -ENOMEM;
	memcpy(areas + reading->size, area, NDCTL_INFOBLOCK_AREA);
	reading->areas = areas;
	reading->size += NDCTL_INFOBLOCK_AREA;
	return 0;
}

/* Return whether the kernel accepts the block: it is intact and belongs to this namespace. */
static bool is_good(const struct view *view, const unsigned char *parent)
{
	if (!view->info.intact)
		say_note("%s: %s: wrong checksum", view->source,
			ndctl_infoblock_get_signature(&view->info));
	else if (parent && uuid_compare(view->info.parent_uuid, parent) != 0)
		say_note("%s: %s: the block belongs to another namespace (parent uuid)",
			view->source, ndctl_infoblock_get_signature(&view->info));
	else
		return true;
	return false;
}

static int add_block(
	struct reading *reading, const char *block, struct view *view, const unsigned char *parent)
{
	if (ndctl_infoblock_parse(block, &view->info))
		return 0;
	if (verify && !is_good(view, parent))
		return 0;
	return json_append(
		reading->array, json_describe(fields, ARRAY_SIZE(fields), view, reading->flags));
}

static bool is_btt(const char *block)
{
	struct ndctl_infoblock info;

	return ndctl_infoblock_parse(block, &info) == 0 && info.kind == NDCTL_INFOBLOCK_BTT;
}

/* Take the blocks of an area. @parent: uuid of the label, NULL if there is none. */
static int take(
	struct reading *reading, const char *area, struct view *view, const unsigned char *parent)
{
	const char *behind = area + NDCTL_INFOBLOCK_SIZE;
	int err = 0;

	/* Print blocks of a btt first; look only for them at the very start. */
	if (is_btt(behind))
		err = add_block(reading, behind, view, parent);
	if (is_btt(area))
		err = err ?: add_block(reading, area, view, parent);
	if (!is_btt(behind))
		err = err ?: add_block(reading, behind, view, parent);
	return err ?: keep_area(reading, area);
}

static int read_namespace(void *object, const void *data)
{
	struct reading *reading = *(struct reading *const *)data;
	struct view view = {.source = ndctl_namespace_get_devname(object)};
	char area[NDCTL_INFOBLOCK_AREA];
	uuid_t parent;
	int err = ndctl_namespace_read_infoblock(object, area);

	if (err)
		return err;
	ndctl_namespace_get_uuid(object, parent);
	return take(reading, area, &view, uuid_is_null(parent) ? NULL : parent);
}

static int read_info_blocks(int fd, char *area)
{
	for (size_t done = 0; done < NDCTL_INFOBLOCK_AREA;) {
		ssize_t now = read(fd, area + done, NDCTL_INFOBLOCK_AREA - done);
		if (now <= 0)
			return now ? -errno : -EIO;
		done += (size_t)now;
	}
	return 0;
}

static int read_file_blocks(struct reading *reading)
{
	struct view view = {.source = input ?: "<stdin>", .is_file = true};
	char area[NDCTL_INFOBLOCK_AREA];
	int fd = input ? open(input, O_RDONLY | O_CLOEXEC) : STDIN_FILENO;
	int err = fd < 0 ? -errno : read_info_blocks(fd, area);

	if (input && fd >= 0)
		close(fd);
	if (err == -EIO)
		say_error("%s: too short: info blocks take %d bytes", view.source,
			NDCTL_INFOBLOCK_AREA);
	else if (err)
		say_error("%s: cannot be read: %s", typed(view.source), strerror(-err));
	return err ?: take(reading, area, &view, NULL);
}

static struct outcome read_infoblock_file(struct reading *reading)
{
	int err = read_file_blocks(reading);

	return (struct outcome){.done = !err, .error = err};
}

static int print_reading(const struct reading *reading)
{
	AUTO_FREE char *text = NULL, *lines = NULL;

	if (!as_json && !human)
		return output_write(output, 0666, reading->areas, reading->size);
	if (json_object_array_length(reading->array) == 0) {
		say_note("no info block found");
		text = strdup("[\n]");
	} else {
		text = json_render(reading->array);
	}
	if (!text || asprintf(&lines, "%s\n", text) < 0)
		return -ENOMEM;
	return output_write(output, 0666, lines, strlen(lines));
}

static int run(void *context, int count, char **args)
{
	AUTO_TARGETS struct targets targets = {0};
	struct outcome outcome = {0};
	CLEANUP(reading_deinit) struct reading reading = {0};
	const struct reading *pointer = &reading;
	int err;

	if (input && count)
		return usage_error("a namespace and --input exclude each other");
	err = targets_namespaces(context, &filters, count, args, &targets);
	if (err > 0)
		return err;
	tell_steps(context, verbose > 0);
	if (!err)
		err = reading_init(&reading);
	if (!err)
		outcome = count ? targets_change(context, &targets, read_namespace, &pointer)
				: read_infoblock_file(&reading);
	if (outcome.done)
		err = print_reading(&reading);
	say_count("read", outcome.done, "infoblock");
	return err ?: outcome.error;
}

const struct verb verb_read_infoblock = {
	.name = "read-infoblock",
	.summary = "read the info blocks of namespaces",
	.argument = "namespace",
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.run = run,
};
