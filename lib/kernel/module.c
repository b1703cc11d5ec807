/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module.h"

#include <libkmod.h>
#include <string.h>

static void cleanup_kmod(struct kmod_ctx **ctx)
{
	if (*ctx)
		kmod_unref(*ctx);
}

static void cleanup_list(struct kmod_list **list)
{
	if (*list)
		kmod_module_unref_list(*list);
}

static int insert(struct kmod_ctx *ctx, const char *name)
{
	CLEANUP(cleanup_list) struct kmod_list *list = NULL;
	struct kmod_list *entry;
	int err = kmod_module_new_from_lookup(ctx, name, &list);

	if (err < 0)
		return err;
	if (!list)
		return -ENOENT;
	kmod_list_foreach(entry, list)
	{
		struct kmod_module *module = kmod_module_get_module(entry);
		err = kmod_module_probe_insert_module(
			module, KMOD_PROBE_APPLY_BLACKLIST_ALIAS_ONLY, NULL, NULL, NULL, NULL);
		kmod_module_unref(module);
		if (err < 0)
			return err;
	}
	return 0;
}

int module_load(struct kernel *kernel, const char *name)
{
	if (!kernel_is_live(kernel))
		return 0;

	CLEANUP(cleanup_kmod) struct kmod_ctx *ctx = kmod_new(NULL, NULL);
	if (!ctx)
		return kernel_fail(kernel, ENOMEM, "no memory to load module %s", name);
	kmod_set_log_priority(ctx, LOG_CRIT);

	int err = insert(ctx, name);
	log_debug(kernel, "load module %s: %s", name, err ? strerror(-err) : "done");
	if (err == -ENOENT)
		return kernel_fail(kernel, ENOENT, "this kernel has no module %s", name);
	if (err < 0)
		return kernel_fail(
			kernel, -err, "module %s cannot be loaded: %s", name, strerror(-err));
	return 0;
}
