/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bttform.h"

/*
 * Checks and repairs a block translation table (BTT), the format of sector namespaces. It consists
 * of arenas of at most 512 GiB. Each has an info block, blocks of data, a map from sectors to
 * blocks, a log with a lane for each free block, and a copy of the info block.
 *
 * The measure is the kernel's driver (drivers/nvdimm/btt.c): a table is right if the kernel accepts
 * it and no write to a sector changes another one. A repair never changes what the kernel would
 * read. If more than one repair would be consistent, nothing is written.
 */

/* The medium that holds the table. read() and write() transfer all bytes, and return 0 or a
 * negative errno. */
struct btt_medium {
	int (*read)(void *data, void *bytes, size_t size, uint64_t offset);
	int (*write)(void *data, const void *bytes, size_t size, uint64_t offset);
	void *data;
	uint64_t size;		 /* bytes */
	uuid_t parent;		 /* of the label; null without labels */
	bool only[BTT_VERSIONS]; /* versions that the label allows; all if none is set */
};

/* Flags that a repair of the table needs. */
enum btt_remedy {
	BTT_RIGHT,	 /* nothing */
	BTT_REPAIR,	 /* NDCTL_CHECK_REPAIR */
	BTT_REWRITE_LOG, /* NDCTL_CHECK_REWRITE_LOG too */
	BTT_HOPELESS,	 /* cannot be repaired without doubt */
};

struct btt_check {
	const struct btt_medium *medium;
	unsigned flags; /* enum ndctl_check_flags */
	/* Receives a sentence for each finding and for each repair that was written. */
	void (*tell)(void *data, enum ndctl_check_event event, const char *what);
	void *data;
	/* The outcome: findings that keep the BTT from being used, and others; both without those
	 * that were repaired. */
	unsigned damaged, blemished, repaired;
	enum btt_remedy remedy;
};

/*
 * Checks all arenas before it writes the first byte, and writes nothing unless it can repair all
 * damage. After a repair, checks the medium again. Returns 0 once the table was checked, whatever
 * was found; -ENOENT if there is no BTT; -ENOTUNIQ if there is one of each version and the label
 * allows both; -ENOTRECOVERABLE if the log is to be rewritten but its free blocks are unknown; or a
 * negative errno of the medium or of memory.
 */
int btt_check(struct btt_check *check);
