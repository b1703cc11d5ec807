/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include <util/option.h>

#include <util/size.h>

/* A command line: each line of the input is a word. */
#define WORDS 16

static struct size_option size_value;
static const char *text_value;
static bool flag_value;
static int count_value, choice_value;

static const struct choice choices[] = {{"one", 1}, {"two", 2}, {NULL, 0}};

static const struct option options[] = {
	{'s', "size", OPT_SIZE, &size_value, "size", "a size"},
	{'t', "text", OPT_TEXT, &text_value, "text", "a text"},
	{'f', "force", OPT_FLAG, &flag_value, NULL, "a flag"},
	{'N', "no-online", OPT_FLAG, &flag_value, NULL, "another"},
	{'v', "verbose", OPT_COUNT, &count_value, NULL, "a count"},
	{'c', "choice", OPT_CHOICE, &choice_value, "choice", "a choice", .choices = choices},
};

static void command_line(char *text)
{
	char *words[WORDS + 1] = {NULL};
	int count = 0;

	for (char *save, *word = strtok_r(text, "\n", &save); word && count < WORDS;
		word = strtok_r(NULL, "\n", &save))
		words[count++] = word;
	struct parse parse = {
		.options = options, .option_count = sizeof(options) / sizeof(*options)};
	if (option_parse(&parse, count, words) == PARSE_RUN) {
		must(parse.arg_count <= count);
		option_convert(&parse);
	}
	free(parse.given);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = fuzz_text(data, size);
	uint64_t bytes = 7;

	if (parse_size(text, &bytes)) {
		must(bytes == 7);
	} else {
		must(*size_human(bytes).text && *size_short(bytes).text);
		uint64_t again;
		must(parse_size(size_argument(bytes).text, &again) == 0 && again == bytes);
	}
	command_line(text);
	free(text);
	return 0;
}
