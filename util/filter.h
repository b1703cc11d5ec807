/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>

/* .id of an object without a number. */
#define FILTER_NO_ID (-1)

/* The names of an object. */
struct filter_names {
	int id;		   /* "-r 0" */
	const char *name;  /* "-r region0" */
	const char *alias; /* another name, such as a bus's provider, or NULL */
};

/* Whether the value of a filter option selects the object: @filter is NULL (not given), or a list
 * of words, separated by spaces, with "all", the id, the name or the alias among them. */
bool filter_match(const char *filter, struct filter_names names);
