/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "child.h"

#include <base/signals.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

struct child {
	pid_t pid;
	int pidfd;     /* -1 on kernels before 5.3 */
	int ours, its; /* the two ends of a pair of sockets */
};

/* ---- the child: makes system calls only, since another thread may hold any lock ---- */

static void close_range_of(unsigned first, unsigned last)
{
	struct rlimit limit;

	if (first > last || syscall(SYS_close_range, first, last, 0) == 0)
		return;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && last >= limit.rlim_cur)
		last = (unsigned)limit.rlim_cur;
	for (unsigned fd = first; fd <= last; fd++)
		close((int)fd);
}

/* Close all descriptors but two. The parent's locks matter most: a lock lives as long as any copy
 * of its descriptor. */
static void close_others(int a, int b)
{
	unsigned low = (unsigned)(a < b ? a : b), high = (unsigned)(a < b ? b : a);

	if (low > 0)
		close_range_of(0, low - 1);
	close_range_of(low + 1, high - 1);
	close_range_of(high + 1, ~0U);
}

/* Reset handlers and the mask: no handler of the program may run here. Ignored signals stay
 * ignored. */
static void receive_signals(void)
{
	sigset_t none;

	for (int number = 1; number < NSIG; number++) {
		struct sigaction action;
		if (sigaction(number, NULL, &action) == 0 && action.sa_handler != SIG_IGN) {
			action.sa_handler = SIG_DFL;
			sigaction(number, &action, NULL);
		}
	}
	sigemptyset(&none);
	pthread_sigmask(SIG_SETMASK, &none, NULL);
}

static _Noreturn void be_child(pid_t parent, int socket, int attr, const char *value)
{
	char go;

	close_others(socket, attr);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(1);
	/* Leave the terminal's ^C and ^Z to the parent, which decides. */
	setsid();
	receive_signals();
	if (recv(socket, &go, 1, 0) != 1)
		_exit(1);
	int err = sysfs_write_fd(attr, value);
	send(socket, &err, sizeof(err), MSG_NOSIGNAL);
	_exit(0);
}

/* ---- the parent ---- */

static void cleanup_child(struct child *child)
{
	if (child->ours >= 0)
		close(child->ours);
	if (child->its >= 0)
		close(child->its);
	if (child->pidfd >= 0)
		close(child->pidfd);
	/* With SIGCHLD ignored the kernel has reaped the child already. */
	while (child->pid > 0 && waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static int start(struct child *child, int attr, const char *value)
{
	int sockets[2];
	pid_t parent = getpid();

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, sockets))
		return -errno;
	child->ours = sockets[0];
	child->its = sockets[1];
	child->pid = fork();
	if (child->pid < 0)
		return -errno;
	if (child->pid == 0)
		be_child(parent, child->its, attr, value);
	close(child->its);
	child->its = -1;
	child->pidfd = pidfd_open(child->pid, 0);
	/* The child waits for this byte, so its process number cannot belong to another process
	 * before. */
	return send(child->ours, "", 1, MSG_NOSIGNAL) == 1 ? 0 : -errno;
}

/* Wait for the child, and kill it if a signal that ends this process is pending. The signal stays
 * pending and takes effect after the transaction. */
static void wait_or_kill(const struct child *child)
{
	sigset_t set;

	signals_ending(&set);
	AUTO_CLOSE int signals = signalfd(-1, &set, SFD_CLOEXEC);
	struct pollfd fds[] = {
		{.fd = child->ours, .events = POLLIN},
		{.fd = signals, .events = POLLIN},
	};
	while (poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno == EINTR)
		;
	if (fds[0].revents)
		return;
	if (child->pidfd >= 0)
		pidfd_send_signal(child->pidfd, SIGKILL, NULL, 0);
	else
		kill(child->pid, SIGKILL);
}

static int outcome(const struct child *child)
{
	int err;
	ssize_t size;

	do
		size = recv(child->ours, &err, sizeof(err), 0);
	while (size < 0 && errno == EINTR);
	return size == sizeof(err) ? err : -EINTR;
}

static int write_in_child(int attr, const char *value)
{
	CLEANUP(cleanup_child) struct child child = {-1, -1, -1, -1};
	int err = start(&child, attr, value);

	if (err)
		return err;
	wait_or_kill(&child);
	return outcome(&child);
}

int child_write(
	const struct directory *directory, const char *object, const char *attr, const char *value)
{
	AUTO_CLOSE int fd = sysfs_open_write(directory, object, attr);
	int err = fd < 0 ? fd : write_in_child(fd, value);

	return sysfs_report_write(directory, object, attr, value, err);
}
