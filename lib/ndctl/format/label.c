/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "label.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

/* Offsets of the fields of an index block (UEFI 2.7, 13.19). */
enum {
	INDEX_SIGNATURE = 0,   /* 16 bytes */
	INDEX_FLAGS = 16,      /* 3 bytes */
	INDEX_LABEL_SIZE = 19, /* 1 byte: log2(label size) - 7 */
	INDEX_SEQ = 20,
	INDEX_MY_OFFSET = 24,
	INDEX_MY_SIZE = 32,
	INDEX_OTHER_OFFSET = 40,
	INDEX_LABEL_OFFSET = 48,
	INDEX_SLOTS = 56,
	INDEX_MAJOR = 60,
	INDEX_MINOR = 62,
	INDEX_CHECKSUM = 64,
	INDEX_FREE = 72, /* a bit per slot, 1: free, up to the end of the block */
};

/* Offsets of the fields of a label, which in version 1.1 ends after the slot. */
enum {
	LABEL_UUID = 0,
	LABEL_NAME = 16, /* 64 bytes */
	LABEL_FLAGS = 80,
	LABEL_COUNT = 84,    /* 2 bytes: number of labels of the namespace */
	LABEL_POSITION = 86, /* 2 bytes: of this label among them */
	LABEL_COOKIE = 88,
	LABEL_SECTOR_SIZE = 96,
	LABEL_ADDRESS = 104, /* on the DIMM */
	LABEL_SIZE = 112,
	LABEL_SLOT = 120,
	LABEL_TYPE = 128,	 /* a GUID */
	LABEL_ABSTRACTION = 144, /* a GUID */
	LABEL_CHECKSUM = 248,
};

#define SEQ_MASK 3

static const char signature[16] = "NAMESPACE_INDEX";

static void put(void *block, size_t offset, uint64_t value, size_t size)
{
	uint64_t little = htole64(value);

	memcpy((char *)block + offset, &little, size);
}

static uint64_t get(const void *block, size_t offset, size_t size)
{
	uint64_t little = 0;

	memcpy(&little, (const char *)block + offset, size);
	return le64toh(little);
}

/* Computes the checksum of a block, counting its own field, at @field, as 0. */
static uint64_t sum_without(const void *block, size_t size, size_t field)
{
	uint32_t low = 0;
	uint64_t high = 0;

	for (size_t i = 0; i < size; i += 4) {
		bool own = i >= field && i < field + 8;
		low += own ? 0 : (uint32_t)get(block, i, 4);
		high += low;
	}
	return high << 32 | low;
}

uint64_t label_checksum(const void *data, size_t size)
{
	return sum_without(data, size, size);
}

static void label_write_checksum(void *block, size_t size, size_t field)
{
	put(block, field, sum_without(block, size, field), 8);
}

/* Returns the bytes of an index block for @slots slots. */
static size_t index_size(size_t slots)
{
	size_t size = INDEX_FREE + (slots + 7) / 8;

	return (size + LABEL_INDEX_ALIGN - 1) / LABEL_INDEX_ALIGN * LABEL_INDEX_ALIGN;
}

/*
 * Follow the kernel, which computes the size of the index blocks from that of the area and accepts
 * no other: reserve room for the index blocks of an area full of labels; the number of labels that
 * fit into the rest gives the real size of an index block.
 */
int label_layout(size_t area, unsigned minor, struct label_layout *layout)
{
	size_t label_size = minor == 1 ? 128 : 256;
	size_t reserved = 2 * index_size(area / label_size);

	if (minor != 1 && minor != 2)
		return -EINVAL;
	if (area < reserved + LABEL_MIN_SLOTS * label_size)
		return -ENOSPC;
	size_t slots = area / label_size - reserved / label_size;
	*layout = (struct label_layout){
		.area = area,
		.label_size = label_size,
		.index_size = index_size(slots),
		.slots = slots,
	};
	return 0;
}

void label_index_write(void *block, const struct label_layout *layout, unsigned minor,
	unsigned which, unsigned seq)
{
	size_t own = layout->index_size;
	uint8_t *free_bits = (uint8_t *)block + INDEX_FREE;

	memset(block, 0, own);
	memcpy(block, signature, sizeof(signature));
	/* Writes 0 in version 1.1, where the field is reserved. */
	put(block, INDEX_LABEL_SIZE, (unsigned)__builtin_ctzll(layout->label_size) - 7, 1);
	put(block, INDEX_SEQ, seq, 4);
	put(block, INDEX_MY_OFFSET, which * own, 8);
	put(block, INDEX_MY_SIZE, own, 8);
	put(block, INDEX_OTHER_OFFSET, (1 - which) * own, 8);
	put(block, INDEX_LABEL_OFFSET, 2 * own, 8);
	put(block, INDEX_SLOTS, layout->slots, 4);
	put(block, INDEX_MAJOR, 1, 2);
	put(block, INDEX_MINOR, minor, 2);
	for (size_t slot = 0; slot < layout->slots; slot++)
		free_bits[slot / 8] |= (uint8_t)(1u << slot % 8);
	label_write_checksum(block, own, INDEX_CHECKSUM);
}

/* Returns 0 for a shift beyond 32 bits, which Linux 7.2 refuses too. (Linux 6.1 shifts an int by
 * the low 5 bits.) Valid blocks have 0 or 1 here. */
static size_t label_size_of(const void *block)
{
	uint64_t shift = 7 + get(block, INDEX_LABEL_SIZE, 1);

	return shift < 32 ? (size_t)1 << shift : 0;
}

const char *label_index_read(const void *block, const struct label_layout *layout, unsigned which,
	struct label_index *index)
{
	size_t own = layout->index_size;
	uint64_t size = get(block, INDEX_MY_SIZE, 8);

	*index = (struct label_index){
		.major = (unsigned)get(block, INDEX_MAJOR, 2),
		.minor = (unsigned)get(block, INDEX_MINOR, 2),
		.seq = (unsigned)get(block, INDEX_SEQ, 4) & SEQ_MASK,
		.slots = get(block, INDEX_SLOTS, 4),
	};
	if (memcmp(block, signature, sizeof(signature)) != 0)
		return "has no signature";
	/* Ignore the field before version 1.2. Compare as the kernel does: 0.102 counts as 1.2. */
	bool old = index->major * 100 + index->minor < 102;
	if ((old ? 128 : label_size_of(block)) != layout->label_size)
		return "has labels of another size";
	if (get(block, INDEX_CHECKSUM, 8) != sum_without(block, own, INDEX_CHECKSUM))
		return "has a wrong checksum";
	if (!index->seq)
		return "has sequence number 0";
	if (size > own || size < INDEX_FREE || get(block, INDEX_MY_OFFSET, 8) != which * own ||
		get(block, INDEX_OTHER_OFFSET, 8) != (1 - which) * own)
		return "has the offsets of another place";
	if (get(block, INDEX_LABEL_OFFSET, 8) != 2 * own)
		return "has a wrong label offset";
	/* Refuse numbers with which the kernel, which multiplies in 32 bits, would read beyond its
	 * buffer. */
	if (index->slots > (layout->area - 2 * own) / layout->label_size ||
		index->slots > (own - INDEX_FREE) * 8)
		return "has more slots than fit";
	return NULL;
}

bool label_index_is_free(const void *block, size_t slot)
{
	return ((const uint8_t *)block)[INDEX_FREE + slot / 8] >> slot % 8 & 1;
}

void label_index_set_free(void *block, size_t size, size_t slot, bool free)
{
	uint8_t *bits = (uint8_t *)block + INDEX_FREE + slot / 8;

	*bits = (uint8_t)((*bits & ~(1u << slot % 8)) | (unsigned)free << slot % 8);
	label_write_checksum(block, size, INDEX_CHECKSUM);
}

void label_index_renumber(void *block, size_t size, unsigned which, unsigned seq)
{
	put(block, INDEX_SEQ, seq, 4);
	put(block, INDEX_MY_OFFSET, which * size, 8);
	put(block, INDEX_MY_SIZE, size, 8);
	put(block, INDEX_OTHER_OFFSET, (1 - which) * size, 8);
	label_write_checksum(block, size, INDEX_CHECKSUM);
}

static bool find_index(const uint8_t *bytes, size_t room, struct label_state *state)
{
	size_t own = state->layout.index_size;

	if (2 * own > room)
		return false;
	for (unsigned i = 0; i < 2; i++)
		state->fault[i] =
			label_index_read(bytes + i * own, &state->layout, i, &state->index[i]);
	state->current = label_index_newer(state->fault[0] ? 0 : state->index[0].seq,
		state->fault[1] ? 0 : state->index[1].seq);
	return state->current >= 0;
}

bool label_find(const void *bytes, size_t room, size_t area, struct label_state *state)
{
	struct label_state second = {.current = -1};

	*state = second;
	if (label_layout(area, 1, &state->layout) == 0 && find_index(bytes, room, state))
		return true;
	if (label_layout(area, 2, &second.layout) || !find_index(bytes, room, &second))
		return false;
	*state = second;
	return true;
}

size_t label_index_room(size_t area)
{
	struct label_layout layout;
	size_t room = 0;

	for (unsigned minor = 1; minor <= 2; minor++)
		if (label_layout(area, minor, &layout) == 0 && 2 * layout.index_size > room)
			room = 2 * layout.index_size;
	return room;
}

int label_index_newer(unsigned first, unsigned second)
{
	if (!first && !second)
		return -1;
	if (!first || !second)
		return first ? 0 : 1;
	/* Sequence numbers go 1, 2, 3, 1. Take the second of equal ones, as the kernel does. */
	return second == first || second == first % 3 + 1 ? 1 : 0;
}

void label_move(void *label, size_t label_size, size_t slot)
{
	put(label, LABEL_SLOT, slot, 4);
	if (label_size > LABEL_CHECKSUM)
		label_write_checksum(label, label_size, LABEL_CHECKSUM);
}

bool label_is_valid(const void *label, size_t label_size, size_t slot)
{
	return get(label, LABEL_SLOT, 4) == slot &&
		(label_size <= LABEL_CHECKSUM ||
			get(label, LABEL_CHECKSUM, 8) ==
				sum_without(label, label_size, LABEL_CHECKSUM));
}

void label_lift(void *label, size_t label_size, uint64_t base, unsigned flags)
{
	put(label, LABEL_FLAGS, get(label, LABEL_FLAGS, 4) & ~(uint64_t)flags, 4);
	put(label, LABEL_ADDRESS, get(label, LABEL_ADDRESS, 8) - base, 8);
	put(label, LABEL_POSITION, 0, 2);
	put(label, LABEL_SLOT, 0, 4);
	if (label_size > LABEL_CHECKSUM)
		put(label, LABEL_CHECKSUM, 0, 8);
}

void label_put_down(void *label, size_t label_size, uint64_t base, unsigned position, size_t slot)
{
	put(label, LABEL_ADDRESS, get(label, LABEL_ADDRESS, 8) + base, 8);
	put(label, LABEL_POSITION, position, 2);
	label_move(label, label_size, slot);
}

void label_index_describe(const void *block, size_t size, struct ndctl_label_index *out)
{
	char header[INDEX_FREE] = {0};

	memcpy(header, block, size < sizeof(header) ? size : sizeof(header));
	*out = (struct ndctl_label_index){
		.major = (unsigned)get(header, INDEX_MAJOR, 2),
		.minor = (unsigned)get(header, INDEX_MINOR, 2),
		.label_size = (unsigned)label_size_of(header),
		.seq = (unsigned)get(header, INDEX_SEQ, 4),
		.slots = (unsigned)get(header, INDEX_SLOTS, 4),
	};
	memcpy(out->signature, header + INDEX_SIGNATURE, sizeof(out->signature) - 1);
}

void label_describe(const void *bytes, size_t label_size, struct ndctl_label *out)
{
	*out = (struct ndctl_label){
		.flags = (unsigned)get(bytes, LABEL_FLAGS, 4),
		.labels = (unsigned)get(bytes, LABEL_COUNT, 2),
		.position = (unsigned)get(bytes, LABEL_POSITION, 2),
		.slot = (unsigned)get(bytes, LABEL_SLOT, 4),
		.cookie = get(bytes, LABEL_COOKIE, 8),
		.sector_size = get(bytes, LABEL_SECTOR_SIZE, 8),
		.address = get(bytes, LABEL_ADDRESS, 8),
		.size = get(bytes, LABEL_SIZE, 8),
		.has_guids = label_size >= LABEL_ABSTRACTION + 16,
	};
	memcpy(out->uuid, (const char *)bytes + LABEL_UUID, sizeof(out->uuid));
	memcpy(out->name, (const char *)bytes + LABEL_NAME, sizeof(out->name) - 1);
	if (out->has_guids) {
		memcpy(out->type, (const char *)bytes + LABEL_TYPE, sizeof(out->type));
		memcpy(out->abstraction, (const char *)bytes + LABEL_ABSTRACTION,
			sizeof(out->abstraction));
	}
}
