/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <kernel/driver.h>
#include <kernel/mapper.h>
#include <kernel/module.h>
#include <string.h>

#include "memory.h"
#include "mode.h"

/* A mode is a driver. */
static const struct mode {
	const char *name;
	const char *driver; /* its module is called the same */
	const char *missing;
} modes[] = {
	[DAXCTL_DEV_MODE_DEVDAX] = {"devdax", "device_dax", "CONFIG_DEV_DAX"},
	[DAXCTL_DEV_MODE_RAM] = {"system-ram", "kmem", "CONFIG_DEV_DAX_KMEM"},
	[DAXCTL_DEV_MODE_FAMFS] = {"famfs", "fsdev_dax", "CONFIG_DEV_DAX_FS"},
};

EXPORT enum daxctl_dev_mode daxctl_dev_get_mode(struct daxctl_dev *dev)
{
	const char *driver = dev_driver(dev);

	for (int i = 0; driver && i < (int)ARRAY_SIZE(modes); i++)
		if (strcmp(driver, modes[i].driver) == 0)
			return i;
	return DAXCTL_DEV_MODE_UNKNOWN;
}

EXPORT int daxctl_dev_is_devdax_mode(struct daxctl_dev *dev)
{
	return daxctl_dev_get_mode(dev) == DAXCTL_DEV_MODE_DEVDAX;
}

EXPORT int daxctl_dev_is_system_ram_mode(struct daxctl_dev *dev)
{
	return daxctl_dev_get_mode(dev) == DAXCTL_DEV_MODE_RAM;
}

EXPORT int daxctl_dev_is_famfs_mode(struct daxctl_dev *dev)
{
	return daxctl_dev_get_mode(dev) == DAXCTL_DEV_MODE_FAMFS;
}

EXPORT int daxctl_dev_is_system_ram_capable(struct daxctl_dev *dev)
{
	return daxctl_dev_is_system_ram_mode(dev);
}

static bool is_bound_to(struct daxctl_dev *dev, const char *driver)
{
	const char *now = dev_driver(dev);

	return now && strcmp(now, driver) == 0;
}

/* What undoes a part of a change must not take the place of the cause. */
static int keep_cause(struct kernel *kernel, int err,
	int (*undo)(struct daxctl_dev *, const char *), struct daxctl_dev *dev, const char *driver)
{
	AUTO_FREE char *why = strdup(kernel_error(kernel) ?: strerror(-err));

	undo(dev, driver);
	return kernel_fail(kernel, -err, "%s", why ?: strerror(-err));
}

static int unlist(struct daxctl_dev *dev, const char *driver)
{
	return driver_remove_id(dev_kernel(dev), "dax", driver, dev->object.name);
}

static int bind(struct daxctl_dev *dev, const char *driver)
{
	int err = driver_bind(dev_kernel(dev), "dax", driver, dev->object.name);

	object_refresh(&dev->object);
	return err;
}

/* It is on the list of no driver afterwards, so that none takes it by surprise. */
static int leave(struct daxctl_dev *dev, const char *driver)
{
	struct kernel *kernel = dev_kernel(dev);
	int err = driver_unbind(kernel, "dax", dev->object.name);

	object_refresh(&dev->object);
	if (err)
		return err;
	err = unlist(dev, driver);
	return err ? keep_cause(kernel, err, bind, dev, driver) : 0;
}

static int put_back(struct daxctl_dev *dev, const struct mode *mode);

/*
 * A name on the list of a driver makes the kernel offer it every device that has none, not only the
 * named one: devices that are disabled on purpose too. Those are put back.
 */
static int put_back_others(
	struct daxctl_dev *dev, const struct mode *mode, const struct names *idle)
{
	struct kernel *kernel = dev_kernel(dev);
	AUTO_NAMES struct names bound = NAMES_INIT;
	int err = driver_list(kernel, "dax", mode->driver, &bound);

	names_sort(&bound);
	names_foreach (idle, name) {
		if (err || strcmp(name, dev->object.name) == 0 || !names_have(&bound, name))
			continue;
		struct daxctl_dev *other = daxctl_dev_get_by_name(dev->region->ctx, name);
		err = other ? put_back(other, mode) : 0;
		if (err)
			kernel_fail_while(kernel, err,
				"the kernel took %s for the driver as well, and it cannot be put "
				"back",
				name);
	}
	return err;
}

static int bind_listed(struct daxctl_dev *dev, const struct mode *mode)
{
	struct kernel *kernel = dev_kernel(dev);
	AUTO_NAMES struct names idle = NAMES_INIT;
	int err = driver_list_idle(kernel, "dax", &idle)
		?: driver_new_id(kernel, "dax", mode->driver, dev->object.name);

	if (err)
		return err;
	object_refresh(&dev->object);
	/* The kernel has offered it to the driver by now; only bind tells why it was refused. */
	if (!is_bound_to(dev, mode->driver))
		err = bind(dev, mode->driver);
	if (!err)
		err = put_back_others(dev, mode, &idle);
	if (!err)
		return 0;
	return keep_cause(
		kernel, err, is_bound_to(dev, mode->driver) ? leave : unlist, dev, mode->driver);
}

/*
 * A driver of the dax bus takes devices of its kind (device_dax: all, before Linux 6.2), and those
 * whose names are on its list, where a name is put only if there is no other way.
 */
static int join(struct daxctl_dev *dev, const struct mode *mode)
{
	struct kernel *kernel = dev_kernel(dev);
	int err = bind(dev, mode->driver);

	if (err == -ENODEV) {
		kernel_clear_error(kernel);
		err = bind_listed(dev, mode);
	}
	if (err || is_bound_to(dev, mode->driver))
		return err;
	return kernel_fail(kernel, ENXIO, "driver %s did not accept it", mode->driver);
}

struct rebind {
	struct daxctl_dev **slot; /* @known, or a device that an earlier step makes */
	struct daxctl_dev *known;
	const struct mode *mode;
	struct txn *txn; /* that locks the drivers; NULL: they are locked */
};

/*
 * What another process binds meanwhile would look as if the kernel had taken it along. The lock is
 * there before the first unbind and stays until the transaction ends: an undo that had to wait for
 * it could fail.
 */
static int lock_drivers(const struct rebind *rebind)
{
	return rebind->txn ? txn_lock(rebind->txn, "sys/bus/dax/drivers") : 0;
}

static int join_step(void *data)
{
	struct rebind *rebind = data;

	return lock_drivers(rebind) ?: join(*rebind->slot, rebind->mode);
}

static int leave_step(void *data)
{
	struct rebind *rebind = data;

	return lock_drivers(rebind) ?: leave(*rebind->slot, rebind->mode->driver);
}

static struct rebind *rebind_new(struct txn *txn, struct daxctl_dev *dev, const struct mode *mode)
{
	struct rebind *rebind = malloc(sizeof(*rebind));

	if (rebind)
		*rebind = (struct rebind){&rebind->known, dev, mode, txn};
	return rebind;
}

int mode_plan_join(
	struct txn *txn, struct daxctl_dev **dev, const char *name, enum daxctl_dev_mode mode)
{
	struct rebind *rebind = rebind_new(txn, NULL, &modes[mode]);
	struct step step = {join_step, leave_step, free, rebind};

	if (!rebind)
		return -ENOMEM;
	rebind->slot = dev;
	return txn_add(txn, step, "bind %s to driver %s", name, modes[mode].driver);
}

static int add_join(struct txn *txn, struct daxctl_dev *dev, const struct mode *mode)
{
	struct step step = {join_step, leave_step, free, rebind_new(txn, dev, mode)};

	return step.data
		? txn_add(txn, step, "bind %s to driver %s", dev->object.name, mode->driver)
		: -ENOMEM;
}

/* @locks: as in struct rebind. */
static int add_leave(
	struct txn *txn, struct txn *locks, struct daxctl_dev *dev, const struct mode *mode)
{
	struct step step = {leave_step, join_step, free, rebind_new(locks, dev, mode)};

	return step.data
		? txn_add(txn, step, "unbind %s from driver %s", dev->object.name, mode->driver)
		: -ENOMEM;
}

/* Take no lock: the region may be another process's, which waits for us to bind, and the drivers
 * are locked. */
static int put_back(struct daxctl_dev *dev, const struct mode *mode)
{
	AUTO_TXN struct txn *txn = NULL;
	int err = ctx_txn(dev->region->ctx, &txn);

	object_refresh(&dev->object);
	if (!err && mode == &modes[DAXCTL_DEV_MODE_RAM])
		err = memory_add_change(txn, dev, BLOCK_OFFLINE, 0, NULL);
	if (!err)
		err = add_leave(txn, NULL, dev, mode);
	return err ?: txn_run(txn);
}

int mode_check_driver(struct kernel *kernel, enum daxctl_dev_mode number)
{
	const struct mode *mode = &modes[number];

	if (driver_find(kernel, "dax", mode->driver) == 0)
		return 0;
	if (module_load(kernel, mode->driver) == 0 && driver_find(kernel, "dax", mode->driver) == 0)
		return 0;
	kernel_fail_while(kernel, -EOPNOTSUPP, "mode %s needs the kernel's driver %s", mode->name,
		mode->driver);
	kernel_hint(kernel, "load it with 'modprobe %s', or use a kernel with %s", mode->driver,
		mode->missing);
	return -EOPNOTSUPP;
}

static int check_ram(struct daxctl_dev *dev)
{
	struct kernel *kernel = dev_kernel(dev);
	unsigned long long block = daxctl_get_memory_block_size(dev->region->ctx) >> 20;
	unsigned long long size = 0;

	if (!block)
		return kernel_fail(kernel, EOPNOTSUPP,
			"this kernel cannot add memory "
			"(CONFIG_MEMORY_HOTPLUG)");
	if (daxctl_dev_get_target_node(dev) < 0) {
		kernel_fail(kernel, EINVAL, "the platform names no NUMA node for it (target_node)");
		kernel_hint(
			kernel, "the firmware must describe the memory's proximity domain (SRAT)");
		return -EINVAL;
	}
	int err = daxctl_dev_get_ram_size(dev, &size);
	if (err)
		return kernel_fail(kernel, -err, "its address cannot be read: %s", strerror(-err));
	if (size)
		return 0;
	kernel_fail(kernel, EINVAL,
		"its %llu MiB hold no whole memory block (%llu MiB, aligned to its size)",
		daxctl_dev_get_size(dev) >> 20, block);
	kernel_hint(kernel, "make it at least %llu MiB and aligned to %llu MiB", block, block);
	return -EINVAL;
}

#define MEMMAP_FLAGS (DAXCTL_CHANGE_MEMMAP_HERE | DAXCTL_CHANGE_MEMMAP_ELSEWHERE)

/* A parameter of the kernel's command line. Of a kernel that does not tell, it is on. */
static bool memmap_is_off(struct kernel *kernel)
{
	AUTO_FOLDER struct folder *module = NULL;
	char text[SYSFS_PAGE + 1];

	return folder_open(kernel, "sys/module/memory_hotplug", &module) == 0 &&
		sysfs_read(module, "parameters", "memmap_on_memory", text) == 0 &&
		strcmp(text, "N") == 0;
}

/* @now: what daxctl_dev_get_memmap_on_memory() gives. */
static int check_memmap(struct kernel *kernel, int now, int wanted)
{
	if (now == -EOPNOTSUPP)
		return kernel_fail(kernel, EOPNOTSUPP,
			"this kernel gives no choice where the page map is kept (memmap_on_memory, "
			"since Linux 6.8)");
	if (now < 0)
		return kernel_fail(
			kernel, -now, "memmap_on_memory cannot be read: %s", strerror(-now));
	if (!wanted || !memmap_is_off(kernel))
		return 0;
	kernel_fail(kernel, EOPNOTSUPP,
		"this kernel is told to keep the page map of new memory in other memory");
	kernel_hint(kernel,
		"memory_hotplug.memmap_on_memory=1 on its command line lets devices have it");
	return -EOPNOTSUPP;
}

struct memmap {
	struct daxctl_dev **slot; /* as in struct rebind */
	struct daxctl_dev *known;
	int wanted, before;
};

static int write_memmap(struct daxctl_dev *dev, int value)
{
	return object_write(&dev->object, DEV_MEMMAP, value ? "1" : "0");
}

static int memmap_apply(void *data)
{
	struct memmap *memmap = data;
	struct daxctl_dev *dev = *memmap->slot;

	memmap->before = daxctl_dev_get_memmap_on_memory(dev);
	if (memmap->before == memmap->wanted)
		return 0;
	int err = check_memmap(dev_kernel(dev), memmap->before, memmap->wanted);
	return err ?: write_memmap(dev, memmap->wanted);
}

static int memmap_undo(void *data)
{
	struct memmap *memmap = data;

	return memmap->before == memmap->wanted ? 0 : write_memmap(*memmap->slot, memmap->before);
}

static int add_memmap(struct txn *txn, struct daxctl_dev **slot, const char *name, int wanted)
{
	struct memmap *memmap = calloc(1, sizeof(*memmap));
	struct step step = {memmap_apply, memmap_undo, free, memmap};

	if (!memmap)
		return -ENOMEM;
	memmap->known = *slot;
	memmap->slot = memmap->known ? &memmap->known : slot;
	memmap->wanted = wanted;
	return txn_add(txn, step, "keep the page map of %s %s", name,
		wanted ? "on the device" : "in other memory");
}

/* Where the page map is to be is told before kmem has the device. */
static int plan_memmap(struct txn *txn, struct daxctl_dev *dev, bool is_ram, unsigned flags)
{
	struct kernel *kernel = dev_kernel(dev);
	int now = daxctl_dev_get_memmap_on_memory(dev);
	int wanted = (flags & DAXCTL_CHANGE_MEMMAP_HERE) != 0;

	if (!(flags & MEMMAP_FLAGS) || now == wanted)
		return 0;
	if (is_ram && now >= 0) {
		kernel_fail(
			kernel, EBUSY, "where the page map of memory is kept cannot be changed");
		kernel_hint(kernel, "bring it to devdax mode first");
		return -EBUSY;
	}
	int err = check_memmap(kernel, now, wanted);
	return err ?: add_memmap(txn, &dev, dev->object.name, wanted);
}

int mode_plan_use(struct txn *txn, struct daxctl_dev **slot, const char *name,
	enum daxctl_dev_mode mode, unsigned flags)
{
	bool ram = mode == DAXCTL_DEV_MODE_RAM;
	int err = 0;

	if (ram && flags & MEMMAP_FLAGS)
		err = add_memmap(txn, slot, name, (flags & DAXCTL_CHANGE_MEMMAP_HERE) != 0);
	if (!err)
		err = mode_plan_join(txn, slot, name, mode);
	if (!err && ram && !(flags & DAXCTL_CHANGE_NO_ONLINE))
		err = memory_add_change_at(txn, slot, name,
			flags & DAXCTL_CHANGE_NO_MOVABLE ? BLOCK_KERNEL : BLOCK_MOVABLE,
			flags & DAXCTL_CHANGE_REZONE, NULL);
	return err;
}

/* With such a policy nobody can say in which zone the memory ends up, and hence whether it can be
 * taken back. */
static int check_auto_online(struct daxctl_dev *dev, unsigned flags)
{
	struct kernel *kernel = dev_kernel(dev);

	if (flags & DAXCTL_CHANGE_FORCE || !daxctl_dev_will_auto_online_memory(dev))
		return 0;
	kernel_fail(kernel, EBUSY,
		"this kernel puts new memory online by itself, in a zone of its own choice");
	kernel_hint(kernel,
		"write 'offline' to /sys/devices/system/memory/auto_online_blocks, or use "
		"--force to accept its choice");
	return -EBUSY;
}

static int check_offline(struct daxctl_dev *dev, unsigned flags)
{
	struct kernel *kernel = dev_kernel(dev);
	struct daxctl_memory_counts count;
	int err = daxctl_memory_get_counts(&dev->memory, &count);

	if (err)
		return kernel_fail(
			kernel, -err, "the state of its memory cannot be read: %s", strerror(-err));
	if (!count.online || flags & DAXCTL_CHANGE_FORCE)
		return 0;
	kernel_fail(kernel, EBUSY, "%u of its %u memory blocks are online on node %d%s",
		count.online, count.total, daxctl_dev_get_target_node(dev),
		daxctl_dev_will_auto_online_memory(dev)
			? " (this kernel puts new memory online by itself)"
			: "");
	kernel_hint(kernel,
		"daxctl reconfigure-device --mode devdax --force %s takes them offline first",
		dev->object.name);
	return -EBUSY;
}

int mode_plan_leave(struct txn *txn, struct daxctl_dev *dev, unsigned flags)
{
	int mode = daxctl_dev_get_mode(dev);
	/* Asked for last: the text lasts until the driver is looked up again. */
	const char *driver = dev_driver(dev);
	int err = 0;

	if (!driver)
		return 0;
	if (mode == DAXCTL_DEV_MODE_UNKNOWN)
		return kernel_fail(dev_kernel(dev), EBUSY, "driver %s has it", driver);
	if (mode == DAXCTL_DEV_MODE_DEVDAX)
		err = mapper_check(dev_kernel(dev), dev->object.name, daxctl_dev_get_major(dev),
			daxctl_dev_get_minor(dev));
	if (mode == DAXCTL_DEV_MODE_RAM) {
		err = check_offline(dev, flags);
		if (!err && flags & DAXCTL_CHANGE_FORCE)
			err = memory_add_change(txn, dev, BLOCK_OFFLINE, flags, NULL);
	}
	return err ?: add_leave(txn, txn, dev, &modes[mode]);
}

static int check_size(struct daxctl_dev *dev)
{
	uint64_t size;

	if (object_u64(&dev->object, DEV_SIZE, &size) || size)
		return 0;
	kernel_fail(dev_kernel(dev), ENXIO, "it has no memory");
	kernel_hint(dev_kernel(dev), "daxctl reconfigure-device -s SIZE %s gives it some",
		dev->object.name);
	return -ENXIO;
}

static int check_join(struct daxctl_dev *dev, int to, unsigned flags)
{
	int err = check_size(dev);

	if (!err && to == DAXCTL_DEV_MODE_RAM)
		err = check_ram(dev);
	return err ?: mode_check_driver(dev_kernel(dev), to);
}

static int plan(struct txn *txn, struct daxctl_dev *dev, int to, unsigned flags)
{
	int now = daxctl_dev_get_mode(dev);
	int err = 0;

	if (now == DAXCTL_DEV_MODE_RAM && to == DAXCTL_DEV_MODE_FAMFS) {
		kernel_fail(dev_kernel(dev), EBUSY, "it serves as memory");
		kernel_hint(dev_kernel(dev), "bring it to devdax mode first");
		return -EBUSY;
	}
	if (to == DAXCTL_DEV_MODE_RAM)
		err = check_auto_online(dev, flags);
	/* What can be refused is refused before the device gives up what it is. */
	if (!err && now != to) {
		err = check_join(dev, to, flags);
		if (!err)
			err = mode_plan_leave(txn, dev, flags);
		if (!err && to == DAXCTL_DEV_MODE_RAM)
			err = plan_memmap(txn, dev, false, flags);
		if (!err)
			err = add_join(txn, dev, &modes[to]);
	} else if (!err && to == DAXCTL_DEV_MODE_RAM) {
		err = plan_memmap(txn, dev, true, flags);
	}
	if (!err && to == DAXCTL_DEV_MODE_RAM && !(flags & DAXCTL_CHANGE_NO_ONLINE))
		err = memory_add_change(txn, dev,
			flags & DAXCTL_CHANGE_NO_MOVABLE ? BLOCK_KERNEL : BLOCK_MOVABLE,
			flags & DAXCTL_CHANGE_REZONE, NULL);
	return err;
}

int dev_begin(struct daxctl_dev *dev, struct txn **txn)
{
	struct kernel *kernel = dev_kernel(dev);

	kernel_clear_error(kernel);
	int err = ctx_txn(dev->region->ctx, txn);
	if (!err)
		err = region_lock(dev->region, *txn);
	object_refresh(&dev->object);
	/* A driver's list would take the name of a device that is no more. */
	if (!err && !sysfs_exists(dev->object.folder, dev->object.name, NULL))
		err = kernel_fail(kernel, ENODEV, "it is gone");
	return err;
}

EXPORT int daxctl_dev_set_mode(struct daxctl_dev *dev, enum daxctl_dev_mode mode, unsigned flags)
{
	AUTO_TXN struct txn *txn = NULL;

	if (mode < 0 || mode >= DAXCTL_DEV_MODE_END)
		return kernel_fail(dev_kernel(dev), EINVAL, "%s: there is no mode number %d",
			dev->object.name, (int)mode);
	int err = dev_begin(dev, &txn);
	if (!err)
		err = plan(txn, dev, mode, flags);
	if (!err)
		err = flags & DAXCTL_CHANGE_DRY_RUN ? txn_describe(txn) : txn_run(txn);
	return err ? kernel_fail_while(dev_kernel(dev), err, "%s: cannot become %s",
			     dev->object.name, modes[mode].name)
		   : 0;
}

static int enable(struct daxctl_dev *dev, int mode)
{
	if (daxctl_dev_is_enabled(dev) && (int)daxctl_dev_get_mode(dev) != mode)
		return kernel_fail(dev_kernel(dev), EBUSY, "%s: is enabled already (driver %s)",
			dev->object.name, dev_driver(dev));
	if (daxctl_dev_is_enabled(dev))
		return 0;
	return daxctl_dev_set_mode(dev, mode, DAXCTL_CHANGE_NO_ONLINE | DAXCTL_CHANGE_FORCE);
}

EXPORT int daxctl_dev_enable_devdax(struct daxctl_dev *dev)
{
	return enable(dev, DAXCTL_DEV_MODE_DEVDAX);
}

EXPORT int daxctl_dev_enable_ram(struct daxctl_dev *dev)
{
	return enable(dev, DAXCTL_DEV_MODE_RAM);
}

EXPORT int daxctl_dev_enable_famfs(struct daxctl_dev *dev)
{
	return enable(dev, DAXCTL_DEV_MODE_FAMFS);
}

EXPORT int daxctl_dev_disable(struct daxctl_dev *dev)
{
	AUTO_TXN struct txn *txn = NULL;

	int err = dev_begin(dev, &txn);
	if (!err)
		err = mode_plan_leave(txn, dev, 0);
	if (!err)
		err = txn_run(txn);
	return err ? kernel_fail_while(
			     dev_kernel(dev), err, "%s: cannot be disabled", dev->object.name)
		   : 0;
}
