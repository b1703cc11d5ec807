/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bind.h"

#include <kernel/driver.h>
#include <kernel/mapper.h>
#include <kernel/module.h>
#include <string.h>

#include "memory.h"
#include "mode.h"
#include "ram.h"

/* What is locked while devices come to drivers and leave them. */
#define DRIVERS "sys/bus/dax/drivers"

static bool dev_is_bound_to(struct daxctl_dev *dev, const char *driver)
{
	const char *now = dev_driver(dev);

	return now && strcmp(now, driver) == 0;
}

/* What undoes a part of a change must not take the place of the cause, and says if it fails. */
static int keep_cause(struct kernel *kernel, int err,
	int (*undo)(struct daxctl_dev *, const char *), struct daxctl_dev *dev, const char *driver)
{
	AUTO_FREE char *why = strdup(kernel_error(kernel) ?: strerror(-err));

	int stuck = undo(dev, driver);
	AUTO_FREE char *left = stuck < 0 ? strdup(kernel_error(kernel) ?: strerror(-stuck)) : NULL;
	return kernel_fail(kernel, -err, "%s%s%s%s", why ?: strerror(-err),
		stuck < 0 ? "; could not be undone (" : "", left ?: "", stuck < 0 ? ")" : "");
}

static int unlist(struct daxctl_dev *dev, const char *driver)
{
	return driver_remove_id(dev_kernel(dev), "dax", driver, dev->object.name);
}

static int bind_to_driver(struct daxctl_dev *dev, const char *driver)
{
	struct kernel *kernel = dev_kernel(dev);
	int err = driver_bind(kernel, "dax", driver, dev->object.name);

	object_invalidate(&dev->object);
	const char *now = err ? dev_driver(dev) : NULL;
	if (!now)
		return err;
	if (strcmp(now, driver) != 0)
		return kernel_fail(
			kernel, EBUSY, "another program has bound it to driver %s meanwhile", now);
	kernel_clear_error(kernel);
	return BY_ANOTHER;
}

/* Whether the device is there, and has no driver. */
static bool has_left(struct daxctl_dev *dev)
{
	return sysfs_exists(dev->object.directory, dev->object.name, NULL) && !dev_driver(dev) &&
		errno == ENOENT;
}

/* It is on the list of no driver afterwards, so that none takes it by surprise. */
static int unbind_dev(struct daxctl_dev *dev, const char *driver)
{
	struct kernel *kernel = dev_kernel(dev);
	int err = driver_unbind(kernel, "dax", driver, dev->object.name);

	object_invalidate(&dev->object);
	if (err && !has_left(dev))
		return err;
	int done = err ? BY_ANOTHER : 0;
	kernel_clear_error(kernel);
	err = unlist(dev, driver);
	if (err && done == BY_ANOTHER)
		return err;
	if (err)
		return keep_cause(kernel, err, bind_to_driver, dev, driver);
	/* kmem leaves also when it cannot take the memory along. */
	return ram_check_returned(dev) ?: done;
}

static int put_back_dev(struct daxctl_dev *dev, const struct mode *mode);

/*
 * A name on the list of a driver makes the kernel offer it every device that has none, not only the
 * named one: devices that are disabled on purpose too. So does a driver whose module is loaded.
 * Those that were @idle are put back, but for @self (NULL: none).
 */
static int put_back_other_devs(struct daxctl_ctx *ctx, const struct daxctl_dev *self,
	const struct mode *mode, const struct names *idle)
{
	struct kernel *kernel = ctx->kernel;
	AUTO_NAMES struct names bound = NAMES_INIT;
	int err = driver_list(kernel, "dax", mode->driver, &bound);

	names_sort(&bound);
	names_foreach (idle, name) {
		if (err || (self && strcmp(name, self->object.name) == 0) ||
			!names_have(&bound, name))
			continue;
		struct daxctl_dev *other = daxctl_dev_get_by_name(ctx, name);
		err = other ? put_back_dev(other, mode) : errno == ENOENT ? 0 : -errno;
		if (err)
			kernel_fail_while(kernel, err,
				"the kernel took %s for the driver as well, and it cannot be put back",
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
	object_invalidate(&dev->object);
	/* The kernel has offered it to the driver by now; only bind tells why it was refused. */
	int done = dev_is_bound_to(dev, mode->driver) ? 0 : bind_to_driver(dev, mode->driver);
	err = done < 0 ? done : put_back_other_devs(dev->region->ctx, dev, mode, &idle);
	if (!err)
		return done;
	bool ours = !done && dev_is_bound_to(dev, mode->driver);
	return keep_cause(kernel, err, ours ? unbind_dev : unlist, dev, mode->driver);
}

/*
 * A driver of the dax bus takes devices of its kind (device_dax: all, before Linux 6.2), and those
 * whose names are on its list, where a name is put only if there is no other way.
 */
static int bind_dev(struct daxctl_dev *dev, const struct mode *mode)
{
	struct kernel *kernel = dev_kernel(dev);
	int err = bind_to_driver(dev, mode->driver);

	if (err == -ENODEV) {
		kernel_clear_error(kernel);
		err = bind_listed(dev, mode);
	}
	if (err < 0 || dev_is_bound_to(dev, mode->driver))
		return err;
	return kernel_fail(kernel, ENXIO, "driver %s did not accept it", mode->driver);
}

int bind_load_driver(struct daxctl_ctx *ctx, const struct mode *mode)
{
	struct kernel *kernel = ctx->kernel;
	AUTO_TXN struct txn *txn = NULL;
	AUTO_NAMES struct names idle = NAMES_INIT;
	int err = dax_ctx_txn(ctx, &txn) ?: txn_lock(txn, DRIVERS);

	if (!err)
		err = driver_list_idle(kernel, "dax", &idle);
	if (err)
		return err;
	/* The driver counts: libkmod takes a command of modprobe.d(5) for failed in a program that
	 * ignores SIGCHLD. */
	err = module_load(kernel, mode->driver);
	if (!driver_exists(kernel, "dax", mode->driver))
		return err ?: driver_find(kernel, "dax", mode->driver);
	return put_back_other_devs(ctx, NULL, mode, &idle);
}

struct rebind {
	struct daxctl_dev **slot; /* @known, or a device that an earlier step makes */
	struct daxctl_dev *known;
	const struct mode *mode;
	struct txn *txn; /* that locks the drivers; NULL: they are locked */
	bool by_another; /* what the step was to do, so that there is nothing to undo */
};

/*
 * What another process binds meanwhile would look as if the kernel had taken it along. The lock is
 * there before the first unbind and stays until the transaction ends: an undo that had to wait for
 * it could fail.
 */
static int lock_drivers(const struct rebind *rebind)
{
	return rebind->txn ? txn_lock(rebind->txn, DRIVERS) : 0;
}

static int rebind_done(struct rebind *rebind, int result)
{
	rebind->by_another = result == BY_ANOTHER;
	return result < 0 ? result : 0;
}

static int bind_step(void *data)
{
	struct rebind *rebind = data;
	int err = lock_drivers(rebind);

	if (err)
		return err;
	/* Also of a new device: its capacity may be memory that another device has left behind.
	 * Where that cannot be read the kernel decides. */
	err = ram_check_returned(*rebind->slot);
	if (err == -EBUSY)
		return err;
	if (err)
		kernel_clear_error(dev_kernel(*rebind->slot));
	return rebind_done(rebind, bind_dev(*rebind->slot, rebind->mode));
}

/* Look again: a program may have mapped the device, or a rule of udev have put its memory online,
 * since the change was planned. kmem gives up a device whose memory is online, and the memory is
 * lost until the next boot. */
static int check_dev_idle(struct daxctl_dev *dev, const struct mode *mode)
{
	if (mode == mode_find(DAXCTL_DEV_MODE_RAM))
		return ram_check_offline(dev, 0);
	if (mode == mode_find(DAXCTL_DEV_MODE_DEVDAX))
		return mapper_check(dev_kernel(dev), dev->object.name, daxctl_dev_get_major(dev),
			daxctl_dev_get_minor(dev));
	return 0;
}

static int unbind_step(void *data)
{
	struct rebind *rebind = data;
	struct daxctl_dev *dev = *rebind->slot;
	int err = lock_drivers(rebind) ?: check_dev_idle(dev, rebind->mode);

	return err ?: rebind_done(rebind, unbind_dev(dev, rebind->mode->driver));
}

static int bind_undo(void *data)
{
	const struct rebind *rebind = data;

	return rebind->by_another ? 0 : unbind_step(data);
}

static int unbind_undo(void *data)
{
	const struct rebind *rebind = data;

	return rebind->by_another ? 0 : bind_step(data);
}

static struct rebind *rebind_new(struct txn *txn, struct daxctl_dev **slot, const struct mode *mode)
{
	struct rebind *rebind = malloc(sizeof(*rebind));

	if (!rebind)
		return NULL;
	*rebind = (struct rebind){slot, *slot, mode, txn, false};
	if (*slot)
		rebind->slot = &rebind->known;
	return rebind;
}

int bind_plan_join(
	struct txn *txn, struct daxctl_dev **slot, const char *name, const struct mode *mode)
{
	struct step step = {bind_step, bind_undo, free, rebind_new(txn, slot, mode)};

	return step.data ? txn_add(txn, step, "bind %s to driver %s", name, mode->driver) : -ENOMEM;
}

/* @locks: as in struct rebind. */
static int add_unbind(
	struct txn *txn, struct txn *locks, struct daxctl_dev *dev, const struct mode *mode)
{
	struct step step = {unbind_step, unbind_undo, free, rebind_new(locks, &dev, mode)};

	return step.data
		? txn_add(txn, step, "unbind %s from driver %s", dev->object.name, mode->driver)
		: -ENOMEM;
}

int bind_plan_leave(struct txn *txn, struct daxctl_dev *dev, const struct mode *mode)
{
	return add_unbind(txn, txn, dev, mode);
}

/* Take no lock: the region may be another process's, which waits for us to bind, and the drivers
 * are locked. */
static int put_back_dev(struct daxctl_dev *dev, const struct mode *mode)
{
	AUTO_TXN struct txn *txn = NULL;
	int err = dax_ctx_txn(dev->region->ctx, &txn);

	object_invalidate(&dev->object);
	if (!err && mode == mode_find(DAXCTL_DEV_MODE_RAM))
		err = memory_add_change(txn, dev, BLOCK_OFFLINE, 0, NULL);
	if (!err)
		err = add_unbind(txn, NULL, dev, mode);
	return err ?: txn_run(txn);
}
