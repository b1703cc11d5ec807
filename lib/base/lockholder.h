/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <sys/types.h>

/*
 * Who holds a lock, by proc(5). Where no procfs is mounted these functions mount one that nobody
 * else sees. The kernel does not show the locks of processes outside of this PID namespace.
 */

/* A file that somebody has locked. */
struct locked_file {
	dev_t device;
	ino_t inode;
	pid_t pid; /* 0 if it is not known */
	int fd;	   /* read and write, or -1: what the holder has open cannot be looked at */
};

/* The process that holds the lock on @file; 0 if it is not known, or if nobody has it. */
pid_t lockholder_find(int root, const struct locked_file *file);

/* 1 if somebody has locked @file, 0 if nobody has, or -ENOLCK if /proc cannot be read. */
int lockholder_is_held(int root, const struct locked_file *file);

/* Writes "ndctl (process 12)" into @text, or "another process". */
void lockholder_name(int root, pid_t pid, char *text, size_t size);

/*
 * Finds who has locked a file called @name that was removed, or moved away, from the directory of
 * @current, which is the file of that name now and is locked by the caller.
 *
 * Returns 1 and fills @file, whose descriptor is to be closed; 0 if there is nobody; or a negative
 * errno (-ENOLCK: /proc cannot be read). Where it cannot be found out what a lock on the same
 * device is for, it counts, unless its file has a name in /run or in the directory.
 */
int lockholder_find_earlier(int root, const char *name, int current, struct locked_file *file);
