/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "labelplan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>

/* What is written or kept as a whole; labels and index blocks are multiples of it. */
#define UNIT ((size_t)128)

/*
 * From the old index in force to the new one in five stages. At each point every index block that
 * is valid tells either the old namespaces or the new ones, and one is valid.
 *
 *	0. If the new index blocks reach beyond the old ones: the labels there go elsewhere.
 *	1. The other old index block becomes a copy of the one in force.
 *	2. The new labels are written to slots that the old index does not use. Those whose place
 *	   it does use are put elsewhere meanwhile.
 *	3. Two index blocks for these places take the place of the old ones, each while the other
 *	   one stays valid.
 *	4. All other labels are written, then the new index blocks as they shall be, the one in
 *	   force first.
 *	5. What was in the slots that were lent is written back.
 */
struct change {
	struct label_plan *plan;
	const uint8_t *target;
	size_t area;
	uint8_t *now;  /* the content after the writes that are planned */
	uint8_t *with; /* @target with labels moved, and index blocks that say so */
	bool *held;    /* by unit: what must not be written as long as the old index is in force */
	bool *taken;   /* by unit: the slots of the labels in @with */
	struct label_state old, new;
};

static void cleanup_change(struct change *change)
{
	free(change->now);
	free(change->with);
	free(change->held);
	free(change->taken);
}
#define AUTO_CHANGE CLEANUP(cleanup_change)

void label_plan_deinit(struct label_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++)
		free(plan->writes[i].bytes);
	free(plan->writes);
	*plan = (struct label_plan){0};
}

static int emit(struct change *change, const uint8_t *image, size_t from, size_t to)
{
	struct label_plan *plan = change->plan;
	struct label_write *writes =
		reallocarray(plan->writes, plan->count + 1, sizeof(*plan->writes));

	if (!writes)
		return -ENOMEM;
	plan->writes = writes;
	uint8_t *bytes = malloc(to - from);
	if (!bytes)
		return -ENOMEM;
	memcpy(bytes, image + from, to - from);
	memcpy(change->now + from, image + from, to - from);
	writes[plan->count++] = (struct label_write){from, to - from, bytes};
	return 0;
}

static size_t unit_end(const struct change *change, size_t at)
{
	size_t end = (at / UNIT + 1) * UNIT;

	return end < change->area ? end : change->area;
}

/* Plans what differs between now and @image from @from to @to, in units for which @skip is not set
 * (NULL: all); neighbours in one write. */
static int write_range(
	struct change *change, const uint8_t *image, size_t from, size_t to, const bool *skip)
{
	size_t start = from;
	int err = 0;

	for (size_t at = from; at < to && !err;) {
		size_t end = unit_end(change, at) < to ? unit_end(change, at) : to;
		bool differs = !(skip && skip[at / UNIT]) &&
			memcmp(change->now + at, image + at, end - at) != 0;
		if (!differs) {
			err = at > start ? emit(change, image, start, at) : 0;
			start = end;
		}
		at = end;
	}
	return err ?: start < to ? emit(change, image, start, to) : 0;
}

static void mark_units(bool *units, size_t from, size_t to)
{
	for (size_t unit = from / UNIT; unit * UNIT < to; unit++)
		units[unit] = true;
}

static bool any(const bool *units, size_t from, size_t to)
{
	for (size_t unit = from / UNIT; unit * UNIT < to; unit++)
		if (units[unit])
			return true;
	return false;
}

static const uint8_t *block_in_force(const struct label_state *state, const uint8_t *image)
{
	return image + (size_t)state->current * state->layout.index_size;
}

static bool slot_is_used(const struct label_state *state, const uint8_t *image, size_t slot)
{
	return !label_index_is_free(block_in_force(state, image), slot);
}

/* Whether the block beside the one in force says the same. */
static bool is_mirrored(const struct label_state *state, const uint8_t *image)
{
	if (state->fault[0] || state->fault[1] || state->index[0].slots != state->index[1].slots)
		return false;
	const uint8_t *second = image + state->layout.index_size;
	for (size_t slot = 0; slot < state->index[0].slots; slot++)
		if (label_index_is_free(image, slot) != label_index_is_free(second, slot))
			return false;
	return true;
}

static unsigned seq_before(unsigned seq)
{
	return (seq + 1) % 3 + 1;
}

/* Stage 1 */
static int mirror_old(struct change *change, uint8_t *image)
{
	const struct label_state *old = &change->old;
	size_t size = old->layout.index_size;
	unsigned other = 1 - (unsigned)old->current;

	if (is_mirrored(old, change->now))
		return 0;
	memcpy(image, change->now, 2 * size);
	memcpy(image + other * size, block_in_force(old, change->now), size);
	label_index_renumber(
		image + other * size, size, other, seq_before(old->index[old->current].seq));
	return write_range(change, image, other * size, (other + 1) * size, NULL);
}

static void hold_old(struct change *change)
{
	const struct label_state *old = &change->old;

	mark_units(change->held, 0, 2 * old->layout.index_size);
	for (size_t slot = 0; slot < label_state_slots(old); slot++) {
		size_t at = label_offset(&old->layout, slot);
		if (slot_is_used(old, change->now, slot))
			mark_units(change->held, at, at + old->layout.label_size);
	}
}

static bool may_take(const struct change *change, size_t slot)
{
	size_t at = label_offset(&change->new.layout, slot);
	size_t end = at + change->new.layout.label_size;

	return !slot_is_used(&change->new, change->target, slot) && !any(change->held, at, end) &&
		!any(change->taken, at, end);
}

/* Finds a place for the label of @slot, and puts it there in @with. */
static int place(struct change *change, uint8_t *block, size_t slot, size_t *next_free)
{
	const struct label_layout *layout = &change->new.layout;
	size_t at = label_offset(layout, slot), size = layout->label_size;
	bool same = memcmp(change->now + at, change->target + at, size) == 0;

	if (same || !any(change->held, at, at + size)) {
		mark_units(change->taken, at, at + size);
		return 0;
	}
	while (*next_free < label_state_slots(&change->new) && !may_take(change, *next_free))
		(*next_free)++;
	if (*next_free == label_state_slots(&change->new))
		return -ENOSPC;
	size_t to = label_offset(layout, *next_free);
	memcpy(change->with + to, change->target + at, size);
	label_move(change->with + to, size, *next_free);
	mark_units(change->taken, to, to + size);
	label_index_set_free(block, layout->index_size, slot, true);
	label_index_set_free(block, layout->index_size, *next_free, false);
	change->plan->moves = true;
	return 0;
}

/* Makes @with: index blocks that are both in force, and labels which leave the old ones alone. */
static int make_with(struct change *change)
{
	const struct label_state *new = &change->new;
	size_t size = new->layout.index_size, next_free = 0;
	uint8_t *first = change->with;

	memcpy(change->with, change->target, change->area);
	memcpy(first, block_in_force(new, change->target), size);
	label_index_renumber(first, size, 0, 2);
	for (size_t slot = 0; slot < label_state_slots(new); slot++) {
		int err = slot_is_used(new, change->target, slot)
			? place(change, first, slot, &next_free)
			: 0;
		if (err)
			return err;
	}
	memcpy(first + size, first, size);
	label_index_renumber(first + size, size, 1, 1);
	return 0;
}

/* Both blocks of @image, number @first before the other. */
static int write_blocks(struct change *change, const uint8_t *image, unsigned first)
{
	size_t size = change->new.layout.index_size;

	return write_range(change, image, first * size, (first + 1) * size, NULL)
		?: write_range(change, image, (1 - first) * size, (2 - first) * size, NULL);
}

/* Stages 2 and 3. The first new block to be written leaves one of the old ones alone: the second,
 * if the blocks are no larger than the old ones were, else the first. */
static int take_over(struct change *change)
{
	const struct label_layout *layout = &change->new.layout;
	int err = 0;

	for (size_t slot = 0; slot < label_state_slots(&change->new) && !err; slot++) {
		size_t at = label_offset(layout, slot), end = at + layout->label_size;
		if (any(change->taken, at, end))
			err = write_range(change, change->with, at, end, NULL);
	}
	return err
		?: write_blocks(change, change->with,
			   layout->index_size > change->old.layout.index_size);
}

/* From one valid index to another. */
static int replace_labels(struct change *change)
{
	size_t labels = 2 * change->new.layout.index_size, units = change->area / UNIT + 1;

	memset(change->held, false, units);
	memset(change->taken, false, units);
	/* The buffer of @with serves for the copy first. */
	int err = mirror_old(change, change->with);
	if (err)
		return err;
	hold_old(change);
	err = make_with(change) ?: take_over(change);
	/* Stages 4 and 5 */
	err = err ?: write_range(change, change->target, labels, change->area, change->taken);
	err = err ?: write_blocks(change, change->target, (unsigned)change->new.current);
	return err ?: write_range(change, change->target, labels, change->area, NULL);
}

/* Moves the old labels that are in the first @end bytes of @image to free slots behind. Returns how
 * many, or -ENOSPC. */
static int clear_start(const struct label_state *old, uint8_t *image, size_t end)
{
	size_t size = old->layout.label_size, blocks = old->layout.index_size;
	uint8_t *block = image + (size_t)old->current * blocks;
	size_t to = (end - 2 * blocks + size - 1) / size;
	int moved = 0;

	for (size_t slot = 0;
		slot < label_state_slots(old) && label_offset(&old->layout, slot) < end; slot++) {
		if (label_index_is_free(block, slot))
			continue;
		while (to < label_state_slots(old) && !label_index_is_free(block, to))
			to++;
		if (to == label_state_slots(old))
			return -ENOSPC;
		uint8_t *label = image + label_offset(&old->layout, to);
		memcpy(label, image + label_offset(&old->layout, slot), size);
		label_move(label, size, to);
		label_index_set_free(block, blocks, slot, true);
		label_index_set_free(block, blocks, to, false);
		moved++;
	}
	return moved;
}

/* Where the new index blocks are larger than the old ones, they take the place of old labels: those
 * go first, from the old content to one that means the same. */
static int make_way(struct change *change)
{
	struct label_state new = change->new;
	const uint8_t *target = change->target;
	AUTO_FREE uint8_t *image = malloc(change->area + 1);

	if (!image)
		return -ENOMEM;
	memcpy(image, change->now, change->area);
	int moved = new.layout.index_size > change->old.layout.index_size
		? clear_start(&change->old, image, 2 * new.layout.index_size)
		: 0;
	if (moved <= 0)
		return moved;
	change->plan->moves = true;
	change->target = image;
	label_find(image, change->area, change->area, &change->new);
	int err = replace_labels(change);
	change->target = target;
	change->new = new;
	label_find(change->now, change->area, change->area, &change->old);
	return err;
}

/* From no valid index to one: it comes last. */
static int found(struct change *change)
{
	size_t labels = 2 * change->new.layout.index_size;

	return write_range(change, change->target, labels, change->area, NULL)
		?: write_blocks(change, change->target, (unsigned)change->new.current);
}

/* From a valid index to none: it goes first, a copy of it before. */
static int abolish(struct change *change)
{
	size_t size = change->old.layout.index_size;
	unsigned other = 1 - (unsigned)change->old.current;

	return mirror_old(change, change->with)
		?: write_range(change, change->target, other * size, (other + 1) * size, NULL)
		?: write_range(change, change->target, 0, 2 * size, NULL)
		?: write_range(change, change->target, 0, change->area, NULL);
}

/* Neither the index blocks nor the labels that they speak of become different. */
static bool is_harmless(const struct change *change)
{
	const struct label_state *old = &change->old;

	if (memcmp(change->now, change->target, label_index_room(change->area)) != 0)
		return false;
	for (size_t slot = 0; slot < label_state_slots(old); slot++) {
		size_t at = label_offset(&old->layout, slot);
		if (slot_is_used(old, change->now, slot) &&
			memcmp(change->now + at, change->target + at, old->layout.label_size) != 0)
			return false;
	}
	return true;
}

static int label_plan_add_change(struct change *change)
{
	bool old = label_find(change->now, change->area, change->area, &change->old);
	bool new = label_find(change->target, change->area, change->area, &change->new);

	if (old && is_harmless(change))
		return write_range(change, change->target, 0, change->area, NULL);
	if (old && new)
		return make_way(change) ?: replace_labels(change);
	if (old)
		return abolish(change);
	if (new)
		return found(change);
	return write_range(change, change->target, 0, change->area, NULL);
}

int label_plan(struct label_plan *plan, const uint8_t *before, const uint8_t *target, size_t area)
{
	size_t units = area / UNIT + 1;
	AUTO_CHANGE struct change change = {
		.plan = plan,
		.target = target,
		.area = area,
		.now = malloc(area + 1),
		.with = malloc(area + 1),
		.held = calloc(units, sizeof(bool)),
		.taken = calloc(units, sizeof(bool)),
	};

	*plan = (struct label_plan){0};
	if (!change.now || !change.with || !change.held || !change.taken)
		return -ENOMEM;
	memcpy(change.now, before, area);
	return label_plan_add_change(&change);
}
