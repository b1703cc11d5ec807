/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../util/say.h"

/* Room for 13000 sections of 300 bytes. */
#define FILE_MAX (4 << 20)

void config_free_section(struct section *section)
{
	free(section->file);
	free(section->name);
	free(section->region_path);
	free(section->ranges);
	free(section);
}

static void forget_name(void *section)
{
}

void config_free(struct config *config)
{
	if (config)
		tdestroy(config->names, forget_name);
	while (config && config->sections) {
		struct section *section = config->sections;
		config->sections = section->next;
		config_free_section(section);
	}
	free(config);
}

static int config_file_failed(const char *path, int err)
{
	if (err != -ENOENT)
		say_error("%s: cannot be read: %s", path, strerror(-err));
	return err;
}

/* Refuse a file that others than root can write: it decides how the next boot uses the memory. */
static int check_file_owner(int fd, const char *path, mode_t type)
{
	struct stat stat;

	if (fstat(fd, &stat))
		return config_file_failed(path, -errno);
	if ((stat.st_mode & S_IFMT) != type) {
		say_error("%s: not used: must be a %s", path,
			type == S_IFDIR ? "directory" : "regular file");
		return -EINVAL;
	}
	if (stat.st_uid == 0 && !(stat.st_mode & (S_IWGRP | S_IWOTH)))
		return 0;
	say_error("%s: not used: only root may own and write it", path);
	say_hint("chown root %s; chmod go-w %s", path, path);
	return -EPERM;
}

static int read_text(int fd, const char *path, char **text, size_t *size)
{
	struct stat stat;

	if (fstat(fd, &stat))
		return config_file_failed(path, -errno);
	if (stat.st_size > FILE_MAX)
		return config_file_failed(path, -EFBIG);
	/* Ask for one byte more than the size, to notice a file that grows or shrinks. */
	AUTO_FREE char *bytes = malloc((size_t)stat.st_size + 1);
	if (!bytes)
		return config_file_failed(path, -ENOMEM);
	size_t done = 0;
	for (ssize_t got = 1; got && done <= (size_t)stat.st_size; done += (size_t)got) {
		got = read(fd, bytes + done, (size_t)stat.st_size + 1 - done);
		if (got < 0)
			return config_file_failed(path, -errno);
	}
	if (done != (size_t)stat.st_size) {
		say_error("%s: not used: its size changed while it was read", path);
		return -EAGAIN;
	}
	bytes[done] = 0;
	if (memchr(bytes, 0, done)) {
		say_error("%s: not used: must be a text file, but contains a NUL byte", path);
		return -EINVAL;
	}
	*text = TAKE(bytes);
	*size = done;
	return 0;
}

int config_read_file(int directory, const char *path, const char *name, char **text, size_t *size)
{
	/* Do not block if the file is a pipe. */
	AUTO_CLOSE int fd = openat(directory, name, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd < 0)
		return config_file_failed(path, -errno);
	return check_file_owner(fd, path, S_IFREG) ?: read_text(fd, path, text, size);
}

int config_open_directory(const char *path)
{
	AUTO_CLOSE int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (directory < 0)
		return config_file_failed(path, -errno);
	return check_file_owner(directory, path, S_IFDIR) ?: take_fd(&directory);
}

static int read_config_file(
	struct config *config, int directory, const char *path, const char *name)
{
	AUTO_FREE char *file = NULL;
	char *text = NULL;
	size_t size = 0;

	if (asprintf(&file, "%s/%s", path, name) < 0) {
		file = NULL;
		return -ENOMEM;
	}
	int err = config_read_file(directory, file, name, &text, &size);
	/* Report a dangling symbolic link. */
	if (err == -ENOENT) {
		say_error("%s: cannot be read: %s", file, strerror(-err));
		/* Callers read -ENOENT as "no section". */
		err = -EINVAL;
	}
	if (err) {
		config->err = err;
		config->mistakes++;
		config->found = true;
		return 0;
	}
	return config_parse(config, file, text, size);
}

int config_is_file_name(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > strlen(".conf") &&
		strcmp(entry->d_name + length - strlen(".conf"), ".conf") == 0;
}

static int read_directory(struct config *config, const char *path)
{
	struct dirent **entries;
	AUTO_CLOSE int directory = config_open_directory(path);

	if (directory < 0)
		return directory == -ENOENT ? 0 : directory;
	int count = scandirat(directory, ".", &entries, config_is_file_name, versionsort);
	if (count < 0)
		return config_file_failed(path, -errno);
	int err = 0;
	for (int i = 0; i < count; i++) {
		if (!err && !(config->found && config->first_only))
			err = read_config_file(config, directory, path, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return err;
}

int config_read_for(const char *path, const struct config_scope *scope, struct config **out)
{
	AUTO_CONFIG struct config *config = calloc(1, sizeof(*config));

	if (!config)
		return -ENOMEM;
	config->scope = scope;
	int err = read_directory(config, path);
	config->scope = NULL;
	if (!err)
		*out = TAKE(config);
	return err;
}

int config_read(const char *path, struct config **out)
{
	return config_read_for(path, NULL, out);
}

bool config_may_concern(const char *path, const struct config_scope *scope)
{
	AUTO_CONFIG struct config *config = calloc(1, sizeof(*config));

	if (!config)
		return true;
	config->scope = scope;
	config->first_only = true;
	bool before = say_quietly(true);
	int err = read_directory(config, path);
	say_quietly(before);
	return err || config->found;
}
