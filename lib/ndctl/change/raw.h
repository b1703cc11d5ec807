/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <kernel/txn.h>
#include <ndctl/object/namespace.h>

/* The bytes of a namespace, whatever its mode: through its block device while it is enabled raw. */

/* Calls @fn with a descriptor of the raw block device of a disabled namespace, which is enabled for
 * the time. Signals should be blocked, as they are in a step of a transaction. Returns what @fn
 * returns, or a negative errno with the cause recorded. */
int raw_access(struct ndctl_namespace *ndns, bool write,
	int (*fn)(struct ndctl_namespace *ndns, int fd, void *data), void *data);
/* Whether it has force_raw because a process was killed in raw_access(). */
bool raw_is_left(struct ndctl_namespace *ndns);
/* Takes that back; what somebody wants raw stays so. */
int raw_recover(struct ndctl_namespace *ndns);
/* From now on force_raw is what somebody wants. */
int raw_forget(struct ndctl_namespace *ndns);

/* Move @size bytes, all of them, at @offset. Return 0 or a negative errno. */
int raw_read(int fd, void *bytes, size_t size, uint64_t offset);
int raw_write(int fd, const void *bytes, size_t size, uint64_t offset);

/* Read and write the first INFO_AREA bytes of a disabled namespace. */
int raw_read_info(struct ndctl_namespace *ndns, char *bytes);
int raw_write_info(struct ndctl_namespace *ndns, const char *bytes);
