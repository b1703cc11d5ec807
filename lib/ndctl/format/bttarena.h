/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <base/cleanup.h>

#include "btt.h"

/* An arena as it was read, which the files of the check share. */

#define BTT_NOTHING SIZE_MAX

/* A sector that the log names: its block by the map, and its block after the kernel has finished
 * unfinished writes. */
struct btt_sector {
	uint32_t lba, before, after;
};

struct btt_lane {
	struct btt_entry entry; /* the newest by the kernel's rule (btt_lane_newest()) */
	size_t sector;		/* index of its sector, or BTT_NOTHING */
	bool taken;		/* @entry exists, and its numbers are in bounds */
	bool valid;		/* the kernel accepts it now and after further writes */
	bool unfinished;	/* the kernel finishes its write when it enables the namespace */
	bool claims;		/* nothing else uses its free block */
	uint32_t block;		/* the free block of the lane in a rewritten log */
};

struct btt_arena {
	unsigned number;
	uint64_t start, room; /* offset on the medium; bytes from there to its end */
	struct ndctl_infoblock info;
	unsigned char block[INFO_BLOCK]; /* the intact one of the two copies */
	bool first_bad, copy_bad;
	struct btt_lane *lanes;
	struct btt_sector *sectors; /* in order */
	size_t sector_count;
	bool known; /* @block is set in all lanes */
	struct btt_arena *next;
};

/* Report a finding that does not, or does, keep the BTT from being used; report a repair. */
void btt_blemish(struct btt_check *check, const struct btt_arena *arena, const char *format, ...)
	PRINTF(3, 4);
void btt_damage(struct btt_check *check, const struct btt_arena *arena, enum btt_remedy remedy,
	const char *format, ...) PRINTF(4, 5);
void btt_repaired(struct btt_check *check, const struct btt_arena *arena, const char *format, ...)
	PRINTF(3, 4);

int btt_read(const struct btt_check *check, void *bytes, size_t size, uint64_t offset);
int btt_write(const struct btt_check *check, const void *bytes, size_t size, uint64_t offset);

/* bttlog.c: reads the log of an arena whose info block was read. */
int btt_log_read(struct btt_check *check, struct btt_arena *arena);
/* bttmap.c: reads the map, and compares it with the log. */
int btt_map_read(struct btt_check *check, struct btt_arena *arena);
/* bttrepair.c: writes the repairs. */
int btt_repair(struct btt_check *check, struct btt_arena *first);
