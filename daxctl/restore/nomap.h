/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "present.h"

/*
 * Namespaces that are devdax without a page map are made so by libndctl. It is opened when a
 * section asks for one, which is seldom: nothing else in this program needs it, and where there is
 * no persistent memory it need not be installed.
 */
struct nomap;

/* Opens the library and adds all namespaces to the picture, whose objects live as long as @out.
 * Returns 0 or a negative errno with the error said. */
int nomap_new(struct nomap **out, struct present *present);
void nomap_free(struct nomap *nomap);

/* The uuid of the label of the namespace called @name, without looking at others; that of a
 * namespace without a label is null. Returns 0, -ENOENT if there is no such namespace, or another
 * negative errno with the error said. */
int nomap_find_uuid(const char *name, uuid_t uuid);

/* Makes it devdax without a page map again. @align: 0 for the default. Returns 0, or a negative
 * errno, and then @error is the sentence, valid until the next call, and @hint what would help, or
 * NULL. */
int nomap_restore(struct nomap *nomap, const struct present_namespace *ndns, unsigned long align,
	const char **error, const char **hint);

static inline void cleanup_nomap(struct nomap **nomap)
{
	nomap_free(*nomap);
}
