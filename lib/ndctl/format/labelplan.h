/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "label.h"

/*
 * How one content of a label area becomes another, so that it may end after any of the writes, and
 * in the midst of one: what the kernel then finds are the namespaces of before or those of
 * afterwards, and a valid index block if both have one. This file knows bytes only.
 */
struct label_write {
	size_t offset, size;
	uint8_t *bytes;
};

struct label_plan {
	struct label_write *writes;
	size_t count;
	/* Labels are for a time kept in slots that were free: what was in those is written back at
	 * the end, and has to be known. */
	bool moves;
};

/*
 * The writes that make @target of @before, both of @area bytes, in their order. Only what differs
 * is written. Returns 0, -ENOMEM, or -ENOSPC if labels would have to be moved out of the way and
 * too few slots are free. To be deinitialized in any case.
 */
int label_plan(struct label_plan *plan, const uint8_t *before, const uint8_t *target, size_t area);
void label_plan_deinit(struct label_plan *plan);
