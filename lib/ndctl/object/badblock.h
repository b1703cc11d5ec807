/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/libndctl.h>
#include <stddef.h>

/* Bad blocks of a region or namespace: runs of sectors of 512 bytes (attribute badblocks). */
struct badblocks {
	struct badblock *list;
	size_t count, at;
	bool cut; /* the kernel may know of more */
};

/* Adds the runs in @text, which it modifies, as far as they lie within @length bytes from @start;
 * offsets become relative to @start. Returns 0, 1 if the kernel may have cut the text short,
 * -EINVAL or -ENOMEM. */
int badblocks_parse(struct badblocks *badblocks, char *text, uint64_t start, uint64_t length);
void badblocks_forget(struct badblocks *badblocks);
/* Iterate: NULL after the last one. */
struct badblock *badblocks_first(struct badblocks *badblocks);
struct badblock *badblocks_next(struct badblocks *badblocks);
