/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "idle.h"

#include <daxctl/libdaxctl.h>
#include <fcntl.h>
#include <kernel/holder.h>
#include <kernel/mapper.h>
#include <kernel/node.h>
#include <kernel/opener.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Find out whether a namespace is in use, and by whom. */

/* ---- as a block device ---- */

/* Find the disk, such as "pfn0.0/block/pmem0" below the directory of all devices. Wait for a driver
 * that is still probing. */
static int find_disk(struct entity *entity, char *path)
{
	struct ndctl_bus *bus = ndctl_region_get_bus(entity_region(entity));
	AUTO_NAMES struct names disks = NAMES_INIT;

	snprintf(path, PATH_MAX, "%s/block", entity_name(entity));
	if (sysfs_list(entity->object.directory, path, NULL, &disks) && bus) {
		ndctl_bus_wait_probe(bus);
		sysfs_list(entity->object.directory, path, NULL, &disks);
	}
	if (disks.count != 1)
		return kernel_fail(entity_kernel(entity), EBUSY,
			"%s is enabled, but has no block device: cannot tell whether it is in use",
			entity_name(entity));
	snprintf(path, PATH_MAX, "%s/block/%s", entity_name(entity), disks.list[0]);
	return 0;
}

static int hold_disk(struct hold *hold, struct entity *entity)
{
	char path[PATH_MAX];
	int err = find_disk(entity, path);

	if (err)
		return err;
	const struct directory *directory = entity->object.directory;
	int disk = node_open(directory, path, basename(path), S_IFBLK, O_RDONLY | O_EXCL);
	if (disk == -EBUSY)
		return holder_fail(directory, path);
	if (disk < 0)
		return kernel_fail_while(
			entity_kernel(entity), disk, "cannot tell whether it is in use");
	hold->disk = disk;
	return holder_check_loops(directory, path);
}

static bool is_held(const struct hold *hold, struct entity *entity)
{
	char path[PATH_MAX];
	struct stat held;
	dev_t number;

	/* Compare numbers: the kernel cannot reuse one while this disk is open. */
	return hold->disk >= 0 && find_disk(entity, path) == 0 &&
		node_number(entity->object.directory, path, &number) == 0 &&
		fstat(hold->disk, &held) == 0 && held.st_rdev == number;
}

/* ---- as memory, or as a device that programs map ---- */

static int check_ram(struct kernel *kernel, struct daxctl_dev *dev)
{
	struct daxctl_memory *memory = daxctl_dev_get_memory(dev);
	int online = memory ? daxctl_memory_is_online(memory) : -ENXIO;
	const char *name = daxctl_dev_get_devname(dev);

	if (online == 0)
		return 0;
	if (online < 0)
		return kernel_fail(kernel, EBUSY,
			"%s serves as memory: cannot read whether that is in use", name);
	kernel_fail(kernel, EBUSY, "%s serves as memory of NUMA node %d, which is in use", name,
		daxctl_dev_get_target_node(dev));
	kernel_hint(kernel, "daxctl reconfigure-device --mode=devdax --force %s", name);
	return -EBUSY;
}

static int check_dev(struct kernel *kernel, struct daxctl_dev *dev)
{
	errno = 0;
	enum daxctl_dev_mode mode = daxctl_dev_get_mode(dev);
	if (mode == DAXCTL_DEV_MODE_UNKNOWN && errno == ENOENT)
		return 0;
	if (mode == DAXCTL_DEV_MODE_UNKNOWN && errno)
		return kernel_fail(kernel, EBUSY, "cannot read which driver serves %s: %s",
			daxctl_dev_get_devname(dev), strerror(errno));
	if (mode == DAXCTL_DEV_MODE_RAM)
		return check_ram(kernel, dev);
	return mapper_check(kernel, daxctl_dev_get_devname(dev), daxctl_dev_get_major(dev),
		daxctl_dev_get_minor(dev));
}

static int check_dax(struct claim *claim)
{
	struct daxctl_region *region = ndctl_dax_get_daxctl_region((struct ndctl_dax *)claim);
	struct kernel *kernel = entity_kernel(&claim->entity);
	struct daxctl_dev *dev = region ? daxctl_dev_get_first(region) : NULL;

	if (!dev)
		return kernel_fail(kernel, EBUSY,
			"%s is enabled, but has no dax %s: cannot tell whether it is in use",
			entity_name(&claim->entity), region ? "device" : "region");
	daxctl_dev_foreach (region, dev) {
		int err = check_dev(kernel, dev);
		if (err)
			return err;
	}
	return 0;
}

/* ---- either ---- */

int namespace_find_owner(struct ndctl_namespace *ndns, struct entity **owner)
{
	const char *holder = object_text(&ndns->entity.object, NS_HOLDER);
	int err = holder ? 0 : errno;
	struct claim *claim = namespace_claim(ndns);

	/* Prefer the bound one: the kernel lets a btt claim a namespace that is bound itself, and
	 * the namespace is what is used then. */
	*owner = claim && (entity_is_bound(&claim->entity) || !entity_is_bound(&ndns->entity))
		? &claim->entity
		: &ndns->entity;
	if (!holder)
		return kernel_fail(entity_kernel(&ndns->entity), EBUSY,
			"cannot read what holds the namespace: %s", strerror(err));
	if (*holder && !claim)
		return kernel_fail(entity_kernel(&ndns->entity), EBUSY,
			"%s holds the namespace, but does not exist", holder);
	return 0;
}

int namespace_check_bound(struct ndctl_namespace *ndns, bool *bound)
{
	struct entity *owner;

	return namespace_find_owner(ndns, &owner) ?: entity_check_bound(owner, bound);
}

int hold_take_fresh(struct hold *hold, struct ndctl_namespace *ndns)
{
	struct entity *owner;
	bool bound = false;

	*hold = HOLD_INIT(ndns);
	int err = namespace_find_owner(ndns, &owner) ?: entity_check_bound(owner, &bound);
	if (err || !bound)
		return err;
	return owner->kind == KIND_DAX ? check_dax((struct claim *)owner) : hold_disk(hold, owner);
}

/* Look for programs that have the disk open without claiming it. */
static int check_openers(const struct hold *hold)
{
	struct entity *owner;
	char path[PATH_MAX];

	if (hold->disk < 0)
		return 0;
	int err = namespace_find_owner(hold->ndns, &owner) ?: find_disk(owner, path);
	return err ?: opener_check(owner->object.directory, path);
}

int hold_take(struct hold *hold, struct ndctl_namespace *ndns)
{
	return hold_take_fresh(hold, ndns) ?: check_openers(hold);
}

int hold_confirm(struct hold *hold)
{
	struct entity *owner;
	char path[PATH_MAX];
	int err = namespace_find_owner(hold->ndns, &owner);

	if (err)
		return err;
	/* Look for loop devices again: our exclusive descriptor does not prevent them. */
	if (is_held(hold, owner) && find_disk(owner, path) == 0)
		return holder_check_loops(owner->object.directory, path) ?: check_openers(hold);
	hold_release(hold);
	return hold_take(hold, hold->ndns);
}

void hold_release(struct hold *hold)
{
	cleanup_close(&hold->disk);
	hold->disk = -1;
}

int namespace_check_idle(struct ndctl_namespace *ndns)
{
	CLEANUP(hold_release) struct hold hold;

	return hold_take(&hold, ndns);
}

EXPORT int ndctl_namespace_check_idle(struct ndctl_namespace *ndns)
{
	if (!ndns)
		return -EINVAL;
	int err = namespace_check_idle(ndns);

	return err ? kernel_fail_while(entity_kernel(&ndns->entity), err, "%s: cannot be disabled",
			     entity_name(&ndns->entity))
		   : 0;
}
