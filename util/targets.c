/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "targets.h"

#include <errno.h>
#include <stdlib.h>

#include "verb.h"

void targets_deinit(struct targets *targets)
{
	free(targets->objects);
}

int targets_add(struct targets *targets, void *object, const char *name)
{
	for (size_t i = 0; i < targets->count; i++)
		if (targets->objects[i] == object)
			return usage_error("%s is named twice", name);

	void **objects = reallocarray(targets->objects, targets->count + 1, sizeof(*objects));
	if (!objects)
		return -ENOMEM;
	targets->objects = objects;
	objects[targets->count++] = object;
	return 0;
}

struct outcome targets_change(
	void *context, const struct targets *targets, target_fn *fn, const void *data)
{
	struct outcome outcome = {0};

	for (size_t i = 0; i < targets->count; i++) {
		unsigned said = say_error_count();
		int result = fn(targets->objects[i], data);
		if (result == TARGET_SKIPPED)
			continue;
		if (result < 0 && say_error_count() == said)
			say_failure(context, result);
		if (result < 0)
			outcome.error = result;
		if (result)
			outcome.last = result;
		else
			outcome.done++;
	}
	return outcome;
}

void say_count(const char *done, unsigned count, const char *noun)
{
	say_outcome("%s %u %s%s", done, count, noun, count == 1 ? "" : "s");
}

void say_step(enum step_event event, const char *what, bool verbose)
{
	static const char *const words[] = {
		[STEP_PLANNED] = "would ",
		[STEP_TAKEN] = "",
		[STEP_UNDONE] = "undone: ",
		[STEP_UNDO_FAILED] = "could NOT be undone: ",
	};

	if (event == STEP_WAITING)
		say_note("waiting for %s", what);
	else if (event == STEP_CHOSEN)
		say_note("%s", what);
	else if (event == STEP_ENDING)
		say_error("%s", what);
	else if (verbose || event == STEP_PLANNED)
		say_outcome("%s%s", words[event], what);
}
