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
 * A long option may be shortened to a unique prefix. Every option can be negated: --no-NAME (and
 * --NAME for an option called no-NAME) resets its value to zero. The last value wins, unless the
 * tool refuses a second one.
 */
enum option_type {
	OPT_FLAG,   /* bool */
	OPT_COUNT,  /* int: the number of times it was given */
	OPT_TEXT,   /* const char * */
	OPT_SIZE,   /* struct size_option */
	OPT_CHOICE, /* int: the value of one of .choices, 0 for none */
	OPT_PARSED, /* the type that .parse stores */
};

struct size_option {
	bool given;
	uint64_t bytes;
};

/* A word that OPT_CHOICE takes. Help shows the first of several words for one value. Values start
 * at 1; a row without a name ends the list. */
struct choice {
	const char *name;
	int value;
};

struct option {
	char letter; /* 0: none */
	const char *name;
	enum option_type type;
	void *value; /* of the C type that belongs to .type; untouched unless the option is given */
	const char *argument; /* name of the value in the help: "size" */
	const char *help;     /* one line, lower case, no full stop: "size of the namespace" */
	const char *more;     /* further paragraphs for the man page (scdoc), or NULL */

	const struct choice *choices; /* OPT_CHOICE */
	bool any_case;		      /* OPT_CHOICE: ignore case */
	/* OPT_SIZE: refuse a value that does not begin with a digit. An empty variable of a script
	 * must not mean size 0, which would delete the data of a device. */
	bool digit_first;
	/* OPT_PARSED: returns false if @text is not a valid value; a NULL @text resets @value. */
	bool (*parse)(const char *text, void *value);
	const char *expected; /* OPT_PARSED: completes "'foo' is not ...": "a UUID" */
	/* The verb's result for a bad value; 0 stands for EXIT_USAGE. */
	int refusal;
};

/* The result of parsing a command line. */
enum parse_end {
	PARSE_RUN,	 /* well formed */
	PARSE_LIST_OPTS, /* --list-opts */
	PARSE_HELP,	 /* -h or --help */
	PARSE_REFUSED,	 /* wrong; the error is printed */
};

struct parse {
	const struct option *options;
	size_t option_count;
	/* Refuse a second value of an option. */
	bool once;

	/* Arguments, moved to the front of argv. */
	int arg_count;
	/* The text of each option with a value, not yet checked. */
	struct given *given;
};

/* Sorts the words after the verb into options and arguments, and sets the flags. */
enum parse_end option_parse(struct parse *parse, int argc, char **argv);
/* Checks and stores the values after option_parse(). Returns 0, or the verb's result after printing
 * an error. */
int option_convert(const struct parse *parse);

/* The words of an OPT_CHOICE, "raw, sector or fsdax", which the caller frees. NULL without memory.
 */
char *option_choices(const struct option *option);

static inline void cleanup_parse(struct parse *parse)
{
	free(parse->given);
}
#define AUTO_PARSE CLEANUP(cleanup_parse)
