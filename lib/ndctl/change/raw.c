/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <fcntl.h>
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

int raw_read(int fd, void *bytes, size_t size, uint64_t offset)
{
	for (size_t done = 0; done < size;) {
		ssize_t now = pread(fd, (char *)bytes + done, size - done, (off_t)(offset + done));
		if (now < 0 && errno == EINTR)
			continue;
		if (now <= 0)
			return now ? -errno : -EIO;
		done += (size_t)now;
	}
	return 0;
}

int raw_write(int fd, const void *bytes, size_t size, uint64_t offset)
{
	for (size_t done = 0; done < size;) {
		ssize_t now =
			pwrite(fd, (const char *)bytes + done, size - done, (off_t)(offset + done));
		if (now < 0 && errno == EINTR)
			continue;
		if (now <= 0)
			return now ? -errno : -EIO;
		done += (size_t)now;
	}
	return 0;
}

struct access {
	bool write;
	int (*fn)(struct ndctl_namespace *ndns, int fd, void *data);
	void *data;
};

/* While the namespace is enabled raw, and held. */
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
		err = kernel_fail(entity_kernel(&ndns->entity), errno,
			"/dev/%s cannot be written: %s", disk, strerror(errno));
	return err;
}

/* Put back what raw_access() has changed, whatever came of it. Report a failure, and try again. */
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

/*
 * force_raw is 1 because somebody wants it so, or because a process was killed in raw_access: the
 * mark tells the two apart.
 */
static const char left_raw[] = "raw";

static int enter_raw(struct ndctl_namespace *ndns, bool *wanted)
{
	struct kernel *kernel = entity_kernel(&ndns->entity);
	int raw = ndctl_namespace_get_raw_mode(ndns);
	char path[PATH_MAX];

	if (raw < 0)
		return kernel_fail(
			kernel, -raw, "its force_raw cannot be read: %s", strerror(-raw));
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

	/* The mark is taken away for what the kernel says now, not for what it said before the
	 * lock. */
	object_invalidate(&ndns->entity.object);
	int raw = ndctl_namespace_get_raw_mode(ndns);
	char path[PATH_MAX];

	if (raw < 0 || entity_path(&ndns->entity, path) || !mark_is_set(kernel, path, left_raw))
		return false;
	if (raw)
		return true;
	/* The process was killed before it wrote force_raw, or after it had taken it back. Whoever
	 * sets it later means it. */
	if (mark_clear(kernel, path, left_raw))
		kernel_clear_error(kernel);
	return false;
}

int raw_recover(struct ndctl_namespace *ndns)
{
	return raw_is_left(ndns) ? leave_raw(ndns) : 0;
}

/* Whoever uses the block device before we hold it keeps it: systemd mounts what it waits for as
 * soon as it appears. */
static int access_raw(struct ndctl_namespace *ndns, const struct access *access)
{
	CLEANUP(hold_release) struct hold hold = HOLD_INIT(ndns);
	int err = entity_bind(&ndns->entity, "nd_pmem");

	if (err)
		return err;
	err = hold_take(&hold, ndns);
	if (err)
		return kernel_fail_while(entity_kernel(&ndns->entity), err,
			"%s was enabled in raw mode for its info block, and stays so",
			entity_name(&ndns->entity));
	err = open_and_do(ndns, access);
	int unbound = put_back_state(ndns, unbind);
	return err ?: unbound;
}

/* Report the first failure. */
int raw_access(struct ndctl_namespace *ndns, bool write,
	int (*fn)(struct ndctl_namespace *ndns, int fd, void *data), void *data)
{
	struct access access = {write, fn, data};
	struct kernel *kernel = entity_kernel(&ndns->entity);
	bool wanted;
	int err = enter_raw(ndns, &wanted);

	if (err)
		return err;
	err = access_raw(ndns, &access);
	AUTO_FREE char *cause = err < 0 ? strdup(kernel_error(kernel) ?: "") : NULL;
	AUTO_FREE char *hint =
		err < 0 && kernel_error_hint(kernel) ? strdup(kernel_error_hint(kernel)) : NULL;
	int restored = wanted ? 0 : put_back_state(ndns, leave_raw);
	if (cause)
		kernel_fail(kernel, -err, "%s", cause);
	if (hint)
		kernel_hint(kernel, "%s", hint);
	return err ?: restored;
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
	int err = raw_read(fd, data, INFO_AREA, 0);

	return err ? kernel_fail(entity_kernel(&ndns->entity), -err,
			     "its info block cannot be read: %s", strerror(-err))
		   : 0;
}

static int write_area(struct ndctl_namespace *ndns, int fd, void *data)
{
	int err = raw_write(fd, data, INFO_AREA, 0);

	return err ? kernel_fail(entity_kernel(&ndns->entity), -err,
			     "its info block cannot be written: %s", strerror(-err))
		   : 0;
}

int raw_read_info(struct ndctl_namespace *ndns, char *bytes)
{
	return raw_access(ndns, false, read_info_area, bytes);
}

int raw_write_info(struct ndctl_namespace *ndns, const char *bytes)
{
	char copy[INFO_AREA];

	memcpy(copy, bytes, sizeof(copy));
	return raw_access(ndns, true, write_area, copy);
}

/* ---- for programs ---- */

/* A driver that serves the namespace may have other bytes in mind. */
static int check_namespace_idle(struct ndctl_namespace *ndns)
{
	struct kernel *kernel = entity_kernel(&ndns->entity);

	if (ndctl_namespace_get_size(ndns) == 0)
		return kernel_fail(kernel, ENXIO, "it has no capacity");
	if (!ndctl_namespace_is_active(ndns))
		return 0;
	kernel_fail(kernel, EBUSY, "it is enabled");
	kernel_hint(kernel, "ndctl disable-namespace %s", entity_name(&ndns->entity));
	return -EBUSY;
}

struct area_step {
	struct ndctl_namespace *ndns;
	char *bytes;	   /* room for what is read */
	const char *block; /* to be written */
	bool known;	   /* what was there before */
	char before[INFO_AREA];
};

static int info_step_read(void *data)
{
	const struct area_step *step = data;

	return raw_read_info(step->ndns, step->bytes);
}

/* Other blocks in the area would contradict the new one. */
static int info_step_write(void *data)
{
	struct area_step *step = data;
	char after[INFO_AREA];
	int err = raw_read_info(step->ndns, step->before);

	if (err)
		return err;
	step->known = true;
	infoblock_wipe(step->before, after);
	memcpy(after + INFO_BLOCK, step->block, INFO_BLOCK);
	return raw_write_info(step->ndns, after);
}

static int info_step_undo(void *data)
{
	struct area_step *step = data;
	char now[INFO_AREA];

	if (!step->known)
		return 0;
	int err = raw_read_info(step->ndns, now);
	if (!err && memcmp(now, step->before, sizeof(now)) == 0)
		return 0;
	err = err ?: raw_write_info(step->ndns, step->before);
	if (err)
		remedy_keep(step->ndns, step->before);
	return err;
}

static int run(struct ndctl_namespace *ndns, struct step step, const char *what)
{
	AUTO_TXN struct txn *txn = NULL;
	int err = nd_change_begin(&ndns->entity, &txn);

	if (!err)
		err = check_namespace_idle(ndns) ?: namespace_settle(ndns);
	err = err ?: step_disable(txn, ndns);
	if (!err)
		err = txn_undo_in_part(txn,
			txn_add(txn, step, "%s the info block of %s", what,
				entity_name(&ndns->entity)));
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
			     "%s: the info block cannot be read", entity_name(&ndns->entity))
		   : 0;
}

EXPORT int ndctl_namespace_write_infoblock(struct ndctl_namespace *ndns, const void *block)
{
	if (!ndns || !block)
		return -EINVAL;
	struct area_step area = {.ndns = ndns, .block = block};
	int err = run(ndns,
		(struct step){.apply = info_step_write, .undo = info_step_undo, .data = &area},
		"write");

	return err ? kernel_fail_while(entity_kernel(&ndns->entity), err,
			     "%s: the info block cannot be written", entity_name(&ndns->entity))
		   : 0;
}
