/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "bind.h"

#include <kernel/driver.h>
#include <kernel/module.h>
#include <string.h>

#include "identity.h"

#define ND "nd"

bool entity_is_bound(struct entity *entity)
{
	return object_text(&entity->object, entity_kinds[entity->kind]->driver) != NULL;
}

int entity_check_bound(struct entity *entity, bool *bound)
{
	*bound = entity_is_bound(entity);
	if (*bound || errno == ENOENT)
		return 0;
	return kernel_fail(entity_kernel(entity), EBUSY,
		"cannot read whether a driver is bound to %s: %s", entity_name(entity),
		strerror(errno));
}

/* Loads the module that the kernel names for the entity. */
static void load_module(struct entity *entity)
{
	char alias[SYSFS_PAGE + 1];

	if (sysfs_read(entity->object.directory, entity->object.name, "modalias", alias) == 0)
		module_load(entity_kernel(entity), alias);
}

int entity_load_driver(struct entity *entity, const char *driver)
{
	struct kernel *kernel = entity_kernel(entity);

	if (driver_find(kernel, ND, driver) == 0)
		return 0;
	load_module(entity);
	ctx_forget(entity->ctx);
	if (driver_find(kernel, ND, driver) == 0) {
		kernel_clear_error(kernel);
		return 0;
	}
	kernel_fail(kernel, ENXIO, "this kernel has no driver %s, and cannot load a module for it",
		driver);
	kernel_hint(kernel,
		"run 'modprobe %s' to see why, and look for a blacklist in /etc/modprobe.d",
		driver);
	return -ENXIO;
}

/* Reads the link anew: the kernel itself binds devices when a driver registers. */
static bool entity_is_bound_to(struct entity *entity, const char *driver)
{
	char name[NAME_MAX + 1];
	struct kernel *kernel = entity_kernel(entity);

	return driver_of(kernel, ND, entity_name(entity), name, sizeof(name)) == 0 &&
		strcmp(name, driver) == 0;
}

int entity_bind_own(struct entity *entity, const char *driver, bool *own)
{
	struct kernel *kernel = entity_kernel(entity);
	bool loaded = false;
	int err = driver_bind(kernel, ND, driver, entity_name(entity));

	if (err == -ENOENT) {
		/* Loading the driver may make the kernel bind the device: count that as ours. */
		loaded = true;
		err = entity_load_driver(entity, driver)
			?: driver_bind(kernel, ND, driver, entity_name(entity));
	}
	if (own)
		*own = !err || loaded;
	if (err && entity_is_bound_to(entity, driver)) {
		kernel_clear_error(kernel);
		err = 0;
	}
	ctx_forget(entity->ctx);
	return err;
}

int entity_bind(struct entity *entity, const char *driver)
{
	return entity_bind_own(entity, driver, NULL);
}

int entity_unbind_from(struct entity *entity, const char *driver)
{
	if (entity->kind == KIND_REGION)
		entity_leave_region(entity->ctx, entity->id);
	int err = driver_unbind(entity_kernel(entity), ND, driver, entity_name(entity));

	ctx_forget(entity->ctx);
	return err;
}

int entity_unbind(struct entity *entity)
{
	const char *driver = object_text(&entity->object, entity_kinds[entity->kind]->driver);
	AUTO_FREE char *name = driver ? strdup(driver) : NULL;

	if (!driver)
		return kernel_fail(entity_kernel(entity), errno, "cannot read the driver of %s: %s",
			entity_name(entity), strerror(errno));
	return name ? entity_unbind_from(entity, name) : -ENOMEM;
}

int entity_unbind_if_bound(struct entity *entity)
{
	bool bound;
	int err = entity_check_bound(entity, &bound);

	return err || !bound ? err : entity_unbind(entity);
}
