/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/bind.h>
#include <ndctl/identity.h>
#include <ndctl/object/claim.h>
#include <ndctl/private.h>
#include <ndctl/text.h>

/* Hold on an idle namespace until it is disabled. The hold opens its block device exclusively, so
 * that nobody can mount or claim the device, a partition of it or a device built on it. Nothing can
 * prevent that a program maps a dax device, or that memory goes online: hold_confirm() looks again.
 */
struct hold {
	struct ndctl_namespace *ndns;
	int disk; /* -1 if it has none */
};
#define HOLD_INIT(ndns) ((struct hold){(ndns), -1})

/* Take the hold. Fails if the namespace is in use, naming the user, or if that cannot be known.
 * Release the hold in either case. */
int hold_take(struct hold *hold, struct ndctl_namespace *ndns);
/* The same for a device that we have just enabled ourselves: nobody else can have had it open
 * before. */
int hold_take_fresh(struct hold *hold, struct ndctl_namespace *ndns);
/* Confirm the hold right before the unbinding, after ctx_forget(). Takes a new one if something
 * else is bound by now. */
int hold_confirm(struct hold *hold);
/* Release the hold. The kernel keeps an unbound disk until then. */
void hold_release(struct hold *hold);

/* Find the device that owns the namespace: its claim, or itself. Returns -EBUSY if that cannot be
 * read. */
int namespace_find_owner(struct ndctl_namespace *ndns, struct entity **owner);
/* Whether a driver is bound to the namespace or its claim. Returns 0, or -EBUSY if that cannot be
 * read. */
int namespace_check_bound(struct ndctl_namespace *ndns, bool *bound);
/* Take and release a hold: for a better sentence before a change is planned. */
int namespace_check_idle(struct ndctl_namespace *ndns);
