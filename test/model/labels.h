/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define MODEL_HEAD 8192 /* bytes of the label area that the test writes */

/* A DIMM, and the region that consists of it alone. */
struct dimm {
	const char *name, *region;
	int fd;
	size_t area;
	uint64_t offset, length; /* of the region on the DIMM */
};

/* Opens the DIMM and keeps the kernel from probing anything by itself. Ends the program on failure,
 * as all of these do. */
void dimm_open(struct dimm *dimm);
/* Disables region and DIMM, writes MODEL_HEAD bytes to the start of the label area. */
void dimm_write(const struct dimm *dimm, const uint8_t *head);
/* Enables both and tells what the kernel made of the labels: "dimm refused", or
 * "free N region refused", or "free N NAME@ADDRESS+SIZE ..." in the order of names. */
void dimm_probe(const struct dimm *dimm, char *text, size_t size);
/* The cookie of the interleave set for the version of the labels that the DIMM has now. */
uint64_t dimm_cookie(const struct dimm *dimm);
