/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <uuid/uuid.h>

#include "label.h"

/*
 * Repairs the labels that the DIMMs of a region have in common. Each namespace has a label on each
 * DIMM, and the kernel writes them one DIMM after the other. If a write or the power fails, the
 * DIMMs disagree and used slots hold old labels. The kernel then refuses the DIMM or the region
 * when it reads the labels the next time. This file only handles bytes in memory.
 */
struct label_part {
	const uint8_t *image; /* the label area of a DIMM, @area bytes */
	size_t area;
	uint64_t offset, length; /* bytes of the DIMM that belong to the region */
	unsigned position;	 /* of the DIMM in the interleave set */
	const uint8_t
		*before; /* its index blocks before a change (label_index_room() bytes), or NULL */
	uint8_t *target; /* receives the repaired area, @area bytes */
	bool differs;	 /* set if @target differs from @image */
};

/* What a repair does with a namespace whose labels it has to change. */
enum label_fate {
	LABEL_FATE_DROPPED,  /* no DIMM lists it any more */
	LABEL_FATE_RESTORED, /* all DIMMs list it again */
	LABEL_FATE_DISPUTED, /* complete, but another one contradicts it */
};
struct label_verdict {
	enum label_fate fate;
	struct ndctl_label label; /* one of them; the address is relative to the part */
};
struct label_report {
	struct label_verdict *list;
	size_t count;
};
void label_report_deinit(struct label_report *report);

/* The labels that a repair is about. */
struct label_scope {
	uint64_t cookie;     /* of the interleave set; 0: the cookie of most labels */
	const uuid_t *known; /* the uuids of all namespaces, or NULL if unknown */
	size_t known_count;
	uuid_t undone; /* a namespace that the change was to create, and that shall not exist */
	struct label_report *report; /* receives what became of which namespace; may be NULL */
};

/*
 * Fills in the targets so that all DIMMs list the same namespaces. Accepts, in this order and as
 * far as they do not overlap:
 *
 *	1. namespaces of which every DIMM has a label;
 *	2. those of which the last DIMM has a finished label: the kernel writes to it last, so that
 *	   it still lists the old namespaces;
 *	3. those of which any DIMM has a finished label.
 *
 * A namespace with a null uuid comes after all that have one. Two of which every DIMM has a label,
 * and that overlap or have the same uuid, are not what a torn write leaves: the repair refuses
 * rather than drops one, and reports both as disputed, the second after the one that it
 * contradicts.
 *
 * If the namespaces are known, each must be found; slots that the change has filled with other
 * labels become free. Slots that were used before it stay, and so do those of a part without
 * @before. @parts must be in the kernel's order. Leaves alone labels of other regions and
 * interleave sets, and those that the kernel does not accept.
 *
 * Returns 0, -EINVAL if an area has no valid index block, -EXDEV if the labels have different
 * sizes, -ENOKEY if a known namespace is missing or no cookie has more than half of the labels,
 * -ENOSPC if a label needs a slot and none is free, -EUCLEAN if complete namespaces contradict each
 * other, or -ENOMEM.
 */
int label_set_repair(struct label_part *parts, size_t count, const struct label_scope *scope);

/*
 * Returns whether the kernel assigns a valid label to the region of @count DIMMs and @cookie that
 * has @part on the DIMM (create_namespace_pmem() in drivers/nvdimm/namespace_devs.c). It ignores
 * the flags. The type must be that of persistent memory in an NFIT, or 0 as on other platforms.
 */
bool label_is_of_part(const struct ndctl_label *label, const struct label_part *part, size_t count,
	uint64_t cookie);

/* Returns the number of free slots by the index block in force, or -EINVAL if none is valid. */
int label_count_free(const uint8_t *image, size_t area);
