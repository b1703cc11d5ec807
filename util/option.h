/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <base/cleanup.h>

/*
 * The options of a verb are a table. Parsing, -h, --list-opts, completion and the OPTIONS section
 * of the man page are all read from it.
 *
 * A long option may be shortened as far as it stays clear. Each has a negation, --no-NAME (for one
 * called no-NAME also --NAME), that puts its value back to zero; the last one given wins, unless
 * the tool takes each value once.
 */
enum option_type {
	OPT_FLAG,   /* bool */
	OPT_COUNT,  /* int: one more each time */
	OPT_TEXT,   /* const char * */
	OPT_SIZE,   /* struct size_option */
	OPT_CHOICE, /* int: the value of one of .choices, 0 for none */
	OPT_PARSED, /* what .parse makes of it */
};

struct size_option {
	bool given;
	uint64_t bytes;
};

/* A word that OPT_CHOICE takes. Of several with the same value the first is shown in the help.
 * Values start at 1; a row without name ends the list. */
struct choice {
	const char *name;
	int value;
};

struct option {
	char letter; /* 0: none */
	const char *name;
	enum option_type type;
	void *value; /* of the C type that belongs to .type; untouched unless the option is given */
	const char *argument; /* what a value is called in the help: "size" */
	const char *help;     /* one line, lower case, no full stop: "size of the namespace" */
	const char *more;     /* further paragraphs for the man page (scdoc), or NULL */

	const struct choice *choices; /* OPT_CHOICE */
	bool any_case;		      /* OPT_CHOICE: upper case is the same */
	/* OPT_SIZE: what has no digit is no size. A device that is given a script's empty variable
	 * would lose its data. */
	bool digit_first;
	/* OPT_PARSED: returns false if @text is no such value; a NULL @text resets @value. */
	bool (*parse)(const char *text, void *value);
	const char *expected; /* OPT_PARSED: completes "'foo' is not ...": "a UUID" */
	/* What a bad value makes the verb return; 0 stands for EXIT_USAGE. */
	int refusal;
};

/* What became of a command line. */
enum parse_end {
	PARSE_RUN,	 /* it is well formed */
	PARSE_LIST_OPTS, /* --list-opts was met */
	PARSE_HELP,	 /* -h or --help was met */
	PARSE_REFUSED,	 /* said why */
};

struct parse {
	const struct option *options;
	size_t option_count;
	/* A second value for an option is a mistake. */
	bool once;

	/* The words that are no options: the front of argv. */
	int arg_count;
	/* What was given to each option with a value, not yet judged. */
	struct given *given;
};

/* Sorts the words behind the verb, from left to right. Flags are set at once. */
enum parse_end option_parse(struct parse *parse, int argc, char **argv);
/* Judges the values and puts them in place: after option_parse, once the number of arguments is
 * known to be right. Returns 0, or what the verb must return after an error that was said. */
int option_convert(const struct parse *parse);

/* "raw, sector or fsdax": the words of an OPT_CHOICE, to be freed. NULL when memory is short. */
char *option_choices(const struct option *option);

static inline void cleanup_parse(struct parse *parse)
{
	free(parse->given);
}
#define AUTO_PARSE CLEANUP(cleanup_parse)
