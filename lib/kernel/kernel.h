/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <syslog.h>

#include <base/cleanup.h>

/*
 * One view of a running kernel: where its file systems are, who hears the log, and what went wrong
 * last. Each library context owns one; everything below lib/ takes it as its first argument or
 * reaches it through an object (attr.h).
 */
struct kernel;

/* Receives every log line at or above the priority that was set (syslog levels). @format ends with
 * a newline. */
typedef void kernel_log_fn(void *data, int priority, const char *file, int line, const char *fn,
	const char *format, va_list args);

/*
 * Opens a view whose /sys, /dev and /proc are found below @root ("/" but in unit tests).
 * Returns 0 or a negative errno; a root without sys/ is no error until something is read.
 */
int kernel_new(struct kernel **kernel, const char *root);
struct kernel *kernel_unref(struct kernel *kernel);

/* A descriptor of the root directory, for openat; it stays the kernel's. */
int kernel_root(const struct kernel *kernel);
/* False in unit tests, where neither modules nor udev belong to the directory that is looked at. */
bool kernel_is_live(const struct kernel *kernel);

void kernel_set_log(struct kernel *kernel, kernel_log_fn *fn, void *data);
void kernel_set_log_priority(struct kernel *kernel, int priority);
int kernel_get_log_priority(const struct kernel *kernel);
void kernel_log(const struct kernel *kernel, int priority, const char *file, int line,
	const char *fn, const char *format, ...) PRINTF(6, 7);

/* The priority that environment variable @variable names (a syslog level's name or number), not
 * heeded in a setuid program; LOG_ERR without it. */
int kernel_log_priority_from(const char *variable);
/* What a library does with its log while the program has not asked for it: standard error. */
void kernel_log_to_stderr(const char *library, const char *fn, const char *format, va_list args)
	PRINTF(3, 0);

#define log_at(kernel, priority, ...)                                                              \
	do {                                                                                       \
		if (kernel_get_log_priority(kernel) >= (priority))                                 \
			kernel_log(kernel, priority, __FILE__, __LINE__, __func__, __VA_ARGS__);   \
	} while (0)
#define log_debug(kernel, ...) log_at(kernel, LOG_DEBUG, __VA_ARGS__)
#define log_info(kernel, ...)  log_at(kernel, LOG_INFO, __VA_ARGS__)
#define log_error(kernel, ...) log_at(kernel, LOG_ERR, __VA_ARGS__)

/*
 * The last failure, as a sentence in two halves: "OBJECT: WHAT could not be done: WHY", and a hint
 * that says what would help. The function closest to the user's request that knows more replaces
 * what a lower one said.
 */

/* Records a failure of @error (positive errno) and returns -@error. */
int kernel_fail(struct kernel *kernel, int error, const char *format, ...) PRINTF(3, 4);
/* 0, or -EINVAL if @flags has a bit that is not among the @known ones: a caller who asks for what a
 * function cannot do must hear of it. */
int kernel_check_flags(struct kernel *kernel, unsigned flags, unsigned known);
/* Adds the remedy to the failure that was recorded last. */
void kernel_hint(struct kernel *kernel, const char *format, ...) PRINTF(2, 3);
/* Puts @format in front of the recorded sentence, for example the object and what was to be done
 * with it; returns @error unchanged. If nothing was recorded, strerror(@error) is the cause. The
 * sentence is what a program is to hear: it is logged as an error. */
int kernel_fail_while(struct kernel *kernel, int error, const char *format, ...) PRINTF(3, 4);
/* Sentence and hint of the last failure; NULL if there is none. Valid until the next one. */
const char *kernel_error(const struct kernel *kernel);
const char *kernel_error_hint(const struct kernel *kernel);
void kernel_clear_error(struct kernel *kernel);
