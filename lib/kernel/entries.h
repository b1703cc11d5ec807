/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "sysfs.h"

/* The entries of a directory with their inode numbers, in the natural order of names. */
struct entry {
	char *name;
	uint64_t inode;
};
struct entries {
	struct entry *list;
	size_t count;
	bool (*want)(const char *name);
};

#define AUTO_ENTRIES CLEANUP(entries_deinit)

#define entries_foreach(entries, entry)                                                            \
	for (const struct entry *entry = (entries)->list;                                          \
		entry < (entries)->list + (entries)->count; entry++)

/* Stores in @entries, which is empty, the entries for whose name @want is true. Returns 0 or a
 * negative errno. */
int entries_read(
	const struct directory *directory, bool (*want)(const char *name), struct entries *entries);
bool entries_have(const struct entries *entries, const char *name);
void entries_deinit(struct entries *entries);
