/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "disk.h"

#include <stdio.h>
#include <string.h>

void disk_name(const struct entity *ndns, const char *suffix, char *name, size_t size)
{
	if (ndns->id)
		snprintf(name, size, "pmem%u.%u%s", ndns->region, ndns->id, suffix);
	else
		snprintf(name, size, "pmem%u%s", ndns->region, suffix);
}

const char *entity_blockdev(struct entity *entity, const char *guess, char **blockdev)
{
	AUTO_NAMES struct names names = NAMES_INIT;
	char path[NAME_MAX + 8];
	const char *name = guess;

	/* Look for the usual name first, which saves reading the directory. */
	snprintf(path, sizeof(path), "block/%s", guess);
	if (!sysfs_exists(entity->object.directory, entity->object.name, path)) {
		snprintf(path, sizeof(path), "%s/block", entity->object.name);
		sysfs_list(entity->object.directory, path, NULL, &names);
		name = names.count ? names.list[0] : "";
	}
	/* Keep the string while the name is the same: the caller may still use it. */
	if (!*blockdev || strcmp(*blockdev, name) != 0) {
		free(*blockdev);
		*blockdev = strdup(name);
	}
	return *blockdev ?: "";
}
