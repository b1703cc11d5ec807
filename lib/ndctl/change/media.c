/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ndctl/cmd/busio.h>
#include "idle.h"
#include "scrub.h"

#include <linux/ioctl.h>
#include <linux/ndctl.h>
#include <stdio.h>
#include <string.h>

/* Find media errors, clear them, and name the DIMMs that they are on. */

#define SECTOR UINT64_C(512)

/* ---- clearing ---- */

struct window {
	uint64_t start, length; /* physical addresses */
};

/* Tell which physical addresses hold the namespace's data. */
static int namespace_window(struct ndctl_namespace *ndns, struct window *window)
{
	struct claim *claim = namespace_claim(ndns);
	bool bound = false;
	int err = claim ? entity_check_bound(&claim->entity, &bound) : 0;

	if (err)
		return err;
	if (!bound)
		claim = NULL;
	window->start = claim ? object_u64_or(&claim->entity.object, CLAIM_RESOURCE, ULLONG_MAX)
			      : ndctl_namespace_get_resource(ndns);
	window->length =
		claim ? object_u64_or(&claim->entity.object, CLAIM_SIZE, 0) : namespace_size(ndns);
	if (window->length == 0)
		return kernel_fail(
			entity_kernel(&ndns->entity), ENXIO, "the namespace has no capacity");
	return window->start != ULLONG_MAX
		? 0
		: kernel_fail(entity_kernel(&ndns->entity), EACCES,
			  "the kernel hides the address of the namespace");
}

static int clear_unit(struct ndctl_bus *bus, const struct window *window, uint64_t *unit)
{
	struct nd_cmd_ars_cap cap = {.address = window->start, .length = window->length};
	struct kernel *kernel = entity_kernel(&bus->entity);

	if (!ndctl_bus_is_cmd_supported(bus, ND_CMD_CLEAR_ERROR) ||
		!ndctl_bus_is_cmd_supported(bus, ND_CMD_ARS_CAP))
		return kernel_fail(kernel, EOPNOTSUPP, "%s cannot clear media errors",
			entity_name(&bus->entity));
	int err = bus_submit(bus, ND_IOCTL_ARS_CAP, &cap);
	if (!err && (cap.status & ARS_STATUS_MASK || !cap.clear_err_unit))
		err = kernel_fail(kernel, EIO,
			"%s does not report the unit in which it clears errors",
			entity_name(&bus->entity));
	*unit = cap.clear_err_unit;
	return err;
}

static int clear_range(struct ndctl_bus *bus, uint64_t start, uint64_t end)
{
	struct kernel *kernel = entity_kernel(&bus->entity);

	while (start < end) {
		struct nd_cmd_clear_error command = {.address = start, .length = end - start};
		int err = bus_submit(bus, ND_IOCTL_CLEAR_ERROR, &command);
		if (!err && (command.status & ARS_STATUS_MASK || !command.cleared))
			err = kernel_fail(kernel, EIO, "the firmware refuses the command");
		if (err)
			return kernel_fail_while(kernel, err, "cannot clear errors at %#llx",
				(unsigned long long)start);
		start += command.cleared;
	}
	return 0;
}

struct clearing {
	struct ndctl_region *region;
	struct window window;
	uint64_t unit;
	unsigned long long *sectors;
};

static int clear_run(const struct clearing *clearing, const struct badblock *run)
{
	uint64_t unit = clearing->unit, start = clearing->window.start + run->offset * SECTOR;
	uint64_t end = start + run->len * SECTOR;
	uint64_t from = start / unit * unit, to = (end + unit - 1) / unit * unit;

	if (from < clearing->window.start || to > clearing->window.start + clearing->window.length)
		return kernel_fail(entity_kernel(&clearing->region->entity), EINVAL,
			"cannot clear errors at %#llx: the firmware clears units of %llu bytes, and this unit reaches beyond the namespace",
			(unsigned long long)start, (unsigned long long)unit);
	int err = clear_range(ndctl_region_get_bus(clearing->region), from, to);

	if (!err)
		*clearing->sectors += run->len;
	return err;
}

/* Clear the runs that the kernel lists for the region. The kernel drops from the list what is
 * cleared. */
static int clear_listed(const struct clearing *clearing, struct badblocks *found)
{
	struct ndctl_region *region = clearing->region;
	const struct window *window = &clearing->window;

	entity_invalidate(&region->entity);
	int err = region_badblocks(
		region, found, window->start - ndctl_region_get_resource(region), window->length);
	if (!err && found->count && ndctl_region_get_ro(region) > 0)
		return kernel_fail(entity_kernel(&region->entity), EROFS, "%s is read-only",
			entity_name(&region->entity));
	for (struct badblock *run = badblocks_first(found); !err && run;
		run = badblocks_next(found))
		err = clear_run(clearing, run);
	return err;
}

/* Read the list again after clearing what it shows: the kernel cuts it at a page, and shows more
 * then. */
static int clear_all(const struct clearing *clearing)
{
	struct kernel *kernel = entity_kernel(&clearing->region->entity);
	unsigned long long last = ULLONG_MAX;

	for (;;) {
		CLEANUP(badblocks_forget) struct badblocks found = {0};
		int err = clear_listed(clearing, &found);
		if (err || !found.cut)
			return err;
		if (!found.count || found.list[0].offset == last)
			break;
		last = found.list[0].offset;
	}
	return kernel_fail(kernel, EFBIG,
		"the kernel cut the list of bad blocks of %s after 4095 bytes: the listed ones belong to other namespaces or cannot be cleared, and this namespace may have more",
		entity_name(&clearing->region->entity));
}

static int clear_known(struct ndctl_namespace *ndns, unsigned long long *sectors)
{
	struct clearing clearing = {.region = entity_region(&ndns->entity), .sectors = sectors};
	struct ndctl_bus *bus = ndctl_region_get_bus(clearing.region);
	uint64_t origin = ndctl_region_get_resource(clearing.region);
	int err = namespace_window(ndns, &clearing.window);

	if (err)
		return err;
	/* Require the start of the region: offsets in the list count from it. */
	if (origin == ULLONG_MAX || origin > clearing.window.start)
		return kernel_fail(entity_kernel(&ndns->entity), EACCES,
			"the kernel hides the address of %s",
			entity_name(&clearing.region->entity));
	err = clear_unit(bus, &clearing.window, &clearing.unit);
	if (err)
		return err;
	err = clear_all(&clearing);
	ctx_forget(ndns->entity.ctx);
	return err;
}

/* Return 1 for a btt: only the btt knows which addresses a sector is at. */
static int check_direct(struct ndctl_namespace *ndns)
{
	struct entity *owner;

	return namespace_find_owner(ndns, &owner) ?: owner->kind == KIND_BTT;
}

static int clear_bad_blocks(struct ndctl_namespace *ndns, bool search, unsigned long long *sectors)
{
	struct ndctl_region *region = entity_region(&ndns->entity);
	struct ndctl_bus *bus = ndctl_region_get_bus(region);
	AUTO_TXN struct txn *txn = NULL;
	int err = bus_await_scrub(bus) ?: search ? bus_scrub(bus) : 0;

	/* Scripts know a platform without scrubs by this errno. */
	if (err == -ENOENT)
		err = -EOPNOTSUPP;
	/* Lock after the scrub, which takes minutes, and clear errors where the namespace is by
	 * then. */
	err = err ?: nd_change_begin(&ndns->entity, &txn) ?: txn_check_locked(txn);
	err = err ?: check_direct(ndns);
	return err ?: clear_known(ndns, sectors);
}

EXPORT int ndctl_namespace_clear_errors(
	struct ndctl_namespace *ndns, int search, unsigned long long *sectors)
{
	if (!ndns)
		return -EINVAL;
	unsigned long long cleared = 0;

	if (sectors)
		*sectors = 0;
	int err = check_direct(ndns) ?: clear_bad_blocks(ndns, search, &cleared);
	if (sectors)
		*sectors = cleared;
	return err > 0 ? err
		: err  ? kernel_fail_while(entity_kernel(&ndns->entity), err,
				 "%s: cannot clear errors", entity_name(&ndns->entity))
		       : 0;
}

/* ---- whose they are ---- */

/* ACPI 6.2, 9.20.7.10 (Translate SPA), by way of ND_CMD_CALL */
#define NFIT_FAMILY	   0
#define NFIT_TRANSLATE_SPA 5
#define MOST_DIMMS	   64

struct __attribute__((packed)) translation {
	uint64_t address;
	uint32_t status;
	uint8_t flags, reserved[3];
	uint64_t length;
	uint32_t count;
	struct __attribute__((packed)) {
		uint32_t handle, reserved;
		uint64_t address;
	} dimms[MOST_DIMMS];
};

static int translate(struct ndctl_bus *bus, unsigned long long address, struct translation *out)
{
	struct nd_cmd_pkg package = {
		.nd_family = NFIT_FAMILY,
		.nd_command = NFIT_TRANSLATE_SPA,
		.nd_size_in = sizeof(out->address),
		.nd_size_out = sizeof(*out) - sizeof(out->address),
	};
	AUTO_FREE char *command = malloc(sizeof(package) + sizeof(*out));

	*out = (struct translation){.address = address};
	if (!command)
		return -ENOMEM;
	memcpy(command, &package, sizeof(package));
	memcpy(command + sizeof(package), out, sizeof(*out));
	int err = bus_submit(bus, ND_IOCTL_CALL, command);
	if (err)
		return err;
	memcpy(out, command + sizeof(package), sizeof(*out));
	return out->status & 0xffff || out->count > MOST_DIMMS ? -EIO : 0;
}

static struct ndctl_dimm *dimm_of_handle(struct ndctl_bus *bus, uint32_t handle)
{
	struct ndctl_dimm *dimm;

	ndctl_dimm_foreach (bus, dimm)
		if (ndctl_dimm_get_handle(dimm) == handle)
			return dimm;
	return NULL;
}

/* Return the DIMM of a region that is on one only. */
static struct ndctl_dimm *only_dimm(struct ndctl_bus *bus, unsigned long long address)
{
	struct ndctl_region *region = ndctl_bus_get_region_by_physical_address(bus, address);
	struct ndctl_mapping *mapping = region && ndctl_region_get_mappings(region) == 1
		? ndctl_mapping_get_first(region)
		: NULL;

	return mapping ? ndctl_mapping_get_dimm(mapping) : NULL;
}

EXPORT int ndctl_bus_get_dimms_at(struct ndctl_bus *bus, unsigned long long address,
	struct ndctl_dimm **dimms, int count, unsigned long long *length)
{
	if (!bus || (!dimms && count > 0))
		return -EINVAL;
	struct translation translation;
	struct ndctl_dimm *only = only_dimm(bus, address);
	int found = 0;

	if (length)
		*length = ULLONG_MAX;
	if (only && count > 0) {
		dimms[0] = only;
		return 1;
	}
	if (!ndctl_bus_has_nfit(bus) || translate(bus, address, &translation))
		return 0;
	for (uint32_t i = 0; i < translation.count && found < count; i++) {
		dimms[found] = dimm_of_handle(bus, translation.dimms[i].handle);
		if (dimms[found])
			found++;
	}
	if (length && translation.length)
		*length = translation.length;
	return found;
}

EXPORT struct ndctl_dimm *ndctl_bus_get_dimm_by_physical_address(
	struct ndctl_bus *bus, unsigned long long address)
{
	struct ndctl_dimm *dimm;

	if (!bus)
		return NULL;
	return ndctl_bus_get_dimms_at(bus, address, &dimm, 1, NULL) == 1 ? dimm : NULL;
}

EXPORT int ndctl_bus_nfit_translate_spa(struct ndctl_bus *bus, unsigned long long addr,
	unsigned int *handle, unsigned long long *dpa)
{
	struct translation translation;

	if (!bus || !handle || !dpa)
		return -EINVAL;
	if (!ndctl_bus_has_nfit(bus))
		return -ENOTTY;
	int err = translate(bus, addr, &translation);
	/* Pretend that the bus has no such command for a user without the right to ask, as the
	 * reference does. */
	if (err == -EACCES || err == -EPERM)
		return -ENOTTY;
	if (err && err != -ENOTTY && !ndctl_bus_get_region_by_physical_address(bus, addr))
		return -EINVAL;
	if (!err && !translation.count)
		err = -ENOENT;
	if (err)
		return err;
	*handle = translation.dimms[0].handle;
	*dpa = translation.dimms[0].address;
	return 0;
}
