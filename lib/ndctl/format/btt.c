/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bttarena.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* ---- findings ---- */

static void btt_tell(struct btt_check *check, const struct btt_arena *arena,
	enum ndctl_check_event event, const char *format, va_list args)
{
	char what[256], sentence[320];

	vsnprintf(what, sizeof(what), format, args);
	snprintf(sentence, sizeof(sentence), "arena %u: %s", arena->number, what);
	if (check->tell)
		check->tell(check->data, event, sentence);
}

void btt_blemish(struct btt_check *check, const struct btt_arena *arena, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	btt_tell(check, arena, NDCTL_CHECK_FOUND, format, args);
	va_end(args);
	check->blemished++;
	if (check->remedy < BTT_REPAIR)
		check->remedy = BTT_REPAIR;
}

void btt_damage(struct btt_check *check, const struct btt_arena *arena, enum btt_remedy remedy,
	const char *format, ...)
{
	va_list args;

	va_start(args, format);
	btt_tell(check, arena, NDCTL_CHECK_FOUND, format, args);
	va_end(args);
	check->damaged++;
	if (check->remedy < remedy)
		check->remedy = remedy;
}

void btt_repaired(struct btt_check *check, const struct btt_arena *arena, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	btt_tell(check, arena, NDCTL_CHECK_REPAIRED, format, args);
	va_end(args);
	check->repaired++;
}

/* ---- the medium ---- */

int btt_read(const struct btt_check *check, void *bytes, size_t size, uint64_t offset)
{
	return check->medium->read(check->medium->data, bytes, size, offset);
}

int btt_write(const struct btt_check *check, const void *bytes, size_t size, uint64_t offset)
{
	return check->medium->write(check->medium->data, bytes, size, offset);
}

/* ---- info blocks ---- */

/* Sets block and info from the info block, or from its copy. -ENOENT if neither is valid. */
static int arena_read_info(
	const struct btt_check *check, const enum btt_version *version, struct btt_arena *arena)
{
	const struct btt_medium *medium = check->medium;
	unsigned char first[INFO_BLOCK], copy[INFO_BLOCK];
	struct ndctl_infoblock info;
	int err = btt_read(check, first, sizeof(first), arena->start);

	arena->first_bad =
		err || !btt_info_valid(first, version, arena->room, medium->parent, &arena->info);
	uint64_t place = arena->first_bad ? btt_copy_place(arena->room) : arena->info.info2off;
	int copy_err = btt_read(check, copy, sizeof(copy), arena->start + place);
	bool valid = !copy_err &&
		btt_info_valid(copy, version, arena->room, medium->parent, &info) &&
		info.info2off == place;
	if (arena->first_bad && !valid)
		return (err ?: copy_err) ?: -ENOENT;
	if (arena->first_bad)
		arena->info = info;
	memcpy(arena->block, arena->first_bad ? copy : first, INFO_BLOCK);
	arena->copy_bad = !arena->first_bad && (!valid || memcmp(first, copy, INFO_BLOCK) != 0);
	return 0;
}

static void btt_judge_info(struct btt_check *check, const struct btt_arena *arena)
{
	if (arena->first_bad)
		btt_damage(check, arena, BTT_REPAIR,
			"BTT info block at offset %#" PRIx64
			" needs to be restored: it is damaged, its copy is intact",
			arena->start);
	if (arena->copy_bad)
		btt_blemish(check, arena,
			"BTT info2 needs to be restored: the copy of the info block is damaged or out of date");
	if (arena->info.flags & 1)
		btt_damage(check, arena, BTT_HOPELESS,
			"the error flag of the info block is set, with which the kernel refuses all writes");
}

/* ---- arenas ---- */

static void arenas_free(struct btt_arena **first)
{
	while (*first) {
		struct btt_arena *arena = *first;
		*first = arena->next;
		free(arena->lanes);
		free(arena->sectors);
		free(arena);
	}
}

static int arena_new(const struct btt_check *check, const enum btt_version *version, uint64_t start,
	unsigned number, struct btt_arena **out)
{
	uint64_t size = check->medium->size;

	if (size < start || size - start < BTT_ARENA_MIN)
		return -ENOENT;
	AUTO_FREE struct btt_arena *arena = calloc(1, sizeof(*arena));
	if (!arena)
		return -ENOMEM;
	arena->number = number;
	arena->start = start;
	arena->room = size - start;
	int err = arena_read_info(check, version, arena);
	if (err)
		return err;
	*out = TAKE(arena);
	return 0;
}

static bool arena_is_whole(const struct btt_arena *arena)
{
	return !arena->first_bad && !arena->copy_bad;
}

/* Finds the BTT of either version. The label allows the kernel one of them, but sysfs does not tell
 * which. */
static int btt_find_first(const struct btt_check *check, struct btt_arena **out)
{
	CLEANUP(arenas_free) struct btt_arena *old = NULL;
	CLEANUP(arenas_free) struct btt_arena *recent = NULL;
	const bool *only = check->medium->only;
	const bool any = !only[BTT_1_1] && !only[BTT_2_0];
	const enum btt_version versions[] = {BTT_1_1, BTT_2_0};
	int err = -ENOENT, recent_err = -ENOENT;

	if (any || only[BTT_1_1])
		err = arena_new(check, &versions[0], btt_start(BTT_1_1), 0, &old);
	if (any || only[BTT_2_0])
		recent_err = arena_new(check, &versions[1], btt_start(BTT_2_0), 0, &recent);
	if (old && recent && arena_is_whole(old) == arena_is_whole(recent))
		return -ENOTUNIQ;
	if (old && !(recent && arena_is_whole(recent)))
		*out = TAKE(old);
	else if (recent)
		*out = TAKE(recent);
	if (*out)
		return 0;
	return err == -ENOENT ? recent_err : err;
}

static int btt_judge_arena(struct btt_check *check, struct btt_arena *arena)
{
	btt_judge_info(check, arena);
	return btt_log_read(check, arena) ?: btt_map_read(check, arena);
}

/* Judges all arenas. Each info block holds the offset of the next arena; all must have the sector
 * size of the first. */
static int btt_judge_arenas(struct btt_check *check, struct btt_arena *first)
{
	for (struct btt_arena *arena = first; arena; arena = arena->next) {
		int err = btt_judge_arena(check, arena);
		if (err)
			return err;
		if (arena->info.external_lbasize != first->info.external_lbasize)
			btt_damage(check, arena, BTT_HOPELESS,
				"the sector size, %llu, differs from that of arena 0, %llu",
				arena->info.external_lbasize, first->info.external_lbasize);
		if (!arena->info.nextoff)
			return 0;
		err = arena_new(check, NULL, arena->start + arena->info.nextoff, arena->number + 1,
			&arena->next);
		if (err == -ENOENT)
			btt_damage(check, arena, BTT_HOPELESS,
				"the info block of the next arena and its copy are damaged");
		else if (err)
			return err;
	}
	return 0;
}

static int btt_judge(struct btt_check *check, struct btt_arena **first)
{
	int err = btt_find_first(check, first);

	return err ?: btt_judge_arenas(check, *first);
}

/* Checks again after a repair: count only what the medium shows. */
static int btt_verify(struct btt_check *check)
{
	CLEANUP(arenas_free) struct btt_arena *first = NULL;
	struct btt_check again = {
		.medium = check->medium, .tell = check->tell, .data = check->data};
	int err = btt_judge(&again, &first);

	check->damaged = again.damaged;
	check->blemished = again.blemished;
	check->remedy = again.remedy;
	return err;
}

static bool btt_wants_repair(const struct btt_check *check)
{
	if (check->remedy == BTT_HOPELESS || !(check->flags & NDCTL_CHECK_REPAIR))
		return false;
	return check->flags & NDCTL_CHECK_REWRITE_LOG || check->remedy == BTT_REPAIR;
}

int btt_check(struct btt_check *check)
{
	CLEANUP(arenas_free) struct btt_arena *first = NULL;
	int err = btt_judge(check, &first);

	if (err || !btt_wants_repair(check))
		return err;
	return btt_repair(check, first) ?: btt_verify(check);
}
