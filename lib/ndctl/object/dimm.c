/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dimm.h"

#include <kernel/parse.h>
#include <linux/ndctl.h>
#include <ndctl/bind.h>
#include <ndctl/identity.h>
#include <ndctl/private.h>
#include <ndctl/text.h>
#include <string.h>

#include "bus.h"

/* Casts an entity that the caller of the library gets. */
#define DIMM(pointer) ((struct ndctl_dimm *)entity_show(pointer))

static const struct attr dimm_attrs[] = {
	[DIMM_HANDLE] = {"nfit/handle", ATTR_HEX, true},
	[DIMM_PHYS_ID] = {"nfit/phys_id", ATTR_HEX, true},
	[DIMM_VENDOR] = {"nfit/vendor", ATTR_HEX, true},
	[DIMM_DEVICE] = {"nfit/device", ATTR_HEX, true},
	[DIMM_REV_ID] = {"nfit/rev_id", ATTR_HEX, true},
	[DIMM_SUBSYSTEM_VENDOR] = {"nfit/subsystem_vendor", ATTR_HEX, true},
	[DIMM_SUBSYSTEM_DEVICE] = {"nfit/subsystem_device", ATTR_HEX, true},
	[DIMM_SUBSYSTEM_REV_ID] = {"nfit/subsystem_rev_id", ATTR_HEX, true},
	[DIMM_SERIAL] = {"nfit/serial", ATTR_HEX, true},
	[DIMM_FORMAT] = {"nfit/format", ATTR_HEX, true},
	[DIMM_FORMAT1] = {"nfit/format1", ATTR_HEX, true},
	[DIMM_FORMATS] = {"nfit/formats", ATTR_INT, true},
	[DIMM_UNIQUE_ID] = {"nfit/id", ATTR_TEXT, true},
	[DIMM_NFIT_FLAGS] = {"nfit/flags", ATTR_TEXT, true},
	[DIMM_PAPR_FLAGS] = {"papr/flags", ATTR_TEXT, true},
	[DIMM_FLAGS] = {"flags", ATTR_TEXT},
	[DIMM_DIRTY_SHUTDOWN] = {"nfit/dirty_shutdown", ATTR_INT, true},
	[DIMM_DEV] = {"dev", ATTR_TEXT, true},
	[DIMM_COMMANDS] = {"commands", ATTR_TEXT, true},
	[DIMM_FAMILY] = {"nfit/family", ATTR_U64, true},
	[DIMM_FUNCTIONS] = {"nfit/dsm_mask", ATTR_HEX, true},
	[DIMM_AVAILABLE_SLOTS] = {"available_slots", ATTR_U64},
	[DIMM_STATE] = {"state", ATTR_TEXT},
	[DIMM_SECURITY] = {"security", ATTR_TEXT},
	[DIMM_FROZEN] = {"frozen", ATTR_U64},
	[DIMM_FWA_STATE] = {"firmware/activate", ATTR_TEXT},
	[DIMM_FWA_RESULT] = {"firmware/result", ATTR_TEXT},
	[DIMM_DRIVER] = {"driver", ATTR_LINK, true},
};

static void dimm_release(struct entity *entity)
{
	struct ndctl_dimm *dimm = (struct ndctl_dimm *)entity;

	if (dimm->watched)
		close(dimm->health_fd);
}

const struct kind dimm_kind = {
	.release = dimm_release,
	.prefix = "nmem",
	.size = sizeof(struct ndctl_dimm),
	.attrs = dimm_attrs,
	.attr_count = DIMM_ATTR_COUNT,
	.driver = DIMM_DRIVER,
};

EXPORT struct ndctl_dimm *ndctl_dimm_get_first(struct ndctl_bus *bus)
{
	return DIMM(entity_first_on(bus, KIND_DIMM));
}

EXPORT struct ndctl_dimm *ndctl_dimm_get_next(struct ndctl_dimm *dimm)
{
	entity_bus(&dimm->entity);
	return DIMM(entity_next_on(&dimm->entity));
}

EXPORT struct ndctl_dimm *ndctl_dimm_get_by_handle(struct ndctl_bus *bus, unsigned int handle)
{
	struct ndctl_dimm *dimm;

	ndctl_dimm_foreach (bus, dimm)
		if (ndctl_dimm_get_handle(dimm) == handle)
			return dimm;
	return NULL;
}

EXPORT struct ndctl_bus *ndctl_dimm_get_bus(struct ndctl_dimm *dimm)
{
	return entity_bus(&dimm->entity);
}

EXPORT struct ndctl_ctx *ndctl_dimm_get_ctx(struct ndctl_dimm *dimm)
{
	return dimm->entity.ctx;
}

EXPORT unsigned int ndctl_dimm_get_id(struct ndctl_dimm *dimm)
{
	return dimm->entity.id;
}

EXPORT const char *ndctl_dimm_get_devname(struct ndctl_dimm *dimm)
{
	return entity_name(&dimm->entity);
}

static uint64_t dimm_number(struct ndctl_dimm *dimm, enum dimm_attr attr, uint64_t fallback)
{
	return object_u64_or(&dimm->entity.object, attr, fallback);
}

EXPORT unsigned int ndctl_dimm_get_handle(struct ndctl_dimm *dimm)
{
	return (unsigned)dimm_number(dimm, DIMM_HANDLE, UINT_MAX);
}

/* Defines getters of 16-bit numbers in the NFIT. USHRT_MAX: unknown. */
#define NUMBER_GETTER(name, attr)                                                                  \
	EXPORT unsigned short ndctl_dimm_get_##name(struct ndctl_dimm *dimm)                       \
	{                                                                                          \
		return (unsigned short)dimm_number(dimm, attr, USHRT_MAX);                         \
	}
NUMBER_GETTER(phys_id, DIMM_PHYS_ID)
NUMBER_GETTER(vendor, DIMM_VENDOR)
NUMBER_GETTER(device, DIMM_DEVICE)
NUMBER_GETTER(revision, DIMM_REV_ID)
NUMBER_GETTER(subsystem_vendor, DIMM_SUBSYSTEM_VENDOR)
NUMBER_GETTER(subsystem_device, DIMM_SUBSYSTEM_DEVICE)
NUMBER_GETTER(subsystem_revision, DIMM_SUBSYSTEM_REV_ID)
NUMBER_GETTER(format, DIMM_FORMAT)

EXPORT unsigned int ndctl_dimm_get_serial(struct ndctl_dimm *dimm)
{
	return (unsigned)dimm_number(dimm, DIMM_SERIAL, UINT_MAX);
}

EXPORT int ndctl_dimm_get_formats(struct ndctl_dimm *dimm)
{
	int count = object_int_or(&dimm->entity.object, DIMM_FORMATS, -1);

	/* A DIMM whose count is 0 still has the one that nfit/format names. */
	return count ?: 1;
}

EXPORT int ndctl_dimm_get_formatN(struct ndctl_dimm *dimm, int i)
{
	if (i < 0 || i >= ndctl_dimm_get_formats(dimm) || i > 1)
		return -EINVAL;
	uint64_t format;
	int err = object_u64(&dimm->entity.object, i ? DIMM_FORMAT1 : DIMM_FORMAT, &format);
	return err ?: (int)format;
}

EXPORT long long ndctl_dimm_get_dirty_shutdown(struct ndctl_dimm *dimm)
{
	int64_t count;
	int err = object_int(&dimm->entity.object, DIMM_DIRTY_SHUTDOWN, &count);

	return err ?: count;
}

EXPORT const char *ndctl_dimm_get_unique_id(struct ndctl_dimm *dimm)
{
	return object_text(&dimm->entity.object, DIMM_UNIQUE_ID);
}

/*
 * Parses place and date of manufacture from the NVDIMM unique identifier (ACPI 6.0), which is
 * "VENDOR-PLACE-DATE-SERIAL" or, without them, "VENDOR-SERIAL": "8680-a1-1423-12345678".
 */
static bool dimm_parse_manufacture(struct ndctl_dimm *dimm, unsigned *place, unsigned *date)
{
	const char *id = ndctl_dimm_get_unique_id(dimm);
	uint64_t parts[4];

	if (!id || split_numbers(id, '-', 16, parts, 4) != 4)
		return false;
	*place = (unsigned)parts[1];
	*date = (unsigned)parts[2];
	return true;
}

EXPORT unsigned short ndctl_dimm_get_manufacturing_date(struct ndctl_dimm *dimm)
{
	unsigned place, date;

	return dimm_parse_manufacture(dimm, &place, &date) ? (unsigned short)date : USHRT_MAX;
}

EXPORT unsigned char ndctl_dimm_get_manufacturing_location(struct ndctl_dimm *dimm)
{
	unsigned place, date;

	return dimm_parse_manufacture(dimm, &place, &date) ? (unsigned char)place : UCHAR_MAX;
}

static int dimm_device_number(struct ndctl_dimm *dimm, unsigned *major, unsigned *minor)
{
	const char *text = object_text(&dimm->entity.object, DIMM_DEV);

	return text ? parse_device_number(text, major, minor) : -ENXIO;
}

EXPORT unsigned int ndctl_dimm_get_major(struct ndctl_dimm *dimm)
{
	unsigned major, minor;

	return dimm_device_number(dimm, &major, &minor) ? 0 : major;
}

EXPORT unsigned int ndctl_dimm_get_minor(struct ndctl_dimm *dimm)
{
	unsigned major, minor;

	return dimm_device_number(dimm, &major, &minor) ? 0 : minor;
}

/* Extracts a field of the NFIT device handle (ACPI 6.0, 5.2.25.3). */
static unsigned dimm_handle_bits(struct ndctl_dimm *dimm, unsigned shift, unsigned mask)
{
	return ndctl_dimm_get_handle(dimm) >> shift & mask;
}

EXPORT unsigned int ndctl_dimm_handle_get_dimm(struct ndctl_dimm *dimm)
{
	return dimm_handle_bits(dimm, 0, 0xf);
}

EXPORT unsigned int ndctl_dimm_handle_get_channel(struct ndctl_dimm *dimm)
{
	return dimm_handle_bits(dimm, 4, 0xf);
}

EXPORT unsigned int ndctl_dimm_handle_get_imc(struct ndctl_dimm *dimm)
{
	return dimm_handle_bits(dimm, 8, 0xf);
}

EXPORT unsigned int ndctl_dimm_handle_get_socket(struct ndctl_dimm *dimm)
{
	return dimm_handle_bits(dimm, 12, 0xf);
}

EXPORT unsigned int ndctl_dimm_handle_get_node(struct ndctl_dimm *dimm)
{
	return dimm_handle_bits(dimm, 16, 0xfff);
}

/* Looks for a word in nfit/flags or, on POWER, papr/flags. */
static bool dimm_has_flag(struct ndctl_dimm *dimm, const char *flag)
{
	struct object *object = &dimm->entity.object;

	return has_word(
		object_text(object, DIMM_NFIT_FLAGS) ?: object_text(object, DIMM_PAPR_FLAGS), flag);
}

#define FLAG_GETTER(name, flag)                                                                    \
	EXPORT int ndctl_dimm_##name(struct ndctl_dimm *dimm)                                      \
	{                                                                                          \
		return dimm_has_flag(dimm, flag);                                                  \
	}
FLAG_GETTER(failed_save, "save_fail")
FLAG_GETTER(failed_arm, "not_armed")
FLAG_GETTER(failed_restore, "restore_fail")
FLAG_GETTER(failed_map, "map_fail")
FLAG_GETTER(failed_flush, "flush_fail")
FLAG_GETTER(smart_pending, "smart_event")
FLAG_GETTER(has_notifications, "smart_notify")

/* The kernel notifies of the flags when the firmware reports an event of the DIMM's health. */
EXPORT int ndctl_dimm_get_health_eventfd(struct ndctl_dimm *dimm)
{
	const struct object *object = &dimm->entity.object;

	if (dimm->watched && dimm->health_inode == dimm->entity.inode)
		return dimm->health_fd;
	int fd = sysfs_open_read(object->directory, object->name, dimm_attrs[DIMM_NFIT_FLAGS].name);
	if (fd == -ENOENT)
		fd = sysfs_open_read(
			object->directory, object->name, dimm_attrs[DIMM_PAPR_FLAGS].name);
	if (fd < 0)
		return fd;
	dimm_release(&dimm->entity);
	dimm->watched = true;
	dimm->health_fd = fd;
	dimm->health_inode = dimm->entity.inode;
	return fd;
}

EXPORT int ndctl_dimm_has_errors(struct ndctl_dimm *dimm)
{
	return ndctl_dimm_failed_save(dimm) || ndctl_dimm_failed_arm(dimm) ||
		ndctl_dimm_failed_restore(dimm) || ndctl_dimm_failed_map(dimm) ||
		ndctl_dimm_failed_flush(dimm) || ndctl_dimm_smart_pending(dimm);
}

EXPORT int ndctl_dimm_locked(struct ndctl_dimm *dimm)
{
	return has_word(object_text(&dimm->entity.object, DIMM_FLAGS), "lock");
}

EXPORT int ndctl_dimm_aliased(struct ndctl_dimm *dimm)
{
	return has_word(object_text(&dimm->entity.object, DIMM_FLAGS), "alias");
}

EXPORT void ndctl_dimm_refresh_flags(struct ndctl_dimm *dimm)
{
	entity_invalidate(&dimm->entity);
}

EXPORT const char *ndctl_dimm_get_cmd_name(struct ndctl_dimm *dimm, int cmd)
{
	return nvdimm_cmd_name(cmd);
}

EXPORT int ndctl_dimm_is_cmd_supported(struct ndctl_dimm *dimm, int cmd)
{
	return has_word(object_text(&dimm->entity.object, DIMM_COMMANDS), nvdimm_cmd_name(cmd));
}

EXPORT int ndctl_dimm_has_function(
	struct ndctl_dimm *dimm, unsigned int family, unsigned int function)
{
	if (!dimm)
		return -EINVAL;
	struct object *object = &dimm->entity.object;

	return function < 64 && object_u64_or(object, DIMM_FAMILY, ULLONG_MAX) == family &&
		object_u64_or(object, DIMM_FUNCTIONS, 0) >> function & 1;
}

EXPORT int ndctl_dimm_is_active(struct ndctl_dimm *dimm)
{
	const char *state = object_text(&dimm->entity.object, DIMM_STATE);

	return state && strcmp(state, "active") == 0;
}

EXPORT int ndctl_dimm_is_enabled(struct ndctl_dimm *dimm)
{
	return entity_is_bound(&dimm->entity);
}

EXPORT unsigned long ndctl_dimm_get_available_labels(struct ndctl_dimm *dimm)
{
	return dimm_number(dimm, DIMM_AVAILABLE_SLOTS, ULONG_MAX);
}

EXPORT enum ndctl_security_state ndctl_dimm_get_security(struct ndctl_dimm *dimm)
{
	static const char *const states[] = {
		[NDCTL_SECURITY_DISABLED] = "disabled",
		[NDCTL_SECURITY_UNLOCKED] = "unlocked",
		[NDCTL_SECURITY_LOCKED] = "locked",
		[NDCTL_SECURITY_FROZEN] = "frozen",
		[NDCTL_SECURITY_OVERWRITE] = "overwrite",
	};
	int state = text_index(
		object_text(&dimm->entity.object, DIMM_SECURITY), states, ARRAY_SIZE(states));

	return state < 0 ? NDCTL_SECURITY_INVALID : (enum ndctl_security_state)state;
}

EXPORT bool ndctl_dimm_security_is_frozen(struct ndctl_dimm *dimm)
{
	return dimm_number(dimm, DIMM_FROZEN, 0) != 0;
}
