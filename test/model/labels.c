/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "labels.h"

#include <err.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <ndctl/format/labelset.h>

/*
 * model-labels DIMM REGION: gives mutated label areas to the kernel and to our parser, and compares
 * what they find (issue 10, B8). The region must consist of the DIMM alone.
 */

#define MIB	 ((uint64_t)1 << 20)
#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static struct dimm dimm;
static uint64_t cookies[3]; /* by minor version */
static unsigned tried, wrong, skipped;

/* ---- making areas ---- */

struct image {
	uint8_t bytes[MODEL_HEAD];
	struct label_layout layout;
};

static void put(void *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		((uint8_t *)at)[i] = (uint8_t)(value >> 8 * i);
}

static uint64_t get(const void *at, size_t size)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value |= (uint64_t)((const uint8_t *)at)[i] << 8 * i;
	return value;
}

static uint8_t *block_of(struct image *image, unsigned which)
{
	return image->bytes + which * image->layout.index_size;
}

static uint8_t *label_of(struct image *image, size_t slot)
{
	return image->bytes + label_offset(&image->layout, slot);
}

static void seal_block(struct image *image, unsigned which)
{
	uint8_t *block = block_of(image, which);

	label_index_set_free(block, image->layout.index_size, 0, label_index_is_free(block, 0));
}

/* Seals a label without changing its slot. */
static void seal_label(struct image *image, size_t slot)
{
	uint8_t *label = label_of(image, slot);

	label_move(label, image->layout.label_size, (size_t)get(label + 120, 4));
}

static void put_label(struct image *image, unsigned minor, size_t slot)
{
	static const uint8_t pmem[16] = {0x79, 0xd3, 0xf0, 0x66, 0xf3, 0xb4, 0x74, 0x40, 0xac, 0x43,
		0x0d, 0x33, 0x18, 0xb7, 0x8c, 0xdb};
	uint8_t *label = label_of(image, slot);

	memset(label, 0, image->layout.label_size);
	memset(label, 0x11 * ((int)slot + 1), 16);
	label[16] = (uint8_t)('a' + slot);
	put(label + 84, 1, 2);
	put(label + 88, cookies[minor], 8);
	put(label + 96, 512, 8);
	put(label + 104, dimm.offset + slot * 64 * MIB, 8);
	put(label + 112, 64 * MIB, 8);
	if (minor == 2)
		memcpy(label + 128, pmem, 16);
	label_move(label, image->layout.label_size, slot);
}

/* Labels in slots 0 to 3. The first block speaks of 0 and 1, the second of 1 and 2. */
static void make(struct image *image, unsigned minor, unsigned seq0, unsigned seq1)
{
	memset(image, 0, sizeof(*image));
	if (label_layout(dimm.area, minor, &image->layout))
		errx(1, "label area too small");
	for (size_t slot = 0; slot < 4; slot++)
		put_label(image, minor, slot);
	for (unsigned which = 0; which < 2; which++) {
		size_t size = image->layout.index_size;
		label_index_write(
			block_of(image, which), &image->layout, minor, which, which ? seq1 : seq0);
		label_index_set_free(block_of(image, which), size, which, false);
		label_index_set_free(block_of(image, which), size, which + 1, false);
	}
}

/* ---- what we find ---- */

struct found {
	struct ndctl_label labels[32];
	size_t count;
};

static bool conflicts(const struct found *found, const struct ndctl_label *label)
{
	uint64_t start = label->address, end = start + label->size - 1;

	/* No bytes at address 0 reach round to the end. */
	for (size_t i = 0; i < found->count; i++)
		if (start <= found->labels[i].address + found->labels[i].size - 1 &&
			found->labels[i].address <= end)
			return true;
	return end < start;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(((const struct ndctl_label *)a)->name, ((const struct ndctl_label *)b)->name);
}

/* What the region makes of the labels: false if it is refused. */
static bool take(const struct found *all, uint64_t cookie, struct found *taken)
{
	const struct label_part part = {.offset = dimm.offset, .length = dimm.length};

	taken->count = 0;
	for (size_t i = 0; i < all->count; i++) {
		const struct ndctl_label *label = &all->labels[i];
		if (label->address < dimm.offset || label->address - dimm.offset >= dimm.length)
			continue;
		for (size_t j = 0; j < taken->count; j++)
			if (memcmp(taken->labels[j].uuid, label->uuid, 16) == 0)
				return false;
		/* The kernel knows another cookie that old kernels computed, which sysfs does not
		 * tell. Here it is that of version 1.1. */
		if (label->cookie != cookie && label->cookie != cookies[1])
			continue;
		if (!label_is_of_part(label, &part, 1, label->cookie))
			return false;
		taken->labels[taken->count++] = *label;
	}
	qsort(taken->labels, taken->count, sizeof(*taken->labels), by_name);
	return true;
}

static void predict(const struct image *image, uint64_t cookie, char *text, size_t size)
{
	struct label_state state;
	struct found all = {.count = 0}, taken;
	size_t free = 0, end;

	if (!label_find(image->bytes, MODEL_HEAD, dimm.area, &state)) {
		label_layout(dimm.area, 2, &state.layout);
		snprintf(text, size, "free %zu", state.layout.slots - 1);
		return;
	}
	const uint8_t *block = image->bytes + (size_t)state.current * state.layout.index_size;
	for (size_t slot = 0; slot < state.index[state.current].slots; slot++) {
		size_t at = label_offset(&state.layout, slot);
		struct ndctl_label label;
		free += label_index_is_free(block, slot);
		if (label_index_is_free(block, slot) || at + state.layout.label_size > MODEL_HEAD ||
			!label_is_valid(image->bytes + at, state.layout.label_size, slot))
			continue;
		label_describe(image->bytes + at, state.layout.label_size, &label);
		if (conflicts(&all, &label) || all.count == COUNT(all.labels)) {
			snprintf(text, size, "dimm refused");
			return;
		}
		all.labels[all.count++] = label;
	}
	end = (size_t)snprintf(text, size, "free %zu", free ? free - 1 : 0);
	if (!take(&all, cookie, &taken))
		snprintf(text + end, size - end, " region refused");
	for (size_t i = 0; i < taken.count && strstr(text, "refused") == NULL; i++)
		end += (size_t)snprintf(text + end, size - end, " %s@%#llx+%#llx",
			taken.labels[i].name, taken.labels[i].address, taken.labels[i].size);
}

/* ---- comparing ---- */

/* Kernels differ in sizes of labels beyond what an int can be shifted by: 6.1 accepts 33 for 1. */
static bool is_ambiguous(const uint8_t *block)
{
	return block[19] >= 32 && (block[19] & 31) <= 1;
}

/* Kernels multiply the number of slots in 32 bits: such a block leads them beyond their buffer, and
 * cannot be tried out. */
static bool cannot_be_tried(const struct image *image)
{
	for (unsigned minor = 1; minor <= 2; minor++) {
		struct label_layout layout;
		label_layout(dimm.area, minor, &layout);
		for (unsigned which = 0; which < 2; which++) {
			const uint8_t *block = image->bytes + which * layout.index_size;
			uint64_t slots = get(block + 56, 4);
			uint32_t product = (uint32_t)(slots * layout.label_size);
			if (is_ambiguous(block))
				return true;
			if (slots > dimm.area / layout.label_size &&
				product + 2 * layout.index_size <= dimm.area)
				return true;
		}
	}
	return false;
}

static void compare(const struct image *image, const char *format, ...)
{
	char kernel[1024], ours[1024];

	if (cannot_be_tried(image)) {
		skipped++;
		return;
	}
	dimm_write(&dimm, image->bytes);
	dimm_probe(&dimm, kernel, sizeof(kernel));
	predict(image, strcmp(kernel, "dimm refused") == 0 ? 0 : dimm_cookie(&dimm), ours,
		sizeof(ours));
	tried++;
	if (strcmp(kernel, ours) == 0)
		return;
	wrong++;
	va_list list;
	va_start(list, format);
	vprintf(format, list);
	va_end(list);
	printf("\n\tkernel: %s\n\tours:   %s\n", kernel, ours);
}

/* ---- mutations ---- */

static void try_sequences(unsigned minor)
{
	struct image image;

	for (unsigned first = 0; first < 8; first++)
		for (unsigned second = 0; second < 8; second++) {
			make(&image, minor, first, second);
			compare(&image, "1.%u: sequence numbers %u and %u", minor, first, second);
		}
}

/* Offset, size and a value for a field; @relative: to what is there. */
struct change {
	size_t offset, size;
	uint64_t value;
	bool relative;
};

static void apply(uint8_t *bytes, const struct change *change)
{
	uint64_t value = change->value;

	if (change->relative)
		value += get(bytes + change->offset, change->size);
	put(bytes + change->offset, value, change->size);
}

static const struct change block_changes[] = {
	{0, 1, 'n', 0}, {15, 1, 1, 0}, {16, 3, 0xffffff, 0}, /* signature, flags */
	{19, 1, 0, 0}, {19, 1, 1, 0}, {19, 1, 2, 0}, {19, 1, 24, 0}, {19, 1, 25, 0}, {19, 1, 26, 0},
	{19, 1, 31, 0}, {19, 1, 32, 0}, {19, 1, 33, 0}, {19, 1, 64, 0}, {19, 1, 65, 0},
	{19, 1, 128, 0}, {19, 1, 129, 0}, {19, 1, 255, 0},	 /* label size */
	{20, 4, 0xfffffff3, 0}, {20, 4, 0x80000000, 0},		 /* sequence number */
	{24, 8, 1, 1}, {24, 8, 256, 1}, {24, 8, 0x100000000, 1}, /* own offset */
	{32, 8, 1, 1}, {32, 8, -1, 1}, {32, 8, 72, 0}, {32, 8, 71, 0}, {32, 8, 0, 0},
	{32, 8, 0x100000000, 1},		       /* own size */
	{40, 8, 1, 1}, {40, 8, 256, 1}, {40, 8, 0, 0}, /* offset of the other one */
	{48, 8, 1, 1}, {48, 8, -1, 1}, {48, 8, 128, 1}, {48, 8, 256, 1}, {48, 8, 0, 0},
	{48, 8, 0x100000000, 1}, {48, 8, (uint64_t)-1, 0}, /* offset of labels */
	{56, 4, 0, 0}, {56, 4, 1, 0}, {56, 4, 2, 0}, {56, 4, 3, 0}, {56, 4, -1, 1}, {56, 4, 1, 1},
	{56, 4, 2, 1}, {56, 4, 4, 1}, {56, 4, 0xffffffff, 0}, /* slots */
	{60, 2, 0, 0}, {60, 2, 2, 0}, {60, 2, 0xffff, 0}, {62, 2, 0, 0}, {62, 2, 1, 0},
	{62, 2, 2, 0}, {62, 2, 3, 0}, {62, 2, 0xffff, 0}, {60, 4, 102 << 16, 0},
	{60, 4, 101 << 16, 0},						  /* version */
	{72, 1, 0, 0}, {72, 1, 0xf0, 0}, {72, 1, 0xff, 0}, {73, 1, 0, 0}, /* free slots */
};

/* In the block that is in force, and in the other one. */
static void try_blocks(unsigned minor)
{
	struct image image;

	for (size_t i = 0; i < COUNT(block_changes); i++)
		for (unsigned which = 0; which < 2; which++)
			for (unsigned current = 0; current < 2; current++) {
				make(&image, minor, current ? 1 : 2, current ? 2 : 1);
				apply(block_of(&image, which), &block_changes[i]);
				seal_block(&image, which);
				compare(&image,
					"1.%u: block %u, %u in force, change %zu of offset %zu",
					minor, which, current, i, block_changes[i].offset);
			}
}

static const struct change label_changes[] = {
	{120, 4, 0, 0}, {120, 4, 2, 0}, {120, 4, 0x10001, 0}, /* slot */
	{0, 1, 1, 1}, {16, 1, 'z', 0},			      /* uuid, name */
	{80, 4, 1, 0}, {80, 4, 2, 0}, {80, 4, 4, 0}, {80, 4, 8, 0},
	{80, 4, 0xffffffff, 0},						 /* flags */
	{84, 2, 0, 0}, {84, 2, 2, 0}, {86, 2, 1, 0}, {86, 2, 0xffff, 0}, /* labels, position */
	{88, 8, 0, 0}, {88, 8, 1, 1}, {88, 8, 0x100000000, 1},		 /* cookie */
	{96, 8, 4096, 0}, {96, 8, 0, 0},				 /* sector size */
	{104, 8, 1, 1}, {104, 8, -1, 1}, {104, 8, 4096, 1}, {104, 8, (uint64_t)-1, 0},
	{104, 8, 0, 0}, {104, 8, 1ull << 40, 1}, {104, 8, 4096 * MIB, 1}, {104, 8, 4032 * MIB, 1},
	{104, 8, 3968 * MIB, 1}, {104, 8, 3969 * MIB, 1}, /* address */
	{112, 8, 0, 0}, {112, 8, 1, 0}, {112, 8, 1, 1}, {112, 8, -1, 1}, {112, 8, 1ull << 40, 0},
	{112, 8, (uint64_t)-1, 0}, {112, 8, 4032 * MIB, 0}, {112, 8, 4033 * MIB, 0}, /* size */
	{124, 1, 12, 0}, {125, 3, 0xffffff, 0},				/* alignment, reserved */
	{128, 1, 0, 0}, {143, 1, 0, 0}, {144, 1, 1, 0}, {160, 1, 1, 0}, /* GUIDs, reserved */
};

/* In a label that is there alone, and in one of two, sealed and not. */
static void try_labels(unsigned minor)
{
	struct image image;

	for (size_t i = 0; i < COUNT(label_changes); i++)
		for (unsigned way = 0; way < 4; way++) {
			make(&image, minor, 1, 2);
			if (label_changes[i].offset >= image.layout.label_size)
				continue;
			apply(label_of(&image, 1), &label_changes[i]);
			if (way & 1)
				seal_label(&image, 1);
			if (way & 2)
				label_index_set_free(
					block_of(&image, 1), image.layout.index_size, 2, true);
			compare(&image, "1.%u: label in slot 1, change %zu of offset %zu, way %u",
				minor, i, label_changes[i].offset, way);
		}
	/* The same namespace twice. */
	make(&image, minor, 1, 2);
	memcpy(label_of(&image, 2), label_of(&image, 1), 16);
	seal_label(&image, 2);
	compare(&image, "1.%u: two labels of one namespace", minor);
}

/* A block of the other version among those of one. */
static void try_both_versions(void)
{
	struct image image, other;

	for (unsigned minor = 1; minor <= 2; minor++)
		for (unsigned which = 0; which < 2; which++)
			for (unsigned alone = 0; alone < 2; alone++) {
				make(&image, minor, 1, 1);
				make(&other, 3 - minor, 2, 2);
				if (alone)
					memset(block_of(&image, which), 0, image.layout.index_size);
				memcpy(image.bytes + which * other.layout.index_size,
					block_of(&other, which), other.layout.index_size);
				compare(&image, "1.%u: block %u of the other version", minor,
					which);
			}
}

static void try_at_random(unsigned minor, unsigned seed)
{
	struct image image;

	srand(seed);
	make(&image, minor, (unsigned)rand() % 4, (unsigned)rand() % 4);
	size_t room = label_offset(&image.layout, 4);
	for (int flips = 1 + rand() % 4; flips > 0; flips--) {
		/* Most of an index block are free slots. */
		size_t at = rand() % 2
			? (size_t)rand() % room
			: (size_t)(rand() % 2) * image.layout.index_size + (size_t)rand() % 80;
		image.bytes[at] ^= (uint8_t)(1u << rand() % 8);
	}
	for (unsigned which = 0; which < 2; which++)
		if (rand() % 4)
			seal_block(&image, which);
	for (size_t slot = 0; slot < 4; slot++)
		if (rand() % 4)
			seal_label(&image, slot);
	compare(&image, "1.%u: at random, %u", minor, seed);
}

int main(int argc, char **argv)
{
	struct image image;
	char text[1024];

	if (argc != 3)
		errx(2, "usage: model-labels DIMM REGION");
	dimm = (struct dimm){.name = argv[1], .region = argv[2]};
	dimm_open(&dimm);
	for (unsigned minor = 1; minor <= 2; minor++) {
		make(&image, minor, 1, 2);
		dimm_write(&dimm, image.bytes);
		dimm_probe(&dimm, text, sizeof(text));
		cookies[minor] = dimm_cookie(&dimm);
	}
	for (unsigned minor = 1; minor <= 2; minor++) {
		try_sequences(minor);
		try_blocks(minor);
		try_labels(minor);
		for (unsigned seed = 0; seed < 100; seed++)
			try_at_random(minor, seed);
	}
	try_both_versions();
	memset(&image, 0, sizeof(image));
	dimm_write(&dimm, image.bytes);
	printf("%u areas, %u differ, %u not tried\n", tried, wrong, skipped);
	return wrong > 0;
}
