/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdio.h>

#include "verb.h"

/* Texts made from the table of verbs and their tables of options. */

/* Usage of the tool, and a line per verb. */
void help_tool(FILE *out, const struct tool *tool);
/* Usage of the verb, and a line per option: VERB -h. */
void help_verb(FILE *out, const struct tool *tool, const struct verb *verb);
/* --list-cmds: a verb a line. */
void help_list_verbs(FILE *out, const struct tool *tool);
/* --list-opts: the long options, each followed by a blank, without newline. */
void help_list_options(FILE *out, const struct verb *verb);
/* --list-words: values of @word if it is an option ("-m", "--mode"), otherwise arguments of the
 * verb. Prints the words of a choice, one a line, or the name of the value, "<region>". */
void help_list_words(FILE *out, const struct verb *verb, const char *word);

/*
 * The manual page of a verb, or of the tool (@verb is NULL), as scdoc markup: name and synopsis,
 * then @page, in which a line @OPTIONS@ or @VERBS@ is replaced by that section.
 */
void help_scdoc(FILE *out, FILE *page, const struct tool *tool, const struct verb *verb);
