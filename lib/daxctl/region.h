/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "private.h"

struct daxctl_region {
	struct daxctl_ctx *ctx;
	unsigned refs; /* references of callers; each holds the context */
	struct daxctl_region *next;
	struct daxctl_region *next_gone; /* @next still leads on to the list that it was in */
	uint64_t identity;		 /* of the directory at its path */
	struct object object;		 /* its name is the path below /sys/devices */
	struct directory *directory;	 /* the directory at that path, for the devices in it */
	char *path;			 /* "/sys/devices/platform/hmem.0" */
	int id;
	uuid_t uuid;
	struct daxctl_dev *devs;
	struct daxctl_dev *latest; /* the last one added: names arrive in order */
	struct daxctl_dev *gone;   /* destroyed; callers may still point to them */
	bool listed;
};

/* Returns the region at @path, relative to /sys/devices. Adds it to the context if it is new, or
 * if the kernel has replaced it since. NULL without memory. */
struct daxctl_region *region_get(struct daxctl_ctx *ctx, int id, const char *path);
void dax_region_free(struct daxctl_region *region);
/* Takes the lock for changes to the region's devices. */
int dax_region_lock(struct daxctl_region *region, struct txn *txn);
/* Makes a new transaction @txn with that lock, for a change of one write. */
int dax_region_lock_alone(struct daxctl_region *region, struct txn **txn);
/* Forgets what was read of the region and its devices. Call it under the lock. Returns 0, or
 * -ENODEV with the cause recorded if the region no longer exists. */
int region_renew(struct daxctl_region *region);
/* Takes a device that the kernel no longer has off the list. Callers may still point to it. */
void region_retire_dev(struct daxctl_region *region, struct daxctl_dev *dev);
/* Write the attributes create and delete; call them under the lock. */
int region_create_dev(struct daxctl_region *region);
int region_delete_dev(struct daxctl_region *region, struct daxctl_dev *dev);
/* Whether the kernel still has this region, and no newer one, at its path. */
bool region_is_there(struct daxctl_region *region);
/* Stores in @available the free bytes of a dynamic region. Records the cause of a failure. */
int region_read_available(struct daxctl_region *region, uint64_t *available);
/* Returns the alignment in bytes, 0 if it cannot be read. */
unsigned long dax_region_align(struct daxctl_region *region);
