/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "watch.h"

#include <base/clock.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "parse.h"

/* Returns the milliseconds for poll(2) until the attribute is to be read again; -1: no limit. */
static int watch_pause(const struct patience *patience, int64_t end)
{
	int64_t pause = patience->interval > 0 ? patience->interval : INT_MAX;

	if (patience->limit >= 0) {
		int64_t left = end - clock_milliseconds();
		pause = left < 0 ? 0 : left < pause ? left : pause;
	}
	return pause < INT_MAX ? (int)pause : -1;
}

/* The kernel counts notifications from the last read, so read the whole text again each time. */
static int read_again(int fd, char *text)
{
	ssize_t size = pread(fd, text, SYSFS_PAGE, 0);

	return size < 0 ? -errno : parse_line(text, size);
}

int attribute_wait(const struct directory *directory, const char *object, const char *attr,
	bool (*busy)(const char *text), struct patience patience)
{
	AUTO_CLOSE int fd = sysfs_open_read(directory, object, attr);
	if (fd < 0)
		return fd;
	int64_t end = clock_milliseconds() + patience.limit;

	for (;;) {
		char text[SYSFS_PAGE + 1];
		int err = read_again(fd, text);
		if (err || !busy(text))
			return err;
		if (patience.limit >= 0 && clock_milliseconds() >= end)
			return -ETIMEDOUT;
		struct pollfd change = {.fd = fd, .events = POLLPRI};
		if (poll(&change, 1, watch_pause(&patience, end)) < 0)
			return -errno;
	}
}
