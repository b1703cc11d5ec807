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
#include "stanza.h"
#include "../util/say.h"
#include "../util/suggest.h"

/* What iniparser takes, with some room. */
#define LINE_MAX_BYTES 1000

static void cleanup_dictionary(dictionary **dictionary)
{
	if (*dictionary)
		iniparser_freedict(*dictionary);
}

/* ---- text ---- */

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

/* What the parser would cut, or take for a part of a line that is no setting. */
static void check_lines(struct stanza *stanza, const struct ini *ini, size_t first, size_t end)
{
	size_t length = 0;
	bool wrong;

	for (size_t i = first; i < end; i++) {
		const struct ini_line *line = &ini->lines[i];
		stanza->line = i + 1;
		length = line->length + (line->continued ? length : 0);
		if (length > LINE_MAX_BYTES)
			stanza_mistake(stanza, "is longer than %d bytes", LINE_MAX_BYTES);
		if (!line->continued || !line->length)
			continue;
		AUTO_FREE char *key = ini_key(&ini->lines[i - 1], &wrong);
		if (ini->lines[i - 1].continued || key)
			continue;
		stanza_mistake(stanza, "belongs to the line before, which ends with a backslash");
	}
}

static void read_lines(struct stanza *stanza, const struct ini *ini, size_t first, size_t end)
{
	const struct ini_line *lines = &ini->lines[first];
	size_t bad = 0;
	CLEANUP(cleanup_dictionary) dictionary *dictionary = ini_load(lines, end - first, &bad);
	bool wrong;

	if (!dictionary) {
		stanza->line = bad ? first + bad : stanza->line;
		stanza_mistake(
			stanza, bad ? "is not 'key = value'" : "the section cannot be parsed");
		return;
	}
	for (size_t i = 0; i < end - first; i++) {
		AUTO_FREE char *key = ini_key(&lines[i], &wrong);
		AUTO_FREE char *whole = NULL;
		stanza->line = first + i + 1;
		if (!key)
			continue;
		if (asprintf(&whole, INI_LOADED ":%s", key) < 0) {
			whole = NULL;
			stanza_mistake(stanza, "%s: %s", key, strerror(ENOMEM));
			continue;
		}
		if (is_twice(lines, i, key))
			stanza_mistake(stanza, "%s: is there twice", key);
		else
			stanza_read_key(stanza, key, iniparser_getstring(dictionary, whole, ""));
	}
}

static const struct kind {
	const char *word;
	enum stanza_kind kind;
	enum daxctl_dev_mode mode;
} kinds[] = {
	{"reconfigure-device", STANZA_RECONFIGURE, DAXCTL_DEV_MODE_RAM},
	{"create-device", STANZA_CREATE, DAXCTL_DEV_MODE_DEVDAX},
};

/* The kind that the header's first word says, or nearly says: NULL if it belongs to others. */
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

/* "KIND NAME", with one blank, and nothing behind the bracket. */
static void check_header(struct stanza *stanza, const struct kind *kind, bool closed)
{
	size_t length = strcspn(stanza->name, " \t");
	const char *rest = stanza->name + length + strspn(stanza->name + length, " \t");

	if (!closed)
		stanza_mistake(stanza, "the line does not end with the ] of the section's name");
	else if (strncmp(stanza->name, kind->word, length) != 0 || kind->word[length])
		stanza_mistake(stanza, "there is no such kind of section");
	else if (!*rest)
		stanza_mistake(stanza, "the section has no name");
	else if (stanza->name[length] != ' ')
		stanza_mistake(stanza, "no blank follows %s", kind->word);
	else
		return;
	say_hint("write [%s %s]", kind->word, *rest && closed ? rest : "NAME");
}

static int by_name(const void *a, const void *b)
{
	const struct stanza *one = a, *other = b;

	return strcmp(one->name, other->name);
}

/* Two of one name are both not to be applied: nobody knows which one is meant. Returns 0 or
 * -ENOMEM. */
static int check_twice(struct config *config, struct stanza *stanza)
{
	struct stanza **place = tsearch(stanza, &config->names, by_name);

	if (!place)
		return -ENOMEM;
	struct stanza *other = *place;
	if (other == stanza)
		return 0;
	/* The next one is compared with one that is for us, if there is any. */
	if (other->foreign)
		*place = stanza;
	if (other->foreign && stanza->foreign)
		return 0;
	stanza_mistake(stanza, "a section of this name is in line %zu of %s too", other->line,
		other->file);
	if (!other->wrong)
		config->mistakes++;
	other->wrong = true;
	return 0;
}

static void read_stanza(
	struct stanza *stanza, const struct kind *kind, const struct ini *ini, size_t index)
{
	const struct ini_section *section = &ini->sections[index];

	check_header(stanza, kind, section->closed);
	check_lines(stanza, ini, section->first, section->end);
	/* With a wrong header too: whose section it is decides what stays as it is. */
	read_lines(stanza, ini, section->first + 1, section->end);
	stanza->line = section->first + 1;
	if (stanza->wrong)
		return;
	stanza_check(stanza);
}

static struct stanza *stanza_new(
	const char *file, const struct kind *kind, const struct ini_section *section)
{
	struct stanza *stanza = calloc(1, sizeof(*stanza));

	if (!stanza)
		return NULL;
	stanza->kind = kind->kind;
	stanza->mode = kind->mode;
	stanza->line = section->first + 1;
	stanza->online = stanza->movable = true;
	stanza->file = strdup(file);
	stanza->name = strdup(section->name);
	if (stanza->file && stanza->name)
		return stanza;
	config_free_stanza(stanza);
	return NULL;
}

/* ---- for whom ---- */

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
	if (scope->mapless && !scope->uuid)
		return strcmp(key, "map") == 0;
	if (scope->uuid)
		return strcmp(key, "nvdimm.uuid") == 0 && contains(line, scope->uuid);
	return strncmp(key, "region.", strlen("region.")) == 0;
}

/* Decide by the text, without the parser: there may be a thousand sections for others. A line that
 * is continued may hide anything. */
static bool section_mentions(
	const struct config_scope *scope, const struct ini *ini, const struct ini_section *section)
{
	for (size_t i = section->first + 1; i < section->end; i++)
		if (ini->lines[i].continued || line_mentions(scope, &ini->lines[i]))
			return true;
	return false;
}

static bool stanza_may_fit(const struct config_scope *scope, const struct stanza *stanza)
{
	uuid_t uuid;

	if (!scope->mapless != !(stanza->given & KEY_MAP))
		return false;
	if (scope->mapless && !scope->uuid)
		return true;
	if (!scope->uuid)
		return !(stanza->given & KEY_UUID) && stanza->given & KEYS_REGION &&
			scope->may_fit(stanza, scope->data);
	return stanza->given & KEY_UUID && uuid_parse(scope->uuid, uuid) == 0 &&
		(stanza->wrong || uuid_compare(stanza->uuid, uuid) == 0);
}

/* Reads a section for the scope. Report a mistake once the section is known to be for the scope. */
static int read_for_scope(struct config *config, struct stanza **stanza, const struct kind *kind,
	const struct ini *ini, size_t index)
{
	const struct config_scope *scope = config->scope;
	const struct ini_section *section = &ini->sections[index];

	(*stanza)->foreign = !section_mentions(scope, ini, section);
	if (!(*stanza)->foreign) {
		bool before = say_quietly(true);
		read_stanza(*stanza, kind, ini, index);
		say_quietly(before);
		(*stanza)->foreign = !stanza_may_fit(scope, *stanza);
	}
	config->found |= !(*stanza)->foreign;
	if ((*stanza)->foreign || !(*stanza)->wrong || config->first_only) {
		(*stanza)->wrong |= (*stanza)->foreign;
		return 0;
	}
	struct stanza *again = stanza_new((*stanza)->file, kind, section);
	if (!again)
		return -ENOMEM;
	config_free_stanza(*stanza);
	*stanza = again;
	read_stanza(again, kind, ini, index);
	return 0;
}

static int add_stanza(struct config *config, const char *file, const struct ini *ini, size_t index,
	const struct kind *kind)
{
	struct stanza *stanza = stanza_new(file, kind, &ini->sections[index]);
	int err = 0;

	if (!stanza)
		return -ENOMEM;
	if (!config->scope)
		read_stanza(stanza, kind, ini, index);
	else
		err = read_for_scope(config, &stanza, kind, ini, index);
	err = err ?: check_twice(config, stanza);
	if (err) {
		config_free_stanza(stanza);
		return err;
	}
	*(config->end ?: &config->stanzas) = stanza;
	config->end = &stanza->next;
	if (stanza->foreign)
		return 0;
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
		say_error("%s:%zu: is outside of any section", file, i + 1);
		config->mistakes++;
		config->wrong = config->found = true;
	}
}

/* The line before a header may end with a backslash: a section that nobody would see. */
static void check_swallowed(struct config *config, const char *file, const struct ini *ini)
{
	for (size_t i = 0; i < ini->line_count; i++) {
		const struct ini_line *line = &ini->lines[i];
		size_t blanks = 0;
		while (blanks < line->length && isspace((unsigned char)line->text[blanks]))
			blanks++;
		if (!line->continued || blanks == line->length || line->text[blanks] != '[')
			continue;
		say_error("%s:%zu: begins no section: the line before ends with a backslash", file,
			i + 1);
		config->mistakes++;
		config->wrong = config->found = true;
	}
}

/* Whoever cuts a file short leaves a line without its end. */
static void check_end(const char *file, const struct ini *ini, bool ends)
{
	if (!ini->line_count || ends)
		return;
	say_warning("%s:%zu: the last line does not end with a newline: the file may be cut short",
		file, ini->line_count);
}

/* Others may keep sections there. */
static void tell_unknown_section(const char *file, const struct ini_section *section)
{
	say_warning("%s:%zu: [%s]: is ignored: there is no such kind of section", file,
		section->first + 1, section->name);
	say_hint("sections are called [reconfigure-device NAME] and [create-device NAME]");
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
			err = add_stanza(config, file, &ini, i, kind);
		else
			tell_unknown_section(file, &ini.sections[i]);
	}
	check_end(file, &ini, ends);
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
