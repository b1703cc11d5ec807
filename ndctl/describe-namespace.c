/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <daxctl/libdaxctl.h>
#include <limits.h>
#include <linux/ndctl.h>
#include <string.h>

#include "../util/dax-json.h"
#include "describe.h"

/* State of a namespace that several fields read, looked at once. */
struct view {
	struct ndctl_namespace *ndns;
	enum ndctl_namespace_mode mode;
	bool active;
	/* Claim of the namespace; at most one is set. */
	struct ndctl_btt *btt;
	struct ndctl_pfn *pfn;
	struct ndctl_dax *dax;
};

static bool dev(void *object, unsigned flags, union field_value *out)
{
	const struct view *view = object;

	out->text = ndctl_namespace_get_devname(view->ndns);
	return true;
}

static bool mode(void *object, unsigned flags, union field_value *out)
{
	static const char *const names[] = {
		[NDCTL_NS_MODE_FSDAX] = "fsdax",
		[NDCTL_NS_MODE_SECTOR] = "sector",
		[NDCTL_NS_MODE_RAW] = "raw",
		[NDCTL_NS_MODE_DEVDAX] = "devdax",
		[NDCTL_NS_MODE_UNKNOWN] = "unknown",
	};
	const struct view *view = object;

	out->text = names[view->mode];
	return true;
}

static bool map(void *object, unsigned flags, union field_value *out)
{
	const struct view *view = object;
	enum ndctl_pfn_loc location = NDCTL_PFN_LOC_RAM;

	/* Default to RAM: the kernel keeps struct pages of fsdax without an info block there. */
	if (view->dax)
		location = ndctl_dax_get_location(view->dax);
	else if (view->pfn)
		location = ndctl_pfn_get_location(view->pfn);
	else if (view->mode != NDCTL_NS_MODE_FSDAX)
		return false;
	out->text = location == NDCTL_PFN_LOC_RAM ? "mem"
		: location == NDCTL_PFN_LOC_PMEM  ? "dev"
						  : "none";
	return true;
}

static bool size(void *object, unsigned flags, union field_value *out)
{
	const struct view *view = object;

	/* Show no size of a claim that is disabled: it has none yet. */
	if (!view->active && (view->btt || view->pfn || view->dax))
		return false;
	if (view->btt)
		out->number = ndctl_btt_get_size(view->btt);
	else if (view->pfn)
		out->number = ndctl_pfn_get_size(view->pfn);
	else if (view->dax)
		out->number = ndctl_dax_get_size(view->dax);
	else
		out->number = ndctl_namespace_get_size(view->ndns);
	return true;
}

static bool has_label(const struct view *view)
{
	return ndctl_namespace_get_type(view->ndns) == ND_DEVICE_NAMESPACE_PMEM;
}

static bool uuid(void *object, unsigned flags, union field_value *out)
{
	const struct view *view = object;

	if (view->btt)
		ndctl_btt_get_uuid(view->btt, out->uuid);
	else if (view->pfn)
		ndctl_pfn_get_uuid(view->pfn, out->uuid);
	else if (view->dax)
		ndctl_dax_get_uuid(view->dax, out->uuid);
	else if (has_label(view))
		ndctl_namespace_get_uuid(view->ndns, out->uuid);
	else
		return false;
	return true;
}

static bool raw_uuid(void *object, unsigned flags, union field_value *out)
{
	const struct view *view = object;

	if (!(view->btt || view->pfn || view->dax) || !has_label(view))
		return false;
	ndctl_namespace_get_uuid(view->ndns, out->uuid);
	return true;
}

static bool chardev(void *object, unsigned flags, union field_value *out)
{
	const struct view *view = object;
	struct daxctl_region *region =
		view->dax && !(flags & JSON_DAX) ? ndctl_dax_get_daxctl_region(view->dax) : NULL;
	struct daxctl_dev *device = region ? daxctl_dev_get_first(region) : NULL;

	if (device)
		out->text = daxctl_dev_get_devname(device);
	return device != NULL;
}

static bool daxregion(void *object, unsigned flags, union field_value *out)
{
	const struct view *view = object;
	struct daxctl_region *region = view->dax ? ndctl_dax_get_daxctl_region(view->dax) : NULL;
	struct daxctl_dev *device;

	if (!region)
		return false;
	AUTO_JSON struct json_object *json =
		json_dax_region(region, (flags & JSON_HUMAN) | JSON_NO_PATH);
	AUTO_JSON struct json_object *devices = json_object_new_array();
	if (!json || !devices)
		return false;
	daxctl_dev_foreach (region, device)
		if (json_append(devices, json_dax_device(device, flags & JSON_HUMAN)))
			return false;
	if (json_object_array_length(devices) &&
		json_put(json, "devices", json_object_get(devices)))
		return false;
	out->json = json_object_get(json);
	return true;
}

static bool sector_size(void *object, unsigned flags, union field_value *out)
{
	const struct view *view = object;

	if (view->dax)
		return false;
	out->number = view->btt ? ndctl_btt_get_sector_size(view->btt)
				: ndctl_namespace_get_sector_size(view->ndns);
	/* Show a default if none is chosen, or none is offered. */
	if (out->number == UINT_MAX || (out->number == 0 && !view->btt))
		out->number = view->btt ? 0 : 512;
	return true;
}

static bool align(void *object, unsigned flags, union field_value *out)
{
	const struct view *view = object;

	out->number = view->dax ? ndctl_dax_get_align(view->dax)
		: view->pfn	? ndctl_pfn_get_align(view->pfn)
				: 0;
	return out->number > 0;
}

static bool blockdev(void *object, unsigned flags, union field_value *out)
{
	const struct view *view = object;

	if (!view->active || view->dax)
		return false;
	out->text = view->btt ? ndctl_btt_get_block_device(view->btt)
		: view->pfn   ? ndctl_pfn_get_block_device(view->pfn)
			      : ndctl_namespace_get_block_device(view->ndns);
	return *out->text != 0;
}

static bool state(void *object, unsigned flags, union field_value *out)
{
	const struct view *view = object;

	out->text = "disabled";
	return !view->active;
}

static bool name(void *object, unsigned flags, union field_value *out)
{
	const struct view *view = object;

	out->text = ndctl_namespace_get_alt_name(view->ndns);
	return *out->text != 0;
}

static bool numa_node(void *object, unsigned flags, union field_value *out)
{
	const struct view *view = object;

	out->integer = ndctl_namespace_get_numa_node(view->ndns);
	return out->integer >= 0;
}

static bool target_node(void *object, unsigned flags, union field_value *out)
{
	const struct view *view = object;

	out->integer = ndctl_namespace_get_target_node(view->ndns);
	return out->integer >= 0;
}

/* Data area of a namespace, which may begin behind struct pages. Offsets of bad blocks count from
 * its start. */
struct data_area {
	unsigned long long skipped, sectors; /* of 512 bytes, from the start of the region */
	unsigned long long address;
};

static bool data_area(const struct view *view, struct data_area *area)
{
	struct ndctl_region *region = ndctl_namespace_get_region(view->ndns);
	unsigned long long start = ndctl_namespace_get_resource(view->ndns);
	unsigned long long origin = ndctl_region_get_resource(region);

	if (start == ULLONG_MAX || origin == ULLONG_MAX || start < origin)
		return false;
	*area = (struct data_area){
		(start - origin) / 512, ndctl_namespace_get_size(view->ndns) / 512, start};
	if (!view->active || !(view->pfn || view->dax))
		return true;
	unsigned long long address =
		view->pfn ? ndctl_pfn_get_resource(view->pfn) : ndctl_dax_get_resource(view->dax);
	if (address == ULLONG_MAX || address < start)
		return true;
	area->address = address;
	area->skipped = (address - origin) / 512;
	area->sectors =
		(view->pfn ? ndctl_pfn_get_size(view->pfn) : ndctl_dax_get_size(view->dax)) / 512;
	return true;
}

/* Clip a run of bad blocks to the data area, and count from its start. */
static bool clip(const struct data_area *area, const struct badblock *run, struct badblock *part)
{
	unsigned long long start = run->offset, end = start + run->len;

	if (start < area->skipped)
		start = area->skipped;
	if (end > area->skipped + area->sectors)
		end = area->skipped + area->sectors;
	if (start >= end)
		return false;
	*part = (struct badblock){.offset = start - area->skipped, .len = (unsigned)(end - start)};
	return true;
}

static bool badblock_count(void *object, unsigned flags, union field_value *out)
{
	const struct view *view = object;
	struct ndctl_region *region = ndctl_namespace_get_region(view->ndns);
	struct badblock *badblock, part;
	struct data_area area;

	out->number = 0;
	/* Skip the look at the data area if the region has no bad blocks. */
	if (!ndctl_region_get_first_badblock(region) || !data_area(view, &area))
		return false;
	ndctl_region_badblock_foreach (region, badblock)
		if (clip(&area, badblock, &part))
			out->number += part.len;
	return out->number > 0;
}

static bool badblocks(void *object, unsigned flags, union field_value *out)
{
	const struct view *view = object;
	AUTO_JSON struct json_object *array = json_object_new_array();
	struct ndctl_bus *bus = ndctl_namespace_get_bus(view->ndns);
	struct ndctl_region *region = ndctl_namespace_get_region(view->ndns);
	struct badblock *badblock, part;
	struct data_area area;

	/* Skip a btt: it maps sectors elsewhere. */
	if (!array || view->btt || !ndctl_region_get_first_badblock(region) ||
		!data_area(view, &area))
		return false;
	ndctl_region_badblock_foreach (region, badblock) {
		if (!clip(&area, badblock, &part))
			continue;
		if (json_append(
			    array, describe_badblock(&part, bus, area.address + part.offset * 512)))
			return false;
	}
	if (json_object_array_length(array) == 0)
		return false;
	out->json = json_object_get(array);
	return true;
}

static const struct field fields[] = {
	{"dev", FIELD_TEXT, 0, dev, "name of the device"},
	{"mode", FIELD_TEXT, 0, mode, "fsdax, devdax, sector or raw; raw while it is disabled"},
	{"map", FIELD_TEXT, 0, map, "where its struct pages are: mem, dev or none (fsdax, devdax)"},
	{"size", FIELD_SIZE, 0, size, "usable bytes"},
	{"uuid", FIELD_UUID, 0, uuid, "uuid of its content"},
	{"raw_uuid", FIELD_UUID, JSON_VERBOSE, raw_uuid, "uuid in its label"},
	{"chardev", FIELD_TEXT, 0, chardev, "character device in /dev (devdax)"},
	{"daxregion", FIELD_JSON, JSON_DAX, daxregion, "as daxctl list shows it (devdax)"},
	{"sector_size", FIELD_U64, 0, sector_size, "bytes of a sector of the block device"},
	{"align", FIELD_U64, 0, align, "bytes that mappings are aligned to (fsdax, devdax)"},
	{"blockdev", FIELD_TEXT, 0, blockdev, "block device in /dev"},
	{"state", FIELD_TEXT, 0, state, "disabled, if no driver is bound"},
	{"name", FIELD_TEXT, 0, name, "name in its label"},
	{"numa_node", FIELD_INT, JSON_VERBOSE, numa_node, "NUMA node of the nearest processors"},
	{"target_node", FIELD_INT, JSON_VERBOSE, target_node,
		"NUMA node that it becomes as memory"},
	{"badblock_count", FIELD_U64, 0, badblock_count, "unusable sectors of 512 bytes, if any"},
	{"badblocks", FIELD_JSON, JSON_MEDIA, badblocks, "runs of them, from the start"},
};

struct json_object *describe_namespace(struct ndctl_namespace *ndns, unsigned flags)
{
	struct view view = {
		.ndns = ndns,
		.mode = ndctl_namespace_get_mode(ndns),
		.active = ndctl_namespace_is_active(ndns),
		.btt = ndctl_namespace_get_btt(ndns),
		.pfn = ndctl_namespace_get_pfn(ndns),
		.dax = ndctl_namespace_get_dax(ndns),
	};

	return json_describe(fields, ARRAY_SIZE(fields), &view, flags);
}
