/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "step.h"

#include <daxctl/libdaxctl.h>
#include <fcntl.h>
#include <kernel/mapper.h>
#include <stdio.h>
#include <string.h>

/* Whether a namespace can be taken away from its users, and if not, who they are. */

/* What else the kernel keeps of a file of /proc that is looked through. */
typedef bool line_fn(char *line, void *data);

static bool find_line(struct kernel *kernel, const char *path, line_fn *matches, void *data)
{
	int fd = openat(kernel_root(kernel), path, O_RDONLY | O_CLOEXEC);
	FILE *file = fd < 0 ? NULL : fdopen(fd, "r");
	AUTO_FREE char *line = NULL;
	size_t size = 0;
	bool found = false;

	if (!file) {
		if (fd >= 0)
			close(fd);
		return false;
	}
	while (!found && getline(&line, &size, file) > 0)
		found = matches(line, data);
	fclose(file);
	return found;
}

struct user {
	const char *disk; /* "pmem0.1" */
	char where[PATH_MAX];
};

/* Whether @device, a path of /dev, is the disk or a partition of it. */
static bool is_disk(const char *device, const char *disk)
{
	const char *name = basename(device);
	size_t length = strlen(disk);

	if (strncmp(name, disk, length) != 0)
		return false;
	return !name[length] ||
		(name[length] == 'p' && name[length + 1] >= '0' && name[length + 1] <= '9');
}

/* proc(5): "ID PARENT MAJOR:MINOR ROOT MOUNT-POINT OPTIONS ... - TYPE SOURCE SUPER-OPTIONS" */
static bool is_mounted(char *line, void *data)
{
	struct user *user = data;
	char point[PATH_MAX], source[PATH_MAX];
	const char *end = strstr(line, " - ");

	if (!end || sscanf(line, "%*s %*s %*s %*s %4095s", point) != 1 ||
		sscanf(end, " - %*s %4095s", source) != 1 || !is_disk(source, user->disk))
		return false;
	snprintf(user->where, sizeof(user->where), "%s", point);
	return true;
}

static bool is_swap(char *line, void *data)
{
	const struct user *user = data;

	return is_disk(strtok(line, " \t") ?: "", user->disk);
}

/* What is built on top of the disk or of one of its partitions: "dm-0", "md127". Sets @part to the
 * one that it is on. */
static bool find_holder(
	struct entity *entity, const char *disk, struct names *holders, char part[NAME_MAX + 1])
{
	AUTO_NAMES struct names parts = NAMES_INIT;
	struct folder *folder = entity->object.folder;
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/block/%s", entity_name(entity), disk);
	if (names_add(&parts, ".") || sysfs_list(folder, path, NULL, &parts))
		return false;
	names_foreach (&parts, name) {
		bool whole = strcmp(name, ".") == 0;
		if (!whole && !is_disk(name, disk))
			continue;
		snprintf(path, sizeof(path), "%s/block/%s/%s/holders", entity_name(entity), disk,
			name);
		sysfs_list(folder, path, NULL, holders);
		if (!holders->count)
			continue;
		snprintf(part, NAME_MAX + 1, "%s", whole ? disk : name);
		return true;
	}
	return false;
}

/* A device of the device mapper has a name that people know it by. */
static int say_holder(struct kernel *kernel, const char *disk, const char *holder)
{
	AUTO_FOLDER struct folder *blocks = NULL;
	char name[SYSFS_PAGE + 1];
	int err;

	if (folder_open(kernel, "sys/block", &blocks) == 0 &&
		sysfs_read(blocks, holder, "dm/name", name) == 0) {
		err = kernel_fail(kernel, EBUSY, "/dev/%s is held by %s (%s)", disk, holder, name);
		kernel_hint(kernel, "dmsetup remove %s, or what made it (lvm, cryptsetup)", name);
		return err;
	}
	err = kernel_fail(kernel, EBUSY, "/dev/%s is held by %s", disk, holder);
	if (strncmp(holder, "md", 2) == 0)
		kernel_hint(kernel, "mdadm --stop /dev/%s", holder);
	return err;
}

static int say_user(struct entity *entity, struct user *user)
{
	AUTO_NAMES struct names holders = NAMES_INIT;
	struct kernel *kernel = entity_kernel(entity);
	char part[NAME_MAX + 1];
	int err;

	if (find_line(kernel, "proc/self/mountinfo", is_mounted, user)) {
		err = kernel_fail(
			kernel, EBUSY, "/dev/%s is mounted on %s", user->disk, user->where);
		kernel_hint(kernel, "umount %s", user->where);
	} else if (find_line(kernel, "proc/swaps", is_swap, user)) {
		err = kernel_fail(kernel, EBUSY, "/dev/%s is swap space", user->disk);
		kernel_hint(kernel, "swapoff /dev/%s", user->disk);
	} else if (find_holder(entity, user->disk, &holders, part)) {
		err = say_holder(kernel, part, holders.list[0]);
	} else {
		err = kernel_fail(kernel, EBUSY,
			"/dev/%s is in use: a program, or a mount that cannot be seen from here, "
			"holds it",
			user->disk);
	}
	return err;
}

/* A file system, a device built on top, or swap opens a disk exclusively. */
static int check_disk(struct entity *entity, const char *disk)
{
	struct user user = {.disk = disk};
	char path[64];

	if (!*disk)
		return 0;
	snprintf(path, sizeof(path), "dev/%s", disk);
	AUTO_CLOSE int fd =
		openat(kernel_root(entity_kernel(entity)), path, O_RDONLY | O_EXCL | O_CLOEXEC);
	if (fd >= 0 || errno != EBUSY)
		return 0;
	return say_user(entity, &user);
}

static int check_ram(struct kernel *kernel, struct daxctl_dev *dev)
{
	if (daxctl_dev_has_online_memory(dev) <= 0)
		return 0;
	kernel_fail(kernel, EBUSY, "%s serves as memory of NUMA node %d, and that is in use",
		daxctl_dev_get_devname(dev), daxctl_dev_get_target_node(dev));
	kernel_hint(kernel, "daxctl reconfigure-device --mode=devdax --force %s",
		daxctl_dev_get_devname(dev));
	return -EBUSY;
}

static int check_dax(struct claim *claim)
{
	struct daxctl_region *region = ndctl_dax_get_daxctl_region((struct ndctl_dax *)claim);
	struct kernel *kernel = entity_kernel(&claim->entity);
	struct daxctl_dev *dev;

	if (!region)
		return 0;
	daxctl_dev_foreach (region, dev) {
		int err = 0;
		if (daxctl_dev_is_system_ram_mode(dev))
			err = check_ram(kernel, dev);
		else if (daxctl_dev_is_enabled(dev))
			err = mapper_check(kernel, daxctl_dev_get_devname(dev),
				daxctl_dev_get_major(dev), daxctl_dev_get_minor(dev));
		if (err)
			return err;
	}
	return 0;
}

int namespace_check_idle(struct ndctl_namespace *ndns)
{
	struct claim *claim = namespace_claim(ndns);

	if (claim && claim->entity.kind == KIND_DAX)
		return check_dax(claim);
	return claim ? check_disk(&claim->entity, claim_blockdev(claim))
		     : check_disk(&ndns->entity, ndctl_namespace_get_block_device(ndns));
}

EXPORT int ndctl_namespace_check_idle(struct ndctl_namespace *ndns)
{
	int err = namespace_check_idle(ndns);

	return err ? kernel_fail_while(entity_kernel(&ndns->entity), err, "%s: cannot be disabled",
			     entity_name(&ndns->entity))
		   : 0;
}
