/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "private.h"

#include <daxctl/libdaxctl.h>
#include <string.h>

#define CONFIG_PATH SYSCONFDIR "/ndctl.conf.d"

static void ndctl_default_log(struct ndctl_ctx *ctx, int priority, const char *file, int line,
	const char *fn, const char *format, va_list args)
{
	kernel_log_to_stderr("libndctl", fn, format, args);
}

static void ndctl_forward_log(void *data, int priority, const char *file, int line, const char *fn,
	const char *format, va_list args)
{
	struct ndctl_ctx *ctx = data;

	ctx->log_fn(ctx, priority, file, line, fn, format, args);
}

int nd_ctx_new(struct ndctl_ctx **out, const char *root)
{
	AUTO_FREE struct ndctl_ctx *ctx = calloc(1, sizeof(*ctx));
	if (!ctx)
		return -ENOMEM;

	int err = kernel_new(&ctx->kernel, root);
	if (err)
		return err;
	ctx->refs = 1;
	ctx->log_fn = ndctl_default_log;
	kernel_set_log(ctx->kernel, ndctl_forward_log, ctx);
	kernel_set_log_priority(ctx->kernel, kernel_log_priority_from("NDCTL_LOG"));
	*out = TAKE(ctx);
	return 0;
}

EXPORT int ndctl_new(struct ndctl_ctx **ctx)
{
	return nd_ctx_new(ctx, "/");
}

EXPORT struct ndctl_ctx *ndctl_ref(struct ndctl_ctx *ctx)
{
	if (ctx)
		ctx->refs++;
	return ctx;
}

EXPORT struct ndctl_ctx *ndctl_unref(struct ndctl_ctx *ctx)
{
	if (!ctx || --ctx->refs)
		return NULL;
	ctx_free_entities(ctx);
	directory_unref(ctx->directory);
	daxctl_unref(ctx->daxctl);
	kernel_unref(ctx->kernel);
	free(ctx->config_path);
	free(ctx);
	return NULL;
}

EXPORT struct daxctl_ctx *ndctl_get_daxctl_ctx(struct ndctl_ctx *ctx)
{
	if (!ctx->daxctl && daxctl_new(&ctx->daxctl) == 0)
		daxctl_set_log_priority(ctx->daxctl, kernel_get_log_priority(ctx->kernel));
	return ctx->daxctl;
}

EXPORT void ndctl_invalidate(struct ndctl_ctx *ctx)
{
	ctx_forget(ctx);
}

EXPORT void ndctl_set_log_fn(struct ndctl_ctx *ctx,
	void (*log_fn)(struct ndctl_ctx *ctx, int priority, const char *file, int line,
		const char *fn, const char *format, va_list args))
{
	ctx->log_fn = log_fn ?: ndctl_default_log;
}

EXPORT int ndctl_get_log_priority(struct ndctl_ctx *ctx)
{
	return kernel_get_log_priority(ctx->kernel);
}

EXPORT void ndctl_set_log_priority(struct ndctl_ctx *ctx, int priority)
{
	kernel_set_log_priority(ctx->kernel, priority);
	if (ctx->daxctl)
		daxctl_set_log_priority(ctx->daxctl, priority);
}

EXPORT void ndctl_set_userdata(struct ndctl_ctx *ctx, void *userdata)
{
	if (ctx)
		ctx->userdata = userdata;
}

EXPORT void *ndctl_get_userdata(struct ndctl_ctx *ctx)
{
	return ctx ? ctx->userdata : NULL;
}

EXPORT void ndctl_set_private_data(struct ndctl_ctx *ctx, void *data)
{
	ctx->private_data = data;
}

EXPORT void *ndctl_get_private_data(struct ndctl_ctx *ctx)
{
	return ctx->private_data;
}

EXPORT int ndctl_set_config_path(struct ndctl_ctx *ctx, char *config_path)
{
	if (!ctx)
		return -EINVAL;
	char *copy = config_path ? strdup(config_path) : NULL;

	if (config_path && !copy)
		return -ENOMEM;
	free(ctx->config_path);
	ctx->config_path = copy;
	return 0;
}

EXPORT const char *ndctl_get_config_path(struct ndctl_ctx *ctx)
{
	if (!ctx)
		return NULL;
	return ctx->config_path ?: CONFIG_PATH;
}

EXPORT const char *ndctl_get_error(struct ndctl_ctx *ctx)
{
	return ctx ? kernel_error(ctx->kernel) : NULL;
}

EXPORT const char *ndctl_get_hint(struct ndctl_ctx *ctx)
{
	return ctx ? kernel_error_hint(ctx->kernel) : NULL;
}

EXPORT void ndctl_set_step_fn(struct ndctl_ctx *ctx, ndctl_step_fn *fn, void *data)
{
	if (!ctx)
		return;
	ctx->step_fn = fn;
	ctx->step_data = data;
}

static void ndctl_observe(void *data, enum txn_event event, const char *what)
{
	static const enum ndctl_step_event events[] = {
		[TXN_PLANNED] = NDCTL_STEP_PLANNED,
		[TXN_TAKEN] = NDCTL_STEP_TAKEN,
		[TXN_UNDONE] = NDCTL_STEP_UNDONE,
		[TXN_UNDO_FAILED] = NDCTL_STEP_UNDO_FAILED,
		[TXN_WAITING] = NDCTL_STEP_WAITING,
		[TXN_ENDING] = NDCTL_STEP_ENDING,
	};
	struct ndctl_ctx *ctx = data;

	if (ctx->step_fn)
		ctx->step_fn(ctx, events[event], what, ctx->step_data);
	else if (event == TXN_ENDING)
		log_error(ctx->kernel, "%s", what);
}

void nd_ctx_tell_chosen(struct ndctl_ctx *ctx, const char *what)
{
	if (ctx->step_fn)
		ctx->step_fn(ctx, NDCTL_STEP_CHOSEN, what, ctx->step_data);
}

int nd_ctx_txn(struct ndctl_ctx *ctx, struct txn **txn)
{
	return txn_new(txn, ctx->kernel, ndctl_observe, ctx);
}
