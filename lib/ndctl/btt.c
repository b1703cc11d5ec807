/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "btt.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "label.h"

#define ARENA_MAX (UINT64_C(512) << 30)
#define ARENA_MIN (UINT64_C(16) << 20)
/* Where the first arena may begin: version 2.0, and 1.1. */
static const uint64_t starts[] = {4096, 0};

#define MAP_ENTRY  4
#define MAP_NORMAL UINT32_C(0xC0000000)
#define MAP_BLOCK  UINT32_C(0x3FFFFFFF)
#define LANE	   64 /* bytes of the log for each free block */
#define SLOT	   16
#define SLOTS	   (LANE / SLOT)
#define MAX_LANES  65536
#define CHUNK	   ((size_t)1 << 20)
#define NO_BLOCK   UINT32_MAX

/* A slot of the log: @lba was in block @old, which is free, and is in block @new. */
struct entry {
	uint32_t lba, old, new, seq;
};

/* A map entry that has to become another one. */
struct fix {
	uint32_t lba, block;
};

struct arena {
	unsigned number;
	uint64_t start, room; /* on the medium */
	struct ndctl_infoblock info;
	unsigned char block[INFO_BLOCK];
	bool first_bad, copy_bad;
	struct entry *lanes; /* the newest of each */
	bool log_bad, log_old;
	struct fix *fixes;
	size_t fix_count;
	uint32_t *map; /* of the sectors that lanes name: lba -> block, as it is on the medium */
	uint32_t *free_blocks;
	struct arena *next;
};

static uint32_t get32(const unsigned char *bytes)
{
	return (uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
		(uint32_t)bytes[3] << 24;
}

static void put32(unsigned char *bytes, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		bytes[i] = (unsigned char)(value >> (8 * i));
}

static PRINTF(4, 5) void tell(struct btt_check *check, const struct arena *arena,
	enum ndctl_check_event event, const char *format, ...)
{
	char what[256], sentence[320];
	va_list args;

	va_start(args, format);
	vsnprintf(what, sizeof(what), format, args);
	va_end(args);
	snprintf(sentence, sizeof(sentence), "arena %u: %s", arena->number, what);
	if (check->tell)
		check->tell(check->data, event, sentence);
}

/* What is wrong: @fatal if the btt must not be used like this. */
#define WRONG(check, arena, fatal, ...)                                                            \
	do {                                                                                       \
		tell(check, arena, NDCTL_CHECK_FOUND, __VA_ARGS__);                                \
		if (fatal)                                                                         \
			(check)->damaged++;                                                        \
		else                                                                               \
			(check)->blemished++;                                                      \
	} while (0)

static int read_at(struct btt_check *check, void *bytes, size_t size, uint64_t offset)
{
	return check->medium->read(check->medium->data, bytes, size, offset);
}

static int write_at(struct btt_check *check, const void *bytes, size_t size, uint64_t offset)
{
	return check->medium->write(check->medium->data, bytes, size, offset);
}

/* ---- info blocks ---- */

/* The numbers are those of a btt whose parts follow each other and fit in the arena. */
static bool is_plausible(const struct ndctl_infoblock *i, uint64_t room)
{
	return i->nfree >= 1 && i->nfree <= MAX_LANES && i->external_nlba >= 1 &&
		i->internal_nlba <= MAP_BLOCK && i->internal_nlba == i->external_nlba + i->nfree &&
		i->external_lbasize >= 512 && i->internal_lbasize >= i->external_lbasize &&
		i->dataoff >= INFO_BLOCK && i->dataoff < room && i->mapoff < room &&
		i->logoff < room && i->info2off < room &&
		i->dataoff + i->internal_nlba * i->internal_lbasize <= i->mapoff &&
		i->mapoff + i->external_nlba * MAP_ENTRY <= i->logoff &&
		i->logoff + i->nfree * LANE <= i->info2off && i->info2off + INFO_BLOCK <= room &&
		(i->nextoff == 0 ||
			(i->nextoff >= i->info2off + INFO_BLOCK && i->nextoff <= ARENA_MAX));
}

static bool is_valid(const struct btt_check *check, const unsigned char *block, uint64_t room,
	struct ndctl_infoblock *info)
{
	return ndctl_infoblock_parse(block, info) == 0 && info->kind == NDCTL_INFOBLOCK_BTT &&
		info->intact &&
		(uuid_is_null(info->parent_uuid) || uuid_is_null(check->medium->parent) ||
			uuid_compare(info->parent_uuid, check->medium->parent) == 0) &&
		is_plausible(info, room);
}

/* Where the copy is if the first one cannot tell: at the end of the arena. */
static uint64_t copy_place(uint64_t room)
{
	uint64_t size = room < ARENA_MAX ? room : ARENA_MAX;

	return size / INFO_BLOCK * INFO_BLOCK - INFO_BLOCK;
}

/* Sets block and info from whichever of the two is valid. -ENOENT if none is. */
static int read_info(struct btt_check *check, struct arena *arena)
{
	unsigned char first[INFO_BLOCK], copy[INFO_BLOCK];
	int err = read_at(check, first, sizeof(first), arena->start);

	arena->first_bad = err || !is_valid(check, first, arena->room, &arena->info);
	uint64_t place = arena->first_bad ? copy_place(arena->room) : arena->info.info2off;
	int copy_err = read_at(check, copy, sizeof(copy), arena->start + place);
	struct ndctl_infoblock info;
	bool valid =
		!copy_err && is_valid(check, copy, arena->room, &info) && info.info2off == place;
	if (arena->first_bad && !valid)
		return err ?: copy_err ?: -ENOENT;
	if (arena->first_bad)
		arena->info = info;
	memcpy(arena->block, arena->first_bad ? copy : first, INFO_BLOCK);
	arena->copy_bad = !arena->first_bad && (!valid || memcmp(first, copy, INFO_BLOCK) != 0);
	return 0;
}

static void judge_info(struct btt_check *check, const struct arena *arena)
{
	if (arena->first_bad)
		WRONG(check, arena, true, "the info block is damaged; its copy is whole");
	if (arena->copy_bad)
		WRONG(check, arena, false, "the copy of the info block is damaged or out of date");
	if (arena->info.flags & 1)
		WRONG(check, arena, true,
			"it was marked as damaged by the kernel, which only lets it be read");
}

/* ---- the log ---- */

static void parse_slots(const unsigned char *lane, struct entry slots[SLOTS])
{
	for (size_t i = 0; i < SLOTS; i++)
		slots[i] = (struct entry){get32(lane + i * SLOT), get32(lane + i * SLOT + 4),
			get32(lane + i * SLOT + 8), get32(lane + i * SLOT + 12)};
}

static bool is_used(const struct entry *slot)
{
	return slot->lba || slot->old || slot->new || slot->seq;
}

/* Kernels before 4.15 put the two entries of a lane in slots 0 and 2, all others in 0 and 1. Slots
 * that are not written to tell nothing. */
static bool find_layout(const unsigned char *log, size_t lanes, bool *old)
{
	bool used[SLOTS] = {0};

	for (size_t i = 0; i < lanes; i++) {
		struct entry slots[SLOTS];
		parse_slots(log + i * LANE, slots);
		for (unsigned slot = 0; slot < SLOTS; slot++)
			used[slot] = used[slot] || is_used(&slots[slot]);
	}
	*old = used[2] && !used[1];
	return !used[3] && !(used[1] && used[2]);
}

static bool entry_fits(const struct arena *arena, const struct entry *entry)
{
	const struct ndctl_infoblock *info = &arena->info;

	return entry->lba < info->external_nlba && (entry->old & MAP_BLOCK) < info->internal_nlba &&
		(entry->new &MAP_BLOCK) < info->internal_nlba;
}

static bool newest(const unsigned char *lane, bool old_layout, struct entry *entry)
{
	struct entry slots[SLOTS];

	parse_slots(lane, slots);
	const struct entry *other = &slots[old_layout ? 2 : 1];
	if (slots[0].seq > 3 || other->seq > 3)
		return false;
	int which = label_index_newer(slots[0].seq, other->seq);
	if (which < 0 || slots[0].seq == other->seq)
		return false;
	*entry = which ? *other : slots[0];
	entry->old &= MAP_BLOCK;
	entry->new &= MAP_BLOCK;
	return true;
}

static int read_log(struct btt_check *check, struct arena *arena)
{
	size_t lanes = arena->info.nfree;
	AUTO_FREE unsigned char *log = malloc(lanes * LANE);
	unsigned bad = 0;

	arena->lanes = calloc(lanes, sizeof(*arena->lanes));
	if (!log || !arena->lanes)
		return -ENOMEM;
	int err = read_at(check, log, lanes * LANE, arena->start + arena->info.logoff);
	if (err)
		return err;
	if (!find_layout(log, lanes, &arena->log_old)) {
		WRONG(check, arena, true, "the log has entries where none belong");
		arena->log_bad = true;
		return 0;
	}
	for (size_t i = 0; i < lanes; i++)
		if (!newest(log + i * LANE, arena->log_old, &arena->lanes[i]) ||
			!entry_fits(arena, &arena->lanes[i]))
			bad++;
	if (bad)
		WRONG(check, arena, true,
			"%u of the %zu entries of the log are not valid: what is free is not known",
			bad, lanes);
	arena->log_bad = bad > 0;
	return 0;
}

/* ---- the map ---- */

/* The block of a sector; one that was never written to is in the block of its own number. */
static uint32_t block_of(uint32_t entry, uint32_t lba)
{
	return entry & MAP_NORMAL ? entry & MAP_BLOCK : lba;
}

/* Calls @fn for each sector of the map, a piece at a time. */
static int each_sector(struct btt_check *check, const struct arena *arena,
	void (*fn)(uint32_t lba, uint32_t block, void *data), void *data)
{
	AUTO_FREE unsigned char *chunk = malloc(CHUNK);
	uint64_t at = arena->start + arena->info.mapoff;

	if (!chunk)
		return -ENOMEM;
	for (uint64_t lba = 0; lba < arena->info.external_nlba;) {
		uint64_t left = arena->info.external_nlba - lba;
		size_t count = left < CHUNK / MAP_ENTRY ? (size_t)left : CHUNK / MAP_ENTRY;
		int err = read_at(check, chunk, count * MAP_ENTRY, at + lba * MAP_ENTRY);
		if (err)
			return err;
		for (size_t i = 0; i < count; i++, lba++)
			fn((uint32_t)lba, block_of(get32(chunk + i * MAP_ENTRY), (uint32_t)lba),
				data);
	}
	return 0;
}

struct bits {
	uint64_t *words;
	uint64_t count;
	uint64_t beyond, twice;
};

/* Notes that a block is used; false if it was already, or there is none of that number. */
static void mark(struct bits *bits, uint64_t number)
{
	if (number >= bits->count) {
		bits->beyond++;
		return;
	}
	uint64_t bit = UINT64_C(1) << (number % 64);
	if (bits->words[number / 64] & bit)
		bits->twice++;
	bits->words[number / 64] |= bit;
}

static bool is_marked(const struct bits *bits, uint64_t number)
{
	return bits->words[number / 64] >> (number % 64) & 1;
}

struct walk {
	struct arena *arena;
	struct bits blocks;
	/* Lanes in the order of the sectors that they name, and how far the walk is in it. */
	uint32_t *order;
	size_t at;
};

/* What the map says of the sectors that the log names is kept. */
static void visit(uint32_t lba, uint32_t block, void *data)
{
	struct walk *walk = data;
	struct arena *arena = walk->arena;
	size_t lanes = arena->info.nfree;

	mark(&walk->blocks, block);
	if (arena->log_bad)
		return;
	for (; walk->at < lanes && arena->lanes[walk->order[walk->at]].lba == lba; walk->at++)
		arena->map[walk->order[walk->at]] = block;
}

static int by_sector(const void *a, const void *b, void *data)
{
	const struct entry *lanes = data;
	uint32_t x = lanes[*(const uint32_t *)a].lba, y = lanes[*(const uint32_t *)b].lba;

	return x < y ? -1 : x > y;
}

/* A write is complete when the map has what the log says. Until then the map has the old block,
 * which is therefore not free, and the new one is: the kernel completes the write. */
static int find_unfinished(struct btt_check *check, struct arena *arena)
{
	size_t lanes = arena->info.nfree;

	arena->fixes = calloc(lanes, sizeof(*arena->fixes));
	if (!arena->fixes)
		return -ENOMEM;
	for (size_t i = 0; i < lanes; i++) {
		const struct entry *entry = &arena->lanes[i];
		if (entry->old == entry->new || arena->map[i] != entry->old)
			continue;
		WRONG(check, arena, true,
			"the last write to sector %" PRIu32 " was logged and not finished",
			entry->lba);
		arena->fixes[arena->fix_count++] = (struct fix){entry->lba, entry->new};
	}
	return 0;
}

static void mark_free(struct arena *arena, struct bits *blocks)
{
	for (size_t i = 0; i < arena->info.nfree; i++) {
		const struct entry *entry = &arena->lanes[i];
		bool unfinished = entry->old != entry->new && arena->map[i] == entry->old;
		mark(blocks, unfinished ? entry->new : entry->old);
	}
}

/* The blocks that the map leaves over are the free ones, if they are as many as there should be. */
static int collect_free(struct arena *arena, const struct bits *blocks)
{
	size_t found = 0, lanes = arena->info.nfree;

	arena->free_blocks = calloc(lanes, sizeof(*arena->free_blocks));
	if (!arena->free_blocks)
		return -ENOMEM;
	for (uint64_t number = 0; number < blocks->count; number++) {
		if (is_marked(blocks, number))
			continue;
		if (found < lanes)
			arena->free_blocks[found] = (uint32_t)number;
		found++;
	}
	if (found != lanes) {
		free(arena->free_blocks);
		arena->free_blocks = NULL;
	}
	return 0;
}

static void judge_blocks(struct btt_check *check, const struct arena *arena, const struct bits *map,
	const struct bits *all)
{
	if (map->beyond)
		WRONG(check, arena, true, "%" PRIu64 " sectors are mapped to blocks beyond the end",
			map->beyond);
	if (map->twice)
		WRONG(check, arena, true, "%" PRIu64 " blocks are mapped to more than one sector",
			map->twice);
	if (!map->beyond && !map->twice && !arena->log_bad && all->twice)
		WRONG(check, arena, true,
			"%" PRIu64 " blocks that the log calls free are in use, or free twice",
			all->twice);
}

static int read_map(struct btt_check *check, struct arena *arena)
{
	size_t lanes = arena->info.nfree;
	uint64_t words = (arena->info.internal_nlba + 63) / 64;
	AUTO_FREE uint64_t *bitmap = calloc(words, sizeof(*bitmap));
	AUTO_FREE uint32_t *order = calloc(lanes, sizeof(*order));
	struct walk walk = {arena, {bitmap, arena->info.internal_nlba, 0, 0}, order, 0};

	arena->map = calloc(lanes, sizeof(*arena->map));
	if (!bitmap || !order || !arena->map)
		return -ENOMEM;
	for (size_t i = 0; i < lanes; i++)
		order[i] = (uint32_t)i;
	qsort_r(order, lanes, sizeof(*order), by_sector, arena->lanes);
	int err = each_sector(check, arena, visit, &walk);
	if (err)
		return err;
	struct bits map = walk.blocks;
	if (!map.beyond && !map.twice)
		err = collect_free(arena, &map);
	if (!err && !arena->log_bad) {
		err = find_unfinished(check, arena);
		mark_free(arena, &walk.blocks);
	}
	judge_blocks(check, arena, &map, &walk.blocks);
	return err;
}

/* ---- repairs ---- */

static int repair_info(struct btt_check *check, struct arena *arena)
{
	uint64_t copy = arena->start + arena->info.info2off;
	int err = 0;

	if (arena->first_bad) {
		err = write_at(check, arena->block, INFO_BLOCK, arena->start);
		tell(check, arena, NDCTL_CHECK_REPAIRED,
			"the info block was restored from its copy");
	} else if (arena->copy_bad) {
		err = write_at(check, arena->block, INFO_BLOCK, copy);
		tell(check, arena, NDCTL_CHECK_REPAIRED, "the copy of the info block was restored");
	}
	check->repaired += arena->first_bad || arena->copy_bad;
	return err;
}

static int repair_map(struct btt_check *check, struct arena *arena)
{
	for (size_t i = 0; i < arena->fix_count; i++) {
		unsigned char entry[MAP_ENTRY];
		put32(entry, arena->fixes[i].block | MAP_NORMAL);
		int err = write_at(check, entry, sizeof(entry),
			arena->start + arena->info.mapoff +
				(uint64_t)arena->fixes[i].lba * MAP_ENTRY);
		if (err)
			return err;
		check->repaired++;
		tell(check, arena, NDCTL_CHECK_REPAIRED,
			"the write to sector %" PRIu32 " was finished", arena->fixes[i].lba);
	}
	return 0;
}

/* The block that a lane has to offer after the repairs. */
static uint32_t free_block(const struct arena *arena, size_t lane)
{
	return arena->log_bad ? arena->free_blocks[lane] : arena->lanes[lane].old;
}

/* As the kernel makes a new log: an entry of which nothing but the free block counts. */
static int rewrite_log(struct btt_check *check, const struct arena *arena)
{
	size_t lanes = arena->info.nfree;
	AUTO_FREE unsigned char *log = calloc(lanes, LANE);

	if (!log)
		return -ENOMEM;
	for (size_t i = 0; i < lanes; i++) {
		unsigned char *lane = log + i * LANE;
		put32(lane, (uint32_t)(i % arena->info.external_nlba));
		put32(lane + 4, free_block(arena, i));
		put32(lane + 8, free_block(arena, i));
		put32(lane + 12, 1);
	}
	int err = write_at(check, log, lanes * LANE, arena->start + arena->info.logoff);
	if (!err)
		tell(check, arena, NDCTL_CHECK_REPAIRED, "the log was written anew");
	check->repaired += !err;
	return err;
}

/* Whether everything that is wrong with it will be right. */
static bool is_repairable(const struct btt_check *check, const struct arena *arena, unsigned wrong)
{
	unsigned can = arena->first_bad + (unsigned)arena->fix_count;

	if (arena->log_bad && check->flags & NDCTL_CHECK_REWRITE_LOG && arena->free_blocks)
		can++;
	return wrong <= can;
}

static int repair(struct btt_check *check, struct arena *first)
{
	int err = 0;

	for (struct arena *arena = first; !err && arena; arena = arena->next) {
		err = repair_info(check, arena) ?: repair_map(check, arena);
		if (!err && check->flags & NDCTL_CHECK_REWRITE_LOG)
			err = rewrite_log(check, arena);
	}
	if (!err)
		check->damaged = check->blemished = 0;
	return err;
}

/* ---- the whole ---- */

static void arenas_free(struct arena **first)
{
	while (*first) {
		struct arena *arena = *first;
		*first = arena->next;
		free(arena->lanes);
		free(arena->fixes);
		free(arena->map);
		free(arena->free_blocks);
		free(arena);
	}
}

static int arena_new(struct btt_check *check, uint64_t start, unsigned number, struct arena **out)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (!arena)
		return -ENOMEM;
	*arena = (struct arena){
		.number = number, .start = start, .room = check->medium->size - start};
	int err = arena->room < ARENA_MIN ? -ENOENT : read_info(check, arena);
	if (err) {
		free(arena);
		return err;
	}
	*out = arena;
	return 0;
}

static int read_arena(struct btt_check *check, struct arena *arena, bool *repairable)
{
	unsigned before = check->damaged;

	judge_info(check, arena);
	int err = read_log(check, arena);
	if (!err)
		err = read_map(check, arena);
	if (!is_repairable(check, arena, check->damaged - before))
		*repairable = false;
	return err;
}

/* A valid info block tells where the next one is. */
static int read_arenas(
	struct btt_check *check, uint64_t start, struct arena **first, bool *repairable)
{
	struct arena **at = first;
	int err = arena_new(check, start, 0, at);

	while (!err) {
		struct arena *arena = *at;
		err = read_arena(check, arena, repairable);
		if (err || !arena->info.nextoff)
			return err;
		start += arena->info.nextoff;
		at = &arena->next;
		err = start < check->medium->size ? arena_new(check, start, arena->number + 1, at)
						  : -ENOENT;
		if (err == -ENOENT) {
			WRONG(check, arena, true,
				"the info block of the next arena is damaged, and its copy too");
			*repairable = false;
			return 0;
		}
	}
	return err;
}

int btt_check(struct btt_check *check)
{
	CLEANUP(arenas_free) struct arena *first = NULL;
	bool repairable = true;
	int err = -ENOENT;

	for (size_t i = 0; i < ARRAY_SIZE(starts) && err == -ENOENT; i++)
		err = check->medium->size > starts[i]
			? read_arenas(check, starts[i], &first, &repairable)
			: -ENOENT;
	if (err || !(check->flags & NDCTL_CHECK_REPAIR) || !repairable)
		return err;
	return repair(check, first);
}
