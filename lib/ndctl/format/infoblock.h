/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <base/cleanup.h>
#include <base/export.h>
#include <ndctl/extensions.h>

/*
 * An info block at the start of a namespace says what makes it more than raw: at 4 KiB, or for a
 * btt of version 2.0 at 0. Everything in it is little-endian.
 * (Documentation/driver-api/nvdimm/btt.rst, drivers/nvdimm/pfn.h, drivers/nvdimm/btt.h)
 */
#define INFO_BLOCK ((size_t)NDCTL_INFOBLOCK_SIZE)
#define INFO_AREA  ((size_t)NDCTL_INFOBLOCK_AREA)

/* What the kernel keeps free before a page map (it was meant to have room for a btt too). */
#define INFO_MAP_START UINT64_C(8192)
/* Data begins at a multiple of it, since smaller mappings would have to be made of pages. */
#define INFO_LEAST_UNIT (UINT64_C(2) << 20)

/* Copies @before to @after with all info blocks zeroed; false if there are none. */
bool infoblock_wipe(const char *before, char *after);
