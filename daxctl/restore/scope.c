/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scope.h"

#include <errno.h>
#include <string.h>

#include "../../config/config-commit.h"
#include "../../util/dax-json.h"
#include "nomap.h"
#include "plan.h"

const char *scope_name_in(const char *arg)
{
	const char *slash = strrchr(arg, '/');

	return slash ? slash + 1 : arg;
}

bool scope_names(const struct scope *scope, const char *name)
{
	for (int i = 0; i < scope->count; i++)
		if (strcmp(scope_name_in(scope->args[i]), name) == 0)
			return true;
	return false;
}

bool scope_is_namespace(const char *name)
{
	return strncmp(name, "namespace", strlen("namespace")) == 0;
}

/* Read no other device: assume a fit if only devices would tell the range of the region. */
static bool scope_may_fit(const struct section *section, void *data)
{
	struct scope *scope = data;
	struct present_region *outline = &scope->outline;
	struct section identity = *section;

	if (section->given & KEY_REGION_RANGE && !scope->has_outline) {
		outline->has_range = outline->dynamic &&
			daxctl_region_get_range(scope->region, &outline->range) == 0;
		scope->has_outline = true;
	}
	if (!outline->has_range)
		identity.given &= ~(unsigned)KEY_REGION_RANGE;
	return section_fits_region(&identity, outline);
}

static int scope_take_device(struct scope *scope, struct daxctl_ctx *ctx, const char *name)
{
	struct daxctl_dev *dev = daxctl_dev_get_by_name(ctx, name);
	uuid_t uuid;

	if (!dev)
		return -errno;
	scope->region = daxctl_dev_get_region(dev);
	scope->place = dax_region_place(scope->region);
	int err = daxctl_region_get_nvdimm_uuid(scope->region, uuid);
	if (err && err != -EOPNOTSUPP)
		return err;
	present_region_outline(&scope->outline, scope->region);
	scope->outline.target_node = daxctl_dev_get_target_node(dev);
	scope->config = (struct config_scope){.may_fit = scope_may_fit, .data = scope};
	if (err)
		return 0;
	uuid_unparse_lower(uuid, scope->uuid);
	scope->config.uuid = scope->uuid;
	return 0;
}

int scope_init(struct scope *scope, struct daxctl_ctx *ctx, int count, char **args)
{
	const char *name = scope_name_in(*args);

	*scope = (struct scope){.count = count, .args = args};
	if (!scope_is_namespace(name))
		return scope_take_device(scope, ctx, name);
	scope->place = SCOPE_NAMESPACES;
	scope->config.nomap = true;
	return 0;
}

int scope_is_configured(struct scope *scope, const char *path)
{
	uuid_t uuid;

	/* A commit that was interrupted may add a section. */
	if (config_is_interrupted(path))
		return 1;
	if (!config_may_concern(path, &scope->config))
		return 0;
	if (scope->region || scope->count > 1)
		return 1;
	int err = nomap_find_uuid(scope_name_in(*scope->args), uuid);
	if (err)
		return err == -ENOENT ? 0 : err;
	struct config_scope alone = {.nomap = true, .uuid = scope->uuid};
	uuid_unparse_lower(uuid, scope->uuid);
	return config_may_concern(path, &alone);
}
