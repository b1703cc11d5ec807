/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <kernel/attr.h>

struct ndctl_ctx;

/*
 * An entity is a device on the kernel's bus "nd". Its name tells its kind and, for a part of a
 * region, the number of that region. One reading of /sys/bus/nd/devices finds all entities;
 * attributes are read when a caller asks for them.
 *
 * Entities live as long as the context. An entity that the kernel has removed is marked gone, and
 * iterations skip it; if the kernel uses its name again, the same struct describes the new device.
 * The steps of a change rely on that. A caller of the library means the device that it was given,
 * not whichever has the name now: identity.h tells the two apart.
 */
enum entity_kind {
	KIND_BUS,	/* ndbus0 */
	KIND_DIMM,	/* nmem0 */
	KIND_REGION,	/* region0 */
	KIND_NAMESPACE, /* namespace0.0 */
	KIND_BTT,	/* btt0.0 */
	KIND_PFN,	/* pfn0.0 */
	KIND_DAX,	/* dax0.0 */
	KIND_COUNT,
};

/* The device that the caller of the library means (identity.h). */
struct seen {
	uint64_t inode;
	bool has_uuid;
	uuid_t uuid;
	bool empty;   /* the caller was told that nothing is configured here */
	bool refused; /* a change has failed with -ESTALE; the next lookup accepts the new device */
	bool left;    /* the caller disabled the region: the uuid tells whether it came back */
};

/* Each noun's struct begins with an entity. */
struct entity {
	struct object object;
	struct ndctl_ctx *ctx;
	struct entity *next; /* of the same kind, in natural order */
	enum entity_kind kind;
	unsigned region; /* X of namespaceX.Y; 0 outside of regions */
	unsigned id;	 /* the last number of the name */
	bool gone;
	uint64_t inode; /* of its link as last read; another device of that name has another one */
	struct seen seen;
	struct entity *bus; /* of DIMMs and regions; NULL until entity_bus() has looked */
};

/* Properties of a kind, for the functions below. */
struct kind {
	const char *prefix; /* of names, up to the first number */
	bool in_region;	    /* named PREFIXregion.id instead of PREFIXid */
	size_t size;	    /* of the noun's struct */
	const struct attr *attrs;
	size_t attr_count;
	unsigned driver;			/* attribute that links to the driver */
	unsigned uuid;				/* attribute; for kinds in a region */
	void (*release)(struct entity *entity); /* frees what the noun's members own, or NULL */
	/* Forgets what the noun keeps besides attributes, or NULL. */
	void (*invalidate)(struct entity *entity);
	/* Stores whether nothing is configured here, or NULL. Returns 0 or a negative errno. */
	int (*is_empty)(struct entity *entity, bool *empty);
};

/* Each noun defines its kind; object/kinds.c lists them by number. */
extern const struct kind *const entity_kinds[KIND_COUNT];

/* Reads the names, unless they are known since the last change. Returns 0 or a negative errno with
 * the cause recorded; a kernel without the bus has no devices. */
int ctx_scan(struct ndctl_ctx *ctx);
/* Makes the next caller read names and attributes again. */
void ctx_forget(struct ndctl_ctx *ctx);
void ctx_free_entities(struct ndctl_ctx *ctx);

/* Iterations over the entities that exist. NULL after the last one, and with errno set if the names
 * cannot be read; a ctx_scan() before tells the two apart. */
struct entity *entity_first(struct ndctl_ctx *ctx, enum entity_kind kind);
struct entity *entity_next(const struct entity *entity);
/* The same in the region numbered @region. */
struct entity *entity_first_in(struct ndctl_ctx *ctx, enum entity_kind kind, unsigned region);
struct entity *entity_next_in(const struct entity *entity);

/* Returns the entity called @name, or NULL. */
struct entity *entity_find(struct ndctl_ctx *ctx, const char *name);
/* The same, but reads the names again before it returns NULL. */
struct entity *entity_find_fresh(struct ndctl_ctx *ctx, const char *name);

const char *entity_name(const struct entity *entity);
struct kernel *entity_kernel(const struct entity *entity);
/* Stores the path of the entity's directory, relative to the root, in @path (PATH_MAX bytes): the
 * name of its lock. Returns 0 or a negative errno. */
int entity_path(const struct entity *entity, char *path);
/* Makes the next caller read each of its attributes again. */
void entity_invalidate(struct entity *entity);
