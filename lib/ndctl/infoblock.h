/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "private.h"

/*
 * What makes a namespace more than raw is told by an info block at its start: at 4 KiB, or for a
 * btt of version 2.0 at 0. (Documentation/driver-api/nvdimm/btt.rst, drivers/nvdimm/pfn.h)
 */
#define INFO_BLOCK ((size_t)4096)
#define INFO_AREA  (2 * INFO_BLOCK)

/* Read and write the first INFO_AREA bytes of a disabled namespace through its raw block device,
 * which is enabled for the time. */
int infoblock_read(struct ndctl_namespace *ndns, char *bytes);
int infoblock_write(struct ndctl_namespace *ndns, const char *bytes);

/* Copies @before to @after with all info blocks zeroed; false if there are none. */
bool infoblock_wipe(const char *before, char *after);
