/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fuzz.h"

#include <ndctl/labelplan.h>
#include <ndctl/labelset.h>

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

static void describe(const uint8_t *image, size_t area)
{
	struct label_state state;

	label_find(image, area, area, &state);
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
static void mend(const uint8_t *first, const uint8_t *second, size_t area)
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
	label_set_mend(parts, 2, &(struct label_scope){0});
	if (label_set_mend(parts, 2, &scope) == 0) {
		for (size_t i = 0; i < 2; i++) {
			must(label_count_free(parts[i].target, area) >= 0);
			parts[i].image = parts[i].target;
			parts[i].target = targets + (2 + i) * area;
		}
		must(label_set_mend(parts, 2, &scope) == 0);
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
	mend(first, second, area);
	change(first, second, area);
	free(first);
	free(second);
	return 0;
}
