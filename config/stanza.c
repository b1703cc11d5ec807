/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "stanza.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../util/size.h"
#include "../util/suggest.h"

/* Ranges are called by numbers, and nobody has so many. */
#define RANGES_MAX (1 << 16)

void stanza_mistake(struct stanza *stanza, const char *format, ...)
{
	AUTO_FREE char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	say_error(
		"%s:%zu: [%s]: %s", stanza->file, stanza->line, stanza->name, text ?: "a mistake");
	stanza->wrong = true;
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

static bool read_uuid(const char *text, struct stanza *stanza)
{
	return uuid_parse(text, stanza->uuid) == 0 && !uuid_is_null(stanza->uuid);
}

static bool read_mode(const char *text, struct stanza *stanza)
{
	for (size_t i = 0; i < ARRAY_SIZE(mode_names); i++)
		if (strcmp(text, mode_names[i]) == 0) {
			stanza->mode = (enum daxctl_dev_mode)i;
			return true;
		}
	return false;
}

static bool read_bool(const char *text, bool *value)
{
	*value = strcasecmp(text, "true") == 0;
	return *value || strcasecmp(text, "false") == 0;
}

static bool read_online(const char *text, struct stanza *stanza)
{
	return read_bool(text, &stanza->online);
}

static bool read_movable(const char *text, struct stanza *stanza)
{
	return read_bool(text, &stanza->movable);
}

static bool read_memmap(const char *text, struct stanza *stanza)
{
	return read_bool(text, &stanza->memmap);
}

static bool read_map(const char *text, struct stanza *stanza)
{
	return strcmp(text, "none") == 0;
}

static bool read_bytes(const char *text, uint64_t *bytes)
{
	return *text >= '0' && *text <= '9' && parse_size(text, bytes) == 0 && *bytes > 0;
}

static bool stanza_read_size(const char *text, struct stanza *stanza)
{
	return read_bytes(text, &stanza->size);
}

static bool stanza_read_align(const char *text, struct stanza *stanza)
{
	return read_bytes(text, &stanza->align) && (stanza->align & (stanza->align - 1)) == 0 &&
		stanza->align <= LONG_MAX;
}

static bool read_node(const char *text, struct stanza *stanza)
{
	char *end;

	errno = 0;
	stanza->target_node = strtoul(text, &end, 10);
	return *text >= '0' && *text <= '9' && !*end && !errno && stanza->target_node <= INT_MAX;
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

static bool read_region_range(const char *text, struct stanza *stanza)
{
	return read_range(text, &stanza->region_range);
}

/* As list -R shows it, or as the kernel does. */
static bool read_path(const char *text, struct stanza *stanza)
{
	static const char prefix[] = "/sys/devices";

	if (strncmp(text, prefix, strlen(prefix)) == 0)
		text += strlen(prefix);
	free(stanza->region_path);
	stanza->region_path = strdup(text);
	return *text == '/' && text[1] && stanza->region_path;
}

/* ---- keys ---- */

#define BOTH (STANZA_RECONFIGURE | STANZA_CREATE)

static const struct key {
	const char *name;
	unsigned kinds; /* enum stanza_kind */
	enum stanza_key key;
	bool (*read)(const char *text, struct stanza *stanza);
	const char *expected;
} keys[] = {
	{"nvdimm.uuid", STANZA_RECONFIGURE, KEY_UUID, read_uuid,
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
	{"map", STANZA_RECONFIGURE, KEY_MAP, read_map, "none"},
	{"align", BOTH, KEY_ALIGN, stanza_read_align, "an alignment such as 4K, 2M or 1G"},
	{"size", STANZA_CREATE, KEY_SIZE, stanza_read_size, "a size such as 64M or 2G"},
};

#define RANGE_PREFIX "range."

/* Ranges come in any order; those that are missing are found at the end, being empty. */
static void read_numbered(struct stanza *stanza, const char *key, const char *value)
{
	const char *digits = key + strlen(RANGE_PREFIX);
	char *end;
	unsigned long number = strtoul(digits, &end, 10);

	if (*digits < '1' || *digits > '9' || *end || number > RANGES_MAX) {
		stanza_mistake(stanza, "%s: ranges are called range.1, range.2 and so on", key);
		return;
	}
	if (number > stanza->range_count) {
		struct daxctl_range *ranges = reallocarray(stanza->ranges, number, sizeof(*ranges));
		if (!ranges) {
			stanza_mistake(stanza, "%s: %s", key, strerror(ENOMEM));
			return;
		}
		memset(ranges + stanza->range_count, 0,
			(number - stanza->range_count) * sizeof(*ranges));
		stanza->ranges = ranges;
		stanza->range_count = number;
	}
	stanza->given |= KEY_RANGES;
	if (!read_range(value, &stanza->ranges[number - 1]))
		stanza_mistake(stanza,
			"%s: '%s' is not a range of addresses such as 0x100000000-0x17fffffff", key,
			value);
}

static void suggest_key(const struct stanza *stanza, const char *key)
{
	struct suggestion near = {.word = key};

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (keys[i].kinds & stanza->kind)
			suggest_offer(&near, keys[i].name);
	if (near.name)
		say_hint("did you mean %s?", near.name);
}

void stanza_read_key(struct stanza *stanza, const char *key, const char *value)
{
	if (stanza->kind == STANZA_CREATE &&
		strncmp(key, RANGE_PREFIX, strlen(RANGE_PREFIX)) == 0) {
		read_numbered(stanza, key, value);
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (strcmp(keys[i].name, key) != 0 || !(keys[i].kinds & stanza->kind))
			continue;
		stanza->given |= keys[i].key;
		if (!keys[i].read(value, stanza))
			stanza_mistake(stanza, "%s: '%s' is not %s", key, value, keys[i].expected);
		return;
	}
	stanza_mistake(stanza, "%s: there is no such key", key);
	suggest_key(stanza, key);
}

/* ---- what a stanza as a whole says ---- */

static void check_identity(struct stanza *stanza)
{
	bool create = stanza->kind == STANZA_CREATE;

	if (stanza->given & (KEY_REGION_RANGE | KEY_REGION_PATH | KEY_UUID)) {
		if (stanza->given & KEY_UUID && stanza->given & KEYS_REGION)
			stanza_mistake(stanza,
				"nvdimm.uuid says which device it is, and no key of a region belongs beside it");
		return;
	}
	stanza_mistake(stanza, "%sregion.range or region.path is missing",
		create					  ? ""
			: stanza->given & KEY_TARGET_NODE ? "beside region.target_node, "
							  : "nvdimm.uuid, ");
}

static void check_map(struct stanza *stanza)
{
	if (stanza->kind == STANZA_CREATE)
		return;
	if (!(stanza->given & KEY_MAP)) {
		if (stanza->given & KEY_ALIGN)
			stanza_mistake(stanza,
				"align: the device has the alignment of its namespace, unless map is none");
		return;
	}
	if (!(stanza->given & KEY_UUID))
		stanza_mistake(stanza, "map: that is for namespaces: nvdimm.uuid is missing");
	if (!(stanza->given & KEY_MODE))
		stanza->mode = DAXCTL_DEV_MODE_DEVDAX;
	else if (stanza->mode != DAXCTL_DEV_MODE_DEVDAX)
		stanza_mistake(stanza, "mode: without a page map only devdax is possible");
}

static uint64_t length(const struct daxctl_range *range)
{
	return range->end - range->start + 1;
}

static void check_stanza_ranges(struct stanza *stanza)
{
	uint64_t total = 0;

	for (size_t i = 0; i < stanza->range_count; i++) {
		const struct daxctl_range *range = &stanza->ranges[i];
		if (!range->end) {
			stanza_mistake(stanza, "range.%zu is missing", i + 1);
			return;
		}
		for (size_t j = 0; j < i; j++)
			if (range->start <= stanza->ranges[j].end &&
				stanza->ranges[j].start <= range->end) {
				stanza_mistake(
					stanza, "range.%zu: it overlaps range.%zu", i + 1, j + 1);
				return;
			}
		total += length(range);
	}
	if (stanza->range_count && stanza->given & KEY_SIZE && total != stanza->size)
		stanza_mistake(stanza, "size: the ranges have %llu bytes in all",
			(unsigned long long)total);
	if (stanza->range_count)
		stanza->size = total;
}

void stanza_check(struct stanza *stanza)
{
	check_identity(stanza);
	check_map(stanza);
	check_stanza_ranges(stanza);
}
