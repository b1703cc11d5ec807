/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "txn.h"

#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/pidfd.h>
#include <sys/signalfd.h>
#include <sys/wait.h>

#include "lock.h"
#include "udev.h"

/* How long a change that is done waits for udev to make nodes and links. */
#define SETTLE_MILLISECONDS 5000

struct planned {
	struct step step;
	char *what;
	bool partial;
};

struct txn {
	struct kernel *kernel;
	txn_observer *observer;
	void *observer_data;
	struct names locked;
	int *locks; /* as many as names in @locked */
	struct planned *steps;
	size_t count;
	size_t done;
	bool keep; /* what was done if a step fails */
	bool torn; /* the step after those that are done failed halfway */
};

int txn_new(struct txn **out, struct kernel *kernel, txn_observer *observer, void *data)
{
	struct txn *txn = calloc(1, sizeof(*txn));
	if (!txn)
		return -ENOMEM;
	txn->kernel = kernel;
	txn->observer = observer;
	txn->observer_data = data;
	*out = txn;
	return 0;
}

static void release(struct step step)
{
	if (step.release)
		step.release(step.data);
}

struct txn *txn_unref(struct txn *txn)
{
	if (!txn)
		return NULL;
	for (size_t i = 0; i < txn->count; i++) {
		release(txn->steps[i].step);
		free(txn->steps[i].what);
	}
	for (size_t i = 0; i < txn->locked.count; i++)
		close(txn->locks[i]);
	names_deinit(&txn->locked);
	free(txn->locks);
	free(txn->steps);
	free(txn);
	return NULL;
}

int txn_lock(struct txn *txn, const char *path)
{
	names_foreach (&txn->locked, held)
		if (strcmp(held, path) == 0)
			return 0;

	int *locks = reallocarray(txn->locks, txn->locked.count + 1, sizeof(*locks));
	if (!locks)
		return -ENOMEM;
	txn->locks = locks;
	AUTO_CLOSE int fd = lock_region(txn->kernel, path);
	if (fd < 0)
		return fd;
	int err = names_add(&txn->locked, path);
	if (err)
		return err;
	locks[txn->locked.count - 1] = fd;
	fd = -1;
	return 0;
}

int txn_add(struct txn *txn, struct step step, const char *what, ...)
{
	struct planned *steps = reallocarray(txn->steps, txn->count + 1, sizeof(*steps));
	va_list args;
	char *text;

	if (steps)
		txn->steps = steps;
	va_start(args, what);
	if (vasprintf(&text, what, args) < 0)
		text = NULL;
	va_end(args);
	if (!steps || !text) {
		free(text);
		release(step);
		return -ENOMEM;
	}
	txn->steps[txn->count++] = (struct planned){step, text, false};
	return 0;
}

int txn_undo_in_part(struct txn *txn, int err)
{
	if (!err)
		txn->steps[txn->count - 1].partial = true;
	return err;
}

struct write {
	struct object *object;
	unsigned attr;
	char *value;
	char *before;
};

static int write_apply(void *data)
{
	struct write *write = data;

	return object_write(write->object, write->attr, write->value);
}

static int write_undo(void *data)
{
	struct write *write = data;

	return object_write(write->object, write->attr, write->before);
}

static void write_release(void *data)
{
	struct write *write = data;

	free(write->value);
	free(write->before);
	free(write);
}

int txn_write(struct txn *txn, struct object *object, unsigned attr, const char *value,
	const char *before)
{
	struct write *write = calloc(1, sizeof(*write));
	if (!write)
		return -ENOMEM;
	*write = (struct write){object, attr, strdup(value), before ? strdup(before) : NULL};
	if (!write->value || (before && !write->before)) {
		write_release(write);
		return -ENOMEM;
	}
	struct step step = {write_apply, before ? write_undo : NULL, write_release, write};
	return txn_add(
		txn, step, "write '%s' to %s of %s", value, object->attrs[attr].name, object->name);
}

static void tell(const struct txn *txn, enum txn_event event, size_t i)
{
	static const char *const names[] = {
		[TXN_PLANNED] = "planned",
		[TXN_TAKEN] = "step",
		[TXN_UNDONE] = "undone",
		[TXN_UNDO_FAILED] = "NOT undone",
	};

	log_debug(txn->kernel, "%s: %s", names[event], txn->steps[i].what);
	if (txn->observer)
		txn->observer(txn->observer_data, event, txn->steps[i].what);
}

int txn_describe(const struct txn *txn)
{
	for (size_t i = 0; i < txn->count; i++)
		tell(txn, TXN_PLANNED, i);
	return 0;
}

/* Everything that can wait; the signals of a fault in the program itself cannot. */
static void block_signals(sigset_t *before)
{
	static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGTRAP, SIGSYS};
	sigset_t set;

	sigfillset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(faults); i++)
		sigdelset(&set, faults[i]);
	pthread_sigmask(SIG_BLOCK, &set, before);
}

void txn_keep(struct txn *txn)
{
	txn->keep = true;
}

static int take_steps(struct txn *txn)
{
	for (; txn->done < txn->count; txn->done++) {
		const struct step *step = &txn->steps[txn->done].step;
		tell(txn, TXN_TAKEN, txn->done);
		int err = step->apply(step->data);
		if (err) {
			txn->torn = txn->steps[txn->done].partial;
			return err;
		}
	}
	return 0;
}

/* It may have done nothing, and then there may be nothing to undo: its failure is no news. */
static void undo_torn(struct txn *txn)
{
	const struct step *step = &txn->steps[txn->done].step;

	if (txn->torn && step->undo)
		step->undo(step->data);
	txn->torn = false;
}

/* Undoes the step and, if that fails, adds what is left done, and why, to @stuck. */
static void undo_step(struct txn *txn, size_t i, struct names *stuck)
{
	const struct step *step = &txn->steps[i].step;
	AUTO_FREE char *text = NULL;

	if (!step->undo)
		return;
	kernel_clear_error(txn->kernel);
	int err = step->undo(step->data);
	tell(txn, err ? TXN_UNDO_FAILED : TXN_UNDONE, i);
	if (!err)
		return;
	const char *why = kernel_error(txn->kernel) ?: strerror(-err);
	if (asprintf(&text, "%s (%s)", txn->steps[i].what, why) < 0)
		text = NULL;
	names_add(stuck, text ?: txn->steps[i].what);
}

int txn_undo(struct txn *txn, int error)
{
	AUTO_FREE char *sentence = NULL, *hint = NULL;
	sigset_t before;

	block_signals(&before);
	if (kernel_error(txn->kernel))
		sentence = strdup(kernel_error(txn->kernel));
	if (kernel_error_hint(txn->kernel))
		hint = strdup(kernel_error_hint(txn->kernel));

	AUTO_NAMES struct names stuck = NAMES_INIT;
	undo_torn(txn);
	while (txn->done > 0)
		undo_step(txn, --txn->done, &stuck);

	kernel_fail(txn->kernel, -error, "%s", sentence ?: strerror(-error));
	names_foreach (&stuck, what)
		kernel_fail(txn->kernel, -error, "%s; could not be undone: %s",
			kernel_error(txn->kernel) ?: "", what);
	if (hint)
		kernel_hint(txn->kernel, "%s", hint);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

int txn_run(struct txn *txn)
{
	sigset_t before;

	kernel_clear_error(txn->kernel);
	block_signals(&before);
	int err = take_steps(txn);
	if (err && !txn->keep)
		err = txn_undo(txn, err);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	/* The caller's next step may want the nodes and links in /dev. That udev is slow is no
	 * failure of the change. */
	if (!err)
		udev_settle(txn->kernel, SETTLE_MILLISECONDS);
	return err;
}

/* Waits for the child, and kills it when one of the signals that end a program is pending here. It
 * is not taken off the queue: it takes effect when the transaction ends. A signal that the program
 * ignores (nohup) is pending too while it is blocked, but ends nothing. */
static void wait_or_kill(pid_t pid, int pidfd)
{
	static const int ends[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGALRM};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < ARRAY_SIZE(ends); i++) {
		struct sigaction action;
		if (sigaction(ends[i], NULL, &action) == 0 && action.sa_handler != SIG_IGN)
			sigaddset(&set, ends[i]);
	}
	AUTO_CLOSE int signals = signalfd(-1, &set, SFD_CLOEXEC);
	struct pollfd fds[] = {
		{.fd = pidfd, .events = POLLIN},
		{.fd = signals, .events = POLLIN},
	};
	while (poll(fds, ARRAY_SIZE(fds), -1) < 0 && errno == EINTR)
		;
	/* Its number is not given to another before it is waited for. */
	if (!fds[0].revents)
		kill(pid, SIGKILL);
}

int txn_interruptible(struct kernel *kernel, int (*fn)(void *data), void *data)
{
	pid_t pid = fork();
	if (pid < 0)
		return kernel_fail(kernel, errno, "no child process: %s", strerror(errno));
	if (pid == 0)
		_exit(-fn(data));

	AUTO_CLOSE int pidfd = pidfd_open(pid, 0);
	if (pidfd >= 0)
		wait_or_kill(pid, pidfd);
	int status;
	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return kernel_fail(
				kernel, errno, "a child process was lost: %s", strerror(errno));
	if (!WIFEXITED(status))
		return kernel_fail(kernel, EINTR, "it was interrupted");
	return -WEXITSTATUS(status);
}
