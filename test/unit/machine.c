/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "machine.h"

#include <daxctl/device.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PATH 1024

static int link_error, link_when;

bool fault_link(int error, int when)
{
	bool came = !link_when;

	link_error = error;
	link_when = error ? when : 0;
	return came;
}

/* In place of the C library's. */
ssize_t readlinkat(int directory, const char *path, char *target, size_t size)
{
	if (link_when && !--link_when) {
		errno = link_error;
		return -1;
	}
	return syscall(SYS_readlinkat, directory, path, target, size);
}

void make_driver(struct fixture *fixture, const char *driver)
{
	static const char *const attrs[] = {"bind", "unbind", "new_id", "remove_id"};
	char path[PATH];

	for (size_t i = 0; i < ARRAY_SIZE(attrs); i++) {
		snprintf(path, sizeof(path), "sys/bus/dax/drivers/%s/%s", driver, attrs[i]);
		make_file(fixture, path, "%s", "");
	}
}

void make_machine(struct fixture *fixture)
{
	make_dir(fixture, "sys/bus/dax/devices");
	make_driver(fixture, "device_dax");
	make_driver(fixture, "kmem");
	make_file(fixture, "sys/module/device_dax/refcnt", "0\n"); /* nobody has a device open */
	make_file(fixture, "sys/devices/system/memory/block_size_bytes", "%" PRIx64 "\n", BLOCK);
	make_file(fixture, "sys/devices/system/memory/auto_online_blocks", "offline\n");
}

void make_region(struct fixture *fixture, const char *region, uint64_t size, int64_t available)
{
	char path[PATH];

	snprintf(path, sizeof(path), "sys/devices/%s/dax_region/size", region);
	make_file(fixture, path, "%" PRIu64 "\n", size);
	snprintf(path, sizeof(path), "sys/devices/%s/dax_region/align", region);
	make_file(fixture, path, "2097152\n");
	if (available < 0)
		return;
	snprintf(path, sizeof(path), "sys/devices/%s/dax_region/available_size", region);
	make_file(fixture, path, "%" PRIi64 "\n", available);
	snprintf(path, sizeof(path), "sys/devices/%s/dax_region/create", region);
	make_file(fixture, path, "%s", "");
	snprintf(path, sizeof(path), "sys/devices/%s/dax_region/delete", region);
	make_file(fixture, path, "%s", "");
	snprintf(path, sizeof(path), "sys/devices/%s/dax_region/seed", region);
	make_file(fixture, path, "\n");
}

void make_mapping(
	struct fixture *fixture, const char *dev, unsigned number, uint64_t start, uint64_t end)
{
	char path[PATH];

	snprintf(path, sizeof(path), "sys/devices/%s/mapping%u/start", dev, number);
	make_file(fixture, path, "0x%" PRIx64 "\n", start);
	snprintf(path, sizeof(path), "sys/devices/%s/mapping%u/end", dev, number);
	make_file(fixture, path, "0x%" PRIx64 "\n", end);
	snprintf(path, sizeof(path), "sys/devices/%s/mapping%u/page_offset", dev, number);
	make_file(fixture, path, "0x%x\n", number * 16);
}

static void make_up(char *out, const char *path)
{
	strcpy(out, "../../");
	for (; path; path = strchr(path + 1, '/'))
		strcat(out, "../");
}

void make_dev(struct fixture *fixture, const char *region, const char *name, uint64_t start,
	uint64_t size, int node, const char *driver)
{
	char dev[PATH / 2], path[PATH], target[PATH];

	snprintf(dev, sizeof(dev), "%s/%s", region, name);
	snprintf(path, sizeof(path), "sys/devices/%s/size", dev);
	make_file(fixture, path, "%" PRIu64 "\n", size);
	snprintf(path, sizeof(path), "sys/devices/%s/align", dev);
	make_file(fixture, path, "2097152\n");
	snprintf(path, sizeof(path), "sys/devices/%s/resource", dev);
	make_file(fixture, path, "0x%" PRIx64 "\n", start);
	snprintf(path, sizeof(path), "sys/devices/%s/target_node", dev);
	make_file(fixture, path, "%d\n", node);
	snprintf(path, sizeof(path), "sys/devices/%s/dev", dev);
	make_file(fixture, path, "252:7\n");
	if (size)
		make_mapping(fixture, dev, 0, start, start + size - 1);
	if (driver) {
		make_up(target, region);
		snprintf(target + strlen(target), sizeof(target) - strlen(target),
			"bus/dax/drivers/%s", driver);
		snprintf(path, sizeof(path), "sys/devices/%s/driver", dev);
		make_link(fixture, path, target);
	}
	snprintf(path, sizeof(path), "sys/bus/dax/devices/%s", name);
	snprintf(target, sizeof(target), "../../../devices/%s", dev);
	make_link(fixture, path, target);
}

void make_block(struct fixture *fixture, uint64_t number, const char *state, const char *zones)
{
	char path[PATH];

	snprintf(path, sizeof(path), "sys/devices/system/memory/memory%" PRIu64 "/state", number);
	make_file(fixture, path, "%s\n", state);
	if (!zones)
		return;
	snprintf(path, sizeof(path), "sys/devices/system/memory/memory%" PRIu64 "/valid_zones",
		number);
	make_file(fixture, path, "%s\n", zones);
}

struct daxctl_ctx *new_ctx(struct fixture *fixture)
{
	struct daxctl_ctx *ctx = NULL;

	assert_int_equal(dax_ctx_new(&ctx, fixture->root), 0);
	return ctx;
}
