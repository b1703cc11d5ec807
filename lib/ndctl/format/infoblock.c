/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "infoblock.h"

#include <string.h>
#include <unistd.h>

#include "label.h"

#define CHECKSUM_AT 4088

static const char signatures[][16] = {
	[NDCTL_INFOBLOCK_BTT] = "BTT_ARENA_INFO",
	[NDCTL_INFOBLOCK_PFN] = "NVDIMM_PFN_INFO",
	[NDCTL_INFOBLOCK_DAX] = "NVDIMM_DAX_INFO",
};

/* A number in the block: its offset, its bytes, and its member of struct ndctl_infoblock. */
struct row {
	uint16_t at, width, member;
};

#define ROW(at, width, member)                                                                     \
	{                                                                                          \
		at, width, offsetof(struct ndctl_infoblock, member)                                \
	}

static const struct row common_rows[] = {
	ROW(48, 4, flags),
	ROW(52, 2, version_major),
	ROW(54, 2, version_minor),
};

static const struct row btt_rows[] = {
	ROW(56, 4, external_lbasize),
	ROW(60, 4, external_nlba),
	ROW(64, 4, internal_lbasize),
	ROW(68, 4, internal_nlba),
	ROW(72, 4, nfree),
	ROW(76, 4, infosize),
	ROW(80, 8, nextoff),
	ROW(88, 8, dataoff),
	ROW(96, 8, mapoff),
	ROW(104, 8, logoff),
	ROW(112, 8, info2off),
};

static const struct row map_rows[] = {
	ROW(56, 8, dataoff),
	ROW(64, 8, npfns),
	ROW(72, 4, mode),
	ROW(76, 4, start_pad),
	ROW(80, 4, end_trunc),
	ROW(84, 4, align),
	ROW(88, 4, page_size),
	ROW(92, 2, page_struct_size),
};

#define UUID_AT	       16
#define PARENT_UUID_AT 32

static unsigned long long *member(struct ndctl_infoblock *info, const struct row *row)
{
	return (unsigned long long *)((char *)info + row->member);
}

static void read_rows(const unsigned char *block, const struct row *rows, size_t count,
	struct ndctl_infoblock *info)
{
	for (size_t i = 0; i < count; i++) {
		unsigned long long value = 0;
		for (unsigned byte = rows[i].width; byte-- > 0;)
			value = value << 8 | block[rows[i].at + byte];
		*member(info, &rows[i]) = value;
	}
}

static bool fits_width(unsigned long long value, unsigned width)
{
	return width == 8 || value >> (8 * width) == 0;
}

static int write_rows(unsigned char *block, const struct row *rows, size_t count,
	const struct ndctl_infoblock *info)
{
	struct ndctl_infoblock copy = *info;

	for (size_t i = 0; i < count; i++) {
		unsigned long long value = *member(&copy, &rows[i]);
		if (!fits_width(value, rows[i].width))
			return -ERANGE;
		for (unsigned byte = 0; byte < rows[i].width; byte++)
			block[rows[i].at + byte] = (unsigned char)(value >> (8 * byte));
	}
	return 0;
}

/* Computes the checksum of the block, counting the checksum's own field as zeros. */
static uint64_t checksum_of(const unsigned char *block)
{
	unsigned char copy[NDCTL_INFOBLOCK_SIZE];

	memcpy(copy, block, CHECKSUM_AT);
	memset(copy + CHECKSUM_AT, 0, sizeof(copy) - CHECKSUM_AT);
	return label_checksum(copy, sizeof(copy));
}

static const struct row checksum_row = {CHECKSUM_AT, 8, 0};

static uint64_t stored_checksum(const unsigned char *block)
{
	uint64_t value = 0;

	for (unsigned byte = checksum_row.width; byte-- > 0;)
		value = value << 8 | block[checksum_row.at + byte];
	return value;
}

static enum ndctl_infoblock_kind infoblock_kind_of(const void *block)
{
	for (size_t i = NDCTL_INFOBLOCK_BTT; i < ARRAY_SIZE(signatures); i++)
		if (memcmp(block, signatures[i], sizeof(signatures[i])) == 0)
			return (enum ndctl_infoblock_kind)i;
	return NDCTL_INFOBLOCK_NONE;
}

EXPORT int ndctl_infoblock_parse(const void *block, struct ndctl_infoblock *info)
{
	if (!block || !info)
		return -EINVAL;
	*info = (struct ndctl_infoblock){.kind = infoblock_kind_of(block)};
	if (info->kind == NDCTL_INFOBLOCK_NONE)
		return -ENOENT;
	memcpy(info->uuid, (const char *)block + UUID_AT, sizeof(uuid_t));
	memcpy(info->parent_uuid, (const char *)block + PARENT_UUID_AT, sizeof(uuid_t));
	read_rows(block, common_rows, ARRAY_SIZE(common_rows), info);
	if (info->kind == NDCTL_INFOBLOCK_BTT)
		read_rows(block, btt_rows, ARRAY_SIZE(btt_rows), info);
	else
		read_rows(block, map_rows, ARRAY_SIZE(map_rows), info);
	info->intact = checksum_of(block) == stored_checksum(block);
	return 0;
}

static void infoblock_write_checksum(unsigned char *block)
{
	uint64_t checksum = checksum_of(block);

	for (unsigned byte = 0; byte < checksum_row.width; byte++)
		block[checksum_row.at + byte] = (unsigned char)(checksum >> (8 * byte));
}

EXPORT int ndctl_infoblock_format(const struct ndctl_infoblock *info, void *block)
{
	if (!info || !block || info->kind <= NDCTL_INFOBLOCK_NONE ||
		info->kind > NDCTL_INFOBLOCK_DAX)
		return -EINVAL;
	memset(block, 0, NDCTL_INFOBLOCK_SIZE);
	memcpy(block, signatures[info->kind], sizeof(signatures[0]));
	memcpy((char *)block + UUID_AT, info->uuid, sizeof(uuid_t));
	memcpy((char *)block + PARENT_UUID_AT, info->parent_uuid, sizeof(uuid_t));
	int err = write_rows(block, common_rows, ARRAY_SIZE(common_rows), info);
	if (err)
		return err;
	if (info->kind == NDCTL_INFOBLOCK_BTT)
		err = write_rows(block, btt_rows, ARRAY_SIZE(btt_rows), info);
	else
		err = write_rows(block, map_rows, ARRAY_SIZE(map_rows), info);
	if (err)
		return err;
	infoblock_write_checksum(block);
	return 0;
}

EXPORT const char *ndctl_infoblock_get_signature(const struct ndctl_infoblock *info)
{
	return info && (unsigned)info->kind < ARRAY_SIZE(signatures) ? signatures[info->kind] : "";
}

/* ---- place of the struct pages ---- */

#define PAGE UINT64_C(4096)
/* Bytes that the kernel reserves per page, whatever the size of its struct page. */
#define PAGE_STRUCT 64

uint64_t struct_pages_size(uint64_t size)
{
	return size / (uint64_t)sysconf(_SC_PAGESIZE) * PAGE_STRUCT;
}

EXPORT int ndctl_infoblock_layout(struct ndctl_infoblock *info, enum ndctl_pfn_loc map,
	unsigned long long size, unsigned long long offset, unsigned long align)
{
	if (!info)
		return -EINVAL;
	uint64_t unit = align > INFO_LEAST_UNIT ? align : INFO_LEAST_UNIT, head = INFO_MAP_START;

	if (!align || align & (align - 1) || (uint64_t)align >> 32 ||
		(map != NDCTL_PFN_LOC_RAM && map != NDCTL_PFN_LOC_PMEM) || size > INT64_MAX / 2 ||
		offset > INT64_MAX / 2)
		return -EINVAL;
	if (size <= INFO_MAP_START)
		return -ENXIO;
	if (map == NDCTL_PFN_LOC_PMEM)
		head += (size - INFO_MAP_START) / PAGE * PAGE_STRUCT;
	info->version_major = 1;
	info->version_minor = 4;
	info->mode = map;
	info->align = align;
	info->page_size = PAGE;
	info->page_struct_size = PAGE_STRUCT;
	info->dataoff = (offset + head + unit - 1) / unit * unit - offset;
	info->start_pad = (offset + unit - 1) / unit * unit - offset;
	info->end_trunc = (offset + size) % unit;
	if (info->dataoff >= size || info->dataoff + info->start_pad + info->end_trunc > size)
		return -ENXIO;
	info->npfns = (size - info->dataoff - info->start_pad - info->end_trunc) / PAGE;
	return 0;
}

/* ---- wiping ---- */

bool infoblock_wipe(const char *before, char *after)
{
	bool found = false;

	memcpy(after, before, INFO_AREA);
	for (size_t at = 0; at < INFO_AREA; at += INFO_BLOCK) {
		if (infoblock_kind_of(before + at) == NDCTL_INFOBLOCK_NONE)
			continue;
		memset(after + at, 0, INFO_BLOCK);
		found = true;
	}
	return found;
}
