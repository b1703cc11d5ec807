/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "bttform.h"

/*
 * Checking and repairing the block translation table that makes a sector namespace of a raw one:
 * arenas of at most 512 GiB, each with an info block, blocks of data, a map from sectors to blocks,
 * a log with an entry for each block that is free, and a copy of the info block.
 *
 * The measure is what the kernel's driver does with it (drivers/nvdimm/btt.c): a table is right if
 * the kernel takes it, and no write to a sector changes another one. A repair never changes what
 * the kernel would read. Where more than one repair would be consistent, nothing is written.
 */

/* Where the table is. Both functions move all of the bytes and return 0 or a negative errno. */
struct btt_medium {
	int (*read)(void *data, void *bytes, size_t size, uint64_t offset);
	int (*write)(void *data, const void *bytes, size_t size, uint64_t offset);
	void *data;
	uint64_t size;
	uuid_t parent;		 /* of the label; null without labels */
	bool only[BTT_VERSIONS]; /* versions that the label allows; none set: all are */
};

/* What it takes to get the table right. */
enum btt_remedy {
	BTT_RIGHT,	 /* nothing */
	BTT_REPAIR,	 /* NDCTL_CHECK_REPAIR */
	BTT_REWRITE_LOG, /* NDCTL_CHECK_REWRITE_LOG too */
	BTT_HOPELESS,
};

struct btt_check {
	const struct btt_medium *medium;
	unsigned flags; /* enum ndctl_check_flags */
	/* Receives each finding and each repair that was written, a sentence each. */
	void (*tell)(void *data, enum ndctl_check_event event, const char *what);
	void *data;
	/* The outcome: what is wrong and was not repaired, by whether it keeps the btt from being
	 * used. */
	unsigned damaged, blemished, repaired;
	enum btt_remedy remedy;
};

/*
 * Checks everything, in all arenas, before the first byte is written, and writes nothing unless all
 * that is wrong can be repaired. After a repair, checks again what is on the medium. Returns 0 when
 * it was checked, whatever was found; -ENOENT if there is no btt; -ENOTUNIQ if there are two, and
 * only the label, which does not tell, decides which counts; or a negative errno of the medium or
 * of memory.
 */
int btt_check(struct btt_check *check);
