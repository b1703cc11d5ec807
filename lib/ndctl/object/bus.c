/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bus.h"

#include <kernel/parse.h>
#include <ndctl/private.h>
#include <ndctl/text.h>

#include <linux/ndctl.h>
#include <stdio.h>
#include <string.h>

#define BUS(pointer) ((struct ndctl_bus *)(pointer))

static const struct attr bus_attrs[] = {
	[BUS_PROVIDER] = {"provider", ATTR_TEXT, true},
	[BUS_COMMANDS] = {"commands", ATTR_TEXT, true},
	[BUS_WAIT_PROBE] = {"wait_probe", ATTR_TEXT},
	[BUS_REVISION] = {"nfit/revision", ATTR_U64, true},
	[BUS_SCRUB] = {"nfit/scrub", ATTR_TEXT},
	[BUS_FUNCTIONS] = {"nfit/dsm_mask", ATTR_HEX, true},
	[BUS_FWA_CAPABILITY] = {"firmware/capability", ATTR_TEXT, true},
	[BUS_FWA_STATE] = {"firmware/activate", ATTR_TEXT},
	[BUS_FWA_NOIDLE] = {"nfit/firmware_activate_noidle", ATTR_TEXT},
	[BUS_FWA_NOSUSPEND] = {"nfit/firmware_activate_nosuspend", ATTR_TEXT},
	[BUS_SUBSYSTEM] = {"../subsystem", ATTR_LINK, true},
};

const struct kind bus_kind = {
	.prefix = "ndbus",
	.size = sizeof(struct ndctl_bus),
	.attrs = bus_attrs,
	.attr_count = BUS_ATTR_COUNT,
};

/* Finds the bus in the target of the link of a DIMM or region: ".../ndbus0/region0". */
static struct entity *find_bus(struct entity *entity)
{
	char target[PATH_MAX];

	if (sysfs_link(entity->object.directory, NULL, entity->object.name, target))
		return NULL;
	char *slash = strrchr(target, '/');
	if (!slash)
		return NULL;
	*slash = 0;
	return entity_find(entity->ctx, basename(target));
}

struct ndctl_bus *entity_bus(struct entity *entity)
{
	if (!entity->bus) {
		struct entity *only = entity_first(entity->ctx, KIND_BUS);
		/* Save the lookup where there is only one bus. */
		entity->bus = only && !entity_next(only) ? only : find_bus(entity);
	}
	return (struct ndctl_bus *)entity->bus;
}

static struct entity *skip_other_buses(struct entity *entity, const struct ndctl_bus *bus)
{
	while (entity && entity_bus(entity) != bus)
		entity = entity_next(entity);
	return entity;
}

struct entity *entity_first_on(struct ndctl_bus *bus, enum entity_kind kind)
{
	return skip_other_buses(entity_first(bus->entity.ctx, kind), bus);
}

struct entity *entity_next_on(const struct entity *entity)
{
	return skip_other_buses(entity_next(entity), (struct ndctl_bus *)entity->bus);
}

EXPORT struct ndctl_bus *ndctl_bus_get_first(struct ndctl_ctx *ctx)
{
	return BUS(entity_first(ctx, KIND_BUS));
}

EXPORT struct ndctl_bus *ndctl_bus_get_next(struct ndctl_bus *bus)
{
	return BUS(entity_next(&bus->entity));
}

EXPORT struct ndctl_bus *ndctl_bus_get_by_provider(struct ndctl_ctx *ctx, const char *provider)
{
	struct ndctl_bus *bus;

	ndctl_bus_foreach (ctx, bus)
		if (strcmp(ndctl_bus_get_provider(bus), provider) == 0)
			return bus;
	errno = ndctl_bus_get_first(ctx) ? EINVAL : ENOENT;
	return NULL;
}

EXPORT struct ndctl_ctx *ndctl_bus_get_ctx(struct ndctl_bus *bus)
{
	return bus->entity.ctx;
}

EXPORT unsigned int ndctl_bus_get_id(struct ndctl_bus *bus)
{
	return bus->entity.id;
}

EXPORT const char *ndctl_bus_get_devname(struct ndctl_bus *bus)
{
	return entity_name(&bus->entity);
}

EXPORT const char *ndctl_bus_get_provider(struct ndctl_bus *bus)
{
	return object_text(&bus->entity.object, BUS_PROVIDER) ?: "";
}

/* Reads the device number of /dev/ndctlX, where X is the number of the bus. */
static int bus_device_number(struct ndctl_bus *bus, unsigned *major, unsigned *minor)
{
	char path[64], text[SYSFS_PAGE + 1];

	snprintf(path, sizeof(path), "nd/ndctl%u/dev", bus->entity.id);
	int err = sysfs_read(bus->entity.object.directory, entity_name(&bus->entity), path, text);
	return err ?: parse_device_number(text, major, minor);
}

EXPORT unsigned int ndctl_bus_get_major(struct ndctl_bus *bus)
{
	unsigned major, minor;

	return bus_device_number(bus, &major, &minor) ? 0 : major;
}

EXPORT unsigned int ndctl_bus_get_minor(struct ndctl_bus *bus)
{
	unsigned major, minor;

	return bus_device_number(bus, &major, &minor) ? 0 : minor;
}

EXPORT int ndctl_bus_has_nfit(struct ndctl_bus *bus)
{
	return sysfs_exists(bus->entity.object.directory, entity_name(&bus->entity), "nfit");
}

EXPORT unsigned int ndctl_bus_get_revision(struct ndctl_bus *bus)
{
	return (unsigned)object_int_or(&bus->entity.object, BUS_REVISION, -1);
}

EXPORT int ndctl_bus_has_of_node(struct ndctl_bus *bus)
{
	return sysfs_exists(bus->entity.object.directory, entity_name(&bus->entity), "of_node");
}

EXPORT int ndctl_bus_has_cxl(struct ndctl_bus *bus)
{
	const char *subsystem = object_text(&bus->entity.object, BUS_SUBSYSTEM);

	return subsystem && strcmp(subsystem, "cxl") == 0;
}

EXPORT int ndctl_bus_is_papr_scm(struct ndctl_bus *bus)
{
	/* The last is that of the kernel's emulator, tools/testing/nvdimm/test/ndtest.c. */
	static const char *const names[] = {"ibm,pmemory", "ibm,pmemory-v2", "nvdimm_test"};
	char compatible[SYSFS_PAGE + 1];

	return sysfs_read_first(bus->entity.object.directory, entity_name(&bus->entity),
		       "of_node/compatible", compatible) == 0 &&
		text_index(compatible, names, ARRAY_SIZE(names)) >= 0;
}

EXPORT const char *ndctl_bus_get_cmd_name(struct ndctl_bus *bus, int cmd)
{
	return nvdimm_bus_cmd_name(cmd);
}

/* ND_CMD_CALL is not a command of a bus: it wraps a command of the firmware. */
EXPORT int ndctl_bus_is_cmd_supported(struct ndctl_bus *bus, int cmd)
{
	if (cmd == ND_CMD_CALL)
		return 0;
	return has_word(object_text(&bus->entity.object, BUS_COMMANDS), nvdimm_bus_cmd_name(cmd));
}

/* No public header declares this function, but programs import it. */
int ndctl_bus_is_nfit_cmd_supported(struct ndctl_bus *bus, int cmd);
EXPORT int ndctl_bus_is_nfit_cmd_supported(struct ndctl_bus *bus, int cmd)
{
	return cmd >= 0 && cmd < 64 &&
		object_u64_or(&bus->entity.object, BUS_FUNCTIONS, 0) >> cmd & 1;
}

EXPORT int ndctl_bus_wait_probe(struct ndctl_bus *bus)
{
	/* Reading the attribute blocks until the kernel has probed all devices. */
	return object_text(&bus->entity.object, BUS_WAIT_PROBE) ? 0 : -errno;
}

EXPORT unsigned int ndctl_bus_get_scrub_count(struct ndctl_bus *bus)
{
	const char *scrub = object_text(&bus->entity.object, BUS_SCRUB);

	if (scrub)
		return (unsigned)strtoul(scrub, NULL, 10);
	errno = EOPNOTSUPP;
	return UINT_MAX;
}

EXPORT int ndctl_bus_get_scrub_state(struct ndctl_bus *bus)
{
	const char *scrub = object_text(&bus->entity.object, BUS_SCRUB);

	/* The attribute is "3" after three scrubs, and "3+" while the fourth runs. */
	return scrub ? strchr(scrub, '+') != NULL : -EOPNOTSUPP;
}

EXPORT struct ndctl_region *ndctl_bus_get_region_by_physical_address(
	struct ndctl_bus *bus, unsigned long long address)
{
	struct ndctl_region *region;

	ndctl_region_foreach (bus, region) {
		unsigned long long start = ndctl_region_get_resource(region);
		if (start != ULLONG_MAX && address >= start &&
			address - start < ndctl_region_get_size(region))
			return region;
	}
	return NULL;
}
