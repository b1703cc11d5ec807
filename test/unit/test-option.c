/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whole command lines, with the options of real verbs, as the reference was seen to take them. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/verb.h"

enum { WORDS_MAX = 10 };

static union value {
	bool flag;
	int number;
	const char *text;
	struct size_option size;
} values[32];

/* Each option keeps its value in a place of its own. */
#define VALUE &values[__COUNTER__]

static const struct choice modes[] = {
	{"fsdax", 1}, {"memory", 1}, {"devdax", 2}, {"dax", 2}, {"raw", 3}, {NULL}};
static const struct choice maps[] = {{"mem", 1}, {"dev", 2}, {NULL}};

/* "all" or a number. */
static bool parse_node(const char *text, void *value)
{
	char *end = "";

	*(int *)value = text && strcmp(text, "all") != 0 ? (int)strtol(text, &end, 0) : 0;
	return !text || (text[0] && !*end);
}

static const struct option list_options[] = {
	{'b', "bus", OPT_TEXT, VALUE, "bus", "bus"},
	{'r', "region", OPT_TEXT, VALUE, "region", "region"},
	{'d', "dimm", OPT_TEXT, VALUE, "nmem", "dimm"},
	{'n', "namespace", OPT_TEXT, VALUE, "namespace", "namespace"},
	{'m', "mode", OPT_CHOICE, VALUE, "mode", "mode", .choices = modes, .any_case = true,
		.refusal = -EINVAL},
	{'U', "numa-node", OPT_PARSED, VALUE, "node", "node", .parse = parse_node,
		.expected = "a node", .refusal = -EINVAL},
	{'B', "buses", OPT_FLAG, VALUE, NULL, "buses"},
	{'D', "dimms", OPT_FLAG, VALUE, NULL, "dimms"},
	{'R', "regions", OPT_FLAG, VALUE, NULL, "regions"},
	{'N', "namespaces", OPT_FLAG, VALUE, NULL, "namespaces"},
	{'X', "device-dax", OPT_FLAG, VALUE, NULL, "dax"},
	{'i', "idle", OPT_FLAG, VALUE, NULL, "idle"},
	{'u', "human", OPT_FLAG, VALUE, NULL, "human"},
	{'v', "verbose", OPT_COUNT, VALUE, NULL, "verbose"},
};

static const struct option create_options[] = {
	{'r', "region", OPT_TEXT, VALUE, "region", "region"},
	{'e', "reconfig", OPT_TEXT, VALUE, "namespace", "namespace"},
	{'s', "size", OPT_SIZE, VALUE, "size", "size"},
	{'m', "mode", OPT_CHOICE, VALUE, "mode", "mode", .choices = modes, .any_case = true},
	{'M', "map", OPT_CHOICE, VALUE, "map", "map", .choices = maps},
	{'l', "sector-size", OPT_SIZE, VALUE, "size", "sector size"},
	{'f', "force", OPT_FLAG, VALUE, NULL, "force"},
};

static const struct option reconfigure_options[] = {
	{'m', "mode", OPT_TEXT, VALUE, "mode", "mode"},
	{'N', "no-online", OPT_FLAG, VALUE, NULL, "no online"},
	{'f', "force", OPT_FLAG, VALUE, NULL, "force"},
	{'C', "check-config", OPT_FLAG, VALUE, NULL, "check config"},
	{'\0', "no-movable", OPT_FLAG, VALUE, NULL, "no movable"},
};

/* What the last run was given, as "region=x verbose=2 [argument]". */
static char seen[512];

static void saw(const char *format, ...)
{
	size_t length = strlen(seen);
	va_list args;

	if (length)
		seen[length++] = ' ';
	va_start(args, format);
	vsnprintf(seen + length, sizeof(seen) - length, format, args);
	va_end(args);
}

static void see_option(const struct option *option)
{
	const union value *value = option->value;

	if (option->type == OPT_FLAG && value->flag)
		saw("%s", option->name);
	if (option->type == OPT_TEXT && value->text)
		saw("%s=%s", option->name, value->text);
	if (option->type == OPT_SIZE && value->size.given)
		saw("%s=%llu", option->name, (unsigned long long)value->size.bytes);
	if ((option->type == OPT_COUNT || option->type == OPT_CHOICE ||
		    option->type == OPT_PARSED) &&
		value->number)
		saw("%s=%d", option->name, value->number);
}

static int see(const struct verb *verb, int count, char **args)
{
	for (size_t i = 0; i < verb->option_count; i++)
		see_option(&verb->options[i]);
	for (int i = 0; i < count; i++)
		saw("[%s]", args[i]);
	return 0;
}

static const struct verb verb_list, verb_create, verb_reconfigure, verb_fail, verb_enable;

static int run_list(void *context, int count, char **args)
{
	return see(&verb_list, count, args);
}

static int run_create(void *context, int count, char **args)
{
	return see(&verb_create, count, args);
}

static int run_reconfigure(void *context, int count, char **args)
{
	return see(&verb_reconfigure, count, args);
}

static int run_enable(void *context, int count, char **args)
{
	return see(&verb_enable, count, args);
}

/* "fail lib": the library knows why. "fail own": the verb says so itself. */
static int run_fail(void *context, int count, char **args)
{
	*(bool *)context = strcmp(args[0], "lib") == 0;
	if (strcmp(args[0], "own") == 0)
		say_error("region0: said by the verb");
	return -ENXIO;
}

static const struct verb verb_list = {
	"list", "list", NULL, 0, 0, list_options, ARRAY_SIZE(list_options), run_list};
static const struct verb verb_create = {"create-namespace", "create", NULL, 0, 0, create_options,
	ARRAY_SIZE(create_options), run_create};
static const struct verb verb_reconfigure = {"reconfigure-device", "reconfigure", "device", 1,
	ARGS_MANY, reconfigure_options, ARRAY_SIZE(reconfigure_options), run_reconfigure};
static const struct verb verb_enable = {
	"enable-region", "enable", "region", 1, 1, list_options, 1, run_enable};
static const struct verb verb_fail = {"fail", "fail", "way", 1, 1, NULL, 0, run_fail};

static const struct verb *const verbs[] = {&verb_version, &verb_list, &verb_create,
	&verb_reconfigure, &verb_enable, &verb_fail, &verb_help};

static bool lib_knows;

static int context_new(void **context)
{
	lib_knows = false;
	*context = &lib_knows;
	return 0;
}

static void context_free(void *context)
{
}

static const char *error(void *context)
{
	return *(bool *)context ? "region0: said by the library" : NULL;
}

static const char *hint(void *context)
{
	return *(bool *)context ? "try again" : NULL;
}

static struct tool tool = {.name = "ndctl",
	.summary = "test",
	.verbs = verbs,
	.verb_count = ARRAY_SIZE(verbs),
	.context_new = context_new,
	.context_free = context_free,
	.error = error,
	.hint = hint};

struct capture {
	FILE *file, *stream;
	int saved;
};

static struct capture capture_start(FILE *stream)
{
	struct capture capture = {tmpfile(), stream, dup(fileno(stream))};

	assert_non_null(capture.file);
	fflush(stream);
	dup2(fileno(capture.file), fileno(stream));
	return capture;
}

static void capture_end(struct capture capture, char *text, size_t size)
{
	fflush(capture.stream);
	dup2(capture.saved, fileno(capture.stream));
	close(capture.saved);
	rewind(capture.file);
	text[fread(text, 1, size - 1, capture.file)] = 0;
	fclose(capture.file);
}

static char out[4096], err[4096];

static int run(const char *const *words)
{
	char *argv[WORDS_MAX + 2] = {(char *)"ndctl"};
	int argc = 1, status;

	while (words[argc - 1]) {
		argv[argc] = (char *)words[argc - 1];
		argc++;
	}
	memset(values, 0, sizeof(values));
	seen[0] = 0;
	struct capture capture_out = capture_start(stdout), capture_err = capture_start(stderr);
	status = tool_main(&tool, argc, argv);
	capture_end(capture_err, err, sizeof(err));
	capture_end(capture_out, out, sizeof(out));
	return status;
}

static void accepts(void **state)
{
	static const struct {
		const char *words[WORDS_MAX];
		const char *seen;
	} rows[] = {
		{{"list"}, ""},
		{{"list", "--bus="}, "bus="},
		{{"list", "-b", ""}, "bus="},
		{{"list", "--bus", "x"}, "bus=x"},
		{{"list", "--region", "--bus"}, "region=--bus"},
		{{"list", "--bus", "--list-opts"}, "bus=--list-opts"},
		{{"list", "-bh"}, "bus=h"},
		{{"list", "-b=x"}, "bus==x"},
		{{"list", "-b", "x", "-b", "y"}, "bus=y"},
		{{"list", "-BD"}, "buses dimms"},
		{{"list", "-BDRN"}, "buses dimms regions namespaces"},
		{{"list", "-RNb", "x"}, "bus=x regions namespaces"},
		{{"list", "-RNbx"}, "bus=x regions namespaces"},
		{{"list", "-Biuvvv"}, "buses idle human verbose=3"},
		{{"list", "-vvvvvv"}, "verbose=6"},
		{{"list", "--id"}, "idle"},
		{{"list", "--buse"}, "buses"},
		{{"list", "--dimms"}, "dimms"},
		{{"list", "--namespace", "0.0"}, "namespace=0.0"},
		{{"list", "-B", "--no-buses"}, ""},
		{{"list", "-b", "x", "--no-bus"}, ""},
		{{"list", "--no-bus", "-b", "x"}, "bus=x"},
		{{"list", "-i", "--no-id"}, ""},
		{{"list", "-vv", "--no-v", "-v"}, "verbose=1"},
		{{"list", "-m", "raw", "--no-mode"}, ""},
		{{"list", "-U", "7", "--no-numa-node"}, ""},
		{{"list", "-m", "FsDaX"}, "mode=1"},
		{{"list", "-m", "memory"}, "mode=1"},
		{{"list", "-U", "0x1"}, "numa-node=1"},
		{{"list", "-U", "-1"}, "numa-node=-1"},
		{{"list", "-U", "all"}, ""},
		{{"list", "--"}, ""},
		{{"create-namespace", "-fm", "devdax"}, "mode=2 force"},
		{{"create-namespace", "-fmdevdax"}, "mode=2 force"},
		{{"create-namespace", "--mo=raw"}, "mode=3"},
		{{"create-namespace", "--ma=mem"}, "map=1"},
		{{"create-namespace", "--si", "4G"}, "size=4294967296"},
		{{"create-namespace", "--size="}, "size=0"},
		{{"create-namespace", "-s", "4G", "-s", "2G"}, "size=2147483648"},
		{{"create-namespace", "--size=12Q", "--size=4k"}, "size=4096"},
		{{"create-namespace", "--size=12Q", "--no-size"}, ""},
		{{"create-namespace", "-l", "512"}, "sector-size=512"},
		{{"reconfigure-device", "-mode=system-ram", "foo"}, "mode=ode=system-ram [foo]"},
		{{"reconfigure-device", "a", "-N", "b"}, "no-online [a] [b]"},
		{{"reconfigure-device", "--", "-N"}, "[-N]"},
		{{"reconfigure-device", "-N", "--", "-N", "--"}, "no-online [-N] [--]"},
		{{"reconfigure-device", "-"}, "[-]"},
		{{"reconfigure-device", ""}, "[]"},
		{{"reconfigure-device", "--no-o", "a"}, "no-online [a]"},
		{{"reconfigure-device", "-N", "--online", "a"}, "[a]"},
		{{"reconfigure-device", "-N", "--onl", "a"}, "[a]"},
		{{"reconfigure-device", "-N", "--no-no-online", "a"}, "[a]"},
		{{"reconfigure-device", "--no-movable", "--movable", "a"}, "[a]"},
		{{"reconfigure-device", "--no-movabl", "a"}, "no-movable [a]"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(run(rows[i].words), 0);
		assert_string_equal(err, "");
		assert_string_equal(seen, rows[i].seen);
	}
}

/* Each with its one sentence; the hint comes behind. */
static void refuses(void **state)
{
	static const struct {
		const char *words[WORDS_MAX];
		int status;
		const char *sentence;
	} rows[] = {
		{{"list", "--foo"}, 129, "list: unknown option --foo"},
		{{"list", "--foo=1"}, 129, "list: unknown option --foo"},
		{{"list", "--no-foo"}, 129, "list: unknown option --no-foo"},
		{{"list", "--noidle"}, 129, "list: unknown option --noidle; did you mean --idle?"},
		{{"list", "--hel"}, 129, "list: unknown option --hel"},
		{{"list", "--no-help"}, 129, "list: unknown option --no-help"},
		{{"list", "--list"}, 129, "list: unknown option --list"},
		{{"list", "--regoin=0"}, 129,
			"list: unknown option --regoin; did you mean --region?"},
		{{"list", "--help=1"}, 129, "list: unknown option --help"},
		{{"list", "-Z"}, 129, "list: unknown option -Z"},
		{{"list", "-BZ"}, 129, "list: unknown option -Z (in -BZ)"},
		{{"list", "--buses", "-Z", "-h"}, 129, "list: unknown option -Z"},
		{{"list", "-Z", "--list-opts"}, 129, "list: unknown option -Z"},
		{{"list", "-1"}, 129, "list: unknown option -1"},
		{{"list", "--bus"}, 129, "list: --bus needs a value: --bus=<bus>"},
		{{"list", "-b"}, 129, "list: -b needs a value: -b <bus>"},
		{{"list", "-RNb"}, 129, "list: -b needs a value: -b <bus>"},
		{{"list", "--buses=1"}, 129, "list: --buses takes no value, but was given '1'"},
		{{"list", "--buses="}, 129, "list: --buses takes no value, but was given ''"},
		{{"list", "--no-bus=x"}, 129, "list: --no-bus takes no value, but was given 'x'"},
		{{"list", "--reg=0"}, 129, "list: --reg is ambiguous: --region or --regions"},
		{{"list", "--b"}, 129, "list: --b is ambiguous: --bus or --buses"},
		{{"list", "--name", "0.0"}, 129,
			"list: --name is ambiguous: --namespace or --namespaces"},
		{{"list", "--d"}, 129, "list: --d is ambiguous: --dimm, --dimms or 1 more"},
		{{"list", "--no-regi"}, 129,
			"list: --no-regi is ambiguous: --no-region or --no-regions"},
		{{"list", "--no"}, 129,
			"list: --no is ambiguous: --no-bus, --no-region or 12 more"},
		{{"list", "foo"}, 129, "list: unexpected argument 'foo': only options are allowed"},
		{{"list", "--", "x"}, 129,
			"list: unexpected argument 'x': only options are allowed"},
		{{"list", "-"}, 129, "list: unexpected argument '-': only options are allowed"},
		{{"list", ""}, 129, "list: unexpected argument '': only options are allowed"},
		{{"list", "-R", "foo", "-B"}, 129,
			"list: unexpected argument 'foo': only options are allowed"},
		{{"list", "-U", "foo", "bar"}, 129,
			"list: unexpected argument 'bar': only options are allowed"},
		{{"list", "-m", "foo"}, 234, "list: --mode: 'foo' is not fsdax, devdax or raw"},
		{{"list", "-m", ""}, 234, "list: --mode: '' is not fsdax, devdax or raw"},
		{{"list", "-m", "fsdax "}, 234,
			"list: --mode: 'fsdax ' is not fsdax, devdax or raw"},
		{{"list", "-U", "1x"}, 234, "list: --numa-node: '1x' is not a node"},
		{{"list", "-U", ""}, 234, "list: --numa-node: '' is not a node"},
		{{"create-namespace", "--mode=foo"}, 129,
			"create-namespace: --mode: 'foo' is not fsdax, devdax or raw"},
		{{"create-namespace", "--map=MEM"}, 129,
			"create-namespace: --map: 'MEM' is not mem or dev"},
		{{"create-namespace", "-mf", "devdax"}, 129,
			"create-namespace: unexpected argument 'devdax': only options are allowed"},
		{{"create-namespace", "--size=12Q"}, 129,
			"create-namespace: --size: '12Q' is not a size such as 4096, 64M or 2G"},
		{{"create-namespace", "-s=4G"}, 129,
			"create-namespace: --size: '=4G' is not a size such as 4096, 64M or 2G"},
		{{"create-namespace", "--size=-1"}, 129,
			"create-namespace: --size: '-1' is not a size such as 4096, 64M or 2G"},
		{{"create-namespace", "--size=16777216T"}, 129,
			"create-namespace: --size: '16777216T' is too large: must be less than 2^64 "
			"bytes"},
		{{"create-namespace", "--s", "4G"}, 129,
			"create-namespace: --s is ambiguous: --size or --sector-size"},
		{{"create-namespace", "--m", "raw"}, 129,
			"create-namespace: --m is ambiguous: --mode or --map"},
		{{"create-namespace", "--noforce"}, 129,
			"create-namespace: unknown option --noforce; did you mean --force?"},
		{{"reconfigure-device"}, 129,
			"reconfigure-device: missing argument: name a device, or 'all'"},
		{{"reconfigure-device", "--no-m", "a"}, 129,
			"reconfigure-device: --no-m is ambiguous: --no-mode or --no-movable"},
		{{"reconfigure-device", "--movable=1", "a"}, 129,
			"reconfigure-device: --movable takes no value, but was given '1'"},
		{{"enable-region", "a", "b"}, 129,
			"enable-region: unexpected argument 'b': only one region is allowed"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		char expected[256];

		snprintf(expected, sizeof(expected),
			"ndctl: %s\nhint: see 'ndctl %s -h' for the options\n", rows[i].sentence,
			rows[i].words[0]);
		assert_int_equal(run(rows[i].words), rows[i].status);
		assert_string_equal(err, expected);
		assert_string_equal(out, "");
	}
}

/* Not even the same value, but once it has been taken back. */
static void values_once(void **state)
{
	static const struct {
		const char *words[WORDS_MAX];
		int status;
		const char *err;
	} rows[] = {
		{{"create-namespace", "-s", "4G", "--size=2G"}, 129,
			"ndctl: create-namespace: --size has two values: '4G' and '2G'\n"},
		{{"list", "-b", "x", "-b", "x"}, 129,
			"ndctl: list: --bus has two values: 'x' and 'x'\n"},
		{{"list", "-Bb", "x", "-Bby"}, 129,
			"ndctl: list: --bus has two values: 'x' and 'y'\n"},
		{{"list", "-b", "x", "--no-bus", "-b", "y"}, 0, ""},
		{{"list", "-B", "-B", "-vv", "-v"}, 0, ""},
	};

	tool.values_once = true;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(run(rows[i].words), rows[i].status);
		err[strcspn(err, "\n") + (*err != 0)] = 0;
		assert_string_equal(err, rows[i].err);
	}
	tool.values_once = false;
}

static void tool_level(void **state)
{
	static const struct {
		const char *words[WORDS_MAX];
		int status;
		const char *out, *err; /* NULL: some text */
	} rows[] = {
		{{NULL}, 1, NULL, ""},
		{{"help"}, 0, NULL, ""},
		{{"--help"}, 0, NULL, ""},
		{{"-h"}, 0, NULL, ""},
		{{"help", "foo"}, 16, "", NULL},
		{{"version"}, 0, INTERFACE_LEVEL "\n", ""},
		{{"version", "--foo"}, 0, INTERFACE_LEVEL "\n", ""},
		{{"version", "-h"}, 0, INTERFACE_LEVEL "\n", ""},
		{{"version", "--list-opts"}, 0, INTERFACE_LEVEL "\n", ""},
		{{"--version", "list"}, 0, INTERFACE_LEVEL "\n", ""},
		{{"-v"}, 0, INTERFACE_LEVEL "\n", ""},
		{{"--version", "--verbose"}, 0,
			"ndctl " RELEASE ", interface " INTERFACE_LEVEL "\n", ""},
		{{"--list-cmds", "foo"}, 0,
			"version\nlist\ncreate-namespace\nreconfigure-device\nenable-region\nfail\n"
			"help\n",
			""},
		{{"list", "-h"}, 129, "", NULL},
		{{"list", "-hB"}, 129, "", NULL},
		{{"list", "foo", "-h"}, 129, "", NULL},
		{{"list", "-B", "--help"}, 129, "", NULL},
		{{"enable-region", "-h", "x"}, 129, "", NULL},
		{{"reconfigure-device", "--list-opts", "-Z"}, 130,
			"--mode --no-online --force --check-config --no-movable ", ""},
		{{"reconfigure-device", "foo", "--list-opts"}, 130,
			"--mode --no-online --force --check-config --no-movable ", ""},
		{{"--list-words", "list", "-m"}, 0, "fsdax\nmemory\ndevdax\ndax\nraw\n", ""},
		{{"--list-words", "list", "--bus"}, 0, "<bus>\n", ""},
		{{"--list-words", "list", "--buses"}, 0, "", ""},
		{{"--list-words", "enable-region"}, 0, "<region>\n", ""},
		{{"foo"}, 1, "",
			"ndctl: unknown verb 'foo'\nhint: see 'ndctl help' for the verbs\n"},
		{{""}, 1, "", "ndctl: unknown verb ''\nhint: see 'ndctl help' for the verbs\n"},
		{{"lsit"}, 1, "", "ndctl: unknown verb 'lsit'\nhint: did you mean 'ndctl list'?\n"},
		{{"create"}, 1, "",
			"ndctl: unknown verb 'create'\n"
			"hint: did you mean 'ndctl create-namespace'?\n"},
		{{"a\n\x1b[31m\x7f\xc3\xa4"}, 1, "",
			"ndctl: unknown verb 'a\\x0a\\x1b[31m\\x7f\xc3\xa4'\n"
			"hint: see 'ndctl help' for the verbs\n"},
		{{"--foo"}, 129, "", NULL},
		{{"-b", "list"}, 129, "", NULL},
		{{"--", "list"}, 129, "", NULL},
		{{"-"}, 129, "", NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		assert_int_equal(run(rows[i].words), rows[i].status);
		if (rows[i].out)
			assert_string_equal(out, rows[i].out);
		else
			assert_string_not_equal(out, "");
		if (rows[i].err)
			assert_string_equal(err, rows[i].err);
		else
			assert_string_not_equal(err, "");
	}
}

/* A failing verb is explained once: by the library, by the verb, or by the errno. */
static void failures(void **state)
{
	assert_int_equal(run((const char *[]){"fail", "lib", NULL}), 250);
	assert_string_equal(err, "ndctl: region0: said by the library\nhint: try again\n");
	assert_int_equal(run((const char *[]){"fail", "own", NULL}), 250);
	assert_string_equal(err, "ndctl: region0: said by the verb\n");
	assert_int_equal(run((const char *[]){"fail", "mute", NULL}), 250);
	assert_string_equal(err, "ndctl: No such device or address\n");
}

/* Output that is lost is a failure. */
static void full_disk(void **state)
{
	int saved = dup(STDOUT_FILENO), full = open("/dev/full", O_WRONLY);
	struct capture capture = capture_start(stderr);
	int status;

	fflush(stdout);
	dup2(full, STDOUT_FILENO);
	status = tool_main(&tool, 2, (char *[]){"ndctl", "version", NULL});
	__fpurge(stdout);
	clearerr(stdout);
	dup2(saved, STDOUT_FILENO);
	close(saved);
	close(full);
	capture_end(capture, err, sizeof(err));

	assert_int_equal(status, 1);
	assert_string_equal(
		err, "ndctl: cannot write to standard output: No space left on device\n");
}

/* The help lines fit a terminal, whatever the option. */
static void help_fits(void **state)
{
	run((const char *[]){"list", "-h", NULL});
	assert_non_null(
		strstr(err, "\n  -m, --mode=<mode>           mode: fsdax, devdax or raw\n"));
	run((const char *[]){"reconfigure-device", "-h", NULL});
	assert_non_null(strstr(err, "usage: ndctl reconfigure-device [<option>...] <device>...\n"));
	assert_non_null(strstr(err, "\n      --no-movable            no movable\n"));
	for (char *line = strtok(err, "\n"); line; line = strtok(NULL, "\n"))
		assert_true(strlen(line) <= 80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(accepts),
		cmocka_unit_test(refuses),
		cmocka_unit_test(values_once),
		cmocka_unit_test(tool_level),
		cmocka_unit_test(failures),
		cmocka_unit_test(full_disk),
		cmocka_unit_test(help_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
