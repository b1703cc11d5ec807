/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <base/cleanup.h>

/* A list of names, such as those in a directory. Natural order puts dax0.2 before dax0.10. */
struct names {
	char **list;
	size_t count;
};

#define NAMES_INIT                                                                                 \
	{                                                                                          \
		NULL, 0                                                                            \
	}
#define AUTO_NAMES CLEANUP(names_deinit)

#define names_foreach(names, name)                                                                 \
	for (char **name##_ = (names)->list, *name;                                                \
		name##_ && name##_ < (names)->list + (names)->count && (name = *name##_, 1);       \
		name##_++)

/* Adds a copy of @name. Returns 0 or -ENOMEM. */
int names_add(struct names *names, const char *name);
void names_sort(struct names *names);
/* Whether @name is in the list, which must be sorted. */
bool names_have(const struct names *names, const char *name);
/* Whether @name is in the list, in any order: compares one after the other. */
bool names_contain(const struct names *names, const char *wanted);
void names_deinit(struct names *names);
/* Compares two names in natural order, as strcmp() does in its own. */
int names_compare(const char *a, const char *b);
