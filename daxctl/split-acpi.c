/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <base/cleanup.h>
#include "acpi-table.h"
#include "verbs.h"

static const char *directory = ".";
static int domain, nodes = 2;
static int verbose;

/* Read a decimal number without sign. */
static bool parse_number(const char *text, void *value)
{
	char *end;
	unsigned long number;

	if (!text || *text < '0' || *text > '9')
		return false;
	errno = 0;
	number = strtoul(text, &end, 10);
	if (errno || *end || number > INT_MAX)
		return false;
	*(int *)value = (int)number;
	return true;
}

#define NUMBER	  "a number from 0 to 2147483647"
#define NODES_MAX (1 << 12)

static const struct option options[] = {
	{'d', "directory", OPT_TEXT, &directory, "path",
		"directory with the tables of acpixtract -a (default: the current one)"},
	{'p', "pxm", OPT_PARSED, &domain, "n", "proximity domain to split (default: 0)",
		.parse = parse_number, .expected = NUMBER},
	{'n', "nodes", OPT_PARSED, &nodes, "n", "number of domains to make of it (default: 2)",
		"A power of two up to 4096.", .parse = parse_number, .expected = NUMBER},
	{'v', "verbose", OPT_COUNT, &verbose, NULL, "print the parts"},
};

/* The tables, in the order of writing. */
enum { SRAT, SLIT, NFIT, TABLES };
static const struct {
	const char *signature, *file;
} kinds[] = {
	[SRAT] = {"SRAT", "srat.dat"},
	[SLIT] = {"SLIT", "slit.dat"},
	[NFIT] = {"NFIT", "nfit.dat"},
};

struct tables {
	struct acpi_table list[TABLES];
	bool changed[TABLES];
};

static void tables_deinit(struct tables *tables)
{
	for (int i = 0; i < TABLES; i++)
		acpi_table_deinit(&tables->list[i]);
}

static int read_tables(struct tables *tables)
{
	/* Return status 1 for a missing table, as scripts expect. */
	for (int i = TABLES - 1; i >= 0; i--) {
		AUTO_FREE char *path = NULL;
		if (asprintf(&path, "%s/%s", directory, kinds[i].file) < 0) {
			path = NULL;
			return -ENOMEM;
		}
		int err = acpi_table_read(path, kinds[i].signature, &tables->list[i]);
		if (err)
			return err == -EINVAL || err == -ENOMEM ? err : 1;
	}
	return 0;
}

static void tell_part(const struct acpi_table *table, unsigned part, uint64_t base, uint64_t length,
	uint32_t number)
{
	if (verbose)
		say_outcome("%s: %s: %#" PRIx64 "@%#" PRIx64 " pxm: %" PRIu32, table->signature,
			part ? " add" : "edit", length, base, number);
}

static int refuse_split(const char *signature, int err)
{
	switch (err) {
	case -ENOENT:
		say_error("%s has no memory of proximity domain %d", signature, domain);
		break;
	case -ENXIO:
		say_error("%s has several memory ranges of proximity domain %d: must be one",
			signature, domain);
		break;
	case -EOVERFLOW:
		say_error("%s: the indices of %d more memory ranges exceed 65535", signature,
			nodes - 1);
		break;
	case -EDOM:
		say_error(
			"%s: the memory of proximity domain %d cannot be cut into %d equal parts, or the numbers of the domains have gaps",
			signature, domain, nodes);
		return -EINVAL;
	}
	return err;
}

static int split_tables(struct tables *tables)
{
	struct acpi_split split = {
		.domain = (uint32_t)domain,
		.parts = (unsigned)nodes,
		.first = acpi_srat_next_domain(&tables->list[SRAT]),
	};
	int err = acpi_split_srat(&tables->list[SRAT], &split, tell_part);
	if (err)
		return refuse_split("SRAT", err);
	err = acpi_split_slit(&tables->list[SLIT], &split);
	if (err)
		return refuse_split("SLIT", err);
	tables->changed[SRAT] = tables->changed[SLIT] = true;
	/* Leave NFIT as it is if the memory is not persistent. */
	err = acpi_split_nfit(&tables->list[NFIT], &split, tell_part);
	tables->changed[NFIT] = err == 0;
	if (err == -ENXIO)
		say_warning(
			"NFIT left as it is: it has several ranges of proximity domain %d", domain);
	return !err || err == -ENOENT || err == -ENXIO ? 0 : refuse_split("NFIT", err);
}

static int write_tables(struct tables *tables)
{
	for (int i = 0; i < TABLES; i++) {
		AUTO_FREE char *path = NULL;
		if (!tables->changed[i])
			continue;
		if (asprintf(&path, "%s/%s.new", directory, kinds[i].file) < 0) {
			path = NULL;
			return -ENOMEM;
		}
		acpi_table_finish(&tables->list[i]);
		int err = acpi_table_write(path, &tables->list[i]);
		if (err)
			return err;
		say_outcome("created: %s", path);
	}
	return 0;
}

static int run(void *context, int count, char **args)
{
	CLEANUP(tables_deinit) struct tables tables = {0};

	/* Refuse an empty path, which would become the root directory. */
	if (!*directory) {
		say_error("--directory: '' is not a directory");
		return 1;
	}
	/* Limit the rows of SLIT, whose size has 32 bits. */
	if (nodes < 2 || nodes & (nodes - 1) || nodes > NODES_MAX)
		return usage_error(
			"--nodes: %d is not a power of two from 2 to %d", nodes, NODES_MAX);
	return read_tables(&tables) ?: split_tables(&tables) ?: write_tables(&tables);
}

const struct verb verb_split_acpi = {
	.name = "split-acpi",
	.summary = "split the memory of a proximity domain in a machine's ACPI tables",
	.options = options,
	.option_count = sizeof(options) / sizeof(*options),
	.run = run,
};
