/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <uuid/uuid.h>

#include "label.h"

/*
 * The labels that the dimms of a region have in common. Each namespace has one on each dimm, and
 * the kernel writes them one dimm after the other: where a write fails, or the power does, they no
 * longer agree, slots that are in use hold old labels, and the kernel refuses the dimm or the
 * region when it reads them the next time. This file knows bytes only.
 */
struct label_part {
	const uint8_t *image; /* the label area of a dimm, of @area bytes */
	size_t area;
	uint64_t offset, length; /* what the region has of the dimm */
	unsigned position;	 /* of the dimm in the interleave set */
	const uint8_t *before;	 /* the first label_index_room() bytes before a change, or NULL */
	uint8_t *target;	 /* room for @area bytes */
	bool differs;		 /* whether @target is not what @image is */
};

/* Which of their labels are meant. */
struct label_scope {
	uint64_t cookie;     /* of the interleave set; 0: that of most labels */
	const uuid_t *known; /* the namespaces that there are, unless NULL */
	size_t known_count;
	uuid_t undone; /* beside them, one that there is not to be */
};

/*
 * Fills in the targets, so that all dimms tell the same namespaces: those of which every dimm has
 * a label; and then, as far as there is room beside them, those which the last dimm has one of, for
 * the kernel writes to that one last, so that it tells the namespaces of before; and then those
 * that any dimm has a finished one of. Where the namespaces are known, each has to be found, and
 * what else the change has put into slots goes; what was in use before it is left alone. @parts are
 * in the kernel's order.
 *
 * Labels of other regions, of other interleave sets and those that the kernel does not accept are
 * left alone. Returns 0, -EINVAL if an area has no valid index block, -EXDEV if the labels have
 * different sizes, -ENOKEY if a known namespace is not found or there are several sets and none has
 * most labels, -ENOSPC if a slot is needed and none is free, or -ENOMEM.
 */
int label_set_repair(struct label_part *parts, size_t count, const struct label_scope *scope);

/*
 * Whether the kernel takes a valid label for one of a region that has @part on the dimm, consists
 * of
 * @count dimms and has this cookie: create_namespace_pmem() in drivers/nvdimm/namespace_devs.c.
 * Flags do not matter to it. The type is compared with that of persistent memory in an NFIT; other
 * platforms leave it at 0.
 */
bool label_is_of_part(const struct ndctl_label *label, const struct label_part *part, size_t count,
	uint64_t cookie);

/* How many slots the index in force has free; -EINVAL if none is valid. */
int label_count_free(const uint8_t *image, size_t area);
