/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "private.h"

/*
 * Memory blocks: the unit in which the kernel puts memory online and takes it offline
 * (/sys/devices/system/memory/memoryN). Those that lie wholly in a device are the device's.
 */
enum block_state {
	BLOCK_OFFLINE,
	BLOCK_MOVABLE, /* online in ZONE_MOVABLE */
	BLOCK_KERNEL,  /* online in another zone, whose pages may be there to stay */
};

struct block {
	uint64_t number;
	enum block_state was; /* before a change */
};

struct blocks {
	struct block *list;
	size_t count;
};

/* 0, or -EOPNOTSUPP without memory hotplug, -EACCES where the addresses may not be read, ... */
int blocks_of(struct daxctl_dev *dev, struct blocks *blocks);
void blocks_deinit(struct blocks *blocks);
/* How many bytes of these ranges lie in whole memory blocks. */
int memory_bytes_in(
	struct daxctl_ctx *ctx, const struct daxctl_range *ranges, size_t count, uint64_t *bytes);
/* Whether the kernel puts new memory to use by itself: 1 or 0, or a negative errno. */
int memory_goes_online_by_itself(struct daxctl_ctx *ctx);
int block_read_state(struct daxctl_ctx *ctx, const struct block *block, enum block_state *state);

/* Adds the step that brings all blocks of @dev into state @to, all or nothing, or, with
 * DAXCTL_CHANGE_KEEP_GOING in @flags, those that go; with DAXCTL_CHANGE_REZONE also those that are
 * online in another zone. @unchanged, which may be NULL and else outlives the transaction, receives
 * the number of those that were there already. */
int memory_add_change(struct txn *txn, struct daxctl_dev *dev, enum block_state to, unsigned flags,
	unsigned *unchanged);
/* The same for *@slot, which may be known only when the step is taken; @name is for its text. */
int memory_add_change_at(struct txn *txn, struct daxctl_dev **slot, const char *name,
	enum block_state to, unsigned flags, unsigned *unchanged);
