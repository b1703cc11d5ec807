/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "labelset.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>

#define LABEL_MAX 256
#define NO_SLOT	  SIZE_MAX

/* UEFI 2.7, 13.19.3: flags of a label. */
enum {
	LABEL_LOCAL = 1 << 1,	 /* the namespace is on one DIMM; ignored since Linux 5.18 */
	LABEL_UPDATING = 1 << 3, /* not all labels of the namespace are written yet */
};

/* A namespace, or a piece of one, and its labels on the DIMMs. */
struct entry {
	uint8_t common[LABEL_MAX]; /* the label, reduced by label_lift() */
	struct ndctl_label label;
	size_t *slots; /* by part: the slot of the label, or NO_SLOT */
	bool *settled; /* by part: the label is there without LABEL_UPDATING */
	bool accepted; /* all DIMMs shall list it */
};

struct set {
	struct label_part *parts;
	const struct label_scope *scope;
	uint64_t cookie;	    /* 0: any */
	struct label_state *states; /* by part */
	struct label_state *before; /* by part, of the index blocks before the change */
	size_t count, label_size;
	struct entry *entries;
	size_t entry_count;
};

static void cleanup_set(struct set *set)
{
	for (size_t i = 0; i < set->entry_count; i++) {
		free(set->entries[i].slots);
		free(set->entries[i].settled);
	}
	free(set->entries);
	free(set->states);
	free(set->before);
}
#define AUTO_SET CLEANUP(cleanup_set)

static const uint8_t *block_of(const struct label_state *state, const uint8_t *image)
{
	return image + (size_t)state->current * state->layout.index_size;
}

static bool is_one_of(const struct ndctl_label *label, const uuid_t *known, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (memcmp(known[i], label->uuid, sizeof(uuid_t)) == 0)
			return true;
	return false;
}

static bool is_known(const struct set *set, const struct ndctl_label *label)
{
	const struct label_scope *scope = set->scope;

	return !scope->known || is_one_of(label, scope->known, scope->known_count);
}

/* Accepts any cookie on a known namespace: the kernel has enabled it, perhaps with a cookie as old
 * kernels computed it. */
static bool is_of_set(const struct set *set, const struct ndctl_label *label)
{
	return !set->cookie || label->cookie == set->cookie ||
		(set->scope->known && is_known(set, label));
}

/* Returns whether the label in a used slot is not the change's to remove: it may be all that is
 * left of a namespace, unless the slot was certainly free before, or the change wrote the label.
 * Where nothing is known of before, only the latter counts. */
static bool is_stranger(
	const struct set *set, size_t i, size_t slot, const struct ndctl_label *label)
{
	const struct label_state *before = &set->before[i];
	const uint8_t *blocks = set->parts[i].before;

	if (is_known(set, label) || is_one_of(label, &set->scope->undone, 1))
		return false;
	return !blocks || before->current < 0 || before->layout.label_size != set->label_size ||
		!label_index_is_free(block_of(before, blocks), slot);
}

bool label_is_of_part(const struct ndctl_label *label, const struct label_part *part, size_t count,
	uint64_t cookie)
{
	/* 66f0d379-b4f3-4074-ac43-0d3318b78cdb */
	static const uint8_t pmem[16] = {0x79, 0xd3, 0xf0, 0x66, 0xf3, 0xb4, 0x74, 0x40, 0xac, 0x43,
		0x0d, 0x33, 0x18, 0xb7, 0x8c, 0xdb};
	static const uint8_t none[16] = {0};

	if (label->has_guids && memcmp(label->type, pmem, sizeof(pmem)) != 0 &&
		memcmp(label->type, none, sizeof(none)) != 0)
		return false;
	return label->cookie == cookie && label->labels == count &&
		label->position == part->position && label->address >= part->offset &&
		label->address - part->offset < part->length &&
		label->size <= part->length - (label->address - part->offset);
}

/* Reads the label in @slot, and reduces it. Returns false if it is none of the region's. */
static bool set_read_slot(const struct set *set, size_t i, size_t slot, struct entry *entry)
{
	const struct label_part *part = &set->parts[i];
	const struct label_state *state = &set->states[i];
	const uint8_t *bytes = part->image + label_offset(&state->layout, slot);
	struct ndctl_label *label = &entry->label;

	if (label_index_is_free(block_of(state, part->image), slot) ||
		!label_is_valid(bytes, set->label_size, slot))
		return false;
	label_describe(bytes, set->label_size, label);
	if (label->flags & LABEL_LOCAL || !is_of_set(set, label) ||
		!label_is_of_part(label, part, set->count, label->cookie))
		return false;
	if (is_stranger(set, i, slot, label))
		return false;
	label->address -= part->offset;
	memcpy(entry->common, bytes, set->label_size);
	label_lift(entry->common, set->label_size, part->offset, LABEL_UPDATING);
	return true;
}

static struct entry *set_find_entry(const struct set *set, const struct entry *like)
{
	for (size_t i = 0; i < set->entry_count; i++)
		if (memcmp(set->entries[i].common, like->common, set->label_size) == 0)
			return &set->entries[i];
	return NULL;
}

static struct entry *set_add_entry(struct set *set, struct entry *entry)
{
	struct entry *entries =
		reallocarray(set->entries, set->entry_count + 1, sizeof(*set->entries));

	if (!entries)
		return NULL;
	set->entries = entries;
	entry->slots = malloc(set->count * sizeof(*entry->slots));
	entry->settled = calloc(set->count, sizeof(*entry->settled));
	if (!entry->slots || !entry->settled) {
		free(entry->slots);
		free(entry->settled);
		return NULL;
	}
	for (size_t i = 0; i < set->count; i++)
		entry->slots[i] = NO_SLOT;
	entries[set->entry_count] = *entry;
	return &entries[set->entry_count++];
}

/* Collects the labels of part @i. Of two equal ones on one DIMM, prefers the finished one. */
static int set_collect(struct set *set, size_t i)
{
	for (size_t slot = 0; slot < label_state_slots(&set->states[i]); slot++) {
		struct entry read = {0};
		if (!set_read_slot(set, i, slot, &read))
			continue;
		struct entry *entry = set_find_entry(set, &read) ?: set_add_entry(set, &read);
		if (!entry)
			return -ENOMEM;
		bool settled = !(read.label.flags & LABEL_UPDATING);
		if (entry->slots[i] != NO_SLOT && (entry->settled[i] || !settled))
			continue;
		entry->slots[i] = slot;
		entry->settled[i] = settled;
	}
	return 0;
}

/* Returns the cookie of more than half of the entries, or 0. */
static uint64_t set_common_cookie(const struct set *set)
{
	for (size_t i = 0; i < set->entry_count; i++) {
		size_t same = 0;
		for (size_t other = 0; other < set->entry_count; other++)
			same += set->entries[other].label.cookie == set->entries[i].label.cookie;
		if (2 * same > set->entry_count)
			return set->entries[i].label.cookie;
	}
	return 0;
}

static bool entry_is_complete(const struct set *set, const struct entry *entry)
{
	for (size_t i = 0; i < set->count; i++)
		if (entry->slots[i] == NO_SLOT)
			return false;
	return true;
}

/* Ranks an entry in the order of label_set_repair(), up to 7 * count. 0: do not accept it. */
static size_t entry_score(const struct set *set, const struct entry *entry)
{
	size_t last = set->count - 1, settled = 0;

	for (size_t i = 0; i < set->count; i++)
		settled += entry->settled[i];
	return (entry_is_complete(set, entry) ? 4 * set->count : 0) +
		(entry->settled[last] ? 2 * set->count : 0) + settled;
}

/* Returns whether the kernel refuses a region whose DIMMs list both. */
static bool labels_contradict(const struct ndctl_label *one, const struct ndctl_label *other)
{
	return uuid_compare(one->uuid, other->uuid) == 0 ||
		(one->address < other->address + other->size &&
			other->address < one->address + one->size);
}

static bool entry_may_be(const struct set *set, const struct entry *entry)
{
	return is_of_set(set, &entry->label) && is_known(set, &entry->label);
}

/* Returns an accepted entry that leaves no room for @entry, or NULL. */
static const struct entry *set_find_rival(const struct set *set, const struct entry *entry)
{
	for (size_t i = 0; i < set->entry_count; i++)
		if (set->entries[i].accepted && &set->entries[i] != entry &&
			labels_contradict(&set->entries[i].label, &entry->label))
			return &set->entries[i];
	return NULL;
}

static void set_accept_score(struct set *set, size_t score, bool null)
{
	for (size_t i = 0; i < set->entry_count; i++) {
		struct entry *entry = &set->entries[i];
		if (uuid_is_null(entry->label.uuid) == null && entry_may_be(set, entry) &&
			entry_score(set, entry) == score)
			entry->accepted = !set_find_rival(set, entry);
	}
}

static void set_accept(struct set *set)
{
	for (int null = 0; null <= 1; null++)
		for (size_t score = 7 * set->count; score > 0; score--)
			set_accept_score(set, score, null);
}

static int set_tell(const struct set *set, enum label_fate fate, const struct entry *entry)
{
	struct label_report *report = set->scope->report;

	if (!report)
		return 0;
	struct label_verdict *list = reallocarray(report->list, report->count + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	report->list = list;
	list[report->count++] = (struct label_verdict){fate, entry->label};
	return 0;
}

/* After a write of labels that failed, the kernel leaves an old label of the same namespace behind:
 * to drop one of the two loses nothing. */
static bool is_same_extent(const struct ndctl_label *one, const struct ndctl_label *other)
{
	return uuid_compare(one->uuid, other->uuid) == 0 && one->address == other->address &&
		one->size == other->size;
}

/* Refuses to drop an entry of which every DIMM has a label. */
static int set_check_complete(const struct set *set)
{
	for (size_t i = 0; i < set->entry_count; i++) {
		const struct entry *entry = &set->entries[i];
		if (entry->accepted || !entry_may_be(set, entry) || !entry_is_complete(set, entry))
			continue;
		const struct entry *rival = set_find_rival(set, entry);
		if (rival && !is_same_extent(&rival->label, &entry->label))
			return (set_tell(set, LABEL_FATE_DISPUTED, rival)
					       ?: set_tell(set, LABEL_FATE_DISPUTED, entry))
				?: -EUCLEAN;
	}
	return 0;
}

static int set_tell_changes(const struct set *set)
{
	int err = 0;

	for (size_t i = 0; i < set->entry_count && !err; i++) {
		const struct entry *entry = &set->entries[i];
		/* The repair leaves labels of other interleave sets alone. */
		if (!is_of_set(set, &entry->label))
			continue;
		if (!entry->accepted)
			err = set_tell(set, LABEL_FATE_DROPPED, entry);
		else if (!entry_is_complete(set, entry))
			err = set_tell(set, LABEL_FATE_RESTORED, entry);
	}
	return err;
}

void label_report_deinit(struct label_report *report)
{
	free(report->list);
}

static bool set_has(const struct set *set, const uuid_t *uuid)
{
	for (size_t i = 0; i < set->entry_count; i++)
		if (set->entries[i].accepted && is_one_of(&set->entries[i].label, uuid, 1))
			return true;
	return false;
}

static bool set_has_all_known(const struct set *set)
{
	const struct label_scope *scope = set->scope;

	for (size_t i = 0; scope->known && i < scope->known_count; i++)
		if (!set_has(set, &scope->known[i]))
			return false;
	return true;
}

/* Puts the label of @entry into a free slot of part @i. */
static int set_supply(const struct set *set, size_t i, const struct entry *entry, uint8_t *block)
{
	const struct label_layout *layout = &set->states[i].layout;
	struct label_part *part = &set->parts[i];
	size_t slot = 0;

	while (slot < label_state_slots(&set->states[i]) && !label_index_is_free(block, slot))
		slot++;
	if (slot == label_state_slots(&set->states[i]))
		return -ENOSPC;
	uint8_t *label = part->target + label_offset(layout, slot);
	memcpy(label, entry->common, set->label_size);
	label_put_down(label, set->label_size, part->offset, part->position, slot);
	label_index_set_free(block, layout->index_size, slot, false);
	part->differs = true;
	return 0;
}

static int set_make_target(const struct set *set, size_t i)
{
	struct label_part *part = &set->parts[i];
	const struct label_state *state = &set->states[i];
	size_t size = state->layout.index_size;
	unsigned current = (unsigned)state->current, seq = state->index[current].seq;
	uint8_t *block = part->target + current * size;

	memcpy(part->target, part->image, part->area);
	part->differs = false;
	for (size_t slot = 0; slot < label_state_slots(state); slot++) {
		struct entry read = {0};
		if (!set_read_slot(set, i, slot, &read))
			continue;
		const struct entry *entry = set_find_entry(set, &read);
		if (entry->accepted && entry->slots[i] == slot)
			continue;
		label_index_set_free(block, size, slot, true);
		part->differs = true;
	}
	for (size_t e = 0; e < set->entry_count; e++) {
		const struct entry *entry = &set->entries[e];
		if (!entry->accepted || entry->slots[i] != NO_SLOT)
			continue;
		int err = set_supply(set, i, entry, block);
		if (err)
			return err;
	}
	if (!part->differs)
		return 0;
	/* Make the other index block a copy, so that either may be lost. */
	uint8_t *other = part->target + (1 - current) * size;
	memcpy(other, block, size);
	label_index_renumber(other, size, 1 - current, (seq + 1) % 3 + 1);
	return 0;
}

/* Reads the index blocks and the labels of part @i. */
static int set_read_part(struct set *set, size_t i)
{
	const struct label_part *part = &set->parts[i];
	struct label_state *state = &set->states[i];

	if (!label_find(part->image, part->area, part->area, state))
		return -EINVAL;
	if (i && state->layout.label_size != set->label_size)
		return -EXDEV;
	set->label_size = state->layout.label_size;
	if (part->before)
		label_find(part->before, label_index_room(part->area), part->area, &set->before[i]);
	return set_collect(set, i);
}

int label_set_repair(struct label_part *parts, size_t count, const struct label_scope *scope)
{
	AUTO_SET struct set set = {
		.parts = parts,
		.scope = scope,
		.cookie = scope->cookie,
		.count = count,
		.states = calloc(count ?: 1, sizeof(struct label_state)),
		.before = calloc(count ?: 1, sizeof(struct label_state)),
	};

	if (!set.states || !set.before)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		int err = set_read_part(&set, i);
		if (err)
			return err;
	}
	if (!set.cookie)
		set.cookie = set_common_cookie(&set);
	if (!set.cookie && set.entry_count)
		return -ENOKEY;
	set_accept(&set);
	int err = set_check_complete(&set);
	if (err)
		return err;
	if (!set_has_all_known(&set))
		return -ENOKEY;
	for (size_t i = 0; i < count; i++) {
		err = set_make_target(&set, i);
		if (err)
			return err;
	}
	return set_tell_changes(&set);
}

int label_count_free(const uint8_t *image, size_t area)
{
	struct label_state state;
	int count = 0;

	if (!label_find(image, area, area, &state))
		return -EINVAL;
	for (size_t slot = 0; slot < label_state_slots(&state); slot++)
		count += label_index_is_free(block_of(&state, image), slot);
	return count;
}
