/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <daxctl/libdaxctl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

/*
 * What a program sees of libdaxctl: the same program runs with the reference's library and with
 * ours, on a machine with one dynamic region whose device dax0.0 has all of it and is enabled, and
 * prints what each function gives. It leaves the machine as it was, but for names.
 */

static int lines_of_log;

static void __attribute__((format(printf, 6, 0))) count_log(struct daxctl_ctx *ctx, int priority,
	const char *file, int line, const char *fn, const char *format, va_list args)
{
	lines_of_log++;
}

#define SHOW(format, expression) printf("%s: " format "\n", #expression, expression)
#define SHOW_INT(expression)	 SHOW("%d", expression)
#define SHOW_RC(expression)                                                                        \
	do {                                                                                       \
		int rc_ = expression;                                                              \
		if (rc_ < 0)                                                                       \
			printf("%s: %s\n", #expression, strerrorname_np(-rc_));                    \
		else                                                                               \
			printf("%s: %d\n", #expression, rc_);                                      \
	} while (0)

static void context(struct daxctl_ctx *ctx)
{
	static char path[] = "/tmp/config";

	daxctl_set_log_priority(ctx, LOG_INFO);
	SHOW_INT(daxctl_get_log_priority(ctx));
	daxctl_set_log_priority(ctx, LOG_DEBUG);
	SHOW_INT(daxctl_get_userdata(ctx) == NULL);
	daxctl_set_userdata(ctx, path);
	SHOW_INT(daxctl_get_userdata(ctx) == path);
	SHOW_INT(daxctl_ref(ctx) == ctx);
	daxctl_unref(ctx);
	daxctl_unref(NULL);
	SHOW_INT(daxctl_ref(NULL) == NULL);
	SHOW("%s", daxctl_get_config_path(ctx));
	SHOW_RC(daxctl_set_config_path(ctx, path));
	SHOW("%s", daxctl_get_config_path(ctx));
}

/* By address, whatever the order: the reference has that of the directory in sysfs. */
static void mapping(struct daxctl_dev *dev)
{
	struct daxctl_mapping *m, *next;

	for (unsigned long long from = 0;;) {
		next = NULL;
		daxctl_mapping_foreach (dev, m)
			if (daxctl_mapping_get_start(m) >= from &&
				(!next ||
					daxctl_mapping_get_start(m) <
						daxctl_mapping_get_start(next)))
				next = m;
		if (!next)
			return;
		printf("mapping %#llx-%#llx, %#llx bytes at %#llx\n",
			daxctl_mapping_get_start(next), daxctl_mapping_get_end(next),
			daxctl_mapping_get_size(next), daxctl_mapping_get_offset(next));
		from = daxctl_mapping_get_end(next) + 1;
	}
}

static void device(struct daxctl_dev *dev)
{
	SHOW("%s", daxctl_dev_get_devname(dev));
	SHOW_INT(daxctl_dev_get_id(dev));
	SHOW_INT(daxctl_dev_get_major(dev) > 0);
	SHOW_INT(daxctl_dev_get_minor(dev) >= 0);
	SHOW("%#llx", daxctl_dev_get_resource(dev));
	SHOW("%#llx", daxctl_dev_get_size(dev));
	SHOW("%#lx", daxctl_dev_get_align(dev));
	SHOW_INT(daxctl_dev_get_target_node(dev));
	SHOW_INT(daxctl_dev_is_enabled(dev));
	SHOW_INT(daxctl_dev_get_memory(dev) != NULL);
	SHOW_INT(daxctl_dev_will_auto_online_memory(dev));
	SHOW_INT(daxctl_dev_has_online_memory(dev));
	mapping(dev);
}

static void memory(struct daxctl_dev *dev)
{
	struct daxctl_memory *mem = daxctl_dev_get_memory(dev);

	SHOW_INT(mem != NULL);
	if (!mem)
		return;
	SHOW_INT(daxctl_memory_get_dev(mem) == dev);
	SHOW("%s", daxctl_memory_get_node_path(mem));
	SHOW("%#lx", daxctl_memory_get_block_size(mem));
	SHOW_INT(daxctl_memory_num_sections(mem));
	SHOW_INT(daxctl_memory_is_online(mem));
	SHOW_INT(daxctl_memory_is_movable(mem));
	SHOW_INT(daxctl_dev_has_online_memory(dev));
}

/* Another hand in it: a write to the state of the first block of a node. */
static void one_block(const char *node, const char *state)
{
	char command[256];

	snprintf(
		command, sizeof(command), "set -- %s/memory[0-9]*; echo %s >$1/state", node, state);
	SHOW_INT(system(command));
}

static void as_memory(struct daxctl_dev *dev)
{
	struct daxctl_memory *mem;

	SHOW_RC(daxctl_dev_disable(dev));
	SHOW_RC(daxctl_dev_enable_ram(dev));
	SHOW_RC(daxctl_dev_enable_ram(dev));
	SHOW_INT(daxctl_dev_is_enabled(dev));
	memory(dev);
	mem = daxctl_dev_get_memory(dev);
	if (!mem)
		return;
	SHOW_RC(daxctl_memory_online(mem));
	memory(dev);
	SHOW_RC(daxctl_memory_online(mem));
	SHOW_RC(daxctl_memory_offline(mem));
	SHOW_RC(daxctl_memory_offline(mem));
	one_block(daxctl_memory_get_node_path(mem), "online_movable");
	SHOW_RC(daxctl_memory_is_online(mem));
	SHOW_RC(daxctl_memory_online(mem));
	one_block(daxctl_memory_get_node_path(mem), "offline");
	SHOW_RC(daxctl_memory_offline(mem));
	SHOW_RC(daxctl_memory_online_no_movable(mem));
	SHOW_INT(daxctl_memory_is_movable(mem));
	SHOW_RC(daxctl_memory_offline(mem));
	SHOW_RC(daxctl_dev_disable(dev));
	SHOW_INT(daxctl_dev_get_memory(dev) != NULL);
	SHOW_INT(daxctl_dev_is_enabled(dev));
}

static void resize(struct daxctl_region *region, struct daxctl_dev *dev)
{
	unsigned long long all = daxctl_dev_get_size(dev);

	SHOW_RC(daxctl_dev_set_size(dev, 1000));
	SHOW_RC(daxctl_dev_set_size(dev, all * 2));
	SHOW_RC(daxctl_dev_set_align(dev, 12345));
	SHOW_RC(daxctl_dev_set_mapping(dev, 1, 2));
	SHOW_RC(daxctl_region_destroy_dev(region, dev));
	SHOW_RC(daxctl_dev_set_size(dev, all / 4));
	SHOW("%#llx", daxctl_dev_get_size(dev));
	SHOW("%#llx", daxctl_region_get_available_size(region));
	SHOW_RC(daxctl_dev_set_align(dev, 4096));
	SHOW("%#lx", daxctl_dev_get_align(dev));
	SHOW_RC(daxctl_dev_set_align(dev, 2 << 20));
}

/* Before the devices are looked at: the reference looks once. */
static void create(struct daxctl_region *region, unsigned long long start)
{
	struct daxctl_dev *dev;

	SHOW_RC(daxctl_region_create_dev(region));
	dev = daxctl_region_get_dev_seed(region);
	SHOW_INT(dev != NULL);
	if (!dev)
		return;
	SHOW("%s", daxctl_dev_get_devname(dev));
	SHOW("%#llx", daxctl_dev_get_size(dev));
	SHOW_INT(daxctl_dev_is_enabled(dev));
	SHOW_RC(daxctl_dev_enable_devdax(dev));
	SHOW_RC(daxctl_dev_set_mapping(dev, start + (128 << 20), start + (256 << 20) - 1));
	SHOW("%#llx", daxctl_dev_get_size(dev));
	SHOW_RC(daxctl_dev_set_mapping(dev, start, start + (128 << 20) - 1));
	SHOW("%#llx", daxctl_dev_get_size(dev));
	mapping(dev);
	SHOW_RC(daxctl_region_destroy_dev(region, dev));
	SHOW_RC(daxctl_dev_enable_devdax(dev));
	SHOW_RC(daxctl_region_destroy_dev(region, dev));
	SHOW_RC(daxctl_dev_disable(dev));
	SHOW_RC(daxctl_dev_set_size(dev, 0));
	SHOW_RC(daxctl_region_destroy_dev(region, dev));
}

static struct daxctl_ctx *new_context(struct daxctl_region **region)
{
	struct daxctl_ctx *ctx;

	if (daxctl_new(&ctx))
		exit(1);
	SHOW_INT(daxctl_get_log_priority(ctx));
	daxctl_set_log_fn(ctx, count_log);
	daxctl_set_log_priority(ctx, LOG_DEBUG);
	*region = daxctl_region_get_first(ctx);
	if (!*region)
		exit(1);
	return ctx;
}

static void region_of(struct daxctl_ctx *ctx, struct daxctl_region *region)
{
	uuid_t uuid;

	SHOW_INT(daxctl_region_get_first(ctx) == region);
	SHOW_INT(daxctl_region_get_next(region) == NULL);
	SHOW_INT(daxctl_region_get_ctx(region) == ctx);
	SHOW_INT(daxctl_region_get_id(region));
	daxctl_region_get_uuid(region, uuid);
	SHOW_INT(uuid_is_null(uuid));
	SHOW("%s", daxctl_region_get_path(region));
	SHOW("%s", daxctl_region_get_devname(region));
	SHOW("%#llx", daxctl_region_get_size(region));
	SHOW("%#llx", daxctl_region_get_available_size(region));
	SHOW("%#lx", daxctl_region_get_align(region));
	daxctl_region_ref(region);
	daxctl_region_unref(region);
}

static struct daxctl_dev *first_device(struct daxctl_ctx *ctx, struct daxctl_region *region)
{
	struct daxctl_dev *dev = daxctl_dev_get_first(region);

	SHOW_INT(daxctl_dev_get_first(region) == dev);
	SHOW_INT(daxctl_dev_get_next(dev) == NULL);
	SHOW_INT(daxctl_dev_get_region(dev) == region);
	SHOW_INT(daxctl_dev_get_ctx(dev) == ctx);
	device(dev);
	SHOW_RC(daxctl_dev_enable_devdax(dev));
	SHOW_RC(daxctl_dev_set_size(dev, 1 << 30));
	SHOW_RC(daxctl_dev_disable(dev));
	SHOW_INT(daxctl_dev_is_enabled(dev));
	SHOW_RC(daxctl_dev_disable(dev));
	return dev;
}

static int end(struct daxctl_dev *dev, unsigned long long size)
{
	if (daxctl_dev_is_enabled(dev))
		daxctl_dev_disable(dev);
	return daxctl_dev_set_size(dev, size) || daxctl_dev_enable_devdax(dev);
}

int main(void)
{
	struct daxctl_region *region;
	struct daxctl_ctx *ctx = new_context(&region);

	context(ctx);
	region_of(ctx, region);
	struct daxctl_dev *dev = first_device(ctx, region);
	unsigned long long size = daxctl_dev_get_size(dev);
	resize(region, dev);
	unsigned long long behind = daxctl_dev_get_resource(dev) + daxctl_dev_get_size(dev);
	daxctl_unref(ctx);

	ctx = new_context(&region);
	create(region, behind);
	daxctl_unref(ctx);

	ctx = new_context(&region);
	dev = daxctl_dev_get_first(region);
	mapping(dev);
	as_memory(dev);
	SHOW_INT(lines_of_log > 0);
	int failed = end(dev, size);
	daxctl_unref(ctx);
	return failed;
}
