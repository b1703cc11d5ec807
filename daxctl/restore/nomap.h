/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "present.h"

/*
 * Devdax namespaces without struct pages, which libndctl restores. The library is opened only if a
 * section has map = none: nothing else in this program needs it, and a machine without persistent
 * memory need not have it.
 */
struct nomap;

/* Opens the library and adds all namespaces to @present; their objects live as long as @out.
 * Returns 0, or a negative errno after printing an error. */
int nomap_new(struct nomap **out, struct present *present);
void nomap_free(struct nomap *nomap);

/* Stores the uuid in the label of the namespace @name, a null uuid without a label, and reads no
 * other namespace. Returns 0, -ENOENT if there is no such namespace, or another negative errno
 * after printing an error. */
int nomap_find_uuid(const char *name, uuid_t uuid);

/* Makes the namespace devdax without struct pages again. @align: 0 for the default. Returns 0, or a
 * negative errno with @error and @hint (or NULL) set, both valid until the next call. */
int nomap_restore(struct nomap *nomap, const struct present_namespace *ndns, unsigned long align,
	const char **error, const char **hint);

static inline void cleanup_nomap(struct nomap **nomap)
{
	nomap_free(*nomap);
}
