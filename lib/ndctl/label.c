/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "label.h"

#include <endian.h>
#include <errno.h>
#include <string.h>

/* Field by field; offsets are those of the specification's table. */
enum {
	INDEX_SIGNATURE = 0,   /* 16 bytes */
	INDEX_FLAGS = 16,      /* 3 bytes */
	INDEX_LABEL_SIZE = 19, /* 1 byte: log2 of the label size, less 7 */
	INDEX_SEQ = 20,
	INDEX_MY_OFFSET = 24,
	INDEX_MY_SIZE = 32,
	INDEX_OTHER_OFFSET = 40,
	INDEX_LABEL_OFFSET = 48,
	INDEX_SLOTS = 56,
	INDEX_MAJOR = 60,
	INDEX_MINOR = 62,
	INDEX_CHECKSUM = 64,
	INDEX_FREE = 72, /* a bit per slot, set if it is free, to the end of the block */
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

uint64_t label_checksum(const void *data, size_t size)
{
	uint32_t low = 0;
	uint64_t high = 0;

	for (size_t i = 0; i < size; i += 4) {
		low += (uint32_t)get(data, i, 4);
		high += low;
	}
	return high << 32 | low;
}

/* Bytes of an index block with @slots slots. */
static size_t index_size(size_t slots)
{
	size_t size = INDEX_FREE + (slots + 7) / 8;

	return (size + LABEL_INDEX_ALIGN - 1) / LABEL_INDEX_ALIGN * LABEL_INDEX_ALIGN;
}

/*
 * The kernel reckons the size of the index blocks from that of the area and accepts no other: room
 * is made for the index blocks that an area full of labels would need, and those that remain tell
 * the real size.
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

static unsigned log2_of(size_t size)
{
	return (unsigned)__builtin_ctzll(size);
}

void label_index_write(void *block, const struct label_layout *layout, unsigned minor,
	unsigned which, unsigned seq)
{
	size_t own = layout->index_size;
	uint8_t *free_bits = (uint8_t *)block + INDEX_FREE;

	memset(block, 0, own);
	memcpy(block, signature, sizeof(signature));
	/* Version 1.1 has labels of 128 bytes only and leaves the field at 0, as 1.2 does for 128.
	 */
	put(block, INDEX_LABEL_SIZE, log2_of(layout->label_size) - 7, 1);
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
	put(block, INDEX_CHECKSUM, label_checksum(block, own), 8);
}

/* The checksum is that of the block with the field itself at 0. */
static bool is_checksum_right(const void *block, size_t size)
{
	uint64_t sum = get(block, INDEX_CHECKSUM, 8);
	uint32_t low = 0;
	uint64_t high = 0;

	for (size_t i = 0; i < size; i += 4) {
		bool field = i >= INDEX_CHECKSUM && i < INDEX_CHECKSUM + 8;
		low += field ? 0 : (uint32_t)get(block, i, 4);
		high += low;
	}
	return sum == (high << 32 | low);
}

bool label_index_read(
	const void *block, size_t size, size_t area, unsigned which, struct label_index *index)
{
	if (size < INDEX_FREE || memcmp(block, signature, sizeof(signature)) != 0)
		return false;
	*index = (struct label_index){
		.major = (unsigned)get(block, INDEX_MAJOR, 2),
		.minor = (unsigned)get(block, INDEX_MINOR, 2),
		.seq = (unsigned)get(block, INDEX_SEQ, 4) & SEQ_MASK,
		.my_offset = get(block, INDEX_MY_OFFSET, 8),
		.my_size = get(block, INDEX_MY_SIZE, 8),
		.other_offset = get(block, INDEX_OTHER_OFFSET, 8),
		.label_offset = get(block, INDEX_LABEL_OFFSET, 8),
		.slots = get(block, INDEX_SLOTS, 4),
	};

	size_t label_size = (size_t)128 << (get(block, INDEX_LABEL_SIZE, 1) & 7);
	if (index->major != 1 || !index->seq || index->my_size > size ||
		index->my_size < LABEL_INDEX_ALIGN || index->my_size % LABEL_INDEX_ALIGN)
		return false;
	if (index->my_offset != which * index->my_size ||
		index->other_offset != (1 - which) * index->my_size ||
		index->label_offset < 2 * index->my_size || index->label_offset > area)
		return false;
	if (index->slots > (area - index->label_offset) / label_size ||
		index->slots > (index->my_size - INDEX_FREE) * 8)
		return false;
	return is_checksum_right(block, index->my_size);
}

int label_index_newer(unsigned first, unsigned second)
{
	if (!first || !second)
		return first ? 0 : second ? 1 : -1;
	/* They go round in a circle of three. */
	return second == first % 3 + 1 ? 1 : 0;
}
