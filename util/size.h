/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>

/*
 * Reads a size as people write it: a number (decimal, 0x hexadecimal or 0 octal) and at most one of
 * k m g t in either case, powers of 1024. The number may be missing and then is 0, so that an empty
 * text is a size of 0. Returns 0 or
 *   -EINVAL  something else, a minus sign or a fraction included
 *   -ERANGE  2^64 - 1 bytes or more
 * and leaves @bytes alone on failure.
 */
int parse_size(const char *text, uint64_t *bytes);

/* A size as text, by value, for use within one expression: size_short(bytes).text */
struct size_text {
	char text[48];
};

/* From here on size_human knows a unit. */
#define SIZE_UNITS_FROM (5000 * UINT64_C(1024))

/* As list -u shows it: "4.00 GiB (4.29 GB)"; below SIZE_UNITS_FROM the number alone. */
struct size_text size_human(uint64_t bytes);
/* For a sentence: "128 MiB", "1.5 GiB"; exact, hence in bytes where no unit gives a short number.
 */
struct size_text size_short(uint64_t bytes);
/* As an option takes it: "128M"; in bytes where no unit divides it. */
struct size_text size_argument(uint64_t bytes);
