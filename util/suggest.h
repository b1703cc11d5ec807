/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/*
 * "Did you mean": the name nearest to a misspelt word, among the names offered one by one:
 *
 *	struct suggestion near = {.word = "lsit"};
 *	suggest_offer(&near, "list");
 *	near.name is "list"
 */
struct suggestion {
	const char *word; /* the typed word */
	const char *name; /* the nearest so far, or NULL if none is near */
	unsigned distance;
};

void suggest_offer(struct suggestion *near, const char *name);
