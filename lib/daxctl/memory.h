/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "private.h"

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
int memory_bytes_in(
	struct daxctl_ctx *ctx, const struct daxctl_range *ranges, size_t count, uint64_t *bytes);
/* Returns 1 if the kernel puts new memory online automatically, 0 if not, or a negative errno. */
int memory_goes_online_by_itself(struct daxctl_ctx *ctx);
int block_read_state(struct daxctl_ctx *ctx, const struct block *block, enum block_state *state);

/* Adds a step that brings all blocks of @dev into state @to, or none; with
 * DAXCTL_CHANGE_KEEP_GOING in @flags, as many as possible; with DAXCTL_CHANGE_REZONE also those
 * that are online in another zone. The step stores in @unchanged, unless it is NULL, the number of
 * blocks that were in state @to already; it must outlive the transaction. */
int memory_add_change(struct txn *txn, struct daxctl_dev *dev, enum block_state to, unsigned flags,
	unsigned *unchanged);
/* The same for *@slot, which may be NULL until an earlier step creates the device. @name stands
 * for the device in the step's text. */
int memory_add_change_at(struct txn *txn, struct daxctl_dev **slot, const char *name,
	enum block_state to, unsigned flags, unsigned *unchanged);
