/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A program that changes namespaces through libndctl and looks at what the same context shows after
 * each change: a line with the region's free capacity, and of each namespace its size and whether
 * it is enabled. The first region is empty and has labels.
 */
#include <ndctl/libndctl.h>
#include <stdio.h>
#include <uuid/uuid.h>

#define SIZE (64ULL << 20)

static void show(struct ndctl_region *region, const char *done)
{
	struct ndctl_namespace *ndns;

	printf("%s: %s, %llu MiB free", done,
		ndctl_region_is_enabled(region) ? "enabled" : "disabled",
		ndctl_region_get_available_size(region) >> 20);
	ndctl_namespace_foreach (region, ndns)
		printf(", %s %llu MiB %s", ndctl_namespace_get_devname(ndns),
			ndctl_namespace_get_size(ndns) >> 20,
			ndctl_namespace_is_enabled(ndns) ? "enabled" : "disabled");
	putchar('\n');
}

static int use(struct ndctl_region *region)
{
	struct ndctl_namespace *ndns = ndctl_region_get_namespace_seed(region);
	uuid_t uuid;

	uuid_generate(uuid);
	if (!ndns || ndctl_namespace_set_uuid(ndns, uuid) || ndctl_namespace_set_size(ndns, SIZE))
		return 1;
	show(region, "sized");
	if (ndctl_namespace_enable(ndns) < 0)
		return 1;
	show(region, "enabled");
	if (ndctl_namespace_disable(ndns))
		return 1;
	show(region, "disabled");
	if (ndctl_namespace_delete(ndns))
		return 1;
	show(region, "deleted");
	if (ndctl_region_disable_invalidate(region))
		return 1;
	show(region, "without region");
	if (ndctl_region_enable(region))
		return 1;
	show(region, "with region");
	return 0;
}

int main(void)
{
	struct ndctl_ctx *ctx;

	if (ndctl_new(&ctx))
		return 1;
	struct ndctl_bus *bus = ndctl_bus_get_first(ctx);
	struct ndctl_region *region = bus ? ndctl_region_get_first(bus) : NULL;
	int status = region ? use(region) : 1;
	ndctl_unref(ctx);
	return status;
}
