/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ndctl/object/bus.h>
#include <ndctl/object/dimm.h>
#include <ndctl/private.h>
#include <ndctl/text.h>

/* Activation of firmware without a reboot (Documentation/driver-api/nvdimm/firmware-activate.rst):
 * attributes firmware/... of DIMMs and buses. */

static enum ndctl_fwa_state read_state(struct entity *entity, unsigned attr)
{
	static const char *const states[] = {
		[NDCTL_FWA_IDLE] = "idle",
		[NDCTL_FWA_ARMED] = "armed",
		[NDCTL_FWA_BUSY] = "busy",
		[NDCTL_FWA_ARM_OVERFLOW] = "overflow",
	};
	int state = text_index(object_text(&entity->object, attr), states, ARRAY_SIZE(states));

	return state < 0 ? NDCTL_FWA_INVALID : (enum ndctl_fwa_state)state;
}

/* ---- DIMMs ---- */

EXPORT enum ndctl_fwa_state ndctl_dimm_get_fw_activate_state(struct ndctl_dimm *dimm)
{
	return read_state(&dimm->entity, DIMM_FWA_STATE);
}

EXPORT enum ndctl_fwa_result ndctl_dimm_get_fw_activate_result(struct ndctl_dimm *dimm)
{
	static const char *const results[] = {
		[NDCTL_FWA_RESULT_NONE] = "none",
		[NDCTL_FWA_RESULT_SUCCESS] = "success",
		[NDCTL_FWA_RESULT_NOTSTAGED] = "not_staged",
		[NDCTL_FWA_RESULT_NEEDRESET] = "need_reset",
		[NDCTL_FWA_RESULT_FAIL] = "fail",
	};
	int result = text_index(
		object_text(&dimm->entity.object, DIMM_FWA_RESULT), results, ARRAY_SIZE(results));

	return result < 0 ? NDCTL_FWA_RESULT_INVALID : (enum ndctl_fwa_result)result;
}

static enum ndctl_fwa_state write_arm(struct ndctl_dimm *dimm, const char *command)
{
	struct entity *entity = &dimm->entity;
	int err = object_write(&entity->object, DIMM_FWA_STATE, command);

	if (!err)
		return ndctl_dimm_get_fw_activate_state(dimm);
	if (err == -ENOENT)
		kernel_fail(entity_kernel(entity), ENOENT,
			"the DIMM cannot activate firmware without a reboot");
	kernel_fail_while(entity_kernel(entity), err, "%s: cannot %s its firmware for activation",
		entity_name(entity), command);
	return NDCTL_FWA_INVALID;
}

EXPORT enum ndctl_fwa_state ndctl_dimm_fw_activate_arm(struct ndctl_dimm *dimm)
{
	return write_arm(dimm, "arm");
}

EXPORT enum ndctl_fwa_state ndctl_dimm_fw_activate_disarm(struct ndctl_dimm *dimm)
{
	return write_arm(dimm, "disarm");
}

/* ---- buses ---- */

EXPORT enum ndctl_fwa_state ndctl_bus_get_fw_activate_state(struct ndctl_bus *bus)
{
	return read_state(&bus->entity, BUS_FWA_STATE);
}

EXPORT enum ndctl_fwa_method ndctl_bus_get_fw_activate_method(struct ndctl_bus *bus)
{
	static const char *const capabilities[] = {
		[NDCTL_FWA_METHOD_SUSPEND] = "quiesce",
		[NDCTL_FWA_METHOD_LIVE] = "live",
	};
	int method = text_index(object_text(&bus->entity.object, BUS_FWA_CAPABILITY), capabilities,
		ARRAY_SIZE(capabilities));

	return method < 0 ? NDCTL_FWA_METHOD_RESET : (enum ndctl_fwa_method)method;
}

static int override(struct ndctl_bus *bus, enum bus_attr attr, const char *value)
{
	struct kernel *kernel = entity_kernel(&bus->entity);
	const char *name = bus_kind.attrs[attr].name;
	int err = object_write(&bus->entity.object, attr, value);

	if (!err)
		return 0;
	if (err == -ENOENT && !ndctl_bus_has_nfit(bus))
		err = kernel_fail(kernel, EOPNOTSUPP, "the bus does not come from an NFIT");
	else if (err == -ENOENT)
		kernel_fail(kernel, ENOENT, "this kernel has no such attribute");
	return kernel_fail_while(
		kernel, err, "%s: cannot set %s to %s", entity_name(&bus->entity), name, value);
}

EXPORT int ndctl_bus_set_fw_activate_noidle(struct ndctl_bus *bus)
{
	return override(bus, BUS_FWA_NOIDLE, "Y");
}

EXPORT int ndctl_bus_clear_fw_activate_noidle(struct ndctl_bus *bus)
{
	return override(bus, BUS_FWA_NOIDLE, "N");
}

EXPORT int ndctl_bus_set_fw_activate_nosuspend(struct ndctl_bus *bus)
{
	return override(bus, BUS_FWA_NOSUSPEND, "Y");
}

EXPORT int ndctl_bus_clear_fw_activate_nosuspend(struct ndctl_bus *bus)
{
	return override(bus, BUS_FWA_NOSUSPEND, "N");
}

static int activate(struct ndctl_bus *bus, enum ndctl_fwa_method method)
{
	struct kernel *kernel = entity_kernel(&bus->entity);

	if (method != NDCTL_FWA_METHOD_SUSPEND && method != NDCTL_FWA_METHOD_LIVE)
		return kernel_fail(kernel, EINVAL,
			"method %d cannot activate firmware: must be suspend (%d) or live (%d)",
			method, NDCTL_FWA_METHOD_SUSPEND, NDCTL_FWA_METHOD_LIVE);
	int err = object_write(&bus->entity.object, BUS_FWA_STATE,
		method == NDCTL_FWA_METHOD_LIVE ? "live" : "quiesce");
	if (err == -ENOENT)
		return kernel_fail(
			kernel, ENOENT, "the platform cannot activate firmware without a reboot");
	if (err == -ENXIO)
		return kernel_fail(kernel, ENXIO, "no DIMM on the bus is armed for activation");
	return err;
}

/* Takes NDCTL_FWA_METHOD_LIVE also of a bus whose method is to suspend: that is how a program
 * forces an activation while devices and processes run. */
EXPORT int ndctl_bus_activate_firmware(struct ndctl_bus *bus, enum ndctl_fwa_method method)
{
	int err = activate(bus, method);

	return err ? kernel_fail_while(entity_kernel(&bus->entity), err,
			     "%s: cannot activate firmware", entity_name(&bus->entity))
		   : 0;
}
