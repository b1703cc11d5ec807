/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "filter.h"

#include <stdio.h>
#include <string.h>

static bool word_is(const char *word, size_t length, const char *name)
{
	return name && strlen(name) == length && memcmp(word, name, length) == 0;
}

static bool word_names(const char *word, size_t length, const struct filter_names *names)
{
	char id[16] = "";

	if (names->id != FILTER_NO_ID)
		snprintf(id, sizeof(id), "%d", names->id);
	return word_is(word, length, "all") || word_is(word, length, id) ||
		word_is(word, length, names->name) || word_is(word, length, names->alias);
}

bool filter_match(const char *filter, struct filter_names names)
{
	if (!filter)
		return true;
	for (;;) {
		filter += strspn(filter, " ");
		size_t length = strcspn(filter, " ");
		if (length == 0)
			return false;
		if (word_names(filter, length, &names))
			return true;
		filter += length;
	}
}
