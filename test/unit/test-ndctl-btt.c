/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/ndctl/format/btt.h"

/*
 * A btt of 32 MiB with sectors of 4096 bytes, laid out as Linux 6.1 does, in memory. All sectors
 * are where they were at first, but sector 7: it was written to twice through lane 0.
 */
#define SIZE	((size_t)32 << 20)
#define START	((size_t)4096)
#define SECTORS 7920
#define LANES	256
#define NORMAL	0xC0000000u

struct disk {
	unsigned char *bytes, *copy;
	struct ndctl_infoblock info;
	struct btt_medium medium;
	struct btt_check check;
	char told[4096];
	unsigned writes, failing_write; /* the one that fails, counted from 1 */
	int read_error;
};

static void put32(unsigned char *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (unsigned char)(value >> (8 * i));
}

static uint32_t get32(const unsigned char *at)
{
	return at[0] | at[1] << 8 | at[2] << 16 | (uint32_t)at[3] << 24;
}

static unsigned char *map_entry(struct disk *disk, size_t sector)
{
	return disk->bytes + START + disk->info.mapoff + 4 * sector;
}

static unsigned char *slot(struct disk *disk, size_t lane, size_t number)
{
	return disk->bytes + START + disk->info.logoff + 64 * lane + 16 * number;
}

static void put_slot(struct disk *disk, size_t lane, size_t number, uint32_t sector, uint32_t old,
	uint32_t new, uint32_t seq)
{
	unsigned char *at = slot(disk, lane, number);

	put32(at, sector);
	put32(at + 4, old);
	put32(at + 8, new);
	put32(at + 12, seq);
}

static void put_info(struct disk *disk)
{
	unsigned char *first = disk->bytes + START;

	assert_int_equal(ndctl_infoblock_format(&disk->info, first), 0);
	memcpy(first + disk->info.info2off, first, NDCTL_INFOBLOCK_SIZE);
}

static int read_disk(void *data, void *bytes, size_t size, uint64_t offset)
{
	const struct disk *disk = data;

	assert_true(offset <= SIZE && size <= SIZE - offset);
	memcpy(bytes, disk->bytes + offset, size);
	return disk->read_error;
}

static int write_disk(void *data, const void *bytes, size_t size, uint64_t offset)
{
	struct disk *disk = data;

	assert_true(offset <= SIZE && size <= SIZE - offset);
	if (++disk->writes == disk->failing_write)
		return -EIO;
	memcpy(disk->bytes + offset, bytes, size);
	return 0;
}

static void tell(void *data, enum ndctl_check_event event, const char *what)
{
	struct disk *disk = data;
	size_t used = strlen(disk->told);

	snprintf(disk->told + used, sizeof(disk->told) - used, "%s\n", what);
}

static int setup(void **state)
{
	struct disk *disk = calloc(1, sizeof(*disk));

	disk->bytes = calloc(1, SIZE);
	disk->copy = malloc(SIZE);
	disk->info = (struct ndctl_infoblock){
		.kind = NDCTL_INFOBLOCK_BTT,
		.version_major = 1,
		.version_minor = 1,
		.external_lbasize = 4096,
		.external_nlba = SECTORS,
		.internal_lbasize = 4096,
		.internal_nlba = SECTORS + LANES,
		.nfree = LANES,
		.infosize = 4096,
		.dataoff = 4096,
		.mapoff = 33497088,
		.logoff = 33529856,
		.info2off = 33546240,
	};
	memset(disk->info.parent_uuid, 0x5a, sizeof(uuid_t));
	put_info(disk);
	for (unsigned lane = 0; lane < LANES; lane++)
		put_slot(disk, lane, 0, lane, SECTORS + lane, SECTORS + lane, 1);
	put32(map_entry(disk, 7), 7 | NORMAL);
	put_slot(disk, 0, 1, 7, 7, SECTORS, 2);
	put_slot(disk, 0, 0, 7, SECTORS, 7, 3);
	disk->medium = (struct btt_medium){
		.read = read_disk, .write = write_disk, .data = disk, .size = SIZE};
	memset(disk->medium.parent, 0x5a, sizeof(uuid_t));
	disk->check = (struct btt_check){.medium = &disk->medium, .tell = tell, .data = disk};
	*state = disk;
	return 0;
}

static int teardown(void **state)
{
	struct disk *disk = *state;

	free(disk->bytes);
	free(disk->copy);
	free(disk);
	return 0;
}

static int run(struct disk *disk, unsigned flags)
{
	disk->check.flags = flags;
	disk->check.damaged = disk->check.blemished = disk->check.repaired = 0;
	disk->check.remedy = BTT_RIGHT;
	disk->told[0] = 0;
	disk->writes = 0;
	memcpy(disk->copy, disk->bytes, SIZE);
	return btt_check(&disk->check);
}

static bool says(const struct disk *disk, const char *text)
{
	if (!strstr(disk->told, text))
		print_error("'%s' is not in: %s", text, disk->told);
	return strstr(disk->told, text) != NULL;
}

static bool is_clean(struct disk *disk)
{
	int err = run(disk, 0);

	if (err || disk->told[0])
		print_error("%d %s", err, disk->told);
	return !err && !disk->told[0] && !disk->check.damaged && !disk->check.blemished;
}

/* Damage that cannot be repaired is told, and nothing is written. */
static void assert_hopeless(struct disk *disk, const char *text)
{
	assert_int_equal(run(disk, 0), 0);
	assert_true(disk->check.damaged > 0);
	assert_true(says(disk, text));
	assert_int_equal(run(disk, NDCTL_CHECK_REPAIR | NDCTL_CHECK_REWRITE_LOG), 0);
	assert_true(disk->check.damaged > 0);
	assert_int_equal(disk->writes, 0);
	assert_memory_equal(disk->bytes, disk->copy, SIZE);
}

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

static void an_arena_that_the_kernel_gave_up_is_told(void **state)
{
	struct disk *disk = *state;

	disk->info.flags = 1;
	put_info(disk);
	assert_hopeless(disk, "the error flag of the info block is set");
}

static void a_following_arena_must_be_there(void **state)
{
	struct disk *disk = *state;

	disk->info.nextoff = disk->info.info2off + 4096;
	put_info(disk);
	assert_hopeless(disk, "the info block of the next arena and its copy are damaged");
}

/* The second arena is where the first one says; each is checked and repaired in its own place. */
struct two {
	struct disk *first, *second;
	uint64_t next;
};

static struct disk *disk_at(const struct two *two, uint64_t *offset)
{
	if (*offset < START + two->next)
		return two->first;
	*offset -= two->next;
	return two->second;
}

static int read_two(void *data, void *bytes, size_t size, uint64_t offset)
{
	struct disk *disk = disk_at(data, &offset);

	return read_disk(disk, bytes, size, offset);
}

static int write_two(void *data, const void *bytes, size_t size, uint64_t offset)
{
	struct disk *disk = disk_at(data, &offset);

	return write_disk(disk, bytes, size, offset);
}

static void each_arena_is_repaired_in_its_place(void **state)
{
	struct disk *disk = *state;
	void *other = NULL;

	setup(&other);
	struct two two = {disk, other, BTT_ARENA_MAX};
	struct btt_medium medium = {.read = read_two,
		.write = write_two,
		.data = &two,
		.size = BTT_ARENA_MAX + SIZE,
		.only = {true}};
	disk->info.nextoff = BTT_ARENA_MAX;
	put_info(disk);
	memcpy(medium.parent, disk->medium.parent, sizeof(uuid_t));
	disk->check.medium = &medium;
	assert_true(is_clean(disk));
	put_slot(two.second, 3, 1, 9, 9, SECTORS + 3, 2);
	memset(two.second->bytes + START, 0, 4096);
	assert_int_equal(run(disk, 0), 0);
	assert_true(says(disk, "arena 1: BTT info block at offset 0x8000001000 needs"));
	assert_true(says(disk, "arena 1: map[0x9] needs to be updated"));
	assert_int_equal(run(disk, NDCTL_CHECK_REPAIR), 0);
	assert_int_equal(disk->writes, 0);
	assert_true(is_clean(disk));
	teardown(&other);
}

/* With a right checksum, but with numbers that would lead out of the arena, or nowhere. */
static void impossible_numbers_are_refused(void **state)
{
	struct disk *disk = *state;
	const struct ndctl_infoblock good = disk->info;
	unsigned long long *const numbers[] = {&disk->info.external_nlba, &disk->info.internal_nlba,
		&disk->info.internal_lbasize, &disk->info.nfree, &disk->info.dataoff,
		&disk->info.mapoff, &disk->info.logoff, &disk->info.info2off, &disk->info.nextoff,
		&disk->info.external_lbasize};
	static const unsigned long long values[] = {1, 4095, 0x7fffffff, 0xffffffff};

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		for (size_t j = 0; j < sizeof(values) / sizeof(*values); j++) {
			/* What sectors are cut to may be anything up to what they take. */
			if (numbers[i] == &disk->info.external_lbasize && values[j] == 4095)
				continue;
			disk->info = good;
			*numbers[i] = values[j];
			assert_int_equal(
				ndctl_infoblock_format(&disk->info, disk->bytes + START), 0);
			memset(disk->bytes + START + good.info2off, 0, 4096);
			int err = run(disk, NDCTL_CHECK_REPAIR | NDCTL_CHECK_REWRITE_LOG);
			assert_true(err == -ENOENT || (err == 0 && disk->check.damaged));
			assert_int_equal(disk->writes, 0);
		}
	}
}

static void errors_of_the_medium_are_passed_on(void **state)
{
	struct disk *disk = *state;

	disk->read_error = -EIO;
	assert_int_equal(run(disk, NDCTL_CHECK_REPAIR), -EIO);
	assert_int_equal(disk->writes, 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(a_whole_one_is_left_alone),
		TEST(the_info_block_is_restored_from_its_copy),
		TEST(the_copy_is_restored_too),
		TEST(without_both_there_is_no_btt),
		TEST(that_of_another_namespace_is_none),
		TEST(version_2_begins_at_zero),
		TEST(an_unfinished_write_is_finished),
		TEST(a_later_write_to_the_same_sector_is_no_unfinished_one),
		TEST(map_entries_must_be_right),
		TEST(a_damaged_log_is_written_anew_only_if_asked),
		TEST(two_unfinished_writes_to_one_sector_are_left_alone),
		TEST(an_unfinished_write_to_a_block_in_use_is_left_alone),
		TEST(an_empty_entry_that_the_kernel_takes_is_damage),
		TEST(an_empty_first_slot_is_damage),
		TEST(a_repair_that_cannot_be_written_is_not_told),
		TEST(a_lane_that_contradicts_the_map_is_written_anew),
		TEST(a_free_block_with_an_error_keeps_its_flag),
		TEST(the_format_of_before_4_15_is_known_and_converted),
		TEST(an_arena_that_the_kernel_gave_up_is_told),
		TEST(a_following_arena_must_be_there),
		TEST(each_arena_is_repaired_in_its_place),
		TEST(impossible_numbers_are_refused),
		TEST(errors_of_the_medium_are_passed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
