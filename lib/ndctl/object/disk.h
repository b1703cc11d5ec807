/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/entity.h>

/* Writes the name that the kernel gives the disk of namespace @ndns to @name: "pmem0", "pmem0.1",
 * or with @suffix "pmem0s". The number of a region's first namespace, 0, is left out. */
void disk_name(const struct entity *ndns, const char *suffix, char *name, size_t size);
/* Returns the name of the one block device below @entity, "" if there is none. Looks for @guess
 * first. @blockdev keeps the string, which stays until the name changes. */
const char *entity_blockdev(struct entity *entity, const char *guess, char **blockdev);
