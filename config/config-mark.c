/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config-mark.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config.h"

struct config_marked {
	char *name;
	struct stat stat; /* of the target of a symbolic link; zeros for a dangling one */
};

static int mark_compare(const void *a, const void *b)
{
	const struct config_marked *left = a, *right = b;

	return strcmp(left->name, right->name);
}

static struct config_marked *config_mark_find(const struct config_mark *mark, const char *name)
{
	const struct config_marked key = {.name = (char *)name};

	if (!mark->count)
		return NULL;
	return bsearch(&key, mark->files, mark->count, sizeof(key), mark_compare);
}

/* Append a file; the caller sorts the list. */
static int mark_add(struct config_mark *mark, const char *name, const struct stat *stat)
{
	struct config_marked *files = reallocarray(mark->files, mark->count + 1, sizeof(*files));

	if (!files)
		return -ENOMEM;
	mark->files = files;
	files[mark->count] = (struct config_marked){.name = strdup(name), .stat = *stat};
	if (!files[mark->count].name)
		return -ENOMEM;
	mark->count++;
	return 0;
}

/* Add a file, unless it has gone since the directory was read. */
static int mark_add_entry(struct config_mark *mark, int directory, const char *name)
{
	struct stat stat = {0}, link;

	if (fstatat(directory, name, &stat, 0) == 0)
		return mark_add(mark, name, &stat);
	if (errno != ENOENT && errno != ENOTDIR && errno != ELOOP)
		return -errno;
	if (fstatat(directory, name, &link, AT_SYMLINK_NOFOLLOW))
		return errno == ENOENT ? 0 : -errno;
	return mark_add(mark, name, &stat);
}

static void mark_sort(struct config_mark *mark)
{
	if (mark->count)
		qsort(mark->files, mark->count, sizeof(*mark->files), mark_compare);
}

int config_mark_init(struct config_mark *mark, const char *path)
{
	AUTO_CLOSE int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent **entries;
	int err = 0;

	*mark = (struct config_mark){0};
	if (directory < 0)
		return errno == ENOENT ? 0 : -errno;
	int count = scandirat(directory, ".", &entries, config_is_file_name, NULL);
	if (count < 0)
		return -errno;
	for (int i = 0; i < count; i++) {
		err = err ?: mark_add_entry(mark, directory, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	mark_sort(mark);
	return err;
}

void config_mark_deinit(struct config_mark *mark)
{
	for (size_t i = 0; i < mark->count; i++)
		free(mark->files[i].name);
	free(mark->files);
	*mark = (struct config_mark){0};
}

int config_mark_accept(struct config_mark *mark, const char *name, const struct stat *stat)
{
	struct config_marked *marked = config_mark_find(mark, name);

	if (marked) {
		marked->stat = *stat;
		return 0;
	}
	int err = mark_add(mark, name, stat);
	mark_sort(mark);
	return err;
}

static bool mark_same_time(const struct timespec *a, const struct timespec *b)
{
	return a->tv_sec == b->tv_sec && a->tv_nsec == b->tv_nsec;
}

static bool mark_same_file(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
		mark_same_time(&a->st_mtim, &b->st_mtim) &&
		mark_same_time(&a->st_ctim, &b->st_ctim);
}

int config_mark_holds(const struct config_mark *mark, const char *path)
{
	CLEANUP(config_mark_deinit) struct config_mark now;
	int err = config_mark_init(&now, path);

	if (err)
		return err;
	if (now.count != mark->count)
		return 0;
	for (size_t i = 0; i < now.count; i++)
		if (strcmp(now.files[i].name, mark->files[i].name) != 0 ||
			!mark_same_file(&now.files[i].stat, &mark->files[i].stat))
			return 0;
	return 1;
}
