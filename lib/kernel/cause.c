/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cause.h"

#include <stdio.h>
#include <string.h>

struct cause cause_keep(struct kernel *kernel, int err)
{
	struct cause cause = {.kernel = kernel, .err = err};

	if (err >= 0)
		return cause;
	cause.sentence = strdup(kernel_error(kernel) ?: strerror(-err));
	cause_keep_hint(&cause);
	return cause;
}

void cause_say(struct cause *cause, const char *format, ...)
{
	va_list args;
	char *sentence;

	va_start(args, format);
	if (vasprintf(&sentence, format, args) < 0)
		sentence = NULL;
	va_end(args);
	if (!sentence)
		return;
	free(cause->sentence);
	cause->sentence = sentence;
}

void cause_keep_hint(struct cause *cause)
{
	const char *hint = kernel_error_hint(cause->kernel);

	if (!cause->hint && hint)
		cause->hint = strdup(hint);
}

int cause_record(const struct cause *cause)
{
	if (cause->err >= 0)
		return cause->err;
	kernel_fail(cause->kernel, -cause->err, "%s", cause->sentence ?: strerror(-cause->err));
	if (cause->hint)
		kernel_hint(cause->kernel, "%s", cause->hint);
	return cause->err;
}

void cause_deinit(struct cause *cause)
{
	free(cause->sentence);
	free(cause->hint);
}
