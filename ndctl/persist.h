/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/extensions.h>

/* The uuids that a section may know a namespace by: its own, and that of what claims it. */
struct identity {
	uuid_t own, claim; /* null: none */
};
void identity_of(struct ndctl_namespace *ndns, struct identity *identity);

/*
 * Writes into the configuration what a namespace is by now, after a change that has succeeded:
 * devdax, with its alignment if it is without a page map. What another mode is stands on the
 * medium; then its section is removed. @before: what it was known by, NULL if it is new. Returns 0,
 * or a negative errno with the error said: that the change is made, and why it is not kept.
 */
int persist_namespace(struct ndctl_namespace *ndns, const struct identity *before);

/* Removes the sections of a namespace that has been destroyed. As above. */
int persist_destroyed(struct ndctl_ctx *ctx, const char *name, const struct identity *identity);
