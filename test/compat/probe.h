/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Calls every function that a public header declares and prints what each returns, so that two
 * libraries of one name can be compared. make-probe writes the table of functions; a program adds
 * the objects to call them on, and the values of further arguments.
 */
#define PROBE_ARGS   5
#define PROBE_VALUES 12

union probe_value {
	void *p;
	unsigned long long u;
	double d;
};

enum probe_result {
	PROBE_VOID,
	PROBE_INT,
	PROBE_LONG,
	PROBE_UCHAR,
	PROBE_USHORT,
	PROBE_UINT,
	PROBE_ULONG,
	PROBE_ULL,
	PROBE_DOUBLE,
	PROBE_STRING,
	PROBE_POINTER,
};

struct probe_call {
	const char *name;
	enum probe_result returns;
	const char *type; /* of the result */
	int arg_count;
	const char *types[PROBE_ARGS], *names[PROBE_ARGS]; /* of the parameters, as declared */
	/* False if the library has no such function. */
	bool (*call)(const union probe_value *args, union probe_value *result);
};

/* Generated. */
extern const struct probe_call probe_calls[];
extern const size_t probe_call_count;

/* ---- for the program to define ---- */

/* The name of an object of type @type ("struct ndctl_bus *"), in @text of @size bytes. */
void probe_describe(const char *type, void *pointer, char *text, size_t size);
/* The values to try for parameter @arg; returns how many. A pointer to probe_buffer(arg) receives
 * what the function stores. */
size_t probe_values(const struct probe_call *call, int arg, union probe_value values[PROBE_VALUES]);
/* An object that a call returned is no longer needed. */
void probe_release(const char *type, void *pointer);
enum probe_class {
	PROBE_SKIP,   /* called in another way, or never */
	PROBE_READ,   /* changes nothing */
	PROBE_CHANGE, /* may change the kernel's state; higher classes are called later */
	PROBE_CHANGE_STATE,
	PROBE_CHANGE_LAST,
};
extern const char *const probe_by_hand[]; /* functions that main() calls, up to NULL */
enum probe_class probe_classify(const struct probe_call *call);

/* ---- for the program to call ---- */

void *probe_buffer(int arg);
/* Calls all functions of classes @from to @to whose first parameter has type @type, on @object. */
void probe_object(const char *type, void *object, const char *name, enum probe_class from,
	enum probe_class to);
/* Calls each function with NULL for its first parameter (and again for the second). */
void probe_null(void);
/* Calls what has no parameter, or a number as the first one. */
void probe_plain(void);
/* Prints the name of each function, and whether and how this program calls it. */
void probe_names(void);
/* Notes a line of the log that belongs to the call that is going on. */
void probe_log(int priority, const char *format);
/* The same for @count objects in the order of their names: for all of them what reads, and then,
 * unless @most is PROBE_READ, what changes. */
void probe_each(const char *type, void **objects, size_t count, enum probe_class most);
