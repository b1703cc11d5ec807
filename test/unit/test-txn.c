/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include <kernel/lock.h>
#include <kernel/txn.h>

#define REGION "sys/devices/platform/hmem.0"

static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};

/* What the steps and the observer did, in order: "+a" taken, "-a" undone, "~a" released. */
static char done[512];
static char told[512];

static void PRINTF(2, 3) note(char *where, const char *format, ...)
{
	size_t used = strlen(where);
	va_list args;

	va_start(args, format);
	vsnprintf(where + used, sizeof(done) - used, format, args);
	va_end(args);
}

static void observe(void *data, enum txn_event event, const char *what)
{
	static const char *const names[] = {
		[TXN_PLANNED] = "planned",
		[TXN_TAKEN] = "taken",
		[TXN_UNDONE] = "undone",
		[TXN_UNDO_FAILED] = "stuck",
		[TXN_ENDING] = "ending",
	};

	assert_ptr_equal(data, done);
	note(told, "%s %s;", names[event], what);
}

static volatile sig_atomic_t caught;

static void on_signal(int signal)
{
	caught = signal;
}

struct test {
	struct fixture *fixture;
	struct kernel *kernel;
	struct txn *txn;
};

static int setup(void **state)
{
	struct test *test = calloc(1, sizeof(*test));

	assert_non_null(test);
	fixture_setup((void **)&test->fixture);
	make_dir(test->fixture, REGION);
	assert_int_equal(kernel_new(&test->kernel, test->fixture->root), 0);
	assert_int_equal(txn_new(&test->txn, test->kernel, observe, done), 0);
	*done = *told = 0;
	caught = 0;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		signal(ends[i], on_signal);
	signal(SIGUSR1, on_signal);
	*state = test;
	return 0;
}

static int teardown(void **state)
{
	struct test *test = *state;

	assert_null(txn_unref(test->txn));
	kernel_unref(test->kernel);
	fixture_teardown((void **)&test->fixture);
	free(test);
	return 0;
}

struct probe {
	struct kernel *kernel;
	const char *name;
	int apply, undo; /* what these return */
	void (*during)(void);
};

static int probe_apply(void *data)
{
	const struct probe *probe = data;

	note(done, "+%s", probe->name);
	if (probe->during)
		probe->during();
	if (!probe->apply)
		return 0;
	kernel_fail(probe->kernel, -probe->apply, "%s fell", probe->name);
	kernel_hint(probe->kernel, "catch %s", probe->name);
	return probe->apply;
}

static int probe_undo(void *data)
{
	const struct probe *probe = data;

	note(done, "-%s", probe->name);
	/* An undo that says something hides nothing. */
	kernel_fail(probe->kernel, EIO, "undo of %s", probe->name);
	kernel_hint(probe->kernel, "hint of the undo");
	return probe->undo;
}

static void probe_release(void *data)
{
	note(done, "~%s", ((struct probe *)data)->name);
	free(data);
}

static void add(struct test *test, const char *name, int apply, int undo, void (*during)(void))
{
	struct probe *probe = malloc(sizeof(*probe));

	assert_non_null(probe);
	*probe = (struct probe){test->kernel, name, apply, undo, during};
	struct step step = {probe_apply, probe_undo, probe_release, probe};
	assert_int_equal(txn_add(test->txn, step, "step %s", name), 0);
}

static void in_order(void **state)
{
	struct test *test = *state;

	kernel_fail(test->kernel, EIO, "an old failure");
	add(test, "a", 0, 0, NULL);
	add(test, "b", 0, 0, NULL);
	add(test, "c", 0, 0, NULL);
	assert_string_equal(done, "");
	assert_int_equal(txn_run(test->txn), 0);
	assert_string_equal(done, "+a+b+c");
	assert_string_equal(told, "taken step a;taken step b;taken step c;");
	assert_null(kernel_error(test->kernel));
	test->txn = txn_unref(test->txn);
	assert_string_equal(done, "+a+b+c~a~b~c");
}

static void empty(void **state)
{
	struct test *test = *state;

	assert_int_equal(txn_run(test->txn), 0);
	txn_set_dry_run(test->txn, true);
	assert_int_equal(txn_run(test->txn), 0);
	assert_string_equal(told, "");
	assert_null(txn_unref(NULL));
}

static void dry_run_takes_nothing(void **state)
{
	struct test *test = *state;

	add(test, "a", -EIO, 0, NULL);
	add(test, "b", 0, 0, NULL);
	txn_set_dry_run(test->txn, true);
	assert_true(txn_is_dry_run(test->txn));
	assert_int_equal(txn_run(test->txn), 0);
	assert_string_equal(done, "");
	assert_string_equal(told, "planned step a;planned step b;");
	assert_null(kernel_error(test->kernel));
}

static void undo_in_reverse(void **state)
{
	struct test *test = *state;

	add(test, "a", 0, 0, NULL);
	add(test, "b", 0, 0, NULL);
	add(test, "c", -EBUSY, 0, NULL);
	add(test, "d", 0, 0, NULL);
	assert_int_equal(txn_run(test->txn), -EBUSY);
	assert_string_equal(done, "+a+b+c-b-a");
	assert_string_equal(
		told, "taken step a;taken step b;taken step c;undone step b;undone step a;");
	assert_string_equal(kernel_error(test->kernel), "c fell");
	assert_string_equal(kernel_error_hint(test->kernel), "catch c");
	test->txn = txn_unref(test->txn);
	assert_string_equal(done, "+a+b+c-b-a~a~b~c~d");
}

static void first_step_fails(void **state)
{
	struct test *test = *state;

	add(test, "a", -ENXIO, 0, NULL);
	add(test, "b", 0, 0, NULL);
	assert_int_equal(txn_run(test->txn), -ENXIO);
	assert_string_equal(done, "+a");
	assert_string_equal(kernel_error(test->kernel), "a fell");
}

static int mute(void *data)
{
	return -EROFS;
}

static void without_undo_or_sentence(void **state)
{
	struct test *test = *state;

	assert_int_equal(
		txn_add(test->txn,
			(struct step){probe_apply, NULL, NULL, &(struct probe){test->kernel, "x"}},
			"x"),
		0);
	assert_int_equal(txn_add(test->txn, (struct step){mute}, "y"), 0);
	assert_int_equal(txn_run(test->txn), -EROFS);
	assert_string_equal(done, "+x");
	assert_string_equal(told, "taken x;taken y;");
	assert_string_equal(kernel_error(test->kernel), "Read-only file system");
	assert_null(kernel_error_hint(test->kernel));
	test->txn = txn_unref(test->txn);
}

static void undo_that_fails_is_named(void **state)
{
	struct test *test = *state;

	add(test, "a", 0, -EIO, NULL);
	add(test, "b", 0, 0, NULL);
	add(test, "c", 0, -EPERM, NULL);
	add(test, "d", -EBUSY, 0, NULL);
	assert_int_equal(txn_run(test->txn), -EBUSY);
	assert_string_equal(done, "+a+b+c+d-c-b-a");
	assert_string_equal(told,
		"taken step a;taken step b;taken step c;taken step d;"
		"stuck step c;undone step b;stuck step a;");
	assert_string_equal(kernel_error(test->kernel),
		"d fell; could not be undone: step c (undo of c); "
		"could not be undone: step a (undo of a)");
	assert_string_equal(kernel_error_hint(test->kernel), "catch d");
}

/* The observer hears only of a failure to undo it. */
static void half_a_step_that_stays_is_named(void **state)
{
	struct test *test = *state;

	add(test, "a", 0, 0, NULL);
	add(test, "b", -EBUSY, -EIO, NULL);
	txn_undo_in_part(test->txn, 0);
	assert_int_equal(txn_run(test->txn), -EBUSY);
	assert_string_equal(done, "+a+b-b-a");
	assert_string_equal(told, "taken step a;taken step b;stuck step b;undone step a;");
	assert_string_equal(
		kernel_error(test->kernel), "b fell; could not be undone: step b (undo of b)");
}

static void half_a_step_is_put_right_by_its_guard(void **state)
{
	struct test *test = *state;

	add(test, "a", 0, 0, NULL);
	add(test, "b", -EBUSY, -EIO, NULL);
	txn_undo_guarded(test->txn, 0);
	assert_int_equal(txn_run(test->txn), -EBUSY);
	assert_string_equal(done, "+a+b-b-a");
	assert_string_equal(told, "taken step a;taken step b;undone step a;");
	assert_string_equal(kernel_error(test->kernel), "b fell");
}

static void undo_for_the_caller(void **state)
{
	struct test *test = *state;

	add(test, "a", 0, 0, NULL);
	add(test, "b", 0, 0, NULL);
	assert_int_equal(txn_run(test->txn), 0);
	kernel_fail(test->kernel, EINVAL, "not as wished");
	kernel_hint(test->kernel, "wish less");
	assert_int_equal(txn_undo(test->txn, -EINVAL), -EINVAL);
	assert_string_equal(done, "+a+b-b-a");
	assert_string_equal(kernel_error(test->kernel), "not as wished");
	assert_string_equal(kernel_error_hint(test->kernel), "wish less");
	/* What was undone is not undone again. */
	assert_int_equal(txn_undo(test->txn, -EINVAL), -EINVAL);
	assert_string_equal(done, "+a+b-b-a");
}

/* ---- signals ---- */

static void raise_usr1(void)
{
	sigset_t now;

	raise(SIGUSR1);
	assert_int_equal(caught, 0);
	assert_int_equal(pthread_sigmask(SIG_SETMASK, NULL, &now), 0);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++)
		assert_true(sigismember(&now, ends[i]));
	/* A fault in the program must not be put off. */
	assert_false(sigismember(&now, SIGSEGV));
	assert_false(sigismember(&now, SIGABRT));
}

static void signals_wait(void **state)
{
	struct test *test = *state;
	sigset_t before, after;

	pthread_sigmask(SIG_SETMASK, NULL, &before);
	add(test, "a", 0, 0, raise_usr1);
	add(test, "b", 0, 0, NULL);
	assert_int_equal(txn_run(test->txn), 0);
	assert_string_equal(done, "+a+b");
	assert_int_equal(caught, SIGUSR1);
	pthread_sigmask(SIG_SETMASK, NULL, &after);
	for (int number = 1; number < NSIG; number++)
		assert_int_equal(sigismember(&before, number), sigismember(&after, number));
}

static int undo_signal(void *data)
{
	raise_usr1();
	return 0;
}

static void signals_wait_for_undo(void **state)
{
	struct test *test = *state;

	assert_int_equal(txn_add(test->txn,
				 (struct step){probe_apply, undo_signal, NULL,
					 &(struct probe){test->kernel, "x"}},
				 "x"),
		0);
	add(test, "b", -EBUSY, 0, NULL);
	assert_int_equal(txn_run(test->txn), -EBUSY);
	assert_int_equal(caught, SIGUSR1);

	/* So they do when it is the caller who wants it undone. */
	test->txn = txn_unref(test->txn);
	assert_int_equal(txn_new(&test->txn, test->kernel, NULL, NULL), 0);
	caught = 0;
	assert_int_equal(txn_add(test->txn,
				 (struct step){probe_apply, undo_signal, NULL,
					 &(struct probe){test->kernel, "x"}},
				 "x"),
		0);
	assert_int_equal(txn_run(test->txn), 0);
	assert_int_equal(txn_undo(test->txn, -EIO), -EIO);
	assert_int_equal(caught, SIGUSR1);
	test->txn = txn_unref(test->txn);
}

static void raise_term(void)
{
	raise(SIGTERM);
	assert_int_equal(caught, 0);
}

/* A signal may end the program before the caller can say what failed: the observer hears it first.
 * A step may have undone a part of itself, and said so in its sentence: with and without undo. */
static void ending_tells_failed_undo(void **state)
{
	struct test *test = *state;

	add(test, "a", 0, -EIO, NULL);
	add(test, "b", -EBUSY, 0, raise_term);
	assert_int_equal(txn_run(test->txn), -EBUSY);
	assert_int_equal(caught, SIGTERM);
	char *ending = strstr(told, "ending ");
	assert_non_null(ending);
	assert_int_equal(strncmp(ending + strlen("ending "), kernel_error(test->kernel),
				 strlen(kernel_error(test->kernel))),
		0);
	assert_non_null(strstr(ending, "b fell; could not be undone: "));

	for (unsigned keep = 0; keep < 2; keep++) {
		test->txn = txn_unref(test->txn);
		assert_int_equal(txn_new(&test->txn, test->kernel, observe, done), 0);
		*told = caught = 0;
		add(test, "b", -EBUSY, 0, raise_term);
		if (keep)
			txn_keep(test->txn);
		assert_int_equal(txn_run(test->txn), -EBUSY);
		assert_non_null(strstr(told, "ending b fell;"));
	}

	/* Without a signal the caller says it. */
	test->txn = txn_unref(test->txn);
	assert_int_equal(txn_new(&test->txn, test->kernel, observe, done), 0);
	*told = 0;
	add(test, "a", 0, -EIO, NULL);
	add(test, "b", -EBUSY, 0, NULL);
	assert_int_equal(txn_run(test->txn), -EBUSY);
	assert_null(strstr(told, "ending"));
}

static void raise_alarm(void)
{
	raise(SIGALRM);
}

/* An alarm that the program catches limits the time of the change: the caller says what failed. */
static void alarm_ends_no_program(void **state)
{
	struct test *test = *state;
	struct sigaction before, action = {.sa_handler = on_signal};

	sigaction(SIGALRM, &action, &before);
	add(test, "a", 0, -EIO, NULL);
	add(test, "b", -EBUSY, 0, raise_alarm);
	assert_int_equal(txn_run(test->txn), -EBUSY);
	sigaction(SIGALRM, &before, NULL);
	assert_int_equal(caught, SIGALRM);
	assert_null(strstr(told, "ending"));
}

/* ---- locks ---- */

static bool is_locked(struct test *test, const char *path)
{
	AUTO_CLOSE int fd = lock_take(test->kernel, path, &(struct lock_wait){0});

	if (fd < 0)
		assert_int_equal(fd, -EWOULDBLOCK);
	return fd < 0;
}

static void locks(void **state)
{
	struct test *test = *state;
	static const char *const paths[] = {REGION, "sys/devices/platform", "sys/devices"};

	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		assert_int_equal(txn_lock(test->txn, paths[i]), 0);
		/* Once more would wait for ourselves if it were not known. */
		assert_int_equal(txn_lock(test->txn, paths[i]), 0);
	}
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		assert_true(is_locked(test, paths[i]));
	assert_int_equal(txn_run(test->txn), 0);
	assert_true(is_locked(test, REGION));

	test->txn = txn_unref(test->txn);
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++)
		assert_false(is_locked(test, paths[i]));
}

/* Who has no right to lock sees the steps, and none is taken. */
static void without_rights(void **state)
{
	struct test *test = *state;

	/* The directory is made, and root's. */
	assert_false(is_locked(test, REGION));
	if (!rights_drop())
		skip();
	assert_int_equal(txn_lock(test->txn, REGION), 0);
	add(test, "a", 0, 0, NULL);
	txn_set_dry_run(test->txn, true);
	assert_int_equal(txn_run(test->txn), 0);
	assert_string_equal(told, "planned step a;");
	txn_set_dry_run(test->txn, false);
	assert_int_equal(txn_run(test->txn), -EACCES);
	rights_restore();
	assert_string_equal(done, "");
	assert_string_equal(
		kernel_error(test->kernel), "cannot lock /run/daxctl: Permission denied");
	assert_string_equal(kernel_error_hint(test->kernel), "run as root");
}

#define txn_test(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		txn_test(in_order),
		txn_test(empty),
		txn_test(dry_run_takes_nothing),
		txn_test(undo_in_reverse),
		txn_test(first_step_fails),
		txn_test(without_undo_or_sentence),
		txn_test(undo_that_fails_is_named),
		txn_test(half_a_step_that_stays_is_named),
		txn_test(half_a_step_is_put_right_by_its_guard),
		txn_test(undo_for_the_caller),
		txn_test(signals_wait),
		txn_test(signals_wait_for_undo),
		txn_test(ending_tells_failed_undo),
		txn_test(alarm_ends_no_program),
		txn_test(locks),
		txn_test(without_rights),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
