/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config-replace.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <base/file.h>

#include "config.h"
#include "../util/say.h"

int config_write_failed(const char *path, int err)
{
	say_error("%s: cannot be written: %s", path, strerror(-err));
	return err;
}

const char *replacement_path(const struct replacement *replacement)
{
	return replacement->file ? replacement->file->path : replacement->target;
}

void replacement_deinit(struct replacement *replacement)
{
	cleanup_close(&replacement->directory);
	cleanup_close(&replacement->fd);
	cleanup_close(&replacement->old_fd);
	free(replacement->target);
	free(replacement->temporary);
	free(replacement->backup);
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
	struct stat *old = &replacement->old;

	replacement->old_fd = open(replacement->target, O_RDONLY | O_CLOEXEC);
	if (replacement->old_fd < 0)
		return errno == ENOENT ? fchmod(replacement->fd, 0644) ? -errno : 0 : -errno;
	if (fstat(replacement->old_fd, old) || fchown(replacement->fd, old->st_uid, old->st_gid) ||
		fchmod(replacement->fd, old->st_mode & 07777))
		return -errno;
	copy_attributes(replacement->old_fd, replacement->fd);
	return 0;
}

/* The name beside @target, to be freed; NULL without memory. It is the same each time, so that what
 * a killed process has left there goes. */
static char *name_beside(const char *target, const char *suffix)
{
	const char *name = strrchr(target, '/') + 1;
	char *path;

	return asprintf(&path, "%.*s.%s.%s", (int)(name - target), target, name, suffix) < 0 ? NULL
											     : path;
}

int replacement_init_named(struct replacement *replacement, const char *target)
{
	*replacement = (struct replacement){.directory = -1, .fd = -1, .old_fd = -1};
	replacement->target = strdup(target);
	replacement->temporary = name_beside(target, "daxctl-new");
	replacement->backup = name_beside(target, "daxctl-old");
	return replacement->target && replacement->temporary && replacement->backup ? 0 : -ENOMEM;
}

/* Fails if others than root could put another file there. */
static int open_place(struct replacement *replacement)
{
	AUTO_FREE char *parent = strdup(replacement->target);

	if (!parent)
		return -ENOMEM;
	*strrchr(parent, '/') = 0;
	replacement->directory = config_open_directory(*parent ? parent : "/");
	return replacement->directory < 0 ? replacement->directory : 0;
}

static int write_temporary(struct replacement *replacement)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;

	if (unlink(replacement->temporary) && errno != ENOENT)
		return -errno;
	replacement->fd = open(replacement->temporary, flags, 0600);
	if (replacement->fd < 0 || fstat(replacement->fd, &replacement->new_text))
		return -errno;
	int err = file_write(replacement->fd, replacement->file->text, replacement->file->size)
		?: take_after(replacement);
	if (err)
		return err;
	return fsync(replacement->fd) || fstat(replacement->fd, &replacement->new_text) ? -errno
											: 0;
}

int replacement_init(struct replacement *replacement, const struct config_text *file)
{
	AUTO_FREE char *target = realpath(file->path, NULL);
	int err = !target && errno != ENOENT ? -errno : 0;

	err = replacement_init_named(replacement, target ?: file->path) ?: err;
	replacement->file = file;
	if (err)
		return config_write_failed(file->path, err);
	/* config_open_directory() has said its error. */
	err = open_place(replacement);
	if (err)
		return err;
	err = write_temporary(replacement);
	return err ? config_write_failed(file->path, err) : 0;
}

/* ---- into its place ---- */

static ino_t inode_at(const char *path)
{
	struct stat stat;

	return lstat(path, &stat) ? 0 : stat.st_ino;
}

/* Keeps the old file under a second name while the new one takes its name. */
static int rename_with_backup(struct replacement *replacement)
{
	const char *from = replacement->temporary, *to = replacement->target;

	if (!replacement->old.st_ino) {
		if (link(from, to))
			return errno == EEXIST ? CONFIG_CHANGED : -errno;
		replacement->in_place = true;
		return unlink(from) ? -errno : 0;
	}
	if ((unlink(replacement->backup) && errno != ENOENT) || link(to, replacement->backup))
		return -errno;
	replacement->has_backup = true;
	if (inode_at(replacement->backup) != replacement->old.st_ino)
		return CONFIG_CHANGED;
	if (rename(from, to))
		return -errno;
	replacement->in_place = true;
	return 0;
}

/* Exchanges, where the file system can, so that the old file is there until the end. */
static int trade(struct replacement *replacement)
{
	const char *from = replacement->temporary, *to = replacement->target;
	unsigned flags = replacement->old.st_ino ? RENAME_EXCHANGE : RENAME_NOREPLACE;

	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, flags) == 0) {
		replacement->in_place = true;
		return 0;
	}
	if (errno == EEXIST || errno == ENOENT)
		return CONFIG_CHANGED;
	if (errno != EINVAL && errno != ENOSYS && errno != EOPNOTSUPP)
		return -errno;
	return rename_with_backup(replacement);
}

static bool is_same_text(const struct stat *before, const struct stat *now)
{
	return before->st_size == now->st_size && before->st_mtim.tv_sec == now->st_mtim.tv_sec &&
		before->st_mtim.tv_nsec == now->st_mtim.tv_nsec;
}

/* Whether a program has the file open for writing: the kernel then gives no lease. */
static bool has_writer(int fd)
{
	/* An open between the two calls must not end us, as SIGIO would. */
	fcntl(fd, F_SETSIG, SIGURG);
	if (fcntl(fd, F_SETLEASE, F_RDLCK))
		return errno == EAGAIN;
	fcntl(fd, F_SETLEASE, F_UNLCK);
	return false;
}

/* Whether the exchange has brought out the file that was to be replaced, as it was: an editor may
 * have saved another one in its place since the last look, or written into it. */
static bool has_replaced_old(const struct replacement *replacement)
{
	ino_t brought = inode_at(replacement->temporary);
	struct stat now;

	if (brought && brought != replacement->old.st_ino)
		return false;
	return replacement->old_fd < 0 ||
		(!has_writer(replacement->old_fd) && fstat(replacement->old_fd, &now) == 0 &&
			is_same_text(&replacement->old, &now));
}

int replacement_put_in_place(struct replacement *replacement)
{
	int err = trade(replacement);

	if (!err && !has_replaced_old(replacement))
		err = CONFIG_CHANGED;
	if (!err || err == CONFIG_CHANGED)
		return err;
	config_write_failed(replacement_path(replacement), err);
	if (err == -EBUSY)
		say_hint(
			"%s is a mount point: mount its directory instead, and run the command again",
			replacement->target);
	return err;
}

/* ---- back ---- */

/* Returns whether all is as before. What an editor has written into the new file stays. */
static bool take_out(const struct replacement *replacement)
{
	struct stat now;

	if (!replacement->in_place)
		return true;
	if (file_is_at(AT_FDCWD, replacement->target, replacement->fd) != 1 ||
		fstat(replacement->fd, &now) || !is_same_text(&replacement->new_text, &now))
		return false;
	if (!replacement->old.st_ino)
		return unlink(replacement->target) == 0;
	if (replacement->has_backup)
		return rename(replacement->backup, replacement->target) == 0;
	return renameat2(AT_FDCWD, replacement->temporary, AT_FDCWD, replacement->target,
		       RENAME_EXCHANGE) == 0;
}

void replacement_take_out(struct replacement *replacement)
{
	const char *kept = replacement->has_backup ? replacement->backup : replacement->temporary;

	if (take_out(replacement))
		return;
	replacement->keeps_files = inode_at(kept) == replacement->old.st_ino;
	if (replacement->keeps_files)
		say_error(
			"%s: has its new content, and the old one, kept as %s, could not be put back",
			replacement_path(replacement), kept);
	else
		say_error("%s: has its new content, and the old one is lost",
			replacement_path(replacement));
}

static void clear_file(const struct replacement *replacement, const char *path)
{
	ino_t inode = path ? inode_at(path) : 0;

	if (inode && !replacement->keeps_files &&
		(inode == replacement->new_text.st_ino || inode == replacement->old.st_ino))
		unlink(path);
}

void replacement_clear(const struct replacement *replacement)
{
	clear_file(replacement, replacement->temporary);
	clear_file(replacement, replacement->backup);
}

/* ---- after an interruption ---- */

int replacement_progress(const struct replacement *replacement)
{
	struct stat target = {0}, waiting = {0};

	if ((lstat(replacement->target, &target) && errno != ENOENT) ||
		(lstat(replacement->temporary, &waiting) && errno != ENOENT))
		return config_write_failed(replacement->target, -errno);
	if (target.st_ino == replacement->new_text.st_ino)
		return PROGRESS_DONE;
	return target.st_ino == replacement->old.st_ino &&
			is_same_text(&replacement->old, &target) &&
			waiting.st_ino == replacement->new_text.st_ino
		? PROGRESS_WAITING
		: PROGRESS_FOREIGN;
}

int replacement_resume(struct replacement *replacement)
{
	/* config_open_directory() has said its error. */
	int err = open_place(replacement);

	if (err)
		return err;
	replacement->fd = open(replacement->temporary, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	if (replacement->fd < 0 || fstat(replacement->fd, &replacement->new_text))
		return config_write_failed(replacement->target, -errno);
	if (!replacement->old.st_ino)
		return 0;
	replacement->old_fd = open(replacement->target, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
	return replacement->old_fd < 0 ? config_write_failed(replacement->target, -errno) : 0;
}
