/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "pass.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <base/file.h>
#include <base/glyph.h>
#include <base/lockfile.h>

#include <base/cleanup.h>
#include "../../util/say.h"

/*
 * The text of a record:
 *
 *	pass 17 done			"begun" while the pass runs, without further lines
 *	dax0.0 o in place: dax0.0 ([create-device a] of /etc/daxctl.conf.d/a.conf)
 *	dax0.0 = 0
 *	dax0.1 e not restored: ...
 *	dax0.1 = -16
 *	end 17
 */
#define PREFIX	       "restored-"
#define BEGUN	       "begun"
#define DONE	       "done"
#define RESULT	       '='
#define SIZE_MAX_BYTES (64 << 20)

struct pass {
	int directory;
	uint64_t number;
	FILE *file; /* writes to @text */
	char *text;
	size_t size;
	char name[NAME_MAX + 1], next[NAME_MAX + 1];
};

/* ---- the file ---- */

static int pass_open_directory(void)
{
	AUTO_CLOSE int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	return root < 0 ? -errno : lockfile_open_directory(root);
}

/* Make a file name of the place, with ! for a slash, as sysfs does. */
static int file_name(const char *place, const char *suffix, char *name)
{
	int length = snprintf(name, NAME_MAX + 1, PREFIX "%s%s", place, suffix);

	if (length > NAME_MAX)
		return -ENAMETOOLONG;
	for (char *c = name; *c; c++)
		if (*c == '/')
			*c = '!';
	return 0;
}

/* Read the whole file, with a NUL behind it; the caller frees it. Records are replaced, never
 * written to. Returns 0 or a negative errno. */
static int read_record(int directory, const char *name, char **text)
{
	size_t size;

	return file_read_private(directory, name, SIZE_MAX_BYTES, text, &size);
}

static int write_record(const struct pass *pass, const char *text, size_t size)
{
	/* Remove the file of a pass that was killed. */
	if (unlinkat(pass->directory, pass->next, 0) && errno != ENOENT)
		return -errno;
	int err = file_create(pass->directory, pass->next, text, size);
	if (err)
		return err;
	return renameat(pass->directory, pass->next, pass->directory, pass->name) ? -errno : 0;
}

/* Read number and state from the first line. Returns false if it is malformed. */
static bool first_line(const char *text, uint64_t *number, char state[8])
{
	char newline;

	return sscanf(text, "pass %" SCNu64 " %7[a-z]%c", number, state, &newline) == 3 &&
		newline == '\n';
}

/* Returns 0 or a negative errno; -ENOENT: no pass has begun. */
static int read_number(int directory, const char *name, uint64_t *number, bool *is_begun)
{
	AUTO_FREE char *text = NULL;
	char state[8];
	int err = read_record(directory, name, &text);

	if (err)
		return err;
	if (!first_line(text, number, state))
		return -EBADMSG;
	*is_begun = strcmp(state, BEGUN) == 0;
	return 0;
}

uint64_t pass_number(const char *place)
{
	AUTO_CLOSE int directory = pass_open_directory();
	char name[NAME_MAX + 1];
	uint64_t number;
	bool is_begun;

	if (directory < 0 || file_name(place, "", name))
		return PASS_NONE;
	int err = read_number(directory, name, &number, &is_begun);
	if (err)
		return err == -ENOENT ? 0 : PASS_NONE;
	return number;
}

/* ---- a pass ---- */

void pass_say(enum pass_line kind, const char *text)
{
	switch (kind) {
	case PASS_ERROR:
		say_error("%s", text);
		break;
	case PASS_HINT:
		say_hint("%s", text);
		break;
	case PASS_WARNING:
		say_warning("%s", text);
		break;
	case PASS_NOTE:
		say_note("%s", text);
		break;
	case PASS_OUTCOME:
		say_outcome("%s", text);
		break;
	}
}

void pass_free(struct pass *pass)
{
	if (!pass)
		return;
	if (pass->file)
		fclose(pass->file);
	free(pass->text);
	cleanup_close(&pass->directory);
	free(pass);
}

/* Write the next number. A malformed record has no number that another process could know. */
static int pass_begin_record(struct pass *pass)
{
	char text[64];
	bool is_begun;
	int err = read_number(pass->directory, pass->name, &pass->number, &is_begun);

	if (err && err != -ENOENT && err != -EBADMSG)
		return err;
	pass->number = err ? 1 : pass->number + 1;
	int length = snprintf(text, sizeof(text), "pass %" PRIu64 " " BEGUN "\n", pass->number);
	err = write_record(pass, text, (size_t)length);
	if (err)
		return err;
	pass->file = open_memstream(&pass->text, &pass->size);
	if (!pass->file)
		return -ENOMEM;
	fprintf(pass->file, "pass %" PRIu64 " " DONE "\n", pass->number);
	return 0;
}

struct pass *pass_new(const char *place)
{
	struct pass *pass = calloc(1, sizeof(*pass));

	if (!pass)
		return NULL;
	pass->directory = pass_open_directory();
	if (pass->directory >= 0 && !file_name(place, "", pass->name) &&
		!file_name(place, ".new", pass->next) && !pass_begin_record(pass))
		return pass;
	pass_free(pass);
	return NULL;
}

void pass_add_line(struct pass *pass, const char *name, enum pass_line kind, const char *text)
{
	if (!pass || !name)
		return;
	AUTO_FREE char *line = glyph_escape(text);
	/* Write no record at all if a message is missing. */
	if (!line || fprintf(pass->file, "%s %c %s\n", name, kind, line) < 0)
		pass->number = PASS_NONE;
}

void pass_add_result(struct pass *pass, const char *name, int result)
{
	if (pass && name && fprintf(pass->file, "%s %c %d\n", name, RESULT, result) < 0)
		pass->number = PASS_NONE;
}

void pass_end(struct pass *pass)
{
	uint64_t number;
	bool is_begun = false;

	if (!pass || pass->number == PASS_NONE)
		return;
	fprintf(pass->file, "end %" PRIu64 "\n", pass->number);
	if (fflush(pass->file))
		return;
	/* Do not overwrite a newer record: numbers start again if the file was removed. */
	if (read_number(pass->directory, pass->name, &number, &is_begun) || !is_begun ||
		number != pass->number)
		return;
	write_record(pass, pass->text, pass->size);
}

/* ---- reading the record of another process ---- */

static bool pass_is_complete(const char *text, uint64_t after, uint64_t *number)
{
	char state[8], end[64];

	if (!first_line(text, number, state) || strcmp(state, DONE) != 0 || *number <= after)
		return false;
	snprintf(end, sizeof(end), "\nend %" PRIu64 "\n", *number);
	size_t length = strlen(text);
	return length >= strlen(end) && strcmp(text + length - strlen(end), end) == 0;
}

/* Find the result for @name, and print its messages if @aloud. */
static bool go_through(char *text, const char *name, bool aloud, int *result)
{
	size_t length = strlen(name);
	bool found = false;

	*result = 0;
	for (char *line = text, *end; (end = strchr(line, '\n')); line = end + 1) {
		if (strncmp(line, name, length) != 0 || line[length] != ' ' || !line[length + 1] ||
			line[length + 2] != ' ')
			continue;
		char kind = line[length + 1];
		*end = 0;
		if (kind == RESULT) {
			*result = atoi(line + length + 3) ?: *result;
			found = true;
		} else if (aloud) {
			pass_say((enum pass_line)kind, line + length + 3);
		}
		*end = '\n';
	}
	return found;
}

bool pass_serve(const char *place, uint64_t after, const char *name, int *result)
{
	AUTO_CLOSE int directory = pass_open_directory();
	AUTO_FREE char *text = NULL;
	char file[NAME_MAX + 1];
	uint64_t number;

	if (after == PASS_NONE || directory < 0 || file_name(place, "", file) ||
		read_record(directory, file, &text) || !pass_is_complete(text, after, &number))
		return false;
	return go_through(text, name, false, result) && go_through(text, name, true, result);
}
