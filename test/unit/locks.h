/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "fixture.h"

#include <kernel/lock.h>
#include <sys/types.h>

/* A region of a machine to lock. */
#define REGION	  "sys/devices/platform/hmem.0"
#define DIRECTORY "run/daxctl"

struct lock_test {
	struct fixture *fixture;
	struct kernel *kernel;
};
int locks_setup(void **state);
int locks_teardown(void **state);
#define lock_test(fn) cmocka_unit_test_setup_teardown(fn, locks_setup, locks_teardown)

/* Whom lock_hear(), the function of a wait, was told. */
extern char told[256];
void lock_hear(void *data, const char *holder);

/* Takes the lock without waiting. */
int take_now(struct lock_test *test, const char *path);
/* Forks a process that does not outlive a test that fails. */
pid_t fork_child(void);
/* Holds the lock in a process of its own for @milliseconds, and removes the directory @doomed, if
 * any, before it gives the lock back; returns when it has it. */
pid_t lock_hold(struct lock_test *test, int milliseconds, const char *doomed);
/* Ends a child, and waits for it. */
void end(pid_t pid);
/* Shows /proc as it is, or skips the test unless its locks name the file system of the fixture as
 * stat(2) does. */
void show_locks(struct lock_test *test);
