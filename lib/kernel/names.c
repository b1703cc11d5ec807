/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "names.h"

#include <errno.h>
#include <string.h>

int names_add(struct names *names, const char *name)
{
	/* Double the room whenever the count reaches a power of two. */
	if ((names->count & (names->count - 1)) == 0) {
		size_t room = names->count ? names->count * 2 : 1;
		char **list = reallocarray(names->list, room, sizeof(*list));
		if (!list)
			return -ENOMEM;
		names->list = list;
	}
	names->list[names->count] = strdup(name);
	if (!names->list[names->count])
		return -ENOMEM;
	names->count++;
	return 0;
}

int names_compare(const char *a, const char *b)
{
	return strverscmp(a, b);
}

static int compare_names(const void *a, const void *b)
{
	return names_compare(*(char *const *)a, *(char *const *)b);
}

void names_sort(struct names *names)
{
	if (names->count)
		qsort(names->list, names->count, sizeof(*names->list), compare_names);
}

bool names_have(const struct names *names, const char *name)
{
	return names->count &&
		bsearch(&name, names->list, names->count, sizeof(*names->list), compare_names);
}

bool names_contain(const struct names *names, const char *wanted)
{
	names_foreach (names, name)
		if (strcmp(name, wanted) == 0)
			return true;
	return false;
}

void names_deinit(struct names *names)
{
	for (size_t i = 0; i < names->count; i++)
		free(names->list[i]);
	free(names->list);
	*names = (struct names)NAMES_INIT;
}
