/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bttarena.h"

/*
 * The log has two entries per lane, the newer of which tells the free block of the lane. Kernels
 * before 4.15 use slots 0 and 2 of the lane for them, all others slots 0 and 1. The other two slots
 * are zero.
 */

/* The faults of a lane. */
enum fault {
	NO_FAULT,
	FAULT_EMPTY,
	FAULT_PADDING,
	FAULT_SAME,
	FAULT_SEQ,
	FAULT_ORDER,
	FAULT_BOUNDS,
	FAULTS,
};

static const char *const faults[] = {
	[FAULT_EMPTY] = "the first slot is empty",
	[FAULT_PADDING] = "a slot that is padding is not empty",
	[FAULT_SAME] = "both log entries have the same sequence number",
	[FAULT_SEQ] = "a log entry has an out of bounds sequence number",
	[FAULT_ORDER] = "the kernel would take the empty log entry for the newest",
	[FAULT_BOUNDS] = "a log entry has an out of bounds LBA",
};

/* Returns the slot of the second entries, 1 or 2, or 0 if lanes contradict each other. A lane that
 * was never written to allows both. */
static unsigned second_slot(const unsigned char *log, size_t lanes)
{
	bool recent = false, old = false;

	for (size_t i = 0; i < lanes; i++) {
		struct btt_entry slots[BTT_SLOTS];
		btt_lane_parse(log + i * BTT_LANE, slots);
		recent = recent || (slots[1].used && !slots[2].used);
		old = old || (slots[2].used && !slots[1].used);
	}
	if (recent && old)
		return 0;
	return old ? 2 : 1;
}

static bool entry_fits(const struct btt_arena *arena, const struct btt_entry *entry)
{
	const struct ndctl_infoblock *info = &arena->info;

	return entry->lba < info->external_nlba && entry->from < info->internal_nlba &&
		entry->to < info->internal_nlba;
}

/* Finds what is wrong with a lane. Refuses some that the kernel accepts, but not after another
 * write to them: the sequence number after 0 is 0 again, and once other lanes were used the kernel
 * refuses one whose first slot is empty. */
static enum fault judge_lane(
	const struct btt_arena *arena, const struct btt_entry slots[BTT_SLOTS], unsigned second)
{
	const struct btt_entry *other = &slots[second];
	int which = btt_lane_newest(slots[0].seq, other->seq);
	const struct btt_entry *newest = which == 1 ? other : &slots[0];

	if (!slots[0].used)
		return FAULT_EMPTY;
	if (slots[3].used || slots[3 - second].used)
		return FAULT_PADDING;
	if (slots[0].seq > 3 || other->seq > 3)
		return FAULT_SEQ;
	if (which < 0 || slots[0].seq == other->seq)
		return FAULT_SAME;
	if (newest->seq == 0)
		return FAULT_ORDER;
	return entry_fits(arena, newest) ? NO_FAULT : FAULT_BOUNDS;
}

static enum fault read_lane(const struct btt_arena *arena, const unsigned char *bytes,
	unsigned second, struct btt_lane *lane)
{
	struct btt_entry slots[BTT_SLOTS];

	btt_lane_parse(bytes, slots);
	int which = btt_lane_newest(slots[0].seq, slots[second].seq);
	lane->sector = BTT_NOTHING;
	if (which >= 0)
		lane->entry = slots[which ? second : 0];
	lane->taken = which >= 0 && entry_fits(arena, &lane->entry);
	enum fault fault = judge_lane(arena, slots, second);
	lane->valid = fault == NO_FAULT;
	return fault;
}

static void judge_lanes(struct btt_check *check, const struct btt_arena *arena,
	const unsigned counts[FAULTS], const size_t first[FAULTS])
{
	for (enum fault fault = 1; fault < FAULTS; fault++)
		if (counts[fault])
			btt_damage(check, arena, BTT_REWRITE_LOG,
				"%u of the %llu lanes of the log are not valid, the first is %zu: %s",
				counts[fault], arena->info.nfree, first[fault], faults[fault]);
}

int btt_log_read(struct btt_check *check, struct btt_arena *arena)
{
	size_t lanes = arena->info.nfree;
	AUTO_FREE unsigned char *log = malloc(lanes * BTT_LANE);
	unsigned counts[FAULTS] = {0};
	size_t first[FAULTS] = {0};

	arena->lanes = calloc(lanes, sizeof(*arena->lanes));
	if (!log || !arena->lanes)
		return -ENOMEM;
	int err = btt_read(check, log, lanes * BTT_LANE, arena->start + arena->info.logoff);
	if (err)
		return err;
	unsigned second = second_slot(log, lanes);
	if (!second) {
		btt_damage(check, arena, BTT_REWRITE_LOG,
			"unknown log padding scheme: lanes of the log have their second entries in different slots");
		for (size_t i = 0; i < lanes; i++)
			arena->lanes[i].sector = BTT_NOTHING;
		return 0;
	}
	for (size_t i = 0; i < lanes; i++) {
		enum fault fault = read_lane(arena, log + i * BTT_LANE, second, &arena->lanes[i]);
		if (!counts[fault]++)
			first[fault] = i;
	}
	judge_lanes(check, arena, counts, first);
	return 0;
}
