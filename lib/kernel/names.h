/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include <base/cleanup.h>

/* The names in a directory, in natural order: dax0.2 comes before dax0.10. */
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
/* Whether @name is among them; they are sorted. */
bool names_have(const struct names *names, const char *name);
/* The same in any order: looks at one after the other. */
bool names_contain(const struct names *names, const char *wanted);
void names_deinit(struct names *names);
/* The order that names_sort gives, for qsort-like use on two strings. */
int names_compare(const char *a, const char *b);
