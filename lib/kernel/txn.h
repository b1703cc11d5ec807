/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "attr.h"

/*
 * A change of the kernel's state is a transaction: a list of steps, each with its undo, run under
 * the locks of the regions that it touches. Make every check while building the list, before the
 * first step. When a step fails, txn_run() undoes those before it in reverse order. Signals to the
 * calling thread wait until the list is done or undone; a program has to block them in its other
 * threads itself.
 */
struct txn;

/* One step. @apply and @undo return 0, or a negative errno with the cause recorded. A NULL @undo
 * says that there is nothing to undo. The transaction frees @data with @release. */
struct step {
	int (*apply)(void *data);
	int (*undo)(void *data);
	void (*release)(void *data);
	void *data;
};

/* The observer hears of each step; with TXN_WAITING, @what names the holder of a lock. TXN_ENDING
 * tells the recorded sentence of a change that failed before a signal may end the program. */
enum txn_event {
	TXN_PLANNED,
	TXN_TAKEN,
	TXN_UNDONE,
	TXN_UNDO_FAILED,
	TXN_WAITING,
	TXN_ENDING,
};
typedef void txn_observer(void *data, enum txn_event event, const char *what);

int txn_new(struct txn **txn, struct kernel *kernel, txn_observer *observer, void *data);
struct txn *txn_unref(struct txn *txn);

static inline void cleanup_txn(struct txn **txn)
{
	txn_unref(*txn);
}
#define AUTO_TXN CLEANUP(cleanup_txn)

/*
 * Takes the lock of an object (lock.h) until the transaction is freed; does nothing if the
 * transaction has it already. Take locks in this order: regions, DIMMs, the drivers of the dax
 * bus. Returns 0 or a negative errno. A process without permission to lock gets 0 too: it may
 * describe the steps, and txn_run() fails.
 */
int txn_lock(struct txn *txn, const char *path);
/* The same without waiting: -EWOULDBLOCK if another process has the lock. */
int txn_try_lock(struct txn *txn, const char *path);

/* Whether the transaction has the lock of @path. */
bool txn_has_lock(const struct txn *txn, const char *path);

/*
 * Adds a step to the end of the list. Returns 0 or -ENOMEM; releases @step's data on failure too.
 * The formatted @what says what the step does, for dry runs and -v: "unbind dax0.1 from
 * device_dax".
 */
int txn_add(struct txn *txn, struct step step, const char *what, ...) PRINTF(3, 4);
/* Says that the step added last may fail halfway, so that its undo runs then too. The undo looks
 * at what was done, and returns 0 if that is nothing. @err is the result of txn_add(); returns it.
 */
int txn_undo_in_part(struct txn *txn, int err);
/* The same, but does not report if that undo fails: the undo of an earlier step repairs what it
 * leaves, and reports its own failure. */
int txn_undo_guarded(struct txn *txn, int err);

/* Returns -EACCES, with the cause recorded, if a lock was denied. Call it before a change without
 * a step; txn_run() calls it too. */
int txn_check_locked(const struct txn *txn);
/* Makes txn_run() leave the steps done when one fails, so that the caller can look at them. */
void txn_keep(struct txn *txn);

/* Makes txn_run() tell the observer each step without taking any, if @dry_run. */
void txn_set_dry_run(struct txn *txn, bool dry_run);
bool txn_is_dry_run(const struct txn *txn);
/* Takes the steps, then waits a moment for udev. Returns 0, or the errno of the step that failed:
 * then everything is as it was before, or the recorded sentence says which undo failed. */
int txn_run(struct txn *txn);
/* Undoes the steps that txn_run() has taken, for a caller that rejects the outcome. Keeps the
 * recorded cause and returns @error. */
int txn_undo(struct txn *txn, int error);
