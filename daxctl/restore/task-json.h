/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../../util/json.h"
#include "plan.h"

/* Adds to @array what differs from a section, what is done about it in words, and what became of it
 * (@result, NULL in a dry run). @device: its name, NULL if there is none yet. Returns 0 or -ENOMEM.
 */
int json_add_task(struct json_object *array, const struct task *task, const char *device,
	const char *result, const char *error);
