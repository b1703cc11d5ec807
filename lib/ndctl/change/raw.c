/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <base/file.h>
#include <fcntl.h>
#include <kernel/cause.h>
#include <kernel/mark.h>
#include <kernel/node.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <ndctl/format/infoblock.h>
#include "raw.h"
#include "remedy.h"
#include "step.h"

/* ---- the raw block device of a namespace ---- */

struct access {
	bool write;
	int (*fn)(struct ndctl_namespace *ndns, int fd, void *data);
	void *data;
};

/* Call the function while the namespace is enabled raw, and held. */
static int open_and_do(struct ndctl_namespace *ndns, const struct access *access)
{
	const char *disk = ndctl_namespace_get_block_device(ndns);
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/block/%s", entity_name(&ndns->entity), disk);
	AUTO_CLOSE int fd = node_open(ndns->entity.object.directory, path, disk, S_IFBLK,
		access->write ? O_RDWR : O_RDONLY);
	if (fd < 0)
		return fd;
	int err = access->fn(ndns, fd, access->data);
	if (access->write && fsync(fd) && !err)
		err = kernel_fail(entity_kernel(&ndns->entity), errno, "cannot write /dev/%s: %s",
			disk, strerror(errno));
	return err;
}

/* Restore what raw_access() changed. Report a failure, and try again. */
static int put_back_state(struct ndctl_namespace *ndns, int (*fn)(struct ndctl_namespace *ndns))
{
	int err = fn(ndns);

	if (err)
		fn(ndns);
	return err;
}

static int unbind(struct ndctl_namespace *ndns)
{
	return entity_unbind(&ndns->entity);
}

/* ---- force_raw ---- */

/* Tell apart who set force_raw: the administrator, or a process that was killed in raw_access(),
 * which leaves a mark. */
static const char left_raw[] = "raw";

static int enter_raw(struct ndctl_namespace *ndns, bool *wanted)
{
	struct kernel *kernel = entity_kernel(&ndns->entity);
	int raw = ndctl_namespace_get_raw_mode(ndns);
	char path[PATH_MAX];

	if (raw < 0)
		return kernel_fail(kernel, -raw, "cannot read force_raw: %s", strerror(-raw));
	int err = entity_path(&ndns->entity, path);
	if (err)
		return err;
	*wanted = raw && !mark_is_set(kernel, path, left_raw);
	if (raw)
		return 0;
	err = mark_set(kernel, path, left_raw) ?: namespace_set_raw(ndns, true);
	if (err)
		mark_clear(kernel, path, left_raw);
	return err;
}

static int leave_raw(struct ndctl_namespace *ndns)
{
	char path[PATH_MAX];
	int err = namespace_set_raw(ndns, false) ?: entity_path(&ndns->entity, path);

	return err ?: mark_clear(entity_kernel(&ndns->entity), path, left_raw);
}

bool raw_is_left(struct ndctl_namespace *ndns)
{
	struct kernel *kernel = entity_kernel(&ndns->entity);

	/* Read force_raw again: what was read before the lock may be outdated. */
	object_invalidate(&ndns->entity.object);
	int raw = ndctl_namespace_get_raw_mode(ndns);
	char path[PATH_MAX];

	if (raw < 0 || entity_path(&ndns->entity, path) || !mark_is_set(kernel, path, left_raw))
		return false;
	if (raw)
		return true;
	/* Clear the mark: the process was killed before it set force_raw, or after it reset it.
	 * Whoever sets force_raw later means it. */
	if (mark_clear(kernel, path, left_raw))
		kernel_clear_error(kernel);
	return false;
}

int raw_recover(struct ndctl_namespace *ndns)
{
	return raw_is_left(ndns) ? leave_raw(ndns) : 0;
}

/* Leave the namespace enabled if somebody uses the block device before we hold it: systemd mounts a
 * device as soon as it appears. */
static int access_raw(struct ndctl_namespace *ndns, const struct access *access)
{
	CLEANUP(hold_release) struct hold hold = HOLD_INIT(ndns);
	int err = entity_bind(&ndns->entity, "nd_pmem");

	if (err)
		return err;
	err = hold_take_fresh(&hold, ndns);
	/* Look again if it is only unknown whether somebody uses it. */
	if (err && err != -EBUSY)
		err = hold_take_fresh(&hold, ndns);
	if (err)
		return kernel_fail_while(entity_kernel(&ndns->entity), err,
			"%s was enabled in raw mode to access its info block, and stays enabled",
			entity_name(&ndns->entity));
	err = open_and_do(ndns, access);
	int unbound = put_back_state(ndns, unbind);
	return err ?: unbound;
}

/* Run @fn, restore force_raw, and report the first failure. */
int raw_access(struct ndctl_namespace *ndns, bool write,
	int (*fn)(struct ndctl_namespace *ndns, int fd, void *data), void *data)
{
	struct access access = {write, fn, data};
	bool wanted;
	int err = enter_raw(ndns, &wanted);

	if (err)
		return err;
	err = access_raw(ndns, &access);
	AUTO_CAUSE struct cause cause = cause_keep(entity_kernel(&ndns->entity), err);
	int restored = wanted ? 0 : put_back_state(ndns, leave_raw);
	return cause_record(&cause) ?: restored;
}

int raw_forget(struct ndctl_namespace *ndns)
{
	struct kernel *kernel = entity_kernel(&ndns->entity);
	char path[PATH_MAX];
	int err = entity_path(&ndns->entity, path);

	return err || !mark_is_set(kernel, path, left_raw) ? err
							   : mark_clear(kernel, path, left_raw);
}

EXPORT int ndctl_namespace_set_raw_mode(struct ndctl_namespace *ndns, int raw_mode)
{
	AUTO_TXN struct txn *txn = NULL;
	int err = nd_change_begin(&ndns->entity, &txn) ?: txn_check_locked(txn);

	err = err ?: raw_forget(ndns);
	err = err ?: namespace_set_raw(ndns, raw_mode != 0);
	return err ?: raw_mode != 0;
}

/* ---- its info blocks ---- */

static int read_info_area(struct ndctl_namespace *ndns, int fd, void *data)
{
	int err = file_read_at(fd, data, INFO_AREA, 0);

	return err ? kernel_fail(entity_kernel(&ndns->entity), -err,
			     "cannot read its info block: %s", strerror(-err))
		   : 0;
}

struct area_write {
	const char *bytes;
	bool begun;
};

static int write_area(struct ndctl_namespace *ndns, int fd, void *data)
{
	struct area_write *area = data;

	area->begun = true;
	int err = file_write_at(fd, area->bytes, INFO_AREA, 0);

	return err ? kernel_fail(entity_kernel(&ndns->entity), -err,
			     "cannot write its info block: %s", strerror(-err))
		   : 0;
}

int raw_read_info(struct ndctl_namespace *ndns, char *bytes)
{
	return raw_access(ndns, false, read_info_area, bytes);
}

int raw_write_info(struct ndctl_namespace *ndns, const char *bytes, bool *begun)
{
	struct area_write area = {.bytes = bytes};
	int err = raw_access(ndns, true, write_area, &area);

	if (begun)
		*begun = area.begun;
	return err;
}

/* ---- for programs ---- */

/* Require a disabled namespace: the driver of an enabled one may show other bytes. */
static int check_namespace_idle(struct ndctl_namespace *ndns)
{
	struct kernel *kernel = entity_kernel(&ndns->entity);

	bool bound = false;

	if (namespace_is_seed(ndns))
		return kernel_fail(kernel, ENXIO, "the namespace has no capacity");
	int err = namespace_check_bound(ndns, &bound);
	if (err || !bound)
		return err;
	kernel_fail(kernel, EBUSY, "the namespace is enabled");
	kernel_hint(kernel, "ndctl disable-namespace %s", entity_name(&ndns->entity));
	return -EBUSY;
}

struct area_step {
	struct ndctl_namespace *ndns;
	char *bytes;	   /* buffer to read into */
	const char *block; /* to write, or NULL */
	const char *saved; /* file with the whole area to write, without @block */
	bool begun;	   /* the medium may differ from @before */
	char before[INFO_AREA];
};

static int info_step_read(void *data)
{
	const struct area_step *step = data;

	return raw_read_info(step->ndns, step->bytes);
}

/* Erase the other blocks in the area, which would contradict the new one. */
static int info_step_write(void *data)
{
	struct area_step *step = data;
	char after[INFO_AREA];
	int err = raw_read_info(step->ndns, step->before);

	if (err)
		return err;
	if (step->saved) {
		err = remedy_read(step->ndns, step->saved, after);
		return err ?: raw_write_info(step->ndns, after, &step->begun);
	}
	infoblock_wipe(step->before, after);
	memcpy(after + INFO_BLOCK, step->block, INFO_BLOCK);
	return raw_write_info(step->ndns, after, &step->begun);
}

static int info_step_undo(void *data)
{
	struct area_step *step = data;
	char now[INFO_AREA];

	if (!step->begun)
		return 0;
	int err = raw_read_info(step->ndns, now);
	if (!err && memcmp(now, step->before, sizeof(now)) == 0)
		return 0;
	err = err ?: raw_write_info(step->ndns, step->before, NULL);
	if (err)
		remedy_keep(step->ndns, step->before);
	return err;
}

static int run(struct ndctl_namespace *ndns, struct step step, const char *what)
{
	AUTO_TXN struct txn *txn = NULL;
	int err = nd_change_begin(&ndns->entity, &txn) ?: check_namespace_idle(ndns);

	if (err)
		return err;
	err = namespace_settle(ndns) ?: step_disable(txn, ndns);
	if (err)
		return err;
	err = txn_undo_in_part(txn,
		txn_add(txn, step, "%s the info block of %s", what, entity_name(&ndns->entity)));
	err = err ?: txn_run(txn);
	if (err)
		remedy_hint(ndns);
	return err;
}

EXPORT int ndctl_namespace_read_infoblock(struct ndctl_namespace *ndns, void *bytes)
{
	if (!ndns || !bytes)
		return -EINVAL;
	struct area_step area = {.ndns = ndns, .bytes = bytes};
	int err = run(ndns, (struct step){.apply = info_step_read, .data = &area}, "read");

	return err ? kernel_fail_while(entity_kernel(&ndns->entity), err,
			     "%s: cannot read the info block", entity_name(&ndns->entity))
		   : 0;
}

static int write_info(struct area_step *area)
{
	const struct step step = {.apply = info_step_write, .undo = info_step_undo, .data = area};
	int err = run(area->ndns, step, "write");

	return err ? kernel_fail_while(entity_kernel(&area->ndns->entity), err,
			     "%s: cannot write the info block", entity_name(&area->ndns->entity))
		   : 0;
}

EXPORT int ndctl_namespace_write_infoblock(struct ndctl_namespace *ndns, const void *block)
{
	return ndns && block ? write_info(&(struct area_step){.ndns = ndns, .block = block})
			     : -EINVAL;
}

EXPORT int ndctl_namespace_restore_infoblock(struct ndctl_namespace *ndns, const char *path)
{
	return ndns && path ? write_info(&(struct area_step){.ndns = ndns, .saved = path})
			    : -EINVAL;
}
