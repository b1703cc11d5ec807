/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include <ndctl/object/badblock.h>
#include <ndctl/object/choices.h>
#include <ndctl/text.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint64_t starts[] = {0, 4096, 512 * UINT64_C(1) << 40};
	struct badblocks badblocks = {0};
	char *text = fuzz_text(data, size);
	struct choices choices = {0};

	for (size_t i = 0; i < 3; i++) {
		uint64_t length = UINT64_C(1) << (12 + 20 * i);
		char *copy = fuzz_text(data, size);
		badblocks_forget(&badblocks);
		if (badblocks_parse(&badblocks, copy, starts[i], length) >= 0)
			for (const struct badblock *run = badblocks_first(&badblocks); run;
				run = badblocks_next(&badblocks))
				must(run->len && run->offset + run->len <= length / 512);
		free(copy);
	}
	badblocks_forget(&badblocks);
	has_word(text, "4096");
	choices_parse(&choices, text);
	choices_get(&choices, 1, 0);
	choices_forget(&choices);
	free(text);
	return 0;
}
