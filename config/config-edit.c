/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config-edit.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <base/file.h>
#include <base/lockfile.h>

#include "config-mark.h"
#include "ini-edit.h"
#include "../util/say.h"

#define OWN_FILE "persist.conf"

/* Tries of a change that other programs' changes of the configuration invalidate. */
#define TRIES_MAX 5

struct edited {
	char *path;
	char *text;
	size_t size;
	bool changed;
};

struct config_edit {
	int lock;
	char *path;
	struct config *config;
	struct config_mark mark; /* the state of the directory before it was read */
	struct edited *files;
	size_t count;
};

static int edit_failed(const char *path, const char *what, int err)
{
	say_error("%s: cannot be %s: %s", path, what, strerror(-err));
	return err;
}

/* ---- lock ---- */

static void edit_tell_waiting(void *data, const char *holder)
{
	say_note("waiting for %s, which uses %s", holder, (const char *)data);
}

/* Name the lock after device and inode: one directory may have several paths. */
static int name_lock(int directory, char *name, size_t size)
{
	struct stat st;

	if (fstat(directory, &st))
		return -errno;
	snprintf(name, size, "config-%jx-%ju", (uintmax_t)st.st_dev, (uintmax_t)st.st_ino);
	return 0;
}

/* Its mode must not depend on the umask of the caller. */
static int create_directory(const char *path)
{
	if (mkdir(path, 0755))
		return errno == EEXIST ? 0 : -errno;
	return chmod(path, 0755) ? -errno : 0;
}

int config_lock(const char *path, bool create)
{
	const struct lock_wait wait = {
		.milliseconds = LOCK_MILLISECONDS,
		.tell = edit_tell_waiting,
		.data = (void *)path,
	};
	struct lock_holder holder;
	char name[64];

	int created = create ? create_directory(path) : 0;
	if (created)
		return edit_failed(path, "created", created);
	AUTO_CLOSE int directory = config_open_directory(path);
	if (directory < 0)
		return directory;
	int err = name_lock(directory, name, sizeof(name));
	if (err)
		return edit_failed(path, "locked", err);
	AUTO_CLOSE int root = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = lockfile_take(root, name, &wait, &holder);
	if (fd == -ETIMEDOUT)
		say_error("%s: cannot be locked: %s has held the lock for too long", path,
			holder.name);
	else if (fd < 0 && (create || fd != -EACCES))
		say_error("%s: cannot be locked: cannot use its lock file in /" LOCKFILE_DIRECTORY
			  ": %s",
			path, strerror(-fd));
	return fd;
}

/* ---- files ---- */

static struct edited *add_file(struct config_edit *edit, const char *path)
{
	struct edited *files = reallocarray(edit->files, edit->count + 1, sizeof(*files));

	if (!files)
		return NULL;
	edit->files = files;
	files[edit->count] = (struct edited){.path = strdup(path)};
	return files[edit->count].path ? &files[edit->count++] : NULL;
}

/* Find the file, or load it before its first change. */
static int get_file(struct config_edit *edit, const char *path, struct edited **out)
{
	for (size_t i = 0; i < edit->count; i++)
		if (strcmp(edit->files[i].path, path) == 0) {
			*out = &edit->files[i];
			return 0;
		}
	struct edited *file = add_file(edit, path);
	if (!file)
		return edit_failed(path, "read", -ENOMEM);
	int err = config_read_file(AT_FDCWD, path, path, &file->text, &file->size);
	if (err == -ENOENT) {
		file->text = strdup("");
		err = file->text ? 0 : -ENOMEM;
	}
	*out = file;
	return err;
}

/* Refuse a change if a file or section is unreadable: it may win at the next boot. */
static int check_whole(const struct config_edit *edit)
{
	const struct config *config = edit->config;

	if (!config->wrong && !config->err)
		return 0;
	say_error("%s: not changed: %s", edit->path,
		config->err ? "it contains a file that cannot be used"
			    : "it contains a mistake that may concern any device");
	return config->err ?: -EINVAL;
}

void config_unlock(int lock)
{
	if (lock >= 0)
		lockfile_release(lock);
}

/* The lock of config_hold(), which lasts as long as the process. */
static int held_lock = -1;

void config_progress(void)
{
	if (held_lock >= 0)
		lockfile_progress(held_lock);
}

int config_hold(const char *path)
{
	if (held_lock < 0)
		held_lock = config_lock(path, true);
	config_progress();
	return held_lock < 0 ? held_lock : 0;
}

int config_edit_new(const char *path, struct config_edit **out)
{
	AUTO_CONFIG_EDIT struct config_edit *edit = calloc(1, sizeof(*edit));

	if (!edit)
		return -ENOMEM;
	edit->lock = held_lock >= 0 ? -1 : config_lock(path, true);
	if (edit->lock < 0 && held_lock < 0)
		return edit->lock;
	edit->path = strdup(path);
	if (!edit->path)
		return -ENOMEM;
	int err = config_complete(path);
	if (err)
		return err;
	err = config_mark_init(&edit->mark, path);
	if (err)
		return edit_failed(path, "read", err);
	err = config_read(path, &edit->config) ?: check_whole(edit);
	if (!err)
		*out = TAKE(edit);
	return err;
}

void config_edit_free(struct config_edit *edit)
{
	if (!edit)
		return;
	for (size_t i = 0; i < edit->count; i++) {
		free(edit->files[i].path);
		free(edit->files[i].text);
	}
	config_unlock(edit->lock);
	free(edit->files);
	free(edit->path);
	config_mark_deinit(&edit->mark);
	config_free(edit->config);
	free(edit);
}

const struct config *config_edit_config(const struct config_edit *edit)
{
	return edit->config;
}

/* Replace the text of the file by an edited one. */
static int rewrite(struct edited *file, ini_edit_fn *fn, const char *name,
	const struct setting *settings, size_t count)
{
	char *text;
	size_t size;
	int err = fn(file->text, file->size, name, settings, count, &text, &size);

	if (err)
		return err;
	file->changed |= size != file->size || memcmp(text, file->text, size) != 0;
	free(file->text);
	file->text = text;
	file->size = size;
	return 0;
}

static int check_usable(const struct section *section)
{
	if (!section->wrong)
		return 0;
	say_error("%s: [%s]: not changed: the section has a mistake", section->file, section->name);
	return -EINVAL;
}

int config_edit_set(struct config_edit *edit, const struct section *section,
	const struct setting *settings, size_t count)
{
	struct edited *file;
	int err = check_usable(section) ?: get_file(edit, section->file, &file);

	return err ?: rewrite(file, ini_set_section, section->name, settings, count);
}

int config_edit_remove(struct config_edit *edit, const struct section *section)
{
	struct edited *file;
	int err = check_usable(section) ?: get_file(edit, section->file, &file);

	return err ?: rewrite(file, ini_remove_section, section->name, NULL, 0);
}

static bool section_name_is_used(
	const struct config_edit *edit, const struct edited *own, const char *name)
{
	for (const struct section *section = edit->config->sections; section;
		section = section->next)
		if (strcmp(section->name, name) == 0)
			return true;
	return ini_has_section(own->text, own->size, name);
}

/* Store the header of a new section: "@kind @name", or @name-2 and so on if the name is used. */
static int choose_section_name(const struct config_edit *edit, const struct edited *file,
	const char *kind, const char *name, char **out)
{
	for (unsigned i = 1;; i++) {
		AUTO_FREE char *whole = NULL;
		char suffix[16] = "";
		if (i > 1)
			snprintf(suffix, sizeof(suffix), "-%u", i);
		if (asprintf(&whole, "%s %s%s", kind, name, suffix) < 0) {
			whole = NULL;
			return -ENOMEM;
		}
		if (section_name_is_used(edit, file, whole))
			continue;
		*out = TAKE(whole);
		return 0;
	}
}

int config_edit_add(struct config_edit *edit, const char *kind, const char *name,
	const struct setting *settings, size_t count)
{
	AUTO_FREE char *path = NULL, *whole = NULL;
	struct edited *file;

	if (asprintf(&path, "%s/" OWN_FILE, edit->path) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	int err = get_file(edit, path, &file);
	if (err)
		return err;
	err = choose_section_name(edit, file, kind, name, &whole);
	return err ?: rewrite(file, ini_add_section, whole, settings, count);
}

/* ---- writing ---- */

int config_edit_commit(struct config_edit *edit)
{
	AUTO_FREE struct config_text *texts = calloc(edit->count ?: 1, sizeof(*texts));
	size_t count = 0;

	if (!texts)
		return -ENOMEM;
	for (size_t i = 0; i < edit->count; i++) {
		const struct edited *file = &edit->files[i];
		if (file->changed)
			texts[count++] = (struct config_text){file->path, file->text, file->size};
	}
	int err = config_commit(&edit->mark, edit->path, texts, count);
	for (size_t i = 0; !err && i < edit->count; i++)
		edit->files[i].changed = false;
	return err;
}

bool config_edit_again(const char *path, int err, unsigned *tries)
{
	if (err != CONFIG_CHANGED)
		return false;
	/* Let an editor finish that has a file open for writing. */
	const struct timespec pause = {.tv_nsec = (20000000L << *tries)};

	if (++*tries < TRIES_MAX) {
		nanosleep(&pause, NULL);
		return true;
	}
	say_error("%s: not changed: other programs keep changing it", path);
	return false;
}
