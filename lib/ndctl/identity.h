/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/entity.h>

/*
 * A caller of the library means the device that a public function returned, or, once it has asked
 * for the uuid, the device with that uuid, or, told that it is empty, the empty device. Another
 * process may remove the device, and the kernel give its name to another one. struct seen notes
 * which device the caller means; each change compares, under the lock of the region, before it does
 * anything.
 */

/* Notes that the caller gets @entity, and returns it. NULL gives NULL. */
void *entity_show(void *entity);
/* Reads the uuid: null if the entity has none. Returns 0 or a negative errno. */
int entity_read_uuid(struct entity *entity, uuid_t uuid);
/* The same for the caller of the library, and notes it. */
void entity_show_uuid(struct entity *entity, uuid_t uuid);
/* After telling the caller about @entity: if nothing is configured there, notes that, and the uuid.
 * The caller may configure it until another process does. Returns @entity; NULL gives NULL. */
void *entity_show_empty(void *entity);
/* After a change of @entity, under the lock: notes what the change made of it. Logs an error if
 * that cannot be read; the caller then has to look the device up again. */
void entity_keep(struct entity *entity);
/* The same without listing the bus again, after a change that removes and adds no device. */
void entity_keep_name(struct entity *entity);
/* The same for an entity that the change did not check: does nothing if the caller means another
 * device of that name, or none. */
void entity_keep_other(struct entity *entity);
/* Notes that the caller means the device with @uuid, unless it has asked for the uuid itself: a
 * change that failed may have given the device another one. */
void entity_mean(struct entity *entity, const uuid_t uuid);
/* Before the region numbered @region is disabled. Enabling it makes the kernel create its
 * parts anew; the caller still means those whose uuid is the same. */
void entity_leave_region(struct ndctl_ctx *ctx, unsigned region);
/* Under the lock, after ctx_forget(): returns 0 if @entity is the device that the caller means, or
 * -ESTALE with the cause recorded if it is gone, is another device of that name, has got another
 * uuid, or was shown empty and no longer is; or another negative errno if that cannot be read. */
int entity_check_same(struct entity *entity);
