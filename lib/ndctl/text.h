/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Returns whether @text, words separated by blanks (or NULL), contains @word. */
bool has_word(const char *text, const char *word);

/* Returns the index of @text (or NULL) among @names, in which NULL is a gap; -1 if it is none. */
int text_index(const char *text, const char *const *names, size_t count);

/* Splits @text at @separator into at most @most numbers of @base (parse.h). Returns how many there
 * are, -EINVAL for more or for a part that is not a number, or -ENOMEM. */
int split_numbers(const char *text, char separator, int base, uint64_t *numbers, size_t most);

/* A size for a sentence, by value: "128 MiB"; in bytes unless a larger unit divides it. */
struct size_text {
	char text[32];
};
struct size_text size_text(uint64_t bytes);
