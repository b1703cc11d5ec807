/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "device.h"

/*
 * Memory blocks: the units that the kernel puts online and takes offline
 * (/sys/devices/system/memory/memoryN). A block that lies completely in a device is the device's.
 */
enum block_state {
	BLOCK_OFFLINE,
	BLOCK_MOVABLE, /* online in ZONE_MOVABLE */
	BLOCK_KERNEL,  /* online in a zone that the kernel may use for itself */
};

struct block {
	uint64_t number;
	enum block_state was; /* before the change */
};

struct blocks {
	struct block *list;
	size_t count;
};

/* Lists the memory blocks of a device in @blocks, for blocks_deinit(). Returns 0 or a negative
 * errno: -EOPNOTSUPP without memory hotplug, -EACCES if addresses may not be read. */
int blocks_of(struct daxctl_dev *dev, struct blocks *blocks);
void blocks_deinit(struct blocks *blocks);
/* Stores in @bytes how many bytes of @ranges lie in whole memory blocks. */
int blocks_bytes_in(
	struct daxctl_ctx *ctx, const struct daxctl_range *ranges, size_t count, uint64_t *bytes);
/* Returns 1 if the kernel puts new memory online automatically, 0 if not, or a negative errno. */
int blocks_auto_online(struct daxctl_ctx *ctx);
int block_read_state(struct daxctl_ctx *ctx, const struct block *block, enum block_state *state);
