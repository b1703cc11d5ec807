/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guard.h"
#include "step.h"

#include <base/signals.h>
#include <inttypes.h>
#include <kernel/cause.h>
#include <linux/ndctl.h>
#include <ndctl/bind.h>
#include <ndctl/identity.h>
#include <ndctl/private.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

/* Set an attribute of a namespace, which the kernel then writes to the labels of all DIMMs, or
 * delete the namespace. A write that succeeds costs no more than itself; after one that a DIMM
 * refused, make the DIMMs agree again. */

struct relabel {
	struct ndctl_namespace *ndns;
	enum namespace_attr attr;
	const char *value;
	char *before; /* the value; NULL if it could not be read */
	bool deletes; /* the guard undoes the write: capacity comes back with the labels only */
	struct cause cause; /* why the write failed */
	uuid_t owner, next; /* as in guard_torn_labels() */
};

static void relabel_deinit(struct relabel *relabel)
{
	free(relabel->before);
	cause_deinit(&relabel->cause);
}
#define AUTO_RELABEL CLEANUP(relabel_deinit)

/* Returns the value of the attribute in memory that the caller frees, or NULL. */
static char *relabel_read(const struct relabel *relabel)
{
	struct object *object = &relabel->ndns->entity.object;
	const char *known = NULL;
	char text[UUID_STR_LEN];
	uint64_t size;
	uuid_t uuid;

	switch (relabel->attr) {
	case NS_SIZE:
		if (object_u64(object, NS_SIZE, &size))
			return NULL;
		snprintf(text, sizeof(text), "%" PRIu64, size);
		return strdup(text);
	case NS_UUID:
		if (object_uuid(object, NS_UUID, uuid))
			return NULL;
		uuid_unparse_lower(uuid, text);
		return strdup(text);
	case NS_SECTOR_SIZE:
		if (!object_text(object, NS_SECTOR_SIZE))
			return NULL;
		snprintf(text, sizeof(text), "%u", namespace_sector_size(relabel->ndns));
		return strdup(text);
	default:
		known = object_text(object, relabel->attr);
		return known ? strdup(known) : NULL;
	}
}

static int relabel_write(const struct relabel *relabel, const char *value)
{
	return object_write(&relabel->ndns->entity.object, relabel->attr, *value ? value : "\n");
}

/* Whether the kernel gives this errno before it changes anything. */
static bool relabel_is_refusal(int err)
{
	static const int refusals[] = {
		EACCES, EBUSY, EINVAL, ENODEV, ENOENT, ENOSPC, EOPNOTSUPP, EPERM};

	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++)
		if (err == -refusals[i])
			return true;
	return false;
}

/* Whether the failed write may have reached labels. A DIMM may refuse with any errno, and the
 * attribute then has the new value. The kernel writes no labels before a namespace has a size. */
static bool relabel_may_be_torn(const struct relabel *relabel)
{
	AUTO_FREE char *now = relabel_read(relabel);

	if (relabel_is_refusal(relabel->cause.err) &&
		(!now || !relabel->before || strcmp(now, relabel->before) == 0))
		return false;
	return ndctl_namespace_get_type(relabel->ndns) == ND_DEVICE_NAMESPACE_PMEM &&
		(relabel->attr == NS_SIZE || !namespace_is_seed(relabel->ndns));
}

/* ---- after a failure ---- */

static int relabel_fail_again(void *data)
{
	const struct relabel *relabel = data;

	return cause_record(&relabel->cause);
}

static int relabel_undo(void *data)
{
	const struct relabel *relabel = data;
	AUTO_FREE char *now = NULL;

	if (relabel->deletes || !relabel->before)
		return 0;
	object_invalidate(&relabel->ndns->entity.object);
	now = relabel_read(relabel);
	int err = now && strcmp(now, relabel->before) == 0
		? 0
		: relabel_write(relabel, relabel->before);
	ctx_forget(relabel->ndns->entity.ctx);
	return err;
}

/* Find out which labels belong to the namespace, and which are those that the write began. */
static int relabel_find_uuids(struct relabel *relabel)
{
	uuid_t uuid;
	int err = entity_read_uuid(&relabel->ndns->entity, uuid);
	bool fresh =
		relabel->attr == NS_SIZE && relabel->before && strcmp(relabel->before, "0") == 0;

	if (err)
		return kernel_fail(entity_kernel(&relabel->ndns->entity), -err,
			"cannot read which labels belong to %s: %s",
			entity_name(&relabel->ndns->entity), strerror(-err));
	if (relabel->attr == NS_UUID) {
		uuid_copy(relabel->next, uuid);
		uuid_clear(relabel->owner);
		return relabel->before && uuid_parse(relabel->before, relabel->owner) ? -EINVAL : 0;
	}
	uuid_copy(fresh ? relabel->next : relabel->owner, uuid);
	uuid_clear(fresh ? relabel->owner : relabel->next);
	return 0;
}

/* Give the seed its uuid again: the kernel forgot it when the undo took the size back. */
static void relabel_name_seed(const struct relabel *relabel)
{
	struct object *object = &relabel->ndns->entity.object;
	char text[UUID_STR_LEN];
	uuid_t uuid;

	ctx_forget(relabel->ndns->entity.ctx);
	if (uuid_is_null(relabel->next) || !uuid_is_null(relabel->owner) ||
		!namespace_is_seed(relabel->ndns) ||
		entity_read_uuid(&relabel->ndns->entity, uuid) || !uuid_is_null(uuid))
		return;
	uuid_unparse_lower(relabel->next, text);
	sysfs_write(object->directory, object->name, object->attrs[NS_UUID].name, text);
}

/* Add the write, which has failed, so that txn_run() undoes it, then lets the guard repair. */
static int plan_undo(struct txn *txn, struct relabel *relabel)
{
	const struct step step = {relabel_fail_again, relabel_undo, NULL, relabel};
	const struct entity *entity = &relabel->ndns->entity;
	int err = relabel_find_uuids(relabel)
		?: guard_torn_labels(txn, relabel->ndns, relabel->owner,
			   uuid_is_null(relabel->next) ? NULL : relabel->next);

	if (err)
		return err;
	return txn_undo_guarded(txn,
		txn_add(txn, step, "set %s of %s to '%s'", entity->object.attrs[relabel->attr].name,
			entity_name(entity), relabel->value));
}

static int relabel_repair(struct txn *txn, struct relabel *relabel)
{
	struct entity *entity = &relabel->ndns->entity;
	struct ndctl_region *region = entity_region(entity);
	int err = plan_undo(txn, relabel);

	if (err)
		region->torn = true;
	else
		txn_run(txn);
	guard_hint(region);
	AUTO_CAUSE struct cause cause = cause_keep(entity->ctx->kernel, relabel->cause.err);
	relabel_name_seed(relabel);
	entity_keep(entity);
	return cause_record(&cause);
}

/* ---- the change ---- */

/* Write under the lock that @txn has, with signals blocked until the labels agree. */
static int relabel_run(struct txn *txn, struct relabel *relabel)
{
	struct kernel *kernel = entity_kernel(&relabel->ndns->entity);
	sigset_t before;

	relabel->before = relabel_read(relabel);
	signals_block(&before);
	int err = relabel_write(relabel, relabel->value);
	if (err) {
		relabel->cause = cause_keep(kernel, err);
		err = relabel_may_be_torn(relabel) ? relabel_repair(txn, relabel)
						   : relabel_fail_again(relabel);
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	if (!err)
		entity_keep_name(&relabel->ndns->entity);
	return err;
}

int namespace_relabel(struct ndctl_namespace *ndns, enum namespace_attr attr, const char *value)
{
	AUTO_TXN struct txn *txn = NULL;
	AUTO_RELABEL struct relabel relabel = {.ndns = ndns, .attr = attr, .value = value};
	int err = nd_change_begin(&ndns->entity, &txn) ?: txn_check_locked(txn);

	return err ?: relabel_run(txn, &relabel);
}

static int delete_labelled(struct txn *txn, struct ndctl_namespace *ndns)
{
	AUTO_RELABEL struct relabel relabel = {
		.ndns = ndns, .attr = NS_SIZE, .value = "0", .deletes = true};
	int err = txn_check_locked(txn);

	return err ?: relabel_run(txn, &relabel);
}

EXPORT int ndctl_namespace_delete(struct ndctl_namespace *ndns)
{
	AUTO_TXN struct txn *txn = NULL;
	int err = nd_change_begin(&ndns->entity, &txn);

	if (err)
		return err;
	bool label = namespace_has_label(ndns);
	if (label ? ndctl_namespace_is_active(ndns) : ndctl_namespace_is_enabled(ndns))
		return kernel_fail(entity_kernel(&ndns->entity), EBUSY,
			"%s: cannot be deleted: the namespace is enabled",
			entity_name(&ndns->entity));
	/* Without labels the region always has this namespace. */
	return label ? delete_labelled(txn, ndns) : 0;
}
