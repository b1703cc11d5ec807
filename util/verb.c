/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "verb.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <base/signals.h>

#include "help.h"
#include "suggest.h"

/* The exit status of --list-opts, which completion scripts expect. */
#define EXIT_LIST_OPTS 130
/* The exit status of man(1) without such a page. */
#define EXIT_NO_PAGE 16

/* A process runs one tool. */
static const struct tool *this_tool;

int say_failure(void *context, int err)
{
	const char *error = context ? this_tool->error(context) : NULL;
	const char *hint = context ? this_tool->hint(context) : NULL;

	say_error("%s", error ?: strerror(-err));
	if (error && hint)
		say_hint("%s", hint);
	return err;
}

static const struct verb *find_verb(const struct tool *tool, const char *name)
{
	for (size_t i = 0; i < tool->verb_count; i++)
		if (strcmp(tool->verbs[i]->name, name) == 0)
			return tool->verbs[i];
	return NULL;
}

static bool is_planned(const struct tool *tool, const char *name)
{
	for (const char *const *planned = tool->planned; planned && *planned; planned++)
		if (strcmp(*planned, name) == 0)
			return true;
	return false;
}

static int refuse_verb(const struct tool *tool, const char *name)
{
	struct suggestion near = {.word = name};

	if (is_planned(tool, name)) {
		say_error("'%s' is not implemented in this version (%s)", name, RELEASE);
		return -EOPNOTSUPP;
	}
	for (size_t i = 0; i < tool->verb_count; i++)
		suggest_offer(&near, tool->verbs[i]->name);
	say_error("unknown verb '%s'", name);
	if (near.name)
		say_hint("did you mean '%s %s'?", tool->name, near.name);
	else
		say_hint("see '%s help' for the verbs", tool->name);
	return EXIT_FAILURE;
}

static bool run_quietly(char *const *words)
{
	posix_spawn_file_actions_t actions;
	pid_t child;
	int status;

	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	bool ok = posix_spawnp(&child, words[0], &actions, NULL, words, environ) == 0 &&
		waitpid(child, &status, 0) == child && status == 0;
	posix_spawn_file_actions_destroy(&actions);
	return ok;
}

/* Replace this process by man(1), or print the tables if the page is not installed. */
static int show_page(const struct tool *tool, const struct verb *verb)
{
	char name[64];

	snprintf(name, sizeof(name), "%s-%s", tool->name, verb->name);
	if (run_quietly((char *[]){"man", "-w", name, NULL}))
		execlp("man", "man", name, NULL);
	help_verb(stdout, tool, verb);
	return 0;
}

static int run_help(const struct tool *tool, int count, char **words)
{
	if (count == 0) {
		help_tool(stdout, tool);
		return 0;
	}
	if (words[0][0] == '-') {
		help_tool(stderr, tool);
		return EXIT_USAGE;
	}
	const struct verb *verb = find_verb(tool, words[0]);
	if (verb)
		return show_page(tool, verb);
	refuse_verb(tool, words[0]);
	return EXIT_NO_PAGE;
}

const struct verb verb_help = {
	.name = "help",
	.summary = "show the manual page of a verb, or list the verbs",
	.argument = "verb",
	.args_max = 1,
	.run_raw = run_help,
};

/* Scripts compare the level of the interface, so print it alone unless asked for more. */
static int run_version(const struct tool *tool, int count, char **words)
{
	if (count > 0 && strcmp(words[0], "--verbose") == 0)
		printf("%s %s, interface %s\n", tool->name, RELEASE, INTERFACE_LEVEL);
	else
		puts(INTERFACE_LEVEL);
	return 0;
}

const struct verb verb_version = {
	.name = "version",
	.summary = "print the version",
	.run_raw = run_version,
};

/* Check the number of arguments, with the same messages for all verbs. */
static int check_arguments(const struct verb *verb, int count, char **words)
{
	if (count > verb->args_max) {
		const char *extra = words[verb->args_max];

		if (verb->args_max == 0)
			return usage_error(
				"unexpected argument '%s': only options are allowed", extra);
		return usage_error(
			"unexpected argument '%s': only one %s is allowed", extra, verb->argument);
	}
	if (count < verb->args_min)
		return usage_error("missing argument: name a %s, or 'all'", verb->argument);
	return 0;
}

static int run_in_context(const struct tool *tool, const struct verb *verb, int count, char **words)
{
	void *context = NULL;
	int status = tool->context_new(&context);

	if (status < 0)
		return say_failure(NULL, status);
	status = verb->run(context, count, words);
	if (status < 0 && say_error_count() == 0)
		say_failure(context, status);
	tool->context_free(context);
	return status;
}

static int run_verb(const struct tool *tool, const struct verb *verb, int count, char **words)
{
	AUTO_PARSE struct parse parse = {
		.options = verb->options,
		.option_count = verb->option_count,
		.once = tool->values_once,
	};
	int status;

	if (verb->run_raw)
		return verb->run_raw(tool, count, words);
	if (count > 0 && strcmp(words[0], "--help") == 0)
		return show_page(tool, verb);
	switch (option_parse(&parse, count, words)) {
	case PARSE_LIST_OPTS:
		help_list_options(stdout, verb);
		return EXIT_LIST_OPTS;
	case PARSE_HELP:
		help_verb(stderr, tool, verb);
		return EXIT_USAGE;
	case PARSE_REFUSED:
		return EXIT_USAGE;
	case PARSE_RUN:
		break;
	}
	status = check_arguments(verb, parse.arg_count, words);
	if (status == 0)
		status = option_convert(&parse);
	if (status == 0)
		status = run_in_context(tool, verb, parse.arg_count, words);
	return status;
}

static int run_scdoc(const struct tool *tool, int count, char **words)
{
	const struct verb *verb = count ? find_verb(tool, words[0]) : NULL;

	if (count && !verb)
		return refuse_verb(tool, words[0]);
	help_scdoc(stdout, stdin, tool, verb);
	return 0;
}

static int run_list_words(const struct tool *tool, int count, char **words)
{
	const struct verb *verb = count ? find_verb(tool, words[0]) : NULL;

	if (!verb)
		return EXIT_FAILURE;
	help_list_words(stdout, verb, count > 1 ? words[1] : "");
	return 0;
}

static int run_list_cmds(const struct tool *tool, int count, char **words)
{
	help_list_verbs(stdout, tool);
	return 0;
}

/* Options that may replace the verb. */
static const struct {
	const char *name;
	int (*run)(const struct tool *tool, int count, char **words);
} switches[] = {
	{"--version", run_version},
	{"-v", run_version},
	{"--help", run_help},
	{"-h", run_help},
	{"--list-cmds", run_list_cmds},
	/* For completion and for building the manual pages. */
	{"--list-words", run_list_words},
	{"--scdoc", run_scdoc},
};

static int run_tool(const struct tool *tool, int count, char **words)
{
	const struct verb *verb;

	if (count == 0) {
		help_tool(stdout, tool);
		return EXIT_FAILURE;
	}
	for (size_t i = 0; i < ARRAY_SIZE(switches); i++)
		if (strcmp(switches[i].name, words[0]) == 0)
			return switches[i].run(tool, count - 1, words + 1);
	if (words[0][0] == '-')
		return usage_error("unknown option '%s' before the verb", words[0]);
	verb = find_verb(tool, words[0]);
	if (!verb)
		return refuse_verb(tool, words[0]);
	say_init(tool->name, verb->name);
	return run_verb(tool, verb, count - 1, words + 1);
}

/* Occupy closed standard descriptors: a file in /sys must not get such a number. */
static void keep_standard_files(void)
{
	int fd;

	/* Open each for the wrong direction, so that reads and prints still fail. */
	do
		fd = open("/dev/null", fcntl(STDIN_FILENO, F_GETFD) < 0 ? O_WRONLY : O_RDONLY);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

int tool_main(const struct tool *tool, int argc, char **argv)
{
	int status;

	keep_standard_files();
	signals_catch_file_size();
	this_tool = tool;
	say_init(tool->name, NULL);
	status = run_tool(tool, argc > 0 ? argc - 1 : 0, argv + 1);

	errno = 0;
	if ((fflush(stdout) != 0 || ferror(stdout)) && status == 0) {
		say_error("cannot write to standard output: %s", strerror(errno ?: EIO));
		status = EXIT_FAILURE;
	}
	/* Callers compare the low byte of a negative errno: 250 for ENXIO. */
	return status & 0xff;
}
