/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "region.h"

#include <linux/ndctl.h>
#include <ndctl/bind.h>
#include <ndctl/identity.h>
#include <ndctl/private.h>
#include <stdio.h>
#include <string.h>

#include "bus.h"
#include "mapping.h"

/* Casts an entity that the caller of the library gets. */
#define REGION(pointer) ((struct ndctl_region *)entity_show(pointer))

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

static void region_release(struct entity *entity)
{
	struct ndctl_region *region = (struct ndctl_region *)entity;

	mapping_free(region);
	badblocks_forget(&region->badblocks);
}

static void region_invalidate(struct entity *entity)
{
	struct ndctl_region *region = (struct ndctl_region *)entity;

	mapping_forget(region);
	badblocks_forget(&region->badblocks);
}

const struct kind region_kind = {
	.prefix = "region",
	.size = sizeof(struct ndctl_region),
	.attrs = region_attrs,
	.attr_count = REGION_ATTR_COUNT,
	.driver = REGION_DRIVER,
	.release = region_release,
	.invalidate = region_invalidate,
};

struct ndctl_region *entity_region(const struct entity *entity)
{
	for (struct entity *region = entity->ctx->first[KIND_REGION]; region; region = region->next)
		if (region->id == entity->region)
			return (struct ndctl_region *)region;
	return NULL;
}

EXPORT struct ndctl_region *ndctl_region_get_first(struct ndctl_bus *bus)
{
	return REGION(entity_first_on(bus, KIND_REGION));
}

EXPORT struct ndctl_region *ndctl_region_get_next(struct ndctl_region *region)
{
	entity_bus(&region->entity);
	return REGION(entity_next_on(&region->entity));
}

EXPORT struct ndctl_bus *ndctl_region_get_bus(struct ndctl_region *region)
{
	return entity_bus(&region->entity);
}

EXPORT struct ndctl_ctx *ndctl_region_get_ctx(struct ndctl_region *region)
{
	return region->entity.ctx;
}

EXPORT unsigned int ndctl_region_get_id(struct ndctl_region *region)
{
	return region->entity.id;
}

EXPORT const char *ndctl_region_get_devname(struct ndctl_region *region)
{
	return entity_name(&region->entity);
}

static uint64_t region_number(struct ndctl_region *region, enum region_attr attr, uint64_t fallback)
{
	return object_u64_or(&region->entity.object, attr, fallback);
}

EXPORT unsigned long long ndctl_region_get_size(struct ndctl_region *region)
{
	return region_number(region, REGION_SIZE, 0);
}

/* Reads a free capacity in bytes: 0 in a region without labels, whose one namespace takes all of
 * it. The kernel would report the whole region as free. */
static uint64_t region_capacity(struct ndctl_region *region, enum region_attr attr)
{
	if (ndctl_region_get_nstype(region) != ND_DEVICE_NAMESPACE_PMEM)
		return 0;
	return region_number(region, attr, ULLONG_MAX);
}

EXPORT unsigned long long ndctl_region_get_available_size(struct ndctl_region *region)
{
	return region_capacity(region, REGION_AVAILABLE);
}

EXPORT unsigned long long ndctl_region_get_max_available_extent(struct ndctl_region *region)
{
	return region_capacity(region, REGION_MAX_EXTENT);
}

EXPORT unsigned long ndctl_region_get_align(struct ndctl_region *region)
{
	return region_number(region, REGION_ALIGN, ULONG_MAX);
}

static int region_set(struct ndctl_region *region, enum region_attr attr, const char *value)
{
	return nd_change_attr(&region->entity, attr, value);
}

EXPORT int ndctl_region_set_align(struct ndctl_region *region, unsigned long align)
{
	char text[32];

	snprintf(text, sizeof(text), "%#lx", align);
	return region_set(region, REGION_ALIGN, text);
}

EXPORT int ndctl_region_get_ro(struct ndctl_region *region)
{
	uint64_t ro;
	int err = object_u64(&region->entity.object, REGION_READ_ONLY, &ro);

	return err ?: ro != 0;
}

EXPORT int ndctl_region_set_ro(struct ndctl_region *region, int ro)
{
	int err = region_set(region, REGION_READ_ONLY, ro ? "1" : "0");

	return err ?: ro != 0;
}

EXPORT int ndctl_region_deep_flush(struct ndctl_region *region)
{
	AUTO_TXN struct txn *txn = NULL;
	int err = nd_change_begin(&region->entity, &txn) ?: txn_check_locked(txn);

	if (err)
		return err;
	/* Refuse a disabled region, for which Linux 6.1 dereferences NULL. The lock keeps the
	 * region enabled until the write. */
	if (!ndctl_region_is_enabled(region))
		return kernel_fail(entity_kernel(&region->entity), ENXIO,
			"%s: cannot be flushed: the region is disabled",
			entity_name(&region->entity));
	return object_write(&region->entity.object, REGION_DEEP_FLUSH, "1");
}

EXPORT unsigned int ndctl_region_get_mappings(struct ndctl_region *region)
{
	return (unsigned)region_number(region, REGION_MAPPINGS, 0);
}

EXPORT unsigned int ndctl_region_get_interleave_ways(struct ndctl_region *region)
{
	unsigned mappings = ndctl_region_get_mappings(region);

	return mappings ?: 1;
}

EXPORT unsigned int ndctl_region_get_range_index(struct ndctl_region *region)
{
	return (unsigned)region_number(region, REGION_RANGE_INDEX, UINT_MAX);
}

EXPORT unsigned int ndctl_region_get_nstype(struct ndctl_region *region)
{
	return (unsigned)region_number(region, REGION_NSTYPE, 0);
}

EXPORT unsigned int ndctl_region_get_type(struct ndctl_region *region)
{
	const char *type = object_text(&region->entity.object, REGION_DEVTYPE);

	return type && strcmp(type, "nd_blk") == 0 ? ND_DEVICE_REGION_BLK : ND_DEVICE_REGION_PMEM;
}

/* Volatile regions are "pmem" too: programs know no other word. */
EXPORT const char *ndctl_region_get_type_name(struct ndctl_region *region)
{
	return ndctl_region_get_type(region) == ND_DEVICE_REGION_BLK ? "blk" : "pmem";
}

EXPORT unsigned long long ndctl_region_get_resource(struct ndctl_region *region)
{
	return region_number(region, REGION_RESOURCE, ULLONG_MAX);
}

EXPORT int ndctl_region_get_numa_node(struct ndctl_region *region)
{
	return object_int_or(&region->entity.object, REGION_NUMA_NODE, NUMA_NO_ATTR);
}

EXPORT int ndctl_region_has_numa(struct ndctl_region *region)
{
	return ndctl_region_get_numa_node(region) != NUMA_NO_ATTR;
}

EXPORT int ndctl_region_get_target_node(struct ndctl_region *region)
{
	return object_int_or(&region->entity.object, REGION_TARGET_NODE, NUMA_NO_NODE);
}

EXPORT enum ndctl_persistence_domain ndctl_region_get_persistence_domain(
	struct ndctl_region *region)
{
	static const struct {
		const char *name;
		enum ndctl_persistence_domain domain;
	} domains[] = {
		{"none", PERSISTENCE_NONE},
		{"memory_controller", PERSISTENCE_MEM_CTRL},
		{"cpu_cache", PERSISTENCE_CPU_CACHE},
	};
	const char *text = object_text(&region->entity.object, REGION_PERSISTENCE);

	for (size_t i = 0; text && i < ARRAY_SIZE(domains); i++)
		if (strcmp(text, domains[i].name) == 0)
			return domains[i].domain;
	return PERSISTENCE_UNKNOWN;
}

/* The weakest domain of its regions decides what a store on the bus survives. */
EXPORT enum ndctl_persistence_domain ndctl_bus_get_persistence_domain(struct ndctl_bus *bus)
{
	enum ndctl_persistence_domain weakest = PERSISTENCE_UNKNOWN;
	struct ndctl_region *region;

	ndctl_region_foreach (bus, region) {
		enum ndctl_persistence_domain domain = ndctl_region_get_persistence_domain(region);
		if (domain < weakest)
			weakest = domain;
	}
	return weakest;
}

/* Copies the attribute to @text: "" if the region has no bad blocks or the kernel does not list
 * them. The text of a list that the kernel has cut lacks the newline at its end. */
static int region_read_badblocks(struct ndctl_region *region, char *text)
{
	const char *whole = object_text(&region->entity.object, REGION_BADBLOCKS);

	*text = 0;
	if (whole) {
		snprintf(text, SYSFS_PAGE + 1, "%s", whole);
		return 0;
	}
	if (errno == ENODATA || errno == ENOENT)
		return 0;
	if (errno != EPROTO)
		return -errno;
	return sysfs_read_cut(
		region->entity.object.directory, entity_name(&region->entity), "badblocks", text);
}

int region_badblocks(
	struct ndctl_region *region, struct badblocks *badblocks, uint64_t start, uint64_t length)
{
	struct kernel *kernel = entity_kernel(&region->entity);
	const char *name = entity_name(&region->entity);
	char text[SYSFS_PAGE + 1];

	badblocks_forget(badblocks);
	int err = region_read_badblocks(region, text);
	if (err)
		return kernel_fail(kernel, -err, "%s: cannot read the list of bad blocks: %s", name,
			strerror(-err));
	err = badblocks_parse(badblocks, text, start, length);
	if (err < 0)
		return kernel_fail(kernel, -err, "%s: cannot parse the list of bad blocks: %s",
			name, strerror(-err));
	badblocks->cut = err > 0;
	if (err)
		kernel_fail(kernel, EFBIG,
			"%s: the kernel cut the list of bad blocks after 4095 bytes: more may exist",
			name);
	return 0;
}

EXPORT struct badblock *ndctl_region_get_first_badblock(struct ndctl_region *region)
{
	if (region_badblocks(region, &region->badblocks, 0, ndctl_region_get_size(region)))
		return NULL;
	return badblocks_first(&region->badblocks);
}

EXPORT struct badblock *ndctl_region_get_next_badblock(struct ndctl_region *region)
{
	return badblocks_next(&region->badblocks);
}

struct entity *region_seed(struct ndctl_region *region, enum region_attr attr)
{
	const char *name = object_text(&region->entity.object, attr);

	if (!name || !*name)
		return NULL;
	return entity_find_fresh(region->entity.ctx, name);
}

EXPORT struct ndctl_namespace *ndctl_region_get_namespace_seed(struct ndctl_region *region)
{
	return entity_show_empty(entity_show(region_seed(region, REGION_NAMESPACE_SEED)));
}

EXPORT struct ndctl_btt *ndctl_region_get_btt_seed(struct ndctl_region *region)
{
	return entity_show_empty(entity_show(region_seed(region, REGION_BTT_SEED)));
}

EXPORT struct ndctl_pfn *ndctl_region_get_pfn_seed(struct ndctl_region *region)
{
	return entity_show_empty(entity_show(region_seed(region, REGION_PFN_SEED)));
}

EXPORT struct ndctl_dax *ndctl_region_get_dax_seed(struct ndctl_region *region)
{
	return entity_show_empty(entity_show(region_seed(region, REGION_DAX_SEED)));
}

EXPORT int ndctl_region_is_enabled(struct ndctl_region *region)
{
	return entity_is_bound(&region->entity);
}

EXPORT void ndctl_region_cleanup(struct ndctl_region *region)
{
	ctx_forget(region->entity.ctx);
}

int nd_region_lock(struct ndctl_region *region, struct txn *txn)
{
	char path[PATH_MAX];
	int err = entity_path(&region->entity, path) ?: txn_lock(txn, path);

	if (err)
		return err;
	ctx_forget(region->entity.ctx);
	return 0;
}

int nd_change_begin(struct entity *entity, struct txn **txn)
{
	struct ndctl_region *region =
		entity->kind == KIND_REGION ? (struct ndctl_region *)entity : entity_region(entity);

	if (!region)
		return kernel_fail(
			entity_kernel(entity), ENXIO, "region%u no longer exists", entity->region);
	int err = nd_ctx_txn(entity->ctx, txn) ?: nd_region_lock(region, *txn);

	return err ?: entity_check_same(entity);
}

int nd_change_attr(struct entity *entity, unsigned attr, const char *value)
{
	AUTO_TXN struct txn *txn = NULL;
	int err = nd_change_begin(entity, &txn) ?: txn_check_locked(txn);

	if (!err)
		err = object_write(&entity->object, attr, value);
	if (err)
		return err;
	entity_keep(entity);
	return 0;
}

EXPORT struct ndctl_region *ndctl_region_get_by_name(struct ndctl_ctx *ctx, const char *name)
{
	if (!ctx || !name) {
		errno = EINVAL;
		return NULL;
	}
	struct entity *entity = entity_find(ctx, name);

	return entity && entity->kind == KIND_REGION ? REGION(entity) : NULL;
}
