/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config-replace.h"

#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/vfs.h>
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

/* Gives @to the owner, permissions and attributes of @from, and stores what @from is in @stat. */
static int copy_owner(int from, int to, struct stat *stat)
{
	if (fstat(from, stat) || fchown(to, stat->st_uid, stat->st_gid) ||
		fchmod(to, stat->st_mode & 07777))
		return -errno;
	copy_attributes(from, to);
	return 0;
}

/* Makes the new file like the old one, if there is one. */
static int take_after(struct replacement *replacement)
{
	replacement->old_fd = open(replacement->target, O_RDONLY | O_CLOEXEC);
	if (replacement->old_fd < 0)
		return errno == ENOENT ? fchmod(replacement->fd, 0644) ? -errno : 0 : -errno;
	return copy_owner(replacement->old_fd, replacement->fd, &replacement->old);
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

static bool is_same_text(const struct stat *before, const struct stat *now)
{
	return before->st_size == now->st_size && before->st_mtim.tv_sec == now->st_mtim.tv_sec &&
		before->st_mtim.tv_nsec == now->st_mtim.tv_nsec;
}

/* Whether a refused lease says that somebody writes. NFS 4 and CIFS refuse it whenever the server
 * has not delegated the file to this machine, which it need not do. */
static bool keeps_leases(int fd)
{
	static const uint32_t servers[] = {
		0x6969,	    /* NFS */
		0xff534d42, /* CIFS */
		0xfe534d42, /* SMB 2 and 3 */
	};
	struct statfs fs;

	if (fstatfs(fd, &fs))
		return true;
	for (size_t i = 0; i < sizeof(servers) / sizeof(*servers); i++)
		if ((uint32_t)fs.f_type == servers[i])
			return false;
	return true;
}

/* Whether a program is known to have the file open for writing: the kernel then gives no lease. */
static bool has_writer(int fd)
{
	/* An open between the two calls must not end us, as SIGIO would. */
	fcntl(fd, F_SETSIG, SIGURG);
	if (fcntl(fd, F_SETLEASE, F_RDLCK))
		return errno == EAGAIN && keeps_leases(fd);
	fcntl(fd, F_SETLEASE, F_UNLCK);
	return false;
}

/* Whether the old file is as it was when it was read, and nobody is known to write it. */
static bool is_old_unchanged(const struct replacement *replacement)
{
	struct stat now;

	return !has_writer(replacement->old_fd) && fstat(replacement->old_fd, &now) == 0 &&
		is_same_text(&replacement->old, &now);
}

/* ---- where files cannot be exchanged ---- */

/* Whether link() has failed because the file system has no links, as FAT and exFAT. */
static bool lacks_links(int error)
{
	return error == EPERM || error == EOPNOTSUPP || error == ENOSYS;
}

static int copy_text(int from, int to)
{
	char bytes[4096];

	for (off_t offset = 0;;) {
		ssize_t size = pread(from, bytes, sizeof(bytes), offset);
		if (size <= 0)
			return size ? -errno : 0;
		int err = file_write(to, bytes, (size_t)size);
		if (err)
			return err;
		offset += size;
	}
}

/* Copies the old file, as it is now, to @path, and stores the inode of the copy. */
static int copy_old(const struct replacement *replacement, const char *path, ino_t *inode)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC;
	AUTO_CLOSE int fd = open(path, flags, 0600);
	struct stat stat;

	if (fd < 0)
		return -errno;
	int err = copy_text(replacement->old_fd, fd) ?: copy_owner(replacement->old_fd, fd, &stat);
	if (!err && (fsync(fd) || fstat(fd, &stat)))
		err = -errno;
	if (err)
		unlink(path);
	else
		*inode = stat.st_ino;
	return err;
}

/* Gives the old file its second name or, without links, a copy. */
static int keep_backup(struct replacement *replacement)
{
	const char *target = replacement->target, *backup = replacement->backup;

	if (unlink(backup) && errno != ENOENT)
		return -errno;
	if (link(target, backup) == 0) {
		replacement->backup_inode = inode_at(backup);
		return replacement->backup_inode == replacement->old.st_ino ? 0 : CONFIG_CHANGED;
	}
	if (!lacks_links(errno))
		return -errno;
	int err = copy_old(replacement, backup, &replacement->backup_inode);
	if (err)
		return err;
	/* What is written into the old file from here on is not in the copy. */
	return inode_at(target) == replacement->old.st_ino && is_old_unchanged(replacement)
		? 0
		: CONFIG_CHANGED;
}

static int rename_into_place(struct replacement *replacement)
{
	if (rename(replacement->temporary, replacement->target))
		return -errno;
	replacement->in_place = true;
	return 0;
}

/* Gives the new text a name that no file has. */
static int link_into_place(struct replacement *replacement)
{
	const char *from = replacement->temporary, *to = replacement->target;
	struct stat stat;

	if (link(from, to) == 0) {
		replacement->in_place = true;
		return unlink(from) ? -errno : 0;
	}
	if (errno == EEXIST)
		return CONFIG_CHANGED;
	if (!lacks_links(errno))
		return -errno;
	if (lstat(to, &stat) == 0)
		return CONFIG_CHANGED;
	return errno == ENOENT ? rename_into_place(replacement) : -errno;
}

/* Keeps the old file beside the new one, which takes its name. */
static int rename_with_backup(struct replacement *replacement)
{
	return keep_backup(replacement) ?: rename_into_place(replacement);
}

/* ---- the exchange ---- */

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
	return replacement->old.st_ino ? rename_with_backup(replacement)
				       : link_into_place(replacement);
}

/* Whether the exchange has brought out the file that was to be replaced, as it was: an editor may
 * have saved another one in its place since the last look, or written into it. */
static bool has_replaced_old(const struct replacement *replacement)
{
	ino_t brought = inode_at(replacement->temporary);

	if (brought && brought != replacement->old.st_ino)
		return false;
	return replacement->old_fd < 0 || is_old_unchanged(replacement);
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

/* A copy does not have what was written into the old file since: copies it again. */
static bool put_backup_back(struct replacement *replacement)
{
	const char *again = replacement->temporary;
	ino_t inode;

	if (replacement->backup_inode != replacement->old.st_ino &&
		!is_old_unchanged(replacement)) {
		if (copy_old(replacement, again, &inode) || rename(again, replacement->backup))
			return false;
		replacement->backup_inode = inode;
	}
	return rename(replacement->backup, replacement->target) == 0;
}

/* Returns whether all is as before. What an editor has written into the new file stays. */
static bool take_out(struct replacement *replacement)
{
	struct stat now;

	if (!replacement->in_place)
		return true;
	if (file_is_at(AT_FDCWD, replacement->target, replacement->fd) != 1 ||
		fstat(replacement->fd, &now) || !is_same_text(&replacement->new_text, &now))
		return false;
	if (!replacement->old.st_ino)
		return unlink(replacement->target) == 0;
	if (replacement->backup_inode)
		return put_backup_back(replacement);
	return renameat2(AT_FDCWD, replacement->temporary, AT_FDCWD, replacement->target,
		       RENAME_EXCHANGE) == 0;
}

void replacement_take_out(struct replacement *replacement)
{
	const char *kept = replacement->backup_inode ? replacement->backup : replacement->temporary;

	if (take_out(replacement))
		return;
	replacement->keeps_files =
		inode_at(kept) == (replacement->backup_inode ?: replacement->old.st_ino);
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
		(inode == replacement->new_text.st_ino || inode == replacement->old.st_ino ||
			inode == replacement->backup_inode))
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

void replacement_own_backup(struct replacement *replacement)
{
	replacement->backup_inode = inode_at(replacement->backup);
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
