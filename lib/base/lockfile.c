/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lockfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cleanup.h"
#include "clock.h"
#include "file.h"
#include "lockholder.h"
#include "signals.h"

/* Milliseconds. A pause is an eighth of the time that was waited: a thousand who wait for long must
 * not keep the machine busy with looking. */
#define PAUSE_SHORTEST 4
#define PAUSE_LONGEST  1000
#define PAUSE_PART     8
#define TELL_AFTER     1000
#define LOOK_PART      16

/* How often who does not wait looks at a lock that may be an earlier one. */
#define LOOKS_AT_UNKNOWN 10

/* How often a lock is taken anew whose file somebody has removed. */
#define TRIES 8

/* ---- the file ---- */

/* A file has this bit, which no umask takes away, until whoever has locked it first knows that
 * nobody holds an earlier file of that name. */
#define MODE_UNSETTLED S_ISVTX
#define MODE_PRIVATE   0600

/* Nobody else may be able to open what is in it, and the umask of who made it does not count. */
static int make_private(int fd, mode_t wanted, mode_t *mode)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return -EPERM;
	*mode = st.st_mode;
	if ((st.st_mode & 0777) == wanted)
		return 0;
	return fchmod(fd, wanted | (st.st_mode & MODE_UNSETTLED)) ? -errno : 0;
}

int lockfile_open_directory(int root)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	mode_t mode;
	AUTO_CLOSE int fd = openat(root, LOCKFILE_DIRECTORY, flags);

	if (fd < 0 && errno == ENOENT) {
		mkdirat(root, "run", 0755);
		if (mkdirat(root, LOCKFILE_DIRECTORY, 0700) && errno != EEXIST)
			return -errno;
		fd = openat(root, LOCKFILE_DIRECTORY, flags);
	}
	if (fd < 0)
		return -errno;
	return make_private(fd, 0700, &mode) ?: take_fd(&fd);
}

static int lockfile_open(int root, const char *name, mode_t *mode)
{
	const int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	AUTO_CLOSE int directory = lockfile_open_directory(root);

	if (directory < 0)
		return directory;
	AUTO_CLOSE int fd = openat(directory, name, flags, MODE_PRIVATE | MODE_UNSETTLED);
	if (fd < 0)
		return -errno;
	return make_private(fd, MODE_PRIVATE, mode) ?: take_fd(&fd);
}

/* ---- waiting ---- */

struct waiting {
	int root;
	const struct lock_wait *wait;
	struct lock_holder *holder;
	struct locked_file file;
	int ours;      /* -1, or the lock that is held already, which others may wait for */
	int64_t since; /* the same holder, since it last went on */
	struct timespec touched;
	bool told;
};

/* Whether the holder has called lockfile_progress() since the last look. The time is compared with
 * itself only: nobody asks what the clock says. */
static bool went_on(struct waiting *waiting)
{
	struct timespec before = waiting->touched;
	struct stat st;

	if (waiting->file.fd < 0 || fstat(waiting->file.fd, &st))
		return false;
	waiting->touched = st.st_mtim;
	return before.tv_sec != st.st_mtim.tv_sec || before.tv_nsec != st.st_mtim.tv_nsec;
}

/* The limit is for one holder: a thousand processes that each take a moment are no standstill. */
static void look_at_holder(struct waiting *waiting)
{
	struct lock_holder *holder = waiting->holder;
	pid_t pid = lockholder_find(waiting->root, &waiting->file);

	if (pid != holder->pid || went_on(waiting)) {
		holder->pid = pid;
		waiting->since = clock_milliseconds();
		if (waiting->ours >= 0)
			lockfile_progress(waiting->ours);
	}
	lockholder_name(waiting->root, pid, holder->name, sizeof(holder->name));
}

static void lockfile_tell(struct waiting *waiting)
{
	look_at_holder(waiting);
	if (!waiting->told && waiting->wait->tell)
		waiting->wait->tell(waiting->wait->data, waiting->holder->name);
	waiting->told = true;
}

/* Many waiters must not come back in step. */
static int pause_for(int64_t milliseconds)
{
	milliseconds += milliseconds * (getpid() % 8) / 16;
	const struct timespec pause = {milliseconds / 1000, (milliseconds % 1000) * 1000000L};

	return nanosleep(&pause, NULL) ? -errno : 0;
}

static int64_t next_pause(int64_t waited)
{
	int64_t pause = waited / PAUSE_PART;

	if (pause < PAUSE_SHORTEST)
		return PAUSE_SHORTEST;
	return pause < PAUSE_LONGEST ? pause : PAUSE_LONGEST;
}

/* Looking at the holder costs more than trying the lock: a thousand who do so each second keep the
 * machine from what they wait for. */
static int64_t next_look(const struct lock_wait *wait, int64_t waited)
{
	int64_t interval = (waited < wait->milliseconds ? waited : wait->milliseconds) / LOOK_PART;

	return interval > TELL_AFTER ? interval : TELL_AFTER;
}

static bool is_too_long(struct waiting *waiting)
{
	if (clock_milliseconds() - waiting->since < waiting->wait->milliseconds)
		return false;
	/* It may be another holder by now. */
	look_at_holder(waiting);
	return clock_milliseconds() - waiting->since >= waiting->wait->milliseconds;
}

/* What a holder has open may be beyond reach: the wait ends when it is no longer locked. */
static int try_lock(const struct waiting *waiting)
{
	if (waiting->file.fd >= 0)
		return flock(waiting->file.fd, LOCK_EX | LOCK_NB) ? -errno : 0;
	int held = lockholder_is_held(waiting->root, &waiting->file);
	return held > 0 ? -EWOULDBLOCK : held;
}

static int keep_trying(struct waiting *waiting)
{
	const struct lock_wait *wait = waiting->wait;
	int64_t begun = clock_milliseconds(), looked = begun;
	int err;

	waiting->since = begun;
	waiting->holder->pid = 0;
	went_on(waiting);

	while ((err = try_lock(waiting)) == -EWOULDBLOCK) {
		if (wait->ends_on_pending && signals_pending())
			return -EINTR;
		if (clock_milliseconds() - looked >= next_look(wait, looked - begun)) {
			lockfile_tell(waiting);
			looked = clock_milliseconds();
		}
		if (is_too_long(waiting))
			return -ETIMEDOUT;
		err = pause_for(next_pause(clock_milliseconds() - begun));
		if (err)
			return err;
	}
	return err;
}

/* ---- the locks of this process ---- */

/*
 * A child of fork() has copies of the descriptors, and keeps a lock until it closes its copy or
 * ends; LOCK_UN releases the lock for all copies, but a child must not take its parent's lock away.
 * A thread that took a lock would wait for itself; any thread may release it. Rows are used again,
 * and never freed. They are atomic instead of locked: a child of fork() cannot wait for a thread
 * that it does not have.
 */
struct owned {
	struct owned *next;
	_Atomic(pid_t) process; /* that took the lock; 0: a free row; ROW_CHANGES */
	_Atomic(pid_t) thread;
	_Atomic(int) fd;
};

#define ROW_CHANGES (-1)

static _Atomic(struct owned *) owned_rows;

/* A row that the caller changes: that of @fd, if a child has closed it otherwise, or a free one. */
static struct owned *owned_claim(int fd)
{
	for (struct owned *row = owned_rows; row; row = row->next) {
		pid_t process = row->process;
		if ((process == 0 || (process > 0 && row->fd == fd)) &&
			atomic_compare_exchange_strong(&row->process, &process, ROW_CHANGES))
			return row;
	}
	struct owned *row = calloc(1, sizeof(*row));
	if (!row)
		return NULL;
	row->process = ROW_CHANGES;
	row->next = owned_rows;
	while (!atomic_compare_exchange_weak(&owned_rows, &row->next, row))
		;
	return row;
}

static int own(int fd)
{
	struct owned *row = owned_claim(fd);

	if (!row)
		return -ENOMEM;
	row->fd = fd;
	row->thread = gettid();
	row->process = getpid();
	return 0;
}

/* Whether this thread has locked the file by another descriptor than @fd. */
static bool is_own(const struct locked_file *file, int fd)
{
	struct stat st;

	for (const struct owned *row = owned_rows; row; row = row->next)
		if (row->process == getpid() && row->thread == gettid() && row->fd != fd &&
			fstat(row->fd, &st) == 0 && st.st_dev == file->device &&
			st.st_ino == file->inode)
			return true;
	return false;
}

void lockfile_release(int fd)
{
	for (struct owned *row = owned_rows; row; row = row->next) {
		pid_t process = row->process;
		if (process <= 0 || row->fd != fd)
			continue;
		if (process == getpid())
			flock(fd, LOCK_UN);
		row->process = 0;
	}
	close(fd);
}

/* ---- waiting, or not ---- */

/* Waits until it has the lock of @file, or, where it cannot be opened, until nobody has it. */
static int wait_for(struct waiting *waiting, const struct locked_file *file)
{
	waiting->file = *file;
	int err = try_lock(waiting);

	if (err == -EWOULDBLOCK && waiting->wait->refuses_own && is_own(file, file->fd))
		return -EDEADLK;
	return err == -EWOULDBLOCK && waiting->wait->milliseconds ? keep_trying(waiting) : err;
}

static int lockfile_wait(struct waiting *waiting, int fd)
{
	struct stat st;

	/* Ask for no more than the lock as long as nobody has it. */
	if (flock(fd, LOCK_EX | LOCK_NB) == 0)
		return 0;
	if (errno != EWOULDBLOCK || fstat(fd, &st))
		return -errno;
	return wait_for(waiting, &(struct locked_file){st.st_dev, st.st_ino, 0, fd});
}

/* ---- one file after the other ---- */

/* Whether @fd still is what others find under @name: 1, 0 or a negative errno. Somebody may have
 * removed the file, or all of /run/daxctl, between our opening and our locking: who comes later
 * then locks another file. */
static int is_current(int root, const char *name, int fd)
{
	AUTO_CLOSE int directory =
		openat(root, LOCKFILE_DIRECTORY, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (directory < 0)
		return errno == ENOENT ? 0 : -errno;
	return file_is_at(directory, name, fd);
}

/* Who removed the file of a lock that is held, or all of /run/daxctl, has not ended what is being
 * done under it: wait for that holder, as for any other. */
static int settle(struct waiting *waiting, const char *name, int fd)
{
	waiting->ours = fd;
	for (int looks = 1;; looks++) {
		struct locked_file earlier = {.fd = -1};
		int found = lockholder_find_earlier(waiting->root, name, fd, &earlier);
		AUTO_CLOSE int opened = earlier.fd;
		/* Once our file is removed, a later one may count as an earlier one. */
		int current = found < 0 ? found : is_current(waiting->root, name, fd);
		if (current <= 0)
			return current ?: -ESTALE;
		if (!found)
			return fchmod(fd, MODE_PRIVATE) ? -errno : 0;
		int err = wait_for(waiting, &earlier);
		/* Another program's lock, of a file without a name, may be over in a moment. */
		if (err == -EWOULDBLOCK && earlier.fd < 0 && looks < LOOKS_AT_UNKNOWN)
			err = pause_for(PAUSE_SHORTEST);
		if (err)
			return err;
	}
}

static int take_once(struct waiting *waiting, const char *name, int *out)
{
	mode_t mode = 0;
	AUTO_CLOSE int fd = lockfile_open(waiting->root, name, &mode);

	if (fd < 0)
		return fd;
	int err = lockfile_wait(waiting, fd);
	if (err)
		return err;
	int current = is_current(waiting->root, name, fd);
	if (current <= 0)
		return current ?: -ESTALE;
	err = mode & MODE_UNSETTLED ? settle(waiting, name, fd) : 0;
	if (err)
		return err;
	*out = take_fd(&fd);
	return 0;
}

int lockfile_take(
	int root, const char *name, const struct lock_wait *wait, struct lock_holder *holder)
{
	struct lock_holder unheard = {0};
	struct waiting waiting = {.root = root, .wait = wait, .holder = holder ?: &unheard};
	int fd = -1, err = -ESTALE;

	for (int tries = 0; err == -ESTALE && tries < TRIES; tries++) {
		waiting.ours = -1;
		err = take_once(&waiting, name, &fd);
	}
	if (!err)
		err = own(fd);
	if (err && fd >= 0)
		close(fd);
	return err ?: fd;
}

void lockfile_progress(int fd)
{
	futimens(fd, NULL);
}
