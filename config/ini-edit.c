/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ini-edit.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "ini.h"

/* ---- lines ---- */

/* The value of a line with its quotes, without blanks and comment around it. */
static struct ini_line value_of(const struct ini_line *line)
{
	const char *end = line->text + line->length;
	const char *value = memchr(line->text, '=', line->length);
	char quote = 0;

	value = value ? value + 1 : end;
	while (value < end && isspace((unsigned char)*value))
		value++;
	const char *stop = value;
	if (value < end && (*value == '"' || *value == '\''))
		quote = *value;
	for (; stop < end; stop++) {
		if (quote && stop > value && *stop == quote) {
			stop++;
			break;
		}
		if (!quote && (*stop == '#' || *stop == ';'))
			break;
	}
	while (stop > value && isspace((unsigned char)stop[-1]))
		stop--;
	return (struct ini_line){value, stop - value, false};
}

static bool says(const struct ini_line *value, const char *wanted)
{
	struct ini_line inner = *value;

	if (inner.length >= 2 && (inner.text[0] == '"' || inner.text[0] == '\''))
		inner = (struct ini_line){inner.text + 1, inner.length - 2, false};
	return inner.length == strlen(wanted) && strncasecmp(inner.text, wanted, inner.length) == 0;
}

static void write_line(FILE *out, const struct ini_line *line)
{
	fwrite(line->text, 1, line->length, out);
	fputc('\n', out);
}

/* Replace the value only, and keep the text around it. */
static void write_changed(FILE *out, const struct ini_line *line, const char *wanted)
{
	struct ini_line value = value_of(line);
	const char *behind = value.text + value.length;

	if (says(&value, wanted)) {
		write_line(out, line);
		return;
	}
	fwrite(line->text, 1, value.text - line->text, out);
	fputs(wanted, out);
	fwrite(behind, 1, line->text + line->length - behind, out);
	fputc('\n', out);
}

static const struct setting *find_setting(
	const struct setting *settings, size_t count, const struct ini_line *line)
{
	bool wrong;
	AUTO_FREE char *key = ini_key(line, &wrong);

	for (size_t i = 0; key && i < count; i++)
		if (strcmp(settings[i].key, key) == 0)
			return &settings[i];
	return NULL;
}

static bool is_set(const struct ini *ini, const struct ini_section *section, const char *wanted)
{
	for (size_t i = section->first + 1; i < section->end; i++) {
		bool wrong;
		AUTO_FREE char *key = ini_key(&ini->lines[i], &wrong);
		if (key && strcmp(key, wanted) == 0)
			return true;
	}
	return false;
}

/* The end without the last blank lines and comments, which belong to the next section. */
static size_t body_end(const struct ini *ini, const struct ini_section *section)
{
	size_t end = section->end;
	bool wrong;

	for (; end > section->first + 1; end--) {
		AUTO_FREE char *key = ini_key(&ini->lines[end - 1], &wrong);
		if (key || wrong || ini->lines[end - 1].continued)
			break;
	}
	return end;
}

static void write_edited_section(FILE *out, const struct ini *ini,
	const struct ini_section *section, const struct setting *settings, size_t count)
{
	size_t end = body_end(ini, section);

	for (size_t i = section->first; i < end; i++) {
		const struct setting *setting = find_setting(settings, count, &ini->lines[i]);
		if (!setting) {
			write_line(out, &ini->lines[i]);
			continue;
		}
		bool goes_on = i + 1 < end && ini->lines[i + 1].continued;
		if (setting->value && goes_on)
			fprintf(out, "%s = %s\n", setting->key, setting->value);
		else if (setting->value)
			write_changed(out, &ini->lines[i], setting->value);
		while (i + 1 < end && ini->lines[i + 1].continued)
			i++;
	}
	for (size_t i = 0; i < count; i++)
		if (settings[i].value && !is_set(ini, section, settings[i].key))
			fprintf(out, "%s = %s\n", settings[i].key, settings[i].value);
	for (size_t i = end; i < section->end; i++)
		write_line(out, &ini->lines[i]);
}

/* The first line to remove with a section: blank lines before it go too. */
static size_t removal_start(const struct ini *ini, const struct ini_section *section)
{
	size_t first = section->first;

	while (first > 0 && value_of(&ini->lines[first - 1]).length == 0 &&
		strspn(ini->lines[first - 1].text, " \t\r") >= ini->lines[first - 1].length)
		first--;
	return first;
}

/* ---- text ---- */

/* Split a copy of @text, which ini_deinit() frees. */
static int parse_copy(struct ini *ini, const char *text, size_t size)
{
	char *copy = malloc(size + 1);

	if (!copy)
		return -ENOMEM;
	memcpy(copy, text, size);
	copy[size] = 0;
	return ini_init(ini, copy, size);
}

static const struct ini_section *find_ini_section(const struct ini *ini, const char *name)
{
	for (size_t i = 0; i < ini->section_count; i++)
		if (strcmp(ini->sections[i].name, name) == 0)
			return &ini->sections[i];
	return NULL;
}

bool ini_has_section(const char *text, size_t size, const char *name)
{
	CLEANUP(ini_deinit) struct ini ini = {0};

	return !parse_copy(&ini, text, size) && find_ini_section(&ini, name);
}

static void write_lines(FILE *out, const struct ini *ini, size_t first, size_t end)
{
	for (size_t i = first; i < end; i++)
		write_line(out, &ini->lines[i]);
}

/* An edit in progress: the text parsed, and the file that the new text is written to. */
struct ini_edit {
	struct ini ini;
	const struct ini_section *section; /* the one to edit; NULL: there is none */
	FILE *file;
};

static void ini_edit_deinit(struct ini_edit *edit)
{
	ini_deinit(&edit->ini);
}

/* Parse, and open the new text. Returns 0 or -ENOMEM. */
static int ini_edit_begin(struct ini_edit *edit, const char *text, size_t size, const char *name,
	char **out, size_t *out_size)
{
	if (parse_copy(&edit->ini, text, size))
		return -ENOMEM;
	edit->section = find_ini_section(&edit->ini, name);
	edit->file = open_memstream(out, out_size);
	return edit->file ? 0 : -ENOMEM;
}

static int finish_text(FILE *out, char **text)
{
	if (!fclose(out))
		return 0;
	free(*text);
	*text = NULL;
	return -ENOMEM;
}

int ini_set_section(const char *text, size_t size, const char *name, const struct setting *settings,
	size_t count, char **out, size_t *out_size)
{
	CLEANUP(ini_edit_deinit) struct ini_edit edit = {0};
	int err = ini_edit_begin(&edit, text, size, name, out, out_size);

	if (err)
		return err;
	const struct ini *ini = &edit.ini;
	write_lines(edit.file, ini, 0, edit.section ? edit.section->first : ini->line_count);
	if (edit.section) {
		write_edited_section(edit.file, ini, edit.section, settings, count);
		write_lines(edit.file, ini, edit.section->end, ini->line_count);
	}
	return finish_text(edit.file, out);
}

int ini_remove_section(const char *text, size_t size, const char *name,
	const struct setting *settings, size_t count, char **out, size_t *out_size)
{
	CLEANUP(ini_edit_deinit) struct ini_edit edit = {0};
	int err = ini_edit_begin(&edit, text, size, name, out, out_size);

	if (err)
		return err;
	const struct ini *ini = &edit.ini;
	const struct ini_section *section = edit.section;
	write_lines(edit.file, ini, 0, section ? removal_start(ini, section) : ini->line_count);
	if (section)
		write_lines(edit.file, ini, body_end(ini, section), ini->line_count);
	return finish_text(edit.file, out);
}

int ini_add_section(const char *text, size_t size, const char *name, const struct setting *settings,
	size_t count, char **out, size_t *out_size)
{
	FILE *file = open_memstream(out, out_size);

	if (!file)
		return -ENOMEM;
	fwrite(text, 1, size, file);
	if (size && text[size - 1] != '\n')
		fputc('\n', file);
	fprintf(file, "%s[%s]\n", size ? "\n" : "", name);
	for (size_t i = 0; i < count; i++)
		if (settings[i].value)
			fprintf(file, "%s = %s\n", settings[i].key, settings[i].value);
	return finish_text(file, out);
}
