/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config-commit.h"

#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <base/file.h>

#include "config.h"
#include "../util/say.h"

#define JOURNAL	     ".daxctl-commit"
#define JOURNAL_MOST (1 << 20) /* bytes */

/* A new text on its way into the place of a file. */
struct replacement {
	const struct config_text *file;
	char *target;		    /* path without links */
	char *temporary;	    /* beside @target; not read as configuration */
	int directory;		    /* of both */
	int fd;			    /* of the new text */
	ino_t old_inode, new_inode; /* @old_inode is 0 if there is no file yet */
	bool in_place;
	bool keeps_temporary; /* it holds what could not be put back */
};

static void replacement_deinit(struct replacement *replacement)
{
	cleanup_close(&replacement->directory);
	cleanup_close(&replacement->fd);
	free(replacement->target);
	free(replacement->temporary);
}

static int commit_failed(const char *path, int err)
{
	say_error("%s: cannot be written: %s", path, strerror(-err));
	return err;
}

static int file_failed(const struct replacement *replacement, int err)
{
	return commit_failed(replacement->file->path, err);
}

/* ---- the new text, beside the file ---- */

/* Copies what the old file has beside its content, such as labels of security modules. */
static void copy_attributes(int from, int to)
{
	char names[4096], value[4096];
	ssize_t length = flistxattr(from, names, sizeof(names));

	for (ssize_t i = 0; i < length; i += (ssize_t)strlen(names + i) + 1) {
		ssize_t size = fgetxattr(from, names + i, value, sizeof(value));
		/* The file system gives some by itself; those cannot and need not be set. */
		if (size >= 0)
			(void)!fsetxattr(to, names + i, value, (size_t)size, 0);
	}
}

/* Gives the new file the owner, permissions and attributes of the old one, if there is one. */
static int take_after(struct replacement *replacement)
{
	AUTO_CLOSE int old = open(replacement->target, O_RDONLY | O_CLOEXEC);
	struct stat stat;

	if (old < 0)
		return errno == ENOENT ? fchmod(replacement->fd, 0644) ? -errno : 0 : -errno;
	if (fstat(old, &stat) || fchown(replacement->fd, stat.st_uid, stat.st_gid) ||
		fchmod(replacement->fd, stat.st_mode & 07777))
		return -errno;
	copy_attributes(old, replacement->fd);
	replacement->old_inode = stat.st_ino;
	return 0;
}

/* The name beside @target, to be freed; NULL without memory. It is the same each time, so that what
 * a killed process has left there goes. */
static char *temporary_beside(const char *target)
{
	const char *name = strrchr(target, '/') + 1;
	char *path;

	return asprintf(&path, "%.*s.%s.daxctl-new", (int)(name - target), target, name) < 0 ? NULL
											     : path;
}

/* Sets @target, @temporary and @directory. */
static int find_place(struct replacement *replacement)
{
	replacement->target = realpath(replacement->file->path, NULL);
	if (!replacement->target && errno != ENOENT)
		return -errno;
	if (!replacement->target)
		replacement->target = strdup(replacement->file->path);
	AUTO_FREE char *parent = replacement->target ? strdup(replacement->target) : NULL;
	char *slash = parent ? strrchr(parent, '/') : NULL;
	if (!slash)
		return -ENOMEM;
	*slash = 0;
	replacement->temporary = temporary_beside(replacement->target);
	if (!replacement->temporary)
		return -ENOMEM;
	/* Fails if others than root could put another file there. */
	replacement->directory = config_open_directory(*parent ? parent : "/");
	return replacement->directory < 0 ? replacement->directory : 0;
}

static int write_temporary(struct replacement *replacement)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
	struct stat stat;

	if (unlink(replacement->temporary) && errno != ENOENT)
		return -errno;
	replacement->fd = open(replacement->temporary, flags, 0600);
	if (replacement->fd < 0 || fstat(replacement->fd, &stat))
		return -errno;
	replacement->new_inode = stat.st_ino;
	int err = file_write(replacement->fd, replacement->file->text, replacement->file->size)
		?: take_after(replacement);
	if (err)
		return err;
	return fsync(replacement->fd) ? -errno : 0;
}

static int prepare(struct replacement *replacement, const struct config_text *file)
{
	*replacement = (struct replacement){.file = file, .directory = -1, .fd = -1};
	int err = find_place(replacement);

	/* config_open_directory() has said its error. */
	if (err && replacement->temporary)
		return err;
	err = err ?: write_temporary(replacement);
	return err ? file_failed(replacement, err) : 0;
}

/* ---- into its place ---- */

/* Exchanges, where the file system can, so that the old file is there until the end. */
static int trade(struct replacement *replacement)
{
	const char *from = replacement->temporary, *to = replacement->target;
	unsigned flags = replacement->old_inode ? RENAME_EXCHANGE : RENAME_NOREPLACE;

	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, flags)) {
		if (errno == EEXIST || errno == ENOENT)
			return CONFIG_CHANGED;
		if (errno != EINVAL && errno != ENOSYS)
			return -errno;
		if (rename(from, to))
			return -errno;
	}
	replacement->in_place = true;
	return 0;
}

static ino_t inode_at(const char *path)
{
	struct stat stat;

	return lstat(path, &stat) ? 0 : stat.st_ino;
}

/* Whether the exchange has brought out the file that was to be replaced: an editor may have saved
 * another one in its place since the last look. */
static bool has_replaced_old(const struct replacement *replacement)
{
	ino_t brought = inode_at(replacement->temporary);

	return !brought || brought == replacement->old_inode;
}

static int put_in_place(struct replacement *replacement)
{
	int err = trade(replacement);

	if (!err && !has_replaced_old(replacement))
		err = CONFIG_CHANGED;
	if (!err || err == CONFIG_CHANGED)
		return err;
	file_failed(replacement, err);
	if (err == -EBUSY)
		say_hint(
			"%s is a mount point: mount its directory instead, and run the command again",
			replacement->target);
	return err;
}

/* Trades an old file back; a new one goes. Returns whether all is as before. */
static bool take_out(struct replacement *replacement)
{
	if (!replacement->in_place)
		return true;
	if (file_is_at(AT_FDCWD, replacement->target, replacement->fd) != 1)
		return false;
	if (!replacement->old_inode)
		return unlink(replacement->target) == 0;
	return renameat2(AT_FDCWD, replacement->temporary, AT_FDCWD, replacement->target,
		       RENAME_EXCHANGE) == 0;
}

static void tell_not_taken_out(struct replacement *replacement)
{
	replacement->keeps_temporary = inode_at(replacement->temporary) == replacement->old_inode;
	if (replacement->keeps_temporary)
		say_error(
			"%s: has its new content, and the old one, kept as %s, could not be put back",
			replacement->file->path, replacement->temporary);
	else
		say_error("%s: has its new content, and the old one is lost",
			replacement->file->path);
}

static void take_all_out(struct replacement *list, size_t count)
{
	for (size_t i = count; i-- > 0;)
		if (!take_out(&list[i]))
			tell_not_taken_out(&list[i]);
}

static int put_all_in_place(struct replacement *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		int err = put_in_place(&list[i]);
		if (!err)
			continue;
		take_all_out(list, i + 1);
		return err;
	}
	return 0;
}

/* ---- journal ---- */

/* The path, to be freed; NULL without memory. */
static char *journal_path(const char *directory)
{
	char *path;

	return asprintf(&path, "%s/" JOURNAL, directory) < 0 ? NULL : path;
}

static int remove_journal(const char *path)
{
	return unlink(path) && errno != ENOENT ? commit_failed(path, -errno) : 0;
}

/* A record is "OLD-INODE NEW-INODE TARGET" and a NUL. */
static int write_journal(const char *path, const struct replacement *list, size_t count)
{
	FILE *file = fopen(path, "wex");

	if (!file)
		return commit_failed(path, -errno);
	bool failed = fchmod(fileno(file), 0600) != 0;
	for (size_t i = 0; i < count; i++)
		failed |= fprintf(file, "%ju %ju %s%c", (uintmax_t)list[i].old_inode,
				  (uintmax_t)list[i].new_inode, list[i].target, 0) < 0;
	failed |= fflush(file) || fsync(fileno(file));
	int err = failed ? -(errno ?: EIO) : 0;
	fclose(file);
	return err ? commit_failed(path, err) : 0;
}

static int sync_directories(const struct replacement *list, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (fsync(list[i].directory))
			return file_failed(&list[i], -errno);
	return 0;
}

/* Temporary names hold new texts that are not used, or old files that were replaced. */
static void remove_temporaries(const struct replacement *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		ino_t inode = list[i].temporary ? inode_at(list[i].temporary) : 0;
		if (inode && !list[i].keeps_temporary &&
			(inode == list[i].new_inode || inode == list[i].old_inode))
			unlink(list[i].temporary);
	}
}

/* ---- all together ---- */

/* The last look before files are replaced: the lock does not keep editors out. */
static int check_unchanged(const struct config_mark *mark, const char *directory,
	const struct replacement *list, size_t count)
{
	int same = config_mark_holds(mark, directory);

	for (size_t i = 0; same == 1 && i < count; i++)
		same = file_is_at(AT_FDCWD, list[i].temporary, list[i].fd);
	if (same < 0)
		return commit_failed(directory, same);
	return same ? 0 : CONFIG_CHANGED;
}

static int accept_new(struct config_mark *mark, const struct replacement *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const char *name = strrchr(list[i].file->path, '/');
		struct stat stat;
		if (fstat(list[i].fd, &stat))
			return file_failed(&list[i], -errno);
		int err = config_mark_accept(mark, name ? name + 1 : "", &stat);
		if (err)
			return err;
	}
	return 0;
}

static int replace_synced(struct replacement *list, size_t count)
{
	int err = put_all_in_place(list, count);

	if (err)
		return err;
	err = sync_directories(list, count);
	if (err)
		take_all_out(list, count);
	return err;
}

/* One file needs no journal: it is replaced by one system call. */
static int replace_all(const struct config_mark *mark, const char *directory,
	struct replacement *list, size_t count)
{
	AUTO_FREE char *journal = journal_path(directory);

	if (!journal)
		return -ENOMEM;
	if (count < 2)
		return replace_synced(list, count);
	int err = sync_directories(list, count) ?: write_journal(journal, list, count);
	/* Look again: to write the journal may have taken long. */
	err = err ?: check_unchanged(mark, directory, list, count);
	err = err ?: replace_synced(list, count);
	int removed = remove_journal(journal);
	return err ?: removed;
}

struct replacements {
	struct replacement *list;
	size_t count;
};

static void replacements_deinit(struct replacements *replacements)
{
	remove_temporaries(replacements->list, replacements->count);
	for (size_t i = 0; i < replacements->count; i++)
		replacement_deinit(&replacements->list[i]);
	free(replacements->list);
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
	for (size_t i = 0; i < count; i++) {
		all.count++;
		int err = prepare(&all.list[i], &files[i]);
		if (err)
			return err;
	}
	int err = check_unchanged(mark, directory, all.list, count);
	if (!err)
		err = replace_all(mark, directory, all.list, count);
	return err ?: accept_new(mark, all.list, count);
}

/* ---- completing ---- */

/* What became of a file that a journal names. */
enum progress {
	PROGRESS_DONE,	  /* it has its new text */
	PROGRESS_WAITING, /* the new text waits beside it */
	PROGRESS_FOREIGN, /* somebody has edited or removed it since */
};

static enum progress progress_of(const struct replacement *replacement)
{
	ino_t target = inode_at(replacement->target);

	if (target == replacement->new_inode)
		return PROGRESS_DONE;
	return target == replacement->old_inode &&
			inode_at(replacement->temporary) == replacement->new_inode
		? PROGRESS_WAITING
		: PROGRESS_FOREIGN;
}

static int parse_record(const char *record, struct replacement *replacement)
{
	uintmax_t old_inode, new_inode;
	int length = 0;

	*replacement = (struct replacement){.directory = -1, .fd = -1};
	if (sscanf(record, "%ju %ju %n", &old_inode, &new_inode, &length) < 2 ||
		record[length] != '/' || !new_inode)
		return -EBADMSG;
	replacement->old_inode = (ino_t)old_inode;
	replacement->new_inode = (ino_t)new_inode;
	replacement->target = strdup(record + length);
	replacement->temporary = temporary_beside(record + length);
	return replacement->target && replacement->temporary ? 0 : -ENOMEM;
}

/* A journal that ends within a record was cut short before any file was replaced. */
static int parse_journal(const char *text, size_t size, struct replacements *all)
{
	for (const char *record = text; record < text + size;) {
		const char *end = memchr(record, 0, (size_t)(text + size - record));
		if (!end)
			return -EBADMSG;
		struct replacement *list = reallocarray(all->list, all->count + 1, sizeof(*list));
		if (!list)
			return -ENOMEM;
		all->list = list;
		int err = parse_record(record, &list[all->count++]);
		if (err)
			return err;
		record = end + 1;
	}
	return 0;
}

static bool is_all_ours(const struct replacements *all)
{
	bool ours = true;

	for (size_t i = 0; i < all->count; i++) {
		if (progress_of(&all->list[i]) != PROGRESS_FOREIGN)
			continue;
		say_warning(
			"%s: has been edited after daxctl was interrupted while it changed the configuration: check all sections of its region",
			all->list[i].target);
		ours = false;
	}
	return ours;
}

static int complete_all(struct replacements *all)
{
	if (!is_all_ours(all))
		return 0;
	for (size_t i = 0; i < all->count; i++) {
		struct replacement *replacement = &all->list[i];
		int err = progress_of(replacement) == PROGRESS_WAITING ? trade(replacement) : 0;
		if (!err)
			continue;
		/* The journal stays too: the next one tries again. */
		for (size_t j = 0; j < all->count; j++)
			all->list[j].keeps_temporary = true;
		return commit_failed(replacement->target, err);
	}
	return 0;
}

bool config_is_interrupted(const char *directory)
{
	AUTO_FREE char *path = journal_path(directory);

	return path && access(path, F_OK) == 0;
}

int config_complete(const char *directory)
{
	CLEANUP(replacements_deinit) struct replacements all = {0};
	AUTO_FREE char *text = NULL, *path = journal_path(directory);
	size_t size = 0;

	if (!path)
		return -ENOMEM;
	if (access(path, F_OK))
		return 0;
	int err = file_read_private(AT_FDCWD, path, JOURNAL_MOST, &text, &size)
		?: parse_journal(text, size, &all);
	if (err && err != -EBADMSG)
		return commit_failed(path, err);
	err = err ? 0 : complete_all(&all);
	return err ?: remove_journal(path);
}
