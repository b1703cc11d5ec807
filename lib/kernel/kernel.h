/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <errno.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <syslog.h>

#include <base/cleanup.h>

/*
 * A view of a running kernel: the root below which its file systems are, the log, and the last
 * error. Each library context owns one. Functions below lib/ take it as first argument or reach it
 * through an object (attr.h).
 */
struct kernel;

/* Receives each log line of the priority that was set or a more urgent one (syslog levels).
 * @format ends with a newline. */
typedef void kernel_log_fn(void *data, int priority, const char *file, int line, const char *fn,
	const char *format, va_list args);

/*
 * Opens a view whose /sys, /dev and /proc are below @root: "/" except in unit tests. Returns 0 or
 * a negative errno. A @root without sys/ fails only when something is read.
 */
int kernel_new(struct kernel **kernel, const char *root);
struct kernel *kernel_unref(struct kernel *kernel);

/* Returns a descriptor of the root directory for openat(). The view keeps it; do not close it. */
int kernel_root(const struct kernel *kernel);
/* False in unit tests, where modules and udev do not belong to the root directory. */
bool kernel_is_live(const struct kernel *kernel);

void kernel_set_log(struct kernel *kernel, kernel_log_fn *fn, void *data);
void kernel_set_log_priority(struct kernel *kernel, int priority);
int kernel_get_log_priority(const struct kernel *kernel);
void kernel_log(const struct kernel *kernel, int priority, const char *file, int line,
	const char *fn, const char *format, ...) PRINTF(6, 7);

/* Returns the priority in environment variable @variable, by name or number of the syslog level;
 * LOG_ERR if it is not set, and in a setuid program. */
int kernel_log_priority_from(const char *variable);
/* Prints a log line on standard error: the default of a library whose program has set no function.
 */
void kernel_log_to_stderr(const char *library, const char *fn, const char *format, va_list args)
	PRINTF(3, 0);

#define log_at(kernel, priority, ...)                                                              \
	do {                                                                                       \
		if (kernel_get_log_priority(kernel) >= (priority))                                 \
			kernel_log(kernel, priority, __FILE__, __LINE__, __func__, __VA_ARGS__);   \
	} while (0)
/* The priority for the outcome @err of a read, 0 or a negative errno. A read that fails for want of
 * descriptors or memory, or because the device fails, does not tell that nothing is there: nobody
 * who lists devices may take the one for the other. */
static inline int log_priority_of(int err)
{
	return err == -EMFILE || err == -ENFILE || err == -ENOMEM || err == -EIO ? LOG_CRIT
										 : LOG_DEBUG;
}

#define log_debug(kernel, ...) log_at(kernel, LOG_DEBUG, __VA_ARGS__)
#define log_info(kernel, ...)  log_at(kernel, LOG_INFO, __VA_ARGS__)
#define log_error(kernel, ...) log_at(kernel, LOG_ERR, __VA_ARGS__)

/*
 * The last error: a sentence "OBJECT: cannot DO SOMETHING: CAUSE", and a hint that says what to
 * do. A function that knows more than the one that it called replaces what that recorded.
 */

/* Records the cause of a failure and returns -@error. @error is a positive errno. Forgets the
 * hint; an EACCES or EPERM of another user than root gets the hint to run as root. */
int kernel_fail(struct kernel *kernel, int error, const char *format, ...) PRINTF(3, 4);
/* Returns 0, or -EINVAL with the cause recorded if @flags has a bit that is not in @known. */
int kernel_check_flags(struct kernel *kernel, unsigned flags, unsigned known);
/* Adds a hint to the error that was recorded last. */
void kernel_hint(struct kernel *kernel, const char *format, ...) PRINTF(2, 3);
/* Puts @format in front of the recorded cause, for example the object and what was to be done with
 * it, and logs the sentence as an error. Without a recorded cause it uses strerror(-@error).
 * @error is a negative errno; returns it. */
int kernel_fail_while(struct kernel *kernel, int error, const char *format, ...) PRINTF(3, 4);
/* Return the sentence and the hint of the last error, or NULL. Valid until the next one. */
const char *kernel_error(const struct kernel *kernel);
const char *kernel_error_hint(const struct kernel *kernel);
void kernel_clear_error(struct kernel *kernel);
