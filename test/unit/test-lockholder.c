/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "locks.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

/* A lock whose file somebody removed, and who holds it (lib/base/lockholder.c). */

/* F: a waiter whose file somebody removes gets the lock of the file that others find by now: who
 * has locked that one is not joined by it. */
static void file_is_removed(void **state)
{
	struct lock_test *test = *state;
	const struct lock_wait wait = {.milliseconds = 30000};
	int ready[2], done[2];
	char answer;
	int held = take_now(test, REGION);

	assert_true(held >= 0);
	assert_int_equal(pipe(ready), 0);
	assert_int_equal(pipe(done), 0);
	pid_t pid = fork_child();
	if (pid == 0) {
		close(held);
		answer = write(ready[1], "y", 1) == 1 ? 'y' : 'n';
		int fd = lock_take(test->kernel, REGION, &wait);
		answer = fd >= 0 ? 'y' : 'n';
		_exit(write(done[1], &answer, 1) != 1);
	}
	assert_int_equal(read(ready[0], &answer, 1), 1);
	usleep(300000);
	take_away(test->fixture, DIRECTORY);
	int newer = take_now(test, REGION);
	assert_true(newer >= 0);
	/* The waiter gets the old lock, and must wait for the new one. */
	close(held);
	usleep(1500000);
	struct pollfd poll_done = {.fd = done[0], .events = POLLIN};
	assert_int_equal(poll(&poll_done, 1, 0), 0);
	close(newer);
	assert_int_equal(read(done[0], &answer, 1), 1);
	assert_int_equal(answer, 'y');
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	for (int i = 0; i < 2; i++) {
		close(ready[i]);
		close(done[i]);
	}
}

/* ---- a lock whose file was removed ---- */

static void name_of(pid_t pid, char *name, size_t size)
{
	snprintf(name, size, "test-lockholder (process %d)", pid);
}

static void check_earlier_holder(struct lock_test *test, pid_t pid)
{
	const struct lock_wait short_wait = {.milliseconds = 1500, .tell = lock_hear};
	char name[64];

	name_of(pid, name, sizeof(name));
	assert_int_equal(take_now(test, REGION), -EWOULDBLOCK);
	/* Who came and went has settled nothing. */
	assert_int_equal(take_now(test, REGION), -EWOULDBLOCK);
	assert_int_equal(lock_take(test->kernel, REGION, &short_wait), -ETIMEDOUT);
	assert_string_equal(told, name);
	assert_non_null(strstr(kernel_error(test->kernel), name));
	/* Another object's is free. */
	AUTO_CLOSE int other = take_now(test, "sys/devices");
	assert_true(other >= 0);

	end(pid);
	AUTO_CLOSE int fd = take_now(test, REGION);
	assert_true(fd >= 0);
	struct stat st;
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
}

static void removed_directory(void **state)
{
	struct lock_test *test = *state;

	show_locks(test);
	pid_t pid = lock_hold(test, 60000, NULL);
	take_away(test->fixture, DIRECTORY);
	check_earlier_holder(test, pid);
}

static void lock_path(struct lock_test *test, const char *object, char *path, size_t size)
{
	char full[512];
	struct stat st;

	snprintf(full, sizeof(full), "%s/%s", test->fixture->root, object);
	assert_int_equal(stat(full, &st), 0);
	snprintf(path, size, DIRECTORY "/object-%ju", (uintmax_t)st.st_ino);
}

static void removed_file(void **state)
{
	struct lock_test *test = *state;
	char path[128];

	show_locks(test);
	pid_t pid = lock_hold(test, 60000, NULL);
	lock_path(test, REGION, path, sizeof(path));
	take_away(test->fixture, path);
	check_earlier_holder(test, pid);
}

static void moved_directory(void **state)
{
	struct lock_test *test = *state;
	char from[512], to[512];

	show_locks(test);
	pid_t pid = lock_hold(test, 60000, NULL);
	snprintf(from, sizeof(from), "%s/" DIRECTORY, test->fixture->root);
	snprintf(to, sizeof(to), "%s/elsewhere", test->fixture->root);
	assert_int_equal(rename(from, to), 0);
	check_earlier_holder(test, pid);
}

/* A newcomer that is killed while it waits leaves a file, and the earlier holder counts on. */
static void killed_newcomer(void **state)
{
	struct lock_test *test = *state;
	const struct lock_wait wait = {.milliseconds = 30000};

	show_locks(test);
	pid_t holder = lock_hold(test, 60000, NULL);
	take_away(test->fixture, DIRECTORY);
	pid_t newcomer = fork_child();
	if (newcomer == 0)
		_exit(lock_take(test->kernel, REGION, &wait) < 0);
	usleep(500000);
	assert_int_equal(waitpid(newcomer, NULL, WNOHANG), 0);
	end(newcomer);
	check_earlier_holder(test, holder);
}

/* The process that took the lock has ended, and one of its children has it open. */
static void lock_is_handed_on(void **state)
{
	struct lock_test *test = *state;
	int ready[2];
	pid_t heir = 0;

	show_locks(test);
	assert_int_equal(pipe(ready), 0);
	pid_t taker = fork_child();
	if (taker == 0) {
		int fd = take_now(test, REGION);
		heir = fd < 0 ? -1 : fork();
		if (heir == 0) {
			usleep(60000000);
			_exit(0);
		}
		_exit(write(ready[1], &heir, sizeof(heir)) != sizeof(heir));
	}
	assert_int_equal(read(ready[0], &heir, sizeof(heir)), sizeof(heir));
	assert_true(heir > 0);
	assert_int_equal(waitpid(taker, NULL, 0), taker);
	take_away(test->fixture, DIRECTORY);
	int err = take_now(test, REGION);
	kill(heir, SIGKILL);
	assert_int_equal(err, -EWOULDBLOCK);
	const struct lock_wait wait = {.milliseconds = 30000};
	AUTO_CLOSE int fd = lock_take(test->kernel, REGION, &wait);
	assert_true(fd >= 0);
	close(ready[0]);
	close(ready[1]);
}

/* Two newcomers, the first of which has lost its file too, do not wait for each other. */
static void removed_twice(void **state)
{
	struct lock_test *test = *state;
	const struct lock_wait wait = {.milliseconds = 30000};
	pid_t newcomers[2];

	show_locks(test);
	pid_t holder = lock_hold(test, 60000, NULL);
	for (int i = 0; i < 2; i++) {
		take_away(test->fixture, DIRECTORY);
		newcomers[i] = fork_child();
		if (newcomers[i] == 0)
			_exit(lock_take(test->kernel, REGION, &wait) < 0);
		usleep(300000);
	}
	end(holder);
	for (int i = 0; i < 2; i++) {
		int status = -1;
		for (int j = 0; j < 1000 && !waitpid(newcomers[i], &status, WNOHANG); j++)
			usleep(10000);
		assert_int_equal(status, 0);
	}
}

/* Whoever waits for a newcomer sees that the earlier holder goes on. */
static void earlier_holder_goes_on(void **state)
{
	struct lock_test *test = *state;
	const struct lock_wait wait = {.milliseconds = 2500};
	pid_t waiters[2];

	show_locks(test);
	int held = take_now(test, REGION);
	assert_true(held >= 0);
	take_away(test->fixture, DIRECTORY);
	for (int i = 0; i < 2; i++) {
		waiters[i] = fork_child();
		if (waiters[i] == 0) {
			close(held);
			_exit(lock_take(test->kernel, REGION, &wait) < 0);
		}
	}
	for (int i = 0; i < 12; i++) {
		usleep(500000);
		lockfile_progress(held);
	}
	close(held);
	for (int i = 0; i < 2; i++) {
		int status = -1;
		assert_int_equal(waitpid(waiters[i], &status, 0), waiters[i]);
		assert_int_equal(status, 0);
	}
}

/* What nobody can look at may be the lock; what has a name in /run is another program's. */
static void holder_is_unknown(void **state)
{
	struct lock_test *test = *state;
	const struct lock_wait wait = {.milliseconds = 1500, .tell = lock_hear};
	char full[512];
	struct stat st;

	make_file(test->fixture, "run/crond.pid", "1\n");
	snprintf(full, sizeof(full), "%s/run/crond.pid", test->fixture->root);
	assert_int_equal(stat(full, &st), 0);
	make_file(test->fixture, "proc/locks",
		"1: FLOCK  ADVISORY  WRITE 2000000000 %x:%x:%ju 0 EOF\n", major(st.st_dev),
		minor(st.st_dev), (uintmax_t)st.st_ino);
	AUTO_CLOSE int other = take_now(test, "sys/devices");
	assert_true(other >= 0);

	make_file(test->fixture, "proc/locks",
		"1: FLOCK  ADVISORY  WRITE 2000000000 %x:%x:7 0 EOF\n", major(st.st_dev),
		minor(st.st_dev));
	assert_int_equal(take_now(test, REGION), -EWOULDBLOCK);
	assert_int_equal(lock_take(test->kernel, REGION, &wait), -ETIMEDOUT);
	assert_string_equal(told, "another process (process 2000000000)");
	/* On another device it is none. */
	make_file(test->fixture, "proc/locks",
		"1: FLOCK  ADVISORY  WRITE 2000000000 %x:%x:7 0 EOF\n", major(st.st_dev),
		minor(st.st_dev) + 1);
	AUTO_CLOSE int fd = take_now(test, REGION);
	assert_true(fd >= 0);
	/* Once nobody holds an earlier file, later locks are not looked at. */
	make_file(test->fixture, "proc/locks",
		"1: FLOCK  ADVISORY  WRITE 2000000000 %x:%x:7 0 EOF\n", major(st.st_dev),
		minor(st.st_dev));
	close(take_fd(&fd));
	fd = take_now(test, REGION);
	assert_true(fd >= 0);
}

static void without_proc(void **state)
{
	struct lock_test *test = *state;

	take_away(test->fixture, "proc");
	int root = take_now(test, REGION);
	if (root >= 0)
		close(root);
	else
		assert_int_equal(root, -ENOLCK);

	/* Who may mount nothing does not know who has it. */
	take_away(test->fixture, "run");
	assert_int_equal(chmod(test->fixture->root, 0777), 0);
	if (!rights_drop())
		skip();
	int err = take_now(test, REGION);
	rights_restore();
	assert_int_equal(err, -ENOLCK);
	assert_string_equal(kernel_error(test->kernel),
		"cannot lock /" REGION
		": /proc cannot be read, and another process may be changing it");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lock_test(file_is_removed),
		lock_test(removed_directory),
		lock_test(removed_file),
		lock_test(moved_directory),
		lock_test(killed_newcomer),
		lock_test(lock_is_handed_on),
		lock_test(removed_twice),
		lock_test(earlier_holder_goes_on),
		lock_test(holder_is_unknown),
		lock_test(without_proc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
