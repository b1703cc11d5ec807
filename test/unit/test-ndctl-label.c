/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"

#include <ndctl/infoblock.h>
#include <ndctl/label.h>
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
		assert_true(label_index_read(block, sizeof(block), MIB, which, &index));
		assert_int_equal(index.major, 1);
		assert_int_equal(index.minor, 1);
		assert_int_equal(index.seq, 3);
		assert_int_equal(index.slots, layout.slots);
		assert_int_equal(index.my_offset, which * 0x500);
		/* In the other place it would be wrong. */
		assert_false(label_index_read(block, sizeof(block), MIB, 1 - which, &index));
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
		assert_false(label_index_read(block, sizeof(block), MIB, 0, &index));
		block[i] ^= 0x10;
	}
	assert_true(label_index_read(block, sizeof(block), MIB, 0, &index));
	/* Cut short, or of an area that is smaller than it says. */
	assert_false(label_index_read(block, 71, MIB, 0, &index));
	assert_false(label_index_read(block, sizeof(block) - 256, MIB, 0, &index));
	assert_false(label_index_read(block, sizeof(block), MIB / 2, 0, &index));
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
		cmocka_unit_test(index_newer),
		cmocka_unit_test(checksum),
		cmocka_unit_test(info_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
