/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "block.h"

#include <stdio.h>
#include <string.h>

/* The number of blocks of 128 MiB in 52 bits of physical addresses. More can only be a misreading.
 */
#define MAX_BLOCKS (1U << 25)

static int blocks_add_range(struct blocks *blocks, uint64_t start, uint64_t end, uint64_t size)
{
	if ((end - start) / size >= MAX_BLOCKS - blocks->count)
		return -E2BIG;

	uint64_t first = start / size + (start % size != 0);
	uint64_t behind = end / size + (end % size == size - 1);

	if (behind <= first)
		return 0;
	size_t count = blocks->count + (behind - first);
	struct block *list = reallocarray(blocks->list, count, sizeof(*list));
	if (!list)
		return -ENOMEM;
	blocks->list = list;
	while (blocks->count < count)
		list[blocks->count++] = (struct block){first++, BLOCK_OFFLINE};
	return 0;
}

int blocks_of(struct daxctl_dev *dev, struct blocks *blocks)
{
	uint64_t size = daxctl_get_memory_block_size(dev->region->ctx);
	uint64_t start, length;
	struct daxctl_mapping *mapping;

	if (!size)
		return -EOPNOTSUPP;
	if (daxctl_mapping_get_first(dev)) {
		daxctl_mapping_foreach (dev, mapping) {
			int err = blocks_add_range(blocks, mapping->start, mapping->end, size);
			if (err)
				return err;
		}
		return 0;
	}
	/* Do not go by size and first address: part of that may be memory of other devices. */
	if (dev->mapping_error)
		return dev->mapping_error;
	/* Kernels before 5.10 show one range only, in attributes resource and size. */
	int err = object_u64(&dev->object, DEV_RESOURCE, &start);
	if (!err)
		err = object_u64(&dev->object, DEV_SIZE, &length);
	if (err || !length)
		return err;
	if (start > UINT64_MAX - (length - 1))
		return -ERANGE;
	return blocks_add_range(blocks, start, start + length - 1, size);
}

int blocks_bytes_in(
	struct daxctl_ctx *ctx, const struct daxctl_range *ranges, size_t count, uint64_t *bytes)
{
	CLEANUP(blocks_deinit) struct blocks blocks = {0};
	uint64_t size = daxctl_get_memory_block_size(ctx);

	for (size_t i = 0; i < count; i++) {
		int err = blocks_add_range(&blocks, ranges[i].start, ranges[i].end, size);
		if (err)
			return err;
	}
	*bytes = blocks.count * size;
	return 0;
}

void blocks_deinit(struct blocks *blocks)
{
	free(blocks->list);
}

static int read_block(
	struct daxctl_ctx *ctx, const struct block *block, const char *attr, char *text)
{
	char path[64];

	snprintf(path, sizeof(path), "memory%llu/%s", (unsigned long long)block->number, attr);
	return sysfs_read(ctx->memory.directory, ctx->memory.name, path, text);
}

int block_read_state(struct daxctl_ctx *ctx, const struct block *block, enum block_state *state)
{
	char text[SYSFS_PAGE + 1];
	int err = read_block(ctx, block, "state", text);

	if (err)
		return err;
	if (strcmp(text, "offline") == 0) {
		*state = BLOCK_OFFLINE;
		return 0;
	}
	/* An online block has exactly one valid zone, and a block that is going offline still
	 * shows it. Kernels without memory hotremove have no such file. */
	err = read_block(ctx, block, "valid_zones", text);
	if (err && err != -ENOENT)
		return err;
	*state = !err && strcmp(text, "Movable") == 0 ? BLOCK_MOVABLE : BLOCK_KERNEL;
	return 0;
}

/* Read the state from one file, where it is only counted. A block that is online shows its zone,
 * or "none" if it is in several; a block that is offline shows at least two zones (since Linux
 * 5.1, the first with kmem). */
static int block_look(struct daxctl_ctx *ctx, const struct block *block, enum block_state *state)
{
	char text[SYSFS_PAGE + 1];
	int err = read_block(ctx, block, "valid_zones", text);

	/* The block is gone, or this kernel has no memory hotremove. */
	if (err == -ENOENT)
		return block_read_state(ctx, block, state);
	if (err)
		return err;
	*state = strchr(text, ' ')	       ? BLOCK_OFFLINE
		: strcmp(text, "Movable") == 0 ? BLOCK_MOVABLE
					       : BLOCK_KERNEL;
	return 0;
}

EXPORT int daxctl_memory_get_counts(struct daxctl_memory *mem, struct daxctl_memory_counts *counts)
{
	if (!mem || !counts)
		return -EINVAL;
	CLEANUP(blocks_deinit) struct blocks blocks = {0};
	struct daxctl_ctx *ctx = mem->dev->region->ctx;
	int err = blocks_of(mem->dev, &blocks);

	*counts = (struct daxctl_memory_counts){0};
	for (size_t i = 0; !err && i < blocks.count; i++) {
		enum block_state state;
		err = block_look(ctx, &blocks.list[i], &state);
		if (err == -ENOENT) {
			err = 0;
			continue;
		}
		counts->total++;
		counts->online += !err && state != BLOCK_OFFLINE;
		counts->movable += !err && state == BLOCK_MOVABLE;
	}
	return err;
}

int blocks_auto_online(struct daxctl_ctx *ctx)
{
	struct object *memory = ctx_memory(ctx);
	const char *policy = memory ? object_text(memory, MEMORY_AUTO_ONLINE) : NULL;

	if (!policy)
		return memory ? -errno : -ENOENT;
	return strcmp(policy, "offline") != 0;
}

EXPORT int daxctl_dev_will_auto_online_memory(struct daxctl_dev *dev)
{
	return blocks_auto_online(dev->region->ctx) > 0;
}

EXPORT int daxctl_dev_get_ram_size(struct daxctl_dev *dev, unsigned long long *size)
{
	if (!dev || !size)
		return -EINVAL;
	CLEANUP(blocks_deinit) struct blocks blocks = {0};
	int err = blocks_of(dev, &blocks);

	if (!err)
		*size = blocks.count * daxctl_get_memory_block_size(dev->region->ctx);
	return err;
}
