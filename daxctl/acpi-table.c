/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "acpi-table.h"

#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <base/cleanup.h>
#include "../util/output.h"
#include "../util/say.h"

/* The header of every table. */
#define HEADER	     36
#define LENGTH	     4
#define CHECKSUM     9
#define OEM_REVISION 24
#define TABLE_MAX    (64 << 20) /* larger than any table of a real machine */

#define SLIT_COUNT  HEADER
#define SLIT_MATRIX (HEADER + 8)
#define SLIT_NEAR   11 /* distance between the parts of a split domain */
#define SLIT_SELF   10

/* The layout of a kind of table and of its entries that describe memory. */
struct kind {
	const char *signature;
	size_t entries;		     /* offset of the first entry */
	size_t width;		     /* bytes of each of the first two fields, type and length */
	uint16_t memory;	     /* type of an entry that describes memory */
	size_t size;		     /* minimum size of such an entry */
	size_t domain, base, length; /* offsets in it */
	size_t index;		     /* offset of its unique number; 0: it has none */
};
static const struct kind srat_kind = {"SRAT", HEADER + 12, 1, 1, 40, 2, 8, 16, 0};
static const struct kind nfit_kind = {"NFIT", HEADER + 4, 2, 0, 56, 12, 32, 40, 4};

static uint16_t get16(const uint8_t *from)
{
	uint16_t value;

	memcpy(&value, from, sizeof(value));
	return le16toh(value);
}

static uint32_t get32(const uint8_t *from)
{
	uint32_t value;

	memcpy(&value, from, sizeof(value));
	return le32toh(value);
}

static uint64_t get64(const uint8_t *from)
{
	uint64_t value;

	memcpy(&value, from, sizeof(value));
	return le64toh(value);
}

static void put16(uint8_t *to, uint16_t value)
{
	value = htole16(value);
	memcpy(to, &value, sizeof(value));
}

static void put32(uint8_t *to, uint32_t value)
{
	value = htole32(value);
	memcpy(to, &value, sizeof(value));
}

static void put64(uint8_t *to, uint64_t value)
{
	value = htole64(value);
	memcpy(to, &value, sizeof(value));
}

static size_t entry_type(const struct kind *kind, const uint8_t *entry)
{
	return kind->width == 1 ? entry[0] : get16(entry);
}

static size_t entry_size(const struct kind *kind, const uint8_t *entry)
{
	return kind->width == 1 ? entry[1] : get16(entry + kind->width);
}

static const struct kind *acpi_kind_of(const char *signature)
{
	return strcmp(signature, srat_kind.signature) == 0    ? &srat_kind
		: strcmp(signature, nfit_kind.signature) == 0 ? &nfit_kind
							      : NULL;
}

/* Check that the entries fill the table. */
static bool entries_are_whole(const struct acpi_table *table, const struct kind *kind)
{
	size_t at = kind->entries;

	while (at < table->size) {
		const uint8_t *entry = table->bytes + at;
		if (table->size - at < 2 * kind->width)
			return false;
		size_t size = entry_size(kind, entry);
		if (size < 2 * kind->width || size > table->size - at)
			return false;
		if (entry_type(kind, entry) == kind->memory && size < kind->size)
			return false;
		at += size;
	}
	return at == table->size;
}

static bool matrix_is_whole(const struct acpi_table *slit)
{
	uint64_t count = slit->size >= SLIT_MATRIX ? get64(slit->bytes + SLIT_COUNT) : 0;

	return count && count <= UINT16_MAX && slit->size - SLIT_MATRIX == count * count;
}

static uint8_t sum(const struct acpi_table *table)
{
	uint8_t result = 0;

	for (size_t i = 0; i < table->size; i++)
		result += table->bytes[i];
	return result;
}

/* The mistake in the table, or NULL. */
static const char *table_mistake(const struct acpi_table *table)
{
	const struct kind *kind = acpi_kind_of(table->signature);

	if (memcmp(table->bytes, table->signature, 4) != 0)
		return "wrong signature";
	if (sum(table) != 0)
		return "wrong checksum";
	if (kind ? !entries_are_whole(table, kind) : !matrix_is_whole(table))
		return "the entries do not fill the table";
	return NULL;
}

static int refuse_table(const char *path, const char *signature, const char *why)
{
	say_error("%s: not a valid %s table: %s", path, signature, why);
	return -EINVAL;
}

int acpi_table_read(const char *path, const char *signature, struct acpi_table *table)
{
	AUTO_FILE FILE *file = fopen(path, "re");
	uint8_t header[HEADER];

	*table = (struct acpi_table){0};
	if (!file) {
		int err = -errno;
		say_error("%s: cannot be opened: %s", path, strerror(-err));
		say_hint("acpidump -o acpi.dump && acpixtract -a acpi.dump");
		return err;
	}
	if (fread(header, sizeof(header), 1, file) != 1)
		return refuse_table(path, signature, "the file ends within the header");
	size_t size = get32(header + LENGTH);
	if (size < HEADER || size > TABLE_MAX)
		return refuse_table(
			path, signature, "its length is not between 36 bytes and 64 MiB");
	AUTO_FREE uint8_t *bytes = malloc(size);
	if (!bytes)
		return -ENOMEM;
	memcpy(bytes, header, HEADER);
	if (size > HEADER && fread(bytes + HEADER, size - HEADER, 1, file) != 1)
		return refuse_table(path, signature, "the file is shorter than the table's length");
	snprintf(table->signature, sizeof(table->signature), "%s", signature);
	table->bytes = bytes;
	table->size = size;
	const char *why = table_mistake(table);
	if (why) {
		*table = (struct acpi_table){0};
		return refuse_table(path, signature, why);
	}
	bytes = NULL;
	return 0;
}

void acpi_table_deinit(struct acpi_table *table)
{
	free(table->bytes);
	table->bytes = NULL;
}

void acpi_table_finish(struct acpi_table *table)
{
	put32(table->bytes + LENGTH, (uint32_t)table->size);
	put32(table->bytes + OEM_REVISION, get32(table->bytes + OEM_REVISION) + 1);
	table->bytes[CHECKSUM] -= sum(table);
}

int acpi_table_write(const char *path, const struct acpi_table *table)
{
	return output_write(path, 0640, table->bytes, table->size);
}

/* Append zeros up to @size. */
static int grow(struct acpi_table *table, size_t size)
{
	uint8_t *bytes = realloc(table->bytes, size);

	if (!bytes)
		return -ENOMEM;
	memset(bytes + table->size, 0, size - table->size);
	table->bytes = bytes;
	table->size = size;
	return 0;
}

#define entries_foreach(table, kind, at)                                                           \
	for (size_t at = (kind)->entries; at < (table)->size;                                      \
		at += entry_size(kind, (table)->bytes + at))

static bool is_memory(const struct acpi_table *table, const struct kind *kind, size_t at)
{
	return entry_type(kind, table->bytes + at) == kind->memory;
}

/* Find the offset of the only entry that describes memory of @domain. */
static int find_memory(
	const struct acpi_table *table, const struct kind *kind, uint32_t domain, size_t *found)
{
	*found = 0;
	entries_foreach (table, kind, at) {
		if (!is_memory(table, kind, at) ||
			get32(table->bytes + at + kind->domain) != domain)
			continue;
		if (*found)
			return -ENXIO;
		*found = at;
	}
	return *found ? 0 : -ENOENT;
}

/* ACPI 6.5, 5.2.25.2: the index of a range is unique and not 0. */
static uint32_t next_index(const struct acpi_table *table, const struct kind *kind)
{
	uint16_t highest = 0;

	entries_foreach (table, kind, at) {
		if (!is_memory(table, kind, at))
			continue;
		uint16_t index = get16(table->bytes + at + kind->index);
		if (index > highest)
			highest = index;
	}
	return highest + 1U;
}

static int split_memory(struct acpi_table *table, const struct kind *kind,
	const struct acpi_split *split, acpi_part_fn *tell)
{
	size_t at, end = table->size;
	int err = find_memory(table, kind, split->domain, &at);

	if (err)
		return err;
	uint32_t index = kind->index ? next_index(table, kind) : 0;
	uint64_t base = get64(table->bytes + at + kind->base);
	uint64_t length = get64(table->bytes + at + kind->length);
	size_t size = entry_size(kind, table->bytes + at);
	if (kind->index && index + split->parts - 1 > UINT16_MAX + 1U)
		return -EOVERFLOW;
	if (length > UINT64_MAX - base || length % split->parts || !(length /= split->parts))
		return -EDOM;
	err = grow(table, end + size * (split->parts - 1));
	if (err)
		return err;
	put64(table->bytes + at + kind->length, length);
	tell(table, 0, base, length, split->domain);
	for (unsigned i = 1; i < split->parts; i++, end += size) {
		uint8_t *entry = table->bytes + end;
		memcpy(entry, table->bytes + at, size);
		base += length;
		put64(entry + kind->base, base);
		put32(entry + kind->domain, split->first + i - 1);
		if (kind->index)
			put16(entry + kind->index, index++);
		tell(table, i, base, length, split->first + i - 1);
	}
	return 0;
}

int acpi_split_srat(struct acpi_table *srat, const struct acpi_split *split, acpi_part_fn *tell)
{
	return split_memory(srat, &srat_kind, split, tell);
}

int acpi_split_nfit(struct acpi_table *nfit, const struct acpi_split *split, acpi_part_fn *tell)
{
	return split_memory(nfit, &nfit_kind, split, tell);
}

/* The proximity domain of an entry of SRAT. A processor entry (type 0) has it in two parts; the
 * other types that matter have 32 bits. */
static uint32_t srat_domain(const uint8_t *entry, size_t size)
{
	switch (entry[0]) {
	case 0:
		return size < 12 ? 0
				 : entry[2] | (uint32_t)entry[9] << 8 | (uint32_t)entry[10] << 16 |
				(uint32_t)entry[11] << 24;
	case 1:
		return get32(entry + 2);
	case 2:
	case 5:
		return size < 8 ? 0 : get32(entry + 4);
	}
	return 0;
}

uint32_t acpi_srat_next_domain(const struct acpi_table *srat)
{
	uint32_t next = 0;

	entries_foreach (srat, &srat_kind, at) {
		const uint8_t *entry = srat->bytes + at;
		uint32_t domain = srat_domain(entry, entry_size(&srat_kind, entry));
		if (domain >= next)
			next = domain + 1;
	}
	return next;
}

/* The old domain of row @i of the new matrix. */
static size_t origin(const struct acpi_split *split, size_t i)
{
	return i < split->first ? i : split->domain;
}

int acpi_split_slit(struct acpi_table *slit, const struct acpi_split *split)
{
	size_t old = get64(slit->bytes + SLIT_COUNT), count = old + split->parts - 1;
	AUTO_FREE uint8_t *distances = malloc(count * count);

	if (split->first != old || split->domain >= old)
		return -EDOM;
	if (!distances)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		for (size_t j = 0; j < count; j++) {
			size_t from = origin(split, i), to = origin(split, j);
			distances[i * count + j] = i == j ? SLIT_SELF
				: from == to && from == split->domain
				? SLIT_NEAR
				: slit->bytes[SLIT_MATRIX + from * old + to];
		}
	int err = grow(slit, SLIT_MATRIX + count * count);
	if (err)
		return err;
	memcpy(slit->bytes + SLIT_MATRIX, distances, count * count);
	put64(slit->bytes + SLIT_COUNT, count);
	return 0;
}
