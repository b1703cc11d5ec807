/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "suggest.h"

#include <string.h>

#include <base/cleanup.h>

/* Words longer than any verb or option get no suggestion. */
#define LENGTH_MAX 40

static unsigned min(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

/* The number of letters to add, remove, replace or swap with their neighbour. */
static unsigned edit_distance(const char *a, const char *b)
{
	unsigned rows[LENGTH_MAX + 1][LENGTH_MAX + 1];
	unsigned a_length = strlen(a), b_length = strlen(b);

	for (unsigned i = 0; i <= a_length; i++) {
		for (unsigned j = 0; j <= b_length; j++) {
			if (i == 0 || j == 0) {
				rows[i][j] = i + j;
				continue;
			}
			unsigned replaced = rows[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
			unsigned moved = min(rows[i - 1][j], rows[i][j - 1]) + 1;
			rows[i][j] = min(replaced, moved);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				rows[i][j] = min(rows[i][j], rows[i - 2][j - 2] + 1);
		}
	}
	return rows[a_length][b_length];
}

void suggest_offer(struct suggestion *near, const char *name)
{
	size_t length = strlen(near->word);

	if (length > LENGTH_MAX || strlen(name) > LENGTH_MAX)
		return;
	unsigned distance = edit_distance(near->word, name);
	/* Count a prefix ("create") as one wrong letter. */
	if (length >= 3 && strncmp(near->word, name, length) == 0)
		distance = min(distance, 1);
	/* Allow one mistake, and another one for every five letters. */
	if (distance > 1 + length / 5 || distance >= length)
		return;
	if (!near->name || distance < near->distance) {
		near->name = name;
		near->distance = distance;
	}
}
