/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "keyfile.h"

#include <base/file.h>
#include <base/lockfile.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../util/say.h"

/* The file that becomes a new one. Under the lock, nobody else has it. */
#define UNFINISHED ".unfinished"

static int keyfile_failed(const struct keyfiles *files, const char *name, const char *what, int err)
{
	say_error("%s%s%s: cannot be %s: %s", files->path, *name ? "/" : "", name, what,
		strerror(-err));
	return err;
}

/* ---- the directory ---- */

static bool is_writable_by_others(const struct stat *st)
{
	return (st->st_uid != 0 && st->st_uid != geteuid()) || st->st_mode & 022;
}

int keyfiles_open(struct keyfiles *files, const char *path, bool optional)
{
	struct stat st;

	*files = (struct keyfiles){.path = path, .directory = -1};
	AUTO_CLOSE int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0 && errno == ENOENT && optional)
		return 0;
	if (directory < 0 || fstat(directory, &st))
		return keyfile_failed(files, "", "opened", -errno);
	if (is_writable_by_others(&st)) {
		say_error("%s: not used: others than root can write to it", path);
		say_hint("check the files in it, then: chown root: %s; chmod 700 %s", path, path);
		return -EPERM;
	}
	files->directory = take_fd(&directory);
	return 0;
}

static int sync_file(int directory, const char *name)
{
	AUTO_CLOSE int fd = openat(directory, name, O_RDONLY | O_CLOEXEC);

	return fd < 0 || fsync(fd) ? -errno : 0;
}

static int keyfiles_make(struct keyfiles *files)
{
	if (files->directory >= 0)
		return 0;
	if ((mkdir(SYSCONFDIR "/ndctl", 0755) && errno != EEXIST) ||
		(mkdir(files->path, 0700) && errno != EEXIST))
		return keyfile_failed(files, "", "created", -errno);
	int err = sync_file(AT_FDCWD, SYSCONFDIR "/ndctl") ?: sync_file(AT_FDCWD, SYSCONFDIR);
	return err ? keyfile_failed(files, "", "synced", err)
		   : keyfiles_open(files, files->path, false);
}

static void keyfiles_tell_waiting(void *data, const char *holder)
{
	say_note("waiting for %s, which uses %s", holder, KEYFILE_DIRECTORY);
}

int keyfiles_lock(void)
{
	const struct lock_wait wait = {
		.milliseconds = LOCK_MILLISECONDS,
		.tell = keyfiles_tell_waiting,
	};
	struct lock_holder holder = {0};
	AUTO_CLOSE int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = lockfile_take(root, "ndctl-keys", &wait, &holder);

	if (fd >= 0)
		return fd;
	if (fd == -ETIMEDOUT)
		say_error("%s: cannot be locked: %s has held the lock for too long",
			KEYFILE_DIRECTORY, holder.name);
	else
		say_error("%s: cannot be locked: %s", KEYFILE_DIRECTORY, strerror(-fd));
	if (fd == -EACCES)
		say_hint("run as root");
	return fd;
}

/* ---- its files ---- */

bool keyfile_exists(const struct keyfiles *files, const char *name)
{
	return files->directory >= 0 &&
		(faccessat(files->directory, name, F_OK, AT_SYMLINK_NOFOLLOW) == 0 ||
			errno != ENOENT);
}

static int check_file(const struct keyfiles *files, const char *name, const struct stat *st)
{
	if (!S_ISREG(st->st_mode) || st->st_size == 0 || st->st_size > KEYTEXT_MOST) {
		say_error("%s/%s: not a key: %s", files->path, name,
			!S_ISREG(st->st_mode)	   ? "not a regular file"
				: st->st_size == 0 ? "the file is empty"
						   : "the file is too large");
		return -EINVAL;
	}
	if (is_writable_by_others(st)) {
		say_error("%s/%s: not used: others than root can write to it", files->path, name);
		say_hint("check it, then: chown root: FILE; chmod 600 FILE");
		return -EPERM;
	}
	/* Not refused: other implementations leave their files so, and the DIMM would stay locked.
	 */
	if (st->st_mode & 044) {
		say_warning("%s/%s: others than root can read it", files->path, name);
		say_hint("chmod 600 %s/%s", files->path, name);
	}
	return 0;
}

int keyfile_read(const struct keyfiles *files, const char *name, struct keytext *text)
{
	/* A link is as good as the file that it names: only root can have made it here. */
	const int flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC;
	struct stat st;

	if (files->directory < 0)
		return keyfile_failed(files, name, "read", -ENOENT);
	AUTO_CLOSE int fd = openat(files->directory, name, flags);
	if (fd < 0 || fstat(fd, &st))
		return keyfile_failed(files, name, "read", -errno);
	int err = check_file(files, name, &st);
	if (err)
		return err;
	err = keytext_init(text, (size_t)st.st_size)
		?: file_read_at(fd, text->text, (size_t)st.st_size, 0);
	if (err)
		return keyfile_failed(files, name, "read", err);
	text->size = (size_t)st.st_size;
	return 0;
}

static int write_unfinished(int directory, const struct keytext *text)
{
	if (unlinkat(directory, UNFINISHED, 0) && errno != ENOENT)
		return -errno;
	return file_create(directory, UNFINISHED, text->text, text->size)
		?: sync_file(directory, UNFINISHED);
}

int keyfile_create(struct keyfiles *files, const char *name, const struct keytext *text)
{
	int err = keyfiles_make(files);

	if (err)
		return err;
	int directory = files->directory;
	err = write_unfinished(directory, text);
	/* Unlike a rename, a link does not take the place of a file. */
	if (!err && linkat(directory, UNFINISHED, directory, name, 0))
		err = -errno;
	unlinkat(directory, UNFINISHED, 0);
	if (!err && fsync(directory)) {
		err = -errno;
		unlinkat(directory, name, 0);
	}
	return err ? keyfile_failed(files, name, "created", err) : 0;
}

int keyfile_rename(const struct keyfiles *files, const char *from, const char *to)
{
	if (renameat(files->directory, from, files->directory, to))
		return keyfile_failed(files, to, "replaced", -errno);
	/* The new file is there, only not safe from a power failure. */
	if (fsync(files->directory))
		say_warning("%s: cannot be synced: %s", files->path, strerror(errno));
	return 0;
}

int keyfile_delete(const struct keyfiles *files, const char *name)
{
	if (keyfile_exists(files, name) && unlinkat(files->directory, name, 0))
		return keyfile_failed(files, name, "deleted", -errno);
	return 0;
}
