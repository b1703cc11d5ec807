/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "choices.h"

#include <base/cleanup.h>
#include <errno.h>
#include <kernel/parse.h>
#include <limits.h>
#include <string.h>

static int choices_add(struct choices *choices, char *word)
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
		int err = choices_add(choices, word);
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

bool choices_offer(const struct choices *choices, unsigned long number)
{
	for (size_t i = 0; i < choices->count; i++)
		if (choices->list[i] == number)
			return true;
	return false;
}

unsigned int choices_chosen(const struct choices *choices)
{
	if (choices->chosen)
		return (unsigned)choices->chosen;
	errno = EINVAL;
	return UINT_MAX;
}
