/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "filter.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool word_is(const char *word, size_t length, const char *name)
{
	return name && strlen(name) == length && memcmp(word, name, length) == 0;
}

/* Compare numbers: 0, 00 and 0x0 are the same; 1x is not a number. */
static bool word_is_id(const char *word, size_t length, int id)
{
	int base = length > 2 && strncasecmp(word, "0x", 2) == 0 ? 16 : 10;
	char *end;

	if (id == FILTER_NO_ID || !isdigit((unsigned char)word[0]))
		return false;
	return strtoul(word, &end, base) == (unsigned long)id && end == word + length;
}

static bool word_names(const char *word, size_t length, const struct filter_names *names)
{
	return word_is(word, length, "all") || word_is_id(word, length, names->id) ||
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
