/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "blockdev.h"

#include <stdio.h>
#include <string.h>

void blockdev_deinit(struct blockdev *disk)
{
	names_deinit(&disk->parts);
	names_deinit(&disk->numbers);
}

void blockdev_path(const struct blockdev *disk, const char *part, const char *below, char *path)
{
	bool whole = strcmp(part, disk->name) == 0;

	snprintf(path, PATH_MAX, "%s%s%s%s", disk->object, whole ? "" : "/", whole ? "" : part,
		below);
}

/* Whether @name is a partition: pmem0p1 of pmem0, or pmem0s1 of pmem0s. The kernel puts a p
 * between two digits only. */
static bool is_partition(const struct blockdev *disk, const char *name)
{
	size_t length = strlen(disk->name);

	if (strncmp(name, disk->name, length) != 0)
		return false;
	name += length + (name[length] == 'p');
	return *name && !name[strspn(name, "0123456789")];
}

int blockdev_init(struct blockdev *disk, const struct directory *directory, const char *object)
{
	AUTO_NAMES struct names below = NAMES_INIT;
	char path[PATH_MAX], number[SYSFS_PAGE + 1];

	*disk = (struct blockdev){
		.directory = directory, .object = object, .name = basename(object)};
	int err =
		names_add(&disk->parts, disk->name) ?: sysfs_list(directory, object, NULL, &below);
	names_foreach (&below, name)
		if (!err && is_partition(disk, name))
			err = names_add(&disk->parts, name);
	names_foreach (&disk->parts, part) {
		blockdev_path(disk, part, "", path);
		int missing = err ?: sysfs_read(directory, path, "dev", number);
		if (!missing)
			err = names_add(&disk->numbers, number);
		else if (missing != -ENOENT && missing != -ENODEV)
			err = missing;
	}
	return err;
}
