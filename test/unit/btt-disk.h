/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "fixture.h"

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

void put32(unsigned char *at, uint32_t value);
uint32_t get32(const unsigned char *at);
/* Where the map entry of a sector, and one of the slots of a lane's log, are. */
unsigned char *map_entry(struct disk *disk, size_t sector);
unsigned char *slot(struct disk *disk, size_t lane, size_t number);
void put_slot(struct disk *disk, size_t lane, size_t number, uint32_t sector, uint32_t old,
	uint32_t new, uint32_t seq);
/* Writes @disk->info and its copy. */
void put_info(struct disk *disk);

int disk_read(void *data, void *bytes, size_t size, uint64_t offset);
int disk_write(void *data, const void *bytes, size_t size, uint64_t offset);

/* *state is a struct disk with a whole btt. */
int disk_setup(void **state);
int disk_teardown(void **state);
#define btt_test(fn) cmocka_unit_test_setup_teardown(fn, disk_setup, disk_teardown)

/* Checks the disk, and keeps what was on it in @disk->copy. */
int run(struct disk *disk, unsigned flags);
bool says(const struct disk *disk, const char *text);
bool is_clean(struct disk *disk);
/* Asserts that damage that cannot be repaired is told, and that nothing is written. */
void assert_hopeless(struct disk *disk, const char *text);
