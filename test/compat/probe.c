/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <syslog.h>
#include <unistd.h>

#define BUFFER	   256
#define FILL	   0xa5
#define LABEL_AREA (1 << 20)

static sigjmp_buf crashed;
static volatile sig_atomic_t calling;
/* Behind the last buffer is room for a function that is told of a larger one, and takes as much as
 * a label area has. */
static unsigned char buffers[PROBE_ARGS + LABEL_AREA / BUFFER][BUFFER];
static int errors_logged, lines_unfinished;

void *probe_buffer(int arg)
{
	return buffers[arg];
}

void probe_log(int priority, const char *format)
{
	size_t length = strlen(format);

	if (priority <= LOG_ERR)
		errors_logged++;
	if (!length || format[length - 1] != '\n')
		lines_unfinished++;
}

static void on_crash(int signal)
{
	if (!calling)
		_exit(128 + signal);
	siglongjmp(crashed, signal);
}

static void catch_crashes(void)
{
	static const int signals[] = {SIGSEGV, SIGBUS, SIGABRT, SIGFPE, SIGILL};
	struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_NODEFER};

	for (size_t i = 0; i < sizeof(signals) / sizeof(*signals); i++)
		sigaction(signals[i], &action, NULL);
}

static const char *error_name(long long result)
{
	return result < 0 && result > -4096 ? strerrorname_np((int)-result) : NULL;
}

static void print_argument(const struct probe_call *call, int i, union probe_value value)
{
	const char *type = call->types[i];
	char text[256];

	if (strcmp(type, "const char *") == 0 || strcmp(type, "char *") == 0)
		printf("%s", value.p ? (char *)value.p : "NULL");
	else if (strchr(type, '*') || strcmp(type, "uuid_t") == 0) {
		text[0] = 0;
		if (value.p && value.p != buffers[i] && strncmp(type, "struct ", 7) == 0)
			probe_describe(type, value.p, text, sizeof(text));
		printf("%s", !value.p ? "NULL" : *text ? text : "&");
	} else if (strcmp(type, "double") == 0)
		printf("%g", value.d);
	else if (strncmp(type, "unsigned", 8) == 0 || strcmp(type, "size_t") == 0)
		printf("%#llx", value.u);
	else
		printf("%lld", (long long)value.u);
}

/* Prints a number, and whether it is the largest of its type, which stands for an error. */
static bool print_number(unsigned long long number, unsigned long long mask)
{
	number &= mask;
	if (number == mask)
		printf("MAX");
	else
		printf("%#llx", number);
	return number == mask;
}

/* Returns whether errno says more about the result. */
static bool print_result(const struct probe_call *call, union probe_value result)
{
	long long number = call->returns == PROBE_INT ? (int)result.u : (long long)result.u;
	char text[256] = "?";

	switch (call->returns) {
	case PROBE_VOID:
		printf("void");
		return false;
	case PROBE_INT:
	case PROBE_LONG:
		if (error_name(number))
			printf("-%s", error_name(number));
		else
			printf("%lld", number);
		return false;
	case PROBE_UCHAR:
		return print_number(result.u, 0xff);
	case PROBE_USHORT:
		return print_number(result.u, 0xffff);
	case PROBE_UINT:
		return print_number(result.u, 0xffffffff);
	case PROBE_ULONG:
	case PROBE_ULL:
		return print_number(result.u, ~0ULL);
	case PROBE_DOUBLE:
		printf("%g", result.d);
		return false;
	case PROBE_STRING:
		printf(result.p ? "'%s'" : "NULL", (char *)result.p);
		return !result.p;
	case PROBE_POINTER:
		if (result.p)
			probe_describe(call->type, result.p, text, sizeof(text));
		printf("%s", result.p ? text : "NULL");
		return !result.p;
	}
	return false;
}

static void print_stored(const struct probe_call *call, const union probe_value *args)
{
	for (int i = 1; i < call->arg_count; i++) {
		size_t length = BUFFER;
		if (args[i].p != buffers[i])
			continue;
		while (length && buffers[i][length - 1] == FILL)
			length--;
		printf(" %s=", call->names[i]);
		for (size_t b = 0; b < length && b < 32; b++)
			printf("%02x", buffers[i][b]);
	}
}

/* Calls it, and prints the rest of the line. */
static void call_here(const struct probe_call *call, const union probe_value *args)
{
	union probe_value result = {0};
	volatile bool called = true;
	int signal, error;

	memset(buffers, FILL, PROBE_ARGS * sizeof(*buffers));
	errors_logged = lines_unfinished = errno = 0;
	signal = sigsetjmp(crashed, 1);
	if (signal == 0) {
		calling = 1;
		called = call->call(args, &result);
	}
	calling = 0;
	error = errno;
	if (signal) {
		printf("crash\n");
		return;
	}
	if (!called) {
		printf("no such function\n");
		return;
	}
	if (print_result(call, result) && error)
		printf(" errno=%s", strerrorname_np(error));
	print_stored(call, args);
	printf("%s%s\n", errors_logged ? " logs" : "", lines_unfinished ? " unfinished" : "");
	if (call->returns == PROBE_POINTER && result.p)
		probe_release(call->type, result.p);
}

/* The same in a child. Without an object, or with a command of another kind, the reference writes
 * anywhere before it crashes. */
static void call_apart(const struct probe_call *call, const union probe_value *args)
{
	int status;

	fflush(stdout);
	pid_t child = fork();
	if (child == 0) {
		alarm(30);
		call_here(call, args);
		fflush(stdout);
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
		printf("crash\n");
}

static void call_one(const struct probe_call *call, const char *on, const union probe_value *args)
{
	printf("%s %s(", on, call->name);
	for (int i = 1; i < call->arg_count; i++) {
		printf(i > 1 ? ", " : "");
		print_argument(call, i, args[i]);
	}
	printf(") = ");
	if (call->arg_count && strchr(call->types[0], '*') &&
		(!args[0].p || strcmp(call->types[0], "struct ndctl_cmd *") == 0))
		call_apart(call, args);
	else
		call_here(call, args);
}

/* Calls it with all combinations of the values from parameter @from on. */
static void call_all(
	const struct probe_call *call, const char *on, union probe_value *args, int from)
{
	union probe_value values[PROBE_VALUES];
	size_t count;

	if (from >= call->arg_count) {
		call_one(call, on, args);
		return;
	}
	count = probe_values(call, from, values);
	for (size_t i = 0; i < count; i++) {
		args[from] = values[i];
		call_all(call, on, args, from + 1);
	}
}

void probe_object(const char *type, void *object, const char *name, enum probe_class from,
	enum probe_class to)
{
	union probe_value args[PROBE_ARGS] = {{.p = object}};

	catch_crashes();
	for (int class = from; class <= (int)to; class ++)
		for (size_t i = 0; i < probe_call_count; i++) {
			const struct probe_call *call = &probe_calls[i];
			if (call->arg_count && strcmp(call->types[0], type) == 0 &&
				probe_classify(call) == (enum probe_class) class)
				call_all(call, name, args, 1);
		}
	fflush(stdout);
}

void probe_names(void)
{
	static const char *const classes[] = {
		[PROBE_SKIP] = "skipped",
		[PROBE_READ] = "reads",
		[PROBE_CHANGE] = "changes",
		[PROBE_CHANGE_STATE] = "changes",
		[PROBE_CHANGE_LAST] = "changes",
	};

	for (size_t i = 0; i < probe_call_count; i++)
		printf("%s %s\n", probe_calls[i].name, classes[probe_classify(&probe_calls[i])]);
	for (const char *const *name = probe_by_hand; *name; name++)
		printf("%s by hand\n", *name);
}

void probe_null(void)
{
	for (size_t i = 0; i < probe_call_count; i++) {
		const struct probe_call *call = &probe_calls[i];
		union probe_value args[PROBE_ARGS] = {{0}};
		catch_crashes();
		if (call->arg_count && strchr(call->types[0], '*'))
			call_all(call, "NULL", args, 1);
	}
	fflush(stdout);
}

void probe_plain(void)
{
	union probe_value args[PROBE_ARGS] = {{0}};

	catch_crashes();
	for (size_t i = 0; i < probe_call_count; i++) {
		const struct probe_call *call = &probe_calls[i];
		if (probe_classify(call) != PROBE_SKIP &&
			(call->arg_count == 0 || !strchr(call->types[0], '*')))
			call_all(call, "-", args, 0);
	}
}

static const char *sorted_type;

static int by_name(const void *a, const void *b)
{
	char names[2][256];

	probe_describe(sorted_type, *(void *const *)a, names[0], sizeof(names[0]));
	probe_describe(sorted_type, *(void *const *)b, names[1], sizeof(names[1]));
	return strcmp(names[0], names[1]);
}

void probe_each(const char *type, void **objects, size_t count, enum probe_class most)
{
	char name[256];

	sorted_type = type;
	qsort(objects, count, sizeof(*objects), by_name);
	for (int changes = 0; changes <= (most > PROBE_READ); changes++)
		for (size_t i = 0; i < count; i++) {
			probe_describe(type, objects[i], name, sizeof(name));
			probe_object(type, objects[i], name, changes ? PROBE_CHANGE : PROBE_READ,
				changes ? most : PROBE_READ);
		}
}
