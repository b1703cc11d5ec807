/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "udev.h"

#include <base/clock.h>
#include <libudev.h>
#include <poll.h>

static void cleanup_udev(struct udev **udev)
{
	udev_unref(*udev);
}

static void cleanup_queue(struct udev_queue **queue)
{
	udev_queue_unref(*queue);
}

int udev_settle(struct kernel *kernel, int milliseconds)
{
	if (!kernel_is_live(kernel))
		return 0;

	CLEANUP(cleanup_udev) struct udev *udev = udev_new();
	CLEANUP(cleanup_queue) struct udev_queue *queue = udev ? udev_queue_new(udev) : NULL;
	if (!queue)
		return -ENOMEM;
	if (!udev_queue_get_udev_is_active(queue))
		return 0;

	int64_t end = clock_milliseconds() + milliseconds;
	struct pollfd pollfd = {.fd = udev_queue_get_fd(queue), .events = POLLIN};
	while (!udev_queue_get_queue_is_empty(queue)) {
		int64_t left = end - clock_milliseconds();
		if (left <= 0)
			return -ETIMEDOUT;
		if (poll(&pollfd, 1, (int)left) > 0)
			udev_queue_flush(queue);
	}
	log_debug(kernel, "udev is at rest");
	return 0;
}
