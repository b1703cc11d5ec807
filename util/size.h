/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

/*
 * Reads a size: a number (decimal, 0x hexadecimal or 0 octal) and at most one of k m g t in either
 * case, powers of 1024. A missing number is 0; so an empty text is a size of 0. Returns 0 or
 *   -EINVAL  anything else, also a minus sign or a fraction
 *   -ERANGE  2^64 - 1 bytes or more
 * and leaves @bytes alone on failure.
 */
int parse_size(const char *text, uint64_t *bytes);

/* A size as text, by value, for use within one expression: size_short(bytes).text */
struct size_text {
	char text[48];
};

/* From this size on, size_human() uses a unit. */
#define SIZE_UNITS_FROM (5000 * UINT64_C(1024))

/* The form of list -u: "4.00 GiB (4.29 GB)"; below SIZE_UNITS_FROM the number alone. */
struct size_text size_human(uint64_t bytes);
/* The form of messages: "128 MiB", "1.5 GiB"; exact, hence in bytes if no unit gives a short
 * number.
 */
struct size_text size_short(uint64_t bytes);
/* The form of options: "128M"; in bytes if no unit divides it. */
struct size_text size_argument(uint64_t bytes);
