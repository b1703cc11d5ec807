/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * Tables of ACPI firmware as files (acpixtract -a writes them), to be changed and written anew:
 * SRAT, SLIT (ACPI 6.5, 5.2.16 and 5.2.17) and NFIT (5.2.25). A table is a header of 36 bytes,
 * fields of its kind, and entries that tell their type and length.
 */
struct acpi_table {
	char signature[5];
	uint8_t *bytes;
	size_t size;
};

/* Reads the table called @signature from a file. Signature, length and checksum are right then, and
 * the entries fill it. Returns 0, or a negative errno with the error said. */
int acpi_table_read(const char *path, const char *signature, struct acpi_table *table);
/* Puts the next number into the OEM revision, so that firmware tables loaded from an initrd take
 * the place of older ones, and length and checksum right. */
void acpi_table_finish(struct acpi_table *table);
/* Writes the file wholly or not at all. 0 or a negative errno with the error said. */
int acpi_table_write(const char *path, const struct acpi_table *table);
void acpi_table_deinit(struct acpi_table *table);

/* One proximity domain that becomes several: those of the new ones that are not the old one are
 * called @first, @first + 1, ... */
struct acpi_split {
	uint32_t domain;
	unsigned parts;
	uint32_t first;
};

/* A part of the memory, as -v prints it. */
typedef void acpi_part_fn(const struct acpi_table *table, unsigned part, uint64_t base,
	uint64_t length, uint32_t domain);

/*
 * What each of the tables has to say about the split. SRAT and NFIT: the domain's memory range is
 * cut into parts of the same size, the others as entries at the end. SLIT: new rows and columns, as
 * far from the others as the old domain, and 11 from each other.
 *
 * Return 0 or a negative errno with no error said: -ENOENT if the table has no memory of the
 * domain, -ENXIO if it has more than one range of it, -EDOM if the range cannot be cut into equal
 * parts, or, for SLIT, if the new domains would not follow those that it has; -EOVERFLOW if the
 * indices of the new ranges of NFIT would not fit into 16 bits; -ENOMEM.
 */
int acpi_split_srat(struct acpi_table *srat, const struct acpi_split *split, acpi_part_fn *tell);
int acpi_split_slit(struct acpi_table *slit, const struct acpi_split *split);
int acpi_split_nfit(struct acpi_table *nfit, const struct acpi_split *split, acpi_part_fn *tell);
/* One more than the highest proximity domain in SRAT. */
uint32_t acpi_srat_next_domain(const struct acpi_table *srat);
