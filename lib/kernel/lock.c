/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "lock.h"

#include <fcntl.h>
#include <string.h>
#include <sys/file.h>

static int lock(struct kernel *kernel, const char *path, bool wait)
{
	int fd = openat(kernel_root(kernel), path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return kernel_fail(
			kernel, errno, "/%s cannot be locked: %s", path, strerror(errno));

	int err = flock(fd, LOCK_EX | LOCK_NB);
	if (err && errno == EWOULDBLOCK && wait) {
		log_info(kernel, "waiting for another process that is changing /%s", path);
		err = flock(fd, LOCK_EX);
	}
	if (err) {
		err = kernel_fail(kernel, errno, "/%s cannot be locked: %s", path, strerror(errno));
		close(fd);
		return err;
	}
	log_debug(kernel, "lock /%s: done", path);
	return fd;
}

int lock_region(struct kernel *kernel, const char *path)
{
	return lock(kernel, path, true);
}

int lock_region_now(struct kernel *kernel, const char *path)
{
	return lock(kernel, path, false);
}
