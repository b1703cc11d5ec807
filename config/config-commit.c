/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config-commit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <base/cleanup.h>
#include <base/file.h>

#include "config-journal.h"
#include "../util/say.h"

static int put_all_in_place(struct replacements *all)
{
	for (size_t i = 0; i < all->count; i++) {
		int err = replacement_put_in_place(&all->list[i]);
		if (!err)
			continue;
		for (size_t j = i + 1; j-- > 0;)
			replacement_take_out(&all->list[j]);
		return err;
	}
	return 0;
}

static int sync_directories(const struct replacements *all)
{
	for (size_t i = 0; i < all->count; i++)
		if (fsync(all->list[i].directory))
			return config_write_failed(replacement_path(&all->list[i]), -errno);
	return 0;
}

static int put_and_sync(struct replacements *all)
{
	int err = put_all_in_place(all);

	if (err)
		return err;
	err = sync_directories(all);
	for (size_t i = all->count; err && i-- > 0;)
		replacement_take_out(&all->list[i]);
	return err;
}

/* The last look before files are replaced: the lock does not keep editors out. */
static int check_unchanged(
	const struct config_mark *mark, const char *directory, const struct replacements *all)
{
	int same = config_mark_holds(mark, directory);

	for (size_t i = 0; same == 1 && i < all->count; i++)
		same = file_is_at(AT_FDCWD, all->list[i].temporary, all->list[i].fd);
	if (same < 0)
		return config_write_failed(directory, same);
	return same ? 0 : CONFIG_CHANGED;
}

static int accept_new(struct config_mark *mark, const struct replacements *all)
{
	for (size_t i = 0; i < all->count; i++) {
		const char *name = strrchr(replacement_path(&all->list[i]), '/');
		struct stat stat;
		if (fstat(all->list[i].fd, &stat))
			return config_write_failed(replacement_path(&all->list[i]), -errno);
		int err = config_mark_accept(mark, name ? name + 1 : "", &stat);
		if (err)
			return err;
	}
	return 0;
}

static int replace_by_journal(
	const struct config_mark *mark, const char *directory, struct replacements *all)
{
	AUTO_FREE char *journal = journal_path(directory);

	if (!journal)
		return -ENOMEM;
	int err = sync_directories(all);
	if (err)
		return err;
	err = journal_write(journal, directory, all);
	/* Look again: to write the journal may have taken long. */
	if (!err)
		err = check_unchanged(mark, directory, all);
	if (!err)
		err = put_and_sync(all);
	if (unlink(journal) && errno != ENOENT && !err)
		err = config_write_failed(journal, -errno);
	return err;
}

int config_commit(struct config_mark *mark, const char *directory, const struct config_text *files,
	size_t count)
{
	if (!count)
		return 0;
	CLEANUP(replacements_deinit)
	struct replacements all = {.list = calloc(count, sizeof(*all.list))};

	if (!all.list)
		return -ENOMEM;
	while (all.count < count) {
		const struct config_text *file = &files[all.count];
		int err = replacement_init(&all.list[all.count++], file);
		if (err)
			return err;
	}
	int err = check_unchanged(mark, directory, &all);
	/* One file needs no journal: it is replaced by one system call. */
	if (!err)
		err = count > 1 ? replace_by_journal(mark, directory, &all) : put_and_sync(&all);
	return err ?: accept_new(mark, &all);
}

/* ---- completing ---- */

/* Returns 1 if none of the files has been edited since, 0 with a warning if one has. */
static int is_all_ours(const struct replacements *all)
{
	int ours = 1;

	for (size_t i = 0; i < all->count; i++) {
		int progress = replacement_progress(&all->list[i]);
		if (progress < 0)
			return progress;
		if (progress != PROGRESS_FOREIGN)
			continue;
		say_warning(
			"%s: has been edited after daxctl was interrupted while it changed the configuration: check all sections of its region",
			all->list[i].target);
		ours = 0;
	}
	return ours;
}

static int complete_one(struct replacement *replacement)
{
	int progress = replacement_progress(replacement);

	if (progress == PROGRESS_DONE) {
		replacement_own_backup(replacement);
		return 0;
	}
	int err = progress < 0 ? progress : replacement_resume(replacement);
	if (err)
		return err;
	err = replacement_put_in_place(replacement);
	if (err)
		replacement_take_out(replacement);
	if (err)
		return err == CONFIG_CHANGED ? config_write_failed(replacement->target, -EBUSY)
					     : err;
	return fsync(replacement->directory) ? config_write_failed(replacement->target, -errno) : 0;
}

static int complete_all(struct replacements *all)
{
	int ours = is_all_ours(all), err = ours < 0 ? ours : 0;

	for (size_t i = 0; ours > 0 && !err && i < all->count; i++)
		err = complete_one(&all->list[i]);
	/* The journal stays too after a failure: the next one tries again. */
	for (size_t i = 0; err && i < all->count; i++)
		all->list[i].keeps_files = true;
	return err;
}

bool config_is_interrupted(const char *directory)
{
	AUTO_FREE char *path = journal_path(directory);

	return !path || faccessat(AT_FDCWD, path, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
		(errno != ENOENT && errno != ENOTDIR);
}

int config_complete(const char *directory)
{
	CLEANUP(replacements_deinit) struct replacements all = {0};
	AUTO_FREE char *path = NULL;

	if (!config_is_interrupted(directory))
		return 0;
	path = journal_path(directory);
	int err = path ? journal_read(path, &all) ?: complete_all(&all) : -ENOMEM;
	if (err)
		return err;
	return unlink(path) && errno != ENOENT ? config_write_failed(path, -errno) : 0;
}

void config_tell_interrupted(const char *directory)
{
	if (!config_is_interrupted(directory))
		return;
	say_warning("%s: a change of the configuration was interrupted and is not completed",
		directory);
	say_hint("run daxctl restore as root");
}
