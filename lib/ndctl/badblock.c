/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "private.h"

#include <string.h>

#define SECTOR 512

void badblocks_forget(struct badblocks *badblocks)
{
	free(badblocks->list);
	*badblocks = (struct badblocks){0};
}

static int append(struct badblocks *badblocks, uint64_t offset, unsigned length)
{
	struct badblock *list =
		reallocarray(badblocks->list, badblocks->count + 1, sizeof(*badblocks->list));

	if (!list)
		return -ENOMEM;
	badblocks->list = list;
	list[badblocks->count++] = (struct badblock){.offset = offset, .len = length};
	return 0;
}

/* The part of [offset, offset + count) sectors that lies in the window, added relative to it; in
 * several runs where it is too long for one. */
static int add(struct badblocks *badblocks, uint64_t offset, uint64_t count, uint64_t start,
	uint64_t length)
{
	uint64_t end = count < UINT64_MAX - offset ? offset + count : UINT64_MAX;
	int err = 0;

	if (offset < start)
		offset = start;
	if (end > start + length)
		end = start + length;
	while (offset < end && !err) {
		unsigned part = end - offset < UINT_MAX ? (unsigned)(end - offset) : UINT_MAX;
		err = append(badblocks, offset - start, part);
		offset += part;
	}
	return err;
}

int badblocks_read(
	struct badblocks *badblocks, struct ndctl_region *region, uint64_t start, uint64_t length)
{
	/* A region without any has an empty file. */
	const char *text = object_text(&region->entity.object, REGION_BADBLOCKS);
	AUTO_FREE char *copy = strdup(text ?: "");
	char *save;

	badblocks_forget(badblocks);
	if (!copy)
		return -ENOMEM;
	for (char *line = strtok_r(copy, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		uint64_t run[2];
		if (split_numbers(line, ' ', 10, run, 2) != 2)
			return -EINVAL;
		int err = add(badblocks, run[0], run[1], start / SECTOR, length / SECTOR);
		if (err)
			return err;
	}
	return 0;
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
