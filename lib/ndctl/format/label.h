/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ndctl/extensions.h>

/*
 * The label area of a DIMM (UEFI 2.7, 13.19, "NVDIMM Label Protocol"; version 1.1: "NVDIMM
 * Namespace Specification"). Two index blocks, of which one is in force, come before the slots for
 * labels. All numbers are little-endian on the medium. This file only handles bytes in memory.
 */

#define LABEL_INDEX_ALIGN 256 /* divides the size of an index block */
#define LABEL_MIN_SLOTS	  2

struct label_layout {
	size_t area;	   /* bytes of the whole area */
	size_t label_size; /* bytes of a label: 128 in version 1.1, 256 in 1.2 */
	size_t index_size; /* bytes of an index block */
	size_t slots;
};

/* Computes the layout of an area of @area bytes in version 1.@minor. Returns 0, -EINVAL if @minor
 * is neither 1 nor 2, or -ENOSPC if the area is too small. */
int label_layout(size_t area, unsigned minor, struct label_layout *layout);

/* Writes index block @which (0 or 1), with sequence number @seq and all slots free, to @block
 * (layout->index_size bytes). */
void label_index_write(void *block, const struct label_layout *layout, unsigned minor,
	unsigned which, unsigned seq);

struct label_index {
	unsigned major, minor;
	unsigned seq; /* 1, 2, 3, 1, ... */
	size_t slots;
};

/*
 * Reads index block @which at @block (layout->index_size bytes). Returns NULL if the kernel accepts
 * it for labels of the layout's size (__nd_label_validate() in drivers/nvdimm/label.c), or else the
 * predicate of a sentence that says why not: "has no signature". test/model/labels compares this
 * with the kernel.
 */
const char *label_index_read(const void *block, const struct label_layout *layout, unsigned which,
	struct label_index *index);

/* Reads the bit of a slot in an index block; writes it, and the checksum of the block. */
bool label_index_is_free(const void *block, size_t slot);
void label_index_set_free(void *block, size_t size, size_t slot, bool free);
/* Adapts a copy of a valid index block to place @which and sequence number @seq. */
void label_index_renumber(void *block, size_t size, unsigned which, unsigned seq);

/* The index blocks of an area, as the kernel reads them. */
struct label_state {
	struct label_layout layout;
	struct label_index index[2];
	const char *fault[2]; /* NULL: it is valid */
	int current;	      /* the block in force, 0 or 1; -1 if neither is valid */
};

/* Reads the index blocks of an area of @area bytes, of which the first @room are at @bytes. Tries
 * version 1.1, with labels of 128 bytes, before 1.2, as the kernel does. Returns false if no index
 * block is valid; @state then describes version 1.1, with 0 slots if the area is too small. */
bool label_find(const void *bytes, size_t room, size_t area, struct label_state *state);
/* Returns the number of slots, by the block in force. */
static inline size_t label_state_slots(const struct label_state *state)
{
	return state->index[state->current].slots;
}
/* Returns how many bytes the two index blocks take in either version; 0 if the area is too
 * small. */
size_t label_index_room(size_t area);

/* Returns the offset of @slot in the area. */
static inline size_t label_offset(const struct label_layout *layout, size_t slot)
{
	return 2 * layout->index_size + slot * layout->label_size;
}

/* Compares the sequence numbers of two index blocks (0: the block is not valid). Returns which is
 * in force: 0 for the first, 1 for the second, -1 if neither is valid. If they are equal, the
 * second is, as for the kernel (best_seq() in drivers/nvdimm/label.c). */
int label_index_newer(unsigned first, unsigned second);

/* Fletcher's checksum over little-endian words of 32 bits; @size must be a multiple of 4. */
uint64_t label_checksum(const void *data, size_t size);

/* Changes the slot number that a label carries, and its checksum. */
void label_move(void *label, size_t label_size, size_t slot);
/* Returns whether the kernel accepts the content of a used slot as a label. */
bool label_is_valid(const void *label, size_t label_size, size_t slot);
/* Reduces a label to what the labels of a namespace on all DIMMs of a set have in common: makes the
 * address relative to @base, and clears @flags, position, slot and checksum. label_put_down() makes
 * from that the label for one DIMM. */
void label_lift(void *label, size_t label_size, uint64_t base, unsigned flags);
void label_put_down(void *label, size_t label_size, uint64_t base, unsigned position, size_t slot);

/* ---- for display, valid or not ---- */

/* Reads the header of an index block of which @size bytes are known; the rest counts as 0. */
void label_index_describe(const void *block, size_t size, struct ndctl_label_index *out);
/* Reads the label of @label_size bytes at @bytes. */
void label_describe(const void *bytes, size_t label_size, struct ndctl_label *out);
