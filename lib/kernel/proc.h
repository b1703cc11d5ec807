/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <dirent.h>

#include "kernel.h"

/* Search /proc for processes that use a device. */

/* Opens /proc; NULL with errno set on failure. */
DIR *proc_open(struct kernel *kernel);
void proc_close(DIR **proc);
/* The same for a directory below it, relative to @proc: "12/fd". */
DIR *proc_open_below(int proc, const char *path);
/* Returns the next process (or descriptor), a name in @proc that is valid until the next call.
 * Returns NULL with errno 0 after the last one, and with another errno if the directory cannot be
 * read. */
const char *proc_next(DIR *proc);

/*
 * Threads. The first thread of a process may end before the others. Its files are then empty or
 * cannot be opened, although the others go on with everything that the process had.
 *
 * proc_open_threads() opens the directory of the threads of @pid, and fails as proc_open() does.
 * proc_next_thread() stores in @path, relative to @proc ("12/task/14"), and returns the next
 * thread but the first; NULL as proc_next() does.
 */
DIR *proc_open_threads(int proc, const char *pid);
#define PROC_PATH 64
const char *proc_next_thread(DIR *threads, const char *pid, char path[PROC_PATH]);

/* Passes the lines of @path, relative to @proc, to @matches until that returns true. @matches may
 * modify the line. Returns 1 if a line matches, 0 if none does, or a negative errno if the file
 * cannot be read to its end: -ENOENT or -ESRCH if the process, or its first thread, has ended. */
typedef bool proc_line_fn(char *line, void *data);
int proc_find_line(int proc, const char *path, proc_line_fn *matches, void *data);

/* Stores in @command the command of a process as ps(1) shows it, or "a program". */
void proc_command(int proc, const char *pid, char *command, size_t size);
