/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "txn.h"

#include <base/signals.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "cause.h"
#include "lock.h"
#include "udev.h"

/* How long to wait for udev to create nodes and links after a change. */
#define SETTLE_MILLISECONDS 5000

struct planned {
	struct step step;
	char *what;
	bool partial;
	bool guarded; /* if it fails halfway, an earlier step's undo repairs what is left */
};

struct txn {
	struct kernel *kernel;
	txn_observer *observer;
	void *observer_data;
	struct names locked;
	int *locks; /* descriptors, as many as names in @locked */
	struct planned *steps;
	size_t count;
	size_t done;
	bool dry_run;	/* tell of the steps, take none */
	bool keep;	/* leave the steps done if one fails */
	bool applying;	/* steps are being taken, not undone */
	char *unlocked; /* why a lock was denied: then nothing may be changed */
	bool torn;	/* the step after the last one done failed halfway */
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

static void step_release(struct step step)
{
	if (step.release)
		step.release(step.data);
}

struct txn *txn_unref(struct txn *txn)
{
	if (!txn)
		return NULL;
	for (size_t i = 0; i < txn->count; i++) {
		step_release(txn->steps[i].step);
		free(txn->steps[i].what);
	}
	for (size_t i = 0; i < txn->locked.count; i++)
		lockfile_release(txn->locks[i]);
	names_deinit(&txn->locked);
	free(txn->locks);
	free(txn->unlocked);
	free(txn->steps);
	free(txn);
	return NULL;
}

struct locking {
	const struct txn *txn;
	const char *path;
};

static void txn_tell_waiting(void *data, const char *holder)
{
	const struct locking *locking = data;
	const struct txn *txn = locking->txn;
	AUTO_FREE char *text = NULL;

	if (asprintf(&text, "%s, which is changing %s", holder, basename(locking->path)) < 0)
		text = NULL;
	log_info(txn->kernel, "waiting for %s", text ?: holder);
	if (txn->observer)
		txn->observer(txn->observer_data, TXN_WAITING, text ?: holder);
}

/* Defer a denied lock to txn_run(): a user who may not change anything may still see the steps. */
static int defer_failure(struct txn *txn, int err)
{
	if (txn->applying || (err != -EACCES && err != -EPERM))
		return err;
	free(txn->unlocked);
	txn->unlocked = strdup(kernel_error(txn->kernel) ?: strerror(-err));
	kernel_clear_error(txn->kernel);
	return txn->unlocked ? 0 : -ENOMEM;
}

static int txn_lock_within(struct txn *txn, const char *path, int milliseconds)
{
	struct locking locking = {txn, path};
	const struct lock_wait wait = {
		.milliseconds = milliseconds,
		.refuses_own = true,
		.ends_on_pending = txn->applying,
		.tell = txn_tell_waiting,
		.data = &locking,
	};

	if (names_contain(&txn->locked, path))
		return 0;
	int *locks = reallocarray(txn->locks, txn->locked.count + 1, sizeof(*locks));
	if (!locks)
		return -ENOMEM;
	txn->locks = locks;
	int fd = lock_take(txn->kernel, path, &wait);
	if (fd < 0)
		return defer_failure(txn, fd);
	int err = names_add(&txn->locked, path);
	if (err)
		lockfile_release(fd);
	else
		locks[txn->locked.count - 1] = fd;
	return err;
}

int txn_lock(struct txn *txn, const char *path)
{
	return txn_lock_within(txn, path, LOCK_MILLISECONDS);
}

int txn_try_lock(struct txn *txn, const char *path)
{
	return txn_lock_within(txn, path, 0);
}

bool txn_has_lock(const struct txn *txn, const char *path)
{
	return names_contain(&txn->locked, path);
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
		step_release(step);
		return -ENOMEM;
	}
	txn->steps[txn->count++] = (struct planned){.step = step, .what = text};
	return 0;
}

int txn_undo_in_part(struct txn *txn, int err)
{
	if (!err)
		txn->steps[txn->count - 1].partial = true;
	return err;
}

int txn_undo_guarded(struct txn *txn, int err)
{
	if (!err)
		txn->steps[txn->count - 1].guarded = true;
	return txn_undo_in_part(txn, err);
}

static void txn_tell(const struct txn *txn, enum txn_event event, size_t i)
{
	static const char *const names[] = {
		[TXN_PLANNED] = "planned",
		[TXN_TAKEN] = "step",
		[TXN_UNDONE] = "undone",
		[TXN_UNDO_FAILED] = "NOT undone",
		[TXN_WAITING] = "waiting for",
	};

	log_debug(txn->kernel, "%s: %s", names[event], txn->steps[i].what);
	if (txn->observer)
		txn->observer(txn->observer_data, event, txn->steps[i].what);
}

void txn_set_dry_run(struct txn *txn, bool dry_run)
{
	txn->dry_run = dry_run;
}

bool txn_is_dry_run(const struct txn *txn)
{
	return txn->dry_run;
}

void txn_keep(struct txn *txn)
{
	txn->keep = true;
}

static int take_steps(struct txn *txn)
{
	for (; txn->done < txn->count; txn->done++) {
		const struct step *step = &txn->steps[txn->done].step;
		txn_tell(txn, TXN_TAKEN, txn->done);
		int err = step->apply(step->data);
		if (err) {
			txn->torn = txn->steps[txn->done].partial;
			return err;
		}
	}
	return 0;
}

/* Undo a step. If that fails, add to @cause what stays done, and why. The observer hears of a torn
 * step, which was never taken as a whole, only if its undo fails. */
static void undo_step(struct txn *txn, size_t i, struct cause *cause)
{
	const struct step *step = &txn->steps[i].step;

	if (!step->undo)
		return;
	kernel_clear_error(txn->kernel);
	int err = step->undo(step->data);
	if (txn->torn && txn->steps[i].guarded)
		return;
	if (err || !txn->torn)
		txn_tell(txn, err ? TXN_UNDO_FAILED : TXN_UNDONE, i);
	if (!err)
		return;
	cause_say(cause, "%s; could not be undone: %s (%s)", cause->sentence ?: "",
		txn->steps[i].what, kernel_error(txn->kernel) ?: strerror(-err));
	cause_keep_hint(cause);
}

/* Say what failed before a pending signal ends the program: the caller will not come to it. A step
 * that undid part of itself may have failed too, so the sentence alone tells. */
static void txn_tell_ending(const struct txn *txn)
{
	const char *sentence = kernel_error(txn->kernel);

	if (!sentence || !signals_may_end_program())
		return;
	log_debug(txn->kernel, "a signal ends the program: %s", sentence);
	if (txn->observer)
		txn->observer(txn->observer_data, TXN_ENDING, sentence);
}

int txn_undo(struct txn *txn, int error)
{
	AUTO_CAUSE struct cause cause = cause_keep(txn->kernel, error);
	sigset_t before;

	signals_block(&before);
	if (txn->torn)
		undo_step(txn, txn->done, &cause);
	txn->torn = false;
	while (txn->done > 0)
		undo_step(txn, --txn->done, &cause);
	cause_record(&cause);
	txn_tell_ending(txn);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return error;
}

int txn_check_locked(const struct txn *txn)
{
	return txn->unlocked ? kernel_fail(txn->kernel, EACCES, "%s", txn->unlocked) : 0;
}

int txn_run(struct txn *txn)
{
	sigset_t before;

	for (size_t i = 0; txn->dry_run && i < txn->count; i++)
		txn_tell(txn, TXN_PLANNED, i);
	if (txn->dry_run)
		return 0;
	int err = txn->count ? txn_check_locked(txn) : 0;
	if (err)
		return err;
	kernel_clear_error(txn->kernel);
	signals_block(&before);
	txn->applying = true;
	err = take_steps(txn);
	txn->applying = false;
	if (err && !txn->keep)
		err = txn_undo(txn, err);
	else if (err)
		txn_tell_ending(txn);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	/* Wait for udev: the caller's next step may need the nodes and links in /dev. A slow udev
	 * is not a failure of the change. */
	if (!err)
		udev_settle(txn->kernel, SETTLE_MILLISECONDS);
	return err;
}
