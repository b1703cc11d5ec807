/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "parse.h"

#include <ctype.h>
#include <stdbool.h>
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

int parse_u64(const char *text, int base, uint64_t *value)
{
	char *end;

	/* Refuse " 12", "+12" and "-1", which strtoull() accepts. */
	if (!isxdigit((unsigned char)text[0]))
		return -EINVAL;
	/* The kernel prints no octal numbers: a leading 0 alone is decimal. */
	if (base == 0)
		base = text[0] == '0' && (text[1] == 'x' || text[1] == 'X') ? 16 : 10;
	errno = 0;
	unsigned long long number = strtoull(text, &end, base);
	if (end == text || *end)
		return -EINVAL;
	if (errno == ERANGE || number > UINT64_MAX)
		return -ERANGE;
	*value = number;
	return 0;
}

int parse_i64(const char *text, int64_t *value)
{
	bool negative = text[0] == '-';
	uint64_t number;
	int err = parse_u64(text + negative, 10, &number);

	if (err)
		return err;
	if (number > (uint64_t)INT64_MAX + negative)
		return -ERANGE;
	*value = negative ? (int64_t)(0 - number) : (int64_t)number;
	return 0;
}

int parse_device_number(const char *text, unsigned *major, unsigned *minor)
{
	const char *colon = strchr(text, ':');
	char first[16];
	uint64_t numbers[2];

	if (!colon || (size_t)(colon - text) >= sizeof(first))
		return -EINVAL;
	memcpy(first, text, (size_t)(colon - text));
	first[colon - text] = 0;
	int err = parse_u64(first, 10, &numbers[0]) ?: parse_u64(colon + 1, 10, &numbers[1]);
	if (err)
		return err;
	if (numbers[0] > INT_MAX || numbers[1] > INT_MAX)
		return -ERANGE;
	*major = (unsigned)numbers[0];
	*minor = (unsigned)numbers[1];
	return 0;
}

int parse_line(char *text, size_t size)
{
	if (size == 0)
		return -ENODATA;
	if (memchr(text, 0, size))
		return -EINVAL;
	if (text[size - 1] != '\n')
		return -EPROTO;
	text[size - 1] = 0;
	return 0;
}
