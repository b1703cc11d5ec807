/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bttarena.h"

#include <inttypes.h>

/*
 * Map and log together name each block once: it belongs to a sector, or is the free block of a
 * lane. The kernel logs a write before it changes the map. When it enables the namespace, it
 * finishes the writes that are logged but not in the map, lane by lane.
 */

#define CHUNK ((size_t)1 << 20)

/* ---- which blocks are in use ---- */

struct bits {
	uint64_t *words;
	uint64_t count;
	uint64_t beyond, twice; /* marks out of bounds; marks of a block already marked */
};

static bool is_marked(const struct bits *bits, uint64_t number)
{
	return bits->words[number / 64] >> (number % 64) & 1;
}

static void mark_bit(struct bits *bits, uint64_t number)
{
	if (number >= bits->count) {
		bits->beyond++;
		return;
	}
	bits->twice += is_marked(bits, number);
	bits->words[number / 64] |= UINT64_C(1) << (number % 64);
}

static void unmark(struct bits *bits, uint64_t number)
{
	bits->words[number / 64] &= ~(UINT64_C(1) << (number % 64));
}

/* ---- the sectors that the log names ---- */

static int by_lba(const void *a, const void *b)
{
	uint32_t x = ((const struct btt_sector *)a)->lba, y = ((const struct btt_sector *)b)->lba;

	return x < y ? -1 : x > y;
}

/* Returns false for a lane that was never used: its sector number means nothing. */
static bool names_sector(const struct btt_lane *lane)
{
	return lane->taken && lane->entry.from != lane->entry.to;
}

static int list_sectors(struct btt_arena *arena)
{
	size_t lanes = arena->info.nfree, count = 0, kept = 0;
	struct btt_sector *sectors = calloc(lanes, sizeof(*sectors));

	if (!sectors)
		return -ENOMEM;
	for (size_t i = 0; i < lanes; i++)
		if (names_sector(&arena->lanes[i]))
			sectors[count++].lba = arena->lanes[i].entry.lba;
	qsort(sectors, count, sizeof(*sectors), by_lba);
	for (size_t i = 0; i < count; i++)
		if (!kept || sectors[kept - 1].lba != sectors[i].lba)
			sectors[kept++] = sectors[i];
	arena->sectors = sectors;
	arena->sector_count = kept;
	for (size_t i = 0; i < lanes; i++) {
		struct btt_lane *lane = &arena->lanes[i];
		const struct btt_sector key = {.lba = lane->entry.lba};
		if (!names_sector(lane))
			continue;
		const struct btt_sector *found =
			bsearch(&key, sectors, kept, sizeof(*sectors), by_lba);
		lane->sector = (size_t)(found - sectors);
	}
	return 0;
}

/* Marks the blocks of all sectors, and stores the blocks of those that the log names. */
static int walk_map(const struct btt_check *check, struct btt_arena *arena, struct bits *blocks)
{
	AUTO_FREE unsigned char *chunk = malloc(CHUNK);
	uint64_t at = arena->start + arena->info.mapoff;
	size_t next = 0;

	if (!chunk)
		return -ENOMEM;
	for (uint64_t lba = 0; lba < arena->info.external_nlba;) {
		uint64_t left = arena->info.external_nlba - lba;
		size_t count = left < CHUNK / BTT_MAP_ENTRY ? (size_t)left : CHUNK / BTT_MAP_ENTRY;
		int err = btt_read(check, chunk, count * BTT_MAP_ENTRY, at + lba * BTT_MAP_ENTRY);
		if (err)
			return err;
		for (size_t i = 0; i < count; i++, lba++) {
			uint32_t block =
				btt_map_block(btt_get32(chunk + i * BTT_MAP_ENTRY), (uint32_t)lba);
			mark_bit(blocks, block);
			if (next == arena->sector_count || arena->sectors[next].lba != lba)
				continue;
			arena->sectors[next].before = arena->sectors[next].after = block;
			next++;
		}
	}
	return 0;
}

/* ---- what the kernel would do ---- */

static void finish_writes(struct btt_arena *arena)
{
	for (size_t i = 0; i < arena->info.nfree; i++) {
		struct btt_lane *lane = &arena->lanes[i];
		if (lane->sector == BTT_NOTHING)
			continue;
		struct btt_sector *sector = &arena->sectors[lane->sector];
		lane->unfinished = sector->after == lane->entry.from;
		if (lane->unfinished)
			sector->after = lane->entry.to;
	}
}

/* Updates @blocks, of a map that names each block at most once, to all writes being finished. Marks
 * in @written the blocks that these writes went to. */
static void move_sectors(const struct btt_arena *arena, struct bits *blocks, struct bits *written)
{
	for (size_t i = 0; i < arena->sector_count; i++)
		if (arena->sectors[i].before != arena->sectors[i].after)
			unmark(blocks, arena->sectors[i].before);
	for (size_t i = 0; i < arena->sector_count; i++) {
		const struct btt_sector *sector = &arena->sectors[i];
		if (sector->before == sector->after)
			continue;
		mark_bit(blocks, sector->after);
		mark_bit(written, sector->after);
	}
}

/* ---- the verdict ---- */

/* Returns whether a lane that contradicts the map leaves more than one way to make them agree: the
 * lane may be wrong, or the map may lack its write. */
static bool lane_is_ambiguous(
	const struct btt_arena *arena, const struct btt_lane *lane, const struct bits *written)
{
	if (lane->sector == BTT_NOTHING)
		return lane->taken && lane->valid && is_marked(written, lane->entry.from);
	const struct btt_sector *sector = &arena->sectors[lane->sector];
	return lane->unfinished || sector->before == lane->entry.from ||
		sector->after == lane->entry.from ||
		(lane->valid && is_marked(written, lane->entry.from));
}

/* Sets `claims` of the lanes: first of those whose unfinished write frees their block, then of the
 * others, whose block must have been free before. @before and @after: the blocks in use, before
 * and after unfinished writes. Marks claimed blocks in @after. */
static void claim_blocks(struct btt_arena *arena, const struct bits *before, struct bits *after)
{
	for (size_t i = 0; i < arena->info.nfree; i++) {
		struct btt_lane *lane = &arena->lanes[i];
		lane->claims =
			lane->valid && lane->unfinished && !is_marked(after, lane->entry.from);
		if (lane->claims)
			mark_bit(after, lane->entry.from);
	}
	for (size_t i = 0; i < arena->info.nfree; i++) {
		struct btt_lane *lane = &arena->lanes[i];
		if (!lane->valid || lane->unfinished || is_marked(before, lane->entry.from) ||
			is_marked(after, lane->entry.from))
			continue;
		lane->claims = true;
		mark_bit(after, lane->entry.from);
	}
}

/* Assigns the remaining free blocks to the lanes that claim none; there are as many of both. */
static void assign_blocks(struct btt_arena *arena, const struct bits *after)
{
	uint64_t number = 0;

	for (size_t i = 0; i < arena->info.nfree; i++) {
		struct btt_lane *lane = &arena->lanes[i];
		if (lane->claims) {
			lane->block = lane->entry.from;
			continue;
		}
		while (number < after->count && is_marked(after, number))
			number++;
		if (number == after->count)
			return;
		lane->block = (uint32_t)number++;
	}
	arena->known = true;
}

static void judge_writes(struct btt_check *check, const struct btt_arena *arena)
{
	uint64_t count = 0;

	for (size_t i = 0; i < arena->sector_count; i++) {
		const struct btt_sector *sector = &arena->sectors[i];
		if (sector->before == sector->after)
			continue;
		count++;
		btt_damage(check, arena, BTT_REPAIR,
			"map[%#" PRIx32 "] needs to be updated to %#" PRIx32
			": the last write to sector %" PRIu32 " was logged and not finished",
			sector->lba, sector->after, sector->lba);
	}
	if (count)
		btt_damage(check, arena, BTT_REPAIR,
			"bitmap error: the blocks of %" PRIu64 " unfinished writes are not free",
			count);
}

/* Reports contradictions; btt_log_read() has reported lanes that are not valid in themselves. */
static void judge_claims(
	struct btt_check *check, const struct btt_arena *arena, const struct bits *written)
{
	uint64_t wrong = 0;

	for (size_t i = 0; i < arena->info.nfree; i++) {
		const struct btt_lane *lane = &arena->lanes[i];
		if (lane->claims)
			continue;
		wrong++;
		if (lane_is_ambiguous(arena, lane, written))
			btt_damage(check, arena, BTT_HOPELESS,
				"lane %zu of the log may hold an unfinished write to sector %" PRIu32
				", and contradicts the map or another lane: more than one repair is consistent",
				i, lane->entry.lba);
	}
	if (wrong)
		btt_damage(check, arena, BTT_REWRITE_LOG,
			"bitmap error: %" PRIu64
			" lanes of the log offer blocks that are in use, free twice or unknown",
			wrong);
}

static void judge_map(
	struct btt_check *check, const struct btt_arena *arena, const struct bits *blocks)
{
	if (blocks->beyond)
		btt_damage(check, arena, BTT_HOPELESS, "%" PRIu64 " map entries are out of bounds",
			blocks->beyond);
	if (blocks->twice)
		btt_damage(check, arena, BTT_HOPELESS,
			"bitmap error: %" PRIu64 " blocks are mapped to more than one sector",
			blocks->twice);
}

/* Compares the log with a map that is right in itself. */
static int compare_free_blocks(
	struct btt_check *check, struct btt_arena *arena, const struct bits *before)
{
	size_t words = (before->count + 63) / 64;
	AUTO_FREE uint64_t *after_words = malloc(words * sizeof(uint64_t));
	AUTO_FREE uint64_t *written_words = calloc(words, sizeof(uint64_t));
	struct bits after = {after_words, before->count, 0, 0};
	struct bits written = {written_words, before->count, 0, 0};

	if (!after_words || !written_words)
		return -ENOMEM;
	for (size_t i = 0; i < words; i++)
		after_words[i] = before->words[i];
	finish_writes(arena);
	move_sectors(arena, &after, &written);
	judge_writes(check, arena);
	if (after.twice)
		btt_damage(check, arena, BTT_HOPELESS,
			"bitmap error: %" PRIu64
			" unfinished writes went to blocks that are in use: more than one repair is consistent",
			after.twice);
	claim_blocks(arena, before, &after);
	judge_claims(check, arena, &written);
	assign_blocks(arena, &after);
	return 0;
}

int btt_map_read(struct btt_check *check, struct btt_arena *arena)
{
	uint64_t words = (arena->info.internal_nlba + 63) / 64;
	AUTO_FREE uint64_t *bitmap = calloc(words, sizeof(*bitmap));
	struct bits blocks = {bitmap, arena->info.internal_nlba, 0, 0};

	if (!bitmap)
		return -ENOMEM;
	int err = list_sectors(arena) ?: walk_map(check, arena, &blocks);
	if (err)
		return err;
	judge_map(check, arena, &blocks);
	return blocks.beyond || blocks.twice ? 0 : compare_free_blocks(check, arena, &blocks);
}
