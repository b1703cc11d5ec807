/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "private.h"

#include <stdio.h>
#include <string.h>

#define SECTOR 512

void badblocks_forget(struct badblocks *badblocks)
{
	free(badblocks->list);
	*badblocks = (struct badblocks){0};
}

/* The part of [offset, offset + count) sectors that lies in the window, added relative to it. */
static int add(struct badblocks *badblocks, uint64_t offset, uint64_t count, uint64_t start,
	uint64_t length)
{
	uint64_t end = offset + count;

	if (offset < start)
		offset = start;
	if (end > start + length)
		end = start + length;
	if (offset >= end)
		return 0;
	struct badblock *list =
		reallocarray(badblocks->list, badblocks->count + 1, sizeof(*badblocks->list));
	if (!list)
		return -ENOMEM;
	badblocks->list = list;
	list[badblocks->count++] =
		(struct badblock){.offset = offset - start, .len = (unsigned)(end - offset)};
	return 0;
}

int badblocks_read(
	struct badblocks *badblocks, struct ndctl_region *region, uint64_t start, uint64_t length)
{
	const char *text = object_text(&region->entity.object, REGION_BADBLOCKS);
	unsigned long long offset, count;
	int err = 0, used;

	badblocks_forget(badblocks);
	/* A region without any has an empty file. */
	while (!err && text && sscanf(text, "%llu %llu%n", &offset, &count, &used) == 2) {
		err = add(badblocks, offset, count, start / SECTOR, length / SECTOR);
		text += used;
	}
	return err;
}

struct badblock *badblocks_first(struct badblocks *badblocks)
{
	badblocks->at = 0;
	return badblocks_next(badblocks);
}

struct badblock *badblocks_next(struct badblocks *badblocks)
{
	return badblocks->at < badblocks->count ? &badblocks->list[badblocks->at++] : NULL;
}
