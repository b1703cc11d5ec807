/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sysfs.h"

/*
 * Writes an attribute as sysfs_write does, in a child process, for a write that the kernel may
 * retry without end (taking memory offline): one of the signals that end this process, pending or
 * new, kills the child, and the kernel gives up.
 *
 * The child makes system calls only. It holds no descriptor but the attribute's, blocks no signal,
 * and dies with the thread that made it. What this process does with SIGCHLD makes no difference.
 *
 * Returns 0 or a negative errno with the cause recorded; -EINTR if the child was killed: the write
 * may have been done nevertheless.
 */
int child_write(
	const struct directory *directory, const char *object, const char *attr, const char *value);
