/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "section.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../util/size.h"
#include "../util/suggest.h"

/* The highest number of a range. */
#define RANGES_MAX (1 << 16)

void section_mistake(struct section *section, const char *format, ...)
{
	AUTO_FREE char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	say_error("%s:%zu: [%s]: %s", section->file, section->line, section->name,
		text ?: strerror(ENOMEM));
	section->wrong = true;
}

/* ---- values ---- */

static const char *const mode_names[] = {
	[DAXCTL_DEV_MODE_DEVDAX] = "devdax",
	[DAXCTL_DEV_MODE_RAM] = "system-ram",
	[DAXCTL_DEV_MODE_FAMFS] = "famfs",
};

struct range_text config_range(const struct daxctl_range *range)
{
	struct range_text range_text;

	snprintf(range_text.text, sizeof(range_text.text), "%#llx-%#llx", range->start, range->end);
	return range_text;
}

const char *config_mode_name(enum daxctl_dev_mode mode)
{
	return mode >= 0 && mode < (int)ARRAY_SIZE(mode_names) ? mode_names[mode] : NULL;
}

static bool read_uuid(const char *text, struct section *section)
{
	return uuid_parse(text, section->uuid) == 0 && !uuid_is_null(section->uuid);
}

static bool read_mode(const char *text, struct section *section)
{
	for (size_t i = 0; i < ARRAY_SIZE(mode_names); i++)
		if (strcmp(text, mode_names[i]) == 0) {
			section->mode = (enum daxctl_dev_mode)i;
			return true;
		}
	return false;
}

static bool read_bool(const char *text, bool *value)
{
	*value = strcasecmp(text, "true") == 0;
	return *value || strcasecmp(text, "false") == 0;
}

static bool read_online(const char *text, struct section *section)
{
	return read_bool(text, &section->online);
}

static bool read_movable(const char *text, struct section *section)
{
	return read_bool(text, &section->movable);
}

static bool read_memmap(const char *text, struct section *section)
{
	return read_bool(text, &section->memmap);
}

static bool read_map(const char *text, struct section *section)
{
	return strcmp(text, "none") == 0;
}

static bool read_bytes(const char *text, uint64_t *bytes)
{
	return *text >= '0' && *text <= '9' && parse_size(text, bytes) == 0 && *bytes > 0;
}

static bool section_read_size(const char *text, struct section *section)
{
	return read_bytes(text, &section->size);
}

static bool section_read_align(const char *text, struct section *section)
{
	return read_bytes(text, &section->align) && (section->align & (section->align - 1)) == 0 &&
		section->align <= LONG_MAX;
}

static bool read_node(const char *text, struct section *section)
{
	char *end;

	errno = 0;
	section->target_node = strtoul(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && !errno && section->target_node <= INT_MAX;
}

static bool read_address(const char **text, unsigned long long *address)
{
	char *end;

	if (**text < '0' || **text > '9')
		return false;
	errno = 0;
	*address = strtoull(*text, &end, strncasecmp(*text, "0x", 2) == 0 ? 16 : 10);
	*text = end + strspn(end, " \t");
	return errno == 0;
}

static bool read_range(const char *text, struct daxctl_range *range)
{
	if (!read_address(&text, &range->start) || *text != '-')
		return false;
	text += 1 + strspn(text + 1, " \t");
	return read_address(&text, &range->end) && !*text && range->start < range->end &&
		range->end != ULLONG_MAX;
}

static bool read_region_range(const char *text, struct section *section)
{
	return read_range(text, &section->region_range);
}

/* Accept the path of list -R and the one in sysfs. */
static bool read_path(const char *text, struct section *section)
{
	static const char prefix[] = "/sys/devices";

	if (strncmp(text, prefix, strlen(prefix)) == 0)
		text += strlen(prefix);
	free(section->region_path);
	section->region_path = strdup(text);
	return *text == '/' && text[1] && section->region_path;
}

/* ---- keys ---- */

#define BOTH (SECTION_RECONFIGURE | SECTION_CREATE)

static const struct key {
	const char *name;
	unsigned kinds; /* enum section_kind */
	enum section_key key;
	bool (*read)(const char *text, struct section *section);
	const char *expected;
} keys[] = {
	{"nvdimm.uuid", SECTION_RECONFIGURE, KEY_UUID, read_uuid,
		"the uuid of a namespace (ndctl list shows it)"},
	{"region.range", BOTH, KEY_REGION_RANGE, read_region_range,
		"a range of addresses such as 0x100000000-0x17fffffff"},
	{"region.path", BOTH, KEY_REGION_PATH, read_path,
		"the path of a region (daxctl list -R shows it)"},
	{"region.target_node", BOTH, KEY_TARGET_NODE, read_node, "the number of a NUMA node"},
	{"mode", BOTH, KEY_MODE, read_mode, "system-ram, devdax or famfs"},
	{"online", BOTH, KEY_ONLINE, read_online, "true or false"},
	{"movable", BOTH, KEY_MOVABLE, read_movable, "true or false"},
	{"memmap_on_memory", BOTH, KEY_MEMMAP, read_memmap, "true or false"},
	{"map", SECTION_RECONFIGURE, KEY_MAP, read_map, "none"},
	{"align", BOTH, KEY_ALIGN, section_read_align, "an alignment such as 4K, 2M or 1G"},
	{"size", SECTION_CREATE, KEY_SIZE, section_read_size, "a size such as 64M or 2G"},
};

#define RANGE_PREFIX "range."

/* Store a range under its number, in any order; check_section_ranges() finds missing ones. */
static void read_numbered(struct section *section, const char *key, const char *value)
{
	const char *digits = key + strlen(RANGE_PREFIX);
	char *end;
	unsigned long number = strtoul(digits, &end, 10);

	if (*digits < '1' || *digits > '9' || *end || number > RANGES_MAX) {
		section_mistake(
			section, "%s: unknown range: must be range.1, range.2 and so on", key);
		return;
	}
	if (number > section->range_count) {
		struct daxctl_range *ranges =
			reallocarray(section->ranges, number, sizeof(*ranges));
		if (!ranges) {
			section_mistake(section, "%s: %s", key, strerror(ENOMEM));
			return;
		}
		memset(ranges + section->range_count, 0,
			(number - section->range_count) * sizeof(*ranges));
		section->ranges = ranges;
		section->range_count = number;
	}
	section->given |= KEY_RANGES;
	if (!read_range(value, &section->ranges[number - 1]))
		section_mistake(section,
			"%s: '%s' is not a range of addresses such as 0x100000000-0x17fffffff", key,
			value);
}

static void suggest_key(const struct section *section, const char *key)
{
	struct suggestion near = {.word = key};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (keys[i].kinds & section->kind)
			suggest_offer(&near, keys[i].name);
	if (near.name)
		say_hint("did you mean %s?", near.name);
}

void section_read_key(struct section *section, const char *key, const char *value)
{
	if (section->kind == SECTION_CREATE &&
		strncmp(key, RANGE_PREFIX, strlen(RANGE_PREFIX)) == 0) {
		read_numbered(section, key, value);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (strcmp(keys[i].name, key) != 0 || !(keys[i].kinds & section->kind))
			continue;
		section->given |= keys[i].key;
		if (!keys[i].read(value, section))
			section_mistake(
				section, "%s: '%s' is not %s", key, value, keys[i].expected);
		return;
	}
	section_mistake(section, "%s: unknown key", key);
	suggest_key(section, key);
}

/* ---- the section as a whole ---- */

static void check_identity(struct section *section)
{
	if (section->given & KEY_UUID && section->given & KEYS_REGION)
		section_mistake(
			section, "nvdimm.uuid names the device: remove the keys of a region");
	if (section->given & (KEY_REGION_RANGE | KEY_REGION_PATH | KEY_UUID))
		return;
	if (section->kind == SECTION_CREATE)
		section_mistake(section, "region.range or region.path is missing");
	else if (section->given & KEY_TARGET_NODE)
		section_mistake(section,
			"region.target_node needs region.range or region.path, which is missing");
	else
		section_mistake(section, "nvdimm.uuid, region.range or region.path is missing");
}

static void check_map(struct section *section)
{
	if (section->kind == SECTION_CREATE)
		return;
	if (!(section->given & KEY_MAP)) {
		if (section->given & KEY_ALIGN)
			section_mistake(section,
				"align: needs map = none: otherwise the namespace decides the alignment");
		return;
	}
	if (!(section->given & KEY_UUID))
		section_mistake(
			section, "map: needs the uuid of a namespace: nvdimm.uuid is missing");
	if (!(section->given & KEY_MODE))
		section->mode = DAXCTL_DEV_MODE_DEVDAX;
	else if (section->mode != DAXCTL_DEV_MODE_DEVDAX)
		section_mistake(section, "mode: must be devdax with map = none");
}

static int by_start(const void *a, const void *b)
{
	const struct daxctl_range *one = *(const struct daxctl_range *const *)a;
	const struct daxctl_range *other = *(const struct daxctl_range *const *)b;

	if (one->start != other->start)
		return one->start < other->start ? -1 : 1;
	return one < other ? -1 : 1;
}

/* Sorted by their starts, ranges that overlap are beside each other. */
static void check_overlap(struct section *section)
{
	size_t count = section->range_count;
	AUTO_FREE const struct daxctl_range **sorted = calloc(count ?: 1, sizeof(*sorted));

	if (!sorted) {
		section_mistake(section, "%s", strerror(ENOMEM));
		return;
	}
	for (size_t i = 0; i < count; i++)
		sorted[i] = &section->ranges[i];
	qsort(sorted, count, sizeof(*sorted), by_start);
	for (size_t i = 1; i < count; i++) {
		size_t one = (size_t)(sorted[i - 1] - section->ranges);
		size_t other = (size_t)(sorted[i] - section->ranges);
		if (sorted[i]->start > sorted[i - 1]->end)
			continue;
		section_mistake(section, "range.%zu overlaps range.%zu",
			(one > other ? one : other) + 1, (one > other ? other : one) + 1);
		return;
	}
}

static void check_section_ranges(struct section *section)
{
	uint64_t total = 0;

	for (size_t i = 0; i < section->range_count; i++) {
		const struct daxctl_range *range = &section->ranges[i];
		if (!range->end) {
			section_mistake(section, "range.%zu is missing", i + 1);
			return;
		}
		total += range->end - range->start + 1;
	}
	if (section->range_count && section->given & KEY_SIZE && total != section->size)
		section_mistake(section, "size: must be the total of the ranges, %llu bytes",
			(unsigned long long)total);
	check_overlap(section);
	if (section->range_count)
		section->size = total;
}

void section_check(struct section *section)
{
	check_identity(section);
	check_map(section);
	check_section_ranges(section);
}
