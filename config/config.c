/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <ctype.h>
#include <errno.h>
#include <iniparser/iniparser.h>
#include <limits.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ini.h"
#include "section.h"
#include "../util/say.h"
#include "../util/suggest.h"

/* The longest line: iniparser's limit is a little higher. */
#define LINE_MAX_BYTES 1000

static void cleanup_dictionary(dictionary **dictionary)
{
	if (*dictionary)
		iniparser_freedict(*dictionary);
}

/* ---- text ---- */

/* Detect a key that is set twice: iniparser would take the last value. */
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

/* Detect lines that iniparser would cut, and continuations of lines without a setting. */
static void check_lines(struct section *section, const struct ini *ini, size_t first, size_t end)
{
	size_t length = 0;
	bool wrong;

	for (size_t i = first; i < end; i++) {
		const struct ini_line *line = &ini->lines[i];
		section->line = i + 1;
		length = line->length + (line->continued ? length : 0);
		if (length > LINE_MAX_BYTES)
			section_mistake(
				section, "the line is longer than %d bytes", LINE_MAX_BYTES);
		if (!line->continued || !line->length)
			continue;
		AUTO_FREE char *key = ini_key(&ini->lines[i - 1], &wrong);
		if (ini->lines[i - 1].continued || key)
			continue;
		section_mistake(
			section, "the line continues the one before, which ends with a backslash");
	}
}

static void read_lines(struct section *section, const struct ini *ini, size_t first, size_t end)
{
	const struct ini_line *lines = &ini->lines[first];
	size_t bad = 0;
	CLEANUP(cleanup_dictionary) dictionary *dictionary = ini_load(lines, end - first, &bad);
	bool wrong;

	if (!dictionary) {
		section->line = bad ? first + bad : section->line;
		section_mistake(section,
			bad ? "the line is not 'key = value'" : "the section cannot be parsed");
		return;
	}
	for (size_t i = 0; i < end - first; i++) {
		AUTO_FREE char *key = ini_key(&lines[i], &wrong);
		AUTO_FREE char *whole = NULL;
		section->line = first + i + 1;
		if (!key)
			continue;
		if (asprintf(&whole, INI_LOADED ":%s", key) < 0) {
			whole = NULL;
			section_mistake(section, "%s: %s", key, strerror(ENOMEM));
			continue;
		}
		if (is_twice(lines, i, key))
			section_mistake(section, "%s: the key is set twice", key);
		else
			section_read_key(section, key, iniparser_getstring(dictionary, whole, ""));
	}
}

static const struct kind {
	const char *word;
	enum section_kind kind;
	enum daxctl_dev_mode mode;
} kinds[] = {
	{"reconfigure-device", SECTION_RECONFIGURE, DAXCTL_DEV_MODE_RAM},
	{"create-device", SECTION_CREATE, DAXCTL_DEV_MODE_DEVDAX},
};

/* The kind of the header's first word, also if it is misspelt. NULL: a section of other programs.
 */
static const struct kind *find_kind(const char *name)
{
	AUTO_FREE char *word = strndup(name, strcspn(name, " \t"));
	struct suggestion near = {.word = word ?: ""};

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		suggest_offer(&near, kinds[i].word);
	for (size_t i = 0; near.name && i < ARRAY_SIZE(kinds); i++)
		if (strcmp(kinds[i].word, near.name) == 0)
			return &kinds[i];
	return NULL;
}

/* Require [KIND NAME], with one blank and nothing after the bracket. */
static void check_header(struct section *section, const struct kind *kind, bool closed)
{
	size_t length = strcspn(section->name, " \t");
	const char *rest = section->name + length + strspn(section->name + length, " \t");

	if (!closed)
		section_mistake(section, "the header does not end with ]");
	else if (strncmp(section->name, kind->word, length) != 0 || kind->word[length])
		section_mistake(section, "unknown kind of section");
	else if (!*rest)
		section_mistake(section, "the section has no name");
	else if (section->name[length] != ' ')
		section_mistake(section, "a blank must follow %s", kind->word);
	else
		return;
	say_hint("write [%s %s]", kind->word, *rest && closed ? rest : "NAME");
}

static int by_name(const void *a, const void *b)
{
	const struct section *one = a, *other = b;

	return strcmp(one->name, other->name);
}

/* Mark two sections of one name as wrong: neither has precedence. Returns 0 or -ENOMEM. */
static int check_twice(struct config *config, struct section *section)
{
	struct section **place = tsearch(section, &config->names, by_name);

	if (!place)
		return -ENOMEM;
	struct section *other = *place;
	if (other == section)
		return 0;
	/* Compare the next one with a section for the scope, if there is one. */
	if (other->foreign)
		*place = section;
	if (other->foreign && section->foreign)
		return 0;
	section_mistake(
		section, "line %zu of %s has a section of this name too", other->line, other->file);
	if (!other->wrong)
		config->mistakes++;
	other->wrong = true;
	return 0;
}

static void section_read(
	struct section *section, const struct kind *kind, const struct ini *ini, size_t index)
{
	const struct ini_section *source = &ini->sections[index];

	check_header(section, kind, source->closed);
	check_lines(section, ini, source->first, source->end);
	/* Read the keys despite a wrong header: they tell which device must stay as it is. */
	read_lines(section, ini, source->first + 1, source->end);
	section->line = source->first + 1;
	if (section->wrong)
		return;
	section_check(section);
}

static struct section *section_new(
	const char *file, const struct kind *kind, const struct ini_section *source)
{
	struct section *section = calloc(1, sizeof(*section));

	if (!section)
		return NULL;
	section->kind = kind->kind;
	section->mode = kind->mode;
	section->line = source->first + 1;
	section->online = section->movable = true;
	section->file = strdup(file);
	section->name = strdup(source->name);
	if (section->file && section->name)
		return section;
	config_free_section(section);
	return NULL;
}

/* ---- sections for one device ---- */

static bool contains(const struct ini_line *line, const char *word)
{
	size_t length = strlen(word);

	for (size_t i = 0; i + length <= line->length; i++)
		if (strncasecmp(line->text + i, word, length) == 0)
			return true;
	return false;
}

static bool line_mentions(const struct config_scope *scope, const struct ini_line *line)
{
	bool wrong;
	AUTO_FREE char *key = ini_key(line, &wrong);

	if (!key)
		return false;
	if (scope->nomap && !scope->uuid)
		return strcmp(key, "map") == 0;
	if (scope->uuid)
		return strcmp(key, "nvdimm.uuid") == 0 && contains(line, scope->uuid);
	return strncmp(key, "region.", strlen("region.")) == 0;
}

/* Decide by the text: parsing a thousand sections of other devices takes too long. A continued line
 * may hide any key. */
static bool section_mentions(
	const struct config_scope *scope, const struct ini *ini, const struct ini_section *section)
{
	for (size_t i = section->first + 1; i < section->end; i++)
		if (ini->lines[i].continued || line_mentions(scope, &ini->lines[i]))
			return true;
	return false;
}

static bool section_may_fit(const struct config_scope *scope, const struct section *section)
{
	uuid_t uuid;

	if (!scope->nomap != !(section->given & KEY_MAP))
		return false;
	if (scope->nomap && !scope->uuid)
		return true;
	if (!scope->uuid)
		return !(section->given & KEY_UUID) && section->given & KEYS_REGION &&
			scope->may_fit(section, scope->data);
	return section->given & KEY_UUID && uuid_parse(scope->uuid, uuid) == 0 &&
		(section->wrong || uuid_compare(section->uuid, uuid) == 0);
}

/* Read a section, and report its mistakes only if it is for the scope. */
static int read_for_scope(struct config *config, struct section **section, const struct kind *kind,
	const struct ini *ini, size_t index)
{
	const struct config_scope *scope = config->scope;
	const struct ini_section *source = &ini->sections[index];

	(*section)->foreign = !section_mentions(scope, ini, source);
	if (!(*section)->foreign) {
		bool before = say_quietly(true);
		section_read(*section, kind, ini, index);
		say_quietly(before);
		(*section)->foreign = !section_may_fit(scope, *section);
	}
	config->found |= !(*section)->foreign;
	if ((*section)->foreign || !(*section)->wrong || config->first_only) {
		(*section)->wrong |= (*section)->foreign;
		return 0;
	}
	struct section *again = section_new((*section)->file, kind, source);
	if (!again)
		return -ENOMEM;
	config_free_section(*section);
	*section = again;
	section_read(again, kind, ini, index);
	return 0;
}

static int config_add_section(struct config *config, const char *file, const struct ini *ini,
	size_t index, const struct kind *kind)
{
	struct section *section = section_new(file, kind, &ini->sections[index]);
	int err = 0;

	if (!section)
		return -ENOMEM;
	if (!config->scope)
		section_read(section, kind, ini, index);
	else
		err = read_for_scope(config, &section, kind, ini, index);
	err = err ?: check_twice(config, section);
	if (err) {
		config_free_section(section);
		return err;
	}
	*(config->end ?: &config->sections) = section;
	config->end = &section->next;
	if (section->foreign)
		return 0;
	config->mistakes += section->wrong;
	config->wrong |= section->wrong && section->kind == SECTION_RECONFIGURE &&
		uuid_is_null(section->uuid) && !(section->given & KEYS_REGION);
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
		say_error("%s:%zu: the line is before the first section", file, i + 1);
		config->mistakes++;
		config->wrong = config->found = true;
	}
}

/* Detect a header that continues a line with a backslash at its end: iniparser would ignore it. */
static void check_swallowed(struct config *config, const char *file, const struct ini *ini)
{
	for (size_t i = 0; i < ini->line_count; i++) {
		const struct ini_line *line = &ini->lines[i];
		size_t blanks = 0;
		while (blanks < line->length && isspace((unsigned char)line->text[blanks]))
			blanks++;
		if (!line->continued || blanks == line->length || line->text[blanks] != '[')
			continue;
		say_error("%s:%zu: the section is ignored: the line before ends with a backslash",
			file, i + 1);
		config->mistakes++;
		config->wrong = config->found = true;
	}
}

/* Warn of a last line without a newline: the file may be truncated. */
static void check_end(const char *file, const struct ini *ini, bool ends)
{
	if (!ini->line_count || ends)
		return;
	say_warning("%s:%zu: the last line does not end with a newline: the file may be truncated",
		file, ini->line_count);
}

/* Warn only: other programs may have sections in the file. */
static void tell_unknown_section(const char *file, const struct ini_section *section)
{
	say_warning("%s:%zu: [%s]: ignored: unknown kind of section", file, section->first + 1,
		section->name);
	say_hint("write [reconfigure-device NAME] or [create-device NAME]");
}

int config_parse(struct config *config, const char *file, char *text, size_t size)
{
	CLEANUP(ini_deinit) struct ini ini;
	bool ends = !size || text[size - 1] == '\n';
	int err = ini_init(&ini, text, size);

	if (err)
		return err;
	check_before_sections(config, file, &ini);
	check_swallowed(config, file, &ini);
	for (size_t i = 0; !err && i < ini.section_count; i++) {
		if (config->first_only && config->found)
			return 0;
		const struct kind *kind = find_kind(ini.sections[i].name);
		if (kind)
			err = config_add_section(config, file, &ini, i, kind);
		else
			tell_unknown_section(file, &ini.sections[i]);
	}
	check_end(file, &ini, ends);
	return err;
}

/* ---- lookup ---- */

int config_find_uuid(const struct config *config, const uuid_t uuid, const char *name,
	const struct section **out)
{
	const struct section *found = NULL;

	for (const struct section *section = config->sections; section; section = section->next) {
		if (!(section->given & KEY_UUID) || uuid_compare(section->uuid, uuid) != 0)
			continue;
		if (found) {
			say_error("%s: [%s] of %s and [%s] of %s both match it", name, found->name,
				found->file, section->name, section->file);
			return -EEXIST;
		}
		found = section;
	}
	if (!found && (config->wrong || config->err))
		say_error("%s: no valid section matches it", name);
	if (!found)
		return config->wrong ? -EINVAL : config->err ?: -ENOENT;
	if (found->wrong) {
		say_error("%s: not changed: [%s] of %s has a mistake", name, found->name,
			found->file);
		return -EINVAL;
	}
	*out = found;
	return 0;
}
