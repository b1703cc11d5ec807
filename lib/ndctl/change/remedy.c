/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "remedy.h"

#include <base/file.h>
#include <base/lockfile.h>
#include <stdio.h>

#include <string.h>

#include <fcntl.h>
#include <ndctl/format/infoblock.h>
#include <ndctl/identity.h>

/* A file has the bytes of the area, and then a line that says whose they are: "namespace0.0 UUID".
 * The uuid is null without labels. */
#define OWNER_SIZE (NAME_MAX + UUID_STR_LEN + 2)

static int owner_format(struct ndctl_namespace *ndns, char owner[OWNER_SIZE])
{
	char text[UUID_STR_LEN];
	uuid_t uuid;
	int err = entity_read_uuid(&ndns->entity, uuid);

	uuid_unparse_lower(uuid, text);
	snprintf(owner, OWNER_SIZE, "%s %s\n", entity_name(&ndns->entity), text);
	return err;
}

/* Compare the uuid: a name may be another namespace's by now. Without labels there is no other. */
static bool owner_is_same(const char *saved, const char *now)
{
	const char *a = strchr(saved, ' '), *b = strchr(now, ' ');

	if (!a || !b || strcmp(a, b) != 0)
		return false;
	return strncmp(b + 1, "00000000-", 9) != 0 || strcmp(saved, now) == 0;
}

/* Save the bytes: write-infoblock cannot express all that is in a block (its offset, padding,
 * parent). Use a new name each time, so that no earlier copy is overwritten. */
static int save(struct ndctl_namespace *ndns, const char *before, char **path)
{
	AUTO_CLOSE int directory =
		lockfile_open_directory(kernel_root(entity_kernel(&ndns->entity)));
	char name[NAME_MAX], text[UUID_STR_LEN];
	uuid_t uuid;

	if (directory < 0)
		return directory;
	uuid_generate(uuid);
	uuid_unparse_lower(uuid, text);
	snprintf(name, sizeof(name), "infoblock-%s-%s", entity_name(&ndns->entity), text);
	if (asprintf(path, "/" LOCKFILE_DIRECTORY "/%s", name) < 0) {
		*path = NULL;
		return -ENOMEM;
	}
	char file[INFO_AREA + OWNER_SIZE];
	memcpy(file, before, INFO_AREA);
	int err = owner_format(ndns, file + INFO_AREA);
	err = err ?: file_create(directory, name, file, INFO_AREA + strlen(file + INFO_AREA));
	if (err)
		free(TAKE(*path));
	return err;
}

int remedy_read(struct ndctl_namespace *ndns, const char *path, char *area)
{
	struct kernel *kernel = entity_kernel(&ndns->entity);
	AUTO_FREE char *file = NULL;
	char owner[OWNER_SIZE];
	size_t size;
	int err = file_read_private(AT_FDCWD, path, INFO_AREA + OWNER_SIZE, &file, &size);

	if (err == -EPERM)
		return kernel_fail(kernel, EPERM,
			"%s is not used: others than root can have written it", path);
	if (err && err != -EFBIG)
		return kernel_fail(kernel, -err, "%s cannot be read: %s", path, strerror(-err));
	if (err || size <= INFO_AREA)
		return kernel_fail(kernel, EINVAL,
			"%s is not an info block that a failed command has saved", path);
	err = owner_format(ndns, owner);
	if (err)
		return kernel_fail(kernel, -err, "cannot read its uuid: %s", strerror(-err));
	if (!owner_is_same(file + INFO_AREA, owner))
		return kernel_fail(kernel, EINVAL,
			"%s has the info block of another namespace: %.64s", path,
			file + INFO_AREA);
	memcpy(area, file, INFO_AREA);
	return 0;
}

void remedy_keep(struct ndctl_namespace *ndns, const char *before)
{
	struct ndctl_infoblock info;

	ndns->lost = true;
	free(TAKE(ndns->remedy));
	/* Note that a btt has a second copy of its info block, at its end. */
	ndns->has_copy = ndctl_infoblock_parse(before + INFO_BLOCK, &info) == 0 &&
		info.kind == NDCTL_INFOBLOCK_BTT;
	save(ndns, before, &ndns->remedy);
}

static void hint_file(struct ndctl_namespace *ndns)
{
	const char *name = entity_name(&ndns->entity);

	kernel_hint(entity_kernel(&ndns->entity),
		"once the medium accepts writes, and before the next boot: ndctl write-infoblock --restore=%s %s && ndctl enable-namespace %s",
		ndns->remedy, name, name);
}

void remedy_hint(struct ndctl_namespace *ndns)
{
	struct kernel *kernel = entity_kernel(&ndns->entity);
	const char *name = entity_name(&ndns->entity);

	if (ndns->lost && ndns->has_copy)
		kernel_hint(kernel,
			"once the medium accepts writes: ndctl check-namespace --repair %s && ndctl enable-namespace %s",
			name, name);
	else if (ndns->lost && ndns->remedy)
		hint_file(ndns);
	else if (ndns->lost)
		kernel_hint(kernel,
			"the info block is lost, and /" LOCKFILE_DIRECTORY
			" cannot hold a copy: write one with the same --mode and --map: ndctl write-infoblock %s",
			name);
	ndns->lost = false;
	free(TAKE(ndns->remedy));
}
