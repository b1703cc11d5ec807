/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <kernel/txn.h>
#include <ndctl/object/namespace.h>

/* Access to the bytes of a namespace, whatever its mode: through its block device while it is
 * enabled raw. */

/* Enable a disabled namespace raw, and call @fn with a descriptor of its block device. Block
 * signals, as a step of a transaction does. Returns what @fn returns, or a negative errno with the
 * cause recorded. */
int raw_access(struct ndctl_namespace *ndns, bool write,
	int (*fn)(struct ndctl_namespace *ndns, int fd, void *data), void *data);
/* Return whether force_raw is set because a process was killed in raw_access(). */
bool raw_is_left(struct ndctl_namespace *ndns);
/* Reset force_raw in that case. Leave it if the administrator set it. */
int raw_recover(struct ndctl_namespace *ndns);
/* Forget the mark: from now on force_raw is the administrator's. */
int raw_forget(struct ndctl_namespace *ndns);

/* Read and write the first INFO_AREA bytes of a disabled namespace. @begun, unless NULL, tells
 * whether the write may have changed anything. */
int raw_read_info(struct ndctl_namespace *ndns, char *bytes);
int raw_write_info(struct ndctl_namespace *ndns, const char *bytes, bool *begun);
