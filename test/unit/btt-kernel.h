/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A model of what Linux 6.1 does with a block translation table of version 1.1, written from the
 * rules of drivers/nvdimm/btt.c and independent of the library's code: how it finds an arena, which
 * entry of a lane it takes, which writes it finishes, how it writes a sector. One arena.
 *
 * Contents of blocks are numbers kept apart from the medium, so that a test can look at all of
 * them.
 */
#define KBTT_START 4096

struct kbtt_lane {
	uint32_t block;
	unsigned sub, seq;
};

struct kbtt {
	unsigned char *bytes; /* the medium */
	size_t size;
	const unsigned char *parent; /* uuid of the namespace, 16 bytes */
	uint32_t *content;	     /* of each block */
	/* Set by kbtt_enable. */
	uint32_t sectors, blocks, nfree;
	uint64_t map, log;
	bool read_only;
	unsigned slot[2];
	unsigned finished; /* writes that it has finished */
	struct kbtt_lane *lanes;
};

/* Lays an empty table out on the medium, as the kernel does, in the smallest arena. */
void kbtt_create(struct kbtt *btt);
/* False if the kernel refuses it, or takes it for none. Writes what the kernel writes. */
bool kbtt_enable(struct kbtt *btt);
void kbtt_disable(struct kbtt *btt);

#define KBTT_ERROR UINT32_MAX
/* The block that a sector is read from; KBTT_ERROR if reading fails or gives zeros. */
uint32_t kbtt_block(const struct kbtt *btt, uint32_t sector);
/* What is read of a sector: the content of its block, 0 for zeros, or KBTT_ERROR. */
uint32_t kbtt_read(const struct kbtt *btt, uint32_t sector);
/* How far a write gets before the power fails. */
enum kbtt_stop { KBTT_DATA, KBTT_HALF_LOG, KBTT_LOG, KBTT_DONE };
/* False if it fails. */
bool kbtt_write(
	struct kbtt *btt, unsigned lane, uint32_t sector, uint32_t content, enum kbtt_stop stop);

/* Computes the checksum of the info block at @offset anew. */
void kbtt_seal(struct kbtt *btt, uint64_t offset);
uint32_t kbtt_get(const struct kbtt *btt, uint64_t offset);
void kbtt_put(struct kbtt *btt, uint64_t offset, uint32_t value);
