/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <ndctl/extensions.h>

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
	size_t slots;
};

/*
 * Reads the index block number @which at @block, which has the layout's size. Returns NULL if the
 * kernel accepts it for labels of that size (__nd_label_validate() in drivers/nvdimm/label.c, whose
 * checks these are), or else what is wrong with it. test/model/labels compares both.
 */
const char *label_index_read(const void *block, const struct label_layout *layout, unsigned which,
	struct label_index *index);

/* Whether the slot's bit in an index block is set; sets or clears it, and seals the block. */
bool label_index_is_free(const void *block, size_t slot);
void label_index_set_free(void *block, size_t size, size_t slot, bool free);
/* Makes a copy of a valid index block fit for place @which, with another sequence number. */
void label_index_renumber(void *block, size_t size, unsigned which, unsigned seq);

/* An area, as the kernel understands it. */
struct label_state {
	struct label_layout layout;
	struct label_index index[2];
	const char *fault[2]; /* NULL: it is valid */
	int current;	      /* the block in force, 0 or 1; -1 if neither is valid */
};

/* The index blocks of an area of @area bytes, of which the first @room are at @bytes: labels of 128
 * bytes are looked for first, as the kernel does. False if no index block is valid: then @state is
 * that of those, with all slots 0 if the area is too small. */
bool label_find(const void *bytes, size_t room, size_t area, struct label_state *state);
/* How many slots the block in force has. */
static inline size_t label_state_slots(const struct label_state *state)
{
	return state->index[state->current].slots;
}
/* How many bytes the two index blocks take, whichever the version. */
size_t label_index_room(size_t area);

/* Where the slot is in the area. */
static inline size_t label_offset(const struct label_layout *layout, size_t slot)
{
	return 2 * layout->index_size + slot * layout->label_size;
}

/* Which of two sequence numbers (0: the block is not valid) is in force: 0 or 1 for the first or
 * second, -1 if both are 0. Of two equal ones the kernel takes the second (best_seq() in
 * drivers/nvdimm/label.c). */
int label_index_newer(unsigned first, unsigned second);

/* Fletcher's checksum over 32 bit little-endian words, @size being a multiple of 4. */
uint64_t label_checksum(const void *data, size_t size);

/* A label says which slot it is in; this tells it another one. */
void label_move(void *label, size_t label_size, size_t slot);
/* Whether the kernel heeds what is in a slot that is in use. */
bool label_is_valid(const void *label, size_t label_size, size_t slot);
/* Makes of a label what those on all dimms of a set have in common: address relative to @base, none
 * of @flags, neither position, slot, nor checksum. And of that the label for one of them. */
void label_lift(void *label, size_t label_size, uint64_t base, unsigned flags);
void label_put_down(void *label, size_t label_size, uint64_t base, unsigned position, size_t slot);

/* ---- what an area says, valid or not, for people ---- */

/* Reads the header of an index block of which @size bytes are there. */
void label_index_describe(const void *block, size_t size, struct ndctl_label_index *out);
/* Reads the label at @bytes, of @label_size bytes. */
void label_describe(const void *bytes, size_t label_size, struct ndctl_label *out);
