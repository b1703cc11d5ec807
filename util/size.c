/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "size.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>

#define KIB (UINT64_C(1) << 10)
#define MIB (UINT64_C(1) << 20)
#define GIB (UINT64_C(1) << 30)
#define TIB (UINT64_C(1) << 40)

/* Largest first. */
static const struct unit {
	char letter;
	const char *binary, *decimal;
	uint64_t bytes, decimal_bytes;
} units[] = {
	{'T', "TiB", "TB", TIB, UINT64_C(1000000000000)},
	{'G', "GiB", "GB", GIB, UINT64_C(1000000000)},
	{'M', "MiB", "MB", MIB, UINT64_C(1000000)},
	{'K', "KiB", "kB", KIB, UINT64_C(1000)},
};

static const struct unit *unit_of_letter(char letter)
{
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (letter && units[i].letter == toupper((unsigned char)letter))
			return &units[i];
	return NULL;
}

int parse_size(const char *text, uint64_t *bytes)
{
	const struct unit *unit;
	uint64_t number;
	char *end;

	text += strspn(text, " \t\n\v\f\r");
	/* strtoull() would turn a negative number into a huge one. */
	if (*text == '-')
		return -EINVAL;
	errno = 0;
	number = strtoull(text, &end, 0);
	if (errno == ERANGE)
		return -ERANGE;
	unit = unit_of_letter(*end);
	if (unit && __builtin_mul_overflow(number, unit->bytes, &number))
		return -ERANGE;
	if (end[unit != NULL])
		return -EINVAL;
	if (number == UINT64_MAX)
		return -ERANGE;
	*bytes = number;
	return 0;
}

/* A number with two decimals, rounded half up. */
struct hundredths {
	uint64_t whole;
	unsigned rest;
};

static struct hundredths divide(uint64_t bytes, uint64_t unit)
{
	struct hundredths result = {bytes / unit, (unsigned)((bytes % unit * 200 / unit + 1) / 2)};

	if (result.rest == 100)
		result = (struct hundredths){result.whole + 1, 0};
	return result;
}

struct size_text size_human(uint64_t bytes)
{
	struct size_text size;
	const struct unit *unit = unit_of_letter('M');

	if (bytes < SIZE_UNITS_FROM) {
		snprintf(size.text, sizeof(size.text), "%" PRIu64, bytes);
		return size;
	}
	/* Use a unit from two of it on: 1.5 GiB becomes 1536.00 MiB. */
	while (unit > units && bytes >= 2 * unit[-1].bytes)
		unit--;
	struct hundredths binary = divide(bytes, unit->bytes);
	struct hundredths decimal = divide(bytes, unit->decimal_bytes);
	snprintf(size.text, sizeof(size.text), "%" PRIu64 ".%02u %s (%" PRIu64 ".%02u %s)",
		binary.whole, binary.rest, unit->binary, decimal.whole, decimal.rest,
		unit->decimal);
	return size;
}

struct size_text size_short(uint64_t bytes)
{
	struct size_text size;

	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		uint64_t unit = units[i].bytes, rest = bytes % unit * 100;

		if (bytes < unit || rest % unit)
			continue;
		unsigned cents = rest / unit;
		if (cents == 0)
			snprintf(size.text, sizeof(size.text), "%" PRIu64 " %s", bytes / unit,
				units[i].binary);
		else
			snprintf(size.text, sizeof(size.text), "%" PRIu64 ".%0*u %s", bytes / unit,
				cents % 10 ? 2 : 1, cents % 10 ? cents : cents / 10,
				units[i].binary);
		return size;
	}
	snprintf(size.text, sizeof(size.text), "%" PRIu64 " byte%s", bytes, bytes == 1 ? "" : "s");
	return size;
}

struct size_text size_argument(uint64_t bytes)
{
	struct size_text size;

	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (bytes && bytes % units[i].bytes == 0) {
			snprintf(size.text, sizeof(size.text), "%" PRIu64 "%c",
				bytes / units[i].bytes, units[i].letter);
			return size;
		}
	}
	snprintf(size.text, sizeof(size.text), "%" PRIu64, bytes);
	return size;
}
