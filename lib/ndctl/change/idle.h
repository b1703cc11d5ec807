/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/bind.h>
#include <ndctl/identity.h>
#include <ndctl/object/claim.h>
#include <ndctl/private.h>
#include <ndctl/text.h>

/*
 * A namespace that nobody uses, kept so until it is taken away: its block device is open
 * exclusively, so that it, a partition of it, or a device built on it can neither be mounted nor
 * claimed. Nothing can keep a program from mapping a dax device, or memory from being put online:
 * hold_confirm() looks again.
 */
struct hold {
	struct ndctl_namespace *ndns;
	int disk; /* -1 if it has none */
};
#define HOLD_INIT(ndns) ((struct hold){(ndns), -1})

/* Fails, and names the user, if the namespace is in use, or if that cannot be known. Release the
 * hold in either case. */
int hold_take(struct hold *hold, struct ndctl_namespace *ndns);
/* Right before the unbinding, after ctx_forget(): what is bound now is what is held, or is held
 * from now on. */
int hold_confirm(struct hold *hold);
/* Lets go; a disk that is unbound stays in the kernel until then. */
void hold_release(struct hold *hold);

/* The device that has the namespace: what claims it, or itself. -EBUSY if that cannot be read. */
int namespace_find_owner(struct ndctl_namespace *ndns, struct entity **owner);
/* hold_take() for the moment: for a better sentence before a change is planned. */
int namespace_check_idle(struct ndctl_namespace *ndns);
