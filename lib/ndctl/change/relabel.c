/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "guard.h"
#include "step.h"

#include <inttypes.h>
#include <linux/ndctl.h>
#include <stdio.h>
#include <string.h>

/* Set an attribute of a namespace, which the kernel then writes to the labels of all DIMMs. */

struct relabel {
	struct ndctl_namespace *ndns;
	enum namespace_attr attr;
	const char *value;
	char size[32], uuid[UUID_STR_LEN], sector_size[16]; /* before */
	uuid_t next;					    /* as in guard_labels() */
};

static const char *relabel_before(const struct relabel *relabel)
{
	switch (relabel->attr) {
	case NS_SIZE:
		return relabel->size;
	case NS_UUID:
		return relabel->uuid;
	case NS_SECTOR_SIZE:
		return relabel->sector_size;
	default:
		return object_text(&relabel->ndns->entity.object, relabel->attr);
	}
}

static int relabel_read(struct relabel *relabel)
{
	struct ndctl_namespace *ndns = relabel->ndns;
	uuid_t uuid;
	uint64_t size;
	int err = object_u64(&ndns->entity.object, NS_SIZE, &size)
		?: entity_read_uuid(&ndns->entity, uuid);

	if (err)
		return kernel_fail(entity_kernel(&ndns->entity), -err,
			"cannot read the label of %s: %s", entity_name(&ndns->entity),
			strerror(-err));
	uuid_unparse_lower(uuid, relabel->uuid);
	snprintf(relabel->size, sizeof(relabel->size), "%" PRIu64, size);
	snprintf(relabel->sector_size, sizeof(relabel->sector_size), "%u",
		namespace_sector_size(ndns));
	if (relabel->attr == NS_UUID)
		return uuid_parse(relabel->value, relabel->next) ? -EINVAL : 0;
	if (size == 0)
		uuid_copy(relabel->next, uuid);
	return 0;
}

static int plan_relabel(struct txn *txn, struct relabel *relabel)
{
	bool named = !uuid_is_null(relabel->next);
	const char *before = relabel_before(relabel);

	return guard_labels(txn, relabel->ndns, named ? relabel->next : NULL)
		?: step_write(txn, &relabel->ndns->entity, relabel->attr, relabel->value, before);
}

/* Give the seed its uuid again: the kernel forgot it when the undo took the size back. */
static void relabel_name_seed(const struct relabel *relabel)
{
	struct object *object = &relabel->ndns->entity.object;
	uuid_t uuid;

	ctx_forget(relabel->ndns->entity.ctx);
	if (relabel->attr == NS_SIZE && namespace_size(relabel->ndns) == 0 &&
		entity_read_uuid(&relabel->ndns->entity, uuid) == 0 && uuid_is_null(uuid))
		sysfs_write(object->directory, object->name, object->attrs[NS_UUID].name,
			relabel->uuid);
	ctx_forget(relabel->ndns->entity.ctx);
}

static int relabel_run(struct txn *txn, struct relabel *relabel)
{
	bool fresh;
	int err = relabel_read(relabel);

	if (err)
		return err;
	fresh = strcmp(relabel->size, "0") == 0;
	err = plan_relabel(txn, relabel) ?: txn_run(txn);
	if (!err)
		return 0;
	guard_hint(entity_region(&relabel->ndns->entity));
	if (fresh && !uuid_is_null(relabel->next))
		relabel_name_seed(relabel);
	return err;
}

/* Return whether the kernel writes labels: it writes none before a namespace has a size. */
static bool relabel_writes(struct ndctl_namespace *ndns, enum namespace_attr attr)
{
	return ndctl_namespace_get_type(ndns) == ND_DEVICE_NAMESPACE_PMEM &&
		(attr == NS_SIZE || namespace_size(ndns) > 0);
}

int namespace_relabel(struct ndctl_namespace *ndns, enum namespace_attr attr, const char *value)
{
	AUTO_TXN struct txn *txn = NULL;
	struct relabel relabel = {.ndns = ndns, .attr = attr, .value = value};
	int err = nd_change_begin(&ndns->entity, &txn) ?: txn_check_locked(txn);

	if (err)
		return err;
	if (relabel_writes(ndns, attr))
		err = relabel_run(txn, &relabel);
	else
		err = object_write(&ndns->entity.object, attr, *value ? value : "\n");
	if (err)
		return err;
	entity_keep(&ndns->entity);
	return 0;
}
