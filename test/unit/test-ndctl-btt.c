/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "btt-disk.h"

#include <string.h>

static void a_whole_one_is_left_alone(void **state)
{
	struct disk *disk = *state;

	assert_true(is_clean(disk));
	assert_int_equal(run(disk, NDCTL_CHECK_REPAIR), 0);
	assert_int_equal(disk->writes, 0);
}

static void the_info_block_is_restored_from_its_copy(void **state)
{
	struct disk *disk = *state;

	disk->bytes[START + 60] ^= 1;
	assert_int_equal(run(disk, 0), 0);
	assert_int_equal(disk->check.damaged, 1);
	assert_true(says(disk, "BTT info block at offset 0x1000 needs to be restored"));
	assert_int_equal(disk->writes, 0);
	assert_int_equal(run(disk, NDCTL_CHECK_REPAIR), 0);
	assert_int_equal(disk->check.repaired, 1);
	assert_int_equal(disk->check.damaged, 0);
	assert_true(is_clean(disk));
}

static void the_copy_is_restored_too(void **state)
{
	struct disk *disk = *state;

	memset(disk->bytes + START + disk->info.info2off, 0, 4096);
	assert_int_equal(run(disk, 0), 0);
	assert_int_equal(disk->check.damaged, 0);
	assert_int_equal(disk->check.blemished, 1);
	assert_true(says(disk, "info2 needs to be restored"));
	assert_int_equal(run(disk, NDCTL_CHECK_REPAIR), 0);
	assert_true(is_clean(disk));
}

static void without_both_there_is_no_btt(void **state)
{
	struct disk *disk = *state;

	memset(disk->bytes + START + disk->info.info2off, 0, 4096);
	memset(disk->bytes + START, 0, 4096);
	assert_int_equal(run(disk, NDCTL_CHECK_REPAIR), -ENOENT);
	assert_int_equal(disk->writes, 0);
}

static void that_of_another_namespace_is_none(void **state)
{
	struct disk *disk = *state;

	memset(disk->medium.parent, 0x11, sizeof(uuid_t));
	assert_int_equal(run(disk, NDCTL_CHECK_REPAIR), -ENOENT);
	/* B7 (f): nor does it belong to a namespace without label. */
	uuid_clear(disk->medium.parent);
	assert_int_equal(run(disk, NDCTL_CHECK_REPAIR), -ENOENT);
	uuid_clear(disk->info.parent_uuid);
	put_info(disk);
	assert_true(is_clean(disk));
	memset(disk->medium.parent, 0x11, sizeof(uuid_t));
	assert_true(is_clean(disk));
}

static void version_2_begins_at_zero(void **state)
{
	struct disk *disk = *state;

	memmove(disk->bytes, disk->bytes + START, SIZE - START);
	memset(disk->bytes + SIZE - START, 0, START);
	disk->medium.size = SIZE - START;
	disk->info.version_major = 2;
	disk->info.version_minor = 0;
	assert_int_equal(ndctl_infoblock_format(&disk->info, disk->bytes), 0);
	memcpy(disk->bytes + disk->info.info2off, disk->bytes, NDCTL_INFOBLOCK_SIZE);
	assert_true(is_clean(disk));
	/* The kernel looks for it there only if the label says that it may be of that version. */
	disk->medium.only[BTT_1_1] = true;
	assert_int_equal(run(disk, NDCTL_CHECK_REPAIR), -ENOENT);
	disk->medium.only[BTT_1_1] = false;
	disk->bytes[60] ^= 1;
	assert_int_equal(run(disk, NDCTL_CHECK_REPAIR), 0);
	assert_int_equal(disk->check.repaired, 1);
	assert_true(is_clean(disk));
}

static void an_unfinished_write_is_finished(void **state)
{
	struct disk *disk = *state;

	/* Lane 3 has logged that sector 9 goes to its free block. */
	put_slot(disk, 3, 1, 9, 9, SECTORS + 3, 2);
	assert_int_equal(run(disk, 0), 0);
	assert_int_equal(disk->check.remedy, BTT_REPAIR);
	assert_true(says(disk, "map[0x9] needs to be updated to 0x1ef3"));
	assert_true(says(disk, "the last write to sector 9 was logged and not finished"));
	assert_true(says(disk, "bitmap error"));
	assert_int_equal(run(disk, NDCTL_CHECK_REPAIR), 0);
	assert_int_equal(disk->writes, 1);
	assert_int_equal(get32(map_entry(disk, 9)), (SECTORS + 3) | NORMAL);
	assert_true(is_clean(disk));
}

static void a_later_write_to_the_same_sector_is_no_unfinished_one(void **state)
{
	struct disk *disk = *state;

	put_slot(disk, 3, 1, 9, 9, SECTORS + 3, 2);
	put_slot(disk, 4, 1, 9, SECTORS + 3, SECTORS + 4, 2);
	put32(map_entry(disk, 9), (SECTORS + 4) | NORMAL);
	assert_true(is_clean(disk));
}

static void map_entries_must_be_right(void **state)
{
	struct disk *disk = *state;

	put32(map_entry(disk, 5), 0x3fffffff | NORMAL);
	assert_hopeless(disk, "1 map entries are out of bounds");
	put32(map_entry(disk, 5), 6 | NORMAL);
	assert_hopeless(disk, "1 blocks are mapped to more than one sector");
	/* Zeroed and bad sectors have blocks as well. */
	put32(map_entry(disk, 5), 5 | 0x80000000u);
	put32(map_entry(disk, 6), 6 | 0x40000000u);
	assert_true(is_clean(disk));
}

static void a_damaged_log_is_written_anew_only_if_asked(void **state)
{
	struct disk *disk = *state;

	put_slot(disk, 9, 0, 0, 0, 0, 0);
	put_slot(disk, 10, 0, 99999999, 1, 2, 1);
	put_slot(disk, 11, 1, 11, SECTORS + 11, SECTORS + 11, 1);
	put_slot(disk, 12, 0, 12, 12, 12, 4);
	assert_int_equal(run(disk, NDCTL_CHECK_REPAIR), 0);
	assert_true(says(disk, "1 of the 256 lanes of the log are not valid, the first is 9"));
	assert_true(says(disk, "the first slot is empty"));
	assert_true(says(disk, "the first is 10: a log entry has an out of bounds LBA"));
	assert_true(says(disk, "the first is 11: both log entries have the same sequence number"));
	assert_true(
		says(disk, "the first is 12: a log entry has an out of bounds sequence number"));
	assert_int_equal(disk->check.remedy, BTT_REWRITE_LOG);
	assert_int_equal(disk->writes, 0);
	assert_int_equal(run(disk, NDCTL_CHECK_REPAIR | NDCTL_CHECK_REWRITE_LOG), 0);
	assert_int_equal(disk->check.damaged, 0);
	assert_true(is_clean(disk));
	/* Lanes that were right offer the block that they offered. */
	assert_int_equal(get32(slot(disk, 0, 0) + 4), SECTORS);
	assert_int_equal(get32(slot(disk, 200, 0) + 4), SECTORS + 200);
}

/* B7 (a): which of the two is the newer write, nothing tells. */
static void two_unfinished_writes_to_one_sector_are_left_alone(void **state)
{
	struct disk *disk = *state;

	put_slot(disk, 3, 1, 9, 9, SECTORS + 3, 2);
	put_slot(disk, 4, 1, 9, 9, SECTORS + 4, 2);
	assert_hopeless(disk, "lane 4 of the log may hold an unfinished write to sector 9");
}

/* A write that went where another sector is, or a lane's free block. */
static void an_unfinished_write_to_a_block_in_use_is_left_alone(void **state)
{
	struct disk *disk = *state;

	put_slot(disk, 3, 1, 9, 9, 1000, 2);
	assert_hopeless(disk, "unfinished writes went to blocks that are in use");
	put_slot(disk, 3, 1, 9, 9, SECTORS + 5, 2);
	assert_hopeless(disk, "lane 5 of the log may hold an unfinished write");
}

/* B7 (b), (c): the kernel takes the empty entry beside 3 or 2, and block 0 for free. */
static void an_empty_entry_that_the_kernel_takes_is_damage(void **state)
{
	struct disk *disk = *state;

	for (uint32_t seq = 2; seq <= 3; seq++) {
		put_slot(disk, 20, 0, 20, SECTORS + 20, SECTORS + 20, seq);
		assert_int_equal(run(disk, 0), 0);
		assert_int_equal(disk->check.remedy, BTT_REWRITE_LOG);
		assert_true(says(disk, "bitmap error"));
		assert_int_equal(run(disk, NDCTL_CHECK_REPAIR | NDCTL_CHECK_REWRITE_LOG), 0);
		assert_true(is_clean(disk));
		assert_int_equal(get32(slot(disk, 20, 0) + 4), SECTORS + 20);
	}
}

/* B7 (d): the kernel refuses a first slot that is empty once other lanes were written through. That
 * slot may have been the newer one, so that the write of the second is not finished. */
static void an_empty_first_slot_is_damage(void **state)
{
	struct disk *disk = *state;

	put_slot(disk, 20, 0, 0, 0, 0, 0);
	put_slot(disk, 20, 1, 20, 20, SECTORS + 20, 2);
	assert_hopeless(disk, "lane 20 of the log may hold an unfinished write to sector 20");
	put32(map_entry(disk, 20), (SECTORS + 20) | NORMAL);
	assert_int_equal(run(disk, NDCTL_CHECK_REPAIR), 0);
	assert_int_equal(disk->check.remedy, BTT_REWRITE_LOG);
	assert_int_equal(disk->writes, 0);
	assert_int_equal(run(disk, NDCTL_CHECK_REPAIR | NDCTL_CHECK_REWRITE_LOG), 0);
	assert_true(is_clean(disk));
	assert_int_equal(get32(slot(disk, 20, 0) + 4), 20);
}

/* B7 (e) */
static void a_repair_that_cannot_be_written_is_not_told(void **state)
{
	struct disk *disk = *state;

	for (unsigned write = 1; write <= 3; write++) {
		memset(disk->bytes + START, 0, 4096);
		put32(map_entry(disk, 9), 0);
		put_slot(disk, 3, 0, 3, SECTORS + 3, SECTORS + 3, 1);
		put_slot(disk, 3, 1, 9, 9, SECTORS + 3, 2);
		disk->failing_write = write;
		assert_int_equal(run(disk, NDCTL_CHECK_REPAIR | NDCTL_CHECK_REWRITE_LOG), -EIO);
		assert_int_equal(disk->check.repaired, write - 1);
		assert_true(disk->check.damaged > 0);
		assert_int_equal(!strstr(disk->told, "was restored"), write <= 1);
		assert_int_equal(!strstr(disk->told, "was finished"), write <= 2);
		assert_null(strstr(disk->told, "was rewritten"));
		disk->failing_write = 0;
		assert_int_equal(run(disk, NDCTL_CHECK_REPAIR | NDCTL_CHECK_REWRITE_LOG), 0);
		assert_true(is_clean(disk));
	}
}

/* B7 (g): the blocks that are in no sector are the free ones. */
static void a_lane_that_contradicts_the_map_is_written_anew(void **state)
{
	struct disk *disk = *state;

	put_slot(disk, 3, 0, 3, 1000, 1000, 1);
	put_slot(disk, 8, 0, 8, SECTORS + 9, SECTORS + 9, 1);
	assert_int_equal(run(disk, NDCTL_CHECK_REPAIR), 0);
	assert_true(says(disk, "bitmap error: 2 lanes of the log offer blocks that are in use"));
	assert_int_equal(disk->check.remedy, BTT_REWRITE_LOG);
	assert_int_equal(disk->writes, 0);
	assert_int_equal(run(disk, NDCTL_CHECK_REPAIR | NDCTL_CHECK_REWRITE_LOG), 0);
	assert_true(is_clean(disk));
	assert_int_equal(get32(slot(disk, 3, 0) + 4), SECTORS + 3);
	assert_int_equal(get32(slot(disk, 8, 0) + 4), SECTORS + 9);
	assert_int_equal(get32(slot(disk, 9, 0) + 4), SECTORS + 8);
}

/* The kernel clears the media error of a free block before it uses it. */
static void a_free_block_with_an_error_keeps_its_flag(void **state)
{
	struct disk *disk = *state;

	put_slot(disk, 3, 0, 3, (SECTORS + 3) | 0x40000000u, SECTORS + 3, 1);
	assert_true(is_clean(disk));
	assert_int_equal(run(disk, NDCTL_CHECK_REPAIR | NDCTL_CHECK_REWRITE_LOG), 0);
	assert_int_equal(get32(slot(disk, 3, 0) + 4), (SECTORS + 3) | 0x40000000u);
}

static void the_format_of_before_4_15_is_known_and_converted(void **state)
{
	struct disk *disk = *state;

	for (size_t lane = 0; lane < LANES; lane++) {
		memcpy(slot(disk, lane, 2), slot(disk, lane, 1), 16);
		memset(slot(disk, lane, 1), 0, 16);
	}
	assert_true(is_clean(disk));
	assert_int_equal(run(disk, NDCTL_CHECK_REPAIR | NDCTL_CHECK_REWRITE_LOG), 0);
	assert_int_equal(disk->writes, 1);
	assert_true(is_clean(disk));
	for (size_t lane = 0; lane < LANES; lane++)
		assert_int_equal(get32(slot(disk, lane, 2) + 12), 0);
	assert_int_equal(get32(slot(disk, 0, 0) + 4), SECTORS);
	put_slot(disk, 3, 3, 1, 1, 1, 1);
	assert_int_equal(run(disk, 0), 0);
	assert_true(says(disk, "the first is 3: a slot that is padding is not empty"));
	/* Lanes of both formats: then none of them tells anything. */
	put_slot(disk, 3, 3, 0, 0, 0, 0);
	put_slot(disk, 4, 1, 50, SECTORS + 4, 50, 2);
	put_slot(disk, 5, 2, 50, SECTORS + 5, 50, 2);
	assert_int_equal(run(disk, 0), 0);
	assert_true(says(disk, "unknown log padding scheme"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		btt_test(a_whole_one_is_left_alone),
		btt_test(the_info_block_is_restored_from_its_copy),
		btt_test(the_copy_is_restored_too),
		btt_test(without_both_there_is_no_btt),
		btt_test(that_of_another_namespace_is_none),
		btt_test(version_2_begins_at_zero),
		btt_test(an_unfinished_write_is_finished),
		btt_test(a_later_write_to_the_same_sector_is_no_unfinished_one),
		btt_test(map_entries_must_be_right),
		btt_test(a_damaged_log_is_written_anew_only_if_asked),
		btt_test(two_unfinished_writes_to_one_sector_are_left_alone),
		btt_test(an_unfinished_write_to_a_block_in_use_is_left_alone),
		btt_test(an_empty_entry_that_the_kernel_takes_is_damage),
		btt_test(an_empty_first_slot_is_damage),
		btt_test(a_repair_that_cannot_be_written_is_not_told),
		btt_test(a_lane_that_contradicts_the_map_is_written_anew),
		btt_test(a_free_block_with_an_error_keeps_its_flag),
		btt_test(the_format_of_before_4_15_is_known_and_converted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
