/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/entity.h>

/* Binding entities to drivers of the bus "nd". Binding and unbinding invalidates all entities:
 * other devices appear and vanish with them. */

/* True if a driver is bound. Where that cannot be read, false with an errno other than ENOENT. */
bool entity_is_bound(struct entity *entity);
/* Stores the same in @bound. Returns 0, or -EBUSY with the cause recorded if it cannot be read. */
int entity_check_bound(struct entity *entity, bool *bound);

/* Binds @entity to @driver, and loads its module if the kernel does not have the driver. Returns 0
 * or a negative errno with the cause recorded. */
int entity_bind(struct entity *entity, const char *driver);
/* The same. Stores in @own (unless NULL) whether this call bound it: another program, or udev, may
 * have been faster, and an undo must leave its work alone. */
int entity_bind_own(struct entity *entity, const char *driver, bool *own);
/* Unbinds from the driver that entity_is_bound() found. */
int entity_unbind(struct entity *entity);
/* The same, and 0 if none is bound; -EBUSY if that cannot be read. */
int entity_unbind_if_bound(struct entity *entity);
/* A caller keeps the devices of a region that is unbound, as entity_leave_region() says. */
int entity_unbind_from(struct entity *entity, const char *driver);
/* Loads the module that the kernel names for @entity, unless it has @driver. The kernel may then
 * bind other devices on its own. Returns 0, or -ENXIO if the kernel still lacks the driver. */
int entity_load_driver(struct entity *entity, const char *driver);
