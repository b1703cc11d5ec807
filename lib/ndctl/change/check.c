/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <base/file.h>
#include <string.h>

#include <ndctl/format/btt.h>
#include "place.h"
#include "raw.h"
#include "step.h"

/* Check and repair the block translation table (BTT) of a namespace. btt.h describes the table. */

struct check {
	struct ndctl_namespace *ndns;
	unsigned flags;
	ndctl_check_fn *fn;
	void *data;
};

static void check_tell(void *data, enum ndctl_check_event event, const char *what)
{
	const struct check *check = data;

	if (check->fn)
		check->fn(check->ndns, event, what, check->data);
}

static int read_medium(void *data, void *bytes, size_t size, uint64_t offset)
{
	return file_read_at(*(const int *)data, bytes, size, offset);
}

/* Flush each write before the next: later writes rely on earlier ones. */
static int write_medium(void *data, const void *bytes, size_t size, uint64_t offset)
{
	int fd = *(const int *)data;
	int err = file_write_at(fd, bytes, size, offset);

	if (!err && fdatasync(fd))
		err = -errno;
	return err;
}

/* Hint at the command that repairs the damage, or at a copy if none does. */
static void hint_repair(
	struct kernel *kernel, struct ndctl_namespace *ndns, const struct btt_check *btt)
{
	const char *name = entity_name(&ndns->entity);

	if (btt->remedy == BTT_REPAIR)
		kernel_hint(kernel, "ndctl check-namespace --repair %s", name);
	else if (btt->remedy == BTT_REWRITE_LOG)
		kernel_hint(kernel, "ndctl check-namespace --repair --rewrite-log %s", name);
	else
		kernel_hint(kernel,
			"copy the readable data, then create the namespace again: no repair is certain to keep them");
}

static int judge(
	struct ndctl_namespace *ndns, const struct check *check, const struct btt_check *btt)
{
	struct kernel *kernel = entity_kernel(&ndns->entity);

	if (!btt->damaged)
		return 0;
	if (btt->repaired)
		kernel_fail(kernel, ENXIO,
			"the block translation table is still damaged after the repair");
	else if (check->flags & NDCTL_CHECK_REPAIR)
		kernel_fail(kernel, ENXIO,
			"the block translation table is damaged, and nothing was written");
	else
		kernel_fail(kernel, ENXIO, "the block translation table is damaged");
	hint_repair(kernel, ndns, btt);
	return -ENXIO;
}

/* Read from the label which versions of the table the kernel looks for. If the label names no mode,
 * the kernel looks for version 1.1 only. */
static int read_namespace_label(struct ndctl_namespace *ndns, struct btt_medium *medium)
{
	struct kernel *kernel = entity_kernel(&ndns->entity);
	int err = object_uuid(&ndns->entity.object, NS_UUID, medium->parent);

	if (err == -ENOENT) {
		uuid_clear(medium->parent);
		err = 0;
	}
	if (err)
		return err;
	switch (ndctl_namespace_get_enforce_mode(ndns)) {
	case NDCTL_NS_MODE_RAW:
		medium->only[BTT_1_1] = true;
		return 0;
	case NDCTL_NS_MODE_FSDAX:
	case NDCTL_NS_MODE_DEVDAX:
		return kernel_fail(kernel, ENXIO,
			"This may not be a sector mode namespace: its label names another mode");
	default:
		return 0;
	}
}

static int check_fail(struct kernel *kernel, int err, const struct btt_check *btt)
{
	if (err == -ENOENT)
		return kernel_fail(kernel, ENXIO,
			"Unable to recover any BTT info blocks: both its info block and the copy are lost, or this may not be a sector mode namespace");
	if (err == -ENOTUNIQ)
		return kernel_fail(kernel, ENXIO,
			"BTT info blocks of versions 1.1 and 2.0 found, and no label that tells which one counts");
	if (btt->remedy != BTT_RIGHT && btt->flags & NDCTL_CHECK_REPAIR)
		return kernel_fail(kernel, -err, "the repair is incomplete: %s", strerror(-err));
	return kernel_fail(kernel, -err, "%s", strerror(-err));
}

static int check_medium(struct ndctl_namespace *ndns, int fd, void *data)
{
	struct check *check = data;
	struct btt_medium medium = {
		.read = read_medium,
		.write = write_medium,
		.data = &fd,
	};
	struct btt_check btt = {
		.medium = &medium, .flags = check->flags, .tell = check_tell, .data = check};
	int err = namespace_read_size(ndns, &medium.size) ?: read_namespace_label(ndns, &medium);

	if (err)
		return err;
	err = btt_check(&btt);
	if (err)
		return check_fail(entity_kernel(&ndns->entity), err, &btt);
	return judge(ndns, check, &btt);
}

static int do_check(void *data)
{
	const struct check *check = data;

	return raw_access(check->ndns, check->flags & NDCTL_CHECK_REPAIR, check_medium, data);
}

static int check_plan(struct txn *txn, struct check *check)
{
	struct ndctl_namespace *ndns = check->ndns;
	bool active = false;
	const char *name = entity_name(&ndns->entity);
	struct kernel *kernel = entity_kernel(&ndns->entity);
	int err = namespace_check_bound(ndns, &active);

	if (!err && active)
		err = namespace_check_idle(ndns);
	if (err)
		return err;
	if (active && !(check->flags & NDCTL_CHECK_FORCE)) {
		kernel_fail(kernel, EBUSY, "the namespace is enabled");
		kernel_hint(kernel, "ndctl check-namespace --force %s", name);
		return -EBUSY;
	}
	err = place_check_enabled(ndns) ?: step_disable(txn, ndns);
	if (err)
		return err;
	err = txn_add(txn, (struct step){.apply = do_check, .data = check},
		"%s the block translation table of %s",
		check->flags & NDCTL_CHECK_REPAIR ? "check and repair" : "check", name);
	return err || !active ? err : step_enable(txn, ndns);
}

static int run(struct check *check)
{
	AUTO_TXN struct txn *txn = NULL;
	struct ndctl_namespace *ndns = check->ndns;
	struct kernel *kernel = entity_kernel(&ndns->entity);

	if (check->flags & NDCTL_CHECK_REWRITE_LOG && !(check->flags & NDCTL_CHECK_REPAIR))
		return kernel_fail(kernel, EINVAL, "--rewrite-log requires --repair");
	int err = nd_change_begin(&ndns->entity, &txn);
	if (err)
		return err;
	if (namespace_is_seed(ndns))
		return kernel_fail(kernel, ENXIO, "the namespace has no capacity");
	err = namespace_settle(ndns) ?: check_plan(txn, check);
	return err ?: txn_run(txn);
}

EXPORT int ndctl_namespace_check(
	struct ndctl_namespace *ndns, unsigned flags, ndctl_check_fn *fn, void *data)
{
	if (!ndns)
		return -EINVAL;
	struct check check = {ndns, flags, fn, data};
	int err = kernel_check_flags(entity_kernel(&ndns->entity), flags,
			  NDCTL_CHECK_REPAIR | NDCTL_CHECK_REWRITE_LOG | NDCTL_CHECK_FORCE)
		?: run(&check);

	return err ? kernel_fail_while(entity_kernel(&ndns->entity), err, "%s: check failed",
			     entity_name(&ndns->entity))
		   : 0;
}
