/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "region.h"

#include <kernel/entries.h>
#include <stdio.h>
#include <string.h>

#include "device.h"

/* Documentation/ABI/testing/sysfs-bus-dax */
enum region_attr {
	REGION_SIZE,
	REGION_AVAILABLE,
	REGION_ALIGN,
	REGION_SEED,
	REGION_CREATE,
	REGION_DELETE,
	REGION_UUID,
};
static const struct attr region_attrs[] = {
	[REGION_SIZE] = {"dax_region/size", ATTR_U64, true},
	[REGION_AVAILABLE] = {"dax_region/available_size", ATTR_U64},
	[REGION_ALIGN] = {"dax_region/align", ATTR_U64, true},
	[REGION_SEED] = {"dax_region/seed", ATTR_TEXT},
	[REGION_CREATE] = {"dax_region/create", ATTR_TEXT},
	[REGION_DELETE] = {"dax_region/delete", ATTR_TEXT},
	[REGION_UUID] = {"uuid", ATTR_UUID, true},
};

#define SYSFS_DEVICES "/sys/devices/"

/* The kernel creates this directory with the region and removes it with the region. */
#define REGION_DIRECTORY "dax_region"

static void cleanup_region(struct daxctl_region **region)
{
	dax_region_free(*region);
}

static int region_init(struct daxctl_region *region, struct daxctl_ctx *ctx, const char *path)
{
	region->ctx = ctx;
	if (asprintf(&region->path, SYSFS_DEVICES "%s", path) < 0) {
		region->path = NULL;
		return -ENOMEM;
	}
	return ctx_open_devices(ctx)
		?: directory_below(ctx->devices, path, &region->directory)
		?: object_init(&region->object, ctx->devices, path, region_attrs,
			   ARRAY_SIZE(region_attrs));
}

/* NULL with errno set on failure. */
static struct daxctl_region *region_new(struct daxctl_ctx *ctx, int id, const char *path)
{
	CLEANUP(cleanup_region) struct daxctl_region *region = calloc(1, sizeof(*region));
	int err = region ? region_init(region, ctx, path) : -ENOMEM;

	if (err) {
		errno = -err;
		return NULL;
	}
	region->id = id;
	region->identity = sysfs_identity(ctx->devices, path, REGION_DIRECTORY);
	return TAKE(region);
}

static void free_devs(struct daxctl_dev *dev)
{
	while (dev) {
		struct daxctl_dev *next = dev->next;
		dev_free(dev);
		dev = next;
	}
}

void dax_region_free(struct daxctl_region *region)
{
	if (!region)
		return;
	free_devs(region->devs);
	while (region->gone) {
		struct daxctl_dev *dev = region->gone;
		region->gone = dev->next_gone;
		dev_free(dev);
	}
	object_deinit(&region->object);
	directory_unref(region->directory);
	free(region->path);
	free(region);
}

/* Order regions by id, then by path: those of several namespaces may share the id of the nd region
 * that they come from. */
static int region_compare(const struct daxctl_region *region, int id, const char *path)
{
	return region->id != id ? region->id - id : names_compare(region->object.name, path);
}

/* Find the place of the region in the list, or the place to insert it. */
static struct daxctl_region **region_place(struct daxctl_ctx *ctx, int id, const char *path)
{
	struct daxctl_region **place = &ctx->regions;

	while (*place && region_compare(*place, id, path) < 0)
		place = &(*place)->next;
	return place;
}

/* Take a region that the kernel no longer has off the list. Callers may still point to it. */
static void region_retire(struct daxctl_region **place)
{
	struct daxctl_region *region = *place;

	*place = region->next;
	region->next_gone = region->ctx->gone_regions;
	region->ctx->gone_regions = region;
}

bool region_is_there(struct daxctl_region *region)
{
	return region->identity ==
		sysfs_identity(region->ctx->devices, region->object.name, REGION_DIRECTORY);
}

struct daxctl_region *region_get(struct daxctl_ctx *ctx, int id, const char *path)
{
	struct daxctl_region **place = region_place(ctx, id, path);

	if (*place && region_compare(*place, id, path) == 0) {
		if (region_is_there(*place))
			return *place;
		region_retire(place);
	}

	struct daxctl_region *region = region_new(ctx, id, path);
	if (!region)
		return NULL;
	region->next = *place;
	*place = region;
	return region;
}

/* Whether a relative path stays below its directory: no part is empty or "..". */
static bool is_below(const char *path)
{
	for (;;) {
		size_t length = strcspn(path, "/");
		if (length == 0 || (length == 2 && memcmp(path, "..", 2) == 0))
			return false;
		if (!path[length])
			return true;
		path += length + 1;
	}
}

/* Find the region in the link of a device: ../../../devices/platform/hmem.0/dax0.0 is in region
 * platform/hmem.0. Cuts @link. */
static const char *region_path_of(char *link)
{
	static const char prefix[] = "../../../devices/";
	char *slash = strrchr(link, '/');

	if (strncmp(link, prefix, strlen(prefix)) != 0 || slash < link + strlen(prefix))
		return NULL;
	*slash = 0;
	return is_below(link + strlen(prefix)) ? link + strlen(prefix) : NULL;
}

/* Add the device @name, whose link has number @inode, and its region to the context. NULL with
 * errno set on failure. */
static struct daxctl_dev *add_dev(struct daxctl_ctx *ctx, const char *name, uint64_t inode)
{
	const struct dev_identity identity = {.link = inode};
	char link[PATH_MAX];
	int region_id, id;

	if (!dev_parse_name(name, &region_id, &id)) {
		errno = ENOENT;
		return NULL;
	}
	int err = sysfs_link(ctx->dax, name, NULL, link);
	const char *path = err ? NULL : region_path_of(link);
	if (!path) {
		errno = err ? -err : ENOENT;
		return NULL;
	}
	struct daxctl_region *region = region_get(ctx, region_id, path);
	if (!region)
		return NULL;
	struct daxctl_dev *dev = dev_get(region, name, &identity);
	if (!dev)
		errno = ENOMEM;
	return dev;
}

void region_retire_dev(struct daxctl_region *region, struct daxctl_dev *dev)
{
	struct daxctl_dev **place = &region->devs;

	while (*place && *place != dev)
		place = &(*place)->next;
	if (!*place)
		return;
	*place = dev->next;
	region->latest = NULL;
	dev->next_gone = region->gone;
	region->gone = dev;
}

static void retire_others(struct daxctl_region *region, const struct entries *entries)
{
	for (struct daxctl_dev *dev = region->devs, *next; dev; dev = next) {
		next = dev->next;
		if (!entries_have(entries, dev->object.name))
			region_retire_dev(region, dev);
	}
}

/* Make the region's list of devices that of its directory. */
static int list_devs(struct daxctl_region *region)
{
	AUTO_ENTRIES struct entries entries = {0};

	if (region->listed)
		return 0;
	int err = entries_read(region->directory, dev_is_name, &entries);
	if (err)
		return err;
	entries_foreach (&entries, entry) {
		const struct dev_identity identity = {.directory = entry->inode};
		if (!dev_get(region, entry->name, &identity))
			return -ENOMEM;
	}
	retire_others(region, &entries);
	region->listed = true;
	return 0;
}

/* Whether the entry is gone by now, or is no link and so no device. What cannot be looked at may be
 * a device. */
static bool is_no_dev(int err)
{
	return err == -ENOENT || err == -EINVAL;
}

/* Add the devices @links, but not those that are gone by now. From the second device of a region
 * on, list the region's directory, so that no link has to be read for each device. */
static int add_devs(struct daxctl_ctx *ctx, const struct entries *links)
{
	const struct daxctl_dev *known = NULL;
	int err = 0;

	entries_foreach (links, entry) {
		if (known && strcmp(known->object.name, entry->name) == 0) {
			known = known->next;
			continue;
		}
		const struct daxctl_dev *dev = add_dev(ctx, entry->name, entry->inode);
		if (!dev && !is_no_dev(-errno))
			return -errno;
		if (dev && dev != dev->region->devs) {
			err = list_devs(dev->region);
			if (err && err != -ENOENT)
				return err;
			known = dev->next;
		}
	}
	return 0;
}

static int list_all(struct daxctl_ctx *ctx)
{
	AUTO_ENTRIES struct entries links = {0};

	if (ctx->listed)
		return 0;
	int err = ctx_open_dax(ctx) ?: entries_read(ctx->dax, dev_is_name, &links);
	err = err ?: add_devs(ctx, &links);
	if (err)
		return err;
	for (struct daxctl_region *region = ctx->regions; region; region = region->next)
		region->listed = true;
	ctx->listed = true;
	return 0;
}

EXPORT struct daxctl_dev *daxctl_dev_get_by_name(struct daxctl_ctx *ctx, const char *name)
{
	int err = ctx && name ? ctx_open_dax(ctx) : -EINVAL;

	if (!err && !dev_is_name(name))
		err = -ENOENT;
	if (err) {
		errno = -err;
		return NULL;
	}
	uint64_t inode = sysfs_entry_identity(ctx->dax, name);
	return inode ? add_dev(ctx, name, inode) : NULL;
}

EXPORT struct daxctl_region *daxctl_region_get_first(struct daxctl_ctx *ctx)
{
	int err = list_all(ctx);

	/* Without the dax bus there are no regions; any other failure is one. */
	errno = err == -ENOENT ? 0 : -err;
	return errno ? NULL : ctx->regions;
}

EXPORT struct daxctl_region *daxctl_region_get_next(struct daxctl_region *region)
{
	return region->next;
}

/* Return the part of a path below /sys/devices, or NULL for another path. */
static const char *below_devices(const char *path)
{
	static const char prefix[] = "sys/devices/";

	if (strncmp(path, prefix, strlen(prefix)) != 0 || !is_below(path + strlen(prefix)))
		return NULL;
	return path + strlen(prefix);
}

/* Resolve @path and return it relative to /sys/devices. A path that does not exist stands for
 * itself. */
static const char *resolve(struct daxctl_ctx *ctx, const char *path, char *resolved)
{
	if (*path != '/')
		return NULL;
	path += strspn(path, "/");
	int err = *path ? sysfs_resolve(ctx->kernel, path, resolved) : -EINVAL;
	return below_devices(err ? path : resolved);
}

EXPORT struct daxctl_region *daxctl_new_region(
	struct daxctl_ctx *ctx, int id, uuid_t uuid, const char *path)
{
	char resolved[PATH_MAX];
	const char *place = path ? resolve(ctx, path, resolved) : NULL;

	if (!place) {
		errno = EINVAL;
		return NULL;
	}
	struct daxctl_region *region = region_get(ctx, id, place);
	/* With another uuid, it is the region of a newer namespace. */
	if (region && uuid && !uuid_is_null(uuid) && !uuid_is_null(region->uuid) &&
		uuid_compare(uuid, region->uuid) != 0) {
		region_retire(region_place(ctx, id, place));
		region = region_get(ctx, id, place);
	}
	if (!region)
		return NULL;
	if (uuid)
		uuid_copy(region->uuid, uuid);
	daxctl_region_ref(region);
	return region;
}

EXPORT void daxctl_region_ref(struct daxctl_region *region)
{
	if (!region)
		return;
	region->refs++;
	daxctl_ref(region->ctx);
}

/* Ignore calls without a reference: some callers drop one that they never took, of a region from a
 * list or from libndctl. */
EXPORT void daxctl_region_unref(struct daxctl_region *region)
{
	if (!region || !region->refs)
		return;
	region->refs--;
	daxctl_unref(region->ctx);
}

EXPORT struct daxctl_ctx *daxctl_region_get_ctx(struct daxctl_region *region)
{
	return region->ctx;
}

EXPORT int daxctl_region_get_id(struct daxctl_region *region)
{
	return region->id;
}

EXPORT void daxctl_region_get_uuid(struct daxctl_region *region, uuid_t uu)
{
	uuid_copy(uu, region->uuid);
}

EXPORT int daxctl_region_is_dynamic(struct daxctl_region *region)
{
	if (!region)
		return -EINVAL;
	return sysfs_exists(region->object.directory, region->object.name, "dax_region/create");
}

EXPORT int daxctl_region_get_nvdimm_uuid(struct daxctl_region *region, uuid_t uuid)
{
	if (!region || !uuid)
		return -EINVAL;
	int err = object_uuid(&region->object, REGION_UUID, uuid);

	return err == -ENOENT ? -EOPNOTSUPP : err;
}

EXPORT const char *daxctl_region_get_path(struct daxctl_region *region)
{
	return region->path;
}

EXPORT const char *daxctl_region_get_devname(struct daxctl_region *region)
{
	return strrchr(region->path, '/') + 1;
}

EXPORT unsigned long long daxctl_region_get_size(struct daxctl_region *region)
{
	return object_u64_or(&region->object, REGION_SIZE, ULLONG_MAX);
}

EXPORT unsigned long long daxctl_region_get_available_size(struct daxctl_region *region)
{
	return object_u64_or(&region->object, REGION_AVAILABLE, 0);
}

int region_read_available(struct daxctl_region *region, uint64_t *available)
{
	int err = object_u64(&region->object, REGION_AVAILABLE, available);

	return err ? kernel_fail(region->ctx->kernel, -err,
			     "cannot read the available size of region %d: %s", region->id,
			     strerror(-err))
		   : 0;
}

unsigned long dax_region_align(struct daxctl_region *region)
{
	return object_u64_or(&region->object, REGION_ALIGN, 0);
}

EXPORT unsigned long daxctl_region_get_align(struct daxctl_region *region)
{
	return object_u64_or(&region->object, REGION_ALIGN, ULONG_MAX);
}

EXPORT struct daxctl_dev *daxctl_dev_get_first(struct daxctl_region *region)
{
	errno = -list_devs(region);
	return region->devs;
}

static int not_dynamic(struct daxctl_region *region)
{
	return kernel_fail(region->ctx->kernel, EOPNOTSUPP,
		"region %d is not dynamic: cannot create or destroy devices", region->id);
}

int region_create_dev(struct daxctl_region *region)
{
	int err = object_write(&region->object, REGION_CREATE, "1");

	if (!err)
		region->listed = false;
	return err;
}

EXPORT int daxctl_region_create_dev(struct daxctl_region *region)
{
	AUTO_TXN struct txn *txn = NULL;

	if (!daxctl_region_is_dynamic(region))
		return not_dynamic(region);
	int err = dax_region_lock_alone(region, &txn) ?: region_renew(region);
	return err ?: region_create_dev(region);
}

EXPORT struct daxctl_dev *daxctl_region_get_dev_seed(struct daxctl_region *region)
{
	const char *seed = object_text(&region->object, REGION_SEED);

	return seed && dev_is_name(seed) ? dev_find(region, seed) : NULL;
}

int region_delete_dev(struct daxctl_region *region, struct daxctl_dev *dev)
{
	int err = object_write(&region->object, REGION_DELETE, daxctl_dev_get_devname(dev));

	if (!err)
		region_retire_dev(region, dev);
	return err;
}

EXPORT int daxctl_region_destroy_dev(struct daxctl_region *region, struct daxctl_dev *dev)
{
	AUTO_TXN struct txn *txn = NULL;

	if (!daxctl_region_is_dynamic(region))
		return not_dynamic(region);
	int err = dax_region_lock_alone(region, &txn) ?: dev_renew(dev);
	return err ?: region_delete_dev(region, dev);
}

int dax_region_lock_alone(struct daxctl_region *region, struct txn **txn)
{
	kernel_clear_error(region->ctx->kernel);
	int err = dax_ctx_txn(region->ctx, txn);
	return err ?: dax_region_lock(region, *txn);
}

/* Store in @path, which has room for PATH_MAX bytes, the object whose lock protects the region's
 * devices: of a namespace's region the nd region, so that ndctl and daxctl exclude each other,
 * else the region itself. */
static int region_lock_path(const struct daxctl_region *region, char *path)
{
	const char *whole = region->path + 1; /* relative to the root */
	size_t length = strlen(whole);
	const char *nd = strstr(whole, "/ndbus");

	nd = nd ? strstr(nd, "/region") : NULL;
	if (nd)
		length = strchrnul(nd + 1, '/') - whole;
	return snprintf(path, PATH_MAX, "%.*s", (int)length, whole) < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* Two programs that each hold one region, and wait for the other's, would wait without end. Who
 * holds one waits for those that follow it in the order of paths only. */
static int region_lock_beside(struct daxctl_region *region, struct txn *txn, const char *path)
{
	const struct daxctl_ctx *ctx = region->ctx;
	int err = strcmp(path, ctx->held_path) > 0 ? txn_lock(txn, path) : txn_try_lock(txn, path);

	if (err != -EWOULDBLOCK)
		return err;
	kernel_fail(ctx->kernel, EDEADLK,
		"another program is changing region %d, and may be waiting for region %d, which this program holds",
		region->id, ctx->held_id);
	kernel_hint(ctx->kernel, "unlock region %d first", ctx->held_id);
	return -EDEADLK;
}

int dax_region_lock(struct daxctl_region *region, struct txn *txn)
{
	const struct txn *held = region->ctx->held;
	char path[PATH_MAX];
	int err = region_lock_path(region, path);

	if (err || (held && txn_has_lock(held, path)))
		return err;
	return held ? region_lock_beside(region, txn, path) : txn_lock(txn, path);
}

int region_renew(struct daxctl_region *region)
{
	object_invalidate(&region->object);
	region->listed = false;
	for (struct daxctl_dev *dev = region->devs; dev; dev = dev->next) {
		object_invalidate(&dev->object);
		dev->mapped = false;
	}
	if (region_is_there(region))
		return 0;
	return kernel_fail(region->ctx->kernel, ENODEV, "region %d no longer exists", region->id);
}

static int region_hold(struct daxctl_region *region, struct txn **txn)
{
	struct daxctl_ctx *ctx = region->ctx;
	char path[PATH_MAX];
	int err = region_lock_path(region, path) ?: dax_region_lock_alone(region, txn);

	if (err)
		return err;
	/* Refuse without the right to lock: other programs would go on changing the region. */
	if (!txn_has_lock(*txn, path))
		return kernel_fail(ctx->kernel, EACCES, "only root may lock a region");
	err = region_renew(region);
	if (err)
		return err;
	ctx->held_path = strdup(path);
	return ctx->held_path ? 0 : -ENOMEM;
}

EXPORT int daxctl_region_lock(struct daxctl_region *region)
{
	AUTO_TXN struct txn *txn = NULL;

	if (!region)
		return -EINVAL;
	struct daxctl_ctx *ctx = region->ctx;
	int err = ctx->held
		? kernel_fail(ctx->kernel, EBUSY,
			  "this program holds the lock of region %d already", ctx->held_id)
		: region_hold(region, &txn);
	if (err)
		return kernel_fail_while(ctx->kernel, err, "cannot lock region %d", region->id);
	ctx->held = TAKE(txn);
	ctx->held_id = region->id;
	return 0;
}

/* The object may be another one than that which was locked: the kernel has made the region anew. */
EXPORT void daxctl_region_unlock(struct daxctl_region *region)
{
	struct daxctl_ctx *ctx = region ? region->ctx : NULL;
	char path[PATH_MAX];

	if (!ctx || !ctx->held || region->id != ctx->held_id || region_lock_path(region, path) ||
		strcmp(path, ctx->held_path) != 0)
		return;
	ctx->held = txn_unref(ctx->held);
	free(TAKE(ctx->held_path));
}
