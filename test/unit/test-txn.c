/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/pidfd.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

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
	/* No child process is left. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
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
	txn_describe(test->txn);
	assert_string_equal(told, "");
	assert_null(txn_unref(NULL));
}

static void describing_takes_nothing(void **state)
{
	struct test *test = *state;

	add(test, "a", -EIO, 0, NULL);
	add(test, "b", 0, 0, NULL);
	txn_describe(test->txn);
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

enum { STATE, OTHER, MISSING };
static const struct attr attrs[] = {
	[STATE] = {"state", ATTR_TEXT, true},
	[OTHER] = {"other", ATTR_TEXT, true},
	[MISSING] = {"missing", ATTR_TEXT, true},
};

static void write_steps(void **state)
{
	struct test *test = *state;
	AUTO_FOLDER struct folder *folder = NULL;
	CLEANUP(object_deinit) struct object object = {0};

	make_file(test->fixture, REGION "/state", "0\n");
	make_file(test->fixture, REGION "/other", "0\n");
	assert_int_equal(folder_open(test->kernel, "sys/devices/platform", &folder), 0);
	assert_int_equal(object_init(&object, folder, "hmem.0", attrs, ARRAY_SIZE(attrs)), 0);

	assert_int_equal(txn_write(test->txn, &object, STATE, "1", "0"), 0);
	assert_int_equal(txn_write(test->txn, &object, OTHER, "1", NULL), 0);
	assert_file(test->fixture, REGION "/state", "0\n");
	assert_int_equal(txn_run(test->txn), 0);
	assert_string_equal(
		told, "taken write '1' to state of hmem.0;taken write '1' to other of hmem.0;");
	assert_file(test->fixture, REGION "/state", "1\n");
	assert_file(test->fixture, REGION "/other", "1\n");
	txn_undo(test->txn, -EIO);
	assert_file(test->fixture, REGION "/state", "0\n");
	assert_file(test->fixture, REGION "/other", "1\n");

	txn_unref(test->txn);
	assert_int_equal(txn_new(&test->txn, test->kernel, NULL, NULL), 0);
	assert_int_equal(txn_write(test->txn, &object, STATE, "2", "0"), 0);
	assert_int_equal(txn_write(test->txn, &object, MISSING, "2", "0"), 0);
	assert_int_equal(txn_run(test->txn), -ENOENT);
	assert_file(test->fixture, REGION "/state", "0\n");
	assert_string_equal(kernel_error(test->kernel),
		"the kernel refused '2' in /" REGION "/missing: No such file or directory");
	/* The object lives as long as the transaction at least. */
	test->txn = txn_unref(test->txn);
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

static double seconds(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec + ts.tv_nsec / 1e9;
}

/* Linux before 5.3 cannot wait for a child and a signal at once, nor can valgrind: then a child
 * runs to its end. */
static void needs_pidfd(void)
{
	int fd = pidfd_open(getpid(), 0);

	if (fd < 0)
		skip();
	close(fd);
}

static unsigned seen;

static int child_fails(void *data)
{
	seen++;
	return -(int)(intptr_t)data;
}

static int child_hangs(void *data)
{
	/* Bounded for the case that nobody ends it; the test then sees the time. */
	sleep(60);
	return 0;
}

static int child_is_slow(void *data)
{
	usleep(200000);
	return -EBUSY;
}

static void child_answers(void **state)
{
	struct test *test = *state;
	static const int errors[] = {0, EBUSY, EINTR, ENXIO, ENOTRECOVERABLE, EHWPOISON};

	for (size_t i = 0; i < ARRAY_SIZE(errors); i++)
		assert_int_equal(
			txn_interruptible(test->kernel, child_fails, (void *)(intptr_t)errors[i]),
			-errors[i]);
	/* It was another process. */
	assert_int_equal(seen, 0);
}

static struct kernel *the_kernel;
static int pending;
static int result;

static void hang_with_pending(void)
{
	raise(pending);
	result = txn_interruptible(the_kernel, child_hangs, NULL);
	assert_int_equal(caught, 0);
}

static void pending_signal_kills_child(void **state)
{
	struct test *test = *state;

	needs_pidfd();
	the_kernel = test->kernel;
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		double start = seconds();

		pending = ends[i];
		caught = 0;
		txn_unref(test->txn);
		assert_int_equal(txn_new(&test->txn, test->kernel, NULL, NULL), 0);
		add(test, "a", 0, 0, hang_with_pending);
		assert_int_equal(txn_run(test->txn), 0);
		assert_true(seconds() - start < 30);
		assert_int_equal(result, -EINTR);
		/* The signal itself arrives when all is done. */
		assert_int_equal(caught, ends[i]);
		assert_string_equal(kernel_error(test->kernel), "it was interrupted");
	}
}

static void hang(void)
{
	result = txn_interruptible(the_kernel, child_hangs, NULL);
}

static void late_signal_kills_child(void **state)
{
	struct test *test = *state;
	pid_t parent = getpid();

	needs_pidfd();
	double start = seconds();
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		usleep(300000);
		kill(parent, SIGTERM);
		_exit(0);
	}
	the_kernel = test->kernel;
	add(test, "a", 0, 0, hang);
	assert_int_equal(txn_run(test->txn), 0);
	assert_true(seconds() - start < 30);
	assert_int_equal(result, -EINTR);
	assert_int_equal(caught, SIGTERM);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void slow_with_pending(void)
{
	raise(SIGHUP);
	raise(SIGUSR1);
	result = txn_interruptible(the_kernel, child_is_slow, NULL);
}

/* Under nohup(1), and for signals that end nothing. */
static void other_signals_do_not(void **state)
{
	struct test *test = *state;

	needs_pidfd();
	signal(SIGHUP, SIG_IGN);
	the_kernel = test->kernel;
	add(test, "a", 0, 0, slow_with_pending);
	assert_int_equal(txn_run(test->txn), 0);
	assert_int_equal(result, -EBUSY);
	assert_int_equal(caught, SIGUSR1);
}

/* ---- locks ---- */

static int other_lock(struct test *test, const char *path)
{
	int fd = openat(kernel_root(test->kernel), path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	assert_true(fd >= 0);
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return fd;
	int err = -errno;
	close(fd);
	return err;
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
		assert_int_equal(other_lock(test, paths[i]), -EWOULDBLOCK);
	assert_int_equal(txn_run(test->txn), 0);
	assert_int_equal(other_lock(test, REGION), -EWOULDBLOCK);

	test->txn = txn_unref(test->txn);
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		int fd = other_lock(test, paths[i]);
		assert_true(fd >= 0);
		close(fd);
	}
}

static void no_lock(void **state)
{
	struct test *test = *state;

	assert_int_equal(txn_lock(test->txn, "sys/devices/none"), -ENOENT);
	assert_string_equal(kernel_error(test->kernel),
		"/sys/devices/none cannot be locked: No such file or directory");
	make_file(test->fixture, "sys/file", "1\n");
	assert_int_equal(txn_lock(test->txn, "sys/file"), -ENOTDIR);
}

static void PRINTF(6, 0) keep_last(void *data, int priority, const char *file, int line,
	const char *fn, const char *format, va_list args)
{
	if (priority == LOG_INFO)
		vsnprintf(data, sizeof(told), format, args);
}

static void lock_waits(void **state)
{
	struct test *test = *state;
	int ready[2];

	kernel_set_log(test->kernel, keep_last, told);
	kernel_set_log_priority(test->kernel, LOG_INFO);
	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		int fd = lock_region(test->kernel, REGION);
		if (write(ready[1], fd >= 0 ? "y" : "n", 1) != 1)
			_exit(1);
		usleep(300000);
		/* Not closed: the end of the process releases it. */
		_exit(0);
	}
	char answer;
	assert_int_equal(read(ready[0], &answer, 1), 1);
	assert_int_equal(answer, 'y');
	close(ready[0]);
	close(ready[1]);
	double start = seconds();
	assert_int_equal(txn_lock(test->txn, REGION), 0);
	assert_true(seconds() - start > 0.1);
	assert_string_equal(told, "waiting for another process that is changing /" REGION);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void lock_is_interrupted(void **state)
{
	struct test *test = *state;
	struct itimerval timer = {.it_interval.tv_usec = 100000, .it_value.tv_usec = 100000};
	struct sigaction action = {.sa_handler = on_signal}, before;
	int fd = other_lock(test, REGION);

	assert_true(fd >= 0);
	sigaction(SIGALRM, &action, &before);
	setitimer(ITIMER_REAL, &timer, NULL);
	int err = txn_lock(test->txn, REGION);
	setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL);
	sigaction(SIGALRM, &before, NULL);
	assert_int_equal(err, -EINTR);
	assert_int_equal(caught, SIGALRM);
	assert_string_equal(kernel_error(test->kernel),
		"/" REGION " cannot be locked: Interrupted system call");
	close(fd);
	assert_int_equal(txn_lock(test->txn, REGION), 0);
}

#define txn_test(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		txn_test(in_order),
		txn_test(empty),
		txn_test(describing_takes_nothing),
		txn_test(undo_in_reverse),
		txn_test(first_step_fails),
		txn_test(without_undo_or_sentence),
		txn_test(undo_that_fails_is_named),
		txn_test(undo_for_the_caller),
		txn_test(write_steps),
		txn_test(signals_wait),
		txn_test(signals_wait_for_undo),
		txn_test(child_answers),
		txn_test(pending_signal_kills_child),
		txn_test(late_signal_kills_child),
		txn_test(other_signals_do_not),
		txn_test(locks),
		txn_test(no_lock),
		txn_test(lock_waits),
		txn_test(lock_is_interrupted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
