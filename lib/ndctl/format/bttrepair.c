/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bttarena.h"

#include <inttypes.h>

/*
 * Writes the repair that the check has found to be the only one: info blocks, then the map, then
 * the log. No write leaves the table more damaged than before. Reports a repair once it is written.
 */

static int repair_info(struct btt_check *check, const struct btt_arena *arena)
{
	if (!arena->first_bad && !arena->copy_bad)
		return 0;
	uint64_t place = arena->start + (arena->first_bad ? 0 : arena->info.info2off);
	int err = btt_write(check, arena->block, INFO_BLOCK, place);
	if (err)
		return err;
	if (arena->first_bad)
		btt_repaired(check, arena, "the info block was restored from its copy");
	else
		btt_repaired(check, arena, "info2, the copy of the info block, was restored");
	return 0;
}

static int repair_map(struct btt_check *check, const struct btt_arena *arena)
{
	for (size_t i = 0; i < arena->sector_count; i++) {
		const struct btt_sector *sector = &arena->sectors[i];
		unsigned char entry[BTT_MAP_ENTRY];
		if (sector->before == sector->after)
			continue;
		btt_map_format(sector->after, entry);
		int err = btt_write(check, entry, sizeof(entry),
			arena->start + arena->info.mapoff + (uint64_t)sector->lba * BTT_MAP_ENTRY);
		if (err)
			return err;
		btt_repaired(
			check, arena, "the write to sector %" PRIu32 " was finished", sector->lba);
	}
	return 0;
}

/* Keeps the free block of each lane that had a right one, so that a log that is written only in
 * part is right in that part. */
static int rewrite_log(struct btt_check *check, const struct btt_arena *arena)
{
	size_t lanes = arena->info.nfree;
	AUTO_FREE unsigned char *log = calloc(lanes, BTT_LANE);

	if (!log)
		return -ENOMEM;
	for (size_t i = 0; i < lanes; i++) {
		const struct btt_lane *lane = &arena->lanes[i];
		btt_lane_format((uint32_t)(i % arena->info.external_nlba), lane->block,
			lane->claims && lane->entry.error, log + i * BTT_LANE);
	}
	int err = btt_write(check, log, lanes * BTT_LANE, arena->start + arena->info.logoff);
	if (err)
		return err;
	btt_repaired(check, arena, "the log was rewritten");
	return 0;
}

int btt_repair(struct btt_check *check, struct btt_arena *first)
{
	for (struct btt_arena *arena = first; arena; arena = arena->next)
		if (check->flags & NDCTL_CHECK_REWRITE_LOG && !arena->known)
			return -ENOTRECOVERABLE;
	for (struct btt_arena *arena = first; arena; arena = arena->next) {
		int err = repair_info(check, arena) ?: repair_map(check, arena);
		if (err)
			return err;
		err = check->flags & NDCTL_CHECK_REWRITE_LOG ? rewrite_log(check, arena) : 0;
		if (err)
			return err;
	}
	return 0;
}
