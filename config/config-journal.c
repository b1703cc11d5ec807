/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config-journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/file.h>
#include "../util/say.h"

/* Room for 4000 files with long paths. */
#define JOURNAL_MAX (1 << 20)

void replacements_deinit(struct replacements *replacements)
{
	for (size_t i = 0; i < replacements->count; i++) {
		replacement_clear(&replacements->list[i]);
		replacement_deinit(&replacements->list[i]);
	}
	free(replacements->list);
}

char *journal_path(const char *directory)
{
	char *path;

	return asprintf(&path, "%s/" JOURNAL_NAME, directory) < 0 ? NULL : path;
}

/* ---- writing ---- */

static bool journal_write_record(FILE *file, const struct replacement *replacement)
{
	const struct stat *old = &replacement->old;

	return fprintf(file, "%ju %ju %jd.%09ld %ju %s%c", (uintmax_t)old->st_ino,
		       (uintmax_t)old->st_size, (intmax_t)old->st_mtim.tv_sec, old->st_mtim.tv_nsec,
		       (uintmax_t)replacement->new_text.st_ino, replacement->target, 0) >= 0;
}

/* Without this, a power failure may keep the files and lose the name of the journal. */
static int sync_directory(const char *path)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 || fsync(fd) ? -errno : 0;
}

int journal_write(const char *path, const char *directory, const struct replacements *all)
{
	FILE *file = fopen(path, "wex");

	if (!file)
		return config_write_failed(path, -errno);
	bool failed = fchmod(fileno(file), 0600) != 0;
	for (size_t i = 0; i < all->count; i++)
		failed = failed || !journal_write_record(file, &all->list[i]);
	failed = failed || fprintf(file, "end %zu%c", all->count, 0) < 0;
	failed = failed || fflush(file) || fsync(fileno(file));
	int err = failed ? -(errno ?: EIO) : 0;
	fclose(file);
	err = err ?: sync_directory(directory);
	return err ? config_write_failed(path, err) : 0;
}

/* ---- reading ---- */

static int parse_record(const char *record, struct replacement *replacement)
{
	uintmax_t inode, size, new_inode;
	intmax_t seconds;
	long nanoseconds;
	int length = 0;

	if (sscanf(record, "%ju %ju %jd.%ld %ju %n", &inode, &size, &seconds, &nanoseconds,
		    &new_inode, &length) < 5 ||
		record[length] != '/' || !new_inode)
		return -EBADMSG;
	int err = replacement_init_named(replacement, record + length);
	replacement->old.st_ino = (ino_t)inode;
	replacement->old.st_size = (off_t)size;
	replacement->old.st_mtim = (struct timespec){seconds, nanoseconds};
	replacement->new_text.st_ino = (ino_t)new_inode;
	return err;
}

static int add_record(struct replacements *all, const char *record)
{
	struct replacement *list = reallocarray(all->list, all->count + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	all->list = list;
	int err = parse_record(record, &list[all->count]);
	if (err != -EBADMSG)
		all->count++;
	return err;
}

static bool is_last_record(const char *record, size_t count)
{
	char last[32];

	snprintf(last, sizeof(last), "end %zu", count);
	return strcmp(record, last) == 0;
}

static int parse_journal(const char *text, size_t size, struct replacements *all)
{
	for (const char *record = text; record < text + size;) {
		const char *end = memchr(record, 0, (size_t)(text + size - record));
		if (!end)
			return -EBADMSG;
		if (is_last_record(record, all->count))
			return end + 1 == text + size ? 0 : -EBADMSG;
		int err = add_record(all, record);
		if (err)
			return err;
		record = end + 1;
	}
	return -EBADMSG;
}

/* The new texts that were not used go, and the files stay. A file that has its new text shows that
 * the journal was whole once. */
static void journal_drop(const char *path, struct replacements *all)
{
	bool used = false;

	for (size_t i = 0; i < all->count; i++)
		used |= replacement_progress(&all->list[i]) == PROGRESS_DONE;
	if (used)
		say_warning(
			"%s: is damaged, and a change of the configuration was interrupted: check all sections",
			path);
	replacements_deinit(all);
	*all = (struct replacements){0};
}

int journal_read(const char *path, struct replacements *all)
{
	AUTO_FREE char *text = NULL;
	size_t size = 0;
	int err = file_read_private(AT_FDCWD, path, JOURNAL_MAX, &text, &size)
		?: parse_journal(text, size, all);

	if (err == -EBADMSG)
		journal_drop(path, all);
	if (!err || err == -EBADMSG)
		return 0;
	for (size_t i = 0; i < all->count; i++)
		all->list[i].keeps_files = true;
	say_error("%s: cannot be read: %s", path, strerror(-err));
	return err;
}
