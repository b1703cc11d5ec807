/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "option.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "say.h"
#include "size.h"
#include "suggest.h"

struct given {
	bool given;
	const char *text; /* NULL: negated */
};

/* A spelling of an option: idle, or no-idle for its negation. */
struct spelling {
	const struct option *option;
	bool negative;
	const char *prefix, *rest;
};

enum { PLAIN, NO_PREFIX, PREFIX_LEFT_OUT, FORMS };

static bool spell(const struct option *option, unsigned form, struct spelling *spelling)
{
	*spelling = (struct spelling){option, form != PLAIN, "", option->name};
	if (form == NO_PREFIX)
		spelling->prefix = "no-";
	if (form == PREFIX_LEFT_OUT) {
		spelling->rest += 3;
		return strncmp(option->name, "no-", 3) == 0;
	}
	return true;
}

#define SPELLING_FMT	"--%s%s"
#define SPELLING_ARG(s) (s).prefix, (s).rest

enum likeness { UNLIKE, BEGINNING, WHOLE };

static enum likeness compare_spelling(
	const struct spelling *spelling, const char *name, size_t length)
{
	size_t prefix = strlen(spelling->prefix);
	size_t first = length < prefix ? length : prefix;

	if (strncmp(spelling->prefix, name, first) != 0 ||
		strncmp(spelling->rest, name + first, length - first) != 0)
		return UNLIKE;
	return length == prefix + strlen(spelling->rest) ? WHOLE : BEGINNING;
}

/* The spellings that a shortened name matches. */
struct matches {
	unsigned count;
	struct spelling first, second;
};

static void match_add(struct matches *matches, const struct spelling *spelling)
{
	/* Count --no-no-movable and --movable as one. */
	if (matches->count && matches->first.option == spelling->option &&
		matches->first.negative == spelling->negative)
		return;
	if (matches->count == 0)
		matches->first = *spelling;
	if (matches->count == 1)
		matches->second = *spelling;
	matches->count++;
}

static struct matches match_name(const struct parse *parse, const char *name, size_t length)
{
	struct matches matches = {.count = 0};

	for (size_t i = 0; i < parse->option_count; i++) {
		for (unsigned form = 0; form < FORMS; form++) {
			struct spelling spelling;

			if (!spell(&parse->options[i], form, &spelling))
				continue;
			switch (compare_spelling(&spelling, name, length)) {
			case WHOLE:
				return (struct matches){.count = 1, .first = spelling};
			case BEGINNING:
				match_add(&matches, &spelling);
				break;
			case UNLIKE:
				break;
			}
		}
	}
	return matches;
}

/* The words of the command line, and the next to parse. */
struct walk {
	struct parse *parse;
	int count, next;
	char **words;
};

static const char *next_word(struct walk *walk)
{
	return walk->next < walk->count ? walk->words[walk->next++] : NULL;
}

static bool takes_value(const struct option *option)
{
	return option->type != OPT_FLAG && option->type != OPT_COUNT;
}

static enum parse_end give(
	const struct parse *parse, const struct option *option, bool negative, const char *text)
{
	struct given *given = &parse->given[option - parse->options];

	if (option->type == OPT_FLAG) {
		*(bool *)option->value = !negative;
	} else if (option->type == OPT_COUNT) {
		*(int *)option->value = negative ? 0 : *(int *)option->value + 1;
	} else if (parse->once && !negative && given->text) {
		usage_error("--%s has two values: '%s' and '%s'", option->name, given->text, text);
		return PARSE_REFUSED;
	} else {
		*given = (struct given){true, negative ? NULL : text};
	}
	return PARSE_RUN;
}

static enum parse_end refuse_name(const struct parse *parse, const char *name, size_t length)
{
	AUTO_FREE char *word = strndup(name, length);
	struct suggestion near = {.word = word ?: ""};

	for (size_t i = 0; i < parse->option_count; i++)
		suggest_offer(&near, parse->options[i].name);
	if (near.name)
		usage_error("unknown option --%s; did you mean --%s?", near.word, near.name);
	else
		usage_error("unknown option --%s", near.word);
	return PARSE_REFUSED;
}

static enum parse_end refuse_unclear(const struct matches *matches, const char *name, size_t length)
{
	if (matches->count == 2)
		usage_error("--%.*s is ambiguous: " SPELLING_FMT " or " SPELLING_FMT, (int)length,
			name, SPELLING_ARG(matches->first), SPELLING_ARG(matches->second));
	else
		usage_error("--%.*s is ambiguous: " SPELLING_FMT ", " SPELLING_FMT " or %u more",
			(int)length, name, SPELLING_ARG(matches->first),
			SPELLING_ARG(matches->second), matches->count - 2);
	return PARSE_REFUSED;
}

static enum parse_end parse_long(struct walk *walk, const char *name)
{
	size_t length = strcspn(name, "=");
	const char *text = name[length] ? name + length + 1 : NULL;
	struct matches matches = match_name(walk->parse, name, length);
	const struct option *option = matches.first.option;

	if (matches.count == 0)
		return refuse_name(walk->parse, name, length);
	if (matches.count > 1)
		return refuse_unclear(&matches, name, length);
	if (!takes_value(option) || matches.first.negative) {
		if (text) {
			usage_error(SPELLING_FMT " takes no value, but was given '%s'",
				SPELLING_ARG(matches.first), text);
			return PARSE_REFUSED;
		}
	} else {
		text = text ?: next_word(walk);
		if (!text) {
			usage_error("--%s needs a value: --%s=<%s>", option->name, option->name,
				option->argument);
			return PARSE_REFUSED;
		}
	}
	return give(walk->parse, option, matches.first.negative, text);
}

static const struct option *find_letter(const struct parse *parse, char letter)
{
	for (size_t i = 0; i < parse->option_count; i++)
		if (parse->options[i].letter == letter)
			return &parse->options[i];
	return NULL;
}

/* Parse -BDRN, -RNb x or -RNbx. */
static enum parse_end parse_letters(struct walk *walk, const char *letters)
{
	for (const char *letter = letters; *letter; letter++) {
		const struct option *option = find_letter(walk->parse, *letter);
		const char *text = NULL;

		if (*letter == 'h')
			return PARSE_HELP;
		if (!option) {
			if (letters[1])
				usage_error("unknown option -%c (in -%s)", *letter, letters);
			else
				usage_error("unknown option -%c", *letter);
			return PARSE_REFUSED;
		}
		if (takes_value(option)) {
			text = letter[1] ? letter + 1 : next_word(walk);
			if (!text) {
				usage_error("-%c needs a value: -%c <%s>", *letter, *letter,
					option->argument);
				return PARSE_REFUSED;
			}
		}
		if (give(walk->parse, option, false, text) == PARSE_REFUSED)
			return PARSE_REFUSED;
		if (text)
			break;
	}
	return PARSE_RUN;
}

static enum parse_end parse_word(struct walk *walk, const char *word)
{
	if (strcmp(word, "--list-opts") == 0)
		return PARSE_LIST_OPTS;
	if (strcmp(word, "--help") == 0)
		return PARSE_HELP;
	if (word[1] == '-')
		return parse_long(walk, word + 2);
	return parse_letters(walk, word + 1);
}

enum parse_end option_parse(struct parse *parse, int argc, char **argv)
{
	struct walk walk = {parse, argc, 0, argv};
	bool only_arguments = false;

	parse->arg_count = 0;
	parse->given = calloc(parse->option_count + 1, sizeof(*parse->given));
	if (!parse->given) {
		say_error("out of memory");
		return PARSE_REFUSED;
	}
	while (walk.next < walk.count) {
		char *word = walk.words[walk.next++];

		if (only_arguments || word[0] != '-' || !word[1]) {
			argv[parse->arg_count++] = word;
		} else if (strcmp(word, "--") == 0) {
			only_arguments = true;
		} else {
			enum parse_end end = parse_word(&walk, word);

			if (end != PARSE_RUN)
				return end;
		}
	}
	return PARSE_RUN;
}

static int convert_size(const struct option *option, const char *text)
{
	struct size_option size = {.given = text != NULL};
	bool malformed = text && option->digit_first && !isdigit((unsigned char)*text);
	int err = malformed ? -EINVAL : text ? parse_size(text, &size.bytes) : 0;

	if (err == -ERANGE)
		return usage_error("--%s: '%s' is too large: must be less than 2^64 bytes",
			option->name, text);
	if (err)
		return usage_error(
			"--%s: '%s' is not a size such as 4096, 64M or 2G", option->name, text);
	*(struct size_option *)option->value = size;
	return 0;
}

static int convert_choice(const struct option *option, const char *text)
{
	AUTO_FREE char *names = NULL;

	for (const struct choice *choice = option->choices; text && choice->name; choice++) {
		if ((option->any_case ? strcasecmp : strcmp)(choice->name, text) == 0) {
			*(int *)option->value = choice->value;
			return 0;
		}
	}
	if (!text) {
		*(int *)option->value = 0;
		return 0;
	}
	names = option_choices(option);
	return usage_error("--%s: '%s' is not %s", option->name, text, names ?: "known");
}

static int convert(const struct option *option, const char *text)
{
	switch (option->type) {
	case OPT_SIZE:
		return convert_size(option, text);
	case OPT_CHOICE:
		return convert_choice(option, text);
	case OPT_PARSED:
		if (option->parse(text, option->value))
			return 0;
		return usage_error(
			"--%s: '%s' is not %s", option->name, text ?: "", option->expected);
	case OPT_TEXT:
		*(const char **)option->value = text;
		return 0;
	case OPT_FLAG:
	case OPT_COUNT:
		break;
	}
	return 0;
}

int option_convert(const struct parse *parse)
{
	for (size_t i = 0; i < parse->option_count; i++) {
		if (!parse->given[i].given)
			continue;
		if (convert(&parse->options[i], parse->given[i].text))
			return parse->options[i].refusal ?: EXIT_USAGE;
	}
	return 0;
}

static bool is_synonym(const struct choice *choices, const struct choice *choice)
{
	while (choices->value != choice->value)
		choices++;
	return choices != choice;
}

char *option_choices(const struct option *option)
{
	const struct choice *last = NULL;
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);

	if (!stream)
		return NULL;
	/* Print each name one step late: another word joins the last one. */
	for (const struct choice *choice = option->choices; choice->name; choice++) {
		if (is_synonym(option->choices, choice))
			continue;
		if (last)
			fprintf(stream, last == option->choices ? "%s" : ", %s", last->name);
		last = choice;
	}
	if (last)
		fprintf(stream, last == option->choices ? "%s" : " or %s", last->name);
	if (fclose(stream) != 0) {
		free(text);
		return NULL;
	}
	return text;
}
