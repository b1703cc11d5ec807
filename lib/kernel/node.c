/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "node.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "parse.h"

struct node {
	const char *name; /* in /dev */
	mode_t type;
	dev_t number;
};

int node_number(const struct directory *directory, const char *object, dev_t *number)
{
	char text[SYSFS_PAGE + 1];
	unsigned major, minor;
	int err = sysfs_read(directory, object, "dev", text)
		?: parse_device_number(text, &major, &minor);

	if (err)
		return kernel_fail(directory_kernel(directory), -err,
			"cannot read the device number of %s: %s",
			strrchr(object, '/') ? strrchr(object, '/') + 1 : object, strerror(-err));
	*number = makedev(major, minor);
	return 0;
}

static bool node_matches(const struct node *node, const struct stat *found)
{
	return (found->st_mode & S_IFMT) == node->type && found->st_rdev == node->number;
}

/* Open /dev/NAME; -ENODEV if it leads to something else. Check the node before opening it, since
 * opening a tape or a pipe has effects, and again afterwards, since the name may change. */
static int node_open_name(struct kernel *kernel, const struct node *node, int flags)
{
	char path[NAME_MAX + 8];
	struct stat found;

	snprintf(path, sizeof(path), "dev/%s", node->name);
	if (fstatat(kernel_root(kernel), path, &found, 0))
		return -errno;
	if (!node_matches(node, &found))
		return -ENODEV;
	AUTO_CLOSE int fd = openat(kernel_root(kernel), path, flags | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &found))
		return -errno;
	return node_matches(node, &found) ? take_fd(&fd) : -ENODEV;
}

/* Open the device by a node in a file system that is mounted nowhere: only its descriptor leads
 * there, and the kernel frees it with the last one. /run and /tmp may be mounted nodev. */
static int node_open_own(const struct node *node, int flags)
{
	AUTO_CLOSE int context = fsopen("tmpfs", FSOPEN_CLOEXEC);
	if (context < 0 || fsconfig(context, FSCONFIG_CMD_CREATE, NULL, NULL, 0))
		return -errno;
	AUTO_CLOSE int directory = fsmount(context, FSMOUNT_CLOEXEC, 0);
	if (directory < 0 ||
		mknodat(directory, "node", node->type | S_IRUSR | S_IWUSR, node->number))
		return -errno;
	int fd = openat(directory, "node", flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

/* @named: why opening /dev/NAME failed; @own: why opening a node of our own failed. */
static int node_fail(struct kernel *kernel, const struct node *node, int named, int own)
{
	const char *what = named == -ENOENT ? "does not exist" : "is another device";

	if (own == -EBUSY)
		return kernel_fail(kernel, EBUSY, "/dev/%s is in use", node->name);
	if (named != -ENOENT && named != -ENODEV)
		return kernel_fail(
			kernel, -named, "cannot open /dev/%s: %s", node->name, strerror(-named));
	return kernel_fail(kernel, -own, "/dev/%s %s, and opening %u:%u without it failed: %s",
		node->name, what, major(node->number), minor(node->number), strerror(-own));
}

int node_open(const struct directory *directory, const char *object, const char *name, mode_t type,
	int flags)
{
	struct kernel *kernel = directory_kernel(directory);
	struct node node = {.name = name, .type = type};
	int err = node_number(directory, object, &node.number);

	if (err)
		return err;
	int named = node_open_name(kernel, &node, flags);
	int own = named < 0 && named != -EBUSY ? node_open_own(&node, flags) : named;
	log_debug(kernel, "open /dev/%s (%u:%u): %s%s", name, major(node.number),
		minor(node.number), own < 0 ? strerror(-own) : "done",
		own >= 0 && own != named ? " by a node of our own" : "");
	return own < 0 ? node_fail(kernel, &node, named, own) : own;
}
