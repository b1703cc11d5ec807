/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sysfs.h"

/*
 * Writes an attribute as sysfs_write() does, but in a child process. Use it for a write that the
 * kernel may retry forever, such as taking memory offline: a signal that ends this process kills
 * the child, and the kernel gives up.
 *
 * The child makes system calls only. It keeps no descriptor but the attribute's, blocks no signal,
 * and dies with the thread that made it. It works with every disposition of SIGCHLD in this
 * process.
 *
 * Returns 0, or a negative errno with the cause recorded. After -EINTR the child was killed, but
 * the write may be done.
 */
int child_write(
	const struct directory *directory, const char *object, const char *attr, const char *value);
