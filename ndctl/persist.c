/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "persist.h"

#include <daxctl/libdaxctl.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../config/config-edit.h"
#include "../util/say.h"
#include "../util/size.h"

void identity_of(struct ndctl_namespace *ndns, struct identity *identity)
{
	struct ndctl_dax *dax = ndctl_namespace_get_dax(ndns);

	*identity = (struct identity){0};
	ndctl_namespace_get_uuid(ndns, identity->own);
	if (dax)
		ndctl_dax_get_uuid(dax, identity->claim);
}

static bool is_known_by(const struct section *section, const struct identity *identity)
{
	if (!(section->given & KEY_UUID))
		return false;
	return uuid_compare(section->uuid, identity->own) == 0 ||
		uuid_compare(section->uuid, identity->claim) == 0;
}

static const struct section *find_namespace_section(const struct config_edit *edit,
	const struct identity *identity, const struct section *behind)
{
	const struct section *section = behind ? behind->next : config_edit_config(edit)->sections;

	while (section && !is_known_by(section, identity))
		section = section->next;
	return section;
}

static int remove_all(struct config_edit *edit, const struct identity *identity)
{
	int err = 0;

	for (const struct section *section = find_namespace_section(edit, identity, NULL);
		!err && section; section = find_namespace_section(edit, identity, section))
		err = config_edit_remove(edit, section);
	return err;
}

/* Identify a namespace without struct pages by its own uuid: that of the dax device does not last.
 */
static int write_devdax(
	struct config_edit *edit, struct ndctl_namespace *ndns, const struct identity *before)
{
	struct ndctl_dax *dax = ndctl_namespace_get_dax(ndns);
	bool nomap = ndctl_dax_get_location(dax) == NDCTL_PFN_LOC_NONE;
	struct size_text align = size_argument(ndctl_dax_get_align(dax));
	const struct section *section;
	struct identity identity;
	char uuid[UUID_STR_LEN];

	identity_of(ndns, &identity);
	if (nomap && uuid_is_null(identity.own)) {
		say_error("%s: cannot be identified at the next boot: the namespace has no label",
			ndctl_namespace_get_devname(ndns));
		return -EOPNOTSUPP;
	}
	uuid_unparse_lower(nomap ? identity.own : identity.claim, uuid);
	const struct setting settings[] = {
		{"nvdimm.uuid", uuid},
		{"mode", "devdax"},
		{"map", nomap ? "none" : NULL},
		{"align", nomap ? align.text : NULL},
		{"online", NULL},
		{"movable", NULL},
		{"memmap_on_memory", NULL},
	};
	section = find_namespace_section(edit, before ?: &identity, NULL);
	return section ? config_edit_set(edit, section, settings, ARRAY_SIZE(settings))
		       : config_edit_add(edit, "reconfigure-device",
				 ndctl_namespace_get_devname(ndns), settings, ARRAY_SIZE(settings));
}

static int persist_finish(int err, const char *name)
{
	if (err)
		say_error("%s: changed, but not persisted for the next boot", name);
	return err;
}

/* Edit the configuration once. @ndns: NULL if the namespace was destroyed. */
static int persist_edit(
	const char *path, struct ndctl_namespace *ndns, const struct identity *before)
{
	AUTO_CONFIG_EDIT struct config_edit *edit = NULL;
	int err = config_edit_new(path, &edit);

	if (err)
		return err;
	err = ndns ? write_devdax(edit, ndns, before) : remove_all(edit, before);
	return err ?: config_edit_commit(edit);
}

static int persist_try(
	struct ndctl_ctx *ctx, struct ndctl_namespace *ndns, const struct identity *before)
{
	const char *path = daxctl_get_config_path(ndctl_get_daxctl_ctx(ctx));
	unsigned tries = 0;
	int err;

	do
		err = persist_edit(path, ndns, before);
	while (config_edit_again(path, err, &tries));
	return err;
}

int persist_namespace_begin(struct ndctl_ctx *ctx)
{
	return config_hold(daxctl_get_config_path(ndctl_get_daxctl_ctx(ctx)));
}

int persist_namespace(struct ndctl_namespace *ndns, const struct identity *before)
{
	bool devdax = ndctl_namespace_get_mode(ndns) == NDCTL_NS_MODE_DEVDAX &&
		ndctl_namespace_get_dax(ndns);
	int err = 0;

	if (devdax || before)
		err = persist_try(ndctl_namespace_get_ctx(ndns), devdax ? ndns : NULL, before);
	if (!err && !devdax)
		say_note("%s: its mode is stored on the medium; nothing to persist",
			ndctl_namespace_get_devname(ndns));
	return persist_finish(err, ndctl_namespace_get_devname(ndns));
}

int persist_destroyed(struct ndctl_ctx *ctx, const char *name, const struct identity *identity)
{
	return persist_finish(persist_try(ctx, NULL, identity), name);
}
