/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel.h"
#include "names.h"

/*
 * Directories of sysfs, and one system call for what can be done in one. A directory is opened once
 * and shared by the objects in it; paths below it are given as the object's name and what is wanted
 * of the object, so that no object needs a descriptor of its own. Every read and write is in the
 * debug log.
 *
 * Besides what parse_line (parse.h) returns, functions give
 *   -ENOENT        there is no such file or object (any more)
 *   -ENODEV        the object went away while it was open
 *   -EFBIG         more than one page, which no attribute is
 *   -ENAMETOOLONG  the name does not fit a path
 */
struct directory;

/* @path is relative to the root, for example "sys/bus/dax/devices". */
int directory_open(struct kernel *kernel, const char *path, struct directory **directory);
/* The directory @name in @parent, with the descriptor of @parent: no system call, and none of the
 * limited descriptors. */
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

/* Where @object is, relative to the root; @path has room for PATH_MAX bytes. */
int sysfs_path(const struct directory *directory, const char *object, char *path);
/* Reads @object/@attr into @text (room for SYSFS_PAGE + 1 bytes) without the newline. */
int sysfs_read(const struct directory *directory, const char *object, const char *attr, char *text);
/* The same for a list of which the kernel may have cut the end, and with it the newline: all is
 * kept. */
int sysfs_read_cut(
	const struct directory *directory, const char *object, const char *attr, char *text);
int sysfs_write(
	const struct directory *directory, const char *object, const char *attr, const char *value);
/* The three parts of sysfs_write, for a write that another process makes. Opening returns a
 * descriptor for the caller to close, or a negative errno. Writing makes system calls only.
 * Reporting logs the write, records the cause of the failure @err, a negative errno, and returns
 * @err. */
int sysfs_open_write(const struct directory *directory, const char *object, const char *attr);
int sysfs_write_fd(int fd, const char *value);
int sysfs_report_write(const struct directory *directory, const char *object, const char *attr,
	const char *value, int err);
/* The target of the link @object/@attr; @attr may be NULL for the object itself. @target has room
 * for PATH_MAX bytes. */
int sysfs_link(
	const struct directory *directory, const char *object, const char *attr, char *target);
bool sysfs_exists(const struct directory *directory, const char *object, const char *attr);
/* The names in @object (NULL: in the directory itself) for which @want is true (NULL: all but dot
 * names), in natural order, added to @names. */
int sysfs_list(const struct directory *directory, const char *object,
	bool (*want)(const char *name), struct names *names);
/* Calls @fn with each name in @directory and the inode number of its entry, in no order; a value of
 * @fn other than 0 ends that and is returned. On the bus's directory of links a device that is made
 * later under the same name has another number. */
typedef int sysfs_entry_fn(void *data, const char *name, uint64_t inode);
int sysfs_each(const struct directory *directory, sysfs_entry_fn *fn, void *data);
/* The path, without links and relative to the root, of the directory that @path (relative to the
 * root too) leads to; @resolved has room for PATH_MAX bytes. */
int sysfs_resolve(struct kernel *kernel, const char *path, char *resolved);
/* A number of the directory @object/@attr that another one of the same name, made later, has not; 0
 * if there is none. */
uint64_t sysfs_identity(const struct directory *directory, const char *object, const char *attr);
