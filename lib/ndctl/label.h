/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * The label area of a dimm, as UEFI 2.7 (13.19, "NVDIMM Label Protocol") and, for version 1.1, the
 * "NVDIMM Namespace Specification" lay it out: two index blocks, which take turns, and after them
 * the slots for labels. Everything is little-endian on the medium. This file knows bytes only.
 */

#define LABEL_INDEX_ALIGN 256 /* an index block's size is a multiple of this */
#define LABEL_MIN_SLOTS	  2

struct label_layout {
	size_t area;	   /* bytes of the whole area */
	size_t label_size; /* bytes of a label: 128 in version 1.1, 256 in 1.2 */
	size_t index_size; /* bytes of an index block */
	size_t slots;
};

/* How an area of @area bytes is used by labels of minor version @minor (1 or 2). Returns 0, or
 * -EINVAL for another version, -ENOSPC if the area is too small. */
int label_layout(size_t area, unsigned minor, struct label_layout *layout);

/* Writes index block number @which (0 or 1) with sequence number @seq and all slots free to @block
 * (room for layout->index_size bytes). */
void label_index_write(void *block, const struct label_layout *layout, unsigned minor,
	unsigned which, unsigned seq);

struct label_index {
	unsigned major, minor;
	unsigned seq; /* 1, 2, 3, 1, ... */
	uint64_t my_offset, my_size, other_offset, label_offset;
	size_t slots;
};

/* Reads the index block number @which at @block, of which @size bytes are there, in an area of
 * @area bytes. False unless everything about it is valid. */
bool label_index_read(
	const void *block, size_t size, size_t area, unsigned which, struct label_index *index);

/* Of two sequence numbers, 0 for a block that is not valid, the one that is in force: 0 or 1 for
 * the first or second, -1 if there is none. */
int label_index_newer(unsigned first, unsigned second);

/* Fletcher's checksum over 32 bit little-endian words, @size being a multiple of 4. */
uint64_t label_checksum(const void *data, size_t size);
