/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base/export.h>
#include <daxctl/extensions.h>
#include <kernel/attr.h>
#include <kernel/txn.h>

struct daxctl_ctx {
	unsigned refs;
	struct kernel *kernel;
	void *userdata;
	char *config_path;
	void (*log_fn)(struct daxctl_ctx *ctx, int priority, const char *file, int line,
		const char *fn, const char *format, va_list args);
	daxctl_step_fn *step_fn;
	void *step_data;
	daxctl_progress_fn *progress_fn;
	void *progress_data;
	struct directory *dax;	   /* /sys/bus/dax/devices */
	struct directory *devices; /* /sys/devices */
	struct object memory;	   /* /sys/devices/system/memory */
	struct daxctl_region *regions;
	struct daxctl_region *gone_regions; /* replaced; callers may still point to them */
	bool listed;			    /* all regions and their devices are in the lists */
	struct txn *held;		    /* holds the lock of daxctl_region_lock() */
	char *held_path;		    /* of what is locked, relative to the root */
	int held_id;			    /* of its region */
};

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

struct daxctl_memory {
	struct daxctl_dev *dev;
	char *node_path;
};

/*
 * The inode numbers of the device's link in the directory of the bus, and of its directory; 0 if
 * not known. A device that the kernel creates later under the same name has others. A listing gives
 * one of the two without a system call per device, and the one is enough.
 */
struct dev_identity {
	uint64_t link, directory;
};

struct daxctl_dev {
	struct daxctl_region *region;
	struct daxctl_dev *next;
	struct daxctl_dev *next_gone; /* @next still leads on to the list that it was in */
	struct object object;
	int id;
	struct dev_identity identity;
	struct daxctl_mapping *mappings; /* @mapping_count of them, the last one marked */
	size_t mapping_count;
	int mapping_error; /* why the ranges cannot be read, or 0 */
	bool mapped;
	struct daxctl_memory memory;
};

struct daxctl_mapping {
	uint64_t start, end, offset;
	bool last;
};

enum dev_attr {
	DEV_SIZE,
	DEV_ALIGN,
	DEV_RESOURCE,
	DEV_TARGET_NODE,
	DEV_DEV,
	DEV_DRIVER,
	DEV_MAPPING,
	DEV_MEMMAP,
};
enum memory_attr { MEMORY_BLOCK_SIZE, MEMORY_AUTO_ONLINE };

/* Returned by an action that another program did first: it is done, but not ours to undo. */
#define BY_ANOTHER 1

static inline struct kernel *dev_kernel(const struct daxctl_dev *dev)
{
	return dev->region->ctx->kernel;
}

/* ctx.c */
int dax_ctx_new(struct daxctl_ctx **ctx, const char *root);
/* Open a directory, or the object of memory blocks, when it is first needed. Return 0 or a
 * negative errno; ctx_memory() NULL. */
int ctx_open_dax(struct daxctl_ctx *ctx);
int ctx_open_devices(struct daxctl_ctx *ctx);
struct object *ctx_memory(struct daxctl_ctx *ctx);
/* Stores a new transaction in @txn, whose steps the user's observer hears of. */
int dax_ctx_txn(struct daxctl_ctx *ctx, struct txn **txn);

/* range.c */
/* Whether a device of the region has a range within @range. */
bool region_has_device_in(struct daxctl_region *region, const struct daxctl_range *range);

/* region.c */
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

/* device.c */
/* Stores the X and Y of a name daxX.Y; false for any other name. */
bool dev_parse_name(const char *name, int *region_id, int *id);
bool dev_is_name(const char *name);
/* Returns the device called @name in @region, which it adds if it is new, or if the kernel has
 * replaced it since. One of the numbers in @identity must be known. NULL without memory. */
struct daxctl_dev *dev_get(
	struct daxctl_region *region, const char *name, const struct dev_identity *identity);
/* The same for a device whose numbers are not known. NULL with errno set. */
struct daxctl_dev *dev_find(struct daxctl_region *region, const char *name);
void dev_free(struct daxctl_dev *dev);
/* Write the attributes size, align and mapping. Return 0 or the kernel's errno. */
int dev_set_size(struct daxctl_dev *dev, uint64_t size);
int dev_set_align(struct daxctl_dev *dev, unsigned long align);
int dev_add_range(struct daxctl_dev *dev, uint64_t start, uint64_t end);
/* Forgets what was read of the device, before a change: its name may be another device's by now.
 * Call it under the lock of its region. Returns 0, or with the cause recorded -ENODEV if the device
 * no longer exists, or -ESTALE if it was replaced. */
int dev_renew(struct daxctl_dev *dev);
/* Returns the name of the device's driver, NULL with errno ENOENT if it has none, or with another
 * errno if that cannot be read. */
const char *dev_driver(struct daxctl_dev *dev);
/* Returns 0 if the device has a driver or certainly none, or a negative errno with the cause
 * recorded. */
int dev_check_driver(struct daxctl_dev *dev);
