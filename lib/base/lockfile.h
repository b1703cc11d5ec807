/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/*
 * A lock is flock(2) on a file of mode 0600 in /run/daxctl, a directory of mode 0700, so that only
 * root can hold it: what everybody can open, everybody can lock. It is released when its descriptor
 * is closed, however the process ends. The empty file stays, as another process may be waiting for
 * it. If root removes it nevertheless, the next process finds who holds it (lockholder.h), and
 * waits for that one.
 */
#define LOCKFILE_DIRECTORY "run/daxctl"

/* How long to wait for another process, and who hears of it. */
struct lock_wait {
	int milliseconds; /* while the same process holds the lock without progress; 0: do not wait
			   */
	bool refuses_own; /* -EDEADLK if this thread holds the lock: it would wait for itself */
	bool ends_on_pending; /* a signal that would end the program, but is blocked, ends it */
	/* Called once, after a second (NULL: nobody hears). */
	void (*tell)(void *data, const char *holder);
	void *data;
};

/* What a change waits at the most for one and the same holder that does not go on. */
#define LOCK_MILLISECONDS 300000

/* Who had the lock when the wait ended: "ndctl (process 12)", or "another process". */
struct lock_holder {
	pid_t pid; /* 0 if it is not known */
	char name[96];
};

/* Opens the directory, and makes it if it is missing. Returns a descriptor or a negative errno. */
int lockfile_open_directory(int root);

/*
 * Locks the file @name in the directory, below the directory @root ("/" but in tests); both are
 * made if they are missing. @holder may be NULL.
 *
 * Returns a descriptor that holds the lock, or a negative errno:
 *   -EWOULDBLOCK  another process holds the lock, and @wait does not wait
 *   -EDEADLK      this thread holds the lock, by another descriptor (@wait->refuses_own)
 *   -ETIMEDOUT    another process, @holder, has held it for too long
 *   -EINTR        a signal came
 *   -EACCES       only root may lock
 *   -EPERM        the directory, or the file, belongs to somebody else
 *   -ESTALE       somebody removes the file again and again
 *   -ENOLCK       the file is new, and who holds an earlier one cannot be found out: no procfs
 */
int lockfile_take(
	int root, const char *name, const struct lock_wait *wait, struct lock_holder *holder);

/* Releases the lock and closes @fd. A child of fork() that still has a copy of @fd holds nothing
 * then; in the child, only the copy is closed. */
void lockfile_release(int fd);

/* Tells those who wait that the holder of the lock goes on: the limit of each begins anew. */
void lockfile_progress(int fd);
