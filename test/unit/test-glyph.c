/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"

#include <string.h>

#include <base/glyph.h>
#include <base/cleanup.h>
#include <util/say.h>

/* C5: what others wrote commands no terminal. */

static const struct {
	const char *text, *escaped;
} rows[] = {
	{"dax0.1", "dax0.1"},
	{"", ""},
	{"caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80"},
	{"a\n\t\x1b[2J\x7f", "a\\x0a\\x09\\x1b[2J\\x7f"},
	/* C1, as UTF-8 and as a byte of its own */
	{"\xc2\x9b"
	 "2J",
		"\\xc2\\x9b2J"},
	{"\x9b"
	 "2J",
		"\\x9b2J"},
	{"\xc2\xa0", "\xc2\xa0"},
	{"\xe2\x80\xae"
	 "0.1xad",
		"\\xe2\\x80\\xae0.1xad"},
	{"\xe2\x81\xa6 \xd8\x9c \xe2\x80\xa8", "\\xe2\\x81\\xa6 \\xd8\\x9c \\xe2\\x80\\xa8"},
	{"\xe2\x82", "\\xe2\\x82"},
	{"\xe2\x82x", "\\xe2\\x82x"},
	{"\xc0\x9b", "\\xc0\\x9b"},
	{"\xed\xa0\x80", "\\xed\\xa0\\x80"},
	{"\xff", "\\xff"},
};

static void escapes(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO_FREE char *escaped = glyph_escape(rows[i].text);
		assert_string_equal(escaped, rows[i].escaped);
	}
}

static void sentences(void **state)
{
	char said[256], expected[256];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct capture capture = capture_start();
		say_error("%s: no such file", rows[i].text);
		capture_end(capture, said, sizeof(said));
		snprintf(expected, sizeof(expected), "daxctl: %s: no such file\n", rows[i].escaped);
		assert_string_equal(said, expected);
	}
}

/* Scripts and people tell messages apart by the word after the name of the tool. */
static void severities(void **state)
{
	char said[256];
	struct capture capture = capture_start();

	say_error("dax0.0: bad");
	say_hint("better");
	say_warning("dax0.0: lost");
	say_note("dax0.0: known");
	say_outcome("done 1 device");
	usage_error("what?");
	capture_end(capture, said, sizeof(said));
	assert_string_equal(said,
		"daxctl: dax0.0: bad\nhint: better\ndaxctl: warning: dax0.0: lost\n"
		"daxctl: note: dax0.0: known\ndone 1 device\n"
		"daxctl: restore: what?\nhint: see 'daxctl restore -h' for the options\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes),
		cmocka_unit_test(sentences),
		cmocka_unit_test(severities),
	};

	say_init("daxctl", "restore");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
