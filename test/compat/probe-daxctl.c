/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe.h"

#include <daxctl/libdaxctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

/*
 * probe-daxctl reads|changes|null|names [nobody]: libdaxctl's functions on all objects that the
 * machine has; those that read, those that change something too, or all of them without an object.
 */

#include "probe-daxctl.h"

#define MOST 64

static struct daxctl_ctx *context;

void probe_describe(const char *type, void *pointer, char *text, size_t size)
{
	const char *name = "an object";

	if (strcmp(type, "struct daxctl_ctx *") == 0)
		name = pointer == context ? "context" : "another context";
	else if (strcmp(type, "struct daxctl_region *") == 0)
		name = daxctl_region_get_devname(pointer);
	else if (strcmp(type, "struct daxctl_dev *") == 0)
		name = daxctl_dev_get_devname(pointer);
	else if (strcmp(type, "struct daxctl_memory *") == 0)
		name = daxctl_dev_get_devname(daxctl_memory_get_dev(pointer));
	if (strcmp(type, "struct daxctl_mapping *") == 0)
		snprintf(text, size, "%#llx-%#llx", daxctl_mapping_get_start(pointer),
			daxctl_mapping_get_end(pointer));
	else
		snprintf(text, size, "%s", name ? name : "NULL");
}

void probe_release(const char *type, void *pointer)
{
	(void)type, (void)pointer; /* only daxctl_new_region() gives a reference, and few */
}

/* Sizes and addresses that no device can have: what fits is done by hand. */
size_t probe_values(const struct probe_call *call, int arg, union probe_value values[PROBE_VALUES])
{
	const char *name = call->names[arg];
	static const unsigned long long sizes[] = {1000, 1ULL << 50, ~0ULL};
	static const unsigned long long aligns[] = {0, 1000, 4096, 1 << 21, 1ULL << 31};
	size_t count = 1;

	memset(values, 0, PROBE_VALUES * sizeof(*values));
	if (strcmp(name, "path") == 0) {
		static const char *const paths[] = {"", "/nosuch", "/sys/devices/nosuch", "/proc"};
		for (count = 0; count < 4; count++)
			values[count].p = (void *)paths[count];
	} else if (strcmp(name, "config_path") == 0)
		values[0].p = "/tmp/config";
	else if (strcmp(name, "size") == 0)
		for (count = 0; count < 3; count++)
			values[count].u = sizes[count];
	else if (strcmp(name, "align") == 0)
		for (count = 0; count < 5; count++)
			values[count].u = aligns[count];
	else if (strcmp(name, "start") == 0)
		values[0].u = 4096, values[1].u = 1ULL << 52, count = 2;
	else if (strcmp(name, "end") == 0)
		values[0].u = 8191, values[1].u = ~0ULL, count = 2;
	else if (strcmp(name, "priority") == 0)
		values[0].u = LOG_DEBUG, values[1].u = LOG_ERR, count = 2;
	else if (strcmp(name, "uu") == 0)
		values[0].p = probe_buffer(arg);
	return count;
}

const char *const probe_by_hand[] = {"daxctl_new", "daxctl_ref", "daxctl_unref",
	"daxctl_region_ref", "daxctl_region_unref", "daxctl_set_log_fn", "daxctl_region_get_first",
	"daxctl_region_get_next", "daxctl_dev_get_first", "daxctl_dev_get_next",
	"daxctl_mapping_get_first", "daxctl_mapping_get_next", NULL};

enum probe_class probe_classify(const struct probe_call *call)
{
	static const char *const changing[] = {"_set_size", "_set_align", "_set_mapping", NULL};
	static const char *const states[] = {
		"_enable_", "_disable", "_online", "_offline", "_create_dev", "_destroy_dev", NULL};

	for (const char *const *name = probe_by_hand; *name; name++)
		if (strcmp(call->name, *name) == 0)
			return PROBE_SKIP;
	for (const char *const *word = changing; *word; word++)
		if (strstr(call->name, *word))
			return PROBE_CHANGE;
	if (strstr(call->name, "_is_") || strstr(call->name, "has_online") ||
		strstr(call->name, "auto_online"))
		return PROBE_READ;
	for (const char *const *word = states; *word; word++)
		if (strstr(call->name, *word))
			return PROBE_CHANGE_STATE;
	return PROBE_READ;
}

/* The devices of a region, and what they have, by name. */
static size_t devices_of(struct daxctl_region *region, void **found)
{
	struct daxctl_dev *dev;
	size_t count = 0;

	daxctl_dev_foreach (region, dev)
		if (count < MOST)
			found[count++] = dev;
	return count;
}

static void probe_mappings(struct daxctl_dev *dev)
{
	struct daxctl_mapping *mapping;
	void *found[MOST];
	size_t count = 0;

	daxctl_mapping_foreach (dev, mapping)
		if (count < MOST)
			found[count++] = mapping;
	printf("%s mappings() = %zu\n", daxctl_dev_get_devname(dev), count);
	probe_each("struct daxctl_mapping *", found, count, PROBE_READ);
}

static void probe_memory(struct daxctl_dev *dev, const char *state)
{
	struct daxctl_memory *memory = daxctl_dev_get_memory(dev);
	char name[256];

	if (!memory)
		return;
	snprintf(name, sizeof(name), "%s:memory:%s", daxctl_dev_get_devname(dev), state);
	probe_object("struct daxctl_memory *", memory, name, PROBE_READ, PROBE_READ);
}

static void probe_device(struct daxctl_dev *dev, const char *state, enum probe_class most)
{
	char name[256];

	snprintf(name, sizeof(name), "%s:%s", daxctl_dev_get_devname(dev), state);
	probe_object("struct daxctl_dev *", dev, name, PROBE_READ, most);
	probe_memory(dev, state);
}

static void done(struct daxctl_dev *dev, const char *what, int rc)
{
	printf("%s %s() = ", daxctl_dev_get_devname(dev), what);
	if (rc < 0)
		printf("-%s\n", strerrorname_np(-rc));
	else
		printf("%d\n", rc);
}

/* What changes it, in each state that it can have; it ends disabled. */
static void change_device(struct daxctl_dev *dev)
{
	struct daxctl_memory *memory;

	probe_device(dev, "as-found", PROBE_CHANGE);
	memory = daxctl_dev_get_memory(dev);
	if (memory)
		done(dev, "offline", daxctl_memory_offline(memory));
	done(dev, "disable", daxctl_dev_disable(dev));
	probe_device(dev, "disabled", PROBE_CHANGE);
	done(dev, "disable-again", daxctl_dev_disable(dev));
	done(dev, "enable_devdax", daxctl_dev_enable_devdax(dev));
	done(dev, "enable_devdax-again", daxctl_dev_enable_devdax(dev));
	done(dev, "enable_ram-of-devdax", daxctl_dev_enable_ram(dev));
	probe_device(dev, "devdax", PROBE_CHANGE);
	done(dev, "disable-devdax", daxctl_dev_disable(dev));
	done(dev, "enable_ram", daxctl_dev_enable_ram(dev));
	done(dev, "enable_ram-again", daxctl_dev_enable_ram(dev));
	done(dev, "enable_devdax-of-ram", daxctl_dev_enable_devdax(dev));
	probe_device(dev, "ram", PROBE_CHANGE);
	memory = daxctl_dev_get_memory(dev);
	if (memory) {
		done(dev, "online", daxctl_memory_online(memory));
		done(dev, "online-again", daxctl_memory_online(memory));
		probe_device(dev, "ram-online", PROBE_CHANGE);
		done(dev, "offline", daxctl_memory_offline(memory));
		done(dev, "offline-again", daxctl_memory_offline(memory));
		done(dev, "online_no_movable", daxctl_memory_online_no_movable(memory));
		probe_device(dev, "ram-kernel", PROBE_READ);
		done(dev, "offline-kernel", daxctl_memory_offline(memory));
	}
	done(dev, "disable-ram", daxctl_dev_disable(dev));
	probe_device(dev, "disabled-ram", PROBE_READ);
}

static void change_region(struct daxctl_region *region)
{
	void *found[MOST];
	size_t count = devices_of(region, found);

	for (size_t i = 0; i < count; i++)
		change_device(found[i]);
	for (size_t i = 0; i < count; i++)
		done(found[i], "destroy", daxctl_region_destroy_dev(region, found[i]));
	for (size_t i = 0; i < count; i++) {
		done(found[i], "set_size-0", daxctl_dev_set_size(found[i], 0));
		probe_device(found[i], "empty", PROBE_CHANGE);
		done(found[i], "enable_devdax-empty", daxctl_dev_enable_devdax(found[i]));
		done(found[i], "enable_ram-empty", daxctl_dev_enable_ram(found[i]));
		done(found[i], "destroy-empty", daxctl_region_destroy_dev(region, found[i]));
	}
	printf("%s create() = %d\n", daxctl_region_get_devname(region),
		daxctl_region_create_dev(region));
}

static void probe_region(struct daxctl_region *region, bool changes)
{
	void *found[MOST];
	size_t count = devices_of(region, found);

	probe_object("struct daxctl_region *", region, daxctl_region_get_devname(region),
		PROBE_READ, PROBE_READ);
	for (size_t i = 0; i < count; i++) {
		probe_device(found[i], "read", PROBE_READ);
		probe_mappings(found[i]);
	}
	if (changes)
		change_region(region);
}

/* What the regions have after the changes. The reference looks for devices once in a context. */
static void probe_after(void)
{
	struct daxctl_region *region;
	struct daxctl_dev *dev;

	daxctl_region_foreach (context, region) {
		probe_object("struct daxctl_region *", region, daxctl_region_get_devname(region),
			PROBE_READ, PROBE_READ);
		daxctl_dev_foreach (region, dev)
			probe_device(dev, "after", PROBE_READ);
	}
}

/* The region again, by its path. */
static void probe_new_region(struct daxctl_ctx *ctx)
{
	struct daxctl_region *region = daxctl_region_get_first(ctx), *same;
	uuid_t uuid = {1, 2, 3};

	if (!region)
		return;
	same = daxctl_new_region(
		ctx, daxctl_region_get_id(region), uuid, daxctl_region_get_path(region));
	printf("context new_region-again() = %s\n",
		same == region ? "the same"
			: same ? "another"
			       : "NULL");
	daxctl_region_ref(region);
	daxctl_region_unref(region);
	printf("context ref() = %d\n", daxctl_ref(ctx) == ctx);
	daxctl_unref(ctx);
}

static void log_line(struct daxctl_ctx *ctx, int priority, const char *file, int line,
	const char *fn, const char *format, va_list args)
{
	(void)ctx, (void)file, (void)line, (void)fn, (void)args;
	probe_log(priority, format);
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";
	struct daxctl_region *region;

	if (argc > 2 && (strcmp(argv[2], "nobody") != 0 || setuid(65534)))
		return 2;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (strcmp(mode, "null") == 0)
		probe_null();
	else if (strcmp(mode, "names") == 0)
		probe_names();
	if (strcmp(mode, "reads") != 0 && strcmp(mode, "changes") != 0)
		return strcmp(mode, "null") != 0 && strcmp(mode, "names") != 0;
	if (daxctl_new(&context))
		return 1;
	daxctl_set_log_fn(context, log_line);
	daxctl_region_foreach (context, region)
		probe_region(region, strcmp(mode, "changes") == 0);
	probe_object("struct daxctl_ctx *", context, "context", PROBE_READ, PROBE_READ);
	probe_new_region(context);
	daxctl_unref(context);
	if (strcmp(mode, "changes") != 0)
		return 0;
	if (daxctl_new(&context))
		return 1;
	daxctl_set_log_fn(context, log_line);
	probe_after();
	daxctl_unref(context);
	return 0;
}
