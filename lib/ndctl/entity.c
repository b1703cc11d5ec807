/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "private.h"

#include <stdio.h>
#include <string.h>

/* Parses a decimal number without leading zeros. Returns the text behind it, or NULL. */
static const char *parse_id(const char *text, unsigned *id)
{
	char *end;

	if (*text < '0' || *text > '9' || (*text == '0' && text[1] >= '0' && text[1] <= '9'))
		return NULL;
	errno = 0;
	unsigned long value = strtoul(text, &end, 10);
	if (errno || value > UINT_MAX)
		return NULL;
	*id = (unsigned)value;
	return end;
}

static bool parse_name(const char *name, enum entity_kind kind, unsigned *region, unsigned *id)
{
	size_t length = strlen(entity_kinds[kind]->prefix);

	*region = 0;
	if (strncmp(name, entity_kinds[kind]->prefix, length) != 0)
		return false;
	name = parse_id(name + length, entity_kinds[kind]->in_region ? region : id);
	if (name && entity_kinds[kind]->in_region)
		name = *name == '.' ? parse_id(name + 1, id) : NULL;
	return name && !*name;
}

static struct entity *entity_new(
	struct ndctl_ctx *ctx, enum entity_kind kind, unsigned region, unsigned id)
{
	const struct kind *row = entity_kinds[kind];
	char name[48];

	if (row->in_region)
		snprintf(name, sizeof(name), "%s%u.%u", row->prefix, region, id);
	else
		snprintf(name, sizeof(name), "%s%u", row->prefix, id);
	AUTO_FREE struct entity *entity = calloc(1, row->size);

	if (!entity ||
		object_init(&entity->object, ctx->directory, name, row->attrs, row->attr_count))
		return NULL;
	entity->ctx = ctx;
	entity->kind = kind;
	entity->region = region;
	entity->id = id;
	return TAKE(entity);
}

static int compare_entity(const struct entity *entity, unsigned region, unsigned id)
{
	if (entity->region != region)
		return entity->region < region ? -1 : 1;
	return entity->id < id ? -1 : entity->id > id;
}

/* A name on the bus, parsed. */
struct found {
	enum entity_kind kind;
	unsigned region, id;
	uint64_t inode;
};

struct found_list {
	struct found *list;
	size_t count;
};

static void found_free(struct found_list *found)
{
	free(found->list);
}

static int found_add(void *data, const char *name, uint64_t inode)
{
	struct found_list *found = data;
	struct found one = {.inode = inode};

	while (one.kind < KIND_COUNT && !parse_name(name, one.kind, &one.region, &one.id))
		one.kind++;
	if (one.kind == KIND_COUNT)
		return 0;
	/* Double the room whenever the count reaches a power of two. */
	if ((found->count & (found->count - 1)) == 0) {
		struct found *list = reallocarray(
			found->list, found->count ? found->count * 2 : 1, sizeof(*list));
		if (!list)
			return -ENOMEM;
		found->list = list;
	}
	found->list[found->count++] = one;
	return 0;
}

static int found_compare(const void *a, const void *b)
{
	const struct found *one = a, *two = b;

	if (one->kind != two->kind)
		return one->kind < two->kind ? -1 : 1;
	if (one->region != two->region)
		return one->region < two->region ? -1 : 1;
	return one->id < two->id ? -1 : one->id > two->id;
}

/* Marks the entities that @found names as present, and adds those that are new. @found is sorted as
 * the lists are, so that one walk along each list finds every place. */
static int entities_merge(struct ndctl_ctx *ctx, const struct found_list *found)
{
	struct entity **at = NULL;

	for (const struct found *one = found->list; one < found->list + found->count; one++) {
		if (one == found->list || one->kind != one[-1].kind)
			at = &ctx->first[one->kind];
		while (*at && compare_entity(*at, one->region, one->id) < 0)
			at = &(*at)->next;
		if (!*at || compare_entity(*at, one->region, one->id) != 0) {
			struct entity *entity = entity_new(ctx, one->kind, one->region, one->id);
			if (!entity)
				return -ENOMEM;
			entity->seen.inode = one->inode;
			entity->next = *at;
			*at = entity;
		}
		(*at)->gone = false;
		(*at)->inode = one->inode;
	}
	return 0;
}

static int read_found(struct ndctl_ctx *ctx, struct found_list *found)
{
	int err = 0;

	if (!ctx->directory)
		err = directory_open(ctx->kernel, "sys/bus/nd/devices", &ctx->directory);
	if (!err)
		err = sysfs_each(ctx->directory, found_add, found);
	if (err && err != -ENOENT)
		return kernel_fail(ctx->kernel, -err, "/sys/bus/nd/devices cannot be listed: %s",
			strerror(-err));
	if (found->count)
		qsort(found->list, found->count, sizeof(*found->list), found_compare);
	return 0;
}

int ctx_scan(struct ndctl_ctx *ctx)
{
	CLEANUP(found_free) struct found_list found = {0};

	if (ctx->scanned)
		return 0;
	int err = read_found(ctx, &found);
	if (err)
		return err;
	for (enum entity_kind kind = 0; kind < KIND_COUNT; kind++)
		for (struct entity *entity = ctx->first[kind]; entity; entity = entity->next)
			entity->gone = true;
	err = entities_merge(ctx, &found);
	if (err)
		return err;
	ctx->scanned = true;
	return 0;
}

void ctx_forget(struct ndctl_ctx *ctx)
{
	ctx->scanned = false;
	for (enum entity_kind kind = 0; kind < KIND_COUNT; kind++)
		for (struct entity *entity = ctx->first[kind]; entity; entity = entity->next)
			entity_invalidate(entity);
}

void ctx_free_entities(struct ndctl_ctx *ctx)
{
	for (enum entity_kind kind = 0; kind < KIND_COUNT; kind++) {
		while (ctx->first[kind]) {
			struct entity *entity = ctx->first[kind];
			ctx->first[kind] = entity->next;
			if (entity_kinds[kind]->release)
				entity_kinds[kind]->release(entity);
			object_deinit(&entity->object);
			free(entity);
		}
	}
}

void entity_invalidate(struct entity *entity)
{
	object_invalidate(&entity->object);
	if (entity_kinds[entity->kind]->invalidate)
		entity_kinds[entity->kind]->invalidate(entity);
}

static struct entity *skip_gone(struct entity *entity)
{
	while (entity && entity->gone)
		entity = entity->next;
	return entity;
}

/* Sets errno on failure, which tells the caller of an iteration from the end of the list. */
static bool is_listed(struct ndctl_ctx *ctx)
{
	int err = ctx_scan(ctx);

	if (err)
		errno = -err;
	return !err;
}

struct entity *entity_first(struct ndctl_ctx *ctx, enum entity_kind kind)
{
	return is_listed(ctx) ? skip_gone(ctx->first[kind]) : NULL;
}

struct entity *entity_next(const struct entity *entity)
{
	return is_listed(entity->ctx) ? skip_gone(entity->next) : NULL;
}

struct entity *entity_first_in(struct ndctl_ctx *ctx, enum entity_kind kind, unsigned region)
{
	struct entity *entity = entity_first(ctx, kind);

	while (entity && entity->region < region)
		entity = entity_next(entity);
	return entity && entity->region == region ? entity : NULL;
}

struct entity *entity_next_in(const struct entity *entity)
{
	struct entity *next = entity_next(entity);

	return next && next->region == entity->region ? next : NULL;
}

struct entity *entity_find(struct ndctl_ctx *ctx, const char *name)
{
	unsigned region, id;

	for (enum entity_kind kind = 0; kind < KIND_COUNT; kind++) {
		if (!parse_name(name, kind, &region, &id))
			continue;
		struct entity *entity = entity_first(ctx, kind);
		while (entity && compare_entity(entity, region, id) < 0)
			entity = entity_next(entity);
		return entity && compare_entity(entity, region, id) == 0 ? entity : NULL;
	}
	return NULL;
}

struct entity *entity_find_fresh(struct ndctl_ctx *ctx, const char *name)
{
	struct entity *entity = entity_find(ctx, name);

	if (entity)
		return entity;
	ctx->scanned = false;
	return entity_find(ctx, name);
}

const char *entity_name(const struct entity *entity)
{
	return entity->object.name;
}

struct kernel *entity_kernel(const struct entity *entity)
{
	return entity->ctx->kernel;
}

int entity_path(const struct entity *entity, char *path)
{
	return sysfs_path(entity->object.directory, entity->object.name, path);
}
