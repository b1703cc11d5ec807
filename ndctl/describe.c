/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "describe.h"

#include <limits.h>
#include <linux/ndctl.h>
#include <ndctl/extensions.h>
#include <string.h>

/* A run of bad blocks, and its physical address or ULLONG_MAX. */
struct bad_run {
	struct badblock badblock;
	struct ndctl_bus *bus;
	unsigned long long address;
};

static bool badblock_offset(void *object, unsigned flags, union field_value *out)
{
	out->number = ((const struct bad_run *)object)->badblock.offset;
	return true;
}

static bool badblock_length(void *object, unsigned flags, union field_value *out)
{
	out->number = ((const struct bad_run *)object)->badblock.len;
	return true;
}

/* Add the names of the DIMMs that are not in @array yet. */
static bool add_dimms_json(struct json_object *array, struct ndctl_dimm **dimms, int count)
{
	for (int i = 0; i < count; i++) {
		const char *name = ndctl_dimm_get_devname(dimms[i]);
		bool known = false;
		for (size_t j = 0; j < json_object_array_length(array); j++)
			known = known ||
				strcmp(json_object_get_string(json_object_array_get_idx(array, j)),
					name) == 0;
		if (!known && json_append(array, json_object_new_string(name)))
			return false;
	}
	return true;
}

static bool badblock_dimms(void *object, unsigned flags, union field_value *out)
{
	const struct bad_run *run = object;
	AUTO_JSON struct json_object *array = json_object_new_array();
	unsigned long long left = run->badblock.len * 512ULL, at = run->address, length;
	struct ndctl_dimm *dimms[16];

	if (!array || at == ULLONG_MAX)
		return false;
	while (left) {
		int count = ndctl_bus_get_dimms_at(run->bus, at, dimms, ARRAY_SIZE(dimms), &length);
		if (count == 0)
			break;
		if (!add_dimms_json(array, dimms, count))
			return false;
		/* Advance by a sector at least: DIMMs may interleave in smaller pieces. */
		length = length < 512 ? 512 : length;
		length = length < left ? length : left;
		left -= length;
		at += length;
	}
	if (json_object_array_length(array) == 0)
		return false;
	out->json = json_object_get(array);
	return true;
}

static const struct field badblock_fields[] = {
	{"offset", FIELD_U64, 0, badblock_offset, "first sector of 512 bytes"},
	{"length", FIELD_U64, 0, badblock_length, "number of sectors"},
	{"dimms", FIELD_JSON, 0, badblock_dimms, "DIMMs that they are on"},
};

struct json_object *describe_badblock(
	const struct badblock *badblock, struct ndctl_bus *bus, unsigned long long address)
{
	struct bad_run run = {*badblock, bus, address};

	return json_describe(badblock_fields, ARRAY_SIZE(badblock_fields), &run, 0);
}

/* ---- bus ---- */

static bool provider(void *object, unsigned flags, union field_value *out)
{
	out->text = ndctl_bus_get_provider(object);
	return true;
}

static bool bus_dev(void *object, unsigned flags, union field_value *out)
{
	out->text = ndctl_bus_get_devname(object);
	return true;
}

static bool scrub_state(void *object, unsigned flags, union field_value *out)
{
	int state = ndctl_bus_get_scrub_state(object);

	out->text = state > 0 ? "active" : "idle";
	return state >= 0;
}

static bool activate_method(void *object, unsigned flags, union field_value *out)
{
	static const char *const methods[] = {
		[NDCTL_FWA_METHOD_RESET] = "reset",
		[NDCTL_FWA_METHOD_SUSPEND] = "suspend",
		[NDCTL_FWA_METHOD_LIVE] = "live",
	};

	out->text = methods[ndctl_bus_get_fw_activate_method(object)];
	return true;
}

static bool activate_state(void *object, unsigned flags, union field_value *out)
{
	static const char *const states[] = {
		[NDCTL_FWA_IDLE] = "idle",
		[NDCTL_FWA_ARMED] = "armed",
		[NDCTL_FWA_BUSY] = "busy",
		[NDCTL_FWA_ARM_OVERFLOW] = "overflow",
	};

	out->text = states[ndctl_bus_get_fw_activate_state(object)];
	return out->text != NULL;
}

static const struct field activation_fields[] = {
	{"activate_method", FIELD_TEXT, 0, activate_method,
		"what activates firmware: reset, suspend (of the system) or live"},
	{"activate_state", FIELD_TEXT, 0, activate_state, "idle, armed, busy or overflow"},
};

/* Firmware that only a reset activates has no state. */
static bool bus_firmware(void *object, unsigned flags, union field_value *out)
{
	if (ndctl_bus_get_fw_activate_method(object) == NDCTL_FWA_METHOD_RESET)
		return false;
	out->json = json_describe(activation_fields, ARRAY_SIZE(activation_fields), object, flags);
	return out->json != NULL;
}

static const struct field bus_fields[] = {
	{"provider", FIELD_TEXT, 0, provider, "name that the platform gives it"},
	{"dev", FIELD_TEXT, 0, bus_dev, "name of the device"},
	{"scrub_state", FIELD_TEXT, 0, scrub_state,
		"active during a scrub for media errors, else idle"},
	{"firmware", FIELD_JSON, JSON_FIRMWARE, bus_firmware, "how firmware is activated"},
};

struct json_object *describe_bus(struct ndctl_bus *bus, unsigned flags)
{
	return json_describe(bus_fields, ARRAY_SIZE(bus_fields), bus, flags);
}

/* ---- dimm ---- */

static bool dimm_dev(void *object, unsigned flags, union field_value *out)
{
	out->text = ndctl_dimm_get_devname(object);
	return true;
}

static bool unique_id(void *object, unsigned flags, union field_value *out)
{
	out->text = ndctl_dimm_get_unique_id(object);
	return out->text != NULL;
}

static bool handle(void *object, unsigned flags, union field_value *out)
{
	out->number = ndctl_dimm_get_handle(object);
	return out->number < UINT_MAX;
}

static bool phys_id(void *object, unsigned flags, union field_value *out)
{
	out->number = ndctl_dimm_get_phys_id(object);
	return out->number < USHRT_MAX;
}

/* Show a flag only if it is set. */
#define FLAG_FIELD(name)                                                                           \
	static bool name(void *object, unsigned flags, union field_value *out)                     \
	{                                                                                          \
		out->flag = true;                                                                  \
		return ndctl_dimm_##name(object);                                                  \
	}
FLAG_FIELD(failed_save)
FLAG_FIELD(failed_arm)
FLAG_FIELD(failed_restore)
FLAG_FIELD(failed_map)
FLAG_FIELD(failed_flush)
FLAG_FIELD(smart_pending)

static bool security(void *object, unsigned flags, union field_value *out)
{
	static const char *const names[] = {
		[NDCTL_SECURITY_DISABLED] = "disabled",
		[NDCTL_SECURITY_UNLOCKED] = "unlocked",
		[NDCTL_SECURITY_LOCKED] = "locked",
		[NDCTL_SECURITY_FROZEN] = "frozen",
		[NDCTL_SECURITY_OVERWRITE] = "overwrite",
	};
	enum ndctl_security_state state = ndctl_dimm_get_security(object);

	if (state == NDCTL_SECURITY_INVALID)
		return false;
	out->text = names[state];
	return true;
}

static bool security_frozen(void *object, unsigned flags, union field_value *out)
{
	out->flag = true;
	return ndctl_dimm_security_is_frozen(object);
}

static bool dimm_state(void *object, unsigned flags, union field_value *out)
{
	out->text = "disabled";
	return !ndctl_dimm_is_enabled(object);
}

static bool dimm_firmware(void *object, unsigned flags, union field_value *out)
{
	out->json = describe_firmware(object, flags);
	return out->json != NULL;
}

static bool dimm_health(void *object, unsigned flags, union field_value *out)
{
	out->json = describe_health(object, flags);
	return out->json != NULL;
}

static const struct field dimm_fields[] = {
	{"dev", FIELD_TEXT, 0, dimm_dev, "name of the device"},
	{"id", FIELD_TEXT, 0, unique_id, "identifier that the maker gave it"},
	{"handle", FIELD_HEX, 0, handle, "where it is: node, socket, controller, channel, slot"},
	{"phys_id", FIELD_HEX, 0, phys_id, "its handle in SMBIOS"},
	{"flag_failed_save", FIELD_BOOL, 0, failed_save, "a save of data failed"},
	{"flag_failed_arm", FIELD_BOOL, 0, failed_arm, "a save at power loss is not armed"},
	{"flag_failed_restore", FIELD_BOOL, 0, failed_restore, "a restore of data failed"},
	{"flag_failed_map", FIELD_BOOL, 0, failed_map, "the platform could not map it"},
	{"flag_failed_flush", FIELD_BOOL, 0, failed_flush, "a flush to it failed"},
	{"flag_smart_event", FIELD_BOOL, 0, smart_pending, "a health event is pending"},
	{"security", FIELD_TEXT, 0, security, "disabled, unlocked, locked, frozen or overwrite"},
	{"security_frozen", FIELD_BOOL, 0, security_frozen,
		"security state cannot change until the next reset"},
	{"state", FIELD_TEXT, 0, dimm_state, "disabled, if no driver is bound"},
	{"firmware", FIELD_JSON, JSON_FIRMWARE, dimm_firmware, "versions, and what activates it"},
	{"health", FIELD_JSON, JSON_HEALTH, dimm_health, "what the DIMM says of its health"},
};

struct json_object *describe_dimm(struct ndctl_dimm *dimm, unsigned flags)
{
	return json_describe(dimm_fields, ARRAY_SIZE(dimm_fields), dimm, flags);
}

/* ---- mapping ---- */

static bool mapping_dimm(void *object, unsigned flags, union field_value *out)
{
	struct ndctl_dimm *dimm = ndctl_mapping_get_dimm(object);

	if (dimm)
		out->text = ndctl_dimm_get_devname(dimm);
	return dimm != NULL;
}

static bool mapping_offset(void *object, unsigned flags, union field_value *out)
{
	out->number = ndctl_mapping_get_offset(object);
	return true;
}

static bool mapping_length(void *object, unsigned flags, union field_value *out)
{
	out->number = ndctl_mapping_get_length(object);
	return true;
}

static bool mapping_position(void *object, unsigned flags, union field_value *out)
{
	out->integer = ndctl_mapping_get_position(object);
	return out->integer >= 0;
}

static const struct field mapping_fields[] = {
	{"dimm", FIELD_TEXT, 0, mapping_dimm, "name of the DIMM"},
	{"offset", FIELD_HEX, 0, mapping_offset, "first byte on the DIMM"},
	{"length", FIELD_HEX, 0, mapping_length, "bytes"},
	{"position", FIELD_INT, 0, mapping_position, "place in the interleave set"},
};

/* ---- region ---- */

static bool region_dev(void *object, unsigned flags, union field_value *out)
{
	out->text = ndctl_region_get_devname(object);
	return true;
}

static bool size(void *object, unsigned flags, union field_value *out)
{
	out->number = ndctl_region_get_size(object);
	return true;
}

static bool align(void *object, unsigned flags, union field_value *out)
{
	out->number = ndctl_region_get_align(object);
	return out->number < ULONG_MAX;
}

static bool available_size(void *object, unsigned flags, union field_value *out)
{
	out->number = ndctl_region_get_available_size(object);
	return out->number < ULLONG_MAX;
}

static bool max_extent(void *object, unsigned flags, union field_value *out)
{
	out->number = ndctl_region_get_max_available_extent(object);
	return out->number < ULLONG_MAX;
}

static bool type(void *object, unsigned flags, union field_value *out)
{
	out->text = ndctl_region_get_type_name(object);
	return true;
}

static bool numa_node(void *object, unsigned flags, union field_value *out)
{
	out->integer = ndctl_region_get_numa_node(object);
	return out->integer >= 0;
}

static bool target_node(void *object, unsigned flags, union field_value *out)
{
	out->integer = ndctl_region_get_target_node(object);
	return out->integer >= 0;
}

static bool iset_id(void *object, unsigned flags, union field_value *out)
{
	struct ndctl_interleave_set *iset = ndctl_region_get_interleave_set(object);

	if (iset)
		out->number = ndctl_interleave_set_get_cookie(iset);
	return iset != NULL;
}

static bool mappings(void *object, unsigned flags, union field_value *out)
{
	AUTO_JSON struct json_object *array = json_object_new_array();
	struct ndctl_mapping *mapping;

	if (!array)
		return false;
	ndctl_mapping_foreach (object, mapping) {
		struct json_object *json =
			json_describe(mapping_fields, ARRAY_SIZE(mapping_fields), mapping, flags);
		if (json_append(array, json))
			return false;
	}
	if (json_object_array_length(array) == 0)
		return false;
	out->json = json_object_get(array);
	return true;
}

/* Source of numbers that a seed offers: add_capability() appends {"mode":@mode, @key:[numbers]} to
 * @array. */
struct choice_source {
	int count;
	unsigned long (*get)(void *seed, int i);
};

static unsigned long btt_choice(void *seed, int i)
{
	return ndctl_btt_get_supported_sector_size(seed, i);
}

static unsigned long pfn_choice(void *seed, int i)
{
	return ndctl_pfn_get_supported_alignment(seed, i);
}

static unsigned long dax_choice(void *seed, int i)
{
	return ndctl_dax_get_supported_alignment(seed, i);
}

static int add_capability(struct json_object *array, const char *mode, const char *key, void *seed,
	struct choice_source source)
{
	AUTO_JSON struct json_object *object = json_object_new_object();
	AUTO_JSON struct json_object *numbers = json_object_new_array();

	if (!object || !numbers || json_put(object, "mode", json_object_new_string(mode)))
		return -ENOMEM;
	for (int i = 0; i < source.count; i++)
		if (json_append(numbers, json_number(FIELD_U64, source.get(seed, i), 0)))
			return -ENOMEM;
	if (source.count && json_put(object, key, json_object_get(numbers)))
		return -ENOMEM;
	return json_append(array, json_object_get(object));
}

static bool capabilities(void *object, unsigned flags, union field_value *out)
{
	AUTO_JSON struct json_object *array = json_object_new_array();
	struct ndctl_btt *btt = ndctl_region_get_btt_seed(object);
	struct ndctl_pfn *pfn = ndctl_region_get_pfn_seed(object);
	struct ndctl_dax *dax = ndctl_region_get_dax_seed(object);
	int err = array ? 0 : -ENOMEM;

	if (!err && btt)
		err = add_capability(array, "sector", "sector_sizes", btt,
			(struct choice_source){ndctl_btt_get_num_sector_sizes(btt), btt_choice});
	if (!err && pfn)
		err = add_capability(array, "fsdax", "alignments", pfn,
			(struct choice_source){ndctl_pfn_get_num_alignments(pfn), pfn_choice});
	if (!err && dax)
		err = add_capability(array, "devdax", "alignments", dax,
			(struct choice_source){ndctl_dax_get_num_alignments(dax), dax_choice});
	if (err || json_object_array_length(array) == 0)
		return false;
	out->json = json_object_get(array);
	return true;
}

static bool state(void *object, unsigned flags, union field_value *out)
{
	out->text = "disabled";
	return !ndctl_region_is_enabled(object);
}

static bool persistence_domain(void *object, unsigned flags, union field_value *out)
{
	switch (ndctl_region_get_persistence_domain(object)) {
	case PERSISTENCE_NONE:
		out->text = "none";
		break;
	case PERSISTENCE_MEM_CTRL:
		out->text = "memory_controller";
		break;
	case PERSISTENCE_CPU_CACHE:
		out->text = "cpu_cache";
		break;
	default:
		out->text = "unknown";
	}
	return true;
}

static bool badblock_count(void *object, unsigned flags, union field_value *out)
{
	struct badblock *badblock;

	out->number = 0;
	ndctl_region_badblock_foreach (object, badblock)
		out->number += badblock->len;
	return out->number > 0;
}

static bool badblocks(void *object, unsigned flags, union field_value *out)
{
	AUTO_JSON struct json_object *array = json_object_new_array();
	struct badblock *badblock;

	if (!array)
		return false;
	unsigned long long start = ndctl_region_get_resource(object);
	struct ndctl_bus *bus = ndctl_region_get_bus(object);
	ndctl_region_badblock_foreach (object, badblock) {
		unsigned long long address =
			start == ULLONG_MAX ? start : start + badblock->offset * 512;
		if (json_append(array, describe_badblock(badblock, bus, address)))
			return false;
	}
	if (json_object_array_length(array) == 0)
		return false;
	out->json = json_object_get(array);
	return true;
}

static const struct field region_fields[] = {
	{"dev", FIELD_TEXT, 0, region_dev, "name of the device"},
	{"size", FIELD_SIZE, 0, size, "bytes"},
	{"align", FIELD_SIZE, 0, align, "unit of namespace sizes in bytes"},
	{"available_size", FIELD_SIZE, 0, available_size, "free bytes"},
	{"max_available_extent", FIELD_SIZE, 0, max_extent, "bytes of the largest free extent"},
	{"type", FIELD_TEXT, 0, type, "pmem"},
	{"numa_node", FIELD_INT, JSON_VERBOSE, numa_node, "NUMA node of the nearest processors"},
	{"target_node", FIELD_INT, JSON_VERBOSE, target_node,
		"NUMA node that it becomes as memory"},
	{"iset_id", FIELD_HEX, 0, iset_id, "interleave set cookie in its labels"},
	{"mappings", FIELD_JSON, JSON_DIMMS, mappings, "parts of DIMMs that it consists of"},
	{"badblock_count", FIELD_U64, 0, badblock_count, "unusable sectors of 512 bytes, if any"},
	{"badblocks", FIELD_JSON, JSON_MEDIA, badblocks, "runs of them, from the start"},
	{"capabilities", FIELD_JSON, JSON_CAPABILITIES, capabilities,
		"modes that its namespaces can have"},
	{"state", FIELD_TEXT, 0, state, "disabled, if no driver is bound"},
	{"persistence_domain", FIELD_TEXT, 0, persistence_domain,
		"extent of what survives a power failure: cpu_cache, memory_controller, none, unknown"},
};

struct json_object *describe_region(struct ndctl_region *region, unsigned flags)
{
	return json_describe(region_fields, ARRAY_SIZE(region_fields), region, flags);
}
