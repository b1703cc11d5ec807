/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"

#include <ndctl/format/labelplan.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * Changes of a label area, cut after each write and in the midst of each: what is found then must
 * be the labels of before or those of afterwards.
 */
#define SLOTS 64 /* of the slots only the first are used */

/* What an area is made of: label number N (from 1) in slot S is labels[S] == N. */
struct content {
	size_t area;
	unsigned minor; /* 0: no labels */
	unsigned char labels[SLOTS];
	unsigned current;   /* the index block in force */
	bool alone;	    /* the other index block is not valid */
	bool same_seq;	    /* both have the same number, so that the second is in force */
	unsigned char fill; /* what is in free slots */
};

static void put_label(
	uint8_t *label, const struct label_layout *layout, size_t slot, uint8_t number)
{
	memset(label, 0, layout->label_size);
	memset(label, number, 16);
	label_move(label, layout->label_size, slot);
}

static uint8_t *make(const struct content *content)
{
	uint8_t *image = malloc(content->area);
	struct label_layout layout;
	size_t last = 0;

	memset(image, content->fill, content->area);
	if (!content->minor)
		return image;
	assert_int_equal(label_layout(content->area, content->minor, &layout), 0);
	for (unsigned which = 0; which < 2; which++)
		label_index_write(image + which * layout.index_size, &layout, content->minor, which,
			which == content->current || content->same_seq ? 3 : 2);
	for (size_t slot = 0; slot < SLOTS; slot++) {
		if (!content->labels[slot])
			continue;
		put_label(
			image + label_offset(&layout, slot), &layout, slot, content->labels[slot]);
		for (unsigned which = 0; which < 2; which++)
			label_index_set_free(
				image + which * layout.index_size, layout.index_size, slot, false);
		last = slot;
	}
	/* As the kernel leaves it, the other one lacks the last change. */
	size_t other = (1 - content->current) * layout.index_size;
	label_index_set_free(image + other, layout.index_size, last, true);
	if (content->alone)
		image[other] ^= 0xff;
	return image;
}

/* The numbers of the labels that are in force, as bits; bit 0 if there is a valid index. */
static uint64_t view(const uint8_t *image, size_t area)
{
	struct label_state state;
	uint64_t found = 1;

	if (!label_find(image, area, area, &state))
		return 0;
	const uint8_t *block = image + (size_t)state.current * state.layout.index_size;
	for (size_t slot = 0; slot < state.index[state.current].slots; slot++) {
		const uint8_t *label = image + label_offset(&state.layout, slot);
		uint8_t whole[256];
		if (label_index_is_free(block, slot))
			continue;
		/* A label that is not whole is none. */
		put_label(whole, &state.layout, slot, label[0]);
		if (label[0] < 1 || label[0] > 62 ||
			memcmp(whole, label, state.layout.label_size) != 0)
			return UINT64_MAX;
		found |= UINT64_C(1) << label[0];
	}
	return found;
}

struct watch {
	size_t area;
	uint64_t before, after;
	bool is_after;
};

static void look(struct watch *watch, const uint8_t *image, bool whole)
{
	uint64_t seen = view(image, watch->area);

	assert_true(seen == watch->before || seen == watch->after);
	/* There is no way back. */
	if (watch->is_after)
		assert_true(seen == watch->after);
	if (whole && watch->before != watch->after)
		watch->is_after = seen == watch->after;
}

/* All ways in which a write may end early: in order, and with what was to be written spoilt. */
static void cut(struct watch *watch, const uint8_t *image, const struct label_write *write)
{
	uint8_t *torn = malloc(watch->area);

	for (size_t part = 0; part < 4; part++) {
		size_t size = write->size * part / 4;
		memcpy(torn, image, watch->area);
		memcpy(torn + write->offset, write->bytes, size);
		look(watch, torn, false);
		memset(torn + write->offset + size, 0xa5, write->size - size);
		look(watch, torn, false);
	}
	free(torn);
}

/* Returns how many writes it takes, or a negative errno. */
static int change(const uint8_t *before, const uint8_t *target, size_t area)
{
	struct watch watch = {area, view(before, area), view(target, area), false};
	uint8_t *image = malloc(area);
	struct label_plan plan;
	int result = label_plan(&plan, before, target, area);

	memcpy(image, before, area);
	for (size_t i = 0; i < plan.count && !result; i++) {
		const struct label_write *write = &plan.writes[i];
		assert_true(write->size > 0 && write->offset + write->size <= area);
		cut(&watch, image, write);
		memcpy(image + write->offset, write->bytes, write->size);
		look(&watch, image, true);
	}
	if (!result) {
		assert_memory_equal(image, target, area);
		result = (int)plan.count;
	}
	label_plan_deinit(&plan);
	free(image);
	return result;
}

static int change_content(const struct content *from, const struct content *to)
{
	uint8_t *before = make(from), *target = make(to);
	int result = change(before, target, from->area);

	free(before);
	free(target);
	return result;
}

static void nothing(void **state)
{
	struct content content = {.area = 128 * 1024, .minor = 1, .labels = {1, 2, 3}};

	assert_int_equal(change_content(&content, &content), 0);
}

/* Labels that go where others are in force have to wait elsewhere. */
static void same_slots(void **state)
{
	for (unsigned minor = 1; minor <= 2; minor++) {
		struct content from = {.area = 128 * 1024, .minor = minor, .labels = {1, 2, 3}};
		struct content to = {.area = 128 * 1024, .minor = minor, .labels = {4, 0, 5, 6}};
		assert_true(change_content(&from, &to) > 0);
		from.current = 1;
		assert_true(change_content(&from, &to) > 0);
		to.current = 1;
		to.alone = true;
		assert_true(change_content(&from, &to) > 0);
	}
}

static void other_version(void **state)
{
	static const size_t areas[] = {128 * 1024, 1024 * 1024, 200 * 128 + 40};

	for (size_t i = 0; i < sizeof(areas) / sizeof(*areas); i++)
		for (unsigned minor = 1; minor <= 2; minor++)
			for (unsigned current = 0; current < 2; current++) {
				struct content from = {.area = areas[i],
					.minor = minor,
					.labels = {1, 2, 3, [20] = 7, [33] = 8},
					.current = current,
					.alone = true};
				struct content to = {.area = areas[i],
					.minor = 3 - minor,
					.labels = {4, 0, 5, 6, [7] = 9},
					.fill = 0x11};
				assert_true(change_content(&from, &to) > 0);
			}
}

static void to_none_and_back(void **state)
{
	struct content full = {.area = 1024 * 1024, .minor = 1, .labels = {1, 2, [9] = 3}};
	struct content none = {.area = 1024 * 1024};

	assert_true(change_content(&full, &none) > 0);
	assert_true(change_content(&none, &full) > 0);
	full.current = 1;
	full.minor = 2;
	assert_true(change_content(&full, &none) > 0);
	assert_true(change_content(&none, &full) > 0);
	none.fill = 0xff;
	assert_true(change_content(&none, &(struct content){.area = none.area}) > 0);
}

/* B8: the first index block lacks the last label, and is not the one in force. */
static void same_numbers(void **state)
{
	for (unsigned minor = 1; minor <= 2; minor++) {
		struct content from = {.area = 128 * 1024,
			.minor = minor,
			.labels = {1, 2, 3},
			.current = 1,
			.same_seq = true};
		struct content to = {.area = 128 * 1024, .minor = minor, .labels = {4, 0, 5, 6}};
		uint8_t *image = make(&from);
		assert_true(view(image, from.area) == (1 | 1 << 1 | 1 << 2 | 1 << 3));
		free(image);
		assert_true(change_content(&from, &to) > 0);
		assert_true(change_content(&to, &from) > 0);
		to.minor = 3 - minor;
		assert_true(change_content(&from, &to) > 0);
		assert_true(change_content(&to, &from) > 0);
		to.minor = 0;
		assert_true(change_content(&from, &to) > 0);
	}
}

/* What is not in use is just written. */
static void free_slots(void **state)
{
	struct content from = {.area = 128 * 1024, .minor = 2, .labels = {1, 2}};
	struct content to = from;

	to.fill = 0x22;
	uint8_t *before = make(&from), *target = make(&to);
	/* Index blocks are the same as before, up to what pads them. */
	assert_int_equal(change(before, target, from.area), 1);
	free(before);
	free(target);
}

/* An area in which every slot is used has no room to move labels. */
static void no_room(void **state)
{
	struct content content = {.area = 2 * 256 + 4 * 128, .minor = 1, .labels = {1, 2, 3, 4}};
	struct content other = content;

	other.labels[1] = 7;
	assert_int_equal(change_content(&content, &other), -ENOSPC);
	/* With one to spare it can be done. */
	content.labels[3] = other.labels[3] = 0;
	assert_true(change_content(&content, &other) > 0);
}

static void random_content(struct content *content)
{
	uint64_t used = 0;

	content->minor = (unsigned)rand() % 8 ? 1 + (unsigned)rand() % 2 : 0;
	content->current = (unsigned)rand() % 2;
	content->alone = rand() % 4 == 0;
	content->same_seq = content->current == 1 && rand() % 4 == 0;
	content->fill = rand() % 2 ? 0 : 0x33;
	for (size_t slot = 0; slot < SLOTS; slot++) {
		unsigned number = 1 + (unsigned)rand() % 60;
		bool take = rand() % 3 == 0 && !(used >> number & 1);
		content->labels[slot] = take ? (unsigned char)number : 0;
		used |= take ? UINT64_C(1) << number : 0;
	}
}

static void at_random(void **state)
{
	static const size_t areas[] = {64 * 1024, 128 * 1024, 300 * 1024 + 7};

	for (unsigned seed = 0; seed < 300; seed++) {
		struct content from = {0}, to = {0};
		srand(seed);
		from.area = to.area = areas[seed % 3];
		random_content(&from);
		random_content(&to);
		if (change_content(&from, &to) < 0)
			fail_msg("seed %u", seed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing),
		cmocka_unit_test(same_slots),
		cmocka_unit_test(other_version),
		cmocka_unit_test(to_none_and_back),
		cmocka_unit_test(same_numbers),
		cmocka_unit_test(free_slots),
		cmocka_unit_test(no_room),
		cmocka_unit_test(at_random),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
