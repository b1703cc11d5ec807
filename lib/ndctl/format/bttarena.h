/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base/cleanup.h>

#include "btt.h"

/* What the files of the check share: an arena, as it was read. */

#define BTT_NOTHING SIZE_MAX

/* A sector that the log names: the block that the map has for it, and the one that it has after the
 * kernel has finished what was not finished. */
struct btt_sector {
	uint32_t lba, before, after;
};

struct btt_lane {
	struct btt_entry entry; /* the newest by the kernel's rule */
	size_t sector;		/* index of its sector, or BTT_NOTHING */
	bool taken;		/* there is a newest one, and its numbers are in bounds */
	bool valid;		/* so that each write to the lane leaves a valid one again */
	bool unfinished;	/* the kernel finishes its write */
	bool claims;		/* its free block is one that nothing else uses */
	uint32_t block;		/* that it is to offer if the log is written anew */
};

struct btt_arena {
	unsigned number;
	uint64_t start, room; /* on the medium */
	struct ndctl_infoblock info;
	unsigned char block[INFO_BLOCK]; /* the whole one of the two */
	bool first_bad, copy_bad;
	struct btt_lane *lanes;
	struct btt_sector *sectors; /* in order */
	size_t sector_count;
	bool known; /* each lane's `block` is */
	struct btt_arena *next;
};

/* The two kinds of findings: without which the btt could be used, and without which not. */
void btt_blemish(struct btt_check *check, const struct btt_arena *arena, const char *format, ...)
	PRINTF(3, 4);
void btt_damage(struct btt_check *check, const struct btt_arena *arena, enum btt_remedy remedy,
	const char *format, ...) PRINTF(4, 5);
void btt_repaired(struct btt_check *check, const struct btt_arena *arena, const char *format, ...)
	PRINTF(3, 4);

int btt_read(const struct btt_check *check, void *bytes, size_t size, uint64_t offset);
int btt_write(const struct btt_check *check, const void *bytes, size_t size, uint64_t offset);

/* bttlog.c: reads the log of an arena whose info is known. */
int btt_log_read(struct btt_check *check, struct btt_arena *arena);
/* bttmap.c: reads the map, and compares it with the log. */
int btt_map_read(struct btt_check *check, struct btt_arena *arena);
/* bttrepair.c */
int btt_repair(struct btt_check *check, struct btt_arena *first);
