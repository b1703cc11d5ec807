/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bttform.h"

#include <string.h>

#define FLAG_ERROR UINT32_C(0x40000000)
#define FLAG_ZERO  UINT32_C(0x80000000)
#define NORMAL	   (FLAG_ERROR | FLAG_ZERO) /* neither: both bits are set */
#define SLOT	   (BTT_LANE / BTT_SLOTS)

uint32_t btt_get32(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
		(uint32_t)bytes[3] << 24;
}

static void btt_put32(unsigned char *bytes, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		bytes[i] = (unsigned char)(value >> (8 * i));
}

/* ---- info blocks ---- */

static const struct {
	uint64_t start;
	unsigned major, minor;
} versions[BTT_VERSIONS] = {
	[BTT_1_1] = {4096, 1, 1},
	[BTT_2_0] = {0, 2, 0},
};

uint64_t btt_start(enum btt_version version)
{
	return versions[version].start;
}

/* The kernel accepts these, and exposes the bytes above 512 or 4096 as integrity data. */
static bool is_sector_size(uint64_t size)
{
	static const unsigned sizes[] = {512, 520, 528, 4096, 4104, 4160, 4224};

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++)
		if (size == sizes[i])
			return true;
	return false;
}

/* Checks that the parts of the arena follow each other and fit, which the kernel does not. */
static bool is_plausible(const struct ndctl_infoblock *i, uint64_t room)
{
	return i->nfree >= BTT_LANES_MIN && i->nfree <= BTT_LANES_MAX && i->external_nlba >= 1 &&
		i->internal_nlba <= BTT_BLOCK && i->internal_nlba == i->external_nlba + i->nfree &&
		is_sector_size(i->external_lbasize) && i->internal_lbasize >= i->external_lbasize &&
		i->dataoff >= INFO_BLOCK && i->dataoff < room && i->mapoff < room &&
		i->logoff < room && i->info2off < room &&
		i->dataoff + i->internal_nlba * i->internal_lbasize <= i->mapoff &&
		i->mapoff + i->external_nlba * BTT_MAP_ENTRY <= i->logoff &&
		i->logoff + i->nfree * BTT_LANE <= i->info2off &&
		i->info2off + INFO_BLOCK <= room &&
		(i->nextoff == 0 ||
			(i->nextoff >= i->info2off + INFO_BLOCK && i->nextoff >= BTT_ARENA_MIN &&
				i->nextoff <= BTT_ARENA_MAX));
}

bool btt_info_valid(const unsigned char *block, const enum btt_version *version, uint64_t room,
	const uuid_t parent, struct ndctl_infoblock *info)
{
	if (ndctl_infoblock_parse(block, info) || info->kind != NDCTL_INFOBLOCK_BTT ||
		!info->intact)
		return false;
	if (version &&
		(info->version_major != versions[*version].major ||
			info->version_minor != versions[*version].minor))
		return false;
	if (!uuid_is_null(info->parent_uuid) && uuid_compare(info->parent_uuid, parent) != 0)
		return false;
	return is_plausible(info, room);
}

uint64_t btt_copy_place(uint64_t room)
{
	uint64_t size = room < BTT_ARENA_MAX ? room : BTT_ARENA_MAX;

	return size / INFO_BLOCK * INFO_BLOCK - INFO_BLOCK;
}

/* ---- the map ---- */

uint32_t btt_map_block(uint32_t entry, uint32_t lba)
{
	return entry & NORMAL ? entry & BTT_BLOCK : lba;
}

void btt_map_format(uint32_t block, unsigned char entry[BTT_MAP_ENTRY])
{
	btt_put32(entry, block | NORMAL);
}

/* ---- the log ---- */

void btt_lane_parse(const unsigned char *lane, struct btt_entry slots[BTT_SLOTS])
{
	for (size_t i = 0; i < BTT_SLOTS; i++) {
		const unsigned char *at = lane + i * SLOT;
		uint32_t lba = btt_get32(at), from = btt_get32(at + 4), to = btt_get32(at + 8);
		uint32_t seq = btt_get32(at + 12);

		slots[i] = (struct btt_entry){
			.lba = lba,
			.from = from & BTT_BLOCK,
			.to = to & BTT_BLOCK,
			.seq = seq,
			.used = lba || from || to || seq,
			.error = (from & NORMAL) == FLAG_ERROR,
		};
	}
}

void btt_lane_format(uint32_t lba, uint32_t block, bool error, unsigned char lane[BTT_LANE])
{
	memset(lane, 0, BTT_LANE);
	btt_put32(lane, lba);
	btt_put32(lane + 4, block | (error ? FLAG_ERROR : 0));
	btt_put32(lane + 8, block);
	btt_put32(lane + 12, 1);
}

/* Sequence numbers go 1, 2, 3, 1. For pairs that no write leaves, return what the kernel's
 * comparison gives: the second slot if the first has 0, or 2 or 3 beside 0. */
int btt_lane_newest(uint32_t first, uint32_t second)
{
	if (first == 0)
		return 1;
	if (first == second || first + second > 5)
		return -1;
	if (first < second)
		return second - first == 1 ? 1 : 0;
	return first - second == 1 ? 0 : 1;
}
