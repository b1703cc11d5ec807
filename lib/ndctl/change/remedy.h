/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <kernel/txn.h>
#include <ndctl/object/namespace.h>

/* An info block that an undo could not write back: nothing but the process's memory has it, and
 * without it the namespace would come up as something else. */

/* Keeps the @before of INFO_AREA bytes in a file in /run/daxctl, and the namespace disabled. */
void remedy_keep(struct ndctl_namespace *ndns, const char *before);
/* Adds to the recorded failure how the info block is written when the medium takes writes again, if
 * remedy_keep() was called. */
void remedy_hint(struct ndctl_namespace *ndns);
