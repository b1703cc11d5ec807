/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "namespace.h"

#include <linux/ndctl.h>
#include <ndctl/bind.h>
#include <ndctl/identity.h>
#include <ndctl/private.h>
#include <stdio.h>
#include <string.h>

#include "bus.h"
#include "claim.h"
#include "disk.h"

/* Casts an entity that the caller of the library gets. */
#define NAMESPACE(pointer) ((struct ndctl_namespace *)entity_show(pointer))
#define DEFAULT_SECTOR	   512

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

static void namespace_invalidate(struct entity *entity)
{
	struct ndctl_namespace *ndns = (struct ndctl_namespace *)entity;

	badblocks_forget(&ndns->badblocks);
	choices_forget(&ndns->sector_sizes);
}

static void namespace_release(struct entity *entity)
{
	struct ndctl_namespace *ndns = (struct ndctl_namespace *)entity;

	namespace_invalidate(entity);
	free(ndns->remedy);
	free(ndns->blockdev);
}

/* Without labels, a namespace always has the size of its region. */
static int namespace_is_empty(struct entity *entity, bool *empty)
{
	uint64_t size;
	int err = object_u64(&entity->object, NS_SIZE, &size);

	*empty = !err && size == 0;
	return err;
}

const struct kind namespace_kind = {
	.prefix = "namespace",
	.in_region = true,
	.size = sizeof(struct ndctl_namespace),
	.attrs = namespace_attrs,
	.attr_count = NS_ATTR_COUNT,
	.driver = NS_DRIVER,
	.uuid = NS_UUID,
	.release = namespace_release,
	.invalidate = namespace_invalidate,
	.is_empty = namespace_is_empty,
};

EXPORT struct ndctl_namespace *ndctl_namespace_get_first(struct ndctl_region *region)
{
	return NAMESPACE(entity_first_in(region->entity.ctx, KIND_NAMESPACE, region->entity.id));
}

EXPORT struct ndctl_namespace *ndctl_namespace_get_next(struct ndctl_namespace *ndns)
{
	return NAMESPACE(entity_next_in(&ndns->entity));
}

EXPORT struct ndctl_namespace *ndctl_namespace_get_by_name(struct ndctl_ctx *ctx, const char *name)
{
	if (!ctx || !name) {
		errno = EINVAL;
		return NULL;
	}
	struct entity *entity = entity_find(ctx, name);

	return entity && entity->kind == KIND_NAMESPACE ? NAMESPACE(entity) : NULL;
}

EXPORT struct ndctl_ctx *ndctl_namespace_get_ctx(struct ndctl_namespace *ndns)
{
	return ndns->entity.ctx;
}

EXPORT struct ndctl_region *ndctl_namespace_get_region(struct ndctl_namespace *ndns)
{
	return entity_region(&ndns->entity);
}

EXPORT struct ndctl_bus *ndctl_namespace_get_bus(struct ndctl_namespace *ndns)
{
	struct ndctl_region *region = entity_region(&ndns->entity);

	return region ? ndctl_region_get_bus(region) : NULL;
}

EXPORT unsigned int ndctl_namespace_get_id(struct ndctl_namespace *ndns)
{
	return ndns->entity.id;
}

EXPORT const char *ndctl_namespace_get_devname(struct ndctl_namespace *ndns)
{
	return entity_name(&ndns->entity);
}

struct claim *namespace_claim(struct ndctl_namespace *ndns)
{
	const char *holder = object_text(&ndns->entity.object, NS_HOLDER);

	return holder && *holder ? (struct claim *)entity_find_fresh(ndns->entity.ctx, holder)
				 : NULL;
}

/* Returns the claiming device if it is of @kind, else NULL. */
static struct claim *namespace_claim_of(struct ndctl_namespace *ndns, enum entity_kind kind)
{
	struct claim *claim = namespace_claim(ndns);

	return claim && claim->entity.kind == kind ? claim : NULL;
}

EXPORT struct ndctl_btt *ndctl_namespace_get_btt(struct ndctl_namespace *ndns)
{
	return entity_show(namespace_claim_of(ndns, KIND_BTT));
}

EXPORT struct ndctl_pfn *ndctl_namespace_get_pfn(struct ndctl_namespace *ndns)
{
	return entity_show(namespace_claim_of(ndns, KIND_PFN));
}

EXPORT struct ndctl_dax *ndctl_namespace_get_dax(struct ndctl_namespace *ndns)
{
	return entity_show(namespace_claim_of(ndns, KIND_DAX));
}

EXPORT unsigned int ndctl_namespace_get_type(struct ndctl_namespace *ndns)
{
	/* All namespaces of a region have the type of the region. */
	return ndctl_region_get_nstype(entity_region(&ndns->entity));
}

EXPORT const char *ndctl_namespace_get_type_name(struct ndctl_namespace *ndns)
{
	switch (ndctl_namespace_get_type(ndns)) {
	case ND_DEVICE_NAMESPACE_IO:
		return "namespace_io";
	case ND_DEVICE_NAMESPACE_PMEM:
		return "namespace_pmem";
	default:
		return "unknown";
	}
}

EXPORT const char *ndctl_namespace_get_block_device(struct ndctl_namespace *ndns)
{
	char guess[48];

	disk_name(&ndns->entity, "", guess, sizeof(guess));
	return entity_blockdev(&ndns->entity, guess, &ndns->blockdev);
}

static const struct {
	const char *name;
	enum ndctl_namespace_mode mode;
	enum entity_kind kind; /* of the claiming device; KIND_COUNT: none */
} modes[] = {
	{"memory", NDCTL_NS_MODE_FSDAX, KIND_PFN},
	{"safe", NDCTL_NS_MODE_SECTOR, KIND_BTT},
	{"raw", NDCTL_NS_MODE_RAW, KIND_COUNT},
	{"dax", NDCTL_NS_MODE_DEVDAX, KIND_DAX},
};

EXPORT enum ndctl_namespace_mode ndctl_namespace_get_mode(struct ndctl_namespace *ndns)
{
	const struct claim *claim = namespace_claim(ndns);
	/* The kind of the claiming device decides; only without one read the attribute. */
	const char *name = claim ? NULL : object_text(&ndns->entity.object, NS_MODE);

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
		if (claim ? claim->entity.kind == modes[i].kind
			  : name && strcmp(name, modes[i].name) == 0)
			return modes[i].mode;
	return NDCTL_NS_MODE_UNKNOWN;
}

static const char *const holder_classes[] = {
	[NDCTL_NS_MODE_FSDAX] = "pfn",
	[NDCTL_NS_MODE_SECTOR] = "btt",
	[NDCTL_NS_MODE_RAW] = "",
	[NDCTL_NS_MODE_DEVDAX] = "dax",
};

EXPORT enum ndctl_namespace_mode ndctl_namespace_get_enforce_mode(struct ndctl_namespace *ndns)
{
	const char *name = object_text(&ndns->entity.object, NS_HOLDER_CLASS);

	for (size_t i = 0; name && i < ARRAY_SIZE(holder_classes); i++)
		if (strcmp(name, holder_classes[i]) == 0)
			return (enum ndctl_namespace_mode)i;
	return NDCTL_NS_MODE_UNKNOWN;
}

bool namespace_has_label(struct ndctl_namespace *ndns)
{
	return ndctl_namespace_get_type(ndns) != ND_DEVICE_NAMESPACE_IO;
}

EXPORT int ndctl_namespace_set_enforce_mode(
	struct ndctl_namespace *ndns, enum ndctl_namespace_mode mode)
{
	if ((unsigned)mode >= ARRAY_SIZE(holder_classes))
		return -EINVAL;
	return namespace_relabel(
		ndns, NS_HOLDER_CLASS, *holder_classes[mode] ? holder_classes[mode] : "\n");
}

EXPORT int ndctl_namespace_is_enabled(struct ndctl_namespace *ndns)
{
	return entity_is_bound(&ndns->entity);
}

EXPORT bool ndctl_namespace_is_active(struct ndctl_namespace *ndns)
{
	struct claim *claim = namespace_claim(ndns);

	/* A claimed namespace is usually not bound itself, but may be if it was claimed later. */
	return (claim && entity_is_bound(&claim->entity)) || entity_is_bound(&ndns->entity);
}

EXPORT int ndctl_namespace_is_valid(struct ndctl_namespace *ndns)
{
	return ctx_scan(ndns->entity.ctx) == 0 && !ndns->entity.gone;
}

EXPORT int ndctl_namespace_is_configured(struct ndctl_namespace *ndns)
{
	uuid_t uuid;

	entity_show_empty(&ndns->entity);
	if (namespace_is_seed(ndns))
		return 0;
	if (ndctl_namespace_get_type(ndns) != ND_DEVICE_NAMESPACE_PMEM)
		return 1;
	if (entity_read_uuid(&ndns->entity, uuid) || !uuid_is_null(uuid))
		return 1;
	entity_show_uuid(&ndns->entity, uuid);
	return 0;
}

EXPORT int ndctl_namespace_is_configuration_idle(struct ndctl_namespace *ndns)
{
	struct ndctl_region *region = entity_region(&ndns->entity);

	if (ndctl_namespace_is_active(ndns))
		return 0;
	entity_show_empty(&ndns->entity);
	/* The seed is idle until it is enabled, any other namespace while unconfigured. */
	return (region && region_seed(region, REGION_NAMESPACE_SEED) == &ndns->entity) ||
		!ndctl_namespace_is_configured(ndns);
}

EXPORT void ndctl_namespace_get_uuid(struct ndctl_namespace *ndns, uuid_t uu)
{
	entity_show_uuid(&ndns->entity, uu);
}

int namespace_read_owner(struct ndctl_namespace *ndns, uuid_t uuid)
{
	uint64_t size;
	int err = object_u64(&ndns->entity.object, NS_SIZE, &size)
		?: entity_read_uuid(&ndns->entity, uuid);

	if (err)
		return kernel_fail(entity_kernel(&ndns->entity), -err,
			"cannot read which labels belong to %s: %s", entity_name(&ndns->entity),
			strerror(-err));
	if (size == 0)
		uuid_clear(uuid);
	return 0;
}

EXPORT int ndctl_namespace_set_uuid(struct ndctl_namespace *ndns, uuid_t uu)
{
	char text[UUID_STR_LEN];

	uuid_unparse_lower(uu, text);
	return namespace_relabel(ndns, NS_UUID, text);
}

EXPORT const char *ndctl_namespace_get_alt_name(struct ndctl_namespace *ndns)
{
	return object_text(&ndns->entity.object, NS_ALT_NAME) ?: "";
}

EXPORT int ndctl_namespace_set_alt_name(struct ndctl_namespace *ndns, const char *alt_name)
{
	int err = namespace_relabel(ndns, NS_ALT_NAME, *alt_name ? alt_name : "\n");

	if (err != -ENOENT || namespace_has_label(ndns))
		return err;
	/* Tell a namespace without this attribute from one that is gone. */
	ctx_forget(ndns->entity.ctx);
	if (ctx_scan(ndns->entity.ctx) || ndns->entity.gone)
		return err;
	kernel_clear_error(entity_kernel(&ndns->entity));
	return 0;
}

uint64_t namespace_size(struct ndctl_namespace *ndns)
{
	return object_u64_or(&ndns->entity.object, NS_SIZE, 0);
}

int namespace_read_size(struct ndctl_namespace *ndns, uint64_t *size)
{
	int err = object_u64(&ndns->entity.object, NS_SIZE, size);

	return err
		? kernel_fail(entity_kernel(&ndns->entity), -err, "cannot read the size of %s: %s",
			  entity_name(&ndns->entity), strerror(-err))
		: 0;
}

bool namespace_is_seed(struct ndctl_namespace *ndns)
{
	uint64_t size;

	return object_u64(&ndns->entity.object, NS_SIZE, &size) == 0 && size == 0;
}

EXPORT unsigned long long ndctl_namespace_get_size(struct ndctl_namespace *ndns)
{
	uint64_t size = namespace_size(ndns);

	entity_show_empty(&ndns->entity);
	return size;
}

EXPORT int ndctl_namespace_set_size(struct ndctl_namespace *ndns, unsigned long long size)
{
	char text[32];

	/* Size 0 would make the kernel delete the label, as ndctl_namespace_delete() does. */
	if (size == 0)
		return kernel_fail(entity_kernel(&ndns->entity), EINVAL,
			"%s: invalid size 0: must be greater than 0", entity_name(&ndns->entity));
	snprintf(text, sizeof(text), "%llu", size);
	int err = namespace_relabel(ndns, NS_SIZE, text);
	if (err != -EACCES || namespace_has_label(ndns))
		return err;
	return kernel_fail(entity_kernel(&ndns->entity),
		ndctl_namespace_is_enabled(ndns) ? EBUSY : ENXIO,
		"%s: its size cannot be set: its region has no labels", entity_name(&ndns->entity));
}

EXPORT unsigned long long ndctl_namespace_get_resource(struct ndctl_namespace *ndns)
{
	return object_u64_or(&ndns->entity.object, NS_RESOURCE, ULLONG_MAX);
}

const struct choices *namespace_sector_sizes(struct ndctl_namespace *ndns)
{
	struct choices *choices = &ndns->sector_sizes;

	if (!choices->known)
		choices_parse(choices, object_text(&ndns->entity.object, NS_SECTOR_SIZE));
	return choices;
}

EXPORT int ndctl_namespace_get_num_sector_sizes(struct ndctl_namespace *ndns)
{
	return (int)namespace_sector_sizes(ndns)->count;
}

EXPORT unsigned int ndctl_namespace_get_supported_sector_size(struct ndctl_namespace *ndns, int i)
{
	const struct choices *choices = namespace_sector_sizes(ndns);

	return choices->count ? (unsigned)choices_get(choices, i, UINT_MAX) : 0;
}

/* 0 without labels, where there is no choice; UINT_MAX with errno for a seed, which has not
 * chosen. */
EXPORT unsigned int ndctl_namespace_get_sector_size(struct ndctl_namespace *ndns)
{
	const struct choices *choices = namespace_sector_sizes(ndns);

	return choices->count ? choices_chosen(choices) : 0;
}

unsigned int namespace_sector_size(struct ndctl_namespace *ndns)
{
	return (unsigned)namespace_sector_sizes(ndns)->chosen ?: DEFAULT_SECTOR;
}

EXPORT int ndctl_namespace_set_sector_size(struct ndctl_namespace *ndns, unsigned int sector_size)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", sector_size);
	return namespace_relabel(ndns, NS_SECTOR_SIZE, text);
}

EXPORT int ndctl_namespace_get_raw_mode(struct ndctl_namespace *ndns)
{
	uint64_t raw;
	int err = object_u64(&ndns->entity.object, NS_FORCE_RAW, &raw);

	return err ?: raw != 0;
}

int namespace_set_raw(struct ndctl_namespace *ndns, bool raw)
{
	int err = object_write(&ndns->entity.object, NS_FORCE_RAW, raw ? "1" : "0");

	ctx_forget(ndns->entity.ctx);
	return err;
}

EXPORT int ndctl_namespace_get_numa_node(struct ndctl_namespace *ndns)
{
	return object_int_or(&ndns->entity.object, NS_NUMA_NODE, NUMA_NO_NODE);
}

EXPORT int ndctl_namespace_get_target_node(struct ndctl_namespace *ndns)
{
	return object_int_or(&ndns->entity.object, NS_TARGET_NODE, NUMA_NO_NODE);
}

/* Stores the physical range of the data, which the block device of a namespace shows: behind the
 * struct pages if there are any. Returns 0, -EOPNOTSUPP for a btt, which moves sectors, or -ENXIO
 * if the range is unknown. */
static int namespace_data_window(struct ndctl_namespace *ndns, uint64_t *start, uint64_t *length)
{
	struct claim *claim = namespace_claim(ndns);

	if (claim && claim->entity.kind == KIND_BTT)
		return -EOPNOTSUPP;
	*start = claim ? object_u64_or(&claim->entity.object, CLAIM_RESOURCE, ULLONG_MAX)
		       : ndctl_namespace_get_resource(ndns);
	if (*start == ULLONG_MAX)
		return -ENXIO;
	*length = claim ? object_u64_or(&claim->entity.object, CLAIM_SIZE, ULLONG_MAX)
			: namespace_size(ndns);
	return *length == ULLONG_MAX ? -ENXIO : 0;
}

/* Reads a list of its own: the caller may be iterating over the region's. */
static bool region_has_badblocks(struct ndctl_region *region)
{
	struct badblocks all = {0};
	bool any = region_badblocks(region, &all, 0, ndctl_region_get_size(region)) == 0 &&
		all.count > 0;

	badblocks_forget(&all);
	return any;
}

EXPORT struct badblock *ndctl_namespace_get_first_badblock(struct ndctl_namespace *ndns)
{
	struct ndctl_region *region = entity_region(&ndns->entity);
	uint64_t start, length;

	badblocks_forget(&ndns->badblocks);
	if (!region || !region_has_badblocks(region))
		return NULL;
	int err = namespace_data_window(ndns, &start, &length);
	unsigned long long origin = ndctl_region_get_resource(region);
	if (err == -EOPNOTSUPP)
		return NULL;
	if (err || origin == ULLONG_MAX || start < origin) {
		kernel_fail(entity_kernel(&ndns->entity), ENXIO,
			"%s: cannot read bad blocks: the physical address of the namespace is unknown",
			entity_name(&ndns->entity));
		return NULL;
	}
	if (region_badblocks(region, &ndns->badblocks, start - origin, length))
		return NULL;
	return badblocks_first(&ndns->badblocks);
}

EXPORT struct badblock *ndctl_namespace_get_next_badblock(struct ndctl_namespace *ndns)
{
	return badblocks_next(&ndns->badblocks);
}
