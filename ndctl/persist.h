/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/extensions.h>

/* Uuids by which a section may identify a namespace: its own, and that of its claim. */
struct identity {
	uuid_t own, claim; /* null if there is none */
};
void identity_of(struct ndctl_namespace *ndns, struct identity *identity);

/* Keep restores away until the process ends; a command with --persist calls it before its change.
 * Returns 0, or a negative errno after printing an error. */
int persist_namespace_begin(struct ndctl_ctx *ctx);

/* Record a namespace in the configuration after a successful change: devdax, with its alignment if
 * it has no struct pages. Removes the section of a namespace in another mode, which is stored on
 * the medium. @before: its uuids before, NULL if it is new. Returns 0, or a negative errno after
 * printing that the change is made, and why it is not kept. */
int persist_namespace(struct ndctl_namespace *ndns, const struct identity *before);

/* Remove the sections of a destroyed namespace. Returns the same. */
int persist_destroyed(struct ndctl_ctx *ctx, const char *name, const struct identity *identity);
