/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

/* cmocka.h needs these before it. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

/*
 * A temporary directory that looks like the root of a machine, for the internal constructors that
 * take one. The functions below abort the test if they fail, and make the directories on the way.
 */
struct fixture {
	char root[128];
};

/* For cmocka_unit_test_setup_teardown: *state is a struct fixture. */
int fixture_setup(void **state);
int fixture_teardown(void **state);
#define fixture_test(fn) cmocka_unit_test_setup_teardown(fn, fixture_setup, fixture_teardown)

/* @path is relative to the root. */
void make_dir(struct fixture *fixture, const char *path);
/* The text is formatted; sysfs ends it with a newline, and so must the caller. */
void make_file(struct fixture *fixture, const char *path, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void make_bytes(struct fixture *fixture, const char *path, const void *bytes, size_t size);
void make_link(struct fixture *fixture, const char *path, const char *target);
/* A file, a link or a whole directory. */
void take_away(struct fixture *fixture, const char *path);

/* What is in the file, to be freed; NULL if there is none. */
char *file_text(struct fixture *fixture, const char *path);
void assert_file(struct fixture *fixture, const char *path, const char *text);
/* Names, types, link targets and contents of all that is in the directory: equal before and after
 * if nothing was written. To be freed. */
char *tree_text(struct fixture *fixture);

/* An ordinary user's rights for the calls between these two, if this is root. False if rights
 * cannot be given up; then there is nothing to take back. */
bool rights_drop(void);
void rights_restore(void);

/* Between the two, standard error goes into @said, as a text. */
struct capture {
	FILE *file;
	int saved;
};
struct capture capture_start(void);
void capture_end(struct capture capture, char *said, size_t size);
