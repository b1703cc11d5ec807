/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "memory.h"

#include <kernel/cause.h>
#include <kernel/child.h>
#include <stdio.h>
#include <string.h>

#include "mode.h"
#include "ram.h"

/* The values to write to attribute state of a memory block
 * (Documentation/admin-guide/mm/memory-hotplug.rst). */
static const char *const requests[] = {
	[BLOCK_OFFLINE] = "offline",
	[BLOCK_MOVABLE] = "online_movable",
	[BLOCK_KERNEL] = "online_kernel",
};

typedef int write_fn(
	const struct directory *directory, const char *object, const char *attr, const char *value);

static int write_block(
	struct daxctl_ctx *ctx, write_fn *write, const struct block *block, enum block_state state)
{
	char path[64];

	snprintf(path, sizeof(path), "memory%llu/state", (unsigned long long)block->number);
	return write(ctx->memory.directory, ctx->memory.name, path, requests[state]);
}

struct memory_change {
	struct daxctl_dev **slot; /* @known, or the device that an earlier step creates */
	struct daxctl_dev *known;
	enum block_state to;
	bool keep_going;
	bool rezone;	       /* also change blocks that are online in another zone */
	struct blocks changed; /* with their states before the change */
	unsigned *unchanged;
};

static int take_offline(struct daxctl_dev *dev, const struct block *block, enum block_state from)
{
	struct daxctl_ctx *ctx = dev->region->ctx;
	enum block_state now;
	/* Write from a child, which a signal can end: offlining may block forever while the kernel
	 * retries migration. */
	int err = write_block(ctx, child_write, block, BLOCK_OFFLINE);

	if (!err)
		return 0;
	/* A signal may have arrived after the write was done: then the change is ours to undo.
	 * Otherwise another program was faster. */
	if (block_read_state(ctx, block, &now) == 0 && now == BLOCK_OFFLINE)
		return err == -EINTR ? 0 : BY_ANOTHER;
	kernel_fail(ctx->kernel, -err,
		"memory block %llu (%llu MiB, zone %s of node %d) stays online: %s",
		(unsigned long long)block->number, daxctl_get_memory_block_size(ctx) >> 20,
		from == BLOCK_MOVABLE ? "Movable" : "Normal", daxctl_dev_get_target_node(dev),
		err == -EBUSY ? "pages that are in use cannot be moved" : strerror(-err));
	if (err != -EBUSY)
		return err;
	if (from == BLOCK_KERNEL)
		kernel_hint(ctx->kernel,
			"reboot with memhp_default_state=online_movable on the kernel command line: in zone Normal the kernel may keep data of its own until it is restarted");
	else
		kernel_hint(ctx->kernel,
			"end or move the programs that use the memory of node %d, for example with migratepages(8), and try again",
			daxctl_dev_get_target_node(dev));
	return err;
}

static int put_online(struct daxctl_dev *dev, const struct block *block, enum block_state to)
{
	struct daxctl_ctx *ctx = dev->region->ctx;
	enum block_state now;
	int err = write_block(ctx, sysfs_write, block, to);

	/* Another program, for example a udev rule, was faster: the block is online as requested.
	 */
	if (err && block_read_state(ctx, block, &now) == 0 && now != BLOCK_OFFLINE)
		return BY_ANOTHER;
	if (err)
		kernel_fail(ctx->kernel, -err, "cannot put memory block %llu online: %s",
			(unsigned long long)block->number, strerror(-err));
	return err;
}

/* Whether a block in state @now needs no change. */
static bool needs_no_change(const struct memory_change *change, enum block_state now)
{
	if (change->rezone)
		return now == change->to;
	return (now == BLOCK_OFFLINE) == (change->to == BLOCK_OFFLINE);
}

static int move_block(struct memory_change *change, const struct block *block, enum block_state now)
{
	struct daxctl_dev *dev = *change->slot;
	bool was_online = now != BLOCK_OFFLINE;
	int left = was_online ? take_offline(dev, block, now) : 0;

	if (left < 0 || change->to == BLOCK_OFFLINE)
		return left;
	int came = put_online(dev, block, change->to);
	if (came < 0 && was_online && left != BY_ANOTHER)
		put_online(dev, block, now);
	/* If the block went offline first, that part may be ours to undo. */
	return came == BY_ANOTHER && was_online ? left : came;
}

static int change_block(struct memory_change *change, const struct block *block)
{
	struct daxctl_dev *dev = *change->slot;
	enum block_state now;
	int err = block_read_state(dev->region->ctx, block, &now);

	if (err)
		return kernel_fail(dev_kernel(dev), -err,
			"cannot read the state of memory block %llu: %s",
			(unsigned long long)block->number, strerror(-err));
	if (needs_no_change(change, now)) {
		if (change->unchanged)
			++*change->unchanged;
		return 0;
	}
	err = move_block(change, block, now);
	if (err == BY_ANOTHER)
		return 0;
	if (!err)
		change->changed.list[change->changed.count++] = (struct block){block->number, now};
	return err;
}

static int change_undo(void *data)
{
	struct memory_change *change = data;
	int result = 0;

	while (change->changed.count > 0) {
		const struct block *block = &change->changed.list[--change->changed.count];
		struct daxctl_dev *dev = *change->slot;
		/* Write directly: a block that was put online a moment ago is still empty, so that
		 * offlining it is quick, and a pending signal must not end the undo. */
		int err = change->to == BLOCK_OFFLINE
			? 0
			: write_block(dev->region->ctx, sysfs_write, block, BLOCK_OFFLINE);
		if (!err && block->was != BLOCK_OFFLINE)
			err = put_online(dev, block, block->was);
		if (err < 0)
			result = result ?: err;
	}
	return result;
}

static void memory_tell_progress(struct daxctl_dev *dev, size_t done, size_t count)
{
	struct daxctl_ctx *ctx = dev->region->ctx;

	if (ctx->progress_fn)
		ctx->progress_fn(dev, (unsigned)done, (unsigned)count, ctx->progress_data);
}

/* Change as many blocks as possible, and report why the first of the others failed. */
static int change_what_goes(struct memory_change *change, const struct blocks *blocks)
{
	struct kernel *kernel = dev_kernel(*change->slot);
	AUTO_CAUSE struct cause first = {.kernel = kernel};
	unsigned stuck = 0;

	for (size_t i = 0; i < blocks->count && first.err != -EINTR; i++) {
		memory_tell_progress(*change->slot, i, blocks->count);
		int err = change_block(change, &blocks->list[i]);
		if (!err)
			continue;
		if (!stuck++)
			first = cause_keep(kernel, err);
		else if (err == -EINTR)
			first.err = err;
	}
	memory_tell_progress(*change->slot, blocks->count, blocks->count);
	if (!stuck)
		return 0;
	cause_say(&first, "%u of its %zu memory blocks cannot be changed, first: %s", stuck,
		blocks->count, first.sentence ?: "");
	return cause_record(&first);
}

/* Change all blocks or none: on failure restore those that changed, and report the first cause. */
static int change_apply(void *data)
{
	struct memory_change *change = data;
	CLEANUP(blocks_deinit) struct blocks blocks = {0};
	int err = blocks_of(*change->slot, &blocks);

	if (err)
		return err;
	change->changed.list = calloc(blocks.count ?: 1, sizeof(*blocks.list));
	if (!change->changed.list)
		return -ENOMEM;
	if (change->keep_going)
		return change_what_goes(change, &blocks);
	for (size_t i = 0; !err && i < blocks.count; i++) {
		memory_tell_progress(*change->slot, i, blocks.count);
		err = change_block(change, &blocks.list[i]);
	}
	memory_tell_progress(*change->slot, blocks.count, blocks.count);
	if (!err)
		return 0;

	AUTO_CAUSE struct cause cause = cause_keep(dev_kernel(*change->slot), err);
	if (change_undo(change))
		cause_say(&cause, "%s; not all blocks that had changed could be restored",
			cause.sentence ?: "");
	return cause_record(&cause);
}

static void change_release(void *data)
{
	struct memory_change *change = data;

	blocks_deinit(&change->changed);
	free(change);
}

int memory_add_change_at(struct txn *txn, struct daxctl_dev **slot, const char *name,
	enum block_state to, unsigned flags, unsigned *unchanged)
{
	static const char *const how[] = {
		[BLOCK_OFFLINE] = "take offline",
		[BLOCK_MOVABLE] = "put online as movable",
		[BLOCK_KERNEL] = "put online for the kernel too",
	};
	struct memory_change *change = calloc(1, sizeof(*change));
	struct step step = {change_apply, change_undo, change_release, change};

	if (!change)
		return -ENOMEM;
	change->known = *slot;
	change->slot = change->known ? &change->known : slot;
	change->to = to;
	change->keep_going = flags & DAXCTL_CHANGE_KEEP_GOING;
	change->rezone = flags & DAXCTL_CHANGE_REZONE;
	change->unchanged = unchanged;
	return txn_add(txn, step, "%s: the memory of %s", how[to], name);
}

int memory_add_change(struct txn *txn, struct daxctl_dev *dev, enum block_state to, unsigned flags,
	unsigned *unchanged)
{
	return memory_add_change_at(txn, &dev, dev->object.name, to, flags, unchanged);
}

/* Count, for a dry run, the blocks that the step would not change. */
static int count_unchanged(
	struct daxctl_memory *mem, enum block_state to, unsigned flags, unsigned *unchanged)
{
	struct daxctl_memory_counts counts;
	int err = daxctl_memory_get_counts(mem, &counts);

	if (err)
		return err;
	if (to == BLOCK_OFFLINE)
		*unchanged = counts.total - counts.online;
	else if (!(flags & DAXCTL_CHANGE_REZONE))
		*unchanged = counts.online;
	else
		*unchanged = to == BLOCK_MOVABLE ? counts.movable : counts.online - counts.movable;
	return 0;
}

/* Refuse any other mode: the blocks at these addresses would be other memory. */
static int check_is_ram(struct daxctl_dev *dev)
{
	const char *driver;
	int bound = dev_read_driver(dev, &driver);

	if (bound < 0)
		return bound;
	if (bound && mode_of_driver(driver) == DAXCTL_DEV_MODE_RAM)
		return 0;
	return ram_check_returned(dev)
		?: kernel_fail(dev_kernel(dev), ENXIO, "the device is not in system-ram mode");
}

static int run_change(
	struct daxctl_memory *mem, enum block_state to, unsigned flags, unsigned *unchanged)
{
	struct daxctl_dev *dev = mem->dev;
	AUTO_TXN struct txn *txn = NULL;

	*unchanged = 0;
	kernel_clear_error(dev_kernel(dev));
	int err = dax_ctx_txn(dev->region->ctx, &txn) ?: dax_region_lock(dev->region, txn);
	if (err)
		return err;
	txn_set_dry_run(txn, flags & DAXCTL_CHANGE_DRY_RUN);
	err = dev_renew(dev) ?: check_is_ram(dev);
	if (err)
		return err;
	err = memory_add_change(txn, dev, to, flags, unchanged) ?: txn_run(txn);
	return err || !txn_is_dry_run(txn) ? err : count_unchanged(mem, to, flags, unchanged);
}

/* Change the memory of a device, and store in @unchanged the number of blocks that were in state
 * @to already. */
static int change_memory(
	struct daxctl_memory *mem, enum block_state to, unsigned flags, unsigned *unchanged)
{
	int err = run_change(mem, to, flags, unchanged);

	return err ? kernel_fail_while(dev_kernel(mem->dev), err, "%s", mem->dev->object.name) : 0;
}

/* Return how many blocks were put online now, or, if all were online before, how many there are. */
static int online(struct daxctl_memory *mem, enum block_state to)
{
	unsigned unchanged;
	int result = change_memory(mem, to, 0, &unchanged) ?: daxctl_memory_num_sections(mem);

	return result > (int)unchanged ? result - (int)unchanged : result;
}

EXPORT int daxctl_memory_online(struct daxctl_memory *mem)
{
	return online(mem, BLOCK_MOVABLE);
}

EXPORT int daxctl_memory_online_no_movable(struct daxctl_memory *mem)
{
	return online(mem, BLOCK_KERNEL);
}

EXPORT int daxctl_memory_offline(struct daxctl_memory *mem)
{
	unsigned unchanged;
	int err = change_memory(mem, BLOCK_OFFLINE, 0, &unchanged);

	return err ?: daxctl_memory_num_sections(mem) - (int)unchanged;
}

EXPORT int daxctl_memory_change(
	struct daxctl_memory *mem, enum daxctl_memory_state to, unsigned flags)
{
	if (!mem)
		return -EINVAL;
	static const enum block_state states[] = {
		[DAXCTL_MEMORY_OFFLINE] = BLOCK_OFFLINE,
		[DAXCTL_MEMORY_ONLINE_MOVABLE] = BLOCK_MOVABLE,
		[DAXCTL_MEMORY_ONLINE_KERNEL] = BLOCK_KERNEL,
	};

	if (to < 0 || to >= (int)ARRAY_SIZE(states))
		return kernel_fail(dev_kernel(mem->dev), EINVAL,
			"%s: invalid state number %d: must be 0 to %d", mem->dev->object.name,
			(int)to, (int)ARRAY_SIZE(states) - 1);
	int err = kernel_check_flags(dev_kernel(mem->dev), flags,
		DAXCTL_CHANGE_KEEP_GOING | DAXCTL_CHANGE_DRY_RUN | DAXCTL_CHANGE_REZONE);
	if (err)
		return kernel_fail_while(dev_kernel(mem->dev), err, "%s", mem->dev->object.name);
	unsigned unchanged;
	return change_memory(mem, states[to], flags, &unchanged) ?: (int)unchanged;
}

EXPORT struct daxctl_memory *daxctl_dev_get_memory(struct daxctl_dev *dev)
{
	const char *driver = dev_driver(dev);

	if (driver && mode_of_driver(driver) == DAXCTL_DEV_MODE_RAM)
		return &dev->memory;
	if (driver)
		errno = EINVAL;
	return NULL;
}

EXPORT struct daxctl_dev *daxctl_memory_get_dev(struct daxctl_memory *mem)
{
	return mem->dev;
}

EXPORT const char *daxctl_memory_get_node_path(struct daxctl_memory *mem)
{
	int node = daxctl_dev_get_target_node(mem->dev);

	if (!mem->node_path && node >= 0 &&
		asprintf(&mem->node_path, "/sys/devices/system/node/node%d", node) < 0)
		mem->node_path = NULL;
	return mem->node_path;
}

EXPORT unsigned long daxctl_memory_get_block_size(struct daxctl_memory *mem)
{
	return daxctl_get_memory_block_size(mem->dev->region->ctx);
}

EXPORT int daxctl_memory_num_sections(struct daxctl_memory *mem)
{
	struct daxctl_memory_counts counts;

	return daxctl_memory_get_counts(mem, &counts) ?: (int)counts.total;
}

EXPORT int daxctl_memory_is_online(struct daxctl_memory *mem)
{
	struct daxctl_memory_counts counts;

	return daxctl_memory_get_counts(mem, &counts) ?: (int)counts.online;
}

EXPORT int daxctl_memory_is_movable(struct daxctl_memory *mem)
{
	struct daxctl_memory_counts counts;

	int err = daxctl_memory_get_counts(mem, &counts);

	if (!err && !counts.online)
		err = -ENXIO;
	return err ?: counts.movable == counts.online;
}

EXPORT int daxctl_dev_has_online_memory(struct daxctl_dev *dev)
{
	struct daxctl_memory *mem = daxctl_dev_get_memory(dev);

	return mem ? daxctl_memory_is_online(mem) : 0;
}
