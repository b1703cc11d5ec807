/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Parse values as the kernel prints them. The whole text must be the value: no sign unless the
 * type has one, no space before it, nothing after it. Functions return 0 or
 *   -EINVAL  not a number, or something before or after it
 *   -ERANGE  a number that does not fit
 * and leave @value alone on failure.
 */

/* @base is 10, 16 (with or without the prefix 0x), or 0, which goes by the prefix. */
int parse_u64(const char *text, int base, uint64_t *value);
int parse_i64(const char *text, int64_t *value);

/* Parses a device number such as "259:3"; each part is at most INT_MAX. */
int parse_device_number(const char *text, unsigned *major, unsigned *minor);

/* Cuts off the newline at the end of a file of sysfs that read() gave: @size bytes. Returns 0 or
 *   -ENODATA  empty
 *   -EPROTO   cut short: no newline at the end
 *   -EINVAL   a NUL byte inside */
int parse_line(char *text, size_t size);
