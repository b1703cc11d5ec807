/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "labelplan.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>

/* Bytes that are written or kept as a whole: divides the sizes of labels and index blocks. */
#define UNIT ((size_t)128)

/*
 * A change from one valid index block to another has five stages. At each moment one index block is
 * valid, and each that is valid lists either the old or the new namespaces.
 *
 *	0. Move old labels away from where the new, larger index blocks go.
 *	1. Make the other old index block a copy of the one in force.
 *	2. Write the new labels to slots that the old index does not use; borrow a free slot for
 *	   each label whose own slot it does use.
 *	3. Replace the old index blocks by two that list these slots, one while the other stays
 *	   valid.
 *	4. Write all other labels to their own slots, then the final index blocks, the one in force
 *	   first.
 *	5. Write back the old content of the borrowed slots.
 */
struct change {
	struct label_plan *plan;
	const uint8_t *target;
	size_t area;
	uint8_t *now;  /* the content after the writes planned so far */
	uint8_t *with; /* @target with labels in borrowed slots, and index blocks for that */
	bool *held;    /* by unit: in use while the old index is in force */
	bool *taken;   /* by unit: in use by the labels in @with */
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

static int label_plan_add_write(struct change *change, const uint8_t *image, size_t from, size_t to)
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

/* Plans to write what differs from @image in [from, to), except units that @skip marks (NULL:
 * none). Joins neighbouring units in one write. */
static int write_range(
	struct change *change, const uint8_t *image, size_t from, size_t to, const bool *skip)
{
	size_t start = from, end;

	for (size_t at = from; at < to; at = end) {
		end = unit_end(change, at) < to ? unit_end(change, at) : to;
		bool differs = !(skip && skip[at / UNIT]) &&
			memcmp(change->now + at, image + at, end - at) != 0;
		if (differs)
			continue;
		int err = at > start ? label_plan_add_write(change, image, start, at) : 0;
		if (err)
			return err;
		start = end;
	}
	return start < to ? label_plan_add_write(change, image, start, to) : 0;
}

static void mark_units(bool *units, size_t from, size_t to)
{
	for (size_t unit = from / UNIT; unit * UNIT < to; unit++)
		units[unit] = true;
}

static bool any_unit(const bool *units, size_t from, size_t to)
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

/* Returns whether both index blocks are valid and list the same slots. */
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

static bool may_borrow(const struct change *change, size_t slot)
{
	size_t at = label_offset(&change->new.layout, slot);
	size_t end = at + change->new.layout.label_size;

	return !slot_is_used(&change->new, change->target, slot) &&
		!any_unit(change->held, at, end) && !any_unit(change->taken, at, end);
}

/* Puts the label of @slot into @with: into its own slot, or else a free one. */
static int place_label(struct change *change, uint8_t *block, size_t slot, size_t *next_free)
{
	const struct label_layout *layout = &change->new.layout;
	size_t at = label_offset(layout, slot), size = layout->label_size;
	bool same = memcmp(change->now + at, change->target + at, size) == 0;

	if (same || !any_unit(change->held, at, at + size)) {
		mark_units(change->taken, at, at + size);
		return 0;
	}
	while (*next_free < label_state_slots(&change->new) && !may_borrow(change, *next_free))
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

/* Fills in @with: labels that overwrite no old one, and two equal index blocks for them. */
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
			? place_label(change, first, slot, &next_free)
			: 0;
		if (err)
			return err;
	}
	memcpy(first + size, first, size);
	label_index_renumber(first + size, size, 1, 1);
	return 0;
}

/* Plans to write both index blocks of @image, @first before the other. */
static int write_blocks(struct change *change, const uint8_t *image, unsigned first)
{
	size_t size = change->new.layout.index_size;

	return write_range(change, image, first * size, (first + 1) * size, NULL)
		?: write_range(change, image, (1 - first) * size, (2 - first) * size, NULL);
}

/* Stages 2 and 3. Write first the new block that overlaps one old block only: the second, if new
 * blocks are larger than old ones, else the first. */
static int take_over(struct change *change)
{
	const struct label_layout *layout = &change->new.layout;

	for (size_t slot = 0; slot < label_state_slots(&change->new); slot++) {
		size_t at = label_offset(layout, slot), end = at + layout->label_size;
		if (!any_unit(change->taken, at, end))
			continue;
		int err = write_range(change, change->with, at, end, NULL);
		if (err)
			return err;
	}
	return write_blocks(
		change, change->with, layout->index_size > change->old.layout.index_size);
}

/* Stages 1 to 5: from a valid index block to another. */
static int replace_labels(struct change *change)
{
	size_t labels = 2 * change->new.layout.index_size, units = change->area / UNIT + 1;

	memset(change->held, false, units);
	memset(change->taken, false, units);
	/* Use the buffer of @with for the copy before make_with() fills it. */
	int err = mirror_old(change, change->with);
	if (err)
		return err;
	hold_old(change);
	err = make_with(change) ?: take_over(change);
	if (err)
		return err;
	/* Stages 4 and 5 */
	err = write_range(change, change->target, labels, change->area, change->taken)
		?: write_blocks(change, change->target, (unsigned)change->new.current);
	return err ?: write_range(change, change->target, labels, change->area, NULL);
}

/* Moves the old labels in the first @end bytes of @image to free slots behind. Returns how many, or
 * -ENOSPC. */
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

/* Stage 0. Plans the change from the old content to one that means the same, but has its labels
 * behind the new, larger index blocks. */
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

/* From no valid index block to one: write it last. */
static int write_first_index(struct change *change)
{
	size_t labels = 2 * change->new.layout.index_size;

	return write_range(change, change->target, labels, change->area, NULL)
		?: write_blocks(change, change->target, (unsigned)change->new.current);
}

/* From a valid index block to none: overwrite the index blocks first, the one in force last. */
static int remove_index(struct change *change)
{
	size_t size = change->old.layout.index_size;
	unsigned other = 1 - (unsigned)change->old.current;

	int err = mirror_old(change, change->with)
		?: write_range(change, change->target, other * size, (other + 1) * size, NULL);
	if (err)
		return err;
	return write_range(change, change->target, 0, 2 * size, NULL)
		?: write_range(change, change->target, 0, change->area, NULL);
}

/* Returns whether @target has the same index blocks and the same labels in used slots. */
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
		return remove_index(change);
	if (new)
		return write_first_index(change);
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
