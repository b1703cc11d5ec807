/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "btt-kernel.h"

#include <stdlib.h>
#include <string.h>

#define PAGE	  4096u
#define NFREE	  256u
#define LBA_SIZE  4096u
#define CHECKSUM  (PAGE - 8)
#define MASK	  0x3fffffffu
#define ERROR_BIT 0x40000000u
#define ZERO_BIT  0x80000000u
#define BOTH	  (ERROR_BIT | ZERO_BIT)

/* Where the fields of an info block are. */
enum {
	UUID = 16,
	PARENT = 32,
	FLAGS = 48,
	VERSION = 52,
	EXTERNAL_SIZE = 56,
	EXTERNAL = 60,
	INTERNAL_SIZE = 64,
	INTERNAL = 68,
	FREE = 72,
	INFO_SIZE = 76,
	NEXT = 80,
	DATA = 88,
	MAP = 96,
	LOG = 104,
	COPY = 112,
};

uint32_t kbtt_get(const struct kbtt *btt, uint64_t offset)
{
	const unsigned char *at = btt->bytes + offset;

	if (offset > btt->size - 4)
		return 0;
	return at[0] | at[1] << 8 | at[2] << 16 | (uint32_t)at[3] << 24;
}

void kbtt_put(struct kbtt *btt, uint64_t offset, uint32_t value)
{
	if (offset > btt->size - 4)
		return;
	for (unsigned i = 0; i < 4; i++)
		btt->bytes[offset + i] = (unsigned char)(value >> (8 * i));
}

static uint64_t get64(const struct kbtt *btt, uint64_t offset)
{
	return kbtt_get(btt, offset) | (uint64_t)kbtt_get(btt, offset + 4) << 32;
}

static uint64_t fletcher(const struct kbtt *btt, uint64_t offset)
{
	uint32_t low = 0;
	uint64_t high = 0;

	for (uint64_t at = 0; at < PAGE; at += 4) {
		low += at < CHECKSUM ? kbtt_get(btt, offset + at) : 0;
		high += low;
	}
	return high << 32 | low;
}

void kbtt_seal(struct kbtt *btt, uint64_t offset)
{
	uint64_t sum = fletcher(btt, offset);

	kbtt_put(btt, offset + CHECKSUM, (uint32_t)sum);
	kbtt_put(btt, offset + CHECKSUM + 4, (uint32_t)(sum >> 32));
}

void kbtt_create(struct kbtt *btt)
{
	uint64_t room = (btt->size - KBTT_START) / PAGE * PAGE;
	uint32_t left = (uint32_t)(room - 2 * PAGE - NFREE * 64);
	uint32_t blocks = (left - PAGE) / (LBA_SIZE + 4), sectors = blocks - NFREE;
	uint32_t map_size = (sectors * 4 + PAGE - 1) / PAGE * PAGE;
	uint32_t map = PAGE + left - map_size, log = map + map_size, copy = log + NFREE * 64;
	const uint32_t fields[][2] = {{VERSION, 1 << 16 | 1}, {EXTERNAL_SIZE, LBA_SIZE},
		{EXTERNAL, sectors}, {INTERNAL_SIZE, LBA_SIZE}, {INTERNAL, blocks}, {FREE, NFREE},
		{INFO_SIZE, PAGE}, {DATA, PAGE}, {MAP, map}, {LOG, log}, {COPY, copy}};

	memcpy(btt->bytes + KBTT_START, "BTT_ARENA_INFO\0", 16);
	memcpy(btt->bytes + KBTT_START + PARENT, btt->parent, 16);
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		kbtt_put(btt, KBTT_START + fields[i][0], fields[i][1]);
	kbtt_seal(btt, KBTT_START);
	memcpy(btt->bytes + KBTT_START + copy, btt->bytes + KBTT_START, PAGE);
	for (uint32_t lane = 0; lane < NFREE; lane++) {
		uint64_t at = KBTT_START + log + 64 * lane;
		kbtt_put(btt, at, lane);
		kbtt_put(btt, at + 4, sectors + lane);
		kbtt_put(btt, at + 8, sectors + lane);
		kbtt_put(btt, at + 12, 1);
	}
}

static bool info_is_valid(const struct kbtt *btt)
{
	static const unsigned char none[16];
	const unsigned char *info = btt->bytes + KBTT_START;

	return memcmp(info, "BTT_ARENA_INFO\0", 16) == 0 &&
		(memcmp(info + PARENT, none, 16) == 0 ||
			memcmp(info + PARENT, btt->parent, 16) == 0) &&
		fletcher(btt, KBTT_START) == get64(btt, KBTT_START + CHECKSUM) &&
		kbtt_get(btt, KBTT_START + VERSION) == (1 << 16 | 1);
}

static bool is_padding(const struct kbtt *btt, uint32_t lane, unsigned slot)
{
	uint64_t at = btt->log + 64 * lane + 16 * slot;

	for (unsigned i = 0; i < 16; i += 4)
		if (kbtt_get(btt, at + i))
			return false;
	return true;
}

/* The first lane with two slots that are no padding tells which two it is, and all after it must be
 * the same, but the second may be empty. */
static bool find_slots(struct kbtt *btt)
{
	int found[2] = {-1, -1};
	unsigned count = 0;
	bool initial = true;

	for (uint32_t lane = 0; lane < btt->nfree; lane++) {
		unsigned padding = 0;
		for (int slot = 0; slot < 4; slot++) {
			bool pad = is_padding(btt, lane, (unsigned)slot);
			if (count < 2) {
				padding += pad;
				if (!pad && !(count == 1 && slot == found[0]))
					found[count++] = slot;
			} else if ((slot == found[0] && pad) ||
				(slot != found[0] && slot != found[1] && !pad)) {
				return false;
			}
		}
		initial = initial && padding >= 3;
	}
	if (!initial && count < 2)
		return false;
	if (initial)
		found[1] = 1;
	btt->slot[0] = (unsigned)found[0];
	btt->slot[1] = (unsigned)found[1];
	return found[0] == 0 && (found[1] == 1 || found[1] == 2);
}

/* 0 or 1, or -1 if the kernel finds the log corrupt. */
static int older(uint32_t a, uint32_t b)
{
	if (a == 0)
		return 0;
	if (a == b || a + b > 5)
		return -1;
	if (a < b)
		return b - a == 1 ? 0 : 1;
	return a - b == 1 ? 1 : 0;
}

static bool take_lane(struct kbtt *btt, uint32_t number)
{
	static const unsigned next[] = {0, 2, 3, 1};
	uint64_t at = btt->log + 64 * number;
	int old = older(kbtt_get(btt, at + 16 * btt->slot[0] + 12),
		kbtt_get(btt, at + 16 * btt->slot[1] + 12));

	if (old < 0)
		return false;
	at += 16 * btt->slot[1 - old];
	uint32_t lba = kbtt_get(btt, at), was = kbtt_get(btt, at + 4), is = kbtt_get(btt, at + 8);
	struct kbtt_lane *lane = &btt->lanes[number];
	lane->sub = (unsigned)old;
	lane->seq = next[kbtt_get(btt, at + 12) & 3];
	lane->block = was & MASK;
	if ((was & BOTH) == ERROR_BIT && lane->block < btt->blocks)
		btt->content[lane->block] = 0;
	if ((was & MASK) == (is & MASK))
		return true;
	/* It does not look whether there is such a sector. */
	uint64_t place = btt->map + (uint64_t)lba * 4;
	if (place > btt->size - 4)
		return false;
	uint32_t entry = kbtt_get(btt, place);
	uint32_t block = entry & BOTH ? entry & MASK : lba;
	if (block != (was & MASK))
		return true;
	kbtt_put(btt, place, (is & MASK) | BOTH);
	btt->finished++;
	return true;
}

bool kbtt_enable(struct kbtt *btt)
{
	btt->finished = 0;
	if (!info_is_valid(btt))
		return false;
	btt->sectors = kbtt_get(btt, KBTT_START + EXTERNAL);
	btt->blocks = kbtt_get(btt, KBTT_START + INTERNAL);
	btt->nfree = kbtt_get(btt, KBTT_START + FREE);
	btt->map = KBTT_START + get64(btt, KBTT_START + MAP);
	btt->log = KBTT_START + get64(btt, KBTT_START + LOG);
	btt->read_only = kbtt_get(btt, KBTT_START + FLAGS) & 1;
	/* It does not look whether they fit, and fails when one beyond the end is read. */
	if (!btt->sectors || btt->sectors > btt->blocks || btt->blocks > btt->size / LBA_SIZE)
		return false;
	if (btt->nfree < NFREE || btt->log > btt->size || btt->map > btt->size ||
		btt->nfree * 64ull > btt->size - btt->log ||
		btt->sectors * 4ull > btt->size - btt->map || !find_slots(btt))
		return false;
	/* The next arena would be looked for. */
	if (get64(btt, KBTT_START + NEXT))
		return false;
	btt->lanes = calloc(btt->nfree, sizeof(*btt->lanes));
	for (uint32_t lane = 0; lane < btt->nfree; lane++) {
		if (take_lane(btt, lane))
			continue;
		kbtt_disable(btt);
		return false;
	}
	return true;
}

void kbtt_disable(struct kbtt *btt)
{
	free(btt->lanes);
	btt->lanes = NULL;
}

uint32_t kbtt_block(const struct kbtt *btt, uint32_t sector)
{
	uint32_t entry = kbtt_get(btt, btt->map + 4ull * sector);
	uint32_t block = entry & BOTH ? entry & MASK : sector;

	return block < btt->blocks ? block : KBTT_ERROR;
}

uint32_t kbtt_read(const struct kbtt *btt, uint32_t sector)
{
	uint32_t entry = kbtt_get(btt, btt->map + 4ull * sector), block = kbtt_block(btt, sector);

	if ((entry & BOTH) == ZERO_BIT)
		return 0;
	if ((entry & BOTH) == ERROR_BIT || block == KBTT_ERROR)
		return KBTT_ERROR;
	return btt->content[block];
}

bool kbtt_write(
	struct kbtt *btt, unsigned number, uint32_t sector, uint32_t content, enum kbtt_stop stop)
{
	struct kbtt_lane *lane = &btt->lanes[number];
	uint64_t at = btt->log + 64ull * number + 16ull * btt->slot[lane->sub];
	uint32_t entry = kbtt_get(btt, btt->map + 4ull * sector), old = kbtt_block(btt, sector);
	bool error = (entry & BOTH) == ERROR_BIT;
	uint32_t block = lane->block;

	if (btt->read_only || block >= btt->blocks)
		return false;
	btt->content[block] = content;
	if (old == KBTT_ERROR)
		return false;
	if (stop == KBTT_DATA)
		return true;
	kbtt_put(btt, at, sector);
	kbtt_put(btt, at + 4, old | (error ? ERROR_BIT : 0));
	if (stop == KBTT_HALF_LOG)
		return true;
	kbtt_put(btt, at + 8, block);
	kbtt_put(btt, at + 12, lane->seq);
	if (stop == KBTT_LOG)
		return true;
	lane->sub = 1 - lane->sub;
	lane->seq = lane->seq == 3 ? 1 : lane->seq + 1;
	lane->block = old;
	kbtt_put(btt, btt->map + 4ull * sector, block | BOTH);
	return true;
}
