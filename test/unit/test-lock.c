/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "locks.h"

#include <base/signals.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t caught;

static void on_signal(int signal)
{
	caught = signal;
}

static void one_at_a_time(void **state)
{
	struct lock_test *test = *state;
	int fd = take_now(test, REGION);

	assert_true(fd >= 0);
	assert_int_equal(take_now(test, REGION), -EWOULDBLOCK);
	/* The same object through another path. */
	make_link(test->fixture, "sys/bus/dax/region", "../../devices/platform/hmem.0");
	assert_int_equal(take_now(test, "sys/bus/dax/region"), -EWOULDBLOCK);
	/* Another object. */
	AUTO_CLOSE int other = take_now(test, "sys/devices/platform");
	assert_true(other >= 0);
	close(fd);
	AUTO_CLOSE int again = take_now(test, REGION);
	assert_true(again >= 0);
}

static mode_t mode_of(struct lock_test *test, const char *path)
{
	char full[512];
	struct stat st;

	snprintf(full, sizeof(full), "%s/%s", test->fixture->root, path);
	assert_int_equal(stat(full, &st), 0);
	return st.st_mode & 07777;
}

/* C1: nobody but root can hold a lock. */
static void only_root_can_open(void **state)
{
	struct lock_test *test = *state;
	char full[512];
	AUTO_CLOSE int fd = take_now(test, REGION);

	assert_true(fd >= 0);
	assert_int_equal(mode_of(test, DIRECTORY), 0700);
	struct stat st;
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);

	/* A directory that somebody has opened for others is closed again. */
	snprintf(full, sizeof(full), "%s/" DIRECTORY, test->fixture->root);
	assert_int_equal(chmod(full, 0777), 0);
	AUTO_CLOSE int other = take_now(test, "sys/devices/platform");
	assert_true(other >= 0);
	assert_int_equal(mode_of(test, DIRECTORY), 0700);

	/* A link in its place is not followed. */
	take_away(test->fixture, DIRECTORY);
	make_dir(test->fixture, "elsewhere");
	make_link(test->fixture, DIRECTORY, "../elsewhere");
	assert_int_equal(take_now(test, "sys/devices"), -ENOTDIR);
	take_away(test->fixture, DIRECTORY);
	make_dir(test->fixture, DIRECTORY);
	if (chown(full, 1000, 1000))
		skip();
	assert_int_equal(take_now(test, "sys/devices"), -EPERM);
	assert_string_equal(kernel_error(test->kernel),
		"/run/daxctl does not belong to root and cannot be used for locks");
}

static void of_what_exists(void **state)
{
	struct lock_test *test = *state;

	assert_int_equal(take_now(test, "sys/devices/none"), -ENOENT);
	assert_string_equal(kernel_error(test->kernel),
		"cannot lock /sys/devices/none: No such file or directory");
	make_file(test->fixture, "sys/file", "1\n");
	assert_int_equal(take_now(test, "sys/file"), -ENOTDIR);
}

static void waits_and_says_for_whom(void **state)
{
	struct lock_test *test = *state;
	const struct lock_wait wait = {.milliseconds = 30000, .tell = lock_hear};
	pid_t pid = lock_hold(test, 1500, NULL);
	char locks[64];
	struct stat st;

	/* What proc(5) would say of it; the process has no other name in this tree. */
	char full[512];
	struct stat region;
	snprintf(full, sizeof(full), "%s/" REGION, test->fixture->root);
	assert_int_equal(stat(full, &region), 0);
	snprintf(full, sizeof(full), "%s/" DIRECTORY "/object-%ju", test->fixture->root,
		(uintmax_t)region.st_ino);
	assert_int_equal(stat(full, &st), 0);
	snprintf(locks, sizeof(locks), "%02x:%02x:%ju", major(st.st_dev), minor(st.st_dev),
		(uintmax_t)st.st_ino);
	make_file(test->fixture, "proc/locks",
		"1: POSIX  ADVISORY  WRITE 7 %s 0 EOF\n"
		"2: FLOCK  ADVISORY  WRITE 8 00:01:1 0 EOF\n"
		"3: FLOCK  ADVISORY  WRITE 1234 %s 0 EOF\n",
		locks, locks);
	make_file(test->fixture, "proc/1234/comm", "ndctl\n");
	AUTO_CLOSE int fd = lock_take(test->kernel, REGION, &wait);
	assert_true(fd >= 0);
	assert_string_equal(told, "ndctl (process 1234)");
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void gives_up(void **state)
{
	struct lock_test *test = *state;
	const struct lock_wait wait = {.milliseconds = 300, .tell = lock_hear};
	AUTO_CLOSE int held = take_now(test, REGION);

	assert_int_equal(lock_take(test->kernel, REGION, &wait), -ETIMEDOUT);
	assert_string_equal(kernel_error(test->kernel),
		"cannot lock /" REGION ": another process has been changing it for too long");
}

/* F: a holder that goes on is waited for, however long it takes in all. */
static void waits_while_it_goes_on(void **state)
{
	struct lock_test *test = *state;
	const struct lock_wait wait = {.milliseconds = 2500};
	int ready[2];
	char answer;

	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork_child();
	if (pid == 0) {
		int fd = take_now(test, REGION);
		if (write(ready[1], "y", 1) != 1)
			_exit(1);
		for (int i = 0; i < 12; i++) {
			usleep(500000);
			lockfile_progress(fd);
		}
		_exit(0);
	}
	assert_int_equal(read(ready[0], &answer, 1), 1);
	close(ready[0]);
	close(ready[1]);
	AUTO_CLOSE int fd = lock_take(test->kernel, REGION, &wait);
	assert_true(fd >= 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void released_for_children(void **state)
{
	struct lock_test *test = *state;
	int fd = take_now(test, REGION), status;

	assert_true(fd >= 0);
	/* A child that releases its copy takes nothing away from its parent. */
	pid_t pid = fork_child();
	if (pid == 0) {
		lockfile_release(fd);
		_exit(take_now(test, REGION) == -EWOULDBLOCK ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	/* A child that keeps its copy holds nothing. */
	pid = fork_child();
	if (pid == 0)
		pause();
	lockfile_release(fd);
	fd = take_now(test, REGION);
	assert_true(fd >= 0);
	lockfile_release(fd);
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void waits_not_for_itself(void **state)
{
	struct lock_test *test = *state;
	const struct lock_wait wait = {.milliseconds = 10000, .refuses_own = true};
	int fd = take_now(test, REGION);

	assert_int_equal(lock_take(test->kernel, REGION, &wait), -EDEADLK);
	lockfile_release(fd);
	fd = lock_take(test->kernel, REGION, &wait);
	assert_true(fd >= 0);
	lockfile_release(fd);
}

/* Somebody removes the file of a lock that this thread holds, and it asks for the same one. */
static void waits_not_for_its_earlier_self(void **state)
{
	struct lock_test *test = *state;
	const struct lock_wait wait = {.milliseconds = 10000, .refuses_own = true};

	show_locks(test);
	int fd = take_now(test, REGION);
	assert_true(fd >= 0);
	take_away(test->fixture, DIRECTORY);
	assert_int_equal(lock_take(test->kernel, REGION, &wait), -EDEADLK);
	lockfile_release(fd);
	fd = lock_take(test->kernel, REGION, &wait);
	assert_true(fd >= 0);
	lockfile_release(fd);
}

static void *release_in_thread(void *data)
{
	lockfile_release(*(int *)data);
	return NULL;
}

/* What one thread has locked, another one may release, for forked children too. */
static void released_by_another_thread(void **state)
{
	struct lock_test *test = *state;
	int fd = take_now(test, REGION);
	pthread_t thread;

	assert_true(fd >= 0);
	pid_t pid = fork_child();
	if (pid == 0)
		pause();
	assert_int_equal(pthread_create(&thread, NULL, release_in_thread, &fd), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	fd = take_now(test, REGION);
	assert_true(fd >= 0);
	lockfile_release(fd);
	end(pid);
}

/* There is no number of locks beyond which the rules end. */
static void many_at_once(void **state)
{
	struct lock_test *test = *state;
	const struct lock_wait wait = {.milliseconds = 10000, .refuses_own = true};
	int held[150];
	char path[64];

	for (size_t i = 0; i < ARRAY_SIZE(held); i++) {
		snprintf(path, sizeof(path), "sys/devices/many%zu", i);
		make_dir(test->fixture, path);
		held[i] = take_now(test, path);
		assert_true(held[i] >= 0);
	}
	assert_int_equal(lock_take(test->kernel, path, &wait), -EDEADLK);
	pid_t pid = fork_child();
	if (pid == 0)
		pause();
	for (size_t i = 0; i < ARRAY_SIZE(held); i++)
		lockfile_release(held[i]);
	for (size_t i = 0; i < ARRAY_SIZE(held); i++) {
		snprintf(path, sizeof(path), "sys/devices/many%zu", i);
		held[i] = take_now(test, path);
		assert_true(held[i] >= 0);
		lockfile_release(held[i]);
	}
	end(pid);
}

/* The umask of who makes the directory and the file does not count. */
static void any_umask(void **state)
{
	struct lock_test *test = *state;
	mode_t before = umask(0777);
	int fd = take_now(test, REGION);

	umask(before);
	assert_true(fd >= 0);
	assert_int_equal(mode_of(test, DIRECTORY), 0700);
	struct stat st;
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	lockfile_release(fd);
}

static void interrupted(void **state)
{
	struct lock_test *test = *state;
	const struct lock_wait wait = {.milliseconds = 30000};
	struct itimerval timer = {.it_interval.tv_usec = 100000, .it_value.tv_usec = 100000};
	struct sigaction action = {.sa_handler = on_signal}, before;
	int held = take_now(test, REGION);

	sigaction(SIGALRM, &action, &before);
	setitimer(ITIMER_REAL, &timer, NULL);
	int err = lock_take(test->kernel, REGION, &wait);
	setitimer(ITIMER_REAL, &(struct itimerval){0}, NULL);
	assert_int_equal(err, -EINTR);
	assert_int_equal(caught, SIGALRM);
	assert_string_equal(
		kernel_error(test->kernel), "cannot lock /" REGION ": Interrupted system call");

	/* One that is blocked ends the wait for those who say so. */
	sigset_t mask;
	signals_block(&mask);
	raise(SIGALRM);
	const struct lock_wait heeding = {.milliseconds = 30000, .ends_on_pending = true};
	assert_int_equal(lock_take(test->kernel, REGION, &heeding), -EINTR);
	const struct lock_wait deaf = {.milliseconds = 100};
	assert_int_equal(lock_take(test->kernel, REGION, &deaf), -ETIMEDOUT);
	pthread_sigmask(SIG_SETMASK, &mask, NULL);
	sigaction(SIGALRM, &before, NULL);
	close(held);
	AUTO_CLOSE int fd = take_now(test, REGION);
	assert_true(fd >= 0);
}

/* An object that is made anew while somebody waits for the old one. */
static void object_is_gone(void **state)
{
	struct lock_test *test = *state;
	const struct lock_wait wait = {.milliseconds = 30000};
	char full[512];
	int status;

	snprintf(full, sizeof(full), "%s/" REGION, test->fixture->root);
	pid_t pid = lock_hold(test, 300, full);
	int err = lock_take(test->kernel, REGION, &wait);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(err, -ENOENT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lock_test(one_at_a_time),
		lock_test(only_root_can_open),
		lock_test(of_what_exists),
		lock_test(waits_and_says_for_whom),
		lock_test(gives_up),
		lock_test(waits_while_it_goes_on),
		lock_test(released_for_children),
		lock_test(waits_not_for_itself),
		lock_test(waits_not_for_its_earlier_self),
		lock_test(released_by_another_thread),
		lock_test(many_at_once),
		lock_test(any_umask),
		lock_test(interrupted),
		lock_test(object_is_gone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
