/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lockfile.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "cleanup.h"
#include "file.h"
#include "clock.h"
#include "signals.h"

/* Milliseconds. A pause is an eighth of the time that was waited: a thousand who wait for long must
 * not keep the machine busy with looking. */
#define PAUSE_SHORTEST 4
#define PAUSE_LONGEST  1000
#define PAUSE_PART     8
#define TELL_AFTER     1000
#define LOOK_PART      16

/* How often a lock is taken anew whose file somebody has removed. */
#define TRIES 8

/* ---- the file ---- */

/* Nobody else may be able to open what is in it. */
static int check_private(int fd)
{
	struct stat st;

	if (fstat(fd, &st))
		return -errno;
	if (st.st_uid != 0 && st.st_uid != geteuid())
		return -EPERM;
	return (st.st_mode & 077) && fchmod(fd, st.st_mode & 0700) ? -errno : 0;
}

int lockfile_open_directory(int root)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	AUTO_CLOSE int fd = openat(root, LOCKFILE_DIRECTORY, flags);

	if (fd < 0 && errno == ENOENT) {
		mkdirat(root, "run", 0755);
		if (mkdirat(root, LOCKFILE_DIRECTORY, 0700) && errno != EEXIST)
			return -errno;
		fd = openat(root, LOCKFILE_DIRECTORY, flags);
	}
	if (fd < 0)
		return -errno;
	return check_private(fd) ?: take_fd(&fd);
}

static int lockfile_open(int root, const char *name)
{
	const int flags = O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	AUTO_CLOSE int directory = lockfile_open_directory(root);

	if (directory < 0)
		return directory;
	AUTO_CLOSE int fd = openat(directory, name, flags, 0600);
	if (fd < 0)
		return -errno;
	return check_private(fd) ?: take_fd(&fd);
}

/* ---- who has it ---- */

/* The process that holds the lock on @fd, by proc(5), locks; 0 if it is not known: in another
 * namespace of processes, or between two holders. */
static pid_t lockfile_find_holder(int root, int fd)
{
	AUTO_CLOSE int locks = openat(root, "proc/locks", O_RDONLY | O_CLOEXEC);
	AUTO_FREE char *line = NULL;
	size_t size = 0;
	struct stat st;
	pid_t holder = 0;

	if (locks < 0 || fstat(fd, &st))
		return 0;
	FILE *file = fdopen(locks, "r");
	if (!file)
		return 0;
	take_fd(&locks);
	while (!holder && getline(&line, &size, file) > 0) {
		unsigned major, minor;
		unsigned long long inode;
		int pid;
		if (sscanf(line, "%*s FLOCK %*s %*s %d %x:%x:%llu", &pid, &major, &minor, &inode) ==
				4 &&
			makedev(major, minor) == st.st_dev && inode == st.st_ino)
			holder = pid;
	}
	fclose(file);
	return holder > 0 ? holder : 0;
}

static void name_holder(int root, struct lock_holder *holder)
{
	char path[64], name[64] = "";

	snprintf(path, sizeof(path), "proc/%d/comm", holder->pid);
	AUTO_CLOSE int fd = holder->pid ? openat(root, path, O_RDONLY | O_CLOEXEC) : -1;
	ssize_t length = fd < 0 ? 0 : read(fd, name, sizeof(name) - 1);
	name[length > 0 ? length : 0] = 0;
	name[strcspn(name, "\n")] = 0;
	if (holder->pid)
		snprintf(holder->name, sizeof(holder->name), "%s (process %d)",
			*name ? name : "another process", holder->pid);
	else
		snprintf(holder->name, sizeof(holder->name), "another process");
}

/* ---- waiting ---- */

struct waiting {
	int root, fd;
	const struct lock_wait *wait;
	struct lock_holder *holder;
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

	if (fstat(waiting->fd, &st))
		return false;
	waiting->touched = st.st_mtim;
	return before.tv_sec != st.st_mtim.tv_sec || before.tv_nsec != st.st_mtim.tv_nsec;
}

/* The limit is for one holder: a thousand processes that each take a moment are no standstill. */
static void look_at_holder(struct waiting *waiting)
{
	pid_t pid = lockfile_find_holder(waiting->root, waiting->fd);

	if (pid != waiting->holder->pid || went_on(waiting)) {
		waiting->holder->pid = pid;
		waiting->since = clock_milliseconds();
	}
	name_holder(waiting->root, waiting->holder);
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

static int wait_for(struct waiting *waiting)
{
	const struct lock_wait *wait = waiting->wait;
	int64_t begun = clock_milliseconds(), looked = begun;

	waiting->since = begun;
	went_on(waiting);

	while (flock(waiting->fd, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK)
			return -errno;
		if (wait->ends_on_pending && signals_pending())
			return -EINTR;
		if (clock_milliseconds() - looked >= next_look(wait, looked - begun)) {
			lockfile_tell(waiting);
			looked = clock_milliseconds();
		}
		if (is_too_long(waiting))
			return -ETIMEDOUT;
		int err = pause_for(next_pause(clock_milliseconds() - begun));
		if (err)
			return err;
	}
	return 0;
}

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

static int take_once(int root, const char *name, const struct lock_wait *wait,
	struct lock_holder *holder, int *out)
{
	AUTO_CLOSE int fd = lockfile_open(root, name);

	if (fd < 0)
		return fd;
	if (flock(fd, LOCK_EX | LOCK_NB)) {
		if (errno != EWOULDBLOCK || !wait->milliseconds)
			return -errno;
		struct waiting waiting = {.root = root, .fd = fd, .wait = wait, .holder = holder};
		holder->pid = 0;
		int err = wait_for(&waiting);
		if (err)
			return err;
	}
	int current = is_current(root, name, fd);
	if (current <= 0)
		return current ?: -ESTALE;
	*out = take_fd(&fd);
	return 0;
}

int lockfile_take(
	int root, const char *name, const struct lock_wait *wait, struct lock_holder *holder)
{
	struct lock_holder ours = {0};
	int fd = -1, err = -ESTALE;

	for (int tries = 0; err == -ESTALE && tries < TRIES; tries++)
		err = take_once(root, name, wait, holder ?: &ours, &fd);
	return err ?: fd;
}

void lockfile_progress(int fd)
{
	futimens(fd, NULL);
}
