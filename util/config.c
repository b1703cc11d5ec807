/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <iniparser/iniparser.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "ini.h"
#include "say.h"
#include "size.h"

/* A stanza has 300 bytes. */
#define FILE_MAX (4 << 20)

static void stanza_free(struct stanza *stanza)
{
	free(stanza->file);
	free(stanza->name);
	free(stanza->region_path);
	free(stanza->ranges);
	free(stanza);
}

void config_free(struct config *config)
{
	while (config && config->stanzas) {
		struct stanza *stanza = config->stanzas;
		config->stanzas = stanza->next;
		stanza_free(stanza);
	}
	free(config);
}

static void cleanup_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static void cleanup_dictionary(dictionary **dictionary)
{
	if (*dictionary)
		iniparser_freedict(*dictionary);
}

/* "FILE: [NAME]: sentence" */
static PRINTF(2, 3) void mistake(struct stanza *stanza, const char *format, ...)
{
	AUTO_FREE char *text = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	va_end(args);
	say_error("%s: [%s]: %s", stanza->file, stanza->name, text ?: "a mistake");
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

static bool read_size(const char *text, struct stanza *stanza)
{
	return read_bytes(text, &stanza->size);
}

static bool read_align(const char *text, struct stanza *stanza)
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
	{"align", BOTH, KEY_ALIGN, read_align, "an alignment such as 4K, 2M or 1G"},
	{"size", STANZA_CREATE, KEY_SIZE, read_size, "a size such as 64M or 2G"},
};

#define RANGE_PREFIX "range."

/* Ranges come in any order; those that are missing are found at the end, being empty. */
static void read_numbered(struct stanza *stanza, const char *key, const char *value)
{
	const char *digits = key + strlen(RANGE_PREFIX);
	char *end;
	unsigned long number = strtoul(digits, &end, 10);

	if (*digits < '1' || *digits > '9' || *end || number > FILE_MAX / strlen(RANGE_PREFIX)) {
		mistake(stanza, "%s: ranges are called range.1, range.2 and so on", key);
		return;
	}
	if (number > stanza->range_count) {
		struct daxctl_range *ranges = reallocarray(stanza->ranges, number, sizeof(*ranges));
		if (!ranges) {
			mistake(stanza, "%s: %s", key, strerror(ENOMEM));
			return;
		}
		memset(ranges + stanza->range_count, 0,
			(number - stanza->range_count) * sizeof(*ranges));
		stanza->ranges = ranges;
		stanza->range_count = number;
	}
	stanza->given |= KEY_RANGES;
	if (!read_range(value, &stanza->ranges[number - 1]))
		mistake(stanza,
			"%s: '%s' is not a range of addresses such as 0x100000000-0x17fffffff", key,
			value);
}

static void read_key(struct stanza *stanza, const char *key, const char *value)
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
			mistake(stanza, "%s: '%s' is not %s", key, value, keys[i].expected);
		return;
	}
	mistake(stanza, "%s: there is no such key", key);
}

/* ---- what a stanza as a whole says ---- */

#define KEYS_REGION (KEY_REGION_RANGE | KEY_REGION_PATH | KEY_TARGET_NODE)

static void check_identity(struct stanza *stanza)
{
	bool create = stanza->kind == STANZA_CREATE;

	if (stanza->given & (KEY_REGION_RANGE | KEY_REGION_PATH | KEY_UUID)) {
		if (stanza->given & KEY_UUID && stanza->given & KEYS_REGION)
			mistake(stanza,
				"nvdimm.uuid says which device it is, and no key of a region "
				"belongs beside it");
		return;
	}
	mistake(stanza, "%sregion.range or region.path is missing",
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
			mistake(stanza,
				"align: the device has the alignment of its namespace, "
				"unless map is none");
		return;
	}
	if (!(stanza->given & KEY_UUID))
		mistake(stanza, "map: that is for namespaces: nvdimm.uuid is missing");
	if (!(stanza->given & KEY_MODE))
		stanza->mode = DAXCTL_DEV_MODE_DEVDAX;
	else if (stanza->mode != DAXCTL_DEV_MODE_DEVDAX)
		mistake(stanza, "mode: without a page map only devdax is possible");
}

static uint64_t length(const struct daxctl_range *range)
{
	return range->end - range->start + 1;
}

static void check_ranges(struct stanza *stanza)
{
	uint64_t total = 0;

	for (size_t i = 0; i < stanza->range_count; i++) {
		const struct daxctl_range *range = &stanza->ranges[i];
		if (!range->end) {
			mistake(stanza, "range.%zu is missing", i + 1);
			return;
		}
		for (size_t j = 0; j < i; j++)
			if (range->start <= stanza->ranges[j].end &&
				stanza->ranges[j].start <= range->end) {
				mistake(stanza, "range.%zu: it overlaps range.%zu", i + 1, j + 1);
				return;
			}
		total += length(range);
	}
	if (stanza->range_count && stanza->given & KEY_SIZE && total != stanza->size)
		mistake(stanza, "size: the ranges have %llu bytes in all",
			(unsigned long long)total);
	if (stanza->range_count)
		stanza->size = total;
}

/* ---- text ---- */

/* The line that the parser is unhappy about: the last number in brackets that it told. */
static unsigned parser_line;

static int hear_error(const char *format, ...)
{
	AUTO_FREE char *text = NULL;
	va_list args;

	va_start(args, format);
	int length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0)
		text = NULL;
	const char *number = text && strncmp(text, "->", 2) != 0 ? strrchr(text, '(') : NULL;
	if (number && !parser_line)
		parser_line = (unsigned)strtoul(number + 1, NULL, 10);
	return length;
}

/* The parser opens a file by name, and knows all of a file or nothing: it gets a section at a time,
 * under a name that is none of ours. */
#define PARSED "s"

static dictionary *parse_lines(const struct ini_line *lines, size_t count)
{
	CLEANUP(cleanup_fd) int fd = memfd_create("section", MFD_CLOEXEC);
	char self[64];
	FILE *file = fd < 0 ? NULL : fdopen(dup(fd), "w");

	if (!file)
		return NULL;
	fputs("[" PARSED "]\n", file);
	for (size_t i = 0; i < count; i++) {
		fwrite(lines[i].text, 1, lines[i].length, file);
		fputc('\n', file);
	}
	if (fclose(file))
		return NULL;
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	iniparser_set_error_callback(hear_error);
	parser_line = 0;
	dictionary *dictionary = iniparser_load(self);
	iniparser_set_error_callback(NULL);
	return dictionary;
}

/* The parser lets the last of two lines win. */
static bool is_twice(const struct ini_line *lines, size_t i, const char *key)
{
	bool wrong;

	for (size_t j = 0; j < i; j++) {
		AUTO_FREE char *other = ini_key(&lines[j], &wrong);
		if (other && strcmp(other, key) == 0)
			return true;
	}
	return false;
}

static void read_lines(struct stanza *stanza, const struct ini *ini, size_t first, size_t end)
{
	const struct ini_line *lines = &ini->lines[first];
	CLEANUP(cleanup_dictionary) dictionary *dictionary = parse_lines(lines, end - first);
	bool wrong;

	if (!dictionary) {
		if (parser_line)
			mistake(stanza, "line %zu: is not 'key = value'", first + parser_line - 1);
		else
			mistake(stanza, "the section cannot be parsed");
		return;
	}
	for (size_t i = 0; i < end - first; i++) {
		AUTO_FREE char *key = ini_key(&lines[i], &wrong);
		AUTO_FREE char *whole = NULL;
		if (!key)
			continue;
		if (asprintf(&whole, PARSED ":%s", key) < 0) {
			whole = NULL;
			mistake(stanza, "%s: %s", key, strerror(ENOMEM));
			continue;
		}
		if (is_twice(lines, i, key))
			mistake(stanza, "%s: is there twice", key);
		else
			read_key(stanza, key, iniparser_getstring(dictionary, whole, ""));
	}
}

static const struct {
	const char *prefix;
	enum stanza_kind kind;
	enum daxctl_dev_mode mode;
} kinds[] = {
	{"reconfigure-device ", STANZA_RECONFIGURE, DAXCTL_DEV_MODE_RAM},
	{"create-device ", STANZA_CREATE, DAXCTL_DEV_MODE_DEVDAX},
};

/* Both are not to be applied: nobody knows which one is meant. */
static void check_twice(struct config *config, struct stanza *stanza)
{
	for (struct stanza *other = config->stanzas; other; other = other->next) {
		if (strcmp(other->name, stanza->name) != 0)
			continue;
		mistake(stanza, "a section of this name is in %s too", other->file);
		if (!other->wrong)
			config->mistakes++;
		other->wrong = true;
	}
}

static void read_stanza(struct stanza *stanza, const struct ini *ini, size_t index)
{
	const struct ini_section *section = &ini->sections[index];

	if (!section->closed)
		mistake(stanza, "line %zu: the name of the section does not end with ]",
			section->first + 1);
	read_lines(stanza, ini, section->first + 1, section->end);
	if (stanza->wrong)
		return;
	check_identity(stanza);
	check_map(stanza);
	check_ranges(stanza);
}

static int add_stanza(
	struct config *config, const char *file, const struct ini *ini, size_t index, size_t kind)
{
	struct stanza **place = &config->stanzas;
	struct stanza *stanza = calloc(1, sizeof(*stanza));

	if (!stanza)
		return -ENOMEM;
	stanza->kind = kinds[kind].kind;
	stanza->mode = kinds[kind].mode;
	stanza->online = stanza->movable = true;
	stanza->file = strdup(file);
	stanza->name = strdup(ini->sections[index].name);
	if (!stanza->file || !stanza->name) {
		stanza_free(stanza);
		return -ENOMEM;
	}
	read_stanza(stanza, ini, index);
	check_twice(config, stanza);
	while (*place)
		place = &(*place)->next;
	*place = stanza;
	config->mistakes += stanza->wrong;
	config->wrong |= stanza->wrong && stanza->kind == STANZA_RECONFIGURE &&
		uuid_is_null(stanza->uuid) && !(stanza->given & KEYS_REGION);
	return 0;
}

static void check_before_sections(struct config *config, const char *file, const struct ini *ini)
{
	size_t end = ini->section_count ? ini->sections[0].first : ini->line_count;

	for (size_t i = 0; i < end; i++) {
		bool wrong;
		AUTO_FREE char *key = ini_key(&ini->lines[i], &wrong);
		if (!key && !wrong)
			continue;
		say_error("%s: line %zu: stands in no section", file, i + 1);
		config->mistakes++;
		config->wrong = true;
	}
}

int config_parse(struct config *config, const char *file, char *text, size_t size)
{
	CLEANUP(ini_deinit) struct ini ini;
	int err = ini_init(&ini, text, size);

	if (err)
		return err;
	check_before_sections(config, file, &ini);
	for (size_t i = 0; !err && i < ini.section_count; i++)
		for (size_t kind = 0; !err && kind < ARRAY_SIZE(kinds); kind++)
			if (strncmp(ini.sections[i].name, kinds[kind].prefix,
				    strlen(kinds[kind].prefix)) == 0)
				err = add_stanza(config, file, &ini, i, kind);
	return err;
}

/* ---- files ---- */

static int failed(const char *path, int err)
{
	if (err != -ENOENT)
		say_error("%s: cannot be read: %s", path, strerror(-err));
	return err;
}

/* Whoever can change the configuration decides what happens to the memory at the next boot. */
static int check_owner(int fd, const char *path, mode_t type)
{
	struct stat stat;

	if (fstat(fd, &stat))
		return failed(path, -errno);
	if ((stat.st_mode & S_IFMT) != type) {
		say_error(
			"%s: is not used: it is no %s", path, type == S_IFDIR ? "folder" : "file");
		return -EINVAL;
	}
	if (stat.st_uid == 0 && !(stat.st_mode & (S_IWGRP | S_IWOTH)))
		return 0;
	say_error("%s: is not used: others than root can change it", path);
	say_hint("chown root %s; chmod go-w %s", path, path);
	return -EPERM;
}

static int read_text(int fd, const char *path, char **text, size_t *size)
{
	struct stat stat;

	if (fstat(fd, &stat))
		return failed(path, -errno);
	if (stat.st_size > FILE_MAX)
		return failed(path, -EFBIG);
	AUTO_FREE char *bytes = malloc((size_t)stat.st_size + 1);
	if (!bytes)
		return failed(path, -ENOMEM);
	size_t done = 0;
	for (ssize_t got = 1; got && done < (size_t)stat.st_size; done += (size_t)got) {
		got = read(fd, bytes + done, (size_t)stat.st_size - done);
		if (got < 0)
			return failed(path, -errno);
	}
	bytes[done] = 0;
	if (memchr(bytes, 0, done)) {
		say_error("%s: is not used: it is no text (it has a NUL in it)", path);
		return -EINVAL;
	}
	*text = TAKE(bytes);
	*size = done;
	return 0;
}

int config_read_file(int folder, const char *path, const char *name, char **text, size_t *size)
{
	/* A pipe in the place of a file would be waited for without end. */
	CLEANUP(cleanup_fd) int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return failed(path, -errno);
	return check_owner(fd, path, S_IFREG) ?: read_text(fd, path, text, size);
}

int config_open_folder(const char *path)
{
	CLEANUP(cleanup_fd) int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (folder < 0)
		return failed(path, -errno);
	int err = check_owner(folder, path, S_IFDIR);
	if (err)
		return err;
	int fd = folder;
	folder = -1;
	return fd;
}

static int read_file(struct config *config, int folder, const char *path, const char *name)
{
	AUTO_FREE char *file = NULL;
	char *text = NULL;
	size_t size = 0;

	if (asprintf(&file, "%s/%s", path, name) < 0) {
		file = NULL;
		return -ENOMEM;
	}
	int err = config_read_file(folder, file, name, &text, &size);
	/* A link to nowhere. */
	if (err == -ENOENT)
		say_error("%s: cannot be read: %s", file, strerror(-err));
	if (err) {
		config->err = err;
		config->mistakes++;
		return 0;
	}
	return config_parse(config, file, text, size);
}

static int is_conf(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > strlen(".conf") &&
		strcmp(entry->d_name + length - strlen(".conf"), ".conf") == 0;
}

static int read_folder(struct config *config, const char *path)
{
	struct dirent **entries;
	CLEANUP(cleanup_fd) int folder = config_open_folder(path);

	if (folder < 0)
		return folder == -ENOENT ? 0 : folder;
	int count = scandirat(folder, ".", &entries, is_conf, versionsort);
	if (count < 0)
		return failed(path, -errno);
	int err = 0;
	for (int i = 0; i < count; i++) {
		if (!err)
			err = read_file(config, folder, path, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return err;
}

int config_read(const char *path, struct config **out)
{
	AUTO_CONFIG struct config *config = calloc(1, sizeof(*config));

	if (!config)
		return -ENOMEM;
	int err = read_folder(config, path);
	if (!err)
		*out = TAKE(config);
	return err;
}

/* ---- questions ---- */

int config_find_uuid(
	const struct config *config, const uuid_t uuid, const char *name, const struct stanza **out)
{
	const struct stanza *found = NULL;

	for (const struct stanza *stanza = config->stanzas; stanza; stanza = stanza->next) {
		if (!(stanza->given & KEY_UUID) || uuid_compare(stanza->uuid, uuid) != 0)
			continue;
		if (found) {
			say_error("%s: [%s] of %s and [%s] of %s are both for it", name,
				found->name, found->file, stanza->name, stanza->file);
			return -EEXIST;
		}
		found = stanza;
	}
	if (!found && (config->wrong || config->err))
		say_error("%s: no section is for it, or one in which there is a mistake", name);
	if (!found)
		return config->wrong ? -EINVAL : config->err ?: -ENOENT;
	if (found->wrong) {
		say_error("%s: stays as it is: there is a mistake in [%s] of %s", name, found->name,
			found->file);
		return -EINVAL;
	}
	*out = found;
	return 0;
}
