/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * The options of a verb are a table. Parsing, -h, --list-opts, completion and the OPTIONS section
 * of the man page are all read from it.
 *
 * Every option has a negation, --no-NAME (and --NAME for one called no-NAME), that puts its value
 * back to zero; the last word on the command line wins.
 */
enum option_type {
	OPT_FLAG,   /* bool */
	OPT_COUNT,  /* int: one more each time */
	OPT_TEXT,   /* const char *: NULL unless given */
	OPT_SIZE,   /* struct size_option */
	OPT_CHOICE, /* int: the value of one of .choices, 0 unless given */
	OPT_PARSED, /* what .parse makes of it */
};

struct size_option {
	bool given;
	uint64_t bytes;
};

/* A word that OPT_CHOICE takes. Rows of the same value are synonyms: the first is the one that help
 * shows. Values start at 1; a row without name ends the list. */
struct choice {
	const char *name;
	int value;
};

struct option {
	char letter; /* 0: none */
	const char *name;
	enum option_type type;
	void *value;	      /* of the C type that belongs to .type */
	const char *argument; /* what a value is called in the help: "size" */
	const char *help;     /* one line, lower case, no full stop: "size of the namespace" */
	const char *more;     /* further paragraphs for the man page (scdoc), or NULL */

	const struct choice *choices; /* OPT_CHOICE */
	bool any_case;		      /* OPT_CHOICE: upper case is the same */
	/* OPT_PARSED: false if @text is not a value; a NULL @text puts @value back to unset. */
	bool (*parse)(const char *text, void *value);
	const char *expected; /* OPT_PARSED: completes "'foo' is not ...": "a UUID" */
	/* What a bad value makes of the verb, as run returns it. 0 stands for EXIT_USAGE. */
	int refusal;
};

/* What became of a command line. */
enum parse_end {
	PARSE_RUN,	 /* everything is in place */
	PARSE_LIST_OPTS, /* --list-opts was met */
	PARSE_HELP,	 /* -h or --help was met */
	PARSE_REFUSED,	 /* said why; .status is what the verb would return */
};

struct parse {
	const char *verb;
	const struct option *options;
	size_t option_count;

	int arg_count; /* the words that are no options, moved to the front of argv */
	int status;
};

/* Walks @argv (the words after the verb). Values are judged by option_check. */
enum parse_end option_parse(struct parse *parse, int argc, char **argv);
