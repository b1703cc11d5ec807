/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "probe.h"

#include <daxctl/libdaxctl.h>
#include <fcntl.h>
#include <linux/ndctl.h>
#include <ndctl/libndctl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/*
 * probe-ndctl reads|changes|null [nobody]: libndctl's functions on all objects that the machine
 * has; those that read, those that change something too, or all of them without an object.
 */

#include "probe-ndctl.h"

#define MOST 512

static struct ndctl_ctx *context;

void probe_describe(const char *type, void *pointer, char *text, size_t size)
{
	const char *name = "an object";

	if (strcmp(type, "struct ndctl_bus *") == 0)
		name = ndctl_bus_get_devname(pointer);
	else if (strcmp(type, "struct ndctl_dimm *") == 0)
		name = ndctl_dimm_get_devname(pointer);
	else if (strcmp(type, "struct ndctl_region *") == 0)
		name = ndctl_region_get_devname(pointer);
	else if (strcmp(type, "struct ndctl_namespace *") == 0)
		name = ndctl_namespace_get_devname(pointer);
	else if (strcmp(type, "struct ndctl_btt *") == 0)
		name = ndctl_btt_get_devname(pointer);
	else if (strcmp(type, "struct ndctl_pfn *") == 0)
		name = ndctl_pfn_get_devname(pointer);
	else if (strcmp(type, "struct ndctl_dax *") == 0)
		name = ndctl_dax_get_devname(pointer);
	else if (strcmp(type, "struct daxctl_region *") == 0)
		name = daxctl_region_get_path(pointer);
	else if (strcmp(type, "struct ndctl_interleave_set *") == 0)
		name = ndctl_region_get_devname(ndctl_interleave_set_get_region(pointer));
	else if (strcmp(type, "struct ndctl_ctx *") == 0)
		name = pointer == context ? "context" : "another context";
	if (strcmp(type, "struct ndctl_mapping *") == 0)
		snprintf(text, size, "%s@%#llx",
			ndctl_dimm_get_devname(ndctl_mapping_get_dimm(pointer)),
			ndctl_mapping_get_offset(pointer));
	else if (strcmp(type, "struct badblock *") == 0)
		snprintf(text, size, "%llu+%u", ((struct badblock *)pointer)->offset,
			((struct badblock *)pointer)->len);
	else
		snprintf(text, size, "%s", name ? name : "NULL");
}

void probe_release(const char *type, void *pointer)
{
	if (strcmp(type, "struct ndctl_cmd *") == 0)
		ndctl_cmd_unref(pointer);
}

static const struct {
	const char *type, *name;
	size_t count;
	unsigned long long numbers[PROBE_VALUES];
} numbers[] = {
	{"int", "i", 4, {0, 1, 2, 99}},
	{"int", "cmd", 8, {0, 1, 2, 3, 4, 9, 10, 99}},
	{"int", "type", 2, {ND_ARS_VOLATILE, ND_ARS_PERSISTENT}},
	{"int", "ro", 3, {1, 7, 0}},
	{"int", "raw_mode", 3, {1, 7, 0}},
	{"int", "priority", 2, {7, 3}},
	{"unsigned int", "handle", 4, {0, 1, 0x100, 99}},
	{"unsigned int", "flag", 3, {1, 2, 0x80}},
	{"unsigned int", "rec_index", 2, {0, 9}},
	{"unsigned int", "sector_size", 5, {512, 4096, 520, 0, 1}},
	{"unsigned int", "len", 3, {0, 16, 0x7fffffff}},
	{"unsigned int", "offset", 3, {0, 64, 0x7fffffff}},
	{"unsigned int", NULL, 4, {0, 1, 100, 0x7fffffff}},
	{"size_t", NULL, 2, {0, 64}},
	{"bool", NULL, 2, {0, 1}},
	{"unsigned long", "align", 5, {0, 1, 4096, 1 << 30, 1 << 21}},
	{"unsigned long long", "size", 5, {1, 4097, 32 << 20, 1ULL << 50, ~0ULL}},
	{"unsigned long long", NULL, 4, {0, 4096, 0x100000000, ~0ULL}},
	{"enum ndctl_namespace_mode", NULL, 6, {0, 1, 3, 4, 99, 2}},
	{"enum ndctl_pfn_loc", NULL, 5, {1, 2, 0, 3, 99}},
	{"enum ndctl_namespace_version", NULL, 1, {NDCTL_NS_VERSION_1_2}},
	/* No method that would suspend the machine. */
	{"enum ndctl_fwa_method", NULL, 2, {0, 99}},
};

static size_t put_strings(
	union probe_value *values, const char *a, const char *b, const char *c, const char *d)
{
	const char *all[] = {a, b, c, d};
	size_t count = 0;

	while (count < 4 && (count == 0 || all[count])) {
		values[count].p = (void *)all[count];
		count++;
	}
	return count;
}

size_t probe_values(const struct probe_call *call, int arg, union probe_value values[PROBE_VALUES])
{
	static uuid_t uuid = {1, 2, 3, 4, 5, 6, 0x47, 8, 0x89, 10, 11, 12, 13, 14, 15, 16};
	const char *type = call->types[arg], *name = call->names[arg];

	if (strcmp(name, "provider") == 0)
		return put_strings(values, "nosuch", "ACPI.NFIT", "e820", "nfit_test.0");
	if (strcmp(type, "const char *") == 0 || strcmp(type, "char *") == 0)
		return put_strings(values, "", "a name", NULL, NULL);
	if (strcmp(type, "uuid_t") == 0 && strstr(call->name, "_set_")) {
		values[0].p = uuid;
		return 1;
	}
	/* Another object, or none. */
	values[0].p = strncmp(type, "struct ndctl_", 13) ? probe_buffer(arg) : NULL;
	if (strchr(type, '*') || strcmp(type, "uuid_t") == 0)
		return 1;
	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++) {
		if (strcmp(numbers[i].type, type) != 0 ||
			(numbers[i].name && strcmp(numbers[i].name, name) != 0))
			continue;
		for (size_t n = 0; n < numbers[i].count; n++)
			values[n].u = numbers[i].numbers[n];
		return numbers[i].count;
	}
	values[0].u = 0;
	return 1;
}

static bool named(const struct probe_call *call, const char *const *words)
{
	for (; *words; words++)
		if (strstr(call->name, *words))
			return true;
	return false;
}

/* Steps of an iteration depend on the order, and the life of an object is ours. */
static const char *const skipped[] = {"ndctl_new", "ndctl_ref", "ndctl_unref", "_get_first",
	"_get_next", "_cmd_ref", "_cmd_unref", "_set_log_", "ndctl_invalidate", "_cmd_submit",
	"dimm_overwrite", "secure_erase", NULL};
static const char *const last[] = {"_delete", "disable_invalidate", "disable_preserve", "_cleanup",
	"init_labels", "zero_label", NULL};
static const char *const states[] = {"_enable", "_disable", NULL};
static const char *const changing[] = {"_set_", "inject_error", "start_scrub", "_clear_", "_arm",
	"_disarm", "activate_firmware", "freeze_security", "passphrase", "overwrite",
	"secure_erase", "write_cache", "refresh_flags", NULL};

const char *const probe_by_hand[] = {"ndctl_new", "ndctl_ref", "ndctl_unref", "ndctl_invalidate",
	"ndctl_set_log_fn", "ndctl_set_log_priority", "ndctl_bus_get_first", "ndctl_bus_get_next",
	"ndctl_dimm_get_first", "ndctl_dimm_get_next", "ndctl_region_get_first",
	"ndctl_region_get_next", "ndctl_region_get_first_badblock",
	"ndctl_region_get_next_badblock", "ndctl_region_get_first_dimm",
	"ndctl_region_get_next_dimm", "ndctl_interleave_set_get_first",
	"ndctl_interleave_set_get_next", "ndctl_interleave_set_get_first_dimm",
	"ndctl_interleave_set_get_next_dimm", "ndctl_mapping_get_first", "ndctl_mapping_get_next",
	"ndctl_namespace_get_first", "ndctl_namespace_get_next",
	"ndctl_namespace_get_first_badblock", "ndctl_namespace_get_next_badblock",
	"ndctl_btt_get_first", "ndctl_btt_get_next", "ndctl_pfn_get_first", "ndctl_pfn_get_next",
	"ndctl_dax_get_first", "ndctl_dax_get_next", "ndctl_cmd_ref", "ndctl_cmd_submit",
	"ndctl_cmd_submit_xlat", "ndctl_cmd_unref", "ndctl_bus_is_nfit_cmd_supported",
	"ndctl_dimm_overwrite", "ndctl_dimm_secure_erase", "ndctl_dimm_master_secure_erase", NULL};

/* Regions may be disabled: Linux 6.1 then follows NULL where it is told to flush. */
static bool changed;

enum probe_class probe_classify(const struct probe_call *call)
{
	if (named(call, skipped) || (changed && strcmp(call->name, "ndctl_region_deep_flush") == 0))
		return PROBE_SKIP;
	if (named(call, last))
		return PROBE_CHANGE_LAST;
	if (strstr(call->name, "is_enabled"))
		return PROBE_READ;
	if (named(call, states))
		return PROBE_CHANGE_STATE;
	/* Commands change nothing before they are submitted. */
	if (strncmp(call->name, "ndctl_cmd_", 10) != 0 && named(call, changing))
		return PROBE_CHANGE;
	return PROBE_READ;
}

static enum probe_class most;
static bool changes;

/* All functions on all objects of a kind below @parent. */
#define PROBE_EACH(kind, parent)                                                                   \
	do {                                                                                       \
		struct ndctl_##kind *item_;                                                        \
		void *found_[MOST];                                                                \
		size_t count_ = 0;                                                                 \
		ndctl_##kind##_foreach(parent, item_) if (count_ < MOST) found_[count_++] = item_; \
		probe_each("struct ndctl_" #kind " *", found_, count_, most);                      \
	} while (0)

static void probe_badblocks(struct ndctl_region *region)
{
	struct ndctl_namespace *ndns;
	struct badblock *block;

	printf("%s badblocks() =", ndctl_region_get_devname(region));
	ndctl_region_badblock_foreach (region, block)
		printf(" %llu+%u", block->offset, block->len);
	printf("\n");
	ndctl_namespace_foreach (region, ndns) {
		printf("%s badblocks() =", ndctl_namespace_get_devname(ndns));
		ndctl_namespace_badblock_foreach (ndns, block)
			printf(" %llu+%u", block->offset, block->len);
		printf("\n");
	}
}

/* In the order of their numbers: the reference has that of the kernel's directory. */
static void print_dimms(const bool *found, size_t count)
{
	for (size_t id = 0; id < count; id++)
		if (found[id])
			printf(" nmem%zu", id);
	printf("\n");
}

static void probe_region(struct ndctl_region *region)
{
	const char *name = ndctl_region_get_devname(region);
	struct ndctl_interleave_set *set = ndctl_region_get_interleave_set(region);
	struct ndctl_dimm *dimm;

	probe_badblocks(region);
	bool found[64] = {false};
	printf("%s dimms() =", name);
	ndctl_dimm_foreach_in_region (region, dimm)
		found[ndctl_dimm_get_id(dimm) % 64] = true;
	print_dimms(found, 64);
	if (set)
		probe_object("struct ndctl_interleave_set *", set, name, PROBE_READ, PROBE_READ);
	PROBE_EACH(mapping, region);
	PROBE_EACH(namespace, region);
	PROBE_EACH(btt, region);
	PROBE_EACH(pfn, region);
	PROBE_EACH(dax, region);
}

/* A command, before and after it is submitted. */
static struct ndctl_cmd *probe_cmd(
	const char *on, const char *what, struct ndctl_cmd *cmd, bool submit)
{
	char name[256];

	snprintf(name, sizeof(name), "%s:%s", on, what);
	printf("%s new() = %s\n", name, cmd ? "a command" : "NULL");
	if (!cmd)
		return NULL;
	probe_object("struct ndctl_cmd *", cmd, name, PROBE_READ, PROBE_READ);
	if (submit) {
		ndctl_cmd_ref(cmd);
		ndctl_cmd_unref(cmd);
		printf("%s submit() = %d\n", name, ndctl_cmd_submit(cmd));
		strncat(name, ":submitted", sizeof(name) - strlen(name) - 1);
		probe_object("struct ndctl_cmd *", cmd, name, PROBE_READ, PROBE_READ);
	}
	return cmd;
}

static void done(const char *on, const char *what, int rc)
{
	const char *error = rc < 0 ? strerrorname_np(-rc) : NULL;

	printf("%s %s() = ", on, what);
	printf(error ? "-%s\n" : "%.0s%d\n", error ? error : "", rc);
}

/* Only where a region in use prevents them: what they do to nfit_test lasts until it is reloaded.
 */
static void probe_erasure(struct ndctl_dimm *dimm)
{
	const char *name = ndctl_dimm_get_devname(dimm);

	if (!ndctl_dimm_is_active(dimm))
		return;
	done(name, "secure_erase", ndctl_dimm_secure_erase(dimm, 0));
	done(name, "master_secure_erase", ndctl_dimm_master_secure_erase(dimm, 0));
	done(name, "overwrite", ndctl_dimm_overwrite(dimm, 0));
}

static void probe_dimm_commands(struct ndctl_dimm *dimm)
{
	const char *name = ndctl_dimm_get_devname(dimm);
	struct ndctl_cmd *size, *read = NULL, *write = NULL;
	char fresh[64];

	size = ndctl_dimm_cmd_new_cfg_size(dimm);
	printf("%s submit_xlat() = %d\n", name, size ? ndctl_cmd_submit_xlat(size) : 0);
	ndctl_cmd_unref(size);
	snprintf(fresh, sizeof(fresh), "%s:fresh", name);
	probe_object("struct ndctl_dimm *", dimm, fresh, PROBE_READ, PROBE_READ);
	size = probe_cmd(name, "cfg_size", ndctl_dimm_cmd_new_cfg_size(dimm), true);
	if (size)
		read = probe_cmd(name, "cfg_read", ndctl_dimm_cmd_new_cfg_read(size), true);
	if (read)
		write = probe_cmd(name, "cfg_write", ndctl_dimm_cmd_new_cfg_write(read), false);
	ndctl_cmd_unref(write);
	ndctl_cmd_unref(read);
	/* For the calls that follow, which tell what is known of labels that have been read. */
	ndctl_cmd_unref(ndctl_dimm_read_label_index(dimm));
	ndctl_cmd_unref(size);
	probe_erasure(dimm);
}

/* No public header declares it. */
int ndctl_bus_is_nfit_cmd_supported(struct ndctl_bus *bus, int cmd);

static void probe_bus_commands(struct ndctl_bus *bus)
{
	struct ndctl_region *region = ndctl_region_get_first(bus);
	const char *name = ndctl_bus_get_devname(bus);
	struct ndctl_cmd *cap, *status = NULL;

	for (int cmd = 0; cmd < 16; cmd++)
		printf("%s is_nfit_cmd_supported(%d) = %d\n", name, cmd,
			ndctl_bus_is_nfit_cmd_supported(bus, cmd));
	if (!region)
		return;
	cap = probe_cmd(name, "ars_cap",
		ndctl_bus_cmd_new_ars_cap(
			bus, ndctl_region_get_resource(region), ndctl_region_get_size(region)),
		true);
	if (cap)
		status = probe_cmd(name, "ars_status", ndctl_bus_cmd_new_ars_status(cap), true);
	ndctl_cmd_unref(status);
	ndctl_cmd_unref(cap);
}

/* ---- a namespace that a btt, pfn or dax device claims, step by step ---- */

static void probe_namespace_now(
	struct ndctl_namespace *ndns, const char *state, enum probe_class to)
{
	char name[256];

	snprintf(name, sizeof(name), "%s:%s", ndctl_namespace_get_devname(ndns), state);
	probe_object("struct ndctl_namespace *", ndns, name, PROBE_READ, to);
}

static int set_up_btt(struct ndctl_btt *btt)
{
	return ndctl_btt_set_sector_size(btt, 4096);
}

static int set_up_pfn(struct ndctl_pfn *pfn)
{
	int rc = ndctl_pfn_set_location(pfn, NDCTL_PFN_LOC_PMEM);

	return rc ? rc : ndctl_pfn_set_align(pfn, 4096);
}

static int set_up_dax(struct ndctl_dax *dax)
{
	int rc = ndctl_dax_set_location(dax, NDCTL_PFN_LOC_RAM);

	return rc ? rc : ndctl_dax_set_align(dax, 4096);
}

/* Zeros where a disabled namespace has its info blocks, lest the kernel bring up what was there. */
static void wipe(struct ndctl_namespace *ndns)
{
	static const char zeros[64 << 10];
	char path[64];

	ndctl_namespace_set_raw_mode(ndns, 1);
	ndctl_namespace_enable(ndns);
	snprintf(path, sizeof(path), "/dev/%s", ndctl_namespace_get_block_device(ndns));
	int fd = open(path, O_WRONLY | O_SYNC);
	printf("%s wipe() = %zd\n", path, pwrite(fd, zeros, sizeof(zeros), 0));
	close(fd);
	ndctl_namespace_disable_invalidate(ndns);
	ndctl_namespace_set_raw_mode(ndns, 0);
}

/* The reference frees a claim when its namespace is disabled: the seed is asked for after that. */
#define PROBE_CLAIM(kind)                                                                          \
	static void kind##_now(struct ndctl_##kind *claim, struct ndctl_namespace *ndns,           \
		const char *state, enum probe_class to)                                            \
	{                                                                                          \
		char name[256];                                                                    \
                                                                                                   \
		snprintf(                                                                          \
			name, sizeof(name), "%s-of-%s", state, ndctl_namespace_get_devname(ndns)); \
		probe_object("struct ndctl_" #kind " *", claim, name, PROBE_READ, to);             \
		probe_namespace_now(ndns, state, to);                                              \
	}                                                                                          \
	static void change_##kind(struct ndctl_region *region, struct ndctl_namespace *ndns)       \
	{                                                                                          \
		static uuid_t uuid = {7, 2, 3, 4, 5, 6, 0x47, 8, 0x89};                            \
		const char *on = ndctl_namespace_get_devname(ndns);                                \
                                                                                                   \
		done(on, "disable_invalidate", ndctl_namespace_disable_invalidate(ndns));          \
		struct ndctl_##kind *claim = ndctl_region_get_##kind##_seed(region);               \
		if (!claim)                                                                        \
			return;                                                                    \
		done(on, #kind "_set_namespace-only", ndctl_##kind##_set_namespace(claim, ndns));  \
		done(on, #kind "_is_configured", ndctl_##kind##_is_configured(claim));             \
		done(on, #kind "_let_go", ndctl_##kind##_set_namespace(claim, NULL));              \
		done(on, #kind "_set_uuid", ndctl_##kind##_set_uuid(claim, uuid));                 \
		done(on, #kind "_set_up", set_up_##kind(claim));                                   \
		done(on, #kind "_set_namespace", ndctl_##kind##_set_namespace(claim, ndns));       \
		kind##_now(claim, ndns, #kind "-claims", PROBE_READ);                              \
		done(on, "set_size-claimed", ndctl_namespace_set_size(ndns, 16 << 20));            \
		done(on, "delete-claimed", ndctl_namespace_delete(ndns));                          \
		done(on, #kind "_enable", ndctl_##kind##_enable(claim));                           \
		done(on, #kind "_enable-again", ndctl_##kind##_enable(claim));                     \
		kind##_now(claim, ndns, #kind "-holds", PROBE_CHANGE);                             \
		done(on, "enable", ndctl_namespace_enable(ndns));                                  \
		done(on, "delete-enabled", ndctl_namespace_delete(ndns));                          \
		done(on, "disable", ndctl_namespace_disable(ndns));                                \
		done(on, #kind "_delete", ndctl_##kind##_delete(claim));                           \
		probe_namespace_now(ndns, "after-" #kind, PROBE_READ);                             \
		wipe(ndns);                                                                        \
		done(on, "enable-after", ndctl_namespace_enable(ndns));                            \
	}

PROBE_CLAIM(btt)
PROBE_CLAIM(pfn)
PROBE_CLAIM(dax)

/* The mode is FSDAX without labels. */
static bool is_claimed(struct ndctl_namespace *ndns)
{
	return ndctl_namespace_get_btt(ndns) || ndctl_namespace_get_pfn(ndns) ||
		ndctl_namespace_get_dax(ndns);
}

/* The first namespace of the region that nothing has claimed. */
static struct ndctl_namespace *unclaimed(struct ndctl_region *region)
{
	struct ndctl_namespace *ndns, *found = NULL;

	ndctl_namespace_foreach (region, ndns)
		if (ndctl_namespace_get_size(ndns) <= 1 << 30 && ndctl_namespace_is_active(ndns) &&
			!is_claimed(ndns) &&
			(!found || ndctl_namespace_get_id(ndns) < ndctl_namespace_get_id(found)))
			found = ndns;
	return found;
}

static void change_claims(struct ndctl_region *region)
{
	struct ndctl_namespace *ndns = unclaimed(region);

	if (!ndns)
		return;
	change_btt(region, ndns);
	change_pfn(region, ndns);
	change_dax(region, ndns);
}

static int by_region_id(const void *a, const void *b)
{
	unsigned int left = ndctl_region_get_id(*(struct ndctl_region *const *)a);
	unsigned int right = ndctl_region_get_id(*(struct ndctl_region *const *)b);

	return (left > right) - (left < right);
}

/* In the order of their numbers, so that both libraries change the same one first. */
static size_t regions_of(struct ndctl_bus *bus, struct ndctl_region **found)
{
	struct ndctl_region *region;
	size_t count = 0;

	ndctl_region_foreach (bus, region)
		if (count < MOST)
			found[count++] = region;
	qsort(found, count, sizeof(struct ndctl_region *), by_region_id);
	return count;
}

static void probe_bus(struct ndctl_bus *bus)
{
	struct ndctl_interleave_set *set;
	struct ndctl_region *regions[MOST];
	size_t count = regions_of(bus, regions);
	struct ndctl_dimm *dimm, *first = NULL;

	ndctl_interleave_set_foreach(bus, set)
	{
		bool found[64] = {false};
		printf("%s set() =",
			ndctl_region_get_devname(ndctl_interleave_set_get_region(set)));
		ndctl_dimm_foreach_in_interleave_set(set, dimm)
			found[ndctl_dimm_get_id(dimm) % 64] = true;
		print_dimms(found, 64);
	}
	if (most != PROBE_READ)
		for (size_t i = 0; i < count; i++)
			change_claims(regions[i]);
	for (size_t i = 0; i < count; i++)
		probe_region(regions[i]);
	PROBE_EACH(region, bus);
	/* Each call on a command costs a child. */
	ndctl_dimm_foreach (bus, dimm)
		if (!first || ndctl_dimm_get_id(dimm) < ndctl_dimm_get_id(first))
			first = dimm;
	if (first && !changes)
		probe_dimm_commands(first);
	if (!changes)
		probe_bus_commands(bus);
	PROBE_EACH(dimm, bus);
}

static void log_line(struct ndctl_ctx *ctx, int priority, const char *file, int line,
	const char *fn, const char *format, va_list args)
{
	(void)ctx, (void)file, (void)line, (void)fn, (void)args;
	probe_log(priority, format);
}

static int by_bus_id(const void *a, const void *b)
{
	unsigned int left = ndctl_bus_get_id(*(struct ndctl_bus *const *)a);
	unsigned int right = ndctl_bus_get_id(*(struct ndctl_bus *const *)b);

	return (left > right) - (left < right);
}

/* All that the machine has, in a context of its own. */
static int probe_context(void)
{
	struct ndctl_bus *bus, *buses[MOST];
	size_t count = 0;

	if (ndctl_new(&context))
		return 1;
	ndctl_set_log_fn(context, log_line);
	ndctl_set_log_priority(context, 7);
	ndctl_set_log_priority(context, 3);
	probe_plain();
	probe_object("struct ndctl_ctx *", context, "context", PROBE_READ, PROBE_READ);
	ndctl_bus_foreach (context, bus)
		if (count < MOST)
			buses[count++] = bus;
	qsort(buses, count, sizeof(struct ndctl_bus *), by_bus_id);
	for (size_t i = 0; i < count; i++)
		probe_bus(buses[i]);
	PROBE_EACH(bus, context);
	ndctl_invalidate(context);
	printf("context buses-after-invalidate() = %d\n", ndctl_bus_get_first(context) != NULL);
	printf("context ref() = %d\n", ndctl_ref(context) == context);
	ndctl_unref(context);
	ndctl_unref(context);
	return 0;
}

int main(int argc, char **argv)
{
	const char *mode = argc > 1 ? argv[1] : "";

	if (argc > 2 && (strcmp(argv[2], "nobody") != 0 || setuid(65534)))
		return 2;
	if (strcmp(mode, "null") == 0 || strcmp(mode, "names") == 0) {
		(*mode == 'n' && mode[1] == 'u' ? probe_null : probe_names)();
		return 0;
	}
	changes = strcmp(mode, "changes") == 0;
	if (strcmp(mode, "reads") != 0 && !changes)
		return 2;
	most = changes ? PROBE_CHANGE_LAST : PROBE_READ;
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (probe_context())
		return 1;
	most = PROBE_READ;
	changed = changes;
	return changes && probe_context() ? 1 : 0;
}
