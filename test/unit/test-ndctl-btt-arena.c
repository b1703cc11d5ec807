/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "btt-disk.h"

#include <string.h>

/* Arenas that follow each other, or cannot be: the numbers of the info block. */

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

	return disk_read(disk, bytes, size, offset);
}

static int write_two(void *data, const void *bytes, size_t size, uint64_t offset)
{
	struct disk *disk = disk_at(data, &offset);

	return disk_write(disk, bytes, size, offset);
}

static void each_arena_is_repaired_in_its_place(void **state)
{
	struct disk *disk = *state;
	void *other = NULL;

	disk_setup(&other);
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
	disk_teardown(&other);
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
	const struct CMUnitTest tests[] = {
		btt_test(an_arena_that_the_kernel_gave_up_is_told),
		btt_test(a_following_arena_must_be_there),
		btt_test(each_arena_is_repaired_in_its_place),
		btt_test(impossible_numbers_are_refused),
		btt_test(errors_of_the_medium_are_passed_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
