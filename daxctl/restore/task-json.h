/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../../util/json.h"
#include "plan.h"

/* Adds a section to @array: its differences, the steps, the name of its @device (NULL: none yet),
 * @result (NULL in a dry run) and @error (NULL: none). Returns 0 or -ENOMEM. */
int json_add_task(struct json_object *array, const struct task *task, const char *device,
	const char *result, const char *error);
