/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <dirent.h>

#include "kernel.h"

/* Looking through /proc for who uses a device. */

/* The directory /proc; NULL with errno set if it cannot be opened. */
DIR *proc_open(struct kernel *kernel);
void proc_close(DIR **proc);
/* The next process, a name within @proc that is good until the next call; NULL after the last, with
 * errno 0, or if the directory cannot be read on, with another errno. */
const char *proc_next(DIR *proc);

/*
 * The first thread of a process may end before the others. Its files are empty or cannot be opened
 * then, though the others go on with all that the process had.
 *
 * The directory of the threads of @pid, NULL with errno set as for proc_open(). proc_next_thread()
 * gives the next one but the first as a path relative to @proc ("12/task/14"); NULL as proc_next().
 */
DIR *proc_open_threads(int proc, const char *pid);
#define PROC_PATH 64
const char *proc_next_thread(DIR *threads, const char *pid, char path[PROC_PATH]);

/* Passes the lines of @path (relative to @proc) to @matches, which may change them, up to the first
 * for which that is true. Returns 1 if there is one, 0 if not, or a negative errno if the file
 * cannot be read to its end; -ENOENT or -ESRCH says that the process has ended, or its first
 * thread.
 */
typedef bool proc_line_fn(char *line, void *data);
int proc_find_line(int proc, const char *path, proc_line_fn *matches, void *data);

/* The command of a process as ps(1) shows it, or "a program". */
void proc_command(int proc, const char *pid, char *command, size_t size);
