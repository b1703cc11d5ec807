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
#define BTT_BLOCK                                                                                  \
	UINT32_C(0x3FFFFFFF) /* bits of the block number in a map entry; flags E and Z are above   \
			      */
#define BTT_LANE      64     /* bytes of the log per free block */
#define BTT_SLOTS     4
#define BTT_LANES_MIN 256 /* the kernel uses as many lanes, whatever nfree says */
#define BTT_LANES_MAX 65536

/* A slot of the log: a write moved sector @lba from block @from, now free, to block @to. */
struct btt_entry {
	uint32_t lba, from, to, seq;
	bool used;  /* not all bytes are zero */
	bool error; /* block @from has a media error, which the kernel clears before it writes there
		     */
};

enum btt_version { BTT_1_1, BTT_2_0, BTT_VERSIONS };

/* Returns the offset of the first arena in a namespace. */
uint64_t btt_start(enum btt_version version);

/*
 * Parses @block. Returns whether the kernel accepts it as the info block of an arena with @room
 * bytes up to the end of the namespace, and the parts that it names follow each other and fit.
 * @parent is the uuid of the namespace, null without a label. @version is that of the first arena;
 * NULL for the others, whose version does not matter.
 */
bool btt_info_valid(const unsigned char *block, const enum btt_version *version, uint64_t room,
	const uuid_t parent, struct ndctl_infoblock *info);
/* Returns the offset of the info block's copy in an arena whose info block is damaged: at the end.
 */
uint64_t btt_copy_place(uint64_t room);

/* Returns the block of sector @lba: by its map entry, or block @lba if it was never written. */
uint32_t btt_map_block(uint32_t entry, uint32_t lba);
/* Writes the map entry, without error or zero flag, of a sector that is in @block. */
void btt_map_format(uint32_t block, unsigned char entry[BTT_MAP_ENTRY]);
uint32_t btt_get32(const unsigned char *bytes);

void btt_lane_parse(const unsigned char *lane, struct btt_entry slots[BTT_SLOTS]);
/* Writes a lane as the kernel initializes one: an entry that only tells the free block. */
void btt_lane_format(uint32_t lba, uint32_t block, bool error, unsigned char lane[BTT_LANE]);
/* Compares the sequence numbers of a lane's two slots. Returns which the kernel takes for the
 * newest: 0 for the first, 1 for the second, -1 if it refuses the lane. That slot may be empty. */
int btt_lane_newest(uint32_t first, uint32_t second);
