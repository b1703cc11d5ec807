/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "infoblock.h"

/*
 * The block translation table that makes a sector namespace of a raw one, as it lies on the medium
 * (Documentation/driver-api/nvdimm/btt.rst, drivers/nvdimm/btt.h): arenas of at most 512 GiB, each
 * with an info block, blocks of data, a map from sectors to blocks, a log with an entry for each
 * block that is free, and a copy of the info block. This file knows bytes only.
 */

/* Where they are. Both functions move all of the bytes and return 0 or a negative errno. */
struct btt_medium {
	int (*read)(void *data, void *bytes, size_t size, uint64_t offset);
	int (*write)(void *data, const void *bytes, size_t size, uint64_t offset);
	void *data;
	uint64_t size;
	uuid_t parent; /* of the label; null without labels */
};

struct btt_check {
	const struct btt_medium *medium;
	unsigned flags; /* enum ndctl_check_flags */
	/* Is told what is found and what is done, a sentence each. */
	void (*tell)(void *data, enum ndctl_check_event event, const char *what);
	void *data;
	/* The outcome: what is wrong and was not repaired, by whether it keeps the btt from being
	 * used. */
	unsigned damaged, blemished, repaired;
};

/*
 * Checks everything, in all arenas, before the first byte is written, and writes nothing unless all
 * that is wrong can be repaired. Returns 0 when it was checked, whatever was found; -ENOENT if
 * there is no btt; or a negative errno of the medium or of memory.
 */
int btt_check(struct btt_check *check);
