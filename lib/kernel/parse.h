/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Values as the kernel prints them. The whole text must be the value: no sign where none belongs,
 * no space before it, nothing after it. All return 0 or
 *   -EINVAL  not a number, or something before or after it
 *   -ERANGE  a number that does not fit
 * and leave @value alone on failure.
 */

/* @base 10; 16, with or without the prefix 0x; or 0, which goes by the prefix. */
int parse_u64(const char *text, int base, uint64_t *value);
int parse_i64(const char *text, int64_t *value);

/* One file of sysfs as read() gave it: @size bytes with one newline at the end, which is cut off.
 * Returns 0 or
 *   -ENODATA  empty
 *   -EPROTO   cut short: no newline at the end
 *   -EINVAL   a NUL byte inside
 */
int parse_line(char *text, size_t size);
