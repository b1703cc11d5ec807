/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "private.h"

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

static int add_choice(struct choices *choices, char *word)
{
	size_t length = strlen(word);
	bool chosen = *word == '[' && word[length - 1] == ']';
	uint64_t number;

	if (chosen) {
		word[length - 1] = 0;
		word++;
	}
	int err = parse_u64(word, 10, &number);
	if (err)
		return err;
	unsigned long *list =
		reallocarray(choices->list, choices->count + 1, sizeof(*choices->list));
	if (!list)
		return -ENOMEM;
	choices->list = list;
	list[choices->count++] = number;
	if (chosen)
		choices->chosen = number;
	return 0;
}

int choices_parse(struct choices *choices, const char *text)
{
	if (choices->known)
		return 0;
	choices->known = true;

	AUTO_FREE char *copy = strdup(text ?: "");
	char *save;
	if (!copy)
		return -ENOMEM;
	for (char *word = strtok_r(copy, " ", &save); word; word = strtok_r(NULL, " ", &save)) {
		int err = add_choice(choices, word);
		if (err)
			return err;
	}
	return 0;
}

void choices_forget(struct choices *choices)
{
	free(choices->list);
	*choices = (struct choices){0};
}

unsigned long choices_get(const struct choices *choices, int i, unsigned long fallback)
{
	if (i >= 0 && (size_t)i < choices->count)
		return choices->list[i];
	errno = EINVAL;
	return fallback;
}

unsigned int choices_chosen(const struct choices *choices)
{
	if (choices->chosen)
		return (unsigned)choices->chosen;
	errno = EINVAL;
	return UINT_MAX;
}

struct size_text size_text(uint64_t bytes)
{
	static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
	struct size_text text;
	size_t unit = 0;

	/* Sectors of 4104 bytes or 1536 MiB are not whole units, and exact is what is wanted. */
	while (unit + 1 < ARRAY_SIZE(units) && bytes && bytes % 1024 == 0) {
		bytes /= 1024;
		unit++;
	}
	snprintf(text.text, sizeof(text.text), "%" PRIu64 " %s", bytes, units[unit]);
	return text;
}
