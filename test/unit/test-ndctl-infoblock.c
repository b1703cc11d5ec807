/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"

#include <errno.h>
#include <string.h>

#include "lib/ndctl/format/infoblock.h"

/*
 * Info blocks that Linux 6.1 wrote, on x86: what is not zero of their 4096 bytes. The formats are
 * little-endian on every host.
 */
struct sample {
	unsigned char head[128], checksum[8];
	struct ndctl_infoblock info;
};

#define UUID(...)                                                                                  \
	{                                                                                          \
		__VA_ARGS__                                                                        \
	}

static const struct sample samples[] = {
	{/* create-namespace -m fsdax -s 64M */
		{0x4e, 0x56, 0x44, 0x49, 0x4d, 0x4d, 0x5f, 0x50, 0x46, 0x4e, 0x5f, 0x49, 0x4e, 0x46,
			0x4f, 0x00, 0x86, 0x53, 0x74, 0xd1, 0x79, 0xbb, 0x48, 0x4c, 0x8d, 0x55,
			0x8d, 0x4e, 0xc2, 0x13, 0x12, 0x7b, 0x5f, 0xf1, 0x21, 0xfa, 0x5e, 0xfb,
			0x4c, 0x5b, 0x83, 0xcd, 0x87, 0x47, 0xa1, 0x6b, 0x83, 0x0b, 0x00, 0x00,
			0x00, 0x00, 0x01, 0x00, 0x04, 0x00, 0x00, 0x00, 0x20, 0x00, 0x00, 0x00,
			0x00, 0x00, 0x00, 0x3e, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x00,
			0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
			0x20, 0x00, 0x00, 0x10, 0x00, 0x00, 0x40, 0x00},
		{0xa1, 0x24, 0x6d, 0x73, 0xec, 0xf5, 0x29, 0x83},
		{.kind = NDCTL_INFOBLOCK_PFN,
			.uuid = UUID(0x86, 0x53, 0x74, 0xd1, 0x79, 0xbb, 0x48, 0x4c, 0x8d, 0x55,
				0x8d, 0x4e, 0xc2, 0x13, 0x12, 0x7b),
			.parent_uuid = UUID(0x5f, 0xf1, 0x21, 0xfa, 0x5e, 0xfb, 0x4c, 0x5b, 0x83,
				0xcd, 0x87, 0x47, 0xa1, 0x6b, 0x83, 0x0b),
			.version_major = 1,
			.version_minor = 4,
			.dataoff = 2097152,
			.npfns = 15872,
			.mode = 2,
			.align = 2097152,
			.page_size = 4096,
			.page_struct_size = 64}},
	{/* create-namespace -m devdax -M mem -s 64M -a 4K */
		{0x4e, 0x56, 0x44, 0x49, 0x4d, 0x4d, 0x5f, 0x44, 0x41, 0x58, 0x5f, 0x49, 0x4e, 0x46,
			0x4f, 0x00, 0x71, 0x06, 0x23, 0x99, 0x5f, 0xe6, 0x4e, 0x95, 0xb0, 0xc1,
			0x92, 0xc7, 0x99, 0x88, 0xe9, 0x03, 0xff, 0x36, 0xa4, 0x70, 0x9c, 0x32,
			0x41, 0xd4, 0x81, 0xd8, 0xe7, 0x4a, 0xfc, 0xbe, 0x85, 0x52, 0x00, 0x00,
			0x00, 0x00, 0x01, 0x00, 0x04, 0x00, 0x00, 0x00, 0x20, 0x00, 0x00, 0x00,
			0x00, 0x00, 0x00, 0x3e, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x01, 0x00,
			0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10,
			0x00, 0x00, 0x00, 0x10, 0x00, 0x00, 0x40, 0x00},
		{0x9d, 0xd8, 0xb7, 0xb3, 0x28, 0x04, 0x38, 0x79},
		{.kind = NDCTL_INFOBLOCK_DAX,
			.uuid = UUID(0x71, 0x06, 0x23, 0x99, 0x5f, 0xe6, 0x4e, 0x95, 0xb0, 0xc1,
				0x92, 0xc7, 0x99, 0x88, 0xe9, 0x03),
			.parent_uuid = UUID(0xff, 0x36, 0xa4, 0x70, 0x9c, 0x32, 0x41, 0xd4, 0x81,
				0xd8, 0xe7, 0x4a, 0xfc, 0xbe, 0x85, 0x52),
			.version_major = 1,
			.version_minor = 4,
			.dataoff = 2097152,
			.npfns = 15872,
			.mode = 1,
			.align = 4096,
			.page_size = 4096,
			.page_struct_size = 64}},
	{/* create-namespace -m sector -s 32M -l 520 */
		{0x42, 0x54, 0x54, 0x5f, 0x41, 0x52, 0x45, 0x4e, 0x41, 0x5f, 0x49, 0x4e, 0x46, 0x4f,
			0x00, 0x00, 0x14, 0x07, 0xc1, 0x2b, 0xa1, 0xe5, 0x4b, 0x6a, 0x8c, 0x21,
			0x9d, 0x2b, 0x5e, 0xa8, 0x82, 0x08, 0x06, 0x64, 0xee, 0x38, 0xa1, 0xb2,
			0x4c, 0xea, 0xbd, 0x70, 0x93, 0x5a, 0xcf, 0xf8, 0xd4, 0x44, 0x00, 0x00,
			0x00, 0x00, 0x01, 0x00, 0x01, 0x00, 0x08, 0x02, 0x00, 0x00, 0xc3, 0xe0,
			0x00, 0x00, 0x40, 0x02, 0x00, 0x00, 0xc3, 0xe1, 0x00, 0x00, 0x00, 0x01,
			0x00, 0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00,
			0x00, 0x00, 0x00, 0x10, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10,
			0xfc, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0xa0, 0xff, 0x01, 0x00, 0x00,
			0x00, 0x00, 0x00, 0xe0, 0xff, 0x01, 0x00, 0x00, 0x00, 0x00},
		{0xab, 0x03, 0xb2, 0x8e, 0x1f, 0xe5, 0xa5, 0xba},
		{.kind = NDCTL_INFOBLOCK_BTT,
			.uuid = UUID(0x14, 0x07, 0xc1, 0x2b, 0xa1, 0xe5, 0x4b, 0x6a, 0x8c, 0x21,
				0x9d, 0x2b, 0x5e, 0xa8, 0x82, 0x08),
			.parent_uuid = UUID(0x06, 0x64, 0xee, 0x38, 0xa1, 0xb2, 0x4c, 0xea, 0xbd,
				0x70, 0x93, 0x5a, 0xcf, 0xf8, 0xd4, 0x44),
			.version_major = 1,
			.version_minor = 1,
			.external_lbasize = 520,
			.external_nlba = 57539,
			.internal_lbasize = 576,
			.internal_nlba = 57795,
			.nfree = 256,
			.infosize = 4096,
			.dataoff = 4096,
			.mapoff = 33296384,
			.logoff = 33529856,
			.info2off = 33546240}},
};

static void put(const struct sample *sample, unsigned char *block)
{
	memset(block, 0, NDCTL_INFOBLOCK_SIZE);
	memcpy(block, sample->head, sizeof(sample->head));
	memcpy(block + 4088, sample->checksum, sizeof(sample->checksum));
}

static void kernel_blocks_are_read(void **state)
{
	unsigned char block[NDCTL_INFOBLOCK_SIZE];

	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		struct ndctl_infoblock info, expected = samples[i].info;
		put(&samples[i], block);
		assert_int_equal(ndctl_infoblock_parse(block, &info), 0);
		expected.intact = 1;
		assert_memory_equal(&info, &expected, sizeof(info));
	}
}

static void blocks_are_written_as_the_kernel_writes_them(void **state)
{
	unsigned char block[NDCTL_INFOBLOCK_SIZE], expected[NDCTL_INFOBLOCK_SIZE];

	for (size_t i = 0; i < sizeof(samples) / sizeof(*samples); i++) {
		put(&samples[i], expected);
		memset(block, 0xff, sizeof(block));
		assert_int_equal(ndctl_infoblock_format(&samples[i].info, block), 0);
		assert_memory_equal(block, expected, sizeof(block));
	}
}

static void a_changed_bit_is_noticed(void **state)
{
	unsigned char block[NDCTL_INFOBLOCK_SIZE];
	struct ndctl_infoblock info;

	for (size_t at = 16; at < sizeof(block); at += 97) {
		put(&samples[2], block);
		block[at] ^= 0x10;
		assert_int_equal(ndctl_infoblock_parse(block, &info), 0);
		assert_false(info.intact);
	}
	put(&samples[2], block);
	block[3] ^= 0x10;
	assert_int_equal(ndctl_infoblock_parse(block, &info), -ENOENT);
	assert_int_equal(info.kind, NDCTL_INFOBLOCK_NONE);
	assert_string_equal(ndctl_infoblock_get_signature(&info), "");
}

static void numbers_that_do_not_fit_are_refused(void **state)
{
	unsigned char block[NDCTL_INFOBLOCK_SIZE];
	struct ndctl_infoblock info = samples[0].info;

	info.page_struct_size = 65536;
	assert_int_equal(ndctl_infoblock_format(&info, block), -ERANGE);
	info = samples[0].info;
	info.align = 1ull << 32;
	assert_int_equal(ndctl_infoblock_format(&info, block), -ERANGE);
	info.kind = NDCTL_INFOBLOCK_NONE;
	assert_int_equal(ndctl_infoblock_format(&info, block), -EINVAL);
}

/* What the reference, and where @offset is 0 the kernel, write for the same. */
static void the_place_of_data(void **state)
{
	static const struct {
		unsigned long long size, offset;
		unsigned long align;
		enum ndctl_pfn_loc map;
		unsigned long long dataoff, npfns, start_pad, end_trunc;
	} rows[] = {
		{1ull << 30, 0, 2 << 20, NDCTL_PFN_LOC_PMEM, 18874368, 257536, 0, 0},
		{1ull << 30, 0, 4096, NDCTL_PFN_LOC_RAM, 2097152, 261632, 0, 0},
		{1ull << 40, 0, 1 << 30, NDCTL_PFN_LOC_PMEM, 18253611008, 263979008, 0, 0},
		{64 << 20, 1 << 20, 2 << 20, NDCTL_PFN_LOC_PMEM, 3145728, 15104, 1 << 20, 1 << 20},
		{64 << 20, 8192, 2 << 20, NDCTL_PFN_LOC_PMEM, 2088960, 15362, 2088960, 8192},
		{65 << 20, 0, 2 << 20, NDCTL_PFN_LOC_PMEM, 2097152, 15872, 0, 1 << 20},
		{133701632, 0, 4096, NDCTL_PFN_LOC_PMEM, 2097152, 31744, 0, 1581056},
		{133705728, 0, 4096, NDCTL_PFN_LOC_PMEM, 4194304, 31232, 0, 1585152},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct ndctl_infoblock info = {0};
		assert_int_equal(ndctl_infoblock_layout(&info, rows[i].map, rows[i].size,
					 rows[i].offset, rows[i].align),
			0);
		assert_int_equal(info.dataoff, rows[i].dataoff);
		assert_int_equal(info.npfns, rows[i].npfns);
		assert_int_equal(info.start_pad, rows[i].start_pad);
		assert_int_equal(info.end_trunc, rows[i].end_trunc);
		assert_int_equal(info.mode, rows[i].map);
		assert_int_equal(info.align, rows[i].align);
	}
}

static void what_leaves_no_room_is_refused(void **state)
{
	struct ndctl_infoblock info = {0};

	assert_int_equal(ndctl_infoblock_layout(&info, NDCTL_PFN_LOC_PMEM, 0, 0, 4096), -ENXIO);
	assert_int_equal(
		ndctl_infoblock_layout(&info, NDCTL_PFN_LOC_PMEM, 2 << 20, 0, 4096), -ENXIO);
	assert_int_equal(
		ndctl_infoblock_layout(&info, NDCTL_PFN_LOC_PMEM, 1 << 30, 1 << 29, 1 << 30),
		-ENXIO);
	assert_int_equal(
		ndctl_infoblock_layout(&info, NDCTL_PFN_LOC_PMEM, 1 << 30, 0, 12288), -EINVAL);
	assert_int_equal(ndctl_infoblock_layout(&info, NDCTL_PFN_LOC_PMEM, 1 << 30, 0, 0), -EINVAL);
	assert_int_equal(
		ndctl_infoblock_layout(&info, NDCTL_PFN_LOC_NONE, 1 << 30, 0, 4096), -EINVAL);
	assert_int_equal(
		ndctl_infoblock_layout(&info, NDCTL_PFN_LOC_PMEM, ~0ull, 0, 4096), -EINVAL);
}

static void blocks_are_wiped_wherever_they_are(void **state)
{
	char before[INFO_AREA], after[INFO_AREA], expected[INFO_AREA];

	memset(before, 'x', sizeof(before));
	assert_false(infoblock_wipe(before, after));
	assert_memory_equal(before, after, sizeof(before));
	put(&samples[0], (unsigned char *)before + INFO_BLOCK);
	memcpy(expected, before, sizeof(before));
	memset(expected + INFO_BLOCK, 0, INFO_BLOCK);
	assert_true(infoblock_wipe(before, after));
	assert_memory_equal(after, expected, sizeof(after));
	put(&samples[2], (unsigned char *)before);
	memset(expected, 0, sizeof(expected));
	assert_true(infoblock_wipe(before, after));
	assert_memory_equal(after, expected, sizeof(after));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(kernel_blocks_are_read),
		cmocka_unit_test(blocks_are_written_as_the_kernel_writes_them),
		cmocka_unit_test(a_changed_bit_is_noticed),
		cmocka_unit_test(numbers_that_do_not_fit_are_refused),
		cmocka_unit_test(the_place_of_data),
		cmocka_unit_test(what_leaves_no_room_is_refused),
		cmocka_unit_test(blocks_are_wiped_wherever_they_are),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
