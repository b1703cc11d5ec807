/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include <kernel/parse.h>
#include <stdio.h>
#include <strings.h>

/* Numbers as the kernel prints them: what is taken is the number, printed in the same way. */
static void unsigned_number(const char *text, int base)
{
	uint64_t value, again;
	char printed[32];

	if (parse_u64(text, base, &value))
		return;
	snprintf(printed, sizeof(printed), base == 16 ? "0x%jx" : "%ju", (uintmax_t)value);
	must(parse_u64(printed, base, &again) == 0 && again == value);
}

static void signed_number(const char *text)
{
	int64_t value, again;
	char printed[32];

	if (parse_i64(text, &value))
		return;
	snprintf(printed, sizeof(printed), "%jd", (intmax_t)value);
	must(parse_i64(printed, &again) == 0 && again == value);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);

	unsigned_number(text, 0);
	unsigned_number(text, 10);
	unsigned_number(text, 16);
	signed_number(text);
	if (parse_line(text, size) == 0)
		must(strlen(text) == size - 1);
	free(text);
	return 0;
}
