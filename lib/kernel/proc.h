/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <dirent.h>

#include "kernel.h"

/* Looking through /proc for who uses a device. */

/* The directory /proc; NULL with errno set if it cannot be opened. */
DIR *proc_open(struct kernel *kernel);
void proc_close(DIR **proc);
/* The next process, a name within @proc that is good until the next call; NULL after the last. */
const char *proc_next(DIR *proc);

/* Passes the lines of @path (relative to @proc) to @matches, which may change them, up to the first
 * for which that is true. Returns 1 if there is one, 0 if not, or a negative errno if the file
 * cannot be read to its end; -ENOENT or -ESRCH says that the process has ended. */
typedef bool proc_line_fn(char *line, void *data);
int proc_find_line(int proc, const char *path, proc_line_fn *matches, void *data);

/* The command of a process as ps(1) shows it, or "a program". */
void proc_command(int proc, const char *pid, char *command, size_t size);
