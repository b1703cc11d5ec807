/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"

#include <endian.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "btt-kernel.h"
#include <base/cleanup.h>
#include "lib/ndctl/format/btt.h"

/*
 * B7: the check and the repair of block translation tables against a model of the kernel's driver,
 * on thousands of tables that were damaged at random. For each:
 * - what is called right, the kernel takes, without finishing anything, and no write to a sector,
 *   through any lane and cut short anywhere, changes another sector;
 * - what was repaired is right, and the kernel reads of it what it read before;
 * - what was not repaired was not written to.
 * BTT_MODEL_COUNT is how many, BTT_MODEL_SEED where to begin.
 */
#define SIZE   ((size_t)(16 << 20) + 4096)
#define BLOCKS 8192 /* no more than these */
#define COUNT  6000

/* The parts of the medium that are not data: all that is kept and compared. */
struct part {
	uint64_t at, size;
};

struct model {
	struct kbtt kernel, geometry; /* as it is of the table that is not damaged */
	unsigned char parent[16];
	struct part parts[4];
	uint64_t copy;
	unsigned char *base, *damaged, *saved; /* the parts, one after the other */
	size_t parts_size;
	uint32_t *contents, *saved_contents, *before, *after;
	uint32_t before_sectors;
	unsigned char *seen;
	uint64_t random;
	struct btt_medium medium;
	unsigned writes;
	char told[8192];
	uint64_t seed;
	/* What came of all of them. */
	unsigned right, repaired, left, strict, wrong;
};

/* ---- chance ---- */

static uint32_t any(struct model *m)
{
	m->random ^= m->random << 13;
	m->random ^= m->random >> 7;
	m->random ^= m->random << 17;
	return (uint32_t)(m->random >> 16);
}

static uint32_t below(struct model *m, uint32_t limit)
{
	return any(m) % limit;
}

/* ---- the medium ---- */

static int read_medium(void *data, void *bytes, size_t size, uint64_t offset)
{
	const struct model *m = data;

	assert_true(offset <= SIZE && size <= SIZE - offset);
	memcpy(bytes, m->kernel.bytes + offset, size);
	return 0;
}

static int write_medium(void *data, const void *bytes, size_t size, uint64_t offset)
{
	struct model *m = data;

	assert_true(offset <= SIZE && size <= SIZE - offset);
	memcpy(m->kernel.bytes + offset, bytes, size);
	m->writes++;
	return 0;
}

static void tell(void *data, enum ndctl_check_event event, const char *what)
{
	struct model *m = data;
	size_t used = strlen(m->told);

	snprintf(m->told + used, sizeof(m->told) - used, "%s\n", what);
}

static void save(const struct model *m, unsigned char *to)
{
	for (size_t i = 0; i < 4; to += m->parts[i++].size)
		memcpy(to, m->kernel.bytes + m->parts[i].at, m->parts[i].size);
}

static void load(struct model *m, const unsigned char *from)
{
	for (size_t i = 0; i < 4; from += m->parts[i++].size)
		memcpy(m->kernel.bytes + m->parts[i].at, from, m->parts[i].size);
}

static bool is_same(struct model *m, const unsigned char *as)
{
	for (size_t i = 0; i < 4; as += m->parts[i++].size)
		if (memcmp(m->kernel.bytes + m->parts[i].at, as, m->parts[i].size) != 0)
			return false;
	return true;
}

static void restore(struct model *m, const unsigned char *parts, const uint32_t *contents)
{
	kbtt_disable(&m->kernel);
	load(m, parts);
	memcpy(m->kernel.content, contents, BLOCKS * sizeof(uint32_t));
}

/* ---- damage ---- */

static uint64_t slot_at(const struct model *m, uint32_t lane, uint32_t slot)
{
	return m->kernel.log + 64ull * lane + 16ull * slot;
}

static uint64_t map_at(const struct model *m, uint32_t sector)
{
	return m->kernel.map + 4ull * sector;
}

static uint32_t some_block(struct model *m)
{
	struct kbtt *k = &m->kernel;
	const uint32_t choice[] = {below(m, k->sectors), k->sectors + below(m, 256),
		kbtt_get(k, slot_at(m, below(m, 256), 0) + 4), k->blocks, any(m), 0,
		kbtt_block(k, below(m, k->sectors))};

	return choice[below(m, 7)];
}

static void damage_field(struct model *m)
{
	uint64_t at = slot_at(m, below(m, 256), below(m, 8) ? below(m, 2) : below(m, 4));
	const uint32_t lbas[] = {below(m, m->kernel.sectors), 0, m->kernel.sectors, any(m)};

	switch (below(m, 4)) {
	case 0:
		kbtt_put(&m->kernel, at, lbas[below(m, 4)]);
		break;
	case 1:
	case 2:
		kbtt_put(&m->kernel, at + 4 * (1 + below(m, 2)),
			some_block(m) | (below(m, 3) ? 0 : any(m) & 0xc0000000));
		break;
	default:
		kbtt_put(&m->kernel, at + 12, below(m, 10) ? below(m, 6) : any(m));
	}
}

static void damage_slot(struct model *m)
{
	unsigned char *bytes = m->kernel.bytes;
	uint32_t lane = below(m, 256), other = below(m, 256);
	uint64_t at = slot_at(m, lane, below(m, 8) ? below(m, 2) : below(m, 4));

	switch (below(m, 4)) {
	case 0:
		memset(bytes + at, 0, 16);
		break;
	case 1:
		memcpy(bytes + at, bytes + slot_at(m, other, below(m, 2)), 16);
		break;
	case 2:
		memcpy(bytes + slot_at(m, lane, 0), bytes + slot_at(m, other, 0), 64);
		break;
	default:
		memset(bytes + slot_at(m, lane, 0), 0, 64);
	}
}

/* An entry as a write leaves it that the map does not have yet, of a sector or of two lanes' one.
 */
static void damage_write(struct model *m)
{
	struct kbtt *k = &m->kernel;
	uint32_t sector = below(m, k->sectors), count = 1 + !below(m, 3);

	for (uint32_t i = 0; i < count; i++) {
		uint32_t lane = below(m, 256);
		uint32_t first = kbtt_get(k, slot_at(m, lane, 0) + 12);
		uint32_t second = kbtt_get(k, slot_at(m, lane, 1) + 12);
		bool newest = second == first % 3 + 1;
		uint64_t now = slot_at(m, lane, newest), at = slot_at(m, lane, !newest);
		kbtt_put(k, at, sector);
		kbtt_put(k, at + 4, kbtt_block(k, sector));
		kbtt_put(k, at + 8, kbtt_get(k, now + 4) & 0x3fffffff);
		kbtt_put(k, at + 12, kbtt_get(k, now + 12) % 3 + 1);
	}
}

static void damage_map(struct model *m)
{
	struct kbtt *k = &m->kernel;
	uint32_t sector = below(m, k->sectors), other = below(m, k->sectors);
	uint32_t entry = kbtt_get(k, map_at(m, sector));

	switch (below(m, 5)) {
	case 0:
		kbtt_put(k, map_at(m, sector), some_block(m) | 0xc0000000);
		break;
	case 1:
		kbtt_put(k, map_at(m, sector), entry ^ (any(m) & 0xc0000000));
		break;
	case 2:
		kbtt_put(k, map_at(m, sector), kbtt_get(k, map_at(m, other)));
		kbtt_put(k, map_at(m, other), entry);
		break;
	case 3:
		kbtt_put(k, map_at(m, sector), 0);
		break;
	default:
		kbtt_put(k, map_at(m, sector), any(m));
	}
}

static void damage_info(struct model *m)
{
	struct kbtt *k = &m->kernel;
	uint64_t at = below(m, 2) ? KBTT_START : m->copy;

	switch (below(m, 4)) {
	case 0:
		k->bytes[at + below(m, 4096)] ^= (unsigned char)(1 << below(m, 8));
		break;
	case 1:
		memset(k->bytes + at, 0, 4096);
		break;
	case 2:
		kbtt_put(k, at + 16 + 4 * below(m, 26), any(m) >> below(m, 32));
		kbtt_seal(k, at);
		break;
	default: /* both of them */
		kbtt_put(k, KBTT_START + 16 + 4 * below(m, 26), any(m) >> below(m, 32));
		kbtt_seal(k, KBTT_START);
		memcpy(k->bytes + m->copy, k->bytes + KBTT_START, 4096);
	}
}

/* What was unreadable is zero, or anything, once it has been written. */
static void damage_range(struct model *m)
{
	const struct part *part = &m->parts[1 + below(m, 2)];
	static const uint64_t sizes[] = {4, 8, 64, 512, 4096};
	uint64_t size = sizes[below(m, 5)], at = below(m, (uint32_t)(part->size / size)) * size;
	bool zero = below(m, 2);

	for (uint64_t i = 0; i < size; i++)
		m->kernel.bytes[part->at + at + i] = zero ? 0 : (unsigned char)any(m);
}

/* Lanes as kernels before 4.15 leave them: all, or some, which no kernel does. */
static void damage_layout(struct model *m)
{
	uint32_t every = 1 + 3 * below(m, 2);
	unsigned char *bytes = m->kernel.bytes;

	for (uint32_t lane = 0; lane < 256; lane += every) {
		memcpy(bytes + slot_at(m, lane, 2), bytes + slot_at(m, lane, 1), 16);
		memset(bytes + slot_at(m, lane, 1), 0, 16);
	}
}

static void damage(struct model *m)
{
	static void (*const kinds[])(struct model *) = {damage_field, damage_field, damage_slot,
		damage_slot, damage_write, damage_write, damage_map, damage_info, damage_range,
		damage_layout};

	for (uint32_t count = 1 + below(m, 3); count--;)
		kinds[below(m, sizeof(kinds) / sizeof(*kinds))](m);
}

/* ---- what must hold ---- */

static bool read_all(struct model *m, uint32_t *contents)
{
	if (!kbtt_enable(&m->kernel))
		return false;
	for (uint32_t i = 0; i < m->kernel.sectors; i++)
		contents[i] = kbtt_read(&m->kernel, i);
	return true;
}

/* Each block once: in one sector or in one lane. */
static bool is_exact(struct model *m)
{
	const struct kbtt *k = &m->kernel;

	memset(m->seen, 0, k->blocks);
	for (uint32_t i = 0; i < k->sectors; i++) {
		uint32_t block = kbtt_block(k, i);
		if (block == KBTT_ERROR || m->seen[block]++)
			return false;
	}
	for (uint32_t i = 0; i < k->nfree; i++)
		if (k->lanes[i].block >= k->blocks || m->seen[k->lanes[i].block]++)
			return false;
	return true;
}

static bool others_are_same(struct model *m, const uint32_t *contents, uint32_t but)
{
	for (uint32_t i = 0; i < m->kernel.sectors; i++)
		if (i != but && kbtt_read(&m->kernel, i) != contents[i])
			return false;
	return true;
}

/* A write through @lane that is cut short at @stop, and the kernel comes up again, and once more
 * after a write through the same lane. */
static bool survives_write(
	struct model *m, const uint32_t *contents, unsigned lane, enum kbtt_stop stop)
{
	struct kbtt *k = &m->kernel;
	uint32_t sector = below(m, k->sectors), was = contents[sector];
	bool ok = kbtt_write(k, lane, sector, 0x77777777, stop);

	kbtt_disable(k);
	if (!ok || !kbtt_enable(k) || !is_exact(m) || !others_are_same(m, contents, sector))
		return false;
	uint32_t now = kbtt_read(k, sector);
	if (now != 0x77777777 && (stop == KBTT_DONE || now != was))
		return false;
	if (!kbtt_write(k, lane, sector, 0x55555555, KBTT_DONE))
		return false;
	kbtt_disable(k);
	return kbtt_enable(k) && is_exact(m) && others_are_same(m, contents, sector) &&
		kbtt_read(k, sector) == 0x55555555;
}

/* All lanes, one after the other, while it is enabled. */
static bool survives_all_lanes(struct model *m, uint32_t *contents)
{
	struct kbtt *k = &m->kernel;

	for (uint32_t i = 0; i < k->nfree; i++) {
		uint32_t sector = below(m, k->sectors);
		if (!kbtt_write(k, i, sector, i + 1, KBTT_DONE))
			return false;
		contents[sector] = i + 1;
	}
	return is_exact(m) && others_are_same(m, contents, UINT32_MAX);
}

/* The kernel takes it, has nothing to finish, and each lane can be written through. What it reads
 * is in `after`. */
static bool is_taken_without_loss(struct model *m)
{
	struct kbtt *k = &m->kernel;
	AUTO_FREE uint32_t *contents = malloc(BLOCKS * sizeof(*contents));

	if (!read_all(m, m->after) || k->finished || k->read_only || !is_exact(m)) {
		kbtt_disable(k);
		return false;
	}
	save(m, m->saved);
	memcpy(m->saved_contents, k->content, BLOCKS * sizeof(uint32_t));
	for (uint32_t i = 0; i < 40; i++) {
		unsigned lane = i < 8 ? below(m, 256) : (i * 8 + below(m, 8)) % 256;
		enum kbtt_stop stop = (enum kbtt_stop)below(m, KBTT_DONE + 1);
		bool ok = survives_write(m, m->after, lane, stop);
		restore(m, m->saved, m->saved_contents);
		if (!ok || !kbtt_enable(k))
			return false;
	}
	memcpy(contents, m->after, BLOCKS * sizeof(*contents));
	bool ok = survives_all_lanes(m, contents);
	restore(m, m->saved, m->saved_contents);
	return ok;
}

static int check(struct model *m, struct btt_check *check, unsigned flags)
{
	*check = (struct btt_check){.medium = &m->medium, .flags = flags, .tell = tell, .data = m};
	m->writes = 0;
	m->told[0] = 0;
	return btt_check(check);
}

static bool wrong(struct model *m, const char *what)
{
	m->wrong++;
	print_error("seed %llu: %s\n%s", (unsigned long long)m->seed, what, m->told);
	return false;
}

/* Whether the log of the damaged table has a write that moves the sector to that content. */
static bool is_logged(const struct model *m, uint32_t sector, uint32_t content)
{
	const unsigned char *log = m->damaged + m->parts[0].size + m->parts[1].size;

	for (size_t at = 0; at < m->parts[2].size; at += 16) {
		uint32_t entry[4];
		memcpy(entry, log + at, sizeof(entry));
		uint32_t to = le32toh(entry[2]) & 0x3fffffff;
		if (le32toh(entry[0]) == sector && to < m->kernel.blocks &&
			m->contents[to] == content)
			return true;
	}
	return false;
}

/* What the kernel reads after the repair is what it read before. The kernel does not check that the
 * numbers of an info block belong together: put right, it may have more sectors. Of a table that it
 * refuses, or of which it would lose something, it is what the map says, or what a logged write
 * left. */
static bool reads_the_same(struct model *m, bool was_taken)
{
	if (m->kernel.sectors < m->before_sectors)
		return false;
	for (uint32_t i = 0; i < m->before_sectors; i++)
		if (m->after[i] != m->before[i] && (was_taken || !is_logged(m, i, m->after[i])))
			return false;
	return true;
}

static bool try_repair(struct model *m, unsigned flags, bool was_taken)
{
	struct btt_check outcome;
	int err = check(m, &outcome, flags);

	if (err || outcome.damaged) {
		if (m->writes || !is_same(m, m->damaged))
			return wrong(m, "written, and not repaired");
		return false;
	}
	AUTO_FREE char *told = strdup(m->told);
	if (check(m, &outcome, 0) || outcome.damaged || outcome.blemished)
		return wrong(m, "a second check finds damage");
	memcpy(m->told, told, strlen(told) + 1);
	if (!is_taken_without_loss(m))
		return wrong(m, "the kernel would lose something after the repair");
	if (!reads_the_same(m, was_taken))
		return wrong(m, "the repair changed what the kernel reads");
	return true;
}

/* Sets `before` to what the kernel reads, or, if it loses something, to what the map says. */
static bool is_taken(struct model *m)
{
	bool exact = read_all(m, m->before) && is_exact(m);

	m->before_sectors = m->kernel.sectors;
	restore(m, m->damaged, m->contents);
	if (exact)
		return true;
	m->kernel = m->geometry;
	m->before_sectors = m->kernel.sectors;
	for (uint32_t i = 0; i < m->kernel.sectors; i++)
		m->before[i] = kbtt_read(&m->kernel, i);
	return false;
}

static void one(struct model *m)
{
	struct btt_check outcome;

	damage(m);
	save(m, m->damaged);
	bool taken = is_taken(m);
	int err = check(m, &outcome, 0);
	if (m->writes || !is_same(m, m->damaged))
		wrong(m, "written without being asked");
	bool right = !err && !outcome.damaged;
	bool good = is_taken_without_loss(m);
	restore(m, m->damaged, m->contents);
	m->right += right;
	m->strict += good && !right;
	if (right && !good)
		wrong(m, "called right, and the kernel would lose something");
	bool repaired = try_repair(m, NDCTL_CHECK_REPAIR, taken);
	restore(m, m->damaged, m->contents);
	repaired |= try_repair(m, NDCTL_CHECK_REPAIR | NDCTL_CHECK_REWRITE_LOG, taken);
	m->repaired += repaired && !right;
	m->left += !repaired;
}

/* ---- all of them ---- */

/* Sectors are where writes through all lanes have put them. */
static void age(struct model *m)
{
	struct kbtt *k = &m->kernel;

	assert_true(kbtt_enable(k));
	for (uint32_t i = 0; i < k->blocks; i++)
		k->content[i] = i + 1000;
	for (uint32_t i = 0; i < 2000; i++)
		kbtt_write(k, below(m, 200), below(m, k->sectors - 1000), 100000 + i, KBTT_DONE);
	for (uint32_t i = 0; i < 16; i++)
		kbtt_write(k, i % 4, 5, 200000 + i, KBTT_DONE);
	kbtt_disable(k);
}

static void setup_model(struct model *m)
{
	struct kbtt *k = &m->kernel;

	memset(m->parent, 0x5a, sizeof(m->parent));
	*k = (struct kbtt){.bytes = calloc(1, SIZE), .size = SIZE, .parent = m->parent};
	k->content = calloc(BLOCKS, sizeof(uint32_t));
	kbtt_create(k);
	m->random = 88172645463325252u;
	age(m);
	m->geometry = *k;
	m->copy = KBTT_START + kbtt_get(k, KBTT_START + 112);
	m->parts[0] = (struct part){KBTT_START, 4096};
	m->parts[1] = (struct part){k->map, k->log - k->map};
	m->parts[2] = (struct part){k->log, 64 * 256};
	m->parts[3] = (struct part){m->copy, 4096};
	for (size_t i = 0; i < 4; i++)
		m->parts_size += m->parts[i].size;
	m->base = malloc(m->parts_size);
	m->damaged = malloc(m->parts_size);
	m->saved = malloc(m->parts_size);
	m->contents = calloc(BLOCKS, sizeof(uint32_t));
	m->saved_contents = calloc(BLOCKS, sizeof(uint32_t));
	m->before = calloc(BLOCKS, sizeof(uint32_t));
	m->after = calloc(BLOCKS, sizeof(uint32_t));
	m->seen = calloc(BLOCKS, 1);
	save(m, m->base);
	memcpy(m->contents, k->content, BLOCKS * sizeof(uint32_t));
	m->medium = (struct btt_medium){
		.read = read_medium, .write = write_medium, .data = m, .size = SIZE};
	memcpy(m->medium.parent, m->parent, sizeof(uuid_t));
}

static void teardown_model(struct model *m)
{
	free(m->kernel.bytes);
	free(m->kernel.content);
	free(m->base);
	free(m->damaged);
	free(m->saved);
	free(m->contents);
	free(m->saved_contents);
	free(m->before);
	free(m->after);
	free(m->seen);
}

static uint64_t setting(const char *name, uint64_t fallback)
{
	const char *text = getenv(name);

	return text ? strtoull(text, NULL, 0) : fallback;
}

static void the_verdict_is_the_kernels(void **state)
{
	struct model m = {0};
	uint64_t count = setting("BTT_MODEL_COUNT", COUNT), from = setting("BTT_MODEL_SEED", 1);

	setup_model(&m);
	struct btt_check outcome;
	assert_int_equal(check(&m, &outcome, 0), 0);
	assert_int_equal(outcome.damaged + outcome.blemished, 0);
	for (m.seed = from; m.seed < from + count; m.seed++) {
		m.random = m.seed * 0x9e3779b97f4a7c15u | 1;
		any(&m);
		any(&m);
		m.kernel = m.geometry;
		restore(&m, m.base, m.contents);
		one(&m);
	}
	print_message(
		"%llu damaged tables: %u right, %u repaired, %u left alone, %u wrong; of those "
		"not called right the kernel would take %u\n",
		(unsigned long long)count, m.right, m.repaired, m.left, m.wrong, m.strict);
	assert_int_equal(m.wrong, 0);
	teardown_model(&m);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_verdict_is_the_kernels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
