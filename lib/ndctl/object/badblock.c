/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "badblock.h"

#include <kernel/sysfs.h>
#include <ndctl/text.h>
#include <string.h>

#define SECTOR 512

void badblocks_forget(struct badblocks *badblocks)
{
	free(badblocks->list);
	*badblocks = (struct badblocks){0};
}

static int badblocks_append(struct badblocks *badblocks, uint64_t offset, unsigned length)
{
	struct badblock *list =
		reallocarray(badblocks->list, badblocks->count + 1, sizeof(*badblocks->list));

	if (!list)
		return -ENOMEM;
	badblocks->list = list;
	list[badblocks->count++] = (struct badblock){.offset = offset, .len = length};
	return 0;
}

/* Adds the sectors of [offset, offset + count) that lie within @length sectors from @start. Splits
 * a run whose length does not fit into struct badblock. */
static int badblocks_add_range(struct badblocks *badblocks, uint64_t offset, uint64_t count,
	uint64_t start, uint64_t length)
{
	uint64_t end = count < UINT64_MAX - offset ? offset + count : UINT64_MAX;

	if (offset < start)
		offset = start;
	if (end > start + length)
		end = start + length;
	while (offset < end) {
		unsigned part = end - offset < UINT_MAX ? (unsigned)(end - offset) : UINT_MAX;
		int err = badblocks_append(badblocks, offset - start, part);
		if (err)
			return err;
		offset += part;
	}
	return 0;
}

/*
 * The kernel prints at most a page less one byte, 4095 bytes, and cuts the last line anywhere. A
 * text of that length may be complete by chance; treat it as cut.
 */
static bool is_cut_short(const char *text)
{
	return strlen(text) >= SYSFS_PAGE - 2;
}

int badblocks_parse(struct badblocks *badblocks, char *text, uint64_t start, uint64_t length)
{
	bool cut = is_cut_short(text);
	char *last = strlen(text) >= SYSFS_PAGE - 1 ? strrchr(text, '\n') : NULL;
	char *save;

	if (last)
		*last = 0;
	for (char *line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		uint64_t run[2];
		if (split_numbers(line, ' ', 10, run, 2) != 2)
			return -EINVAL;
		int err = badblocks_add_range(
			badblocks, run[0], run[1], start / SECTOR, length / SECTOR);
		if (err)
			return err;
	}
	return cut;
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
