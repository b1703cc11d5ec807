/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <kernel/lock.h>
#include <base/signals.h>

#define REGION	  "sys/devices/platform/hmem.0"
#define DIRECTORY "run/daxctl"

struct test {
	struct fixture *fixture;
	struct kernel *kernel;
};

static char told[256];
static volatile sig_atomic_t caught;

static void on_signal(int signal)
{
	caught = signal;
}

static int setup(void **state)
{
	static struct test test;

	fixture_setup((void **)&test.fixture);
	make_dir(test.fixture, REGION);
	assert_int_equal(kernel_new(&test.kernel, test.fixture->root), 0);
	*told = 0;
	caught = 0;
	*state = &test;
	return 0;
}

static int teardown(void **state)
{
	struct test *test = *state;

	kernel_unref(test->kernel);
	return fixture_teardown((void **)&test->fixture);
}

static int take_now(struct test *test, const char *path)
{
	return lock_take(test->kernel, path, &(struct lock_wait){0});
}

static void one_at_a_time(void **state)
{
	struct test *test = *state;
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

/* /proc as it is, if its locks tell the file system of the fixture as stat(2) does. */
static void show_locks(struct test *test)
{
	AUTO_CLOSE int held = take_now(test, "sys/devices/platform");
	char wanted[64];
	struct stat st;

	take_away(test->fixture, "proc");
	make_link(test->fixture, "proc", "/proc");
	assert_int_equal(fstat(held, &st), 0);
	snprintf(wanted, sizeof(wanted), " %02x:%02x:%ju ", major(st.st_dev), minor(st.st_dev),
		(uintmax_t)st.st_ino);
	AUTO_FREE char *text = file_text(test->fixture, "proc/locks");
	if (!text || !strstr(text, wanted))
		skip();
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static mode_t mode_of(struct test *test, const char *path)
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
	struct test *test = *state;
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
	struct test *test = *state;

	assert_int_equal(take_now(test, "sys/devices/none"), -ENOENT);
	assert_string_equal(kernel_error(test->kernel),
		"cannot lock /sys/devices/none: No such file or directory");
	make_file(test->fixture, "sys/file", "1\n");
	assert_int_equal(take_now(test, "sys/file"), -ENOTDIR);
}

/* A process of its own, which does not outlive a test that fails. */
static pid_t fork_child(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

static void hear(void *data, const char *holder)
{
	snprintf(told, sizeof(told), "%s", holder);
}

/* Holds the lock in a process of its own for @milliseconds, and removes the directory @doomed, if
 * any, before it gives the lock back; returns when it has it. */
static pid_t hold(struct test *test, int milliseconds, const char *doomed)
{
	int ready[2];
	char answer;

	assert_int_equal(pipe(ready), 0);
	pid_t pid = fork_child();
	if (pid == 0) {
		int fd = take_now(test, REGION);
		if (write(ready[1], fd >= 0 ? "y" : "n", 1) != 1)
			_exit(1);
		usleep((useconds_t)milliseconds * 1000);
		/* Not closed: the end of the process releases it. */
		_exit(doomed && rmdir(doomed));
	}
	assert_int_equal(read(ready[0], &answer, 1), 1);
	assert_int_equal(answer, 'y');
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void waits_and_says_for_whom(void **state)
{
	struct test *test = *state;
	const struct lock_wait wait = {.milliseconds = 30000, .tell = hear};
	pid_t pid = hold(test, 1500, NULL);
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
	struct test *test = *state;
	const struct lock_wait wait = {.milliseconds = 300, .tell = hear};
	AUTO_CLOSE int held = take_now(test, REGION);

	assert_int_equal(lock_take(test->kernel, REGION, &wait), -ETIMEDOUT);
	assert_string_equal(kernel_error(test->kernel),
		"cannot lock /" REGION ": another process has been changing it for too long");
}

/* F: a holder that goes on is waited for, however long it takes in all. */
static void waits_while_it_goes_on(void **state)
{
	struct test *test = *state;
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
	struct test *test = *state;
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
	struct test *test = *state;
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
	struct test *test = *state;
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
	struct test *test = *state;
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
	struct test *test = *state;
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
	struct test *test = *state;
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
	struct test *test = *state;
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
	struct test *test = *state;
	const struct lock_wait wait = {.milliseconds = 30000};
	char full[512];
	int status;

	snprintf(full, sizeof(full), "%s/" REGION, test->fixture->root);
	pid_t pid = hold(test, 300, full);
	int err = lock_take(test->kernel, REGION, &wait);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(err, -ENOENT);
}

/* F: a waiter whose file somebody removes gets the lock of the file that others find by now: who
 * has locked that one is not joined by it. */
static void file_is_removed(void **state)
{
	struct test *test = *state;
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
	snprintf(name, size, "test-lock (process %d)", pid);
}

static void check_earlier_holder(struct test *test, pid_t pid)
{
	const struct lock_wait short_wait = {.milliseconds = 1500, .tell = hear};
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
	struct test *test = *state;

	show_locks(test);
	pid_t pid = hold(test, 60000, NULL);
	take_away(test->fixture, DIRECTORY);
	check_earlier_holder(test, pid);
}

static void lock_path(struct test *test, const char *object, char *path, size_t size)
{
	char full[512];
	struct stat st;

	snprintf(full, sizeof(full), "%s/%s", test->fixture->root, object);
	assert_int_equal(stat(full, &st), 0);
	snprintf(path, size, DIRECTORY "/object-%ju", (uintmax_t)st.st_ino);
}

static void removed_file(void **state)
{
	struct test *test = *state;
	char path[128];

	show_locks(test);
	pid_t pid = hold(test, 60000, NULL);
	lock_path(test, REGION, path, sizeof(path));
	take_away(test->fixture, path);
	check_earlier_holder(test, pid);
}

static void moved_directory(void **state)
{
	struct test *test = *state;
	char from[512], to[512];

	show_locks(test);
	pid_t pid = hold(test, 60000, NULL);
	snprintf(from, sizeof(from), "%s/" DIRECTORY, test->fixture->root);
	snprintf(to, sizeof(to), "%s/elsewhere", test->fixture->root);
	assert_int_equal(rename(from, to), 0);
	check_earlier_holder(test, pid);
}

/* A newcomer that is killed while it waits leaves a file, and the earlier holder counts on. */
static void killed_newcomer(void **state)
{
	struct test *test = *state;
	const struct lock_wait wait = {.milliseconds = 30000};

	show_locks(test);
	pid_t holder = hold(test, 60000, NULL);
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
	struct test *test = *state;
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
	struct test *test = *state;
	const struct lock_wait wait = {.milliseconds = 30000};
	pid_t newcomers[2];

	show_locks(test);
	pid_t holder = hold(test, 60000, NULL);
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
	struct test *test = *state;
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
	struct test *test = *state;
	const struct lock_wait wait = {.milliseconds = 1500, .tell = hear};
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
	struct test *test = *state;

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

#define lock_test(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

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
