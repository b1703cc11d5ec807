/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <base/cleanup.h>
#include <base/export.h>
#include <ndctl/extensions.h>

/*
 * An info block near the start of a namespace makes it a btt, pfn or dax device. It is at offset
 * 4096, or at 0 for a btt of version 2.0. All numbers are little-endian.
 * (Documentation/driver-api/nvdimm/btt.rst, drivers/nvdimm/pfn.h, drivers/nvdimm/btt.h)
 */
#define INFO_BLOCK ((size_t)NDCTL_INFOBLOCK_SIZE)
#define INFO_AREA  ((size_t)NDCTL_INFOBLOCK_AREA)

/* Bytes that the kernel reserves before the struct pages, for info blocks. */
#define INFO_MAP_START UINT64_C(8192)
/* Returns the bytes of struct pages for @size bytes of memory, in pages of this processor
 * (Documentation/mm/memory-model.rst). */
uint64_t struct_pages_size(uint64_t size);
/* Data starts at a multiple of this, or huge pages could not map it. */
#define INFO_LEAST_UNIT (UINT64_C(2) << 20)

/* Copies INFO_AREA bytes from @before to @after and zeroes all info blocks there. Returns false if
 * there are none. */
bool infoblock_wipe(const char *before, char *after);
