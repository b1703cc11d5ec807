/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "kernel.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/glyph.h>

#include "parse.h"

struct kernel {
	int root;
	bool live;
	int priority;
	kernel_log_fn *log;
	void *log_data;
	char *error;
	char *hint;
};

int kernel_new(struct kernel **out, const char *root)
{
	AUTO_FREE struct kernel *kernel = calloc(1, sizeof(*kernel));
	if (!kernel)
		return -ENOMEM;

	kernel->root = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (kernel->root < 0)
		return -errno;
	kernel->live = strcmp(root, "/") == 0;
	kernel->priority = LOG_ERR;
	*out = TAKE(kernel);
	return 0;
}

struct kernel *kernel_unref(struct kernel *kernel)
{
	if (!kernel)
		return NULL;
	close(kernel->root);
	free(kernel->error);
	free(kernel->hint);
	free(kernel);
	return NULL;
}

int kernel_root(const struct kernel *kernel)
{
	return kernel->root;
}

bool kernel_is_live(const struct kernel *kernel)
{
	return kernel->live;
}

void kernel_set_log(struct kernel *kernel, kernel_log_fn *fn, void *data)
{
	kernel->log = fn;
	kernel->log_data = data;
}

void kernel_set_log_priority(struct kernel *kernel, int priority)
{
	kernel->priority = priority;
}

int kernel_get_log_priority(const struct kernel *kernel)
{
	return kernel->priority;
}

void kernel_log(const struct kernel *kernel, int priority, const char *file, int line,
	const char *fn, const char *format, ...)
{
	AUTO_FREE char *ended = NULL;
	va_list args;

	if (!kernel->log)
		return;
	/* End the line: programs print the format as it is. */
	if (asprintf(&ended, "%s\n", format) < 0)
		ended = NULL;
	va_start(args, format);
	kernel->log(kernel->log_data, priority, file, line, fn, ended ?: format, args);
	va_end(args);
}

int kernel_log_priority_from(const char *variable)
{
	static const struct {
		const char *name;
		int priority;
	} levels[] = {{"emerg", LOG_EMERG}, {"alert", LOG_ALERT}, {"crit", LOG_CRIT},
		{"err", LOG_ERR}, {"warning", LOG_WARNING}, {"notice", LOG_NOTICE},
		{"info", LOG_INFO}, {"debug", LOG_DEBUG}};
	const char *value = secure_getenv(variable);
	uint64_t number;

	if (!value)
		return LOG_ERR;
	for (size_t i = 0; i < ARRAY_SIZE(levels); i++)
		if (strcmp(value, levels[i].name) == 0)
			return levels[i].priority;
	if (parse_u64(value, 10, &number) == 0 && number <= LOG_DEBUG)
		return (int)number;
	return LOG_ERR;
}

void kernel_log_to_stderr(const char *library, const char *fn, const char *format, va_list args)
{
	AUTO_FREE char *text = NULL, *escaped = NULL;

	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	if (text && *text && text[strlen(text) - 1] == '\n')
		text[strlen(text) - 1] = 0;
	/* Escape text that may come from the kernel or a medium. */
	escaped = glyph_escape(text ?: format);
	fprintf(stderr, "%s: %s: %s\n", library, fn, escaped ?: "");
}

/* Replace @slot by the formatted text, or by NULL without memory. */
static void PRINTF(2, 0) replace(char **slot, const char *format, va_list args)
{
	char *text;

	if (vasprintf(&text, format, args) < 0)
		text = NULL;
	free(*slot);
	*slot = text;
}

int kernel_fail(struct kernel *kernel, int error, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	replace(&kernel->error, format, args);
	va_end(args);
	free(kernel->hint);
	kernel->hint = NULL;
	if ((error == EACCES || error == EPERM) && geteuid() != 0)
		kernel_hint(kernel, "run as root");
	log_debug(kernel, "%s", kernel->error ?: strerror(error));
	return -error;
}

int kernel_check_flags(struct kernel *kernel, unsigned flags, unsigned known)
{
	if (!(flags & ~known))
		return 0;
	return kernel_fail(
		kernel, EINVAL, "unknown flags %#x (allowed: %#x)", flags & ~known, known);
}

void kernel_hint(struct kernel *kernel, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	replace(&kernel->hint, format, args);
	va_end(args);
}

int kernel_fail_while(struct kernel *kernel, int error, const char *format, ...)
{
	AUTO_FREE char *cause = TAKE(kernel->error);
	AUTO_FREE char *what = NULL;
	va_list args;

	va_start(args, format);
	replace(&what, format, args);
	va_end(args);
	if (what && asprintf(&kernel->error, "%s: %s", what, cause ?: strerror(-error)) < 0)
		kernel->error = NULL;
	log_error(kernel, "%s", kernel->error ?: strerror(-error));
	return error;
}

const char *kernel_error(const struct kernel *kernel)
{
	return kernel->error;
}

const char *kernel_error_hint(const struct kernel *kernel)
{
	return kernel->hint;
}

void kernel_clear_error(struct kernel *kernel)
{
	free(kernel->error);
	free(kernel->hint);
	kernel->error = kernel->hint = NULL;
}
