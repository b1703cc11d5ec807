/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "infoblock.h"

/*
 * The bytes of a block translation table (UEFI specification, "BTT Block Translation Table";
 * Documentation/driver-api/nvdimm/btt.rst; drivers/nvdimm/btt.h). Everything is little-endian.
 */
#define BTT_ARENA_MAX (UINT64_C(512) << 30)
#define BTT_ARENA_MIN (UINT64_C(16) << 20)
#define BTT_MAP_ENTRY 4
#define BTT_BLOCK     UINT32_C(0x3FFFFFFF) /* the block in a map entry; above it flags E and Z */
#define BTT_LANE      64		   /* bytes of the log for each free block */
#define BTT_SLOTS     4
#define BTT_LANES_MIN                                                                              \
	256 /* the kernel writes through as many lanes, whatever the info block says */
#define BTT_LANES_MAX 65536

/* A slot of the log: a write to sector @lba left the block @from for @to; @from is free. */
struct btt_entry {
	uint32_t lba, from, to, seq;
	bool used;  /* not all bytes are zero */
	bool error; /* @from has a media error, which the kernel clears before it uses the block */
};

enum btt_version { BTT_1_1, BTT_2_0, BTT_VERSIONS };

/* Where the first arena of a version begins. */
uint64_t btt_start(enum btt_version version);

/*
 * Whether the kernel takes @block as the info block of an arena with @room bytes up to the end of
 * the namespace, and the parts that it names follow each other and fit. @parent is the uuid of the
 * namespace, null without a label; only the first arena's version counts (NULL: any).
 */
bool btt_info_valid(const unsigned char *block, const enum btt_version *version, uint64_t room,
	const uuid_t parent, struct ndctl_infoblock *info);
/* Where the copy of the info block is if the first one cannot tell: at the end of the arena. */
uint64_t btt_copy_place(uint64_t room);

/* The block of a sector; one that was never written to is in the block of its own number. */
uint32_t btt_map_block(uint32_t entry, uint32_t lba);
/* The map entry of a sector that is in @block, without flags. */
void btt_map_format(uint32_t block, unsigned char entry[BTT_MAP_ENTRY]);
uint32_t btt_get32(const unsigned char *bytes);

void btt_lane_parse(const unsigned char *lane, struct btt_entry slots[BTT_SLOTS]);
/* A lane as the kernel makes a new one: an entry of which nothing but the free block counts. */
void btt_lane_format(uint32_t lba, uint32_t block, bool error, unsigned char lane[BTT_LANE]);
/* Which of slot 0 (0) and the lane's second slot (1) the kernel takes for the newest, -1 if it
 * refuses both. The slot that it takes may be empty. */
int btt_lane_newest(uint32_t first, uint32_t second);
