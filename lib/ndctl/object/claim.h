/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/private.h>

/* What tells btt, pfn and dax devices apart. */
struct claim_row {
	const char *driver;
	const char *disk_suffix; /* of the block device's name; NULL: it has none */
	enum claim_attr choices; /* what the kernel lets choose: sector size or alignment */
	enum region_attr seed;
};
extern const struct claim_row claim_rows[KIND_COUNT];

/* Writes an attribute; everything that is known is forgotten. */
int claim_set(struct claim *claim, enum claim_attr attr, const char *value);
/* @own (unless NULL): as entity_bind_own(). */
int claim_enable(struct claim *claim, bool *own);
/* Disables it, and lets go of its namespace. */
int claim_delete(struct claim *claim);
const struct choices *claim_choices(struct claim *claim);
const char *claim_blockdev(struct claim *claim);
/* The kernel's word for where a page map lies. */
const char *location_name(enum ndctl_pfn_loc location);
