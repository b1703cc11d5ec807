/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "claim.h"

#include <daxctl/libdaxctl.h>
#include <ndctl/bind.h>
#include <ndctl/identity.h>
#include <ndctl/private.h>
#include <stdio.h>
#include <string.h>

#include "bus.h"
#include "disk.h"

/*
 * A btt, pfn or dax device claims a namespace and makes another device of it, which an info block
 * at the start of the namespace describes. The three have the same attributes and public functions;
 * claim_rows holds the differences, and CLAIM_API() defines the functions for each type.
 */
const struct claim_row claim_rows[KIND_COUNT] = {
	[KIND_BTT] = {"nd_pmem", "s", CLAIM_SECTOR_SIZE, REGION_BTT_SEED},
	[KIND_PFN] = {"nd_pmem", "", CLAIM_ALIGNMENTS, REGION_PFN_SEED},
	[KIND_DAX] = {"dax_pmem", NULL, CLAIM_ALIGNMENTS, REGION_DAX_SEED},
};

/* The attributes of all three; the library asks a device only for those that its kind has. */
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

static void claim_invalidate(struct entity *entity)
{
	struct claim *claim = (struct claim *)entity;

	choices_forget(&claim->choices);
	/* Drop the reference: a change may give the device another dax region. */
	daxctl_region_unref(claim->daxctl);
	claim->daxctl = NULL;
}

static void claim_release(struct entity *entity)
{
	claim_invalidate(entity);
	free(((struct claim *)entity)->blockdev);
}

static int claim_is_empty(struct entity *entity, bool *empty)
{
	const char *name = object_text(&entity->object, CLAIM_NAMESPACE);

	*empty = name && !*name;
	return name ? 0 : -errno;
}

#define CLAIM_KIND(name)                                                                           \
	{                                                                                          \
		.prefix = name, .in_region = true, .size = sizeof(struct claim),                   \
		.attrs = claim_attrs, .attr_count = CLAIM_ATTR_COUNT, .driver = CLAIM_DRIVER,      \
		.uuid = CLAIM_UUID, .release = claim_release, .invalidate = claim_invalidate,      \
		.is_empty = claim_is_empty,                                                        \
	}

const struct kind btt_kind = CLAIM_KIND("btt");
const struct kind pfn_kind = CLAIM_KIND("pfn");
const struct kind dax_kind = CLAIM_KIND("dax");

struct ndctl_namespace *claim_namespace(struct claim *claim)
{
	const char *name = object_text(&claim->entity.object, CLAIM_NAMESPACE);

	return name && *name ? (struct ndctl_namespace *)entity_find_fresh(claim->entity.ctx, name)
			     : NULL;
}

int claim_set(struct claim *claim, enum claim_attr attr, const char *value)
{
	int err = object_write(&claim->entity.object, attr, value);

	ctx_forget(claim->entity.ctx);
	return err;
}

/* Sets an attribute for the caller of the library, under the lock. */
static int claim_change(struct claim *claim, enum claim_attr attr, const char *value)
{
	return nd_change_attr(&claim->entity, attr, value);
}

static int claim_set_uuid(struct claim *claim, const unsigned char *uuid)
{
	char text[UUID_STR_LEN];

	uuid_unparse_lower(uuid, text);
	return claim_change(claim, CLAIM_UUID, text);
}

static int claim_set_namespace(struct claim *claim, struct ndctl_namespace *ndns)
{
	return claim_change(claim, CLAIM_NAMESPACE, ndns ? entity_name(&ndns->entity) : "\n");
}

static int claim_is_configured(struct claim *claim)
{
	uuid_t uuid;

	entity_show_empty(&claim->entity);
	if (claim_namespace(claim))
		return 1;
	return entity_read_uuid(&claim->entity, uuid) || !uuid_is_null(uuid);
}

static int claim_is_valid(struct claim *claim)
{
	return ctx_scan(claim->entity.ctx) == 0 && !claim->entity.gone;
}

int claim_enable(struct claim *claim, bool *own)
{
	if (entity_is_bound(&claim->entity))
		return 0;
	return entity_bind_own(&claim->entity, claim_rows[claim->entity.kind].driver, own);
}

/* Returns -ENXIO whatever the kernel says: programs compare with it. */
static int claim_lock_and_enable(struct claim *claim)
{
	AUTO_TXN struct txn *txn = NULL;
	int err = nd_change_begin(&claim->entity, &txn) ?: txn_check_locked(txn);

	if (!err)
		err = claim_enable(claim, NULL) ? -ENXIO : 0;
	if (err)
		return kernel_fail_while(entity_kernel(&claim->entity), err,
			"%s: cannot be enabled", entity_name(&claim->entity));
	entity_keep(&claim->entity);
	return 0;
}

int claim_delete(struct claim *claim)
{
	int err = entity_unbind_if_bound(&claim->entity);

	/* Releasing the namespace resets the device; the kernel removes it unless it is a seed. */
	return err ?: claim_set(claim, CLAIM_NAMESPACE, "\n");
}

const struct choices *claim_choices(struct claim *claim)
{
	if (!claim->choices.known)
		choices_parse(&claim->choices,
			object_text(&claim->entity.object, claim_rows[claim->entity.kind].choices));
	return &claim->choices;
}

const char *claim_blockdev(struct claim *claim)
{
	const struct ndctl_namespace *ndns = claim_namespace(claim);
	char guess[48] = "";

	if (ndns)
		disk_name(&ndns->entity, claim_rows[claim->entity.kind].disk_suffix, guess,
			sizeof(guess));
	return entity_blockdev(&claim->entity, guess, &claim->blockdev);
}

#define CLAIM_API(type, kind)                                                                      \
	static struct claim *type##_claim(struct ndctl_##type *type)                               \
	{                                                                                          \
		return (struct claim *)type;                                                       \
	}                                                                                          \
	EXPORT struct ndctl_##type *ndctl_##type##_get_first(struct ndctl_region *region)          \
	{                                                                                          \
		return entity_show(entity_first_in(region->entity.ctx, kind, region->entity.id));  \
	}                                                                                          \
	EXPORT struct ndctl_##type *ndctl_##type##_get_next(struct ndctl_##type *type)             \
	{                                                                                          \
		return entity_show(entity_next_in(&type##_claim(type)->entity));                   \
	}                                                                                          \
	EXPORT struct ndctl_ctx *ndctl_##type##_get_ctx(struct ndctl_##type *type)                 \
	{                                                                                          \
		return type##_claim(type)->entity.ctx;                                             \
	}                                                                                          \
	EXPORT struct ndctl_region *ndctl_##type##_get_region(struct ndctl_##type *type)           \
	{                                                                                          \
		return entity_region(&type##_claim(type)->entity);                                 \
	}                                                                                          \
	EXPORT struct ndctl_bus *ndctl_##type##_get_bus(struct ndctl_##type *type)                 \
	{                                                                                          \
		return ndctl_region_get_bus(ndctl_##type##_get_region(type));                      \
	}                                                                                          \
	EXPORT unsigned int ndctl_##type##_get_id(struct ndctl_##type *type)                       \
	{                                                                                          \
		return type##_claim(type)->entity.id;                                              \
	}                                                                                          \
	EXPORT const char *ndctl_##type##_get_devname(struct ndctl_##type *type)                   \
	{                                                                                          \
		return entity_name(&type##_claim(type)->entity);                                   \
	}                                                                                          \
	EXPORT struct ndctl_namespace *ndctl_##type##_get_namespace(struct ndctl_##type *type)     \
	{                                                                                          \
		entity_show_empty(type);                                                           \
		return entity_show(claim_namespace(type##_claim(type)));                           \
	}                                                                                          \
	EXPORT void ndctl_##type##_get_uuid(struct ndctl_##type *type, uuid_t uu)                  \
	{                                                                                          \
		entity_show_uuid(&type##_claim(type)->entity, uu);                                 \
	}                                                                                          \
	EXPORT unsigned long long ndctl_##type##_get_size(struct ndctl_##type *type)               \
	{                                                                                          \
		return object_u64_or(&type##_claim(type)->entity.object, CLAIM_SIZE, ULLONG_MAX);  \
	}                                                                                          \
	EXPORT int ndctl_##type##_is_enabled(struct ndctl_##type *type)                            \
	{                                                                                          \
		return entity_is_bound(&type##_claim(type)->entity);                               \
	}                                                                                          \
	EXPORT int ndctl_##type##_is_valid(struct ndctl_##type *type)                              \
	{                                                                                          \
		return claim_is_valid(type##_claim(type));                                         \
	}                                                                                          \
	EXPORT int ndctl_##type##_is_configured(struct ndctl_##type *type)                         \
	{                                                                                          \
		return claim_is_configured(type##_claim(type));                                    \
	}                                                                                          \
	EXPORT int ndctl_##type##_set_uuid(struct ndctl_##type *type, uuid_t uu)                   \
	{                                                                                          \
		return claim_set_uuid(type##_claim(type), uu);                                     \
	}                                                                                          \
	EXPORT int ndctl_##type##_set_namespace(                                                   \
		struct ndctl_##type *type, struct ndctl_namespace *ndns)                           \
	{                                                                                          \
		return claim_set_namespace(type##_claim(type), ndns);                              \
	}                                                                                          \
	EXPORT int ndctl_##type##_enable(struct ndctl_##type *type)                                \
	{                                                                                          \
		return claim_lock_and_enable(type##_claim(type));                                  \
	}

CLAIM_API(btt, KIND_BTT)
CLAIM_API(pfn, KIND_PFN)
CLAIM_API(dax, KIND_DAX)

/* ---- btt only ---- */

EXPORT const char *ndctl_btt_get_block_device(struct ndctl_btt *btt)
{
	return claim_blockdev(btt_claim(btt));
}

EXPORT unsigned int ndctl_btt_get_sector_size(struct ndctl_btt *btt)
{
	return choices_chosen(claim_choices(btt_claim(btt)));
}

EXPORT int ndctl_btt_get_num_sector_sizes(struct ndctl_btt *btt)
{
	return (int)claim_choices(btt_claim(btt))->count;
}

EXPORT unsigned int ndctl_btt_get_supported_sector_size(struct ndctl_btt *btt, int i)
{
	return (unsigned)choices_get(claim_choices(btt_claim(btt)), i, UINT_MAX);
}

EXPORT int ndctl_btt_set_sector_size(struct ndctl_btt *btt, unsigned int sector_size)
{
	char text[16];

	snprintf(text, sizeof(text), "%u", sector_size);
	return claim_change(btt_claim(btt), CLAIM_SECTOR_SIZE, text);
}

/* ---- pfn and dax: place of the struct pages, alignment ---- */

static const char *const locations[] = {
	[NDCTL_PFN_LOC_NONE] = "none",
	[NDCTL_PFN_LOC_RAM] = "ram",
	[NDCTL_PFN_LOC_PMEM] = "pmem",
};

const char *location_name(enum ndctl_pfn_loc location)
{
	return (unsigned)location < ARRAY_SIZE(locations) ? locations[location] : NULL;
}

static enum ndctl_pfn_loc claim_get_location(struct claim *claim)
{
	const char *mode = object_text(&claim->entity.object, CLAIM_MODE);

	for (size_t i = 0; mode && i < ARRAY_SIZE(locations); i++)
		if (strcmp(mode, locations[i]) == 0)
			return (enum ndctl_pfn_loc)i;
	return NDCTL_PFN_LOC_NONE;
}

static int claim_set_location(struct claim *claim, enum ndctl_pfn_loc location)
{
	const char *name = location_name(location);

	return name ? claim_change(claim, CLAIM_MODE, name) : -EINVAL;
}

static int claim_set_align(struct claim *claim, unsigned long align)
{
	char text[32];

	snprintf(text, sizeof(text), "%lu", align);
	return claim_change(claim, CLAIM_ALIGN, text);
}

#define MAP_API(type)                                                                              \
	EXPORT enum ndctl_pfn_loc ndctl_##type##_get_location(struct ndctl_##type *type)           \
	{                                                                                          \
		return claim_get_location(type##_claim(type));                                     \
	}                                                                                          \
	EXPORT int ndctl_##type##_set_location(struct ndctl_##type *type, enum ndctl_pfn_loc loc)  \
	{                                                                                          \
		return claim_set_location(type##_claim(type), loc);                                \
	}                                                                                          \
	EXPORT unsigned long long ndctl_##type##_get_resource(struct ndctl_##type *type)           \
	{                                                                                          \
		return object_u64_or(                                                              \
			&type##_claim(type)->entity.object, CLAIM_RESOURCE, ULLONG_MAX);           \
	}                                                                                          \
	EXPORT int ndctl_##type##_has_align(struct ndctl_##type *type)                             \
	{                                                                                          \
		return ndctl_##type##_get_align(type) != 0;                                        \
	}                                                                                          \
	EXPORT unsigned long ndctl_##type##_get_align(struct ndctl_##type *type)                   \
	{                                                                                          \
		return object_u64_or(&type##_claim(type)->entity.object, CLAIM_ALIGN, 0);          \
	}                                                                                          \
	EXPORT int ndctl_##type##_set_align(struct ndctl_##type *type, unsigned long align)        \
	{                                                                                          \
		return claim_set_align(type##_claim(type), align);                                 \
	}                                                                                          \
	EXPORT int ndctl_##type##_get_num_alignments(struct ndctl_##type *type)                    \
	{                                                                                          \
		return (int)claim_choices(type##_claim(type))->count;                              \
	}                                                                                          \
	EXPORT unsigned long ndctl_##type##_get_supported_alignment(                               \
		struct ndctl_##type *type, int i)                                                  \
	{                                                                                          \
		return choices_get(claim_choices(type##_claim(type)), i, -EINVAL);                 \
	}

MAP_API(pfn)
MAP_API(dax)

EXPORT const char *ndctl_pfn_get_block_device(struct ndctl_pfn *pfn)
{
	return claim_blockdev(pfn_claim(pfn));
}

EXPORT struct daxctl_region *ndctl_dax_get_daxctl_region(struct ndctl_dax *dax)
{
	struct claim *claim = dax_claim(dax);
	char path[PATH_MAX], target[PATH_MAX];
	uuid_t uuid;

	if (claim->daxctl)
		return claim->daxctl;
	struct daxctl_ctx *ctx = ndctl_get_daxctl_ctx(claim->entity.ctx);
	if (!ctx ||
		sysfs_link(
			claim->entity.object.directory, NULL, entity_name(&claim->entity), target))
		return NULL;
	/* The link is relative, "../../../devices/...": keep the part below /sys. */
	const char *devices = strstr(target, "/devices/");
	if (!devices)
		return NULL;
	snprintf(path, sizeof(path), "/sys%s", devices);
	entity_read_uuid(&claim->entity, uuid);
	claim->daxctl = daxctl_new_region(ctx, (int)claim->entity.region, uuid, path);
	return claim->daxctl;
}
