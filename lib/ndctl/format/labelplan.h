/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "label.h"

/*
 * Plans the writes that turn one content of a label area into another. If the power fails after any
 * of them, or in the midst of one, the kernel finds either the old or the new namespaces, and a
 * valid index block if both contents have one. This file only handles bytes in memory.
 */
struct label_write {
	size_t offset, size;
	uint8_t *bytes;
};

struct label_plan {
	struct label_write *writes;
	size_t count;
	bool moves; /* it borrows free slots, and writes back their old content at the end */
};

/*
 * Plans the writes, in their order, that turn @before into @target, both of @area bytes. They write
 * only what differs. Returns 0, -ENOMEM, or -ENOSPC if labels have to be moved out of the way and
 * too few slots are free. Call label_plan_deinit() in any case.
 */
int label_plan(struct label_plan *plan, const uint8_t *before, const uint8_t *target, size_t area);
void label_plan_deinit(struct label_plan *plan);
