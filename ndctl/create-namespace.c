/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <uuid/uuid.h>

#include "../util/size.h"
#include "../util/verb.h"
#include "describe.h"
#include "persist.h"
#include "find.h"
#include "verbs.h"

static struct filters filters;
static int verbose;
static const char *reconfig, *uuid, *name;
static struct size_option size, sector_size, align;
static int mode, map, type;
static bool force, keep_going, dry_run, persist, autolabel = true, autorecover = true;

/* Add a value for no struct pages to enum ndctl_pfn_loc. */
enum { MAP_NONE = NDCTL_PFN_LOC_PMEM + 1 };

static const struct choice maps[] = {
	{"mem", NDCTL_PFN_LOC_RAM},
	{"dev", NDCTL_PFN_LOC_PMEM},
	{"none", MAP_NONE},
	{NULL, 0},
};

static const struct option options[] = {
	{'b', "bus", OPT_TEXT, &filters.bus, "bus",
		"only on this bus, by number, name or provider"},
	{'r', "region", OPT_TEXT, &filters.region, "region", "only in this region"},
	{'v', "verbose", OPT_COUNT, &verbose, NULL, "print each step"},
	{'e', "reconfig", OPT_TEXT, &reconfig, "namespace",
		"reconfigure this namespace (loses its content)"},
	{'u', "uuid", OPT_TEXT, &uuid, "uuid", "uuid in the label (default: a new one)"},
	{'n', "name", OPT_TEXT, &name, "name", "name in the label"},
	{'s', "size", OPT_SIZE, &size, "size",
		"size of the namespace (default: the largest free extent)"},
	{'m', "mode", OPT_CHOICE, &mode, "mode", "mode of the namespace (default: fsdax)",
		.choices = mode_choices, .any_case = true},
	{'M', "map", OPT_CHOICE, &map, "place",
		"where to keep struct pages (16 GiB for each TiB): in RAM, on the namespace (default), or nowhere (devdax only)",
		.choices = maps,
		.more = "The kernel keeps a struct page, 64 bytes, for each page of 4 KiB: 16 MiB for each GiB, 16 GiB for each TiB.\n\n"
			"*mem* keeps them in RAM while the namespace is enabled. *dev* keeps them on the namespace, which shrinks by that much and up to one alignment more; each access to a struct page then has the latency of the device.\n\n"
			"*none* keeps none. It is for devdax only, for memory that virtual machines get as a whole. What needs struct pages fails: direct I/O to or from the memory, RDMA, and system-ram mode. The command writes nothing to the namespace: all of it holds data, and nothing on the medium records the mode. After a reboot or *ndctl disable-namespace* the namespace is raw, with its content untouched. With *--persist*, *daxctl restore* makes it devdax again, also at boot. *ndctl create-namespace --reconfig --map none* does that too, but erases what looks like an info block. On a kernel without support for this, the command fails and removes the namespace."},
	{'l', "sector-size", OPT_SIZE, &sector_size, "size", "sector size of the block device"},
	{'t', "type", OPT_CHOICE, &type, "type", "only in regions of this type",
		.choices = type_choices},
	{'a', "align", OPT_SIZE, &align, "align", "alignment of mappings (default: 2M)"},
	{'f', "force", OPT_FLAG, &force, NULL,
		"reconfigure an enabled namespace, unless it is in use"},
	{'L', "autolabel", OPT_FLAG, &autolabel, NULL,
		"with -e, initialize labels if the region has none (default)"},
	{'c', "continue", OPT_FLAG, &keep_going, NULL,
		"create a namespace in each region that can hold it"},
	{'R', "autorecover", OPT_FLAG, &autorecover, NULL, "undo all steps if one fails (default)"},
	{0, "persist", OPT_FLAG, &persist, NULL,
		"keep the mode for the next boot, in " SYSCONFDIR "/daxctl.conf.d",
		"Writes a section for a devdax namespace, in particular for one without struct pages, whose mode is not stored on the medium; see *daxctl.conf*(5). *daxctl restore* applies it. Other modes are stored on the medium, and need no section. Not with *--dry-run*."},
	{0, "dry-run", OPT_FLAG, &dry_run, NULL, "print the steps and change nothing"},
};

static int print_namespace(struct ndctl_namespace *ndns)
{
	unsigned flags = JSON_DAX;
	AUTO_JSON struct json_object *json = describe_namespace(ndns, flags);

	return json ? json_print(json, flags) : -ENOMEM;
}

/* Warn about options that are lost: without labels the kernel has no place for them. */
static void say_not_kept(struct ndctl_namespace *ndns)
{
	uuid_t kept;

	if (!uuid && !name)
		return;
	ndctl_namespace_get_uuid(ndns, kept);
	if (uuid_is_null(kept))
		say_warning("%s: --%s is lost: the region has no labels to store it",
			ndctl_namespace_get_devname(ndns), uuid ? "uuid" : "name");
}

/* Print and persist a namespace. @before: its uuids before, NULL if it is new. */
static int finish_creation(struct ndctl_namespace *ndns, const struct identity *before)
{
	if (!ndns)
		return 0; /* a dry run, which excludes --persist */
	int err = print_namespace(ndns);

	say_not_kept(ndns);
	return err || !persist ? err : persist_namespace(ndns, before);
}

/* ---- the command line ---- */

static int check_mode_options(void)
{
	bool mapped = mode != 1 + NDCTL_NS_MODE_SECTOR && mode != 1 + NDCTL_NS_MODE_RAW;

	/* Accept --map none with --reconfig alone: the namespace may be devdax already. */
	if (map == MAP_NONE && (mode ? mode != 1 + NDCTL_NS_MODE_DEVDAX : !reconfig))
		return usage_error("--map: only devdax works without struct pages");
	if (map && !mapped)
		return usage_error("--map: a %s namespace has no struct pages",
			mode == 1 + NDCTL_NS_MODE_RAW ? "raw" : "sector");
	return 0;
}

static int check_number_options(void)
{
	if (align.given && (align.bytes < 4096 || align.bytes & (align.bytes - 1)))
		return usage_error("invalid --align %s: must be a power of two and at least 4096",
			size_short(align.bytes).text);
	if (sector_size.given && !sector_size.bytes) {
		say_error("invalid --sector-size 0: must be at least 1");
		return -EINVAL;
	}
	if (sector_size.bytes > UINT_MAX)
		return usage_error("invalid --sector-size %s: must be below 4 GiB",
			size_short(sector_size.bytes).text);
	return 0;
}

static int fill_spec(struct ndctl_namespace_spec *spec)
{
	int err = check_mode_options() ?: check_number_options();

	if (err)
		return err;
	if (persist && dry_run)
		return usage_error("--persist and --dry-run exclude each other");
	*spec = (struct ndctl_namespace_spec){
		.struct_size = sizeof(*spec),
		.flags = (force ? NDCTL_CHANGE_FORCE : 0) | (dry_run ? NDCTL_CHANGE_DRY_RUN : 0) |
			(autolabel ? NDCTL_CHANGE_AUTOLABEL : 0) |
			(filters.region ? NDCTL_CHANGE_TAKE_DISABLED : 0) |
			(autorecover ? 0 : NDCTL_CHANGE_NO_RECOVER) |
			(map == MAP_NONE ? NDCTL_CHANGE_NO_MAP : 0),
		.mode = mode ? (enum ndctl_namespace_mode)(mode - 1) : NDCTL_NS_MODE_UNKNOWN,
		.map = map == MAP_NONE ? NDCTL_PFN_LOC_NONE : (enum ndctl_pfn_loc)map,
		.size = size.bytes,
		.align = align.bytes,
		.sector_size = (unsigned)sector_size.bytes,
		.name = name,
	};
	if (uuid && uuid_parse(uuid, spec->uuid))
		return usage_error("--uuid: '%s' is not a uuid", uuid);
	return 0;
}

/* ---- a new one ---- */

/* Why each region refused the namespace: printed only if all do. */
struct refusals {
	struct refusal {
		char *error, *hint;
	} * list;
	size_t count;
};

static void refusals_deinit(struct refusals *refusals)
{
	for (size_t i = 0; i < refusals->count; i++) {
		free(refusals->list[i].error);
		free(refusals->list[i].hint);
	}
	free(refusals->list);
}

static int refusals_add(struct refusals *refusals, struct ndctl_ctx *ctx)
{
	const char *hint = ndctl_get_hint(ctx);
	struct refusal *list = reallocarray(refusals->list, refusals->count + 1, sizeof(*list));

	if (!list)
		return -ENOMEM;
	refusals->list = list;
	list[refusals->count++] =
		(struct refusal){strdup(ndctl_get_error(ctx) ?: ""), hint ? strdup(hint) : NULL};
	return 0;
}

static void refusals_say(const struct refusals *refusals)
{
	for (size_t i = 0; i < refusals->count; i++) {
		say_error("%s", refusals->list[i].error ?: "");
		if (refusals->list[i].hint)
			say_hint("%s", refusals->list[i].hint);
	}
	if (refusals->count)
		return;
	say_error("there is no region%s%s%s%s to create a namespace in", filters.region ? " " : "",
		typed(filters.region), filters.bus ? " on bus " : "", typed(filters.bus));
	say_hint("list the regions: ndctl list -Ri");
}

/* Return whether another region might take what this one refused: it has no room, nothing to
 * configure, no such feature, or no driver for it. */
static bool may_fit_elsewhere(int err)
{
	return err == -ENOSPC || err == -ENODEV || err == -ENXIO || err == -EROFS ||
		err == -EOPNOTSUPP || err == -ENOENT;
}

struct creation {
	const struct ndctl_namespace_spec *spec;
	struct refusals refusals;
	unsigned created;
	bool done;
};

/* Create a namespace in one region. Sets @done when no further region is to be tried. */
static int create_namespace_in(
	struct ndctl_ctx *ctx, struct ndctl_region *region, struct creation *creation)
{
	struct ndctl_namespace *ndns = NULL;
	int err = ndctl_region_create_namespace(region, creation->spec, &ndns);

	if (!err) {
		creation->created++;
		creation->done = !keep_going;
		return finish_creation(ndns, NULL);
	}
	if (may_fit_elsewhere(err))
		return refusals_add(&creation->refusals, ctx) ?: err;
	say_failure(ctx, err);
	creation->done = !(keep_going && force);
	return err;
}

static int create_anywhere(struct ndctl_ctx *ctx, struct creation *creation)
{
	struct ndctl_region *region;
	struct ndctl_bus *bus;
	int err = -ENODEV;

	ndctl_bus_foreach (ctx, bus) {
		if (!filter_bus(&filters, bus))
			continue;
		ndctl_region_foreach (bus, region) {
			if (!filter_region(&filters, region))
				continue;
			err = create_namespace_in(ctx, region, creation);
			if (creation->done)
				return err;
		}
	}
	return err;
}

static int create_one_namespace(struct ndctl_ctx *ctx, const struct ndctl_namespace_spec *spec)
{
	struct creation creation = {.spec = spec};
	unsigned said = say_error_count();
	int err = create_anywhere(ctx, &creation);

	if (!creation.created && say_error_count() == said)
		refusals_say(&creation.refusals);
	refusals_deinit(&creation.refusals);
	if (keep_going)
		say_count("created", creation.created, "namespace");
	if (creation.created)
		return creation.done ? err : 0;
	/* Return the status of the reference, which does not tell why the regions refused. */
	return may_fit_elsewhere(err) || keep_going ? -ENODEV : err;
}

/* ---- an old one ---- */

static int reconfigure_named(struct ndctl_ctx *ctx, const struct ndctl_namespace_spec *spec)
{
	AUTO_TARGETS struct targets targets = {0};
	char *word = (char *)reconfig;
	int err = targets_namespaces(ctx, &filters, 1, &word, &targets);

	/* Reconfigure the first that can be, if the word is "all". */
	for (size_t i = 0; !err && i < targets.count; i++) {
		struct ndctl_namespace *ndns = NULL;
		struct identity before;
		identity_of(targets.objects[i], &before);
		err = ndctl_namespace_reconfigure(targets.objects[i], spec, &ndns);
		if (!err)
			return finish_creation(ndns, &before);
		say_failure(ctx, err);
		if (i + 1 < targets.count)
			err = 0;
	}
	return err == -EOPNOTSUPP ? -ENXIO : err;
}

static int run(void *context, int count, char **args)
{
	struct ndctl_namespace_spec spec;
	int err = fill_spec(&spec) ?: filters_check(context);

	if (!err && persist)
		err = persist_namespace_begin(context);
	if (err)
		return err;
	if (type == TYPE_BLK)
		filters.type = TYPE_BLK;
	tell_steps(context, verbose > 0);
	return reconfig ? reconfigure_named(context, &spec) : create_one_namespace(context, &spec);
}

const struct verb verb_create_namespace = {
	.name = "create-namespace",
	.summary = "create or reconfigure a namespace",
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.run = run,
};
