/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "text.h"

#include <base/cleanup.h>
#include <errno.h>
#include <inttypes.h>
#include <kernel/parse.h>
#include <stdio.h>
#include <string.h>

bool has_word(const char *text, const char *word)
{
	size_t length = strlen(word);

	while (text && *text) {
		size_t size = strcspn(text, " ");
		if (size == length && strncmp(text, word, length) == 0)
			return true;
		text += size + strspn(text + size, " ");
	}
	return false;
}

int text_index(const char *text, const char *const *names, size_t count)
{
	for (size_t i = 0; text && i < count; i++)
		if (names[i] && strcmp(text, names[i]) == 0)
			return (int)i;
	return -1;
}

int split_numbers(const char *text, char separator, int base, uint64_t *numbers, size_t most)
{
	size_t count = 0;

	for (;;) {
		size_t length = strchrnul(text, separator) - text;
		AUTO_FREE char *part = strndup(text, length);
		if (!part)
			return -ENOMEM;
		if (count == most || parse_u64(part, base, &numbers[count]))
			return -EINVAL;
		count++;
		if (!text[length])
			return (int)count;
		text += length + 1;
	}
}

struct size_text size_text(uint64_t bytes)
{
	static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
	struct size_text text;
	size_t unit = 0;

	/* Stay exact: sectors of 4104 bytes, or 1536 MiB, are not whole numbers of a larger unit.
	 */
	while (unit + 1 < ARRAY_SIZE(units) && bytes && bytes % 1024 == 0) {
		bytes /= 1024;
		unit++;
	}
	snprintf(text.text, sizeof(text.text), "%" PRIu64 " %s", bytes, units[unit]);
	return text;
}
