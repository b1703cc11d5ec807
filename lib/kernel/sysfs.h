/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel.h"
#include "names.h"

/*
 * Directories of sysfs. A directory is opened once and shared by the objects in it. A path below
 * it is the object's name and an attribute, so that an object needs no descriptor of its own. Each
 * function makes about one system call, and shows it in the debug log.
 *
 * Besides the errnos of parse_line() (parse.h), functions return
 *   -ENOENT        the file or object does not exist (any more)
 *   -ENODEV        the object went away while it was open
 *   -EFBIG         more than one page, which no attribute has
 *   -ENAMETOOLONG  the name does not fit a path
 */
struct directory;

/* Opens @path, relative to the root, for example "sys/bus/dax/devices". The caller holds a
 * reference. */
int directory_open(struct kernel *kernel, const char *path, struct directory **directory);
/* Makes the directory @name in @parent without a system call: it shares the descriptor of @parent,
 * since descriptors are limited. */
int directory_below(struct directory *parent, const char *name, struct directory **directory);
struct directory *directory_ref(struct directory *directory);
struct directory *directory_unref(struct directory *directory);
struct kernel *directory_kernel(const struct directory *directory);

static inline void cleanup_directory(struct directory **directory)
{
	directory_unref(*directory);
}
#define AUTO_DIRECTORY CLEANUP(cleanup_directory)

#define SYSFS_PAGE 4096

/* Stores in @path, which has room for PATH_MAX bytes, where @object is, relative to the root. */
int sysfs_path(const struct directory *directory, const char *object, char *path);
/* Reads @object/@attr into @text, which has room for SYSFS_PAGE + 1 bytes, without the newline. */
int sysfs_read(const struct directory *directory, const char *object, const char *attr, char *text);
/* Reads a property of the device tree, which is a list of strings that each end with a NUL: the
 * first of them. */
int sysfs_read_first(
	const struct directory *directory, const char *object, const char *attr, char *text);
/* Reads a list whose end, and with it the newline, the kernel may have cut off. Keeps all of it. */
int sysfs_read_cut(
	const struct directory *directory, const char *object, const char *attr, char *text);
/* Opens an attribute to wait for its changes (watch.h). Returns a descriptor for the caller to
 * close, or a negative errno. */
int sysfs_open_read(const struct directory *directory, const char *object, const char *attr);
int sysfs_write(
	const struct directory *directory, const char *object, const char *attr, const char *value);
/* The three parts of sysfs_write(), for a write in another process. sysfs_open_write() returns a
 * descriptor for the caller to close, or a negative errno. sysfs_write_fd() makes system calls
 * only. sysfs_report_write() logs the write, records the cause of failure @err, a negative errno
 * or 0, and returns @err. */
int sysfs_open_write(const struct directory *directory, const char *object, const char *attr);
int sysfs_write_fd(int fd, const char *value);
int sysfs_report_write(const struct directory *directory, const char *object, const char *attr,
	const char *value, int err);
/* Stores in @target, which has room for PATH_MAX bytes, the target of the link @object/@attr.
 * @attr may be NULL for the object itself. */
int sysfs_link(
	const struct directory *directory, const char *object, const char *attr, char *target);
bool sysfs_exists(const struct directory *directory, const char *object, const char *attr);
/* Adds to @names the names in @object (NULL: in the directory itself) for which @want is true
 * (NULL: all except dot names), and sorts @names. */
int sysfs_list(const struct directory *directory, const char *object,
	bool (*want)(const char *name), struct names *names);
/* Calls @fn with each name in @directory and the inode number of its entry, in no order. A result
 * of @fn other than 0 ends the listing and is returned. In the bus's directory of links, a device
 * that is created later under the same name has another number. */
typedef int sysfs_entry_fn(void *data, const char *name, uint64_t inode);
int sysfs_each(const struct directory *directory, sysfs_entry_fn *fn, void *data);
/* Stores in @resolved, which has room for PATH_MAX bytes, where @path leads: without links, and
 * relative to the root like @path. */
int sysfs_resolve(struct kernel *kernel, const char *path, char *resolved);
/* Returns a number of the directory @object/@attr, 0 if it does not exist. A directory that is
 * created later under the same name has another number. */
uint64_t sysfs_identity(const struct directory *directory, const char *object, const char *attr);
/* The same for the entry @name itself, also if it is a link: the number that sysfs_each() gives. */
uint64_t sysfs_entry_identity(const struct directory *directory, const char *name);
