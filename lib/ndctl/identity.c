/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "identity.h"

#include <string.h>

#include "private.h"

int entity_read_uuid(struct entity *entity, uuid_t uuid)
{
	int err = object_uuid(&entity->object, entity_kinds[entity->kind]->uuid, uuid);

	if (err)
		uuid_clear(uuid);
	return err == -ENOENT ? 0 : err;
}

void entity_show_uuid(struct entity *entity, uuid_t uuid)
{
	entity->seen.has_uuid = entity_read_uuid(entity, uuid) == 0;
	uuid_copy(entity->seen.uuid, uuid);
}

/* Stores false for kinds that nobody configures. */
static int entity_read_empty(struct entity *entity, bool *empty)
{
	const struct kind *kind = entity_kinds[entity->kind];

	*empty = false;
	return kind->is_empty ? kind->is_empty(entity, empty) : 0;
}

/* Returns whether the caller was told that the entity is empty, and it is configured now. */
static bool entity_is_taken(struct entity *entity)
{
	bool empty;

	return entity->seen.empty && entity_read_empty(entity, &empty) == 0 && !empty;
}

void *entity_show(void *pointer)
{
	struct entity *entity = pointer;

	if (!entity)
		return NULL;
	if (entity->seen.refused || entity->seen.inode != entity->inode || entity_is_taken(entity))
		entity->seen = (struct seen){.inode = entity->inode};
	return entity;
}

void *entity_show_empty(void *pointer)
{
	struct entity *entity = pointer;
	bool empty;
	uuid_t uuid;

	if (!entity || entity_read_empty(entity, &empty))
		return entity;
	if (!empty) {
		/* Tell the caller so from now on; the null uuid goes too. */
		if (entity->seen.empty)
			entity_show_uuid(entity, uuid);
		entity->seen.empty = false;
		return entity;
	}
	entity->seen.empty = true;
	if (!entity->seen.has_uuid)
		entity_show_uuid(entity, uuid);
	return entity;
}

/* Notes the uuid, and whether something is configured, if the caller has been told. */
static int entity_note(struct entity *entity)
{
	struct seen seen = {.inode = entity->inode, .has_uuid = entity->seen.has_uuid};
	int err = 0;

	if (seen.has_uuid || entity->seen.empty)
		err = entity_read_uuid(entity, seen.uuid);
	if (err)
		return err;
	seen.has_uuid |= entity->seen.empty;
	if (entity->seen.empty)
		err = entity_read_empty(entity, &seen.empty);
	if (!err)
		entity->seen = seen;
	return err;
}

/* Say that the caller may be refused later, but not fail: the change is done. */
static void entity_tell_lost(struct entity *entity, int err)
{
	if (!err)
		return;
	entity->seen.refused = true;
	log_error(entity_kernel(entity),
		"%s: changed, but cannot be read again (%s): look it up before the next change",
		entity_name(entity), strerror(-err));
}

void entity_keep(struct entity *entity)
{
	ctx_forget(entity->ctx);
	int err = ctx_scan(entity->ctx);

	if (!err && !entity->gone)
		err = entity_note(entity);
	entity_tell_lost(entity, err);
}

void entity_keep_name(struct entity *entity)
{
	ctx_forget(entity->ctx);
	entity_tell_lost(entity, entity_note(entity));
}

void entity_keep_other(struct entity *entity)
{
	if (entity->seen.inode == entity->inode)
		entity_keep(entity);
}

static void entity_leave(struct entity *entity)
{
	struct seen *seen = &entity->seen;
	uuid_t uuid;

	if (entity->gone || seen->refused || seen->inode != entity->inode)
		return;
	if (!seen->has_uuid)
		entity_show_uuid(entity, uuid);
	seen->left = seen->has_uuid;
}

void entity_mean(struct entity *entity, const uuid_t uuid)
{
	if (entity->seen.has_uuid || entity->seen.inode != entity->inode)
		return;
	entity->seen.has_uuid = true;
	uuid_copy(entity->seen.uuid, uuid);
}

void entity_leave_region(struct ndctl_ctx *ctx, unsigned region)
{
	/* Without a list, leave it to the next change to refuse them. */
	if (ctx_scan(ctx))
		return;
	for (enum entity_kind kind = 0; kind < KIND_COUNT; kind++) {
		if (!entity_kinds[kind]->in_region)
			continue;
		for (struct entity *entity = ctx->first[kind]; entity; entity = entity->next)
			if (entity->region == region)
				entity_leave(entity);
	}
}

static int entity_refuse(struct entity *entity, const char *what)
{
	struct kernel *kernel = entity_kernel(entity);

	entity->seen.refused = true;
	kernel_fail(kernel, ESTALE, "%s %s", entity_name(entity), what);
	kernel_hint(kernel, "look the device up again: another process has changed it");
	return -ESTALE;
}

static int entity_check_empty(struct entity *entity)
{
	bool empty;
	int err = entity_read_empty(entity, &empty);

	if (err)
		return kernel_fail(entity_kernel(entity), -err,
			"cannot read whether another process has configured %s: %s",
			entity_name(entity), strerror(-err));
	return empty ? 0 : entity_refuse(entity, "was empty and has been configured");
}

int entity_check_same(struct entity *entity)
{
	uuid_t uuid;
	int err = ctx_scan(entity->ctx);

	if (err)
		return err;
	if (entity->gone)
		return entity_refuse(entity, "no longer exists");
	if (entity->inode != entity->seen.inode && !entity->seen.left)
		return entity_refuse(entity, "now names another device");
	err = entity->seen.empty ? entity_check_empty(entity) : 0;
	if (err || !entity->seen.has_uuid)
		return err;
	err = entity_read_uuid(entity, uuid);
	if (err)
		return kernel_fail(entity_kernel(entity), -err,
			"cannot read the uuid of %s, which tells whether another process replaced it: %s",
			entity_name(entity), strerror(-err));
	if (uuid_compare(uuid, entity->seen.uuid) != 0)
		return entity_refuse(entity, "now has another uuid");
	entity->seen.inode = entity->inode;
	entity->seen.left = false;
	return 0;
}
