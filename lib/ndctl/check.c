/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <string.h>

#include "btt.h"
#include "step.h"

/* Checking the block translation table of a namespace: what it is, is in btt.c. */

struct check {
	struct ndctl_namespace *ndns;
	unsigned flags;
	ndctl_check_fn *fn;
	void *data;
};

static void tell(void *data, enum ndctl_check_event event, const char *what)
{
	const struct check *check = data;

	if (check->fn)
		check->fn(check->ndns, event, what, check->data);
}

static int read_medium(void *data, void *bytes, size_t size, uint64_t offset)
{
	return raw_read(*(const int *)data, bytes, size, offset);
}

/* In the order of the writes: what comes after relies on what comes before. */
static int write_medium(void *data, const void *bytes, size_t size, uint64_t offset)
{
	int fd = *(const int *)data;
	int err = raw_write(fd, bytes, size, offset);

	if (!err && fdatasync(fd))
		err = -errno;
	return err;
}

static int judge(struct kernel *kernel, const struct check *check, const struct btt_check *outcome)
{
	if (!outcome->damaged)
		return 0;
	kernel_fail(kernel, ENXIO, "its block translation table is damaged");
	if (!(check->flags & NDCTL_CHECK_REPAIR))
		kernel_hint(kernel,
			"--repair puts right what can be, --repair --rewrite-log a "
			"damaged log too");
	else if (!(check->flags & NDCTL_CHECK_REWRITE_LOG))
		kernel_hint(kernel,
			"nothing was written; --rewrite-log may help if it is the log "
			"that is damaged");
	else
		kernel_hint(kernel,
			"nothing was written: this cannot be repaired; make a copy of "
			"what can be read, and create the namespace anew");
	return -ENXIO;
}

static int check_medium(struct ndctl_namespace *ndns, int fd, void *data)
{
	struct check *check = data;
	struct kernel *kernel = entity_kernel(&ndns->entity);
	struct btt_medium medium = {
		.read = read_medium,
		.write = write_medium,
		.data = &fd,
		.size = ndctl_namespace_get_size(ndns),
	};
	struct btt_check btt = {
		.medium = &medium, .flags = check->flags, .tell = tell, .data = check};

	ndctl_namespace_get_uuid(ndns, medium.parent);
	int err = btt_check(&btt);
	if (err == -ENOENT)
		return kernel_fail(kernel, ENXIO,
			"it is no sector namespace, or both its info block and the copy are lost");
	if (err)
		return kernel_fail(kernel, -err, "%s", strerror(-err));
	return judge(kernel, check, &btt);
}

static int do_check(void *data)
{
	const struct check *check = data;

	return raw_access(check->ndns, check->flags & NDCTL_CHECK_REPAIR, check_medium, data);
}

static int plan(struct txn *txn, struct check *check)
{
	struct ndctl_namespace *ndns = check->ndns;
	bool active = ndctl_namespace_is_active(ndns);
	const char *name = entity_name(&ndns->entity);
	struct kernel *kernel = entity_kernel(&ndns->entity);
	int err = active ? namespace_check_idle(ndns) : 0;

	if (!err && active && !(check->flags & NDCTL_CHECK_FORCE)) {
		err = kernel_fail(kernel, EBUSY, "it is enabled");
		kernel_hint(kernel, "ndctl disable-namespace %s, or --force", name);
	}
	if (!err)
		err = step_disable(txn, ndns);
	if (!err)
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
		return kernel_fail(
			kernel, EINVAL, "to rewrite the log is a repair: it needs --repair");
	int err = ctx_txn(ndns->entity.ctx, &txn);
	if (!err)
		err = region_lock(entity_region(&ndns->entity), txn);
	if (!err && ndctl_namespace_get_size(ndns) == 0)
		err = kernel_fail(kernel, ENXIO, "it has no capacity");
	if (!err)
		err = plan(txn, check);
	return err ?: txn_run(txn);
}

EXPORT int ndctl_namespace_check(
	struct ndctl_namespace *ndns, unsigned flags, ndctl_check_fn *fn, void *data)
{
	struct check check = {ndns, flags, fn, data};
	int err = run(&check);

	return err ? kernel_fail_while(entity_kernel(&ndns->entity), err, "%s: check failed",
			     entity_name(&ndns->entity))
		   : 0;
}
