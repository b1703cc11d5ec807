/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdio.h>

#include "verb.h"

/* Texts made from the table of verbs and their tables of options. */

/* What the tool is called with, and a line per verb. */
void help_tool(FILE *out, const struct tool *tool);
/* What the verb is called with, and a line per option: VERB -h. */
void help_verb(FILE *out, const struct tool *tool, const struct verb *verb);
/* --list-cmds: a verb a line. */
void help_list_verbs(FILE *out, const struct tool *tool);
/* --list-opts: the long options, each followed by a blank, without newline. */
void help_list_options(FILE *out, const struct verb *verb);
/* The sections SYNOPSIS and OPTIONS of the manual page, in scdoc's language. */
void help_scdoc_synopsis(FILE *out, const struct tool *tool, const struct verb *verb);
void help_scdoc_options(FILE *out, const struct verb *verb);
/* Replaces this process by the manual page of the tool (NULL) or a verb. Returns only if there is
 * no manual reader or no such page. */
void help_exec_man(const struct tool *tool, const struct verb *verb);
