/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <ndctl/extensions.h>
#include <syslog.h>

#include "find.h"
#include "verbs.h"

/* List verbs in the order of verbs.h, which is that of --list-cmds. */
static const struct verb *const verbs[] = {
	&verb_version,
	&verb_enable_namespace,
	&verb_disable_namespace,
	&verb_create_namespace,
	&verb_destroy_namespace,
	&verb_read_infoblock,
	&verb_write_infoblock,
	&verb_check_namespace,
	&verb_clear_errors,
	&verb_start_scrub,
	&verb_wait_scrub,
	&verb_enable_region,
	&verb_disable_region,
	&verb_enable_dimm,
	&verb_disable_dimm,
	&verb_zero_labels,
	&verb_read_labels,
	&verb_write_labels,
	&verb_init_labels,
	&verb_check_labels,
	&verb_inject_smart,
	&verb_setup_passphrase,
	&verb_update_passphrase,
	&verb_remove_passphrase,
	&verb_freeze_security,
	&verb_sanitize_dimm,
	&verb_load_keys,
	&verb_wait_overwrite,
	&verb_list,
	&verb_help,
};

/* Remove a verb here when it is added above. */
static const char *const planned[] = {
	"inject-error",
	"update-firmware",
	"activate-firmware",
	"monitor",
	NULL,
};

static int ndctl_context_new(void **context)
{
	struct ndctl_ctx *ctx;
	int err = ndctl_new(&ctx);

	if (err)
		return err;
	/* Silence the log: verbs print the sentence of a failure, with its hint. */
	if (ndctl_get_log_priority(ctx) == LOG_ERR)
		ndctl_set_log_priority(ctx, LOG_CRIT);
	tell_steps(ctx, false);
	*context = ctx;
	return 0;
}

static void ndctl_context_free(void *context)
{
	ndctl_unref(context);
}

static const char *ndctl_context_error(void *context)
{
	return ndctl_get_error(context);
}

static const char *ndctl_context_hint(void *context)
{
	return ndctl_get_hint(context);
}

static const struct tool tool = {
	.name = "ndctl",
	.summary = "manage persistent memory: DIMMs, regions and namespaces",
	.verbs = verbs,
	.verb_count = ARRAY_SIZE(verbs),
	.planned = planned,
	.context_new = ndctl_context_new,
	.context_free = ndctl_context_free,
	.error = ndctl_context_error,
	.hint = ndctl_context_hint,
};

int main(int argc, char **argv)
{
	return tool_main(&tool, argc, argv);
}
