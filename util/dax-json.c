/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dax-json.h"

#include <daxctl/extensions.h>
#include <limits.h>
#include <string.h>

/* A device, with the values that several fields share: read once. */
struct device_view {
	struct daxctl_dev *dev;
	bool enabled;
	enum daxctl_dev_mode mode;
	bool has_memory;
	struct daxctl_memory_counts memory;
};

static bool chardev(void *object, unsigned flags, union field_value *out)
{
	struct device_view *view = object;

	out->text = daxctl_dev_get_devname(view->dev);
	return true;
}

static bool device_size(void *object, unsigned flags, union field_value *out)
{
	struct device_view *view = object;

	out->number = daxctl_dev_get_size(view->dev);
	return true;
}

static bool target_node(void *object, unsigned flags, union field_value *out)
{
	struct device_view *view = object;

	out->integer = daxctl_dev_get_target_node(view->dev);
	return out->integer >= 0;
}

static bool device_align(void *object, unsigned flags, union field_value *out)
{
	struct device_view *view = object;

	out->number = daxctl_dev_get_align(view->dev);
	return out->number > 0;
}

static bool mode(void *object, unsigned flags, union field_value *out)
{
	struct device_view *view = object;

	switch (view->mode) {
	case DAXCTL_DEV_MODE_RAM:
		out->text = "system-ram";
		break;
	case DAXCTL_DEV_MODE_FAMFS:
		out->text = "famfs";
		break;
	default:
		out->text = "devdax";
	}
	return true;
}

static bool online_memblocks(void *object, unsigned flags, union field_value *out)
{
	struct device_view *view = object;

	out->integer = view->memory.online;
	return view->has_memory;
}

static bool total_memblocks(void *object, unsigned flags, union field_value *out)
{
	struct device_view *view = object;

	out->integer = view->memory.total;
	return view->has_memory;
}

static bool movable(void *object, unsigned flags, union field_value *out)
{
	struct device_view *view = object;

	out->flag = view->memory.movable == view->memory.online;
	return view->has_memory && view->memory.online > 0 &&
		view->memory.online == view->memory.total;
}

static bool state(void *object, unsigned flags, union field_value *out)
{
	struct device_view *view = object;

	out->text = "disabled";
	return !view->enabled;
}

static bool page_offset(void *object, unsigned flags, union field_value *out)
{
	out->number = daxctl_mapping_get_offset(object);
	return true;
}

static bool mapping_start(void *object, unsigned flags, union field_value *out)
{
	out->number = daxctl_mapping_get_start(object);
	return true;
}

static bool mapping_end(void *object, unsigned flags, union field_value *out)
{
	out->number = daxctl_mapping_get_end(object);
	return true;
}

static bool mapping_size(void *object, unsigned flags, union field_value *out)
{
	out->number = daxctl_mapping_get_size(object);
	return true;
}

static const struct field mapping_fields[] = {
	{"page_offset", FIELD_HEX, 0, page_offset, "offset in the device, in pages"},
	{"start", FIELD_HEX, 0, mapping_start, "physical address of the first byte"},
	{"end", FIELD_HEX, 0, mapping_end, "physical address of the last byte"},
	{"size", FIELD_SIZE, 0, mapping_size, "bytes in the range"},
};

static bool mappings(void *object, unsigned flags, union field_value *out)
{
	struct device_view *view = object;
	AUTO_JSON struct json_object *array = json_object_new_array();
	struct daxctl_mapping *mapping;

	daxctl_mapping_foreach (view->dev, mapping)
		if (!array ||
			json_append(array,
				json_describe(mapping_fields, ARRAY_SIZE(mapping_fields), mapping,
					flags)))
			return false;
	if (!array || json_object_array_length(array) == 0)
		return false;
	out->json = json_object_get(array);
	return true;
}

static bool memmap_on_memory(void *object, unsigned flags, union field_value *out)
{
	struct device_view *view = object;
	int here = daxctl_dev_get_memmap_on_memory(view->dev);

	out->flag = here > 0;
	return here >= 0;
}

static const struct field device_fields[] = {
	{"chardev", FIELD_TEXT, 0, chardev, "name of the device and of its node in /dev"},
	{"size", FIELD_SIZE, 0, device_size, "bytes"},
	{"target_node", FIELD_INT, 0, target_node, "NUMA node that its memory belongs to"},
	{"align", FIELD_SIZE, 0, device_align, "bytes that mappings must be a multiple of"},
	{"mode", FIELD_TEXT, 0, mode, "devdax, system-ram or famfs"},
	{"online_memblocks", FIELD_INT, 0, online_memblocks, "memory blocks in use (system-ram)"},
	{"total_memblocks", FIELD_INT, 0, total_memblocks, "memory blocks in all (system-ram)"},
	{"movable", FIELD_BOOL, 0, movable, "all blocks in use are in ZONE_MOVABLE"},
	{"state", FIELD_TEXT, 0, state, "disabled if no driver is bound to the device"},
	{"memmap_on_memory", FIELD_BOOL, JSON_MEMMAP, memmap_on_memory,
		"system-ram mode keeps the struct pages on the device itself (Linux 6.8)"},
	{"mappings", FIELD_JSON, JSON_MAPPINGS, mappings, "ranges of the device"},
};

struct json_object *json_dax_device(struct daxctl_dev *dev, unsigned flags)
{
	struct device_view view = {.dev = dev, .mode = daxctl_dev_get_mode(dev)};
	struct daxctl_memory *memory =
		view.mode == DAXCTL_DEV_MODE_RAM ? daxctl_dev_get_memory(dev) : NULL;

	view.enabled = view.mode != DAXCTL_DEV_MODE_UNKNOWN || daxctl_dev_is_enabled(dev);
	if (memory)
		view.has_memory = daxctl_memory_get_counts(memory, &view.memory) == 0;
	return json_describe(device_fields, ARRAY_SIZE(device_fields), &view, flags);
}

const char *dax_region_place(struct daxctl_region *region)
{
	static const char prefix[] = "/sys/devices";
	const char *path = daxctl_region_get_path(region);

	return strncmp(path, prefix, strlen(prefix)) == 0 ? path + strlen(prefix) : path;
}

static bool path(void *object, unsigned flags, union field_value *out)
{
	out->text = dax_region_place(object);
	return !(flags & JSON_NO_PATH);
}

static bool region_id(void *object, unsigned flags, union field_value *out)
{
	out->integer = daxctl_region_get_id(object);
	return true;
}

static bool region_size(void *object, unsigned flags, union field_value *out)
{
	out->number = daxctl_region_get_size(object);
	/* The kernel shows it only to root. */
	if (out->number == ULLONG_MAX)
		out->number = 0;
	return true;
}

static bool available_size(void *object, unsigned flags, union field_value *out)
{
	out->number = daxctl_region_get_available_size(object);
	return out->number > 0;
}

static bool region_align_json(void *object, unsigned flags, union field_value *out)
{
	out->number = daxctl_region_get_align(object);
	return out->number > 0 && out->number != ULONG_MAX;
}

static const struct field region_fields[] = {
	{"path", FIELD_TEXT, 0, path, "directory of the region below /sys/devices"},
	{"id", FIELD_INT, 0, region_id, "the X of the names daxX.Y of its devices"},
	{"size", FIELD_SIZE, 0, region_size, "bytes"},
	{"available_size", FIELD_SIZE, 0, available_size, "bytes that are in no device yet"},
	{"align", FIELD_U64, 0, region_align_json, "bytes that sizes must be a multiple of"},
};

struct json_object *json_dax_region(struct daxctl_region *region, unsigned flags)
{
	return json_describe(region_fields, ARRAY_SIZE(region_fields), region, flags);
}
