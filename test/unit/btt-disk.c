/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "btt-disk.h"

#include <stdlib.h>
#include <string.h>

void put32(unsigned char *at, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		at[i] = (unsigned char)(value >> (8 * i));
}

uint32_t get32(const unsigned char *at)
{
	return at[0] | at[1] << 8 | at[2] << 16 | (uint32_t)at[3] << 24;
}

unsigned char *map_entry(struct disk *disk, size_t sector)
{
	return disk->bytes + START + disk->info.mapoff + 4 * sector;
}

unsigned char *slot(struct disk *disk, size_t lane, size_t number)
{
	return disk->bytes + START + disk->info.logoff + 64 * lane + 16 * number;
}

void put_slot(struct disk *disk, size_t lane, size_t number, uint32_t sector, uint32_t old,
	uint32_t new, uint32_t seq)
{
	unsigned char *at = slot(disk, lane, number);

	put32(at, sector);
	put32(at + 4, old);
	put32(at + 8, new);
	put32(at + 12, seq);
}

void put_info(struct disk *disk)
{
	unsigned char *first = disk->bytes + START;

	assert_int_equal(ndctl_infoblock_format(&disk->info, first), 0);
	memcpy(first + disk->info.info2off, first, NDCTL_INFOBLOCK_SIZE);
}

int disk_read(void *data, void *bytes, size_t size, uint64_t offset)
{
	const struct disk *disk = data;

	assert_true(offset <= SIZE && size <= SIZE - offset);
	memcpy(bytes, disk->bytes + offset, size);
	return disk->read_error;
}

int disk_write(void *data, const void *bytes, size_t size, uint64_t offset)
{
	struct disk *disk = data;

	assert_true(offset <= SIZE && size <= SIZE - offset);
	if (++disk->writes == disk->failing_write)
		return -EIO;
	memcpy(disk->bytes + offset, bytes, size);
	return 0;
}

static void disk_tell(void *data, enum ndctl_check_event event, const char *what)
{
	struct disk *disk = data;
	size_t used = strlen(disk->told);

	snprintf(disk->told + used, sizeof(disk->told) - used, "%s\n", what);
}

int disk_setup(void **state)
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
		.read = disk_read, .write = disk_write, .data = disk, .size = SIZE};
	memset(disk->medium.parent, 0x5a, sizeof(uuid_t));
	disk->check = (struct btt_check){.medium = &disk->medium, .tell = disk_tell, .data = disk};
	*state = disk;
	return 0;
}

int disk_teardown(void **state)
{
	struct disk *disk = *state;

	free(disk->bytes);
	free(disk->copy);
	free(disk);
	return 0;
}

int run(struct disk *disk, unsigned flags)
{
	disk->check.flags = flags;
	disk->check.damaged = disk->check.blemished = disk->check.repaired = 0;
	disk->check.remedy = BTT_RIGHT;
	disk->told[0] = 0;
	disk->writes = 0;
	memcpy(disk->copy, disk->bytes, SIZE);
	return btt_check(&disk->check);
}

bool says(const struct disk *disk, const char *text)
{
	if (!strstr(disk->told, text))
		print_error("'%s' is not in: %s", text, disk->told);
	return strstr(disk->told, text) != NULL;
}

bool is_clean(struct disk *disk)
{
	int err = run(disk, 0);

	if (err || disk->told[0])
		print_error("%d %s", err, disk->told);
	return !err && !disk->told[0] && !disk->check.damaged && !disk->check.blemished;
}

void assert_hopeless(struct disk *disk, const char *text)
{
	assert_int_equal(run(disk, 0), 0);
	assert_true(disk->check.damaged > 0);
	assert_true(says(disk, text));
	assert_int_equal(run(disk, NDCTL_CHECK_REPAIR | NDCTL_CHECK_REWRITE_LOG), 0);
	assert_true(disk->check.damaged > 0);
	assert_int_equal(disk->writes, 0);
	assert_memory_equal(disk->bytes, disk->copy, SIZE);
}
