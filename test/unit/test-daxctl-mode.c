/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "changes.h"

#include <daxctl/device.h>

#include <stdio.h>
#include <string.h>
#include <syslog.h>
#include <sys/stat.h>

#define HMEM	"platform/hmem.0"
#define NDRG	"platform/ndbus0/region1"
#define DAX	"sys/devices/" HMEM "/dax0.0"
#define MEMORY	"sys/devices/system/memory"
#define DRIVERS "sys/bus/dax/drivers"
#define GIB	(1024 * MIB)

static void too_small(void **state)
{
	struct fixture *fixture = *state;
	unsigned long long size = 17;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, 64 * MIB, 1, "device_dax");
	refuses(fixture, DAXCTL_DEV_MODE_RAM, 0, -EINVAL,
		"dax0.0: cannot become system-ram: 64 MiB do not contain a whole memory block (128 MiB, aligned to 128 MiB)",
		"make the device at least 128 MiB and align it to 128 MiB");
	/* Force is no help. */
	refuses(fixture, DAXCTL_DEV_MODE_RAM, DAXCTL_CHANGE_FORCE, -EINVAL,
		"dax0.0: cannot become system-ram: 64 MiB do not contain a whole memory block (128 MiB, aligned to 128 MiB)",
		"make the device at least 128 MiB and align it to 128 MiB");

	make_file(fixture, DAX "/size", "524288\n");
	make_mapping(fixture, HMEM "/dax0.0", 0, GIB, GIB + 524287);
	refuses(fixture, DAXCTL_DEV_MODE_RAM, 0, -EINVAL,
		"dax0.0: cannot become system-ram: 512 KiB do not contain a whole memory block (128 MiB, aligned to 128 MiB)",
		"make the device at least 128 MiB and align it to 128 MiB");

	AUTO_CTX struct daxctl_ctx *ctx = NULL;
	struct daxctl_dev *dev = open_dev(fixture, &ctx);
	assert_false(daxctl_dev_is_system_ram_capable(dev));
	assert_int_equal(daxctl_dev_get_ram_size(dev, &size), 0);
	assert_int_equal(size, 0);
}

static void no_target_node(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, -1, "device_dax");
	struct daxctl_dev *dev = open_dev(fixture, &ctx);
	char *before = tree_text(fixture);
	assert_int_equal(daxctl_dev_set_mode(dev, DAXCTL_DEV_MODE_RAM, 0), -EINVAL);
	assert_non_null(strstr(daxctl_get_error(ctx),
		"dax0.0: cannot become system-ram: the platform assigns no NUMA node to the device "
		"(target_node)"));
	assert_string_equal(told, "");
	char *after = tree_text(fixture);
	assert_string_equal(before, after);
	free(before);
	free(after);
	assert_false(daxctl_dev_is_system_ram_capable(dev));
	/* As a device it may be used. */
	assert_int_equal(daxctl_dev_set_mode(dev, DAXCTL_DEV_MODE_DEVDAX, 0), 0);
}

static void no_driver(void **state)
{
	struct fixture *fixture = *state;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, "device_dax");
	take_away(fixture, DRIVERS "/kmem");
	refuses(fixture, DAXCTL_DEV_MODE_RAM, 0, -EOPNOTSUPP,
		"dax0.0: cannot become system-ram: mode system-ram needs the kernel's driver kmem: "
		"this kernel has no driver kmem on the dax bus",
		"load it with 'modprobe kmem', or use a kernel with CONFIG_DEV_DAX_KMEM");
	take_away(fixture, MEMORY);
	refuses(fixture, DAXCTL_DEV_MODE_RAM, 0, -EOPNOTSUPP,
		"dax0.0: cannot become system-ram: this kernel has no memory hotplug (CONFIG_MEMORY_HOTPLUG)",
		NULL);
}

static void online_memory(void **state)
{
	struct fixture *fixture = *state;

	make_machine(fixture);
	make_driver(fixture, "fsdev_dax");
	make_dev(fixture, HMEM, "dax0.0", GIB, 3 * BLOCK, 1, "kmem");
	make_block(fixture, 8, "offline", "Normal Movable");
	make_block(fixture, 9, "online", "Movable");
	make_block(fixture, 10, "online", "Normal");
	refuses(fixture, DAXCTL_DEV_MODE_DEVDAX, 0, -EBUSY,
		"dax0.0: cannot become devdax: 2 of its 3 memory blocks are online on node 1",
		"daxctl reconfigure-device --mode devdax --force dax0.0");
	refuses(fixture, DAXCTL_DEV_MODE_FAMFS, 0, -EBUSY,
		"dax0.0: cannot become famfs: the device is in system-ram mode",
		"daxctl reconfigure-device --mode devdax dax0.0");

	AUTO_CTX struct daxctl_ctx *ctx = NULL;
	struct daxctl_dev *dev = open_dev(fixture, &ctx);
	assert_true(daxctl_dev_is_system_ram_capable(dev));
	char *before = tree_text(fixture);
	assert_int_equal(daxctl_dev_disable(dev), -EBUSY);
	assert_string_equal(daxctl_get_error(ctx),
		"dax0.0: cannot be disabled: 2 of its 3 memory blocks are online on node 1");
	/* Enabled is enabled, as programs know it (D5). */
	assert_int_equal(daxctl_dev_enable_devdax(dev), 0);
	assert_int_equal(daxctl_dev_get_mode(dev), DAXCTL_DEV_MODE_RAM);
	char *after = tree_text(fixture);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

static void mapped(void **state)
{
	struct fixture *fixture = *state;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, "device_dax");
	make_file(fixture, "sys/module/device_dax/refcnt", "2\n");
	make_file(fixture, "proc/12/maps", "1000-2000 rw-s 00000000 00:05 99 /dev/dax0.1\n");
	make_file(fixture, "proc/self/maps", "1000-2000 rw-s 00000000 00:05 110 /dev/dax0.0\n");
	make_file(fixture, "proc/4711/comm", "guest\n");
	make_file(fixture, "proc/4711/maps",
		"7fff0000-7fff1000 rw-p 00000000 00:05 110 /dev/dax0.0\n"
		"not a line of the kernel\n"
		"7f00-7f10 rw-s 00000000 00:05 110 /dev/dax0.0\n");
	refuses(fixture, DAXCTL_DEV_MODE_RAM, DAXCTL_CHANGE_FORCE, -EBUSY,
		"dax0.0: cannot become system-ram: /dev/dax0.0 is mapped by guest (process 4711)",
		"end process 4711 first: it would be killed when it touches the memory");

	/* The driver counts no user: nobody is looked at. */
	AUTO_CTX struct daxctl_ctx *ctx = NULL;
	make_file(fixture, "sys/module/device_dax/refcnt", "0\n");
	assert_int_equal(daxctl_dev_disable(open_dev(fixture, &ctx)), 0);
}

/* The first thread has ended: its own file is empty, or, with newer kernels, cannot be opened. */
static void mapped_by_a_thread(void **state)
{
	struct fixture *fixture = *state;
	static const char sentence[] =
		"dax0.0: cannot become system-ram: /dev/dax0.0 is mapped by guest (process 4711)";
	static const char hint[] =
		"end process 4711 first: it would be killed when it touches the memory";

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, "device_dax");
	make_file(fixture, "sys/module/device_dax/refcnt", "2\n");
	make_link(fixture, "proc/self/ns/pid", "pid:[4026531836]");
	make_file(fixture, "proc/4711/comm", "guest\n");
	make_file(fixture, "proc/4711/maps", "%s", "");
	make_file(fixture, "proc/4711/task/4711/maps", "%s", "");
	make_file(fixture, "proc/4711/task/4712/maps", "%s", "");
	make_file(fixture, "proc/4711/task/4713/maps",
		"1000-2000 r--p 00000000 08:01 7 /usr/bin/guest\n"
		"7f00-7f10 rw-s 00000000 00:05 110 /dev/dax0.0\n");
	refuses(fixture, DAXCTL_DEV_MODE_RAM, DAXCTL_CHANGE_FORCE, -EBUSY, sentence, hint);
	take_away(fixture, "proc/4711/maps");
	refuses(fixture, DAXCTL_DEV_MODE_RAM, DAXCTL_CHANGE_FORCE, -EBUSY, sentence, hint);

	/* What cannot be read is not a process that maps nothing. */
	take_away(fixture, "proc/4711/task");
	make_file(fixture, "proc/4711/task", "not a directory\n");
	refuses(fixture, DAXCTL_DEV_MODE_RAM, DAXCTL_CHANGE_FORCE, -EBUSY,
		"dax0.0: cannot become system-ram: cannot tell whether a program has /dev/dax0.0 mapped: cannot read the mappings of process 4711: "
		"Not a directory",
		"run as root, outside of containers, or end the programs first");

	/* All of its threads have ended: a zombie. */
	AUTO_CTX struct daxctl_ctx *ctx = NULL;
	take_away(fixture, "proc/4711/task");
	make_file(fixture, "proc/4711/maps", "%s", "");
	make_file(fixture, "proc/4711/task/4711/maps", "%s", "");
	assert_int_equal(daxctl_dev_disable(open_dev(fixture, &ctx)), 0);
}

/* A directory of that name, as in a chroot, is not a /proc without processes. */
static void no_processes(void **state)
{
	struct fixture *fixture = *state;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, "device_dax");
	make_file(fixture, "sys/module/device_dax/refcnt", "2\n");
	make_dir(fixture, "proc");
	refuses(fixture, DAXCTL_DEV_MODE_RAM, DAXCTL_CHANGE_FORCE, -EBUSY,
		"dax0.0: cannot become system-ram: cannot tell whether a program has /dev/dax0.0 mapped: /proc does not show this process",
		"run as root, outside of containers, or end the programs first");
}

/* Runs as the first step is about to be taken, when all checks of the plan have passed. */
static void become_busy(
	struct daxctl_ctx *ctx, enum daxctl_step_event event, const char *what, void *data)
{
	struct fixture *fixture = data;

	make_block(fixture, 8, "online", "Movable");
	make_file(fixture, "sys/module/device_dax/refcnt", "1\n");
	make_file(fixture, "proc/4711/comm", "guest\n");
	make_file(fixture, "proc/4711/maps", "7f00-7f10 rw-s 00000000 00:05 110 /dev/dax0.0\n");
}

static void busy_since(struct fixture *fixture, const char *driver, enum daxctl_dev_mode mode,
	const char *sentence)
{
	AUTO_CTX struct daxctl_ctx *ctx = NULL;
	struct daxctl_dev *dev = open_dev(fixture, &ctx);
	char path[128];

	make_block(fixture, 8, "offline", "Normal Movable");
	make_file(fixture, "sys/module/device_dax/refcnt", "0\n");
	take_away(fixture, DAX "/driver");
	snprintf(path, sizeof(path), "../../../../bus/dax/drivers/%s", driver);
	make_link(fixture, DAX "/driver", path);
	daxctl_set_step_fn(ctx, become_busy, fixture);
	assert_int_equal(daxctl_dev_set_mode(dev, mode, 0), -EBUSY);
	assert_string_equal(daxctl_get_error(ctx), sentence);
	snprintf(path, sizeof(path), DRIVERS "/%s/unbind", driver);
	assert_file(fixture, path, "");
}

/* What was idle when the change was planned may be in use when its turn comes. */
static void becomes_busy(void **state)
{
	struct fixture *fixture = *state;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, BLOCK, 1, "kmem");
	busy_since(fixture, "kmem", DAXCTL_DEV_MODE_DEVDAX,
		"dax0.0: cannot become devdax: 1 of its 1 memory blocks are online on node 1");
	busy_since(fixture, "device_dax", DAXCTL_DEV_MODE_RAM,
		"dax0.0: cannot become system-ram: /dev/dax0.0 is mapped by guest (process 4711)");
}

static void auto_online(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, "device_dax");
	assert_false(daxctl_dev_will_auto_online_memory(open_dev(fixture, &ctx)));
	make_file(fixture, MEMORY "/auto_online_blocks", "online_movable\n");
	static const unsigned flags[] = {0, DAXCTL_CHANGE_NO_ONLINE};
	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		refuses(fixture, DAXCTL_DEV_MODE_RAM, flags[i], -EBUSY,
			"dax0.0: cannot become system-ram: this kernel puts new memory online automatically, in a zone of its own choice",
			"echo offline > /sys/devices/system/memory/auto_online_blocks, or accept the kernel's choice with --no-movable or --force");
	/* What cannot be read is not 'offline'. */
	make_file(fixture, MEMORY "/auto_online_blocks", "%s", "");
	refuses(fixture, DAXCTL_DEV_MODE_RAM, 0, -ENODATA,
		"dax0.0: cannot become system-ram: cannot read whether this kernel puts new memory online automatically: No data available",
		NULL);
	make_file(fixture, MEMORY "/auto_online_blocks", "online_movable\n");
	/* E2: where the kernel may use the memory, its choice is as good as another. */
	assert_int_equal(
		daxctl_dev_set_mode(daxctl_dev_get_by_name(ctx, "dax0.0"), DAXCTL_DEV_MODE_RAM,
			DAXCTL_CHANGE_NO_MOVABLE | DAXCTL_CHANGE_DRY_RUN),
		0);
	assert_true(daxctl_dev_will_auto_online_memory(daxctl_dev_get_by_name(ctx, "dax0.0")));
}

static void no_such_mode(void **state)
{
	struct fixture *fixture = *state;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, "device_dax");
	refuses(fixture, DAXCTL_DEV_MODE_UNKNOWN, 0, -EINVAL,
		"dax0.0: invalid mode number -1: must be 0 to 2", NULL);
	refuses(fixture, DAXCTL_DEV_MODE_END, 0, -EINVAL,
		"dax0.0: invalid mode number 3: must be 0 to 2", NULL);
}

static void other_driver(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;

	make_machine(fixture);
	make_driver(fixture, "vfio_dax");
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, "vfio_dax");
	refuses(fixture, DAXCTL_DEV_MODE_DEVDAX, 0, -EBUSY,
		"dax0.0: cannot become devdax: the device is bound to driver vfio_dax, which belongs to no mode",
		NULL);
	struct daxctl_dev *dev = open_dev(fixture, &ctx);
	assert_true(daxctl_dev_is_enabled(dev));
	assert_int_equal(daxctl_dev_get_mode(dev), DAXCTL_DEV_MODE_UNKNOWN);
	assert_int_equal(daxctl_dev_disable(dev), -EBUSY);
}

/* A link that cannot be read is not 'no driver'. */
static void unreadable_driver(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, NULL);
	make_file(fixture, DAX "/driver", "no link\n");
	refuses(fixture, DAXCTL_DEV_MODE_DEVDAX, 0, -EINVAL,
		"dax0.0: cannot become devdax: cannot read the driver of the device: Invalid argument",
		NULL);
	assert_int_equal(daxctl_dev_disable(open_dev(fixture, &ctx)), -EINVAL);
}

/* What cannot be read for a moment is neither "no driver" nor "another mode". */
static void unreadable_driver_once(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, "kmem");
	struct daxctl_dev *dev = open_dev(fixture, &ctx);
	fault_link(EIO, 1);
	assert_int_equal(daxctl_dev_get_mode(dev), DAXCTL_DEV_MODE_UNKNOWN);
	assert_int_equal(errno, EIO);
	assert_true(fault_link(EIO, 1));
	assert_null(daxctl_dev_get_memory(dev));
	assert_int_equal(errno, EIO);
	assert_true(fault_link(EIO, 1));
	assert_refused(ctx, daxctl_dev_enable_devdax(dev), -EIO,
		"dax0.0: cannot be enabled: cannot read the driver of the device: Input/output error",
		NULL);
	assert_true(fault_link(EIO, 1));
	assert_refused(ctx, daxctl_dev_disable(dev), -EIO,
		"dax0.0: cannot be disabled: cannot read the driver of the device: Input/output error",
		NULL);
	assert_true(fault_link(0, 0));
	struct daxctl_memory *mem = daxctl_dev_get_memory(dev);
	fault_link(EIO, 1);
	assert_refused(ctx, daxctl_memory_online(mem), -EIO,
		"dax0.0: cannot read the driver of the device: Input/output error", NULL);
	assert_true(fault_link(0, 0));

	take_away(fixture, DAX "/driver");
	assert_int_equal(daxctl_dev_get_mode(dev), DAXCTL_DEV_MODE_UNKNOWN);
	assert_int_equal(errno, ENOENT);
	make_link(fixture, DAX "/driver", "../../../../bus/dax/drivers/vfio_dax");
	assert_int_equal(daxctl_dev_get_mode(dev), DAXCTL_DEV_MODE_UNKNOWN);
	assert_int_equal(errno, 0);
}

/* The sentence says what cannot be read, not that there is none. */
static void unreadable_attributes(void **state)
{
	static const struct {
		const char *path, *sentence;
	} rows[] = {
		{MEMORY "/block_size_bytes", "cannot read the size of a memory block"},
		{DAX "/target_node", "cannot read the NUMA node of the device (target_node)"},
		{DAX "/size", "cannot read the size of the device"},
	};
	struct fixture *fixture = *state;
	char sentence[256];

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		make_machine(fixture);
		make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, "device_dax");
		take_away(fixture, rows[i].path);
		make_dir(fixture, rows[i].path);
		snprintf(sentence, sizeof(sentence),
			"dax0.0: cannot become system-ram: %s: Is a directory", rows[i].sentence);
		refuses(fixture, DAXCTL_DEV_MODE_RAM, 0, -EISDIR, sentence, NULL);
		take_away(fixture, "sys");
	}
}

/* The mode of a device is the driver that it has now, not what it was. */
static void mode_is_driver(void **state)
{
	static const struct {
		const char *driver;
		enum daxctl_dev_mode mode;
	} rows[] = {
		{"device_dax", DAXCTL_DEV_MODE_DEVDAX},
		{"kmem", DAXCTL_DEV_MODE_RAM},
		{"fsdev_dax", DAXCTL_DEV_MODE_FAMFS},
		{"kmem2", DAXCTL_DEV_MODE_UNKNOWN},
		{"dax", DAXCTL_DEV_MODE_UNKNOWN},
	};
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;
	char target[64];

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, NULL);
	struct daxctl_dev *dev = open_dev(fixture, &ctx);
	assert_false(daxctl_dev_is_enabled(dev));
	assert_int_equal(daxctl_dev_get_mode(dev), DAXCTL_DEV_MODE_UNKNOWN);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		snprintf(target, sizeof(target), "../../../../bus/dax/drivers/%s", rows[i].driver);
		make_link(fixture, DAX "/driver", target);
		assert_true(daxctl_dev_is_enabled(dev));
		assert_int_equal(daxctl_dev_get_mode(dev), rows[i].mode);
		assert_int_equal(daxctl_dev_is_devdax_mode(dev), i == 0);
		assert_int_equal(daxctl_dev_is_system_ram_mode(dev), i == 1);
		assert_int_equal(daxctl_dev_is_famfs_mode(dev), i == 2);
		assert_int_equal(!!daxctl_dev_get_memory(dev), i == 1);
		take_away(fixture, DAX "/driver");
	}
}

static void dry_run(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, "device_dax");
	struct daxctl_dev *dev = open_dev(fixture, &ctx);
	char *before = tree_text(fixture);
	assert_int_equal(daxctl_dev_set_mode(dev, DAXCTL_DEV_MODE_RAM, DAXCTL_CHANGE_DRY_RUN), 0);
	assert_string_equal(told,
		"planned: unbind dax0.0 from driver device_dax\n"
		"planned: bind dax0.0 to driver kmem\n"
		"planned: put online as movable: the memory of dax0.0\n");
	*told = 0;
	assert_int_equal(daxctl_dev_set_mode(dev, DAXCTL_DEV_MODE_RAM,
				 DAXCTL_CHANGE_DRY_RUN | DAXCTL_CHANGE_NO_ONLINE),
		0);
	assert_string_equal(told,
		"planned: unbind dax0.0 from driver device_dax\n"
		"planned: bind dax0.0 to driver kmem\n");
	*told = 0;
	/* It is what it is asked to become. */
	assert_int_equal(
		daxctl_dev_set_mode(dev, DAXCTL_DEV_MODE_DEVDAX, DAXCTL_CHANGE_DRY_RUN), 0);
	assert_string_equal(told, "");
	assert_null(daxctl_get_error(ctx));
	char *after = tree_text(fixture);
	assert_string_equal(before, after);
	free(before);
	free(after);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(too_small),
		fixture_test(no_target_node),
		fixture_test(no_driver),
		fixture_test(online_memory),
		fixture_test(mapped),
		fixture_test(mapped_by_a_thread),
		fixture_test(no_processes),
		fixture_test(becomes_busy),
		fixture_test(auto_online),
		fixture_test(no_such_mode),
		fixture_test(other_driver),
		fixture_test(unreadable_driver),
		fixture_test(unreadable_driver_once),
		fixture_test(unreadable_attributes),
		fixture_test(mode_is_driver),
		fixture_test(dry_run),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
