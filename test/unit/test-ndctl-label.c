/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"

#include <ndctl/format/infoblock.h>
#include <ndctl/format/label.h>
#include <string.h>

#define MIB (1u << 20)

/* Sizes that a kernel accepted: its own reckoning has to come out the same. */
static void layout(void **state)
{
	struct label_layout layout;

	assert_int_equal(label_layout(MIB, 1, &layout), 0);
	assert_int_equal(layout.label_size, 128);
	assert_int_equal(layout.index_size, 0x500);
	assert_int_equal(layout.slots, 0x1fec);

	assert_int_equal(label_layout(MIB, 2, &layout), 0);
	assert_int_equal(layout.label_size, 256);
	assert_int_equal(layout.index_size, 0x300);
	assert_int_equal(layout.slots, 0xffa);

	/* Near a step of the index size, what remains decides. */
	assert_int_equal(label_layout(1475 * 128, 1, &layout), 0);
	assert_int_equal(layout.slots, 1475 - 8);
	assert_int_equal(layout.index_size, 256);

	assert_int_equal(label_layout(128 * 1024, 1, &layout), 0);
	assert_true(2 * layout.index_size + layout.slots * layout.label_size <= 128 * 1024);

	assert_int_equal(label_layout(MIB, 3, &layout), -EINVAL);
	assert_int_equal(label_layout(MIB, 0, &layout), -EINVAL);
	assert_int_equal(label_layout(0, 1, &layout), -ENOSPC);
	assert_int_equal(label_layout(767, 1, &layout), -ENOSPC);
	assert_int_equal(label_layout(768, 1, &layout), 0);
	assert_int_equal(layout.slots, 2);
}

/* The start of the first index block of a 1 MiB area, version 1.2, as the kernel found it good. */
static const unsigned char good_start[72] = {
	'N', 'A', 'M', 'E', 'S', 'P', 'A', 'C', 'E', '_', 'I', 'N', 'D', 'E', 'X',
	0,						/* signature */
	0, 0, 0, 1,					/* flags, label size */
	2, 0, 0, 0,					/* sequence number */
	0, 0, 0, 0, 0, 0, 0, 0,				/* own offset */
	0, 3, 0, 0, 0, 0, 0, 0,				/* own size */
	0, 3, 0, 0, 0, 0, 0, 0,				/* the other's offset */
	0, 6, 0, 0, 0, 0, 0, 0,				/* offset of labels */
	0xfa, 0x0f, 0, 0, 1, 0, 2, 0,			/* slots, version */
	0xa7, 0x51, 0x32, 0xdc, 0x92, 0x29, 0xc1, 0xfc, /* checksum */
};

static void index_bytes(void **state)
{
	struct label_layout layout;
	unsigned char block[0x300];

	assert_int_equal(label_layout(MIB, 2, &layout), 0);
	label_index_write(block, &layout, 2, 0, 2);
	assert_memory_equal(block, good_start, sizeof(good_start));
	/* All slots are free, and there are no more bits than slots: 4090 = 511 * 8 + 2. */
	assert_int_equal(block[72], 0xff);
	assert_int_equal(block[72 + 510], 0xff);
	assert_int_equal(block[72 + 511], 0x03);
	assert_int_equal(block[72 + 512], 0);
	assert_int_equal(block[sizeof(block) - 1], 0);
}

static void index_round(void **state)
{
	struct label_layout layout;
	struct label_index index;
	unsigned char block[0x500];

	assert_int_equal(label_layout(MIB, 1, &layout), 0);
	for (unsigned which = 0; which < 2; which++) {
		label_index_write(block, &layout, 1, which, 3);
		assert_null(label_index_read(block, &layout, which, &index));
		assert_int_equal(index.major, 1);
		assert_int_equal(index.minor, 1);
		assert_int_equal(index.seq, 3);
		assert_int_equal(index.slots, layout.slots);
		/* In the other place it would be wrong. */
		assert_string_equal(label_index_read(block, &layout, 1 - which, &index),
			"has the offsets of another place");
	}
}

/* One flipped bit anywhere makes it invalid. */
static void index_damage(void **state)
{
	struct label_layout layout;
	struct label_index index;
	unsigned char block[0x300];

	assert_int_equal(label_layout(MIB, 2, &layout), 0);
	label_index_write(block, &layout, 2, 0, 1);
	for (size_t i = 0; i < sizeof(block); i++) {
		block[i] ^= 0x10;
		assert_non_null(label_index_read(block, &layout, 0, &index));
		block[i] ^= 0x10;
	}
	assert_null(label_index_read(block, &layout, 0, &index));
	/* Of an area of another size, or with labels of another size. */
	layout.slots = 0;
	layout.area /= 2;
	assert_non_null(label_index_read(block, &layout, 0, &index));
	assert_int_equal(label_layout(MIB, 1, &layout), 0);
	layout.index_size = sizeof(block);
	assert_string_equal(
		label_index_read(block, &layout, 0, &index), "has labels of another size");
}

static void put(unsigned char *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (unsigned char)(value >> 8 * i);
}

/* B8: single fields of a block whose checksum is right, and what the kernel (7.2) made of them. */
static void index_fields(void **state)
{
	static const struct {
		size_t offset, size;
		uint64_t value;
		bool accepted;
	} changes[] = {
		{19, 1, 0, false}, {19, 1, 2, false}, {19, 1, 25, false}, {19, 1, 32, false},
		{19, 1, 33, false}, {19, 1, 65, false}, {19, 1, 255, false}, /* label size */
		{20, 4, 0, false}, {20, 4, 4, false}, {20, 4, 5, true}, {20, 4, 0xffffffff, true},
		{24, 8, 1, false}, {32, 8, 0x301, false}, {32, 8, 0x2ff, true}, {32, 8, 72, true},
		{32, 8, 71, false}, {32, 8, 0, false},	  /* own offset and size */
		{40, 8, 0, false}, {40, 8, 0x600, false}, /* the other's offset */
		{48, 8, 0, false}, {48, 8, 0x500, false}, {48, 8, 0x700, false}, /* labels' */
		{48, 8, 0x100000600, false}, {56, 4, 0, true}, {56, 4, 1, true},
		{56, 4, 4090, true}, {56, 4, 4091, false}, {60, 2, 0, false}, {60, 2, 2, true},
		{62, 2, 1, false}, {62, 2, 3, true}, {16, 3, 0xffffff, true}, /* flags */
	};
	struct label_layout layout;
	struct label_index index;
	unsigned char block[0x300];

	assert_int_equal(label_layout(MIB, 2, &layout), 0);
	for (size_t i = 0; i < sizeof(changes) / sizeof(*changes); i++) {
		label_index_write(block, &layout, 2, 0, 1);
		put(block + changes[i].offset, changes[i].value, changes[i].size);
		/* Seals the block again. */
		label_index_set_free(block, sizeof(block), 0, true);
		if (!label_index_read(block, &layout, 0, &index) != changes[i].accepted)
			fail_msg("offset %zu, value %#llx", changes[i].offset,
				(unsigned long long)changes[i].value);
	}
	/* 0.102 has labels of 256 bytes, 0.99 of 128. */
	label_index_write(block, &layout, 102, 0, 1);
	put(block + 60, 0, 2);
	label_index_set_free(block, sizeof(block), 0, true);
	assert_null(label_index_read(block, &layout, 0, &index));
}

static void index_newer(void **state)
{
	assert_int_equal(label_index_newer(0, 0), -1);
	assert_int_equal(label_index_newer(2, 0), 0);
	assert_int_equal(label_index_newer(0, 2), 1);
	assert_int_equal(label_index_newer(1, 2), 1);
	assert_int_equal(label_index_newer(2, 3), 1);
	assert_int_equal(label_index_newer(3, 1), 1);
	assert_int_equal(label_index_newer(2, 1), 0);
	assert_int_equal(label_index_newer(3, 2), 0);
	assert_int_equal(label_index_newer(1, 3), 0);
	/* B8: of equals the kernel takes the second. */
	for (unsigned seq = 1; seq <= 3; seq++)
		assert_int_equal(label_index_newer(seq, seq), 1);
}

/*
 * Index blocks of a 1 MiB area after a kernel (6.1) created three namespaces: the start of the one
 * in force of version 1.1, and of both of version 1.2. The rest are free slots.
 */
/* clang-format off */
static const unsigned char kernel_11[80] = {
	0x4e, 0x41, 0x4d, 0x45, 0x53, 0x50, 0x41, 0x43, 0x45, 0x5f, 0x49, 0x4e, 0x44, 0x45, 0x58, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x05, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x05, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x0a, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xec, 0x1f, 0x00, 0x00, 0x01, 0x00, 0x01, 0x00,
	0x0c, 0x69, 0x31, 0xd7, 0xcd, 0x71, 0xd5, 0x1c, 0xf1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff
};
/* clang-format on */

/* Version 1.2, two namespaces: seq 1, after 3 of the other one. */
/* clang-format off */
static const unsigned char kernel_12_first[80] = {
	0x4e, 0x41, 0x4d, 0x45, 0x53, 0x50, 0x41, 0x43, 0x45, 0x5f, 0x49, 0x4e, 0x44, 0x45, 0x58, 0x00,
	0x00, 0x00, 0x00, 0x01, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x06, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xfa, 0x0f, 0x00, 0x00, 0x01, 0x00, 0x02, 0x00,
	0x72, 0x51, 0x32, 0xd8, 0x8a, 0x20, 0xc1, 0x40, 0xf9, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff
};
/* clang-format on */

/* The other one. */
/* clang-format off */
static const unsigned char kernel_12_second[80] = {
	0x4e, 0x41, 0x4d, 0x45, 0x53, 0x50, 0x41, 0x43, 0x45, 0x5f, 0x49, 0x4e, 0x44, 0x45, 0x58, 0x00,
	0x00, 0x00, 0x00, 0x01, 0x03, 0x00, 0x00, 0x00, 0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x03, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x06, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xfa, 0x0f, 0x00, 0x00, 0x01, 0x00, 0x02, 0x00,
	0x77, 0x51, 0x32, 0xd8, 0x0a, 0x30, 0xc1, 0x40, 0xfc, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff
};
/* clang-format on */

/* The label of the namespace 'one' of 16 MiB at the start of the DIMM, version 1.1 ... */
/* clang-format off */
static const unsigned char kernel_label_11[128] = {
	0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x33, 0x33, 0x44, 0x44, 0x55, 0x55, 0x55, 0x55, 0x55, 0x51,
	0x6f, 0x6e, 0x65, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x56, 0x34, 0x12, 0x00, 0xac, 0x68, 0x24, 0x00,
	0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x01
};
/* clang-format on */

/* ... and 1.2, which has a checksum. */
/* clang-format off */
static const unsigned char kernel_label_12[256] = {
	0x11, 0x11, 0x11, 0x11, 0x22, 0x22, 0x33, 0x33, 0x44, 0x44, 0x55, 0x55, 0x55, 0x55, 0x55, 0x51,
	0x6f, 0x6e, 0x65, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0xdc, 0xb4, 0x12, 0x00, 0x12, 0x90, 0xba, 0x00,
	0x00, 0x02, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x79, 0xd3, 0xf0, 0x66, 0xf3, 0xb4, 0x74, 0x40, 0xac, 0x43, 0x0d, 0x33, 0x18, 0xb7, 0x8c, 0xdb,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
	0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x5b, 0x05, 0x21, 0xa3, 0x0f, 0x7e, 0x49, 0xcd
};
/* clang-format on */

/* The whole of an index block that begins so, as it was read: free slots follow, in words of 64,
 * and behind them the bytes that were there before, all @pad. */
static void fill_index(unsigned char *block, const struct label_layout *layout,
	const unsigned char *start, size_t size, int pad)
{
	memset(block, pad, layout->index_size);
	memset(block + 72, 0xff, (layout->slots + 63) / 64 * 8);
	memcpy(block, start, size);
}

static void kernel_index(void **state)
{
	static unsigned char area[0xa00], *second = area + 0x300;
	struct label_layout layout;
	struct label_index index;
	struct label_state found;

	assert_int_equal(label_layout(MIB, 1, &layout), 0);
	fill_index(area, &layout, kernel_11, sizeof(kernel_11), 0);
	assert_null(label_index_read(area, &layout, 0, &index));
	assert_int_equal(index.minor, 1);
	assert_int_equal(index.seq, 3);
	assert_int_equal(index.slots, 8172);
	for (size_t slot = 0; slot < index.slots; slot++)
		assert_int_equal(label_index_is_free(area, slot), slot < 1 || slot > 3);

	assert_int_equal(label_layout(MIB, 2, &layout), 0);
	fill_index(area, &layout, kernel_12_first, sizeof(kernel_12_first), 0xff);
	fill_index(second, &layout, kernel_12_second, sizeof(kernel_12_second), 0xff);
	assert_true(label_find(area, sizeof(area), MIB, &found));
	assert_int_equal(found.layout.label_size, 256);
	assert_int_equal(found.current, 0);
	assert_int_equal(found.index[0].slots, 4090);
	for (size_t slot = 0; slot < found.index[0].slots; slot++) {
		assert_int_equal(label_index_is_free(area, slot), slot < 1 || slot > 2);
		assert_int_equal(label_index_is_free(second, slot), slot > 1);
	}
	/* What we make of the one before is the same, byte by byte. */
	label_index_set_free(second, 0x300, 0, true);
	label_index_set_free(second, 0x300, 2, false);
	label_index_renumber(second, 0x300, 0, 1);
	assert_memory_equal(second, area, 0x300);
}

static void kernel_labels(void **state)
{
	unsigned char copy[256];
	struct ndctl_label label;

	label_describe(kernel_label_11, sizeof(kernel_label_11), &label);
	assert_string_equal(label.name, "one");
	assert_int_equal(label.slot, 1);
	assert_int_equal(label.labels, 1);
	assert_int_equal(label.position, 0);
	assert_int_equal(label.flags, 0);
	assert_true(label.cookie == 10248187106440278);
	assert_int_equal(label.sector_size, 512);
	assert_int_equal(label.address, 0);
	assert_int_equal(label.size, 16 * MIB);
	assert_int_equal(label.uuid[15], 0x51);
	assert_false(label.has_guids);

	label_describe(kernel_label_12, sizeof(kernel_label_12), &label);
	assert_string_equal(label.name, "one");
	assert_true(label.has_guids);
	assert_int_equal(label.type[0], 0x79);
	assert_int_equal(label.abstraction[0], 0);
	/* Sealed anew it is the same. */
	memcpy(copy, kernel_label_12, sizeof(copy));
	label_move(copy, sizeof(copy), 7);
	assert_memory_not_equal(copy, kernel_label_12, sizeof(copy));
	label_move(copy, sizeof(copy), 1);
	assert_memory_equal(copy, kernel_label_12, sizeof(copy));
}

static void checksum(void **state)
{
	static const unsigned char words[] = {1, 0, 0, 0, 2, 0, 0, 0, 0xff, 0xff, 0xff, 0xff};

	assert_true(label_checksum(words, 0) == 0);
	assert_true(label_checksum(words, 4) == 0x0000000100000001);
	assert_true(label_checksum(words, 8) == 0x0000000400000003);
	/* The low half wraps, the high half adds what it is after that. */
	assert_true(label_checksum(words, 12) == 0x0000000600000002);
}

static void info_blocks(void **state)
{
	static char before[INFO_AREA], after[INFO_AREA], zero[INFO_BLOCK];

	memset(before, 0x5a, sizeof(before));
	assert_false(infoblock_wipe(before, after));
	assert_memory_equal(before, after, sizeof(before));

	/* Only the block with the signature goes. */
	memcpy(before + INFO_BLOCK, "NVDIMM_DAX_INFO", 16);
	assert_true(infoblock_wipe(before, after));
	assert_memory_equal(after, before, INFO_BLOCK);
	assert_memory_equal(after + INFO_BLOCK, zero, INFO_BLOCK);

	memset(before, 0x5a, sizeof(before));
	memcpy(before, "BTT_ARENA_INFO\0", 16);
	assert_true(infoblock_wipe(before, after));
	assert_memory_equal(after, zero, INFO_BLOCK);
	assert_memory_equal(after + INFO_BLOCK, before + INFO_BLOCK, INFO_BLOCK);

	/* A signature elsewhere is somebody's data. */
	memset(before, 0x5a, sizeof(before));
	memcpy(before + 512, "NVDIMM_PFN_INFO", 16);
	assert_false(infoblock_wipe(before, after));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(layout),
		cmocka_unit_test(index_bytes),
		cmocka_unit_test(index_round),
		cmocka_unit_test(index_damage),
		cmocka_unit_test(index_fields),
		cmocka_unit_test(index_newer),
		cmocka_unit_test(kernel_index),
		cmocka_unit_test(kernel_labels),
		cmocka_unit_test(checksum),
		cmocka_unit_test(info_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
