/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdio.h>

#include "verb.h"

/* Texts made from the table of verbs and their tables of options. */

/* How the tool is called, and a line per verb. */
void help_tool(FILE *out, const struct tool *tool);
/* How the verb is called, and a line per option: VERB -h. */
void help_verb(FILE *out, const struct tool *tool, const struct verb *verb);
/* --list-cmds: a verb a line. */
void help_list_verbs(FILE *out, const struct tool *tool);
/* --list-opts: the long options, each followed by a blank, without newline. */
void help_list_options(FILE *out, const struct verb *verb);
/* --list-words: what may follow @word, an option ("-m", "--mode"), or else be an argument of the
 * verb: the words of a choice, a line each, or a name for what it is in brackets, "<region>". */
void help_list_words(FILE *out, const struct verb *verb, const char *word);

/*
 * The manual page of a verb, or of the tool (@verb is NULL), in scdoc's language: the head down to
 * the synopsis, then @page, where a line @OPTIONS@ or @VERBS@ stands for the section of that name.
 */
void help_scdoc(FILE *out, FILE *page, const struct tool *tool, const struct verb *verb);
