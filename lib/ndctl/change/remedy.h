/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <kernel/txn.h>
#include <ndctl/object/namespace.h>

/* An info block that an undo could not write back. Only the process's memory has it, and without it
 * the namespace would come up as something else. */

/* Save @before, of INFO_AREA bytes, to a file in /run/daxctl, and keep the namespace disabled. */
void remedy_keep(struct ndctl_namespace *ndns, const char *before);
/* Read what remedy_keep() has saved of @ndns to @path, into the INFO_AREA bytes of @area. Returns
 * 0, or a negative errno with the cause recorded: -EINVAL if the file is another namespace's,
 * -EPERM if others than root can have written it. */
int remedy_read(struct ndctl_namespace *ndns, const char *path, char *area);
/* If remedy_keep() was called, add to the recorded failure how to write the info block back once
 * the medium accepts writes. */
void remedy_hint(struct ndctl_namespace *ndns);
