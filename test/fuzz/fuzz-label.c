/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include <ndctl/format/labelplan.h>
#include <ndctl/format/labelset.h>

/*
 * A label area is read, made to agree with another, and changed into it: the first byte tells
 * whether checksums are made right (else nothing behind them would ever be looked at), the rest are
 * the two areas.
 */
static void seal(uint8_t *image, size_t area, unsigned minor)
{
	struct label_layout layout;

	if (label_layout(area, minor, &layout))
		return;
	for (unsigned which = 0; which < 2; which++) {
		uint8_t *block = image + which * layout.index_size;
		label_index_set_free(block, layout.index_size, 0, label_index_is_free(block, 0));
	}
}

static uint64_t field(const uint8_t *block, size_t offset, size_t size)
{
	uint64_t value = 0;

	for (size_t i = 0; i < size; i++)
		value |= (uint64_t)block[offset + i] << 8 * i;
	return value;
}

/* The rule of the kernel, said once more: of two blocks that follow each other the later one, of
 * equal ones the second. */
static void check_choice(const uint8_t *image, const struct label_state *state)
{
	static const int later[4][4] = {
		[1] = {[1] = 1, [2] = 1, [3] = 0},
		[2] = {[1] = 0, [2] = 1, [3] = 1},
		[3] = {[1] = 1, [2] = 0, [3] = 1},
	};
	const size_t size = state->layout.index_size;

	for (unsigned which = 0; which < 2; which++) {
		const uint8_t *block = image + which * size;
		if (state->fault[which])
			continue;
		must(field(block, 24, 8) == which * size);
		must(field(block, 32, 8) >= 72 && field(block, 32, 8) <= size);
		must(field(block, 40, 8) == (1 - which) * size);
		must(field(block, 48, 8) == 2 * size);
		must(label_offset(&state->layout, field(block, 56, 4)) <= state->layout.area);
	}
	if (!state->fault[0] && !state->fault[1])
		must(state->current ==
			later[field(image, 20, 4) & 3][field(image + size, 20, 4) & 3]);
	else
		must(state->current == (state->fault[0] ? 1 : 0));
}

static void describe(const uint8_t *image, size_t area)
{
	struct label_state state;

	if (label_find(image, area, area, &state))
		check_choice(image, &state);
	if (!state.layout.slots)
		return;
	for (unsigned which = 0; which < 2; which++) {
		struct ndctl_label_index index;
		label_index_describe(
			image + which * state.layout.index_size, state.layout.index_size, &index);
		must(!index.signature[sizeof(index.signature) - 1]);
	}
	for (size_t slot = 0; slot < state.layout.slots; slot++) {
		struct ndctl_label label;
		must(label_offset(&state.layout, slot + 1) <= area);
		label_describe(
			image + label_offset(&state.layout, slot), state.layout.label_size, &label);
		must(!label.name[sizeof(label.name) - 1]);
	}
}

static void change(uint8_t *now, const uint8_t *target, size_t area)
{
	struct label_state state;
	struct label_plan plan;
	bool both = label_find(now, area, area, &state) && label_find(target, area, area, &state);
	int err = label_plan(&plan, now, target, area);

	for (size_t i = 0; i < plan.count && !err; i++) {
		const struct label_write *write = &plan.writes[i];
		must(write->offset <= area && write->size <= area - write->offset);
		memcpy(now + write->offset, write->bytes, write->size);
		must(!both || label_find(now, area, area, &state));
	}
	must(err || memcmp(now, target, area) == 0);
	label_plan_deinit(&plan);
}

/* Once two dimms agree, they do. */
static void repair(const uint8_t *first, const uint8_t *second, size_t area)
{
	const struct label_scope scope = {.cookie = 0x1234};
	uint8_t *targets = malloc(4 * area + 1);
	struct label_part parts[2] = {
		{.image = first, .target = targets},
		{.image = second, .target = targets + area, .position = 1},
	};

	must(targets);
	for (size_t i = 0; i < 2; i++) {
		parts[i].area = area;
		parts[i].length = UINT64_C(1) << 40;
	}
	label_set_repair(parts, 2, &(struct label_scope){0});
	if (label_set_repair(parts, 2, &scope) == 0) {
		for (size_t i = 0; i < 2; i++) {
			must(label_count_free(parts[i].target, area) >= 0);
			parts[i].image = parts[i].target;
			parts[i].target = targets + (2 + i) * area;
		}
		must(label_set_repair(parts, 2, &scope) == 0);
		must(!parts[0].differs && !parts[1].differs);
	}
	free(targets);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 3)
		return -1;
	size_t area = (size - 1) / 2;
	uint8_t *first = malloc(area), *second = malloc(area);
	must(first && second);
	memcpy(first, data + 1, area);
	memcpy(second, data + 1 + area, area);
	if (data[0] & 1)
		seal(first, area, 1 + (data[0] >> 1 & 1));
	if (data[0] & 4)
		seal(second, area, 1 + (data[0] >> 3 & 1));
	describe(first, area);
	describe(second, area);
	repair(first, second, area);
	change(first, second, area);
	free(first);
	free(second);
	return 0;
}
