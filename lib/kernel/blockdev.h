/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sysfs.h"

/* A block device with its partitions: what a mount, swap or a program may use. */
struct blockdev {
	const struct directory *directory;
	const char *object, *name; /* "pfn0.0/block/pmem0", "pmem0" */
	struct names parts;	   /* itself and its partitions: "pmem0", "pmem0p1" */
	struct names numbers;	   /* of these: "259:0" */
};

/* Reads the parts of @object. Keeps both pointers. Returns 0, or a negative errno if some part is
 * missing. Deinitialize it in either case. */
int blockdev_init(struct blockdev *disk, const struct directory *directory, const char *object);
void blockdev_deinit(struct blockdev *disk);
#define AUTO_BLOCKDEV CLEANUP(blockdev_deinit)

/* Stores in @path, which has room for PATH_MAX bytes, the directory of @part, which may be the disk
 * itself, followed by @below. */
void blockdev_path(const struct blockdev *disk, const char *part, const char *below, char *path);
