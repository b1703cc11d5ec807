/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef NDCTL_EXTENSIONS_H
#define NDCTL_EXTENSIONS_H

#include <ndctl/libndctl.h>
#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

/*
 * What this libndctl offers beyond the common interface, in version nodes of its own name
 * (NDCTL_EXT_n). A program that must run with other implementations looks these up with dlsym().
 */

/*
 * The last failure in this context as a sentence without newline, and what would help. NULL if
 * nothing failed, or if there is no advice. Both stay good until the next call that fails.
 */
const char *ndctl_get_error(struct ndctl_ctx *ctx);
const char *ndctl_get_hint(struct ndctl_ctx *ctx);

/* The object of that name ("namespace0.1"), found without looking at others; NULL if there is none.
 */
struct ndctl_namespace *ndctl_namespace_get_by_name(struct ndctl_ctx *ctx, const char *name);
struct ndctl_region *ndctl_region_get_by_name(struct ndctl_ctx *ctx, const char *name);

/*
 * Changes are transactions: a list of steps, each with its undo. An observer hears of each step:
 * their number is not known beforehand, the text is for people.
 */
enum ndctl_step_event {
	NDCTL_STEP_PLANNED,	/* a dry run would take it */
	NDCTL_STEP_TAKEN,	/* it is being taken */
	NDCTL_STEP_UNDONE,	/* it was undone because a later one failed */
	NDCTL_STEP_UNDO_FAILED, /* it could not be undone */
};
typedef void ndctl_step_fn(
	struct ndctl_ctx *ctx, enum ndctl_step_event event, const char *what, void *data);
void ndctl_set_step_fn(struct ndctl_ctx *ctx, ndctl_step_fn *fn, void *data);

enum ndctl_change_flags {
	NDCTL_CHANGE_FORCE = 1 << 0,	 /* disable what is enabled first */
	NDCTL_CHANGE_DRY_RUN = 1 << 1,	 /* check, tell the steps, change nothing */
	NDCTL_CHANGE_AUTOLABEL = 1 << 2, /* initialize labels on dimms that have none, see below */
};

/* What a namespace shall be. Members that are zero leave the choice to the library; so do members
 * beyond @struct_size, which is set to sizeof(struct ndctl_namespace_spec). */
struct ndctl_namespace_spec {
	size_t struct_size;
	unsigned flags;			/* enum ndctl_change_flags */
	enum ndctl_namespace_mode mode; /* UNKNOWN: as before, or fsdax */
	enum ndctl_pfn_loc map;		/* fsdax and devdax; NONE: as before, or PMEM */
	unsigned long long size;	/* of the namespace as a whole; 0: what is free */
	unsigned long align;		/* fsdax and devdax; 0: as before, or 2 MiB */
	unsigned int sector_size;	/* 0: as before, or 4096 in sector mode, 512 else */
	const char *name;		/* alt_name; NULL: as before, or none */
	uuid_t uuid;			/* null: a new one */
};

/*
 * Creates a namespace in @region and enables it; it is stored in @ndns (NULL after a dry run).
 * When a step fails everything is put back as it was.
 *
 * Returns 0, or
 *   -EINVAL  the specification contradicts itself, or a size or alignment does not fit the region
 *   -ENOSPC  the region has not that much left in one piece
 *   -ENODEV  the region is disabled, or its one namespace is taken
 *   -EROFS   the region is read-only
 *   -ENXIO   the kernel would not bring up the namespace
 * or another errno of the kernel.
 */
int ndctl_region_create_namespace(struct ndctl_region *region,
	const struct ndctl_namespace_spec *spec, struct ndctl_namespace **ndns);

/*
 * Makes another kind of namespace of @old. What @spec leaves open is as it was, but for the uuid.
 * The content is lost; the result is stored in @ndns, and is @old, changed in place. Without
 * labels, and with AUTOLABEL, the region first gets labels if its dimms can have some and serve no
 * other region. Returns as ndctl_region_create_namespace(), or -EBUSY  @old is enabled (without
 * FORCE), mounted, held, or serves as memory
 */
int ndctl_namespace_reconfigure(struct ndctl_namespace *old,
	const struct ndctl_namespace_spec *spec, struct ndctl_namespace **ndns);

/*
 * Wipes the info block of @ndns and gives its capacity back. Without labels the namespace remains,
 * disabled and raw. Returns 0; 1 if there was nothing to do: an idle seed, or no label and no info
 * block; or a negative errno: -EBUSY as above.
 */
int ndctl_namespace_destroy(struct ndctl_namespace *ndns, unsigned flags);

/* Why @ndns cannot be disabled now: mounted, held by another device, or memory in use. 0 if nothing
 * stands against it, else -EBUSY; the sentence names the holder. */
int ndctl_namespace_check_idle(struct ndctl_namespace *ndns);

#ifdef __cplusplus
}
#endif

#endif
