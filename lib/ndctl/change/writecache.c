/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ndctl/object/claim.h>
#include <ndctl/object/namespace.h>
#include <ndctl/private.h>
#include <stdio.h>
#include <string.h>

/* The write cache of a namespace's block device: attribute dax/write_cache of the disk. While it is
 * on, the kernel flushes CPU caches when a file system asks for it. */

struct cache {
	const struct object *object; /* the namespace, or what claims it: the disk is below it */
	char attr[NAME_MAX + 32];
};

static int find_cache(struct ndctl_namespace *ndns, struct cache *cache)
{
	struct claim *claim = namespace_claim(ndns);
	const char *disk = claim ? claim_blockdev(claim) : ndctl_namespace_get_block_device(ndns);

	if (!*disk)
		return kernel_fail(
			entity_kernel(&ndns->entity), ENXIO, "the namespace has no block device");
	cache->object = claim ? &claim->entity.object : &ndns->entity.object;
	snprintf(cache->attr, sizeof(cache->attr), "block/%s/dax/write_cache", disk);
	return 0;
}

/* The disk of a BTT, for example. */
static int fail_without_cache(struct ndctl_namespace *ndns)
{
	return kernel_fail(entity_kernel(&ndns->entity), ENXIO,
		"the block device has no attribute dax/write_cache");
}

EXPORT int ndctl_namespace_write_cache_is_enabled(struct ndctl_namespace *ndns)
{
	struct cache cache;
	char text[SYSFS_PAGE + 1];
	int err = find_cache(ndns, &cache);

	if (err)
		return err;
	err = sysfs_read(cache.object->directory, cache.object->name, cache.attr, text);
	if (err == -ENOENT)
		return fail_without_cache(ndns);
	return err ?: strcmp(text, "1") == 0;
}

static int write_cache(struct ndctl_namespace *ndns, const char *value)
{
	struct kernel *kernel = entity_kernel(&ndns->entity);
	struct cache cache;
	int err = find_cache(ndns, &cache);

	if (err)
		return err;
	err = sysfs_write(cache.object->directory, cache.object->name, cache.attr, value);
	if (err == -ENOENT)
		return kernel_fail(
			kernel, ENOENT, "the block device has no attribute dax/write_cache");
	return err;
}

static int switch_cache(struct ndctl_namespace *ndns, const char *value)
{
	int err = write_cache(ndns, value);

	/* Programs that read the cache expect ENXIO, those that write it ENOENT. */
	if (err == -ENOENT)
		fail_without_cache(ndns);
	if (err == -ENXIO)
		err = -ENOENT;
	return err ? kernel_fail_while(entity_kernel(&ndns->entity), err,
			     "%s: cannot switch the write cache %s", entity_name(&ndns->entity),
			     *value == '1' ? "on" : "off")
		   : 0;
}

EXPORT int ndctl_namespace_enable_write_cache(struct ndctl_namespace *ndns)
{
	return switch_cache(ndns, "1");
}

EXPORT int ndctl_namespace_disable_write_cache(struct ndctl_namespace *ndns)
{
	return switch_cache(ndns, "0");
}
