/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/* .id of an object that has none. */
#define FILTER_NO_ID (-1)

/* What an object answers to. */
struct filter_names {
	int id;		   /* "-r 0" */
	const char *name;  /* "-r region0" */
	const char *alias; /* another one, such as a bus's provider; or NULL */
};

/* Whether the value of a filter option selects the object: it is NULL (not given), or one of the
 * words in it, separated by spaces, is "all", the id, the name or the alias. */
bool filter_match(const char *filter, struct filter_names names);
