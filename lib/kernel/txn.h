/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "attr.h"

/*
 * A change of the kernel's state is a transaction: a list of steps, each with its undo, run under
 * the locks of the regions that it touches. What can be checked is checked while the list is made,
 * that is before the first step is taken. A step that fails undoes those before it, in reverse.
 * Signals to the calling thread wait until the list is done or undone; other threads of a program
 * have to block them themselves.
 */
struct txn;

/* One step. @apply and @undo return 0 or a negative errno with the cause recorded; a NULL @undo
 * says that there is nothing to put back. @data is freed with the transaction by @release. */
struct step {
	int (*apply)(void *data);
	int (*undo)(void *data);
	void (*release)(void *data);
	void *data;
};

/* An observer hears of each step, and, with TXN_WAITING, for whom a lock waits. */
enum txn_event { TXN_PLANNED, TXN_TAKEN, TXN_UNDONE, TXN_UNDO_FAILED, TXN_WAITING };
typedef void txn_observer(void *data, enum txn_event event, const char *what);

int txn_new(struct txn **txn, struct kernel *kernel, txn_observer *observer, void *data);
struct txn *txn_unref(struct txn *txn);

static inline void cleanup_txn(struct txn **txn)
{
	txn_unref(*txn);
}
#define AUTO_TXN CLEANUP(cleanup_txn)

/*
 * Takes the lock of an object (lock.h) until the transaction is freed; one that it has locked
 * already costs nothing. The order is: regions, then DIMMs, then the drivers of the dax bus. A
 * process without the right to lock gets 0 here, may describe the steps, and fails in txn_run.
 */
int txn_lock(struct txn *txn, const char *path);

/* Whether it has the lock of @path. */
bool txn_has_lock(const struct txn *txn, const char *path);

/*
 * Adds a step to the end of the list. Returns 0 or -ENOMEM; @step's data is released on failure
 * too. The description (@what, formatted) says what the step does, for dry runs and -v:
 * "unbind dax0.1 from device_dax".
 */
int txn_add(struct txn *txn, struct step step, const char *what, ...) PRINTF(3, 4);
/* The step that was added last, with @err as the outcome, may fail halfway: its undo is then run
 * too. It looks at what was done, and returns 0 if that is nothing. Returns @err. */
int txn_undo_in_part(struct txn *txn, int err);
/* The same, and a failure of that undo is not reported: the undo of an earlier step puts right what
 * the undo could not, and says so where it cannot either. */
int txn_undo_guarded(struct txn *txn, int err);

/* -EACCES, with the cause recorded, if a lock was denied: for what changes something without a
 * step. txn_run() asks it too. */
int txn_check_locked(const struct txn *txn);
/* From now on a step that fails leaves those before it as they are, for a look at them. */
void txn_keep(struct txn *txn);

/* Tells the observer each step without taking any: what a dry run does in place of txn_run.
 * Returns 0. */
int txn_describe(const struct txn *txn);
/* Takes the steps, and waits a moment for udev when all are done. Returns 0, or the failing step's
 * errno: then everything is as it was, or, where even the undo failed, the recorded sentence says
 * what was not put back. */
int txn_run(struct txn *txn);
/* Undoes the steps that txn_run has taken, for a caller who finds the outcome wanting. @error is
 * returned, its recorded cause kept. */
int txn_undo(struct txn *txn, int error);
