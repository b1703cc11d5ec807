/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "choices.h"
#include "namespace.h"

/* A btt, pfn or dax device: it claims a namespace and makes another device of it. The three public
 * types are this struct; entity.kind tells them apart. */
struct claim {
	struct entity entity;
	struct choices choices; /* sector sizes or alignments that the kernel offers */
	char *blockdev;
	struct daxctl_region *daxctl;
};

enum claim_attr {
	CLAIM_NAMESPACE,
	CLAIM_UUID,
	CLAIM_SIZE,
	CLAIM_RESOURCE,
	CLAIM_MODE,
	CLAIM_ALIGN,
	CLAIM_ALIGNMENTS,
	CLAIM_SECTOR_SIZE,
	CLAIM_DRIVER,
	CLAIM_ATTR_COUNT,
};

extern const struct kind btt_kind, pfn_kind, dax_kind;

/* Differences between btt, pfn and dax devices. */
struct claim_row {
	const char *driver;
	const char *disk_suffix; /* of the block device's name; NULL without block device */
	enum claim_attr choices; /* sector sizes or alignments */
	enum region_attr seed;
};
extern const struct claim_row claim_rows[KIND_COUNT];

/* Returns the namespace that it claims, or NULL. */
struct ndctl_namespace *claim_namespace(struct claim *claim);
/* Writes an attribute, and forgets everything that was read. */
int claim_set(struct claim *claim, enum claim_attr attr, const char *value);
/* Binds its driver unless one is bound. @own: as in entity_bind_own(). */
int claim_enable(struct claim *claim, bool *own);
/* Unbinds its driver and releases its namespace. */
int claim_delete(struct claim *claim);
const struct choices *claim_choices(struct claim *claim);
const char *claim_blockdev(struct claim *claim);
/* Returns the kernel's word for where the struct pages are ("ram", "pmem"), or NULL. */
const char *location_name(enum ndctl_pfn_loc location);
