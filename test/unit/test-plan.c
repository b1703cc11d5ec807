/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <daxctl/restore/plan.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <base/cleanup.h>
#include <util/say.h>

#include "fixture.h"

/* What is configured beside what there is: what has to be done. */

#define MIB	(UINT64_C(1) << 20)
#define UUID_A	"6fd7bb62-0155-4bb6-8b22-a875b2c26262"
#define UUID_B	"89fdb8d9-aa6d-4dae-ac93-8b18a035671d"
#define BASE	UINT64_C(0x100000000)
#define REGION	"region.range=0x100000000-0x17fffffff\n"
#define DEVICES 4

/* A region of 2 GiB, another one that looks alike, and one of a namespace. */
struct world {
	struct present_region regions[3];
	struct present_device devices[3][DEVICES];
	struct daxctl_range ranges[3][DEVICES];
	struct present_namespace namespaces[2];
	struct present present;
	struct config *config;
	struct tasks tasks;
};

static void add_device(
	struct world *world, size_t region, const char *name, uint64_t start, uint64_t size)
{
	size_t i = world->regions[region].device_count++;

	world->ranges[region][i] = (struct daxctl_range){start, start + size - 1};
	world->devices[region][i] = (struct present_device){
		.name = name,
		.size = size,
		.align = 2 * MIB,
		.ranges = &world->ranges[region][i],
		.range_count = size ? 1 : 0,
		.mode = size ? DAXCTL_DEV_MODE_DEVDAX : DAXCTL_DEV_MODE_UNKNOWN,
		.memmap = -EOPNOTSUPP,
	};
	world->regions[region].devices = world->devices[region];
	world->regions[region].available -= size;
}

static struct present_region dynamic_region(const char *path, uint64_t start)
{
	return (struct present_region){
		.path = path,
		.target_node = 1,
		.dynamic = true,
		.has_range = true,
		.range = {start, start + 2048 * MIB - 1},
		.size = 2048 * MIB,
		.available = 2048 * MIB,
		.align = 2 * MIB,
	};
}

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	assert_non_null(world);
	world->regions[0] = dynamic_region("/platform/hmem.0", BASE);
	world->regions[1] = dynamic_region("/platform/hmem.1", 2 * BASE);
	world->regions[1].id = 1;
	world->regions[2] = (struct present_region){
		.path = "/platform/ndbus0/region2/dax2.0", .target_node = 1, .has_uuid = true};
	uuid_parse(UUID_A, world->regions[2].uuid);
	add_device(world, 2, "dax2.0", 8 * BASE, 1024 * MIB);
	world->namespaces[0] = (struct present_namespace){.name = "namespace2.1", .raw = true};
	uuid_parse(UUID_B, world->namespaces[0].uuid);
	world->present = (struct present){world->regions, 3, world->namespaces, 1};
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	tasks_deinit(&world->tasks);
	config_free(world->config);
	free(world);
	return 0;
}

static void compare(struct world *world, const char *text)
{
	config_free(world->config);
	tasks_deinit(&world->tasks);
	world->config = calloc(1, sizeof(*world->config));
	assert_int_equal(config_parse(world->config, "a.conf", strdup(text), strlen(text)), 0);
	assert_int_equal(world->config->mistakes, 0);
	assert_int_equal(tasks_init(&world->tasks, world->config, &world->present), 0);
}

static void assert_task(const struct world *world, size_t i, enum action action, const char *device,
	unsigned differs)
{
	const struct task *task = &world->tasks.list[i];

	assert_true(i < world->tasks.count);
	if (task->action != action)
		fail_msg("[%s]: action %d: %s", task->section->name, task->action,
			task->refusal ?: "");
	assert_string_equal(task->device ? task->device->name : "", device);
	assert_int_equal(task->differs, differs);
}

static void assert_refused(const struct world *world, size_t i, const char *why)
{
	const struct task *task = &world->tasks.list[i];

	assert_true(i < world->tasks.count);
	if (task->action != ACTION_REFUSED || !strstr(task->refusal, why))
		fail_msg("action %d: %s", task->action, task->refusal ?: "");
}

static void by_uuid(void **state)
{
	struct world *world = *state;
	struct present_device *device = &world->devices[2][0];

	compare(world, "[reconfigure-device a]\nnvdimm.uuid=" UUID_A "\n");
	assert_task(world, 0, ACTION_MODE, "dax2.0", DIFFERS_MODE);
	device->mode = DAXCTL_DEV_MODE_RAM;
	device->memory = (struct daxctl_memory_counts){8, 8, 8};
	compare(world, "[reconfigure-device a]\nnvdimm.uuid=" UUID_A "\n");
	assert_task(world, 0, ACTION_NONE, "dax2.0", 0);
	device->memory = (struct daxctl_memory_counts){8, 7, 3};
	compare(world, "[reconfigure-device a]\nnvdimm.uuid=" UUID_A "\n");
	assert_task(world, 0, ACTION_MODE, "dax2.0", DIFFERS_ONLINE | DIFFERS_MOVABLE);
	/* Left as it is, not taken offline. */
	compare(world, "[reconfigure-device a]\nnvdimm.uuid=" UUID_A "\nonline=false\n");
	assert_task(world, 0, ACTION_NONE, "dax2.0", 0);
	compare(world, "[reconfigure-device a]\nnvdimm.uuid=" UUID_A "\nmode=devdax\n");
	assert_task(world, 0, ACTION_MODE, "dax2.0", DIFFERS_MODE);
	/* Where the kernel has no choice the key asks for nothing. */
	device->memory = (struct daxctl_memory_counts){8, 8, 0};
	compare(world,
		"[reconfigure-device a]\nnvdimm.uuid=" UUID_A
		"\nmovable=false\nmemmap_on_memory=true\n");
	assert_task(world, 0, ACTION_NONE, "dax2.0", 0);
	device->memmap = 0;
	compare(world,
		"[reconfigure-device a]\nnvdimm.uuid=" UUID_A
		"\nmovable=false\nmemmap_on_memory=true\n");
	assert_task(world, 0, ACTION_REMAKE, "dax2.0", DIFFERS_MEMMAP);
	compare(world, "[reconfigure-device a]\nnvdimm.uuid=" UUID_B "\n");
	assert_refused(world, 0, "no dax device has a namespace with this uuid");
	compare(world,
		"[reconfigure-device a]\nnvdimm.uuid=" UUID_A
		"\n[reconfigure-device b]\nnvdimm.uuid=" UUID_A "\n");
	assert_refused(world, 0, "[reconfigure-device b] of a.conf describes dax2.0 too");
	assert_refused(world, 1, "[reconfigure-device a] of a.conf describes dax2.0 too");
}

/* F: what cannot be read is neither free nor missing. */
static void unreadable(void **state)
{
	static const char ranges[] = "[create-device a]\nregion.path=/platform/hmem.0\n"
				     "range.1=0x100000000-0x10fffffff\n"
				     "[create-device b]\nregion.path=/platform/hmem.0\nsize=256M\n";
	struct world *world = *state;

	add_device(world, 0, "dax0.0", BASE, 256 * MIB);
	add_device(world, 0, "dax0.1", BASE + 256 * MIB, 0);
	compare(world, ranges);
	assert_task(world, 0, ACTION_NONE, "dax0.0", 0);
	assert_task(world, 1, ACTION_REMAKE, "dax0.1", DIFFERS_MISSING | DIFFERS_MODE);
	world->devices[0][1].error = -EIO;
	compare(world, ranges);
	assert_task(world, 0, ACTION_NONE, "dax0.0", 0);
	assert_refused(world, 1, "dax0.1 cannot be read: Input/output error");
	/* Nor is the other one the only one. */
	compare(world, "[reconfigure-device a]\nregion.path=/platform/hmem.0\n");
	assert_refused(world, 0, "dax0.1 cannot be read");
	world->devices[0][1].error = 0;
	world->devices[0][1].range_error = -EIO;
	compare(world, ranges);
	assert_refused(world, 1, "dax0.1 cannot be read");
	/* It has gone. */
	world->devices[0][1].range_error = 0;
	world->devices[0][1].error = -ENOENT;
	compare(world, "[reconfigure-device a]\nregion.path=/platform/hmem.0\n");
	assert_task(world, 0, ACTION_MODE, "dax0.0", DIFFERS_MODE);
}

/* F: it takes a second or two, and took minutes when each section was compared with all: the test
 * would be given up. */
static void sixty_thousand_sections(void **state)
{
	enum { COUNT = 60000 };
	struct world *world = *state;
	uint64_t start = BASE + 1024 * MIB;
	char *text = NULL;
	size_t size = 0;
	FILE *file = open_memstream(&text, &size);

	add_device(world, 0, "dax0.0", BASE, 1024 * MIB);
	for (int i = 0; i < COUNT; i++, start += 8192)
		fprintf(file,
			"[create-device d%d]\nregion.path=/platform/hmem.0\nrange.1=%#jx-%#jx\n", i,
			(uintmax_t)start, (uintmax_t)start + 8191);
	/* Of a name that is there, of ranges that are taken, and for a device that is described. */
	fprintf(file, "[create-device e]\nregion.path=/platform/hmem.0\nrange.1=%#jx-%#jx\n",
		(uintmax_t)start - 8192, (uintmax_t)start + 8191);
	for (int i = 0; i < COUNT; i++)
		fprintf(file, "[reconfigure-device %d]\nregion.path=/platform/hmem.0\n", i);
	assert_int_equal(fclose(file), 0);
	compare(world, text);
	free(text);
	assert_int_equal(world->tasks.count, 2 * COUNT + 1);
	assert_task(world, 0, ACTION_CREATE, "", DIFFERS_MISSING);
	assert_task(world, COUNT - 1, ACTION_CREATE, "", DIFFERS_MISSING);
	assert_refused(world, COUNT, "its ranges overlap those of [create-device d59999]");
	assert_refused(world, 2 * COUNT, "[create-device d0] of a.conf describes");
}

static void without_map(void **state)
{
	static const char text[] = "[reconfigure-device a]\nnvdimm.uuid=" UUID_B "\nmap=none\n";
	struct world *world = *state;

	compare(world, text);
	assert_task(world, 0, ACTION_NOMAP, "", DIFFERS_MAP);
	world->namespaces[0].raw = false;
	compare(world, text);
	assert_refused(world, 0, "namespace2.1 is not raw");
	world->namespaces[0].nomap = true;
	compare(world, text);
	assert_task(world, 0, ACTION_NONE, "", 0);
	world->namespaces[1] = world->namespaces[0];
	world->namespaces[1].name = "namespace3.0";
	world->present.namespace_count = 2;
	compare(world, text);
	assert_refused(world, 0, "several namespaces have this uuid: namespace2.1, namespace3.0");
	world->present.namespace_count = 0;
	compare(world, text);
	assert_refused(world, 0, "no namespace has this uuid");
}

static void by_region(void **state)
{
	struct world *world = *state;

	add_device(world, 0, "dax0.0", BASE, 2048 * MIB);
	add_device(world, 1, "dax1.0", 2 * BASE, 2048 * MIB);
	compare(world, "[reconfigure-device a]\nregion.range=0x140000000-0x140ffffff\n");
	assert_task(world, 0, ACTION_MODE, "dax0.0", DIFFERS_MODE);
	compare(world,
		"[reconfigure-device a]\nregion.path=/platform/hmem.*\nregion.target_node=1\n");
	assert_refused(world, 0,
		"several regions match: /platform/hmem.0, "
		"/platform/hmem.1");
	world->regions[0].target_node = 2;
	compare(world,
		"[reconfigure-device a]\nregion.path=/platform/hmem.*\nregion.target_node=1\n");
	assert_task(world, 0, ACTION_MODE, "dax1.0", DIFFERS_MODE);
	compare(world, "[reconfigure-device a]\nregion.path=/platform/*.2/*\n");
	assert_refused(world, 0, "no region matches");
	assert_string_equal(world->tasks.list[0].hint,
		"choose one of these regions: /platform/hmem.0, /platform/hmem.1");
	compare(world, "[reconfigure-device a]\n" REGION "[create-device b]\n" REGION);
	assert_refused(world, 0, "[create-device b] of a.conf describes the devices of");
	assert_task(world, 1, ACTION_NONE, "dax0.0", 0);
	world->devices[0][0].size = 1024 * MIB;
	add_device(world, 0, "dax0.1", BASE + 1024 * MIB, 1024 * MIB);
	compare(world, "[reconfigure-device a]\n" REGION);
	assert_refused(world, 0, "has several devices: dax0.0, dax0.1");
}

#define TWO                                                                                        \
	"[create-device a]\n" REGION "range.1=0x100000000-0x13fffffff\n"                           \
	"[create-device b]\n" REGION                                                               \
	"range.1=0x140000000-0x17fffffff\nmode=system-ram\nmovable=false\n"

static void devices_of_a_region(void **state)
{
	struct world *world = *state;

	/* As after a boot. */
	add_device(world, 0, "dax0.0", BASE, 2048 * MIB);
	compare(world, TWO);
	assert_task(world, 0, ACTION_REMAKE, "dax0.0", DIFFERS_SIZE | DIFFERS_RANGES);
	assert_task(world, 1, ACTION_CREATE, "", DIFFERS_MISSING);
	/* Half done: the first one is there. */
	world->devices[0][0].size = 1024 * MIB;
	world->ranges[0][0].end = BASE + 1024 * MIB - 1;
	compare(world, TWO);
	assert_task(world, 0, ACTION_NONE, "dax0.0", 0);
	assert_task(world, 1, ACTION_CREATE, "", DIFFERS_MISSING);
	/* Done, but for the mode; the order of names does not count. */
	add_device(world, 0, "dax0.1", BASE + 1024 * MIB, 1024 * MIB);
	compare(world, TWO);
	assert_task(world, 1, ACTION_MODE, "dax0.1", DIFFERS_MODE);
	world->ranges[0][1] = world->ranges[0][0];
	world->ranges[0][0] = (struct daxctl_range){BASE + 1024 * MIB, BASE + 2048 * MIB - 1};
	compare(world, TWO);
	assert_task(world, 0, ACTION_NONE, "dax0.1", 0);
	assert_task(world, 1, ACTION_MODE, "dax0.0", DIFFERS_MODE);
	/* Something else has its ranges. */
	world->ranges[0][0].start -= 2 * MIB;
	compare(world, TWO);
	assert_refused(
		world, 1, "another device, dax0.0 (in no section), occupies some of its ranges");
}

static void seeds(void **state)
{
	struct world *world = *state;

	add_device(world, 0, "dax0.0", BASE, 0);
	compare(world, TWO);
	assert_task(world, 0, ACTION_REMAKE, "dax0.0", DIFFERS_MISSING | DIFFERS_MODE);
	assert_task(world, 1, ACTION_CREATE, "", DIFFERS_MISSING);
}

static void sizes_and_rest(void **state)
{
	static const char text[] = "[create-device rest]\n" REGION "[create-device a]\n" REGION
				   "size=512M\n[create-device b]\n" REGION "size=512M\n";
	struct world *world = *state;

	add_device(world, 0, "dax0.0", BASE, 2048 * MIB);
	compare(world, text);
	assert_string_equal(world->tasks.list[2].section->name, "create-device rest");
	assert_task(world, 0, ACTION_REMAKE, "dax0.0", DIFFERS_SIZE);
	assert_task(world, 1, ACTION_CREATE, "", DIFFERS_MISSING);
	assert_task(world, 2, ACTION_CREATE, "", DIFFERS_MISSING);
	world->devices[0][0].size = 512 * MIB;
	add_device(world, 0, "dax0.1", BASE + 512 * MIB, 1024 * MIB);
	add_device(world, 0, "dax0.2", BASE + 1536 * MIB, 512 * MIB);
	world->regions[0].available = 0;
	compare(world, text);
	assert_task(world, 0, ACTION_NONE, "dax0.0", 0);
	assert_task(world, 1, ACTION_NONE, "dax0.2", 0);
	assert_task(world, 2, ACTION_NONE, "dax0.1", 0);
	/* Some of it is free: what is there is not all that was left. */
	world->regions[0].available = 64 * MIB;
	compare(world, text);
	assert_task(world, 2, ACTION_CREATE, "", DIFFERS_MISSING);
}

static void impossible(void **state)
{
	struct world *world = *state;

	add_device(world, 0, "dax0.0", BASE, 2048 * MIB);
	compare(world,
		TWO "[create-device c]\n" REGION "range.1=0x130000000-0x14fffffff\n"
		    "[create-device d]\n" REGION "range.1=0x90000000-0x9fffffff\n"
		    "[create-device e]\n" REGION "[create-device f]\n" REGION);
	assert_task(world, 0, ACTION_REMAKE, "dax0.0", DIFFERS_SIZE | DIFFERS_RANGES);
	assert_task(world, 1, ACTION_CREATE, "", DIFFERS_MISSING);
	assert_refused(world, 2, "its ranges overlap those of [create-device a]");
	assert_refused(world, 3, "its ranges are outside of region /platform/hmem.0");
	assert_refused(world, 5, "[create-device e] of a.conf claims the rest of region");
	world->regions[0].dynamic = false;
	compare(world, TWO);
	assert_refused(world, 0, "region /platform/hmem.0 is not dynamic");
}

int main(void)
{
#define TEST(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(by_uuid),
		TEST(unreadable),
		TEST(sixty_thousand_sections),
		TEST(without_map),
		TEST(by_region),
		TEST(devices_of_a_region),
		TEST(seeds),
		TEST(sizes_and_rest),
		TEST(impossible),
	};

	say_init("daxctl", "restore");
	return cmocka_run_group_tests(tests, NULL, NULL);
}
