/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ini.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <iniparser/iniparser.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <base/lockfile.h>

/* A file in the directory of locks. */
#define NAMED "section"

static bool is_blank(char c)
{
	return isspace((unsigned char)c);
}

/* The line without blanks around it. */
static struct ini_line trim(struct ini_line line)
{
	while (line.length && is_blank(line.text[0])) {
		line.text++;
		line.length--;
	}
	while (line.length && is_blank(line.text[line.length - 1]))
		line.length--;
	return line;
}

static char *lower(const char *text, size_t length)
{
	struct ini_line inner = trim((struct ini_line){text, length, false});
	char *name = strndup(inner.text, inner.length);

	for (char *c = name; c && *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return name;
}

static bool is_header(const struct ini_line *line)
{
	struct ini_line inner = trim(*line);

	return !line->continued && inner.length && inner.text[0] == '[';
}

static size_t count_lines(const char *text, size_t size)
{
	size_t count = 0;

	for (const char *end; size; size -= end - text, text = end, count++) {
		end = memchr(text, '\n', size);
		end = end ? end + 1 : text + size;
	}
	return count;
}

static void split(struct ini *ini, size_t size)
{
	const char *text = ini->text;
	bool goes_on = false;

	for (const char *end; size; size -= end - text, text = end) {
		const char *newline = memchr(text, '\n', size);
		struct ini_line *line = &ini->lines[ini->line_count++];
		end = newline ? newline + 1 : text + size;
		*line = (struct ini_line){text, (newline ?: end) - text, goes_on};
		struct ini_line inner = trim(*line);
		goes_on = inner.length && inner.text[inner.length - 1] == '\\';
	}
}

static int add_section(struct ini *ini, size_t first)
{
	struct ini_line inner = trim(ini->lines[first]);
	const char *close = memchr(inner.text, ']', inner.length);
	size_t length = (close ?: inner.text + inner.length) - inner.text - 1;
	struct ini_section *section = &ini->sections[ini->section_count];

	*section = (struct ini_section){
		.name = lower(inner.text + 1, length),
		.first = first,
		.end = first + 1,
		.closed = close == inner.text + inner.length - 1,
	};
	if (!section->name)
		return -ENOMEM;
	ini->section_count++;
	return 0;
}

int ini_init(struct ini *ini, char *text, size_t size)
{
	size_t lines = count_lines(text, size);
	size_t headers = 0;

	*ini = (struct ini){.text = text, .lines = calloc(lines ?: 1, sizeof(*ini->lines))};
	if (!ini->lines)
		return -ENOMEM;
	split(ini, size);
	for (size_t i = 0; i < ini->line_count; i++)
		headers += is_header(&ini->lines[i]);
	ini->sections = calloc(headers ?: 1, sizeof(*ini->sections));
	if (!ini->sections)
		return -ENOMEM;
	for (size_t i = 0; i < ini->line_count; i++) {
		int err = is_header(&ini->lines[i]) ? add_section(ini, i) : 0;
		if (err)
			return err;
		if (ini->section_count)
			ini->sections[ini->section_count - 1].end = i + 1;
	}
	return 0;
}

void ini_deinit(struct ini *ini)
{
	for (size_t i = 0; i < ini->section_count; i++)
		free(ini->sections[i].name);
	free(ini->sections);
	free(ini->lines);
	free(ini->text);
}

char *ini_key(const struct ini_line *line, bool *wrong)
{
	struct ini_line inner = trim(*line);
	const char *equals = memchr(inner.text, '=', inner.length);

	*wrong = false;
	if (line->continued || !inner.length || strchr("#;[", inner.text[0]))
		return NULL;
	*wrong = !equals || equals == inner.text;
	return *wrong ? NULL : lower(inner.text, equals - inner.text);
}

/* ---- values ---- */

/* The line of iniparser's first complaint: the last number in brackets of its message. */
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

/* Write the section to a file in memory, which all calls share. */
static int write_section_to_memory(const char *text, size_t size)
{
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("section", MFD_CLOEXEC);
	if (fd < 0 || ftruncate(fd, 0) || pwrite(fd, text, size, 0) != (ssize_t)size)
		return -1;
	return fd;
}

/* Write the section to the file of a lock, for a machine without /proc (an early boot or a chroot).
 * Only root can open it. The name is fixed: killed processes leave one file, not many. Returns a
 * descriptor, which holds the lock, or a negative errno. */
static int write_named(const char *text, size_t size)
{
	const struct lock_wait wait = {.milliseconds = LOCK_MILLISECONDS};
	AUTO_CLOSE int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	AUTO_CLOSE int fd = lockfile_take(root, NAMED, &wait, NULL);

	if (fd < 0)
		return fd;
	if (ftruncate(fd, 0))
		return -errno;
	ssize_t done = pwrite(fd, text, size, 0);
	if (done != (ssize_t)size)
		return done < 0 ? -errno : -ENOSPC;
	return take_fd(&fd);
}

static dictionary *parse_file(const char *path)
{
	iniparser_set_error_callback(hear_error);
	parser_line = 0;
	dictionary *dictionary = iniparser_load(path);
	iniparser_set_error_callback(NULL);
	return dictionary;
}

static dictionary *load_text(const char *text, size_t size)
{
	int memory = write_section_to_memory(text, size);
	char self[64];

	snprintf(self, sizeof(self), "/proc/self/fd/%d", memory);
	if (memory >= 0 && access(self, R_OK) == 0)
		return parse_file(self);
	AUTO_CLOSE int fd = write_named(text, size);
	if (fd < 0) {
		errno = -fd;
		return NULL;
	}
	dictionary *dictionary = parse_file("/" LOCKFILE_DIRECTORY "/" NAMED);
	(void)!ftruncate(fd, 0);
	return dictionary;
}

/* Give iniparser one section at a time: it opens a file by name, and a mistake makes it refuse the
 * whole file. */
struct _dictionary_ *ini_load(const struct ini_line *lines, size_t count, size_t *bad)
{
	AUTO_FREE char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	*bad = 0;
	if (!file)
		return NULL;
	fputs("[" INI_LOADED "]\n", file);
	for (size_t i = 0; i < count; i++) {
		fwrite(lines[i].text, 1, lines[i].length, file);
		fputc('\n', file);
	}
	if (fclose(file))
		return NULL;
	dictionary *dictionary = load_text(text, size);
	/* Subtract the line of the header. */
	*bad = parser_line > 1 ? parser_line - 1 : 0;
	return dictionary;
}
