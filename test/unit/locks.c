/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "locks.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <unistd.h>

char told[256];

int locks_setup(void **state)
{
	static struct lock_test test;

	fixture_setup((void **)&test.fixture);
	make_dir(test.fixture, REGION);
	assert_int_equal(kernel_new(&test.kernel, test.fixture->root), 0);
	*told = 0;
	*state = &test;
	return 0;
}

int locks_teardown(void **state)
{
	struct lock_test *test = *state;

	kernel_unref(test->kernel);
	return fixture_teardown((void **)&test->fixture);
}

int take_now(struct lock_test *test, const char *path)
{
	return lock_take(test->kernel, path, &(struct lock_wait){0});
}

pid_t fork_child(void)
{
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid == 0)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	return pid;
}

void lock_hear(void *data, const char *holder)
{
	snprintf(told, sizeof(told), "%s", holder);
}

pid_t lock_hold(struct lock_test *test, int milliseconds, const char *doomed)
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

void show_locks(struct lock_test *test)
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

void end(pid_t pid)
{
	kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}
