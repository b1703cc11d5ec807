/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "ram.h"

#include <kernel/iomem.h>
#include <string.h>

#include "block.h"

/* The requirements of system-ram mode, and where the struct pages of the memory are kept. */

int ram_check_kernel(struct daxctl_ctx *ctx)
{
	struct object *memory = ctx_memory(ctx);
	uint64_t size = 0;
	int err = memory ? object_u64(memory, MEMORY_BLOCK_SIZE, &size)
			 : ctx_open_devices(ctx) ?: -ENOMEM;

	if (err && err != -ENOENT)
		return kernel_fail(ctx->kernel, -err, "cannot read the size of a memory block: %s",
			strerror(-err));
	if (size)
		return 0;
	return kernel_fail(ctx->kernel, EOPNOTSUPP,
		"this kernel has no memory hotplug (CONFIG_MEMORY_HOTPLUG)");
}

int ram_check_node(struct daxctl_dev *dev)
{
	struct kernel *kernel = dev_kernel(dev);
	int64_t node = -1;
	int err = object_int(&dev->object, DEV_TARGET_NODE, &node);

	if (err && err != -ENOENT)
		return kernel_fail(kernel, -err,
			"cannot read the NUMA node of the device (target_node): %s",
			strerror(-err));
	if (node >= 0)
		return 0;
	kernel_fail(
		kernel, EINVAL, "the platform assigns no NUMA node to the device (target_node)");
	kernel_hint(kernel,
		"update the firmware or its settings: its table SRAT must describe the memory's proximity domain");
	return -EINVAL;
}

int ram_check_blocks(struct daxctl_ctx *ctx, uint64_t size, uint64_t usable)
{
	unsigned long long block = daxctl_get_memory_block_size(ctx) >> 20;

	if (usable)
		return 0;
	bool mebibytes = size >= 1 << 20;
	kernel_fail(ctx->kernel, EINVAL,
		"%llu %s do not contain a whole memory block (%llu MiB, aligned to %llu MiB)",
		(unsigned long long)size >> (mebibytes ? 20 : 10), mebibytes ? "MiB" : "KiB", block,
		block);
	kernel_hint(ctx->kernel, "make the device at least %llu MiB and align it to %llu MiB",
		block, block);
	return -EINVAL;
}

int ram_check_policy(struct daxctl_ctx *ctx, unsigned flags)
{
	if (flags & (DAXCTL_CHANGE_FORCE | DAXCTL_CHANGE_NO_MOVABLE))
		return 0;
	int automatic = blocks_auto_online(ctx);

	/* Leave a kernel without memory hotplug to ram_check_kernel(). */
	if (!automatic || automatic == -ENOENT)
		return 0;
	if (automatic < 0)
		return kernel_fail(ctx->kernel, -automatic,
			"cannot read whether this kernel puts new memory online automatically: %s",
			strerror(-automatic));
	kernel_fail(ctx->kernel, EBUSY,
		"this kernel puts new memory online automatically, in a zone of its own choice");
	kernel_hint(ctx->kernel,
		"echo offline > /sys/devices/system/memory/auto_online_blocks, or accept the kernel's choice with --no-movable or --force");
	return -EBUSY;
}

int ram_check_offline(struct daxctl_dev *dev, unsigned flags)
{
	struct kernel *kernel = dev_kernel(dev);
	struct daxctl_memory_counts count;
	int err = daxctl_memory_get_counts(&dev->memory, &count);

	if (err)
		return kernel_fail(kernel, -err, "cannot read the state of the device's memory: %s",
			strerror(-err));
	if (!count.online || flags & DAXCTL_CHANGE_FORCE)
		return 0;
	kernel_fail(kernel, EBUSY, "%u of its %u memory blocks are online on node %d%s",
		count.online, count.total, daxctl_dev_get_target_node(dev),
		daxctl_dev_will_auto_online_memory(dev)
			? " (this kernel puts new memory online automatically)"
			: "");
	kernel_hint(kernel, "daxctl reconfigure-device --mode devdax --force %s", dev->object.name);
	return -EBUSY;
}

static void ram_hint_restart(struct kernel *kernel)
{
	kernel_hint(kernel,
		"reboot: memory that was online when driver kmem was unbound is lost until then");
}

/* Whether the name is one that the kernel gives to memory, such as "System RAM" or "System RAM
 * (kmem)". */
static bool is_ram(const struct iomem_resource *resource)
{
	static const char prefix[] = "System RAM";

	return resource->length >= strlen(prefix) &&
		memcmp(resource->name, prefix, strlen(prefix)) == 0;
}

static bool dev_has_some(struct daxctl_dev *dev, const struct iomem_resource *resource)
{
	struct daxctl_mapping *mapping;

	daxctl_mapping_foreach (dev, mapping)
		if (resource->start <= mapping->end && mapping->start <= resource->end)
			return true;
	return false;
}

struct ram_look {
	struct daxctl_dev *dev;
	bool has_addresses, found;
};

static bool look_for_ram(void *data, const struct iomem_resource *resource)
{
	struct ram_look *look = data;

	if (!is_ram(resource))
		return true;
	look->has_addresses |= resource->end > 0;
	look->found = dev_has_some(look->dev, resource);
	return !look->found;
}

/* Whether /proc/iomem proves that the kernel has no memory in the device; one reading, however
 * large the device is. */
static bool is_surely_no_ram(struct daxctl_dev *dev)
{
	struct ram_look look = {dev};

	return daxctl_mapping_get_first(dev) &&
		iomem_foreach(dev_kernel(dev), look_for_ram, &look) == 0 && look.has_addresses &&
		!look.found;
}

/* Count the memory blocks that the kernel has at the addresses of a device without a driver. */
static int count_kept(struct daxctl_dev *dev, struct daxctl_memory_counts *count)
{
	*count = (struct daxctl_memory_counts){0};
	if (dev_driver(dev))
		return 0;
	/* A driver that cannot be read may use the memory. */
	if (errno != ENOENT)
		return -errno;
	if (is_surely_no_ram(dev))
		return 0;
	int err = daxctl_memory_get_counts(&dev->memory, count);
	return err == -EOPNOTSUPP ? 0 : err;
}

EXPORT int daxctl_dev_has_kept_memory(struct daxctl_dev *dev)
{
	struct daxctl_memory_counts count;

	return dev ? count_kept(dev, &count) ?: count.total > 0 : -EINVAL;
}

int ram_check_returned(struct daxctl_dev *dev)
{
	struct kernel *kernel = dev_kernel(dev);
	struct daxctl_memory_counts count;
	int err = count_kept(dev, &count);

	if (err == -EACCES || (!err && !count.total))
		return 0;
	if (err)
		return kernel_fail(kernel, -err,
			"cannot read whether the kernel keeps the device's memory: %s",
			strerror(-err));
	kernel_fail(kernel, EBUSY,
		"the kernel keeps the device's memory until the next boot (%u memory blocks, %u of them online)",
		count.total, count.online);
	ram_hint_restart(kernel);
	return -EBUSY;
}

struct range_look {
	const struct ranges *wanted;
	struct daxctl_dev *self;	  /* whose driver uses its memory; NULL: none */
	const struct daxctl_range *found; /* one that is wanted */
	struct daxctl_range ram;
};

static bool look_in_ranges(void *data, const struct iomem_resource *resource)
{
	struct range_look *look = data;
	const struct daxctl_range *wanted =
		is_ram(resource) ? range_find(look->wanted, resource->start, resource->end) : NULL;

	if (!wanted || (look->self && dev_has_some(look->self, resource)))
		return true;
	look->found = wanted;
	look->ram = (struct daxctl_range){resource->start, resource->end};
	return false;
}

int ram_check_ranges(struct kernel *kernel, struct daxctl_dev *self, const struct ranges *sorted)
{
	int bound = self ? dev_has_driver(self) : 0;
	struct range_look look = {sorted, bound ? self : NULL};

	if (bound < 0)
		return bound;
	/* If /proc/iomem cannot be read, the check before binding finds the memory. */
	iomem_foreach(kernel, look_in_ranges, &look);
	if (!look.found)
		return 0;
	kernel_fail(kernel, EBUSY,
		"range %#llx-%#llx: the kernel keeps the memory at %#llx-%#llx until the next boot",
		look.found->start, look.found->end, look.ram.start, look.ram.end);
	ram_hint_restart(kernel);
	return -EBUSY;
}

#define MEMMAP_FLAGS (DAXCTL_CHANGE_MEMMAP_HERE | DAXCTL_CHANGE_MEMMAP_ELSEWHERE)

/* Whether memory_hotplug.memmap_on_memory= is off on the kernel command line. If that cannot be
 * read, assume on. */
static bool memmap_is_off(struct kernel *kernel)
{
	AUTO_DIRECTORY struct directory *module = NULL;
	char text[SYSFS_PAGE + 1];

	return directory_open(kernel, "sys/module/memory_hotplug", &module) == 0 &&
		sysfs_read(module, "parameters", "memmap_on_memory", text) == 0 &&
		strcmp(text, "N") == 0;
}

/* @now: the result of daxctl_dev_get_memmap_on_memory(). */
static int check_memmap(struct kernel *kernel, int now, int wanted)
{
	if (now == -EOPNOTSUPP)
		return kernel_fail(kernel, EOPNOTSUPP,
			"this kernel cannot choose where struct pages are kept (memmap_on_memory, since Linux 6.8)");
	if (now < 0)
		return kernel_fail(
			kernel, -now, "cannot read memmap_on_memory: %s", strerror(-now));
	if (!wanted || !memmap_is_off(kernel))
		return 0;
	kernel_fail(kernel, EOPNOTSUPP, "memmap_on_memory is disabled on this kernel");
	kernel_hint(
		kernel, "reboot with memory_hotplug.memmap_on_memory=1 on the kernel command line");
	return -EOPNOTSUPP;
}

struct memmap {
	struct daxctl_dev **slot; /* as in struct rebind */
	struct daxctl_dev *known;
	int wanted, before;
};

static int write_memmap(struct daxctl_dev *dev, int value)
{
	return object_write(&dev->object, DEV_MEMMAP, value ? "1" : "0");
}

static int memmap_apply(void *data)
{
	struct memmap *memmap = data;
	struct daxctl_dev *dev = *memmap->slot;

	memmap->before = daxctl_dev_get_memmap_on_memory(dev);
	if (memmap->before == memmap->wanted)
		return 0;
	int err = check_memmap(dev_kernel(dev), memmap->before, memmap->wanted);
	return err ?: write_memmap(dev, memmap->wanted);
}

static int memmap_undo(void *data)
{
	struct memmap *memmap = data;

	return memmap->before == memmap->wanted ? 0 : write_memmap(*memmap->slot, memmap->before);
}

static int add_memmap(struct txn *txn, struct daxctl_dev **slot, const char *name, int wanted)
{
	struct memmap *memmap = calloc(1, sizeof(*memmap));
	struct step step = {memmap_apply, memmap_undo, free, memmap};

	if (!memmap)
		return -ENOMEM;
	memmap->known = *slot;
	memmap->slot = memmap->known ? &memmap->known : slot;
	memmap->wanted = wanted;
	return txn_add(txn, step, "keep the struct pages of %s %s", name,
		wanted ? "on the device" : "in other memory");
}

int ram_plan_memmap(struct txn *txn, struct daxctl_dev **slot, const char *name, unsigned flags)
{
	int wanted = (flags & DAXCTL_CHANGE_MEMMAP_HERE) != 0;

	if (!(flags & MEMMAP_FLAGS))
		return 0;
	if (*slot) {
		int now = daxctl_dev_get_memmap_on_memory(*slot);
		if (now == wanted)
			return 0;
		int err = check_memmap(dev_kernel(*slot), now, wanted);
		if (err)
			return err;
	}
	return add_memmap(txn, slot, name, wanted);
}

int ram_check_memmap_stays(struct daxctl_dev *dev, unsigned flags)
{
	struct kernel *kernel = dev_kernel(dev);
	int now = daxctl_dev_get_memmap_on_memory(dev);
	int wanted = (flags & DAXCTL_CHANGE_MEMMAP_HERE) != 0;

	if (!(flags & MEMMAP_FLAGS) || now == wanted)
		return 0;
	if (now < 0)
		return check_memmap(kernel, now, wanted);
	kernel_fail(kernel, EBUSY, "cannot move the struct pages of a device in system-ram mode");
	kernel_hint(kernel, "daxctl reconfigure-device --mode devdax %s", dev->object.name);
	return -EBUSY;
}
