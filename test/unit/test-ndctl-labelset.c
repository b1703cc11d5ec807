/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"

#include <ndctl/format/labelset.h>
#include <stdio.h>
#include <string.h>

#define AREA	 ((size_t)8192)
#define MEGA	 ((uint64_t)1 << 20)
#define UPDATING 8
#define COOKIE	 UINT64_C(0x0102030405060708)

/* Two dimms, each with a region of 64 MiB that begins elsewhere. */
struct pair {
	struct label_layout layout;
	unsigned minor;
	uint8_t image[2][AREA], target[2][AREA];
	struct label_part parts[2];
};

static void put(uint8_t *at, uint64_t value, size_t size)
{
	for (size_t i = 0; i < size; i++)
		at[i] = (uint8_t)(value >> 8 * i);
}

static void make_pair(struct pair *pair, unsigned minor)
{
	*pair = (struct pair){.minor = minor};
	assert_int_equal(label_layout(AREA, minor, &pair->layout), 0);
	for (unsigned i = 0; i < 2; i++) {
		for (unsigned which = 0; which < 2; which++)
			label_index_write(pair->image[i] + which * pair->layout.index_size,
				&pair->layout, minor, which, 3 - which);
		pair->parts[i] = (struct label_part){
			.image = pair->image[i],
			.area = AREA,
			.offset = i ? 0 : 128 * MEGA,
			.length = 64 * MEGA,
			.position = i,
			.target = pair->target[i],
		};
	}
}

/* A label of namespace @id on dimm @i, at @at MiB of the region's part and @size MiB large. */
static void add(struct pair *pair, unsigned i, size_t slot, uint8_t id, uint64_t at, uint64_t size,
	unsigned flags)
{
	uint8_t *label = pair->image[i] + label_offset(&pair->layout, slot);

	memset(label, 0, pair->layout.label_size);
	memset(label, id, 16);
	put(label + 80, flags, 4);
	put(label + 84, 2, 2);
	put(label + 86, i, 2);
	put(label + 88, COOKIE, 8);
	put(label + 104, pair->parts[i].offset + at * MEGA, 8);
	put(label + 112, size * MEGA, 8);
	label_move(label, pair->layout.label_size, slot);
	label_index_set_free(pair->image[i], pair->layout.index_size, slot, false);
}

/* What a dimm tells: "ID@AT+SIZE" each, as the slots go. */
static const char *tell(const struct pair *pair, const uint8_t *image, unsigned i)
{
	static char text[256];
	struct label_state state;
	size_t end = 0;

	assert_true(label_find(image, AREA, AREA, &state));
	text[0] = 0;
	for (size_t slot = 0; slot < state.index[state.current].slots; slot++) {
		const uint8_t *bytes = image + label_offset(&state.layout, slot);
		struct ndctl_label label;
		if (label_index_is_free(
			    image + (size_t)state.current * state.layout.index_size, slot))
			continue;
		assert_true(label_is_valid(bytes, state.layout.label_size, slot));
		label_describe(bytes, state.layout.label_size, &label);
		assert_int_equal(label.position, i);
		end += (size_t)snprintf(text + end, sizeof(text) - end, "%s%u@%u+%u",
			end ? " " : "", label.uuid[0],
			(unsigned)((label.address - pair->parts[i].offset) / MEGA),
			(unsigned)(label.size / MEGA));
	}
	return text;
}

static int repair(struct pair *pair)
{
	return label_set_repair(pair->parts, 2, &(struct label_scope){.cookie = COOKIE});
}

static int repair_known(struct pair *pair, uuid_t *known, size_t count)
{
	const struct label_scope scope = {
		.cookie = COOKIE, .known = (const uuid_t *)known, .known_count = count};

	return label_set_repair(pair->parts, 2, &scope);
}

#define assert_told(pair, first, second)                                                           \
	do {                                                                                       \
		assert_string_equal(tell(pair, (pair)->target[0], 0), first);                      \
		assert_string_equal(tell(pair, (pair)->target[1], 1), second);                     \
	} while (0)

static void agreement_is_left_alone(void **state)
{
	for (unsigned minor = 1; minor <= 2; minor++) {
		struct pair pair;
		make_pair(&pair, minor);
		for (unsigned i = 0; i < 2; i++) {
			add(&pair, i, 3 + i, 1, 0, 16, 0);
			add(&pair, i, 1, 2, 16, 8, UPDATING);
		}
		assert_int_equal(repair(&pair), 0);
		assert_false(pair.parts[0].differs || pair.parts[1].differs);
		assert_memory_equal(pair.target, pair.image, sizeof(pair.image));
	}
}

static void half_made_is_dropped(void **state)
{
	struct pair pair;

	make_pair(&pair, 1);
	add(&pair, 0, 0, 1, 0, 16, 0);
	add(&pair, 1, 0, 1, 0, 16, 0);
	add(&pair, 0, 1, 2, 16, 16, UPDATING);
	assert_int_equal(repair(&pair), 0);
	assert_true(pair.parts[0].differs);
	assert_false(pair.parts[1].differs);
	assert_told(&pair, "1@0+16", "1@0+16");
}

static void half_changed_is_as_before(void **state)
{
	struct pair pair;

	/* Another uuid, and a larger size, on the first dimm. */
	for (unsigned minor = 1; minor <= 2; minor++) {
		make_pair(&pair, minor);
		add(&pair, 0, 2, 2, 0, 16, UPDATING);
		add(&pair, 1, 0, 1, 0, 16, 0);
		add(&pair, 0, 3, 3, 16, 16, UPDATING);
		add(&pair, 1, 1, 3, 16, 8, 0);
		assert_int_equal(repair(&pair), 0);
		assert_told(&pair, "1@0+16 3@16+8", "1@0+16 3@16+8");
	}
}

static void half_destroyed_is_back(void **state)
{
	struct pair pair;

	make_pair(&pair, 2);
	add(&pair, 1, 5, 1, 8, 16, 0);
	assert_int_equal(repair(&pair), 0);
	assert_false(pair.parts[1].differs);
	assert_told(&pair, "1@8+16", "1@8+16");

	/* The labels of the last dimm are gone. */
	make_pair(&pair, 2);
	add(&pair, 0, 5, 1, 8, 16, 0);
	assert_int_equal(repair(&pair), 0);
	assert_told(&pair, "1@8+16", "1@8+16");
}

/* A slot in use that no label was written to has an old one in it. */
static void old_labels_give_way(void **state)
{
	struct pair pair;

	make_pair(&pair, 1);
	add(&pair, 0, 0, 1, 0, 16, UPDATING);
	for (unsigned i = 0; i < 2; i++)
		add(&pair, i, 1, 1, 0, 16, 0);
	add(&pair, 1, 2, 7, 8, 16, 0);
	assert_int_equal(repair(&pair), 0);
	assert_told(&pair, "1@0+16", "1@0+16");
}

static void known_ones_are_kept_and_no_others(void **state)
{
	uuid_t known[2];
	struct pair pair, empty;

	memset(known[0], 1, sizeof(uuid_t));
	memset(known[1], 2, sizeof(uuid_t));
	make_pair(&pair, 1);
	make_pair(&empty, 1);
	for (unsigned i = 0; i < 2; i++) {
		add(&pair, i, 0, 1, 0, 16, 0);
		add(&pair, i, 1, 7, 16, 16, 0);
	}
	/* Without index blocks of before, the other may be all that is left of a namespace. */
	assert_int_equal(repair_known(&pair, known, 1), 0);
	assert_told(&pair, "1@0+16 7@16+16", "1@0+16 7@16+16");
	for (unsigned i = 0; i < 2; i++)
		pair.parts[i].before = empty.image[i];
	assert_int_equal(repair_known(&pair, known, 1), 0);
	assert_told(&pair, "1@0+16", "1@0+16");
	assert_int_equal(repair_known(&pair, known, 2), -ENOKEY);
	assert_int_equal(repair_known(&pair, known, 0), 0);
	assert_told(&pair, "", "");
}

static void known_ones_may_have_another_cookie(void **state)
{
	struct pair pair;
	uuid_t known;

	memset(known, 1, sizeof(known));
	make_pair(&pair, 1);
	for (unsigned i = 0; i < 2; i++) {
		add(&pair, i, 0, 1, 0, 16, 0);
		put(pair.image[i] + label_offset(&pair.layout, 0) + 88, COOKIE + 1, 8);
	}
	assert_int_equal(repair_known(&pair, &known, 1), 0);
	assert_false(pair.parts[0].differs || pair.parts[1].differs);
	assert_int_equal(repair(&pair), 0);
	assert_false(pair.parts[0].differs || pair.parts[1].differs);
}

/* What was there before, and nobody knows, may be all that is left of a namespace. */
static void strangers_stay_where_they_were(void **state)
{
	uint8_t before[2][AREA];
	struct pair pair;
	uuid_t known;

	memset(known, 1, sizeof(known));
	make_pair(&pair, 2);
	for (unsigned i = 0; i < 2; i++) {
		add(&pair, i, 0, 1, 0, 16, 0);
		pair.parts[i].before = before[i];
	}
	add(&pair, 1, 2, 7, 16, 16, 0);
	memcpy(before, pair.image, sizeof(before));
	add(&pair, 0, 4, 8, 32, 16, 0);
	add(&pair, 1, 1, 9, 48, 8, 0);
	assert_int_equal(repair_known(&pair, &known, 1), 0);
	assert_told(&pair, "1@0+16", "1@0+16 7@16+16");

	/* It is known whose label the change has put there. */
	struct label_scope scope = {.cookie = COOKIE, .known = &known, .known_count = 1};
	memset(scope.undone, 7, sizeof(uuid_t));
	assert_int_equal(label_set_repair(pair.parts, 2, &scope), 0);
	assert_told(&pair, "1@0+16", "1@0+16");

	/* Where nothing is valid before, nothing is sure. */
	memset(before[0], 0, AREA);
	assert_int_equal(repair_known(&pair, &known, 1), 0);
	assert_told(&pair, "1@0+16 8@32+16", "1@0+16 7@16+16");
}

static void what_is_not_the_regions_is_left_alone(void **state)
{
	struct pair pair;

	make_pair(&pair, 1);
	add(&pair, 0, 0, 1, 64, 16, UPDATING);	  /* behind it */
	add(&pair, 0, 1, 2, 56, 16, UPDATING);	  /* and half so */
	add(&pair, 0, 2, 3, 0, 16, UPDATING | 2); /* local to the dimm */
	add(&pair, 0, 3, 4, 0, 16, UPDATING);	  /* of another set */
	put(pair.image[0] + label_offset(&pair.layout, 3) + 88, COOKIE + 1, 8);
	assert_int_equal(repair(&pair), 0);
	assert_false(pair.parts[0].differs || pair.parts[1].differs);

	/* Whose they are is not known: most of them are. */
	add(&pair, 0, 4, 5, 0, 16, 0);
	add(&pair, 0, 5, 6, 16, 16, 0);
	assert_int_equal(label_set_repair(pair.parts, 2, &(struct label_scope){0}), 0);
	assert_string_equal(tell(&pair, pair.target[1], 1), "5@0+16 6@16+16");
}

static void what_cannot_be_is_refused(void **state)
{
	struct pair pair, second;

	make_pair(&pair, 1);
	make_pair(&second, 2);
	pair.parts[1].image = second.image[1];
	assert_int_equal(repair(&pair), -EXDEV);
	memset(second.image[1], 0, AREA);
	assert_int_equal(repair(&pair), -EINVAL);

	make_pair(&pair, 1);
	for (size_t slot = 0; slot < pair.layout.slots; slot++)
		label_index_set_free(pair.image[0], pair.layout.index_size, slot, false);
	add(&pair, 1, 0, 1, 0, 16, 0);
	assert_int_equal(repair(&pair), -ENOSPC);
	assert_int_equal(label_count_free(pair.image[0], AREA), 0);
	assert_int_equal(label_count_free(pair.image[1], AREA), (int)pair.layout.slots - 1);
}

/* Complete namespaces that contradict each other are no torn write. */
static void complete_ones_are_never_dropped(void **state)
{
	for (unsigned minor = 1; minor <= 2; minor++) {
		struct pair pair;
		struct label_report report = {0};
		const struct label_scope scope = {.cookie = COOKIE, .report = &report};
		make_pair(&pair, minor);
		for (unsigned i = 0; i < 2; i++) {
			add(&pair, i, 1, 1, 0, 16, 0);
			add(&pair, i, 2, 2, 16, 16, 0);
			add(&pair, i, 0, 3, 8, 16, 0);
		}
		assert_int_equal(label_set_repair(pair.parts, 2, &scope), -EUCLEAN);
		assert_int_equal(report.count, 2);
		assert_int_equal(report.list[0].fate, LABEL_FATE_DISPUTED);
		assert_int_equal(report.list[0].label.uuid[0], 3);
		assert_int_equal(report.list[0].label.address, 8 * MEGA);
		assert_int_equal(report.list[1].fate, LABEL_FATE_DISPUTED);
		assert_int_equal(report.list[1].label.uuid[0], 1);
		label_report_deinit(&report);

		/* Not even if its labels are unfinished, or for one with the same uuid elsewhere.
		 */
		make_pair(&pair, minor);
		for (unsigned i = 0; i < 2; i++) {
			add(&pair, i, 1, 1, 0, 16, UPDATING);
			add(&pair, i, 0, 3, 8, 16, 0);
		}
		assert_int_equal(repair(&pair), -EUCLEAN);
		make_pair(&pair, minor);
		for (unsigned i = 0; i < 2; i++) {
			add(&pair, i, 1, 1, 0, 16, 0);
			add(&pair, i, 0, 1, 32, 16, 0);
		}
		assert_int_equal(repair(&pair), -EUCLEAN);
	}
}

static void null_uuids_never_win(void **state)
{
	struct label_report report = {0};
	const struct label_scope scope = {.cookie = COOKIE, .report = &report};
	struct pair pair;

	make_pair(&pair, 1);
	add(&pair, 0, 0, 1, 0, 16, 0);
	add(&pair, 1, 0, 0, 0, 16, 0);
	assert_int_equal(label_set_repair(pair.parts, 2, &scope), 0);
	assert_told(&pair, "1@0+16", "1@0+16");
	assert_int_equal(report.count, 2);
	assert_int_equal(report.list[0].fate, LABEL_FATE_RESTORED);
	assert_int_equal(report.list[0].label.uuid[0], 1);
	assert_int_equal(report.list[1].fate, LABEL_FATE_DROPPED);
	assert_int_equal(report.list[1].label.uuid[0], 0);
	label_report_deinit(&report);

	/* One that is complete stays, and is not overlapped either. */
	make_pair(&pair, 1);
	for (unsigned i = 0; i < 2; i++)
		add(&pair, i, 0, 0, 0, 16, 0);
	add(&pair, 0, 1, 2, 16, 16, 0);
	assert_int_equal(repair(&pair), 0);
	assert_told(&pair, "0@0+16 2@16+16", "0@0+16 2@16+16");
	add(&pair, 0, 2, 3, 0, 8, 0);
	assert_int_equal(repair(&pair), -EUCLEAN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agreement_is_left_alone),
		cmocka_unit_test(half_made_is_dropped),
		cmocka_unit_test(half_changed_is_as_before),
		cmocka_unit_test(half_destroyed_is_back),
		cmocka_unit_test(old_labels_give_way),
		cmocka_unit_test(known_ones_are_kept_and_no_others),
		cmocka_unit_test(known_ones_may_have_another_cookie),
		cmocka_unit_test(strangers_stay_where_they_were),
		cmocka_unit_test(what_is_not_the_regions_is_left_alone),
		cmocka_unit_test(complete_ones_are_never_dropped),
		cmocka_unit_test(null_uuids_never_win),
		cmocka_unit_test(what_cannot_be_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
