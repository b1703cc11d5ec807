/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "remedy.h"

#include <base/file.h>
#include <base/lockfile.h>
#include <stdio.h>

#include <ndctl/format/infoblock.h>

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
	int err = file_create(directory, name, before, INFO_AREA);
	if (err)
		free(TAKE(*path));
	return err;
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
