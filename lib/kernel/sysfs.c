/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "sysfs.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "parse.h"

struct directory {
	struct kernel *kernel;
	struct directory *parent; /* the directory whose descriptor it shares, or NULL */
	char *path;		  /* of the descriptor, relative to the root */
	char *below; /* from there to the directory: "", or a path with a slash at its end */
	int fd;
	unsigned refs;
};

static void cleanup_new(struct directory **directory)
{
	if (!*directory)
		return;
	free((*directory)->path);
	free((*directory)->below);
	free(*directory);
}

static struct directory *directory_new(struct kernel *kernel, const char *path, const char *below)
{
	CLEANUP(cleanup_new) struct directory *directory = calloc(1, sizeof(*directory));

	if (!directory)
		return NULL;
	directory->kernel = kernel;
	directory->path = strdup(path);
	directory->below = strdup(below);
	directory->refs = 1;
	return directory->path && directory->below ? TAKE(directory) : NULL;
}

int directory_open(struct kernel *kernel, const char *path, struct directory **out)
{
	CLEANUP(cleanup_new) struct directory *directory = directory_new(kernel, path, "");
	if (!directory)
		return -ENOMEM;

	directory->fd = openat(kernel_root(kernel), path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (directory->fd < 0) {
		int err = -errno;
		log_at(kernel, log_priority_of(err), "open /%s: %s", path, strerror(-err));
		return err;
	}
	*out = TAKE(directory);
	return 0;
}

int directory_below(struct directory *parent, const char *name, struct directory **out)
{
	char below[PATH_MAX];
	int length = snprintf(below, sizeof(below), "%s%s/", parent->below, name);
	if (length >= (int)sizeof(below))
		return -ENAMETOOLONG;

	struct directory *directory = directory_new(parent->kernel, parent->path, below);
	if (!directory)
		return -ENOMEM;
	directory->parent = directory_ref(parent);
	directory->fd = parent->fd;
	*out = directory;
	return 0;
}

struct directory *directory_ref(struct directory *directory)
{
	directory->refs++;
	return directory;
}

struct directory *directory_unref(struct directory *directory)
{
	if (!directory || --directory->refs)
		return NULL;
	if (directory->parent)
		directory_unref(directory->parent);
	else
		close(directory->fd);
	cleanup_new(&directory);
	return NULL;
}

struct kernel *directory_kernel(const struct directory *directory)
{
	return directory->kernel;
}

/* Store @object/@attr in @path, which has room for PATH_MAX bytes. Either may be NULL. */
static int join_path(
	const struct directory *directory, const char *object, const char *attr, char *path)
{
	const char *slash = object && attr ? "/" : "";
	const char *here = object || attr || *directory->below ? "" : ".";
	int length = snprintf(path, PATH_MAX, "%s%s%s%s%s", directory->below, here, object ?: "",
		slash, attr ?: "");

	return length < PATH_MAX ? 0 : -ENAMETOOLONG;
}

int sysfs_path(const struct directory *directory, const char *object, char *path)
{
	int length = snprintf(
		path, PATH_MAX, "%s/%s%s", directory->path, directory->below, object ?: "");

	return length < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static ssize_t read_attribute(const struct directory *directory, const char *path, char *text)
{
	AUTO_CLOSE int fd = openat(directory->fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return -errno;

	/* Read once: the kernel gives an attribute whole in one read. */
	ssize_t size = read(fd, text, SYSFS_PAGE + 1);
	if (size < 0)
		return -errno;
	return size > SYSFS_PAGE ? -EFBIG : size;
}

int sysfs_read(const struct directory *directory, const char *object, const char *attr, char *text)
{
	char path[PATH_MAX];
	int err = join_path(directory, object, attr, path);
	if (err)
		return err;

	ssize_t size = read_attribute(directory, path, text);
	err = size < 0 ? (int)size : parse_line(text, size);
	log_at(directory->kernel, log_priority_of(err), "read /%s/%s: %s", directory->path, path,
		err ? strerror(-err) : text);
	return err;
}

int sysfs_read_cut(
	const struct directory *directory, const char *object, const char *attr, char *text)
{
	char path[PATH_MAX];
	int err = join_path(directory, object, attr, path);
	if (err)
		return err;

	ssize_t size = read_attribute(directory, path, text);
	if (size < 0)
		return (int)size;
	text[size] = 0;
	return strlen(text) == (size_t)size ? 0 : -EINVAL;
}

int sysfs_read_first(
	const struct directory *directory, const char *object, const char *attr, char *text)
{
	char path[PATH_MAX];
	int err = join_path(directory, object, attr, path);
	if (err)
		return err;

	ssize_t size = read_attribute(directory, path, text);
	if (size < 0)
		return (int)size;
	return memchr(text, 0, (size_t)size) ? 0 : -EINVAL;
}

static int open_attribute(
	const struct directory *directory, const char *object, const char *attr, int mode)
{
	char path[PATH_MAX];
	int err = join_path(directory, object, attr, path);
	if (err)
		return err;

	int fd = openat(directory->fd, path, mode | O_CLOEXEC | O_NOCTTY);
	return fd < 0 ? -errno : fd;
}

int sysfs_open_read(const struct directory *directory, const char *object, const char *attr)
{
	return open_attribute(directory, object, attr, O_RDONLY);
}

int sysfs_open_write(const struct directory *directory, const char *object, const char *attr)
{
	return open_attribute(directory, object, attr, O_WRONLY);
}

int sysfs_write_fd(int fd, const char *value)
{
	ssize_t size = write(fd, value, strlen(value));

	if (size < 0)
		return -errno;
	return (size_t)size == strlen(value) ? 0 : -EIO;
}

int sysfs_report_write(const struct directory *directory, const char *object, const char *attr,
	const char *value, int err)
{
	char path[PATH_MAX];
	if (join_path(directory, object, attr, path))
		return err;

	log_debug(directory->kernel, "write '%s' to /%s/%s: %s", value, directory->path, path,
		err ? strerror(-err) : "done");
	if (err == -EINTR)
		return kernel_fail(directory->kernel, EINTR, "interrupted");
	if (err)
		kernel_fail(directory->kernel, -err, "the kernel refused '%s' in /%s/%s: %s", value,
			directory->path, path, strerror(-err));
	return err;
}

int sysfs_write(
	const struct directory *directory, const char *object, const char *attr, const char *value)
{
	AUTO_CLOSE int fd = sysfs_open_write(directory, object, attr);
	int err = fd < 0 ? fd : sysfs_write_fd(fd, value);

	return sysfs_report_write(directory, object, attr, value, err);
}

int sysfs_link(
	const struct directory *directory, const char *object, const char *attr, char *target)
{
	char path[PATH_MAX];
	int err = join_path(directory, object, attr, path);
	if (err)
		return err;

	ssize_t size = readlinkat(directory->fd, path, target, PATH_MAX);
	if (size < 0)
		err = -errno;
	else if (size == PATH_MAX)
		err = -ENAMETOOLONG;
	else
		target[size] = 0;
	log_at(directory->kernel, log_priority_of(err), "link /%s/%s: %s", directory->path, path,
		err ? strerror(-err) : target);
	return err;
}

bool sysfs_exists(const struct directory *directory, const char *object, const char *attr)
{
	char path[PATH_MAX];

	bool there = join_path(directory, object, attr, path) == 0 &&
		faccessat(directory->fd, path, F_OK, 0) == 0;
	log_debug(directory->kernel, "/%s/%s: %s", directory->path, path,
		there ? "there" : "not there");
	return there;
}

static int open_directory(const struct directory *directory, const char *path)
{
	int fd = openat(directory->fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static void cleanup_dir(DIR **dir)
{
	if (*dir)
		closedir(*dir);
}

static int read_entries(int fd, sysfs_entry_fn *fn, void *data)
{
	CLEANUP(cleanup_dir) DIR *dir = fdopendir(fd);
	if (!dir) {
		close(fd);
		return -ENOMEM;
	}

	for (;;) {
		errno = 0;
		const struct dirent *entry = readdir(dir);
		if (!entry)
			return -errno;
		int err = entry->d_name[0] == '.' ? 0 : fn(data, entry->d_name, entry->d_ino);
		if (err)
			return err;
	}
}

int sysfs_each(const struct directory *directory, sysfs_entry_fn *fn, void *data)
{
	char path[PATH_MAX];
	int err = join_path(directory, NULL, NULL, path);
	if (err)
		return err;

	int fd = open_directory(directory, path);
	err = fd < 0 ? fd : read_entries(fd, fn, data);
	log_at(directory->kernel, log_priority_of(err), "list /%s/%s: %s", directory->path, path,
		err ? strerror(-err) : "done");
	return err;
}

struct wanted {
	bool (*want)(const char *name);
	struct names *names;
};

static int add_wanted(void *data, const char *name, uint64_t inode)
{
	const struct wanted *wanted = data;

	(void)inode;
	return !wanted->want || wanted->want(name) ? names_add(wanted->names, name) : 0;
}

static int read_names(int fd, bool (*want)(const char *name), struct names *names)
{
	int err = read_entries(fd, add_wanted, &(struct wanted){want, names});

	if (!err)
		names_sort(names);
	return err;
}

int sysfs_list(const struct directory *directory, const char *object,
	bool (*want)(const char *name), struct names *names)
{
	char path[PATH_MAX];
	int err = join_path(directory, object, NULL, path);
	if (err)
		return err;

	int fd = open_directory(directory, path);
	err = fd < 0 ? fd : read_names(fd, want, names);
	if (err)
		log_at(directory->kernel, log_priority_of(err), "list /%s/%s: %s", directory->path,
			path, strerror(-err));
	else
		log_debug(directory->kernel, "list /%s/%s: %zu names", directory->path, path,
			names->count);
	return err;
}

/* Store in @path the path of a descriptor, as this process sees the file systems. */
static int path_of(int fd, char *path)
{
	char link[32];

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	ssize_t size = readlink(link, path, PATH_MAX);
	if (size < 0)
		return -errno;
	if (size == PATH_MAX)
		return -ENAMETOOLONG;
	path[size] = 0;
	return 0;
}

int sysfs_resolve(struct kernel *kernel, const char *path, char *resolved)
{
	char root[PATH_MAX], whole[PATH_MAX];
	AUTO_CLOSE int fd = openat(kernel_root(kernel), path, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	int err = path_of(kernel_root(kernel), root) ?: path_of(fd, whole);
	if (err)
		return err;
	size_t length = strcmp(root, "/") == 0 ? 0 : strlen(root);
	if (strncmp(whole, root, length) != 0 || whole[length] != '/')
		return -EXDEV;
	strcpy(resolved, whole + length + 1);
	log_debug(kernel, "/%s: is /%s", path, resolved);
	return 0;
}

static uint64_t read_inode(
	const struct directory *directory, const char *object, const char *attr, int flags)
{
	char path[PATH_MAX];
	struct stat found;

	if (join_path(directory, object, attr, path) || fstatat(directory->fd, path, &found, flags))
		return 0;
	return found.st_ino;
}

uint64_t sysfs_identity(const struct directory *directory, const char *object, const char *attr)
{
	return read_inode(directory, object, attr, 0);
}

uint64_t sysfs_entry_identity(const struct directory *directory, const char *name)
{
	return read_inode(directory, name, NULL, AT_SYMLINK_NOFOLLOW);
}
