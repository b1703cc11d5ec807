/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include <ndctl/private.h>

/* The attribute badblocks of a region says what the input says. */
static const char *attribute;

const char *object_text(struct object *object, unsigned attr)
{
	return attribute;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint64_t starts[] = {0, 4096, 512 * UINT64_C(1) << 40};
	struct badblocks badblocks = {0};
	struct ndctl_region region = {0};
	char *text = fuzz_text(data, size);
	struct choices choices = {0};

	attribute = text;
	for (size_t i = 0; i < 3; i++) {
		uint64_t length = UINT64_C(1) << (12 + 20 * i);
		if (badblocks_read(&badblocks, &region, starts[i], length) == 0)
			for (const struct badblock *run = badblocks_first(&badblocks); run;
				run = badblocks_next(&badblocks))
				must(run->len && run->offset + run->len <= length / 512);
	}
	badblocks_forget(&badblocks);
	has_word(text, "4096");
	choices_parse(&choices, text);
	choices_get(&choices, 1, 0);
	choices_forget(&choices);
	free(text);
	return 0;
}
