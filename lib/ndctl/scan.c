/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "private.h"

#include <kernel/driver.h>
#include <kernel/module.h>
#include <stdio.h>
#include <string.h>

#define ND "nd"

static const struct attr bus_attrs[] = {
	[BUS_PROVIDER] = {"provider", ATTR_TEXT, true},
	[BUS_COMMANDS] = {"commands", ATTR_TEXT, true},
	[BUS_WAIT_PROBE] = {"wait_probe", ATTR_TEXT},
	[BUS_REVISION] = {"nfit/revision", ATTR_U64, true},
	[BUS_SCRUB] = {"nfit/scrub", ATTR_TEXT},
	[BUS_SUBSYSTEM] = {"../subsystem", ATTR_LINK, true},
	[BUS_COMPATIBLE] = {"of_node/compatible", ATTR_TEXT, true},
};

static const struct attr region_attrs[] = {
	[REGION_SIZE] = {"size", ATTR_U64, true},
	[REGION_AVAILABLE] = {"available_size", ATTR_U64},
	[REGION_MAX_EXTENT] = {"max_available_extent", ATTR_U64},
	[REGION_ALIGN] = {"align", ATTR_HEX, true},
	[REGION_MAPPINGS] = {"mappings", ATTR_U64, true},
	[REGION_RANGE_INDEX] = {"nfit/range_index", ATTR_U64, true},
	[REGION_NSTYPE] = {"nstype", ATTR_U64, true},
	[REGION_DEVTYPE] = {"devtype", ATTR_TEXT, true},
	[REGION_READ_ONLY] = {"read_only", ATTR_U64, true},
	[REGION_RESOURCE] = {"resource", ATTR_HEX, true},
	[REGION_NUMA_NODE] = {"numa_node", ATTR_INT, true},
	[REGION_TARGET_NODE] = {"target_node", ATTR_INT, true},
	[REGION_SET_COOKIE] = {"set_cookie", ATTR_HEX, true},
	[REGION_PERSISTENCE] = {"persistence_domain", ATTR_TEXT, true},
	[REGION_DEEP_FLUSH] = {"deep_flush", ATTR_TEXT},
	[REGION_NAMESPACE_SEED] = {"namespace_seed", ATTR_TEXT},
	[REGION_BTT_SEED] = {"btt_seed", ATTR_TEXT},
	[REGION_PFN_SEED] = {"pfn_seed", ATTR_TEXT},
	[REGION_DAX_SEED] = {"dax_seed", ATTR_TEXT},
	[REGION_BADBLOCKS] = {"badblocks", ATTR_TEXT, true},
	[REGION_INIT_NAMESPACES] = {"init_namespaces", ATTR_TEXT},
	[REGION_DRIVER] = {"driver", ATTR_LINK, true},
};

static const struct attr namespace_attrs[] = {
	[NS_SIZE] = {"size", ATTR_U64, true},
	[NS_UUID] = {"uuid", ATTR_UUID, true},
	[NS_ALT_NAME] = {"alt_name", ATTR_TEXT, true},
	[NS_SECTOR_SIZE] = {"sector_size", ATTR_TEXT, true},
	[NS_RESOURCE] = {"resource", ATTR_HEX, true},
	[NS_MODE] = {"mode", ATTR_TEXT, true},
	[NS_HOLDER] = {"holder", ATTR_TEXT, true},
	[NS_HOLDER_CLASS] = {"holder_class", ATTR_TEXT, true},
	[NS_FORCE_RAW] = {"force_raw", ATTR_U64, true},
	[NS_NUMA_NODE] = {"numa_node", ATTR_INT, true},
	[NS_TARGET_NODE] = {"target_node", ATTR_INT, true},
	[NS_DRIVER] = {"driver", ATTR_LINK, true},
};

/* Rows that a kind has not are never asked for. */
static const struct attr claim_attrs[] = {
	[CLAIM_NAMESPACE] = {"namespace", ATTR_TEXT, true},
	[CLAIM_UUID] = {"uuid", ATTR_UUID, true},
	[CLAIM_SIZE] = {"size", ATTR_U64, true},
	[CLAIM_RESOURCE] = {"resource", ATTR_HEX, true},
	[CLAIM_MODE] = {"mode", ATTR_TEXT, true},
	[CLAIM_ALIGN] = {"align", ATTR_U64, true},
	[CLAIM_ALIGNMENTS] = {"supported_alignments", ATTR_TEXT, true},
	[CLAIM_SECTOR_SIZE] = {"sector_size", ATTR_TEXT, true},
	[CLAIM_DRIVER] = {"driver", ATTR_LINK, true},
};

static void region_free_entity(struct entity *entity)
{
	nd_region_free((struct ndctl_region *)entity);
}

static void namespace_free_entity(struct entity *entity)
{
	namespace_free((struct ndctl_namespace *)entity);
}

static void claim_free_entity(struct entity *entity)
{
	claim_free((struct claim *)entity);
}

static void region_forget_entity(struct entity *entity)
{
	mapping_forget((struct ndctl_region *)entity);
	badblocks_forget(&((struct ndctl_region *)entity)->badblocks);
}

static void namespace_forget_entity(struct entity *entity)
{
	namespace_forget((struct ndctl_namespace *)entity);
}

static void claim_forget_entity(struct entity *entity)
{
	claim_forget((struct claim *)entity);
}

static const struct kind_row {
	const char *prefix;
	bool in_region;
	size_t size;
	const struct attr *attrs;
	size_t count;
	unsigned driver; /* the attribute that names the driver */
	unsigned uuid;	 /* that of its uuid, of kinds that have one */
	void (*free)(struct entity *entity);
	void (*forget)(struct entity *entity);
} kinds[KIND_COUNT] = {
	[KIND_BUS] = {"ndbus", false, sizeof(struct ndctl_bus), bus_attrs, BUS_ATTR_COUNT, 0, 0,
		NULL, NULL},
	[KIND_DIMM] = {"nmem", false, sizeof(struct ndctl_dimm), dimm_attrs, DIMM_ATTR_COUNT,
		DIMM_DRIVER, 0, NULL, NULL},
	[KIND_REGION] = {"region", false, sizeof(struct ndctl_region), region_attrs,
		REGION_ATTR_COUNT, REGION_DRIVER, 0, region_free_entity, region_forget_entity},
	[KIND_NAMESPACE] = {"namespace", true, sizeof(struct ndctl_namespace), namespace_attrs,
		NS_ATTR_COUNT, NS_DRIVER, NS_UUID, namespace_free_entity, namespace_forget_entity},
#define CLAIM_KIND(prefix)                                                                         \
	{                                                                                          \
		prefix, true, sizeof(struct claim), claim_attrs, CLAIM_ATTR_COUNT, CLAIM_DRIVER,   \
			CLAIM_UUID, claim_free_entity, claim_forget_entity                         \
	}
	[KIND_BTT] = CLAIM_KIND("btt"),
	[KIND_PFN] = CLAIM_KIND("pfn"),
	[KIND_DAX] = CLAIM_KIND("dax"),
};

/* A decimal number without leading zeros at @text; what follows it, or NULL. */
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

static bool parse_name(const char *name, enum kind kind, unsigned *region, unsigned *id)
{
	size_t length = strlen(kinds[kind].prefix);

	*region = 0;
	if (strncmp(name, kinds[kind].prefix, length) != 0)
		return false;
	name = parse_id(name + length, kinds[kind].in_region ? region : id);
	if (name && kinds[kind].in_region)
		name = *name == '.' ? parse_id(name + 1, id) : NULL;
	return name && !*name;
}

static struct entity *entity_new(
	struct ndctl_ctx *ctx, enum kind kind, unsigned region, unsigned id)
{
	const struct kind_row *row = &kinds[kind];
	char name[48];

	if (row->in_region)
		snprintf(name, sizeof(name), "%s%u.%u", row->prefix, region, id);
	else
		snprintf(name, sizeof(name), "%s%u", row->prefix, id);
	AUTO_FREE struct entity *entity = calloc(1, row->size);

	if (!entity || object_init(&entity->object, ctx->directory, name, row->attrs, row->count))
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

/* What a reading of the bus found. */
struct found {
	enum kind kind;
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
	/* Room is doubled whenever the count reaches a power of two. */
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

/* Puts @found, which is in the order of the lists, into them: each is looked for from the place of
 * the one before. */
static int merge(struct ndctl_ctx *ctx, const struct found_list *found)
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
	int err = ctx->directory
		? 0
		: directory_open(ctx->kernel, "sys/bus/nd/devices", &ctx->directory);

	err = err ?: sysfs_each(ctx->directory, found_add, found);
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
	for (enum kind kind = 0; kind < KIND_COUNT; kind++)
		for (struct entity *entity = ctx->first[kind]; entity; entity = entity->next)
			entity->gone = true;
	err = merge(ctx, &found);
	if (err)
		return err;
	ctx->scanned = true;
	return 0;
}

/* ---- the object that the caller knows ---- */

void *entity_show(void *pointer)
{
	struct entity *entity = pointer;

	if (!entity)
		return NULL;
	if (entity->seen.refused || entity->seen.inode != entity->inode)
		entity->seen = (struct seen){.inode = entity->inode};
	return entity;
}

int entity_read_uuid(struct entity *entity, uuid_t uuid)
{
	int err = object_uuid(&entity->object, kinds[entity->kind].uuid, uuid);

	if (err)
		uuid_clear(uuid);
	return err == -ENOENT ? 0 : err;
}

void entity_show_uuid(struct entity *entity, uuid_t uuid)
{
	entity->seen.has_uuid = entity_read_uuid(entity, uuid) == 0;
	uuid_copy(entity->seen.uuid, uuid);
}

void entity_keep(struct entity *entity)
{
	uuid_t uuid;

	ctx_forget(entity->ctx);
	if (ctx_scan(entity->ctx) || entity->gone)
		return;
	entity->seen.inode = entity->inode;
	if (entity->seen.has_uuid)
		entity_show_uuid(entity, uuid);
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

void entity_leave_region(struct ndctl_ctx *ctx, unsigned region)
{
	for (enum kind kind = KIND_NAMESPACE; kind < KIND_COUNT; kind++)
		for (struct entity *entity = ctx->first[kind]; entity; entity = entity->next)
			if (entity->region == region)
				entity_leave(entity);
}

static int entity_refuse(struct entity *entity, const char *what)
{
	struct kernel *kernel = entity_kernel(entity);

	entity->seen.refused = true;
	kernel_fail(kernel, ESTALE, "%s %s", entity_name(entity), what);
	kernel_hint(kernel, "another process has changed it meanwhile: look it up again");
	return -ESTALE;
}

int entity_check_same(struct entity *entity)
{
	uuid_t uuid;
	int err = ctx_scan(entity->ctx);

	if (err)
		return err;
	if (entity->gone)
		return entity_refuse(entity, "is gone");
	if (entity->inode != entity->seen.inode && !entity->seen.left)
		return entity_refuse(entity, "is another device of that name now");
	if (!entity->seen.has_uuid)
		return 0;
	err = entity_read_uuid(entity, uuid);
	if (err)
		return kernel_fail(entity_kernel(entity), -err,
			"whether %s is what it was cannot be read: %s", entity_name(entity),
			strerror(-err));
	if (uuid_compare(uuid, entity->seen.uuid) != 0)
		return entity_refuse(entity, "has another uuid now");
	entity->seen.inode = entity->inode;
	entity->seen.left = false;
	return 0;
}

void ctx_forget(struct ndctl_ctx *ctx)
{
	ctx->scanned = false;
	for (enum kind kind = 0; kind < KIND_COUNT; kind++)
		for (struct entity *entity = ctx->first[kind]; entity; entity = entity->next)
			entity_invalidate(entity);
}

void ctx_free_entities(struct ndctl_ctx *ctx)
{
	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
		while (ctx->first[kind]) {
			struct entity *entity = ctx->first[kind];
			ctx->first[kind] = entity->next;
			if (kinds[kind].free)
				kinds[kind].free(entity);
			object_deinit(&entity->object);
			free(entity);
		}
	}
}

void entity_invalidate(struct entity *entity)
{
	object_invalidate(&entity->object);
	if (kinds[entity->kind].forget)
		kinds[entity->kind].forget(entity);
}

static struct entity *skip_gone(struct entity *entity)
{
	while (entity && entity->gone)
		entity = entity->next;
	return entity;
}

/* Sets errno on failure: to the caller of an iteration, a list that ends looks the same. */
static bool is_listed(struct ndctl_ctx *ctx)
{
	int err = ctx_scan(ctx);

	if (err)
		errno = -err;
	return !err;
}

struct entity *entity_first(struct ndctl_ctx *ctx, enum kind kind)
{
	return is_listed(ctx) ? skip_gone(ctx->first[kind]) : NULL;
}

struct entity *entity_next(const struct entity *entity)
{
	return is_listed(entity->ctx) ? skip_gone(entity->next) : NULL;
}

struct entity *entity_first_in(struct ndctl_ctx *ctx, enum kind kind, unsigned region)
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

static struct entity *skip_other_buses(struct entity *entity, const struct ndctl_bus *bus)
{
	while (entity && entity_bus(entity) != bus)
		entity = entity_next(entity);
	return entity;
}

struct entity *entity_first_on(struct ndctl_bus *bus, enum kind kind)
{
	return skip_other_buses(entity_first(bus->entity.ctx, kind), bus);
}

struct entity *entity_next_on(const struct entity *entity)
{
	return skip_other_buses(entity_next(entity), (struct ndctl_bus *)entity->bus);
}

struct entity *entity_find(struct ndctl_ctx *ctx, const char *name)
{
	unsigned region, id;

	for (enum kind kind = 0; kind < KIND_COUNT; kind++) {
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

/* The link of a dimm or region is .../ndbus0/region0. */
static struct entity *find_bus(struct entity *entity)
{
	char target[PATH_MAX];

	if (sysfs_link(entity->object.directory, NULL, entity->object.name, target))
		return NULL;
	char *slash = strrchr(target, '/');
	if (!slash)
		return NULL;
	*slash = 0;
	return entity_find(entity->ctx, basename(target));
}

struct ndctl_bus *entity_bus(struct entity *entity)
{
	if (!entity->bus) {
		struct entity *only = entity_first(entity->ctx, KIND_BUS);
		/* With one bus there is nothing to look up. */
		entity->bus = only && !entity_next(only) ? only : find_bus(entity);
	}
	return (struct ndctl_bus *)entity->bus;
}

struct ndctl_region *entity_region(const struct entity *entity)
{
	for (struct entity *region = entity->ctx->first[KIND_REGION]; region; region = region->next)
		if (region->id == entity->region)
			return (struct ndctl_region *)region;
	return NULL;
}

const char *entity_name(const struct entity *entity)
{
	return entity->object.name;
}

bool entity_is_bound(struct entity *entity)
{
	return object_text(&entity->object, kinds[entity->kind].driver) != NULL;
}

int entity_check_bound(struct entity *entity, bool *bound)
{
	*bound = entity_is_bound(entity);
	if (*bound || errno == ENOENT)
		return 0;
	return kernel_fail(entity_kernel(entity), EBUSY,
		"whether a driver serves %s cannot be read: %s", entity_name(entity),
		strerror(errno));
}

int entity_path(const struct entity *entity, char *path)
{
	return sysfs_path(entity->object.directory, entity->object.name, path);
}

/* The module that the kernel names for the entity. */
static void load_module(struct entity *entity)
{
	char alias[SYSFS_PAGE + 1];

	if (sysfs_read(entity->object.directory, entity->object.name, "modalias", alias) == 0)
		module_load(entity_kernel(entity), alias);
}

int entity_load_driver(struct entity *entity, const char *driver)
{
	struct kernel *kernel = entity_kernel(entity);

	if (driver_find(kernel, ND, driver) == 0)
		return 0;
	load_module(entity);
	ctx_forget(entity->ctx);
	if (driver_find(kernel, ND, driver) == 0) {
		kernel_clear_error(kernel);
		return 0;
	}
	kernel_fail(kernel, ENXIO, "this kernel has no driver %s, and cannot load a module for it",
		driver);
	kernel_hint(kernel, "modprobe %s shows why; see /etc/modprobe.d", driver);
	return -ENXIO;
}

/* The kernel binds on its own what it finds when a driver is registered. */
static bool entity_is_bound_to(struct entity *entity, const char *driver)
{
	char name[NAME_MAX + 1];
	struct kernel *kernel = entity_kernel(entity);

	return driver_of(kernel, ND, entity_name(entity), name, sizeof(name)) == 0 &&
		strcmp(name, driver) == 0;
}

int entity_bind_own(struct entity *entity, const char *driver, bool *own)
{
	struct kernel *kernel = entity_kernel(entity);
	bool loaded = false;
	int err = driver_bind(kernel, ND, driver, entity_name(entity));

	if (err == -ENOENT) {
		/* The kernel may bind it when we load the driver: that is ours. */
		loaded = true;
		err = entity_load_driver(entity, driver)
			?: driver_bind(kernel, ND, driver, entity_name(entity));
	}
	if (own)
		*own = !err || loaded;
	if (err && entity_is_bound_to(entity, driver)) {
		kernel_clear_error(kernel);
		err = 0;
	}
	ctx_forget(entity->ctx);
	return err;
}

int entity_bind(struct entity *entity, const char *driver)
{
	return entity_bind_own(entity, driver, NULL);
}

int entity_unbind_from(struct entity *entity, const char *driver)
{
	int err = driver_unbind(entity_kernel(entity), ND, driver, entity_name(entity));

	ctx_forget(entity->ctx);
	return err;
}

int entity_unbind(struct entity *entity)
{
	const char *driver = object_text(&entity->object, kinds[entity->kind].driver);
	AUTO_FREE char *name = driver ? strdup(driver) : NULL;

	if (!driver)
		return kernel_fail(entity_kernel(entity), errno,
			"the driver of %s cannot be read: %s", entity_name(entity),
			strerror(errno));
	return name ? entity_unbind_from(entity, name) : -ENOMEM;
}

void disk_name(const struct entity *ndns, const char *suffix, char *name, size_t size)
{
	if (ndns->id)
		snprintf(name, size, "pmem%u.%u%s", ndns->region, ndns->id, suffix);
	else
		snprintf(name, size, "pmem%u%s", ndns->region, suffix);
}

const char *entity_blockdev(struct entity *entity, const char *guess, char **blockdev)
{
	AUTO_NAMES struct names names = NAMES_INIT;
	char path[NAME_MAX + 8];
	const char *name = guess;

	/* The usual name costs one look, any other one the reading of a directory. */
	snprintf(path, sizeof(path), "block/%s", guess);
	if (!sysfs_exists(entity->object.directory, entity->object.name, path)) {
		snprintf(path, sizeof(path), "%s/block", entity->object.name);
		sysfs_list(entity->object.directory, path, NULL, &names);
		name = names.count ? names.list[0] : "";
	}
	/* Who asked before still has the name, which seldom changes. */
	if (!*blockdev || strcmp(*blockdev, name) != 0) {
		free(*blockdev);
		*blockdev = strdup(name);
	}
	return *blockdev ?: "";
}
