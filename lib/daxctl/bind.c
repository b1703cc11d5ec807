/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bind.h"

#include <kernel/cause.h>
#include <kernel/driver.h>
#include <kernel/mapper.h>
#include <kernel/module.h>
#include <string.h>

#include "memory.h"
#include "mode.h"
#include "ram.h"

/* The object whose lock serializes binding and unbinding on the dax bus. */
#define DRIVERS "sys/bus/dax/drivers"

/* Returns 1 if the device is bound to @driver, 0 if certainly not, or a negative errno with the
 * cause recorded if that cannot be read. */
static int dev_look_bound(struct daxctl_dev *dev, const char *driver)
{
	const char *now = dev_driver(dev);

	if (now)
		return strcmp(now, driver) == 0;
	if (errno == ENOENT)
		return 0;
	int err = -errno;
	return kernel_fail(dev_kernel(dev), -err,
		"cannot read whether the kernel bound %s to driver %s: %s", dev->object.name,
		driver, strerror(-err));
}

/* Undo part of a change that failed with @err, and say whether the undo failed too. */
static int undo_part(struct daxctl_dev *dev, int err,
	int (*undo)(struct daxctl_dev *, const char *), const char *driver)
{
	struct kernel *kernel = dev_kernel(dev);
	AUTO_CAUSE struct cause cause = cause_keep(kernel, err);
	int stuck = undo(dev, driver);

	if (stuck < 0) {
		cause_say(&cause, "%s; could not be undone (%s)", cause.sentence ?: "",
			kernel_error(kernel) ?: strerror(-stuck));
		cause_keep_hint(&cause);
	}
	return cause_record(&cause);
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
			kernel, EBUSY, "another program bound the device to driver %s", now);
	kernel_clear_error(kernel);
	return BY_ANOTHER;
}

/* Whether the device exists and certainly has no driver. */
static bool is_unbound(struct daxctl_dev *dev)
{
	return sysfs_exists(dev->object.directory, dev->object.name, NULL) && !dev_driver(dev) &&
		errno == ENOENT;
}

/* Unbind the device, and remove its name from the driver's list so that no later probe binds it
 * again. */
static int unbind_dev(struct daxctl_dev *dev, const char *driver)
{
	struct kernel *kernel = dev_kernel(dev);
	int err = driver_unbind(kernel, "dax", driver, dev->object.name);

	object_invalidate(&dev->object);
	if (err && !is_unbound(dev))
		return err;
	int done = err ? BY_ANOTHER : 0;
	kernel_clear_error(kernel);
	/* kmem gives up a device even if the kernel keeps the memory: nothing can undo that. */
	AUTO_CAUSE struct cause kept = cause_keep(kernel, ram_check_returned(dev));
	if (kept.err && kept.err != -EBUSY && !done)
		return undo_part(dev, kept.err, bind_to_driver, driver);
	err = unlist(dev, driver);
	if (kept.err)
		return cause_record(&kept);
	if (!err)
		return done;
	return done ? err : undo_part(dev, err, bind_to_driver, driver);
}

static int put_back_dev(struct daxctl_dev *dev, const struct mode *mode);

/*
 * Unbind devices that the kernel bound to the driver of @mode along with @self (NULL: when the
 * driver's module was loaded). @idle lists the devices that had no driver before.
 *
 * A name that is added to a driver's list makes the kernel probe every device without a driver,
 * even one that was disabled on purpose; loading the driver's module does the same.
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
				"the kernel also bound %s to the driver, and unbinding it failed",
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
	/* new_id has probed the device. Write bind as well: only bind reports why the driver
	 * refused. If the driver cannot be read, new_id may have bound the device. */
	int bound = dev_look_bound(dev, mode->driver);
	int done = bound ? 0 : bind_to_driver(dev, mode->driver);
	AUTO_CAUSE struct cause cause = cause_keep(kernel, done);
	/* The probe may have bound other devices, whatever became of this one. */
	err = put_back_other_devs(dev->region->ctx, dev, mode, &idle);
	if (!err && done >= 0)
		return done;
	if (err && done < 0)
		cause_say(&cause, "%s; %s", cause.sentence ?: "",
			kernel_error(kernel) ?: strerror(-err));
	if (done < 0)
		err = cause_record(&cause);
	bool ours = !done && dev_look_bound(dev, mode->driver) != 0;
	return undo_part(dev, err, ours ? unbind_dev : unlist, mode->driver);
}

/*
 * Bind the device, with its name on the driver's list if nothing else works: a driver of the dax
 * bus accepts devices of its kind (device_dax before Linux 6.2: all devices) and those on its
 * list. @unsure tells that the device may be bound despite the failure.
 */
static int bind_dev(struct daxctl_dev *dev, const struct mode *mode, bool *unsure)
{
	struct kernel *kernel = dev_kernel(dev);
	int err = bind_to_driver(dev, mode->driver);

	if (err == -ENODEV) {
		kernel_clear_error(kernel);
		err = bind_listed(dev, mode);
	}
	if (err < 0)
		return err;
	int bound = dev_look_bound(dev, mode->driver);
	*unsure = bound < 0;
	if (bound)
		return bound < 0 ? bound : err;
	return kernel_fail(kernel, ENXIO, "driver %s did not accept the device", mode->driver);
}

static int bind_load_driver(struct daxctl_ctx *ctx, const struct mode *mode)
{
	struct kernel *kernel = ctx->kernel;
	AUTO_TXN struct txn *txn = NULL;
	AUTO_NAMES struct names idle = NAMES_INIT;
	int err = dax_ctx_txn(ctx, &txn) ?: txn_lock(txn, DRIVERS);

	err = err ?: driver_list_idle(kernel, "dax", &idle);
	if (err)
		return err;
	/* Trust the driver's existence, not @err: in a program that ignores SIGCHLD, libkmod
	 * reports that a command of modprobe.d(5) failed although it succeeded. */
	err = module_load(kernel, mode->driver);
	if (!driver_exists(kernel, "dax", mode->driver))
		return err ?: driver_find(kernel, "dax", mode->driver);
	return put_back_other_devs(ctx, NULL, mode, &idle);
}

int bind_check_driver(struct daxctl_ctx *ctx, enum daxctl_dev_mode number, bool dry_run)
{
	struct kernel *kernel = ctx->kernel;
	const struct mode *mode = mode_find(number);

	if (driver_exists(kernel, "dax", mode->driver))
		return 0;
	int err = dry_run ? module_find(kernel, mode->driver) : bind_load_driver(ctx, mode);
	if (!err || driver_exists(kernel, "dax", mode->driver))
		return err;
	kernel_fail_while(kernel, -EOPNOTSUPP, "mode %s needs the kernel's driver %s", mode->name,
		mode->driver);
	kernel_hint(kernel, "load it with 'modprobe %s', or use a kernel with %s", mode->driver,
		mode->missing);
	return -EOPNOTSUPP;
}

struct rebind {
	struct daxctl_dev **slot; /* @known, or the device that an earlier step creates */
	struct daxctl_dev *known;
	const struct mode *mode;
	struct txn *txn; /* takes the lock of the drivers; NULL: the caller holds it */
	bool by_another; /* another program was faster: nothing to undo */
	bool failed;	 /* the step was not taken as a whole */
	bool unsure;	 /* it may have bound the device nevertheless */
};

/*
 * Lock the drivers before the first unbind and until the transaction ends. Without the lock, a
 * device that another process binds would look as if the kernel had bound it along with ours. An
 * undo that had to wait for the lock could fail.
 */
static int lock_drivers(const struct rebind *rebind)
{
	return rebind->txn ? txn_lock(rebind->txn, DRIVERS) : 0;
}

static int rebind_done(struct rebind *rebind, int result)
{
	rebind->by_another = result == BY_ANOTHER;
	rebind->failed = result < 0;
	return result < 0 ? result : 0;
}

static int bind_step(void *data)
{
	struct rebind *rebind = data;
	int err = lock_drivers(rebind);

	rebind->failed = true;
	rebind->unsure = false;
	if (err)
		return err;
	/* Check new devices too: their capacity may be memory that another device left online. Let
	 * the kernel decide if that cannot be read. */
	err = ram_check_returned(*rebind->slot);
	if (err == -EBUSY)
		return err;
	if (err)
		kernel_clear_error(dev_kernel(*rebind->slot));
	return rebind_done(rebind, bind_dev(*rebind->slot, rebind->mode, &rebind->unsure));
}

/* Check again, right before unbinding: since planning, a program may have mapped the device, or a
 * udev rule may have put its memory online. kmem gives up a device whose memory is online, and the
 * memory is lost until the next boot. */
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

/* After a failure, unbind the device if it is bound: ask again what could not be read. */
static int bind_undo(void *data)
{
	const struct rebind *rebind = data;

	if (rebind->by_another || (rebind->failed && !rebind->unsure))
		return 0;
	int bound = rebind->failed ? dev_look_bound(*rebind->slot, rebind->mode->driver) : 1;
	return bound > 0 ? unbind_step(data) : bound;
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
	*rebind = (struct rebind){.slot = slot, .known = *slot, .mode = mode, .txn = txn};
	if (*slot)
		rebind->slot = &rebind->known;
	return rebind;
}

int bind_plan_bind(
	struct txn *txn, struct daxctl_dev **slot, const char *name, const struct mode *mode)
{
	struct step step = {bind_step, bind_undo, free, rebind_new(txn, slot, mode)};

	if (!step.data)
		return -ENOMEM;
	return txn_undo_in_part(
		txn, txn_add(txn, step, "bind %s to driver %s", name, mode->driver));
}

/* @locks: see member txn of struct rebind. */
static int add_unbind(
	struct txn *txn, struct txn *locks, struct daxctl_dev *dev, const struct mode *mode)
{
	struct step step = {unbind_step, unbind_undo, free, rebind_new(locks, &dev, mode)};

	return step.data
		? txn_add(txn, step, "unbind %s from driver %s", dev->object.name, mode->driver)
		: -ENOMEM;
}

int bind_plan_unbind(struct txn *txn, struct daxctl_dev *dev, const struct mode *mode)
{
	return add_unbind(txn, txn, dev, mode);
}

/* Unbind a device without taking a lock: the caller holds that of the drivers, and a process that
 * waits for it may hold that of the device's region. */
static int put_back_dev(struct daxctl_dev *dev, const struct mode *mode)
{
	AUTO_TXN struct txn *txn = NULL;
	int err = dax_ctx_txn(dev->region->ctx, &txn);

	object_invalidate(&dev->object);
	if (mode == mode_find(DAXCTL_DEV_MODE_RAM))
		err = err ?: memory_add_change(txn, dev, BLOCK_OFFLINE, 0, NULL);
	err = err ?: add_unbind(txn, NULL, dev, mode);
	return err ?: txn_run(txn);
}
