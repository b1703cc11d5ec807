/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "help.h"

#include <ctype.h>
#include <string.h>

/* The column of the explanations, and the width of a line. */
#define HELP_COLUMN 30
#define LAST_COLUMN 80

/* The option that every verb has: a row for the help only. */
static const struct option option_help = {
	.letter = 'h',
	.name = "help",
	.type = OPT_FLAG,
	.help = "show the options (-h) or the manual (--help)",
};

static const char *argument_of(const struct option *option)
{
	return option->type == OPT_FLAG || option->type == OPT_COUNT ? NULL : option->argument;
}

static void print_arguments(FILE *out, const struct verb *verb, const char *open, const char *close)
{
	bool optional = verb->args_min == 0;

	if (verb->argument)
		fprintf(out, " %s%s%s%s%s%s", optional ? "[" : "", open, verb->argument, close,
			verb->args_max > 1 ? "..." : "", optional ? "]" : "");
}

/* Continue a line that has reached @column, and break it between words. */
static void print_wrapped(FILE *out, const char *text, size_t column)
{
	if (column + 1 > HELP_COLUMN) {
		fputc('\n', out);
		column = 0;
	}
	fprintf(out, "%*s", (int)(HELP_COLUMN - column), "");
	column = HELP_COLUMN;
	while (*text) {
		size_t word = strcspn(text, " ");

		if (column > HELP_COLUMN && column + 1 + word > LAST_COLUMN) {
			fprintf(out, "\n%*s", HELP_COLUMN, "");
			column = HELP_COLUMN;
		} else if (column > HELP_COLUMN) {
			fputc(' ', out);
			column++;
		}
		fwrite(text, 1, word, out);
		column += word;
		text += word;
		text += strspn(text, " ");
	}
	fputc('\n', out);
}

/* The help of an option with its words, which the caller frees. */
static char *help_text(const struct option *option)
{
	AUTO_FREE char *choices = option->type == OPT_CHOICE ? option_choices(option) : NULL;
	char *text = NULL;

	if (asprintf(&text, choices ? "%s: %s" : "%s", option->help, choices) < 0)
		return NULL;
	return text;
}

static void print_option(FILE *out, const struct option *option)
{
	const char *argument = argument_of(option);
	AUTO_FREE char *text = help_text(option);
	int column = fprintf(out, option->letter ? "  -%c, --%s" : "  %c   --%s",
		option->letter ?: ' ', option->name);

	if (argument)
		column += fprintf(out, "=<%s>", argument);
	print_wrapped(out, text ?: option->help, column);
}

void help_verb(FILE *out, const struct tool *tool, const struct verb *verb)
{
	fprintf(out, "usage: %s %s [<option>...]", tool->name, verb->name);
	print_arguments(out, verb, "<", ">");
	fprintf(out, "\n\n%c%s.\n\n", toupper((unsigned char)verb->summary[0]), verb->summary + 1);
	for (size_t i = 0; i < verb->option_count; i++)
		print_option(out, &verb->options[i]);
	print_option(out, &option_help);
}

void help_tool(FILE *out, const struct tool *tool)
{
	fprintf(out, "usage: %s <verb> [<option>...] [<argument>...]\n\n", tool->name);
	for (size_t i = 0; i < tool->verb_count; i++)
		print_wrapped(
			out, tool->verbs[i]->summary, fprintf(out, "  %s", tool->verbs[i]->name));
	fprintf(out,
		"\n%s help <verb> shows the manual page of a verb, %s <verb> -h its options.\n",
		tool->name, tool->name);
}

void help_list_verbs(FILE *out, const struct tool *tool)
{
	for (size_t i = 0; i < tool->verb_count; i++)
		fprintf(out, "%s\n", tool->verbs[i]->name);
}

void help_list_options(FILE *out, const struct verb *verb)
{
	for (size_t i = 0; i < verb->option_count; i++)
		fprintf(out, "--%s ", verb->options[i].name);
}

static const struct option *find_option(const struct verb *verb, const char *word)
{
	for (const struct option *option = verb->options;
		option < verb->options + verb->option_count; option++)
		if ((word[0] == '-' && word[1] == option->letter && !word[2]) ||
			(strncmp(word, "--", 2) == 0 && strcmp(word + 2, option->name) == 0))
			return option;
	return NULL;
}

void help_list_words(FILE *out, const struct verb *verb, const char *word)
{
	const struct option *option = find_option(verb, word);
	const char *argument = option ? argument_of(option) : NULL;

	if (option && option->type == OPT_CHOICE)
		for (const struct choice *choice = option->choices; choice->name; choice++)
			fprintf(out, "%s\n", choice->name);
	else if (argument ?: verb->argument)
		fprintf(out, "<%s>\n", argument ?: verb->argument);
}

/* Print text with scdoc's markup characters escaped. */
static void print_escaped(FILE *out, const char *text)
{
	for (; *text; text++) {
		if (strchr("*_\\#<>", *text))
			fputc('\\', out);
		fputc(*text, out);
	}
}

static void print_sentence(FILE *out, const char *text)
{
	fputc(toupper((unsigned char)text[0]), out);
	print_escaped(out, text + 1);
	fputs(".\n", out);
}

/* Print markup, each line indented into the body of a list item. */
static void print_indented(FILE *out, const char *markup)
{
	while (*markup) {
		size_t length = strcspn(markup, "\n");

		if (length)
			fprintf(out, "\t%.*s", (int)length, markup);
		fputc('\n', out);
		markup += length;
		markup += *markup == '\n';
	}
}

static void scdoc_option(FILE *out, const struct option *option)
{
	const char *argument = argument_of(option);
	AUTO_FREE char *text = help_text(option);

	if (option->letter)
		fprintf(out, "*-%c*, ", option->letter);
	fprintf(out, "*--%s*", option->name);
	if (argument) {
		fputs("=_", out);
		print_escaped(out, argument);
		fputc('_', out);
	}
	fputs("\n\t", out);
	print_sentence(out, text ?: option->help);
	if (option->more) {
		fputc('\n', out);
		print_indented(out, option->more);
	}
	fputc('\n', out);
}

static void scdoc_options(FILE *out, const struct verb *verb)
{
	fputs("# OPTIONS\n\n", out);
	for (size_t i = 0; i < verb->option_count; i++)
		scdoc_option(out, &verb->options[i]);
	scdoc_option(out, &option_help);
}

static void scdoc_verbs(FILE *out, const struct tool *tool)
{
	fputs("# VERBS\n\n", out);
	for (size_t i = 0; i < tool->verb_count; i++) {
		fprintf(out, "*%s*\n\t", tool->verbs[i]->name);
		print_sentence(out, tool->verbs[i]->summary);
		fputc('\n', out);
	}
}

static void scdoc_head(FILE *out, const struct tool *tool, const struct verb *verb)
{
	const char *dash = verb ? "-" : "", *name = verb ? verb->name : "";

	fprintf(out, "%s%s%s(1)\n\n# NAME\n\n%s%s%s - ", tool->name, dash, name, tool->name, dash,
		name);
	print_escaped(out, verb ? verb->summary : tool->summary);
	fprintf(out, "\n\n# SYNOPSIS\n\n*%s*", tool->name);
	if (verb) {
		fprintf(out, " *%s* [_option_...]", verb->name);
		print_arguments(out, verb, "_", "_");
	} else {
		fputs(" _verb_ [_option_...] [_argument_...]", out);
	}
	fputs("\n\n", out);
}

void help_scdoc(FILE *out, FILE *page, const struct tool *tool, const struct verb *verb)
{
	AUTO_FREE char *line = NULL;
	size_t size = 0;

	scdoc_head(out, tool, verb);
	while (getline(&line, &size, page) >= 0) {
		if (verb && strcmp(line, "@OPTIONS@\n") == 0)
			scdoc_options(out, verb);
		else if (strcmp(line, "@VERBS@\n") == 0)
			scdoc_verbs(out, tool);
		else
			fputs(line, out);
	}
}
