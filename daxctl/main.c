/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <daxctl/extensions.h>
#include <syslog.h>

#include "devices.h"
#include "verbs.h"

static const struct verb *const verbs[] = {
	&verb_version,
	&verb_list,
	&verb_help,
	&verb_split_acpi,
	&verb_migrate_device_model,
	&verb_create_device,
	&verb_destroy_device,
	&verb_reconfigure_device,
	&verb_online_memory,
	&verb_offline_memory,
	&verb_disable_device,
	&verb_enable_device,
	&verb_restore,
};

static int daxctl_context_new(void **context)
{
	struct daxctl_ctx *ctx;
	int err = daxctl_new(&ctx);

	if (err)
		return err;
	/* The verbs print the errors themselves, with hints. */
	if (daxctl_get_log_priority(ctx) == LOG_ERR)
		daxctl_set_log_priority(ctx, LOG_CRIT);
	devices_tell_steps(ctx, NULL);
	*context = ctx;
	return 0;
}

static void daxctl_context_free(void *context)
{
	daxctl_unref(context);
}

static const char *daxctl_context_error(void *context)
{
	return daxctl_get_error(context);
}

static const char *daxctl_context_hint(void *context)
{
	return daxctl_get_hint(context);
}

static const struct tool tool = {
	.name = "daxctl",
	.summary = "manage dax devices and the use of their memory",
	.verbs = verbs,
	.verb_count = ARRAY_SIZE(verbs),
	.values_once = true,
	.context_new = daxctl_context_new,
	.context_free = daxctl_context_free,
	.error = daxctl_context_error,
	.hint = daxctl_context_hint,
};

int main(int argc, char **argv)
{
	return tool_main(&tool, argc, argv);
}
