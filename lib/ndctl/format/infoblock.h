/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/private.h>

/*
 * What makes a namespace more than raw is told by an info block at its start: at 4 KiB, or for a
 * btt of version 2.0 at 0. Everything in it is little-endian.
 * (Documentation/driver-api/nvdimm/btt.rst, drivers/nvdimm/pfn.h, drivers/nvdimm/btt.h)
 */
#define INFO_BLOCK ((size_t)NDCTL_INFOBLOCK_SIZE)
#define INFO_AREA  ((size_t)NDCTL_INFOBLOCK_AREA)

/* What the kernel keeps free before a page map (it was meant to have room for a btt too). */
#define INFO_MAP_START UINT64_C(8192)
/* Data begins at a multiple of it, since smaller mappings would have to be made of pages. */
#define INFO_LEAST_UNIT (UINT64_C(2) << 20)

/* ---- bytes: infoblock.c ---- */

/* Copies @before to @after with all info blocks zeroed; false if there are none. */
bool infoblock_wipe(const char *before, char *after);

/* ---- the namespace that they are on: infoio.c ---- */

/* Calls @fn with a descriptor of the raw block device of a disabled namespace, which is enabled for
 * the time. Signals should be blocked, as they are in a step of a transaction. Returns what @fn
 * returns, or a negative errno with the cause recorded. */
int raw_access(struct ndctl_namespace *ndns, bool write,
	int (*fn)(struct ndctl_namespace *ndns, int fd, void *data), void *data);
/* Whether it has force_raw because a process was killed in raw_access(). */
bool raw_is_left(struct ndctl_namespace *ndns);
/* Takes that back; what somebody wants raw stays so. */
int raw_recover(struct ndctl_namespace *ndns);

/* From now on force_raw is what somebody wants. */
int raw_forget(struct ndctl_namespace *ndns);

/* Move @size bytes, all of them, at @offset. Return 0 or a negative errno. */
int raw_read(int fd, void *bytes, size_t size, uint64_t offset);
int raw_write(int fd, const void *bytes, size_t size, uint64_t offset);

/* Read and write the first INFO_AREA bytes of a disabled namespace. */
int infoblock_read(struct ndctl_namespace *ndns, char *bytes);
int infoblock_write(struct ndctl_namespace *ndns, const char *bytes);
