/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* The values that an attribute accepts, as the kernel prints them: numbers separated by blanks, the
 * current one in brackets if there is one. "4096 [2097152] 1073741824" */
struct choices {
	unsigned long *list;
	size_t count;
	unsigned long chosen; /* 0: none */
	bool known;
};

/* Reads @text (NULL: no choices), unless that was done before. Returns 0 or a negative errno. */
int choices_parse(struct choices *choices, const char *text);
void choices_forget(struct choices *choices);
/* Returns number @i, or @fallback with errno EINVAL if there are fewer. */
unsigned long choices_get(const struct choices *choices, int i, unsigned long fallback);
bool choices_offer(const struct choices *choices, unsigned long number);
/* Returns the current one, or UINT_MAX with errno EINVAL. */
unsigned int choices_chosen(const struct choices *choices);
