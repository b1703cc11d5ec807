/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "changes.h"

#include <daxctl/device.h>

#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <kernel/lock.h>
#include <sys/stat.h>

#define HMEM	"platform/hmem.0"
#define NDRG	"platform/ndbus0/region1"
#define DAX	"sys/devices/" HMEM "/dax0.0"
#define MEMORY	"sys/devices/system/memory"
#define DRIVERS "sys/bus/dax/drivers"
#define GIB	(1024 * MIB)

/* One look at /proc/iomem answers for a device of any size; where it tells nothing, each block
 * does. */
static void free_memory_is_cheap_to_know(void **state)
{
	static const struct {
		const char *iomem;
		int kept;
	} rows[] = {
		{"00000000-3fffffff : System RAM\n", 0}, /* not one of its blocks is looked at */
		{"48000000-4fffffff : System RAM (kmem)\n", 1},
		{"47000000-47ffffff : System RAM\n50000000-5fffffff : System RAM\n", 0},
		{"48000000-4fffffff : dax0.0\n", 1}, /* no memory at all cannot be true */
		{"00000000-00000000 : System RAM\n", 1},
		{"", 1},
	};
	struct fixture *fixture = *state;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB + BLOCK, BLOCK, 1, NULL);
	make_block(fixture, 9, "online", "Movable");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO_CTX struct daxctl_ctx *ctx = NULL;
		make_file(fixture, "proc/iomem", "%s", rows[i].iomem);
		struct daxctl_dev *dev = open_dev(fixture, &ctx);
		assert_int_equal(daxctl_dev_has_kept_memory(dev), rows[i].kept);
	}
}

/* The kernel gives a page at a time. */
static void kept_memory_behind_the_first_page(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;
	AUTO_FREE char *text = NULL;
	size_t size;
	FILE *file = open_memstream(&text, &size);

	fputs("00000000-3fffffff : System RAM\n", file);
	for (int i = 0; i < 400; i++)
		fprintf(file, "%08x-%08x : Reserved\n", i * 0x1000, i * 0x1000 + 0xfff);
	fputs("48000000-4fffffff : System RAM (kmem)\n", file);
	fclose(file);
	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB + BLOCK, BLOCK, 1, NULL);
	make_block(fixture, 9, "online", "Movable");
	make_file(fixture, "proc/iomem", "%s", text);
	assert_int_equal(daxctl_dev_has_kept_memory(open_dev(fixture, &ctx)), 1);
	/* Nothing but the last line says so. */
	strrchr(text, 'S')[0] = 'X';
	make_file(fixture, "proc/iomem", "%s", text);
	daxctl_unref(ctx);
	ctx = NULL;
	assert_int_equal(daxctl_dev_has_kept_memory(open_dev(fixture, &ctx)), 0);
}

/* kmem was unbound while memory was online: no driver, but the kernel has the memory. */
static void memory_is_kept(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;
	static const char why[] = "the kernel keeps the device's memory until the next boot "
				  "(2 memory blocks, 1 of them online)";
	static const char hint[] =
		"reboot: memory that was online when driver kmem was unbound is lost until then";
	char sentence[256];

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, 3 * BLOCK, 1, NULL);
	make_block(fixture, 8, "online", "Movable");
	make_block(fixture, 9, "offline", "Normal Movable");
	snprintf(sentence, sizeof(sentence), "dax0.0: cannot become devdax: %s", why);
	refuses(fixture, DAXCTL_DEV_MODE_DEVDAX, 0, -EBUSY, sentence, hint);
	snprintf(sentence, sizeof(sentence), "dax0.0: cannot become system-ram: %s", why);
	refuses(fixture, DAXCTL_DEV_MODE_RAM, 0, -EBUSY, sentence, hint);

	struct daxctl_dev *dev = open_dev(fixture, &ctx);
	snprintf(sentence, sizeof(sentence), "dax0.0: cannot be disabled: %s", why);
	assert_refused(ctx, daxctl_dev_disable(dev), -EBUSY, sentence, hint);
	take_away(fixture, MEMORY "/memory8");
	take_away(fixture, MEMORY "/memory9");
	assert_int_equal(daxctl_dev_disable(dev), 0);
}

static struct fixture *offlining;

/* Takes block 8 offline between our look and our write, which is refused then. */
static void PRINTF(6, 0) offline_before_us(struct daxctl_ctx *ctx, int priority, const char *file,
	int line, const char *fn, const char *format, va_list args)
{
	static bool looked, done;
	char text[512];

	vsnprintf(text, sizeof(text), format, args);
	if (strstr(text, "memory8/valid_zones") && !looked) {
		looked = true;
		take_away(offlining, MEMORY "/memory8/state");
		make_link(offlining, MEMORY "/memory8/state", "/dev/full");
	} else if (strstr(text, "memory8/state") && looked && !done) {
		done = true;
		take_away(offlining, MEMORY "/memory8/state");
		make_block(offlining, 8, "offline", "Normal Movable");
	}
}

static void what_another_took_offline_stays(void **state)
{
	AUTO_CTX struct daxctl_ctx *ctx = NULL;

	offlining = *state;
	make_machine(offlining);
	make_dev(offlining, HMEM, "dax0.0", GIB, 2 * BLOCK, 1, "kmem");
	make_block(offlining, 8, "online", "Movable");
	make_block(offlining, 9, "online", "Movable");
	take_away(offlining, MEMORY "/memory9/state");
	struct daxctl_dev *dev = open_dev(offlining, &ctx);
	daxctl_set_log_fn(ctx, offline_before_us);
	daxctl_set_log_priority(ctx, LOG_DEBUG);
	assert_int_equal(daxctl_memory_offline(daxctl_dev_get_memory(dev)), -ENOENT);
	assert_file(offlining, MEMORY "/memory8/state", "offline\n");
}

/* Where the struct pages are kept is told before kmem has the device, and taken back with it. */
static void memmap(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, "device_dax");
	refuses(fixture, DAXCTL_DEV_MODE_RAM, DAXCTL_CHANGE_MEMMAP_HERE, -EOPNOTSUPP,
		"dax0.0: cannot become system-ram: this kernel cannot choose where struct pages are kept (memmap_on_memory, since Linux 6.8)",
		NULL);
	make_file(fixture, DAX "/memmap_on_memory", "0\n");
	make_file(fixture, "sys/module/memory_hotplug/parameters/memmap_on_memory", "N\n");
	refuses(fixture, DAXCTL_DEV_MODE_RAM, DAXCTL_CHANGE_MEMMAP_HERE, -EOPNOTSUPP,
		"dax0.0: cannot become system-ram: memmap_on_memory is disabled on this kernel",
		"reboot with memory_hotplug.memmap_on_memory=1 on the kernel command line");

	make_file(fixture, "sys/module/memory_hotplug/parameters/memmap_on_memory", "Y\n");
	struct daxctl_dev *dev = open_dev(fixture, &ctx);
	assert_int_equal(daxctl_dev_get_memmap_on_memory(dev), 0);
	assert_int_equal(
		daxctl_dev_set_mode(dev, DAXCTL_DEV_MODE_RAM, DAXCTL_CHANGE_MEMMAP_HERE), -ENXIO);
	assert_string_equal(told,
		"taken: unbind dax0.0 from driver device_dax\n"
		"taken: keep the struct pages of dax0.0 on the device\n"
		"taken: bind dax0.0 to driver kmem\n"
		"undone: keep the struct pages of dax0.0 on the device\n"
		"undone: unbind dax0.0 from driver device_dax\n");
	assert_int_equal(daxctl_dev_get_memmap_on_memory(dev), 0);
	/* What it is already is no step. */
	*told = 0;
	assert_int_equal(
		daxctl_dev_set_mode(dev, DAXCTL_DEV_MODE_RAM, DAXCTL_CHANGE_MEMMAP_ELSEWHERE),
		-ENXIO);
	assert_null(strstr(told, "memmap"));

	take_away(fixture, DAX "/driver");
	make_link(fixture, DAX "/driver", "../../../../bus/dax/drivers/kmem");
	/* Only daxctl_dev_remake() takes it from kmem and binds it anew. */
	*told = 0;
	assert_refused(ctx,
		daxctl_dev_set_mode(dev, DAXCTL_DEV_MODE_RAM, DAXCTL_CHANGE_MEMMAP_HERE), -EBUSY,
		"dax0.0: cannot become system-ram: cannot move the struct pages of a device in system-ram mode",
		"daxctl reconfigure-device --mode devdax dax0.0");
}

static void whole_blocks_only(void **state)
{
	static const struct {
		uint64_t start, end;
		uint64_t blocks;
	} rows[] = {
		{GIB, GIB + BLOCK - 1, 1},
		{GIB, GIB + BLOCK - 2, 0},
		{GIB + 1, GIB + BLOCK, 0},
		{GIB + 1, GIB + 2 * BLOCK - 1, 1},
		{GIB - 1, GIB + BLOCK, 1},
		{GIB + BLOCK / 2, GIB + BLOCK / 2 + 4 * BLOCK - 1, 3},
		{GIB, GIB, 0},
		{0, BLOCK - 1, 1},
		{0, 0, 0},
		{UINT64_MAX - 2 * BLOCK + 1, UINT64_MAX, 2},
		{UINT64_MAX - 2 * BLOCK + 1, UINT64_MAX - 1, 1},
		{UINT64_MAX - BLOCK + 2, UINT64_MAX, 0},
		{UINT64_MAX, UINT64_MAX, 0},
	};
	struct fixture *fixture = *state;
	unsigned long long size;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO_CTX struct daxctl_ctx *ctx = NULL;
		make_mapping(fixture, HMEM "/dax0.0", 0, rows[i].start, rows[i].end);
		struct daxctl_dev *dev = open_dev(fixture, &ctx);
		size = 17;
		assert_int_equal(daxctl_dev_get_ram_size(dev, &size), 0);
		if (size != rows[i].blocks * BLOCK)
			fail_msg("%#llx-%#llx: %llu", (unsigned long long)rows[i].start,
				(unsigned long long)rows[i].end, size / BLOCK);
		assert_false(daxctl_dev_is_system_ram_capable(dev)); /* not bound to kmem */
	}

	/* Each range by itself: the kernel does not put two halves together. */
	AUTO_CTX struct daxctl_ctx *ctx = NULL;
	make_mapping(fixture, HMEM "/dax0.0", 0, GIB, GIB + BLOCK / 2 - 1);
	make_mapping(fixture, HMEM "/dax0.0", 1, GIB + BLOCK / 2, GIB + BLOCK - 1);
	make_mapping(fixture, HMEM "/dax0.0", 2, 2 * GIB, 2 * GIB + 3 * BLOCK);
	make_mapping(fixture, HMEM "/dax0.0", 10, GIB - 2 * BLOCK, GIB - 1);
	assert_int_equal(daxctl_dev_get_ram_size(open_dev(fixture, &ctx), &size), 0);
	assert_int_equal(size, 5 * BLOCK);
}

static void no_ranges(void **state)
{
	static const struct {
		const char *resource, *size;
		int result;
		uint64_t blocks;
	} rows[] = {
		{"0x40000000\n", "1073741824\n", 0, 8},
		{"0x40000000\n", "0\n", 0, 0},
		{"0xffffffffffffffff\n", "1\n", 0, 0},
		{"0xffffffffffffffff\n", "2\n", -ERANGE, 0},
		{"0xfffffffff0000000\n", "536870912\n", -ERANGE, 0},
		{"0x1\n", "18446744073709551615\n", -E2BIG, 0},
		{"0x40000000\n", "1G\n", -EINVAL, 0},
		{"0x40000000\n", "18446744073709551616\n", -ERANGE, 0},
		{"", "1073741824\n", -ENODATA, 0},
		{"0x40000000", "1073741824\n", -EPROTO, 0},
	};
	struct fixture *fixture = *state;

	/* As before Linux 5.10, or where addresses are hidden. */
	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, 0, 1, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO_CTX struct daxctl_ctx *ctx = NULL;
		unsigned long long size = 0;
		make_file(fixture, DAX "/resource", "%s", rows[i].resource);
		make_file(fixture, DAX "/size", "%s", rows[i].size);
		struct daxctl_dev *dev = open_dev(fixture, &ctx);
		int result = daxctl_dev_get_ram_size(dev, &size);
		if (result != rows[i].result || size != rows[i].blocks * BLOCK)
			fail_msg("row %zu: %d, %llu", i, result, size / BLOCK);
		assert_false(daxctl_dev_is_system_ram_capable(dev)); /* not bound to kmem */
	}
}

/* A range that cannot be read is not taken for memory behind the first one, which is another
 * device's. */
static void unreadable_ranges(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;
	unsigned long long size;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, 2 * BLOCK, 1, "kmem");
	make_mapping(fixture, HMEM "/dax0.0", 0, GIB, GIB + BLOCK - 1);
	make_mapping(fixture, HMEM "/dax0.0", 1, 4 * GIB, 4 * GIB + BLOCK - 1);
	make_file(fixture, DAX "/mapping1/start", "%s", "");
	make_block(fixture, 8, "online", "Movable");
	make_block(fixture, 9, "online", "Movable"); /* of dax0.1 */
	struct daxctl_dev *dev = open_dev(fixture, &ctx);
	assert_int_equal(daxctl_dev_get_ram_size(dev, &size), -ENODATA);
	assert_int_equal(daxctl_memory_offline(daxctl_dev_get_memory(dev)), -ENODATA);
	assert_int_equal(
		daxctl_dev_set_mode(dev, DAXCTL_DEV_MODE_DEVDAX, DAXCTL_CHANGE_FORCE), -ENODATA);
	assert_string_equal(daxctl_get_error(ctx),
		"dax0.0: cannot become devdax: cannot read the state of the device's memory: No data "
		"available");
	assert_file(fixture, MEMORY "/memory8/state", "online\n");
	assert_file(fixture, MEMORY "/memory9/state", "online\n");
	assert_file(fixture, DRIVERS "/kmem/unbind", "");
}

/* More blocks than any machine has are not listed one by one. */
static void absurd_ranges(void **state)
{
	static const char *const sizes[] = {"8000000\n", "1\n", "0\n", "\n", "q\n"};
	static const int results[] = {-E2BIG, -E2BIG, -EOPNOTSUPP, -EOPNOTSUPP, -EOPNOTSUPP};
	struct fixture *fixture = *state;
	unsigned long long size;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, NULL);
	make_mapping(fixture, HMEM "/dax0.0", 0, 0, UINT64_MAX);
	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		AUTO_CTX struct daxctl_ctx *ctx = NULL;
		make_file(fixture, MEMORY "/block_size_bytes", "%s", sizes[i]);
		struct daxctl_dev *dev = open_dev(fixture, &ctx);
		assert_int_equal(daxctl_dev_get_ram_size(dev, &size), results[i]);
		assert_false(daxctl_dev_is_system_ram_capable(dev));
	}
}

static void hidden_addresses(void **state)
{
	static const char *const paths[] = {DAX "/resource", DAX "/mapping0/start"};
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;
	struct daxctl_memory_counts counts;
	char path[512];

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, "kmem");
	struct daxctl_dev *dev = open_dev(fixture, &ctx);
	for (size_t i = 0; i < ARRAY_SIZE(paths); i++) {
		snprintf(path, sizeof(path), "%s/%s", fixture->root, paths[i]);
		assert_int_equal(chmod(path, 0), 0);
	}
	if (!rights_drop())
		skip();
	struct daxctl_memory *mem = daxctl_dev_get_memory(dev);
	bool mapped = daxctl_mapping_get_first(dev);
	unsigned long long resource = daxctl_dev_get_resource(dev);
	int err = mem ? daxctl_memory_get_counts(mem, &counts) : 0;
	int online = mem ? daxctl_memory_is_online(mem) : 0;
	rights_restore();
	assert_non_null(mem);
	assert_false(mapped);
	assert_int_equal(resource, 0);
	assert_int_equal(err, -EACCES);
	assert_int_equal(online, -EACCES);
}

static struct daxctl_memory *memory_of(struct daxctl_dev *dev)
{
	struct daxctl_memory *mem = daxctl_dev_get_memory(dev);

	assert_non_null(mem);
	return mem;
}

static void counts(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;
	struct daxctl_memory_counts count;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB + BLOCK / 2, 8 * BLOCK, 1, "kmem");
	struct daxctl_dev *dev = open_dev(fixture, &ctx);
	struct daxctl_memory *mem = memory_of(dev);

	/* None of the blocks is there yet. */
	assert_int_equal(daxctl_memory_num_sections(mem), 0);
	assert_int_equal(daxctl_memory_is_online(mem), 0);
	/* The neighbours' blocks, of which only a half is ours. */
	make_block(fixture, 8, "online", "Normal");
	make_block(fixture, 16, "online", "Normal");
	assert_int_equal(daxctl_memory_num_sections(mem), 0);

	make_block(fixture, 9, "offline", "Normal Movable");
	make_block(fixture, 10, "offline", "Movable Normal");
	assert_int_equal(daxctl_memory_get_counts(mem, &count), 0);
	assert_int_equal(count.total, 2);
	assert_int_equal(count.online, 0);
	assert_int_equal(count.movable, 0);
	assert_int_equal(daxctl_dev_has_online_memory(dev), 0);
	assert_int_equal(daxctl_memory_is_movable(mem), -ENXIO);

	make_block(fixture, 11, "online", "Movable");
	make_block(fixture, 12, "online", "Movable");
	assert_int_equal(daxctl_memory_get_counts(mem, &count), 0);
	assert_int_equal(count.total, 4);
	assert_int_equal(count.online, 2);
	assert_int_equal(count.movable, 2);
	assert_int_equal(daxctl_memory_is_movable(mem), 1);
	assert_int_equal(daxctl_dev_has_online_memory(dev), 2);

	make_block(fixture, 13, "online", "Normal");
	make_block(fixture, 14, "online", "none");
	assert_int_equal(daxctl_memory_get_counts(mem, &count), 0);
	assert_int_equal(count.total, 6);
	assert_int_equal(count.online, 4);
	assert_int_equal(count.movable, 2);
	assert_int_equal(daxctl_memory_num_sections(mem), 6);
	assert_int_equal(daxctl_memory_is_online(mem), 4);
	assert_int_equal(daxctl_memory_is_movable(mem), 0);

	/* A kernel that cannot tell zones still tells what is online. */
	make_block(fixture, 15, "online", NULL);
	assert_int_equal(daxctl_memory_get_counts(mem, &count), 0);
	assert_int_equal(count.total, 7);
	assert_int_equal(count.online, 5);
	assert_int_equal(count.movable, 2);

	make_file(fixture, MEMORY "/memory15/state", "%s", "");
	assert_int_equal(daxctl_memory_get_counts(mem, &count), -ENODATA);
	assert_int_equal(daxctl_memory_is_online(mem), -ENODATA);
}

static void onlining(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, 3 * BLOCK, 1, "kmem");
	make_block(fixture, 8, "offline", "Normal Movable");
	make_block(fixture, 9, "online", "Normal");
	make_block(fixture, 10, "offline", "Normal Movable");
	struct daxctl_memory *mem = memory_of(open_dev(fixture, &ctx));
	assert_int_equal(daxctl_memory_online(mem), 2);
	assert_file(fixture, MEMORY "/memory8/state", "online_movable");
	assert_file(fixture, MEMORY "/memory9/state", "online\n");
	assert_file(fixture, MEMORY "/memory10/state", "online_movable");
	assert_string_equal(told, "taken: put online as movable: the memory of dax0.0\n");

	make_block(fixture, 8, "offline", "Normal Movable");
	make_block(fixture, 10, "online", "Normal");
	assert_int_equal(daxctl_memory_online_no_movable(mem), 1);
	make_block(fixture, 8, "offline", "Normal Movable");
	char *before = tree_text(fixture);
	assert_int_equal(
		daxctl_memory_change(mem, DAXCTL_MEMORY_ONLINE_KERNEL, DAXCTL_CHANGE_DRY_RUN), 2);
	assert_int_equal(
		daxctl_memory_change(mem, DAXCTL_MEMORY_ONLINE_KERNEL, DAXCTL_CHANGE_FORCE),
		-EINVAL);
	char *after = tree_text(fixture);
	assert_string_equal(before, after);
	free(before);
	free(after);
	assert_int_equal(daxctl_memory_change(mem, DAXCTL_MEMORY_ONLINE_KERNEL, 0), 2);
	assert_file(fixture, MEMORY "/memory8/state", "online_kernel");

	make_block(fixture, 8, "online", "Movable");
	assert_int_equal(daxctl_memory_offline(mem), 3);
	for (unsigned i = 8; i < 11; i++) {
		char path[64];
		snprintf(path, sizeof(path), MEMORY "/memory%u/state", i);
		assert_file(fixture, path, "offline");
	}
}

static void offlining_is_undone(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, 4 * BLOCK, 1, "kmem");
	make_block(fixture, 8, "online", "Movable");
	make_block(fixture, 9, "online", "Normal");
	make_block(fixture, 10, "online", "Movable");
	make_block(fixture, 11, "online", "Movable");
	/* A file that tells something and refuses to be written, even by root. */
	take_away(fixture, MEMORY "/memory10/state");
	make_link(fixture, MEMORY "/memory10/state", "/proc/sys/kernel/ostype");
	struct daxctl_memory *mem = memory_of(open_dev(fixture, &ctx));

	int err = daxctl_memory_offline(mem);
	assert_true(err == -EACCES || err == -EPERM);
	char sentence[256];
	snprintf(sentence, sizeof(sentence),
		"dax0.0: memory block 10 (128 MiB, zone Movable of node 1) stays online: %s",
		strerror(-err));
	assert_string_equal(daxctl_get_error(ctx), sentence);
	/* It is not for being in use. */
	assert_null(daxctl_get_hint(ctx));
	assert_file(fixture, MEMORY "/memory8/state", "online_movable");
	assert_file(fixture, MEMORY "/memory9/state", "online_kernel");
	assert_file(fixture, MEMORY "/memory11/state", "online\n");

	/* A block that is not there stops all. */
	take_away(fixture, MEMORY "/memory10");
	make_block(fixture, 8, "online", "Movable");
	make_block(fixture, 9, "online", "Normal");
	assert_int_equal(daxctl_memory_offline(mem), -ENOENT);
	assert_string_equal(daxctl_get_error(ctx),
		"dax0.0: cannot read the state of memory block 10: No such file or directory");
	assert_file(fixture, MEMORY "/memory8/state", "online_movable");
}

/* Another process has given the device other memory, and then another use, since it was looked at.
 */
static void changed_by_others(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;

	make_machine(fixture);
	make_region(fixture, HMEM, GIB, 0);
	make_dev(fixture, HMEM, "dax0.0", GIB, BLOCK, 1, "kmem");
	make_block(fixture, 8, "online", "Movable");
	make_block(fixture, 16, "online", "Movable");
	struct daxctl_dev *dev = open_dev(fixture, &ctx);
	struct daxctl_memory *mem = memory_of(dev);
	assert_int_equal(daxctl_memory_is_online(mem), 1);

	make_mapping(fixture, HMEM "/dax0.0", 0, 2 * GIB, 2 * GIB + BLOCK - 1);
	assert_int_equal(daxctl_memory_offline(mem), 1);
	assert_file(fixture, MEMORY "/memory8/state", "online\n");
	assert_file(fixture, MEMORY "/memory16/state", "offline");

	take_away(fixture, DAX "/driver");
	make_block(fixture, 16, "online", "Movable");
	assert_int_equal(daxctl_memory_offline(mem), -EBUSY);
	assert_string_equal(daxctl_get_error(ctx),
		"dax0.0: the kernel keeps the device's memory until the next boot (1 memory blocks, 1 of them online)");
	assert_file(fixture, MEMORY "/memory16/state", "online\n");
	take_away(fixture, MEMORY "/memory16");
	assert_int_equal(daxctl_memory_offline(mem), -ENXIO);
	assert_string_equal(daxctl_get_error(ctx), "dax0.0: the device is not in system-ram mode");

	/* Another region has taken the place, with a device of the same name. */
	take_away(fixture, "sys/devices/" HMEM "/dax_region");
	make_dir(fixture, "sys/devices/other");
	make_region(fixture, HMEM, GIB, 0);
	assert_int_equal(daxctl_dev_set_mode(dev, DAXCTL_DEV_MODE_DEVDAX, 0), -ENODEV);
	assert_string_equal(
		daxctl_get_error(ctx), "dax0.0: cannot become devdax: the device no longer exists");
	assert_file(fixture, DRIVERS "/device_dax/bind", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(free_memory_is_cheap_to_know),
		fixture_test(kept_memory_behind_the_first_page),
		fixture_test(memory_is_kept),
		fixture_test(what_another_took_offline_stays),
		fixture_test(memmap),
		fixture_test(whole_blocks_only),
		fixture_test(no_ranges),
		fixture_test(unreadable_ranges),
		fixture_test(absurd_ranges),
		fixture_test(hidden_addresses),
		fixture_test(counts),
		fixture_test(onlining),
		fixture_test(offlining_is_undone),
		fixture_test(changed_by_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
