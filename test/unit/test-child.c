/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <kernel/child.h>
#include <kernel/lock.h>
#include <base/signals.h>

/*
 * A write that does not end is one into a pipe that is full.
 */
#define BLOCKS "sys/devices/system/memory"

struct test {
	struct fixture *fixture;
	struct kernel *kernel;
	struct directory *directory;
	int pipe; /* the other end of "stuck" */
};

static volatile sig_atomic_t caught;

static void on_signal(int signal)
{
	caught = signal;
}

static void path_of(struct test *test, const char *name, char *full, size_t size)
{
	snprintf(full, size, "%s/" BLOCKS "/memory1/%s", test->fixture->root, name);
}

static int setup(void **state)
{
	static struct test test;
	char full[512];

	fixture_setup((void **)&test.fixture);
	make_file(test.fixture, BLOCKS "/memory1/state", "online\n");
	make_link(test.fixture, BLOCKS "/memory1/full", "/dev/full");
	path_of(&test, "stuck", full, sizeof(full));
	assert_int_equal(mkfifo(full, 0600), 0);
	test.pipe = open(full, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	assert_true(test.pipe >= 0);
	while (write(test.pipe, full, sizeof(full)) > 0)
		;
	while (write(test.pipe, full, 1) > 0)
		;
	assert_int_equal(kernel_new(&test.kernel, test.fixture->root), 0);
	assert_int_equal(directory_open(test.kernel, BLOCKS, &test.directory), 0);
	caught = 0;
	signal(SIGTERM, on_signal);
	signal(SIGINT, on_signal);
	*state = &test;
	return 0;
}

static int teardown(void **state)
{
	struct test *test = *state;

	signal(SIGTERM, SIG_DFL);
	signal(SIGINT, SIG_DFL);
	signal(SIGCHLD, SIG_DFL);
	close(test->pipe);
	directory_unref(test->directory);
	kernel_unref(test->kernel);
	return fixture_teardown((void **)&test->fixture);
}

static int write_to(struct test *test, const char *attr)
{
	return child_write(test->directory, "memory1", attr, "offline");
}

static void answers(void **state)
{
	struct test *test = *state;

	assert_int_equal(write_to(test, "state"), 0);
	assert_file(test->fixture, BLOCKS "/memory1/state", "offline");
	assert_int_equal(write_to(test, "full"), -ENOSPC);
	assert_string_equal(kernel_error(test->kernel),
		"the kernel refused 'offline' in /" BLOCKS
		"/memory1/full: No space left on device");
	assert_int_equal(write_to(test, "none"), -ENOENT);
	/* No child is left. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

/* C3: a program that ignores SIGCHLD has no children to wait for. */
static void sigchld_is_ignored(void **state)
{
	signal(SIGCHLD, SIG_IGN);
	answers(state);
}

static void pending_signal_ends_it(void **state)
{
	struct test *test = *state;
	sigset_t before;

	signals_block(&before);
	raise(SIGTERM);
	assert_int_equal(write_to(test, "stuck"), -EINTR);
	assert_int_equal(caught, 0);
	/* The signal itself arrives when all is done. */
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	assert_int_equal(caught, SIGTERM);
	assert_string_equal(kernel_error(test->kernel), "interrupted");
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
}

/* Runs @act in a process of its own after a moment. */
static pid_t later(struct test *test, void (*act)(struct test *test))
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0) {
		usleep(300000);
		act(test);
		_exit(0);
	}
	return pid;
}

static void end_parent(struct test *test)
{
	kill(getppid(), SIGINT);
}

static void late_signal_ends_it(void **state)
{
	struct test *test = *state;
	sigset_t before;

	signals_block(&before);
	pid_t pid = later(test, end_parent);
	assert_int_equal(write_to(test, "stuck"), -EINTR);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	assert_int_equal(caught, SIGINT);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void drain(struct test *test)
{
	char bytes[65536];

	while (read(test->pipe, bytes, sizeof(bytes)) > 0)
		;
}

/* Under nohup(1), and for signals that end nothing. */
static void other_signals_do_not(void **state)
{
	struct test *test = *state;
	sigset_t before;

	signal(SIGHUP, SIG_IGN);
	signals_block(&before);
	raise(SIGHUP);
	raise(SIGUSR1);
	pid_t pid = later(test, drain);
	assert_int_equal(write_to(test, "stuck"), 0);
	signal(SIGUSR1, SIG_IGN);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	signal(SIGHUP, SIG_DFL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* The process group's children of @parent, by proc(5); 0 without one. */
static pid_t child_of(pid_t parent)
{
	char path[64];
	int pid = 0;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", parent, parent);
	FILE *file = fopen(path, "r");
	if (!file)
		skip();
	if (fscanf(file, "%d", &pid) != 1)
		pid = 0;
	fclose(file);
	return pid;
}

static bool is_alive(pid_t pid)
{
	char path[64], state = 'X';

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	FILE *file = fopen(path, "r");
	if (!file)
		return false;
	if (fscanf(file, "%*d %*s %c", &state) != 1)
		state = 'X';
	fclose(file);
	return state != 'X' && state != 'Z';
}

/* How many descriptors @pid has open; -1 without one. */
static int count_descriptors(pid_t pid)
{
	char command[64];
	int count = -1;

	snprintf(command, sizeof(command), "ls /proc/%d/fd | wc -l", pid);
	FILE *file = popen(command, "r");
	if (fscanf(file, "%d", &count) != 1)
		count = -1;
	pclose(file);
	return count;
}

static void read_blocked(pid_t pid, char mask[static 64])
{
	char path[64], line[256];

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	FILE *file = fopen(path, "r");
	*mask = 0;
	while (file && fgets(line, sizeof(line), file))
		sscanf(line, "SigBlk: %63s", mask);
	if (file)
		fclose(file);
}

/* C2: kill -9 of the parent takes the child along, and the lock is free. */
static void dies_with_its_parent(void **state)
{
	struct test *test = *state;
	int count = 0;
	char mask[64] = "";
	pid_t parent = fork(), child = 0;

	assert_true(parent >= 0);
	if (parent == 0) {
		sigset_t before;
		signal(SIGTERM, SIG_IGN);
		int fd = lock_take(test->kernel, BLOCKS, &(struct lock_wait){0});
		signals_block(&before);
		_exit(fd < 0 || write_to(test, "stuck") != 0);
	}
	for (int i = 0; i < 500 && !child; i++) {
		usleep(10000);
		child = child_of(parent);
	}
	assert_true(child > 0);

	/* It soon holds nothing but what it writes to and what it answers on, and blocks no signal.
	 */
	for (int i = 0; i < 500 && (count != 2 || strcmp(mask, "0000000000000000") != 0); i++) {
		usleep(10000);
		count = count_descriptors(child);
		read_blocked(child, mask);
	}
	assert_int_equal(count, 2);
	assert_string_equal(mask, "0000000000000000");

	kill(parent, SIGKILL);
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	for (int i = 0; i < 500 && is_alive(child); i++)
		usleep(10000);
	assert_false(is_alive(child));
	AUTO_CLOSE int fd = lock_take(test->kernel, BLOCKS, &(struct lock_wait){0});
	assert_true(fd >= 0);
}

/* The line @key of the status of @pid, by proc(5). */
static unsigned long long read_signals(pid_t pid, const char *key)
{
	char path[64], line[256];
	unsigned long long signals = 0;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	FILE *file = fopen(path, "r");
	while (file && fgets(line, sizeof(line), file))
		if (strncmp(line, key, strlen(key)) == 0)
			signals = strtoull(line + strlen(key), NULL, 16);
	if (file)
		fclose(file);
	return signals;
}

static unsigned long long bit_of(int number)
{
	return 1ULL << (number - 1);
}

/* What a program catches or blocks, for a limit on the size of files too, is default in the child;
 * what it ignores stays ignored. */
static void child_has_default_signals(void **state)
{
	struct test *test = *state;
	unsigned long long caught_signals = 0, blocked = 1;
	pid_t parent = fork(), child = 0;

	assert_true(parent >= 0);
	if (parent == 0) {
		sigset_t all;
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		signals_catch_file_size();
		signal(SIGUSR2, SIG_IGN);
		sigfillset(&all);
		sigprocmask(SIG_BLOCK, &all, NULL);
		_exit(write_to(test, "stuck") != 0);
	}
	for (int i = 0; i < 500 && !child; i++) {
		usleep(10000);
		child = child_of(parent);
	}
	assert_true(child > 0);
	assert_true(read_signals(parent, "SigCgt:") & bit_of(SIGXFSZ));
	for (int i = 0; i < 500 && blocked; i++) {
		usleep(10000);
		blocked = read_signals(child, "SigBlk:");
		caught_signals = read_signals(child, "SigCgt:");
	}
	assert_int_equal(blocked, 0);
	/* Of those that a program can catch; the C library keeps two for itself. */
	assert_int_equal(caught_signals & ~(bit_of(32) | bit_of(33)), 0);
	assert_true(read_signals(child, "SigIgn:") & bit_of(SIGUSR2));
	assert_false(read_signals(child, "SigIgn:") & bit_of(SIGXFSZ));

	/* A signal that ends a program ends it. */
	kill(child, SIGTERM);
	int status = 0;
	assert_int_equal(waitpid(parent, &status, 0), parent);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 1);
	assert_false(is_alive(child));
}

#define child_test(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		child_test(answers),
		child_test(sigchld_is_ignored),
		child_test(pending_signal_ends_it),
		child_test(late_signal_ends_it),
		child_test(other_signals_do_not),
		child_test(dies_with_its_parent),
		child_test(child_has_default_signals),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
