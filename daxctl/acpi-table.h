/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Tables of ACPI firmware in files, as acpixtract -a writes them: SRAT, SLIT (ACPI 6.5, 5.2.16 and
 * 5.2.17) and NFIT (5.2.25). A table is a header of 36 bytes, fields of its kind, and entries with
 * a type and a length.
 */
struct acpi_table {
	char signature[5];
	uint8_t *bytes;
	size_t size;
};

/* Reads a table from a file and checks signature, length, checksum and that the entries fill it.
 * Returns 0, or a negative errno after printing an error. */
int acpi_table_read(const char *path, const char *signature, struct acpi_table *table);
/* Corrects length and checksum, and increments the OEM revision: the kernel replaces a table by one
 * from an initrd only if that has a higher revision. */
void acpi_table_finish(struct acpi_table *table);
/* Replaces the file atomically. Returns 0, or a negative errno after printing an error. */
int acpi_table_write(const char *path, const struct acpi_table *table);
void acpi_table_deinit(struct acpi_table *table);

/* The split of @domain into @parts: the first keeps the number, the others get @first, @first + 1,
 * ... */
struct acpi_split {
	uint32_t domain;
	unsigned parts;
	uint32_t first;
};

/* Receives a part of the memory, for -v. */
typedef void acpi_part_fn(const struct acpi_table *table, unsigned part, uint64_t base,
	uint64_t length, uint32_t domain);

/*
 * Split the domain in a table. SRAT and NFIT: cut the domain's memory range into equal parts, and
 * append entries for the new ones. SLIT: append rows and columns, with the distances of the old
 * domain to the others, and 11 between the parts.
 *
 * Return 0, or a negative errno without printing an error:
 *   -ENOENT     the table has no memory of the domain
 *   -ENXIO      the domain has several memory ranges
 *   -EDOM       the range cannot be cut into equal parts; SLIT: the new numbers would leave a gap
 *   -EOVERFLOW  the indices of the new ranges of NFIT exceed 16 bits
 *   -ENOMEM
 */
int acpi_split_srat(struct acpi_table *srat, const struct acpi_split *split, acpi_part_fn *tell);
int acpi_split_slit(struct acpi_table *slit, const struct acpi_split *split);
int acpi_split_nfit(struct acpi_table *nfit, const struct acpi_split *split, acpi_part_fn *tell);
/* The highest proximity domain in SRAT plus one. */
uint32_t acpi_srat_next_domain(const struct acpi_table *srat);
