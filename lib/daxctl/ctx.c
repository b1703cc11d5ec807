/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "private.h"

#include <string.h>

#include "region.h"

#define CONFIG_PATH SYSCONFDIR "/daxctl.conf.d"

static void PRINTF(6, 0) daxctl_default_log(struct daxctl_ctx *ctx, int priority, const char *file,
	int line, const char *fn, const char *format, va_list args)
{
	kernel_log_to_stderr("libdaxctl", fn, format, args);
}

static void daxctl_forward_log(void *data, int priority, const char *file, int line, const char *fn,
	const char *format, va_list args)
{
	struct daxctl_ctx *ctx = data;

	ctx->log_fn(ctx, priority, file, line, fn, format, args);
}

int dax_ctx_new(struct daxctl_ctx **out, const char *root)
{
	AUTO_FREE struct daxctl_ctx *ctx = calloc(1, sizeof(*ctx));
	if (!ctx)
		return -ENOMEM;

	int err = kernel_new(&ctx->kernel, root);
	if (err)
		return err;
	ctx->refs = 1;
	ctx->log_fn = daxctl_default_log;
	kernel_set_log(ctx->kernel, daxctl_forward_log, ctx);
	kernel_set_log_priority(ctx->kernel, kernel_log_priority_from("DAXCTL_LOG"));
	*out = TAKE(ctx);
	return 0;
}

EXPORT int daxctl_new(struct daxctl_ctx **ctx)
{
	return dax_ctx_new(ctx, "/");
}

EXPORT struct daxctl_ctx *daxctl_ref(struct daxctl_ctx *ctx)
{
	if (ctx)
		ctx->refs++;
	return ctx;
}

EXPORT void daxctl_unref(struct daxctl_ctx *ctx)
{
	if (!ctx || --ctx->refs)
		return;
	txn_unref(ctx->held);
	free(ctx->held_path);
	while (ctx->regions) {
		struct daxctl_region *region = ctx->regions;
		ctx->regions = region->next;
		dax_region_free(region);
	}
	while (ctx->gone_regions) {
		struct daxctl_region *region = ctx->gone_regions;
		ctx->gone_regions = region->next_gone;
		dax_region_free(region);
	}
	object_deinit(&ctx->memory);
	directory_unref(ctx->dax);
	directory_unref(ctx->devices);
	kernel_unref(ctx->kernel);
	free(ctx->config_path);
	free(ctx);
}

EXPORT void daxctl_set_log_fn(struct daxctl_ctx *ctx,
	void (*log_fn)(struct daxctl_ctx *ctx, int priority, const char *file, int line,
		const char *fn, const char *format, va_list args))
{
	ctx->log_fn = log_fn ?: daxctl_default_log;
}

EXPORT int daxctl_get_log_priority(struct daxctl_ctx *ctx)
{
	return kernel_get_log_priority(ctx->kernel);
}

EXPORT void daxctl_set_log_priority(struct daxctl_ctx *ctx, int priority)
{
	kernel_set_log_priority(ctx->kernel, priority);
}

EXPORT void daxctl_set_userdata(struct daxctl_ctx *ctx, void *userdata)
{
	if (ctx)
		ctx->userdata = userdata;
}

EXPORT void *daxctl_get_userdata(struct daxctl_ctx *ctx)
{
	return ctx ? ctx->userdata : NULL;
}

EXPORT int daxctl_set_config_path(struct daxctl_ctx *ctx, char *config_path)
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

EXPORT const char *daxctl_get_config_path(struct daxctl_ctx *ctx)
{
	if (!ctx)
		return NULL;
	return ctx->config_path ?: CONFIG_PATH;
}

EXPORT const char *daxctl_get_error(struct daxctl_ctx *ctx)
{
	return ctx ? kernel_error(ctx->kernel) : NULL;
}

EXPORT const char *daxctl_get_hint(struct daxctl_ctx *ctx)
{
	return ctx ? kernel_error_hint(ctx->kernel) : NULL;
}

EXPORT void daxctl_set_step_fn(struct daxctl_ctx *ctx, daxctl_step_fn *fn, void *data)
{
	if (!ctx)
		return;
	ctx->step_fn = fn;
	ctx->step_data = data;
}

EXPORT void daxctl_set_progress_fn(struct daxctl_ctx *ctx, daxctl_progress_fn *fn, void *data)
{
	if (!ctx)
		return;
	ctx->progress_fn = fn;
	ctx->progress_data = data;
}

static void daxctl_observe(void *data, enum txn_event event, const char *what)
{
	static const enum daxctl_step_event events[] = {
		[TXN_PLANNED] = DAXCTL_STEP_PLANNED,
		[TXN_TAKEN] = DAXCTL_STEP_TAKEN,
		[TXN_UNDONE] = DAXCTL_STEP_UNDONE,
		[TXN_UNDO_FAILED] = DAXCTL_STEP_UNDO_FAILED,
		[TXN_WAITING] = DAXCTL_STEP_WAITING,
		[TXN_ENDING] = DAXCTL_STEP_ENDING,
	};
	struct daxctl_ctx *ctx = data;

	if (ctx->step_fn)
		ctx->step_fn(ctx, events[event], what, ctx->step_data);
	else if (event == TXN_ENDING)
		log_error(ctx->kernel, "%s", what);
}

int dax_ctx_txn(struct daxctl_ctx *ctx, struct txn **txn)
{
	return txn_new(txn, ctx->kernel, daxctl_observe, ctx);
}

int ctx_open_dax(struct daxctl_ctx *ctx)
{
	return ctx->dax ? 0 : directory_open(ctx->kernel, "sys/bus/dax/devices", &ctx->dax);
}

int ctx_open_devices(struct daxctl_ctx *ctx)
{
	return ctx->devices ? 0 : directory_open(ctx->kernel, "sys/devices", &ctx->devices);
}

static const struct attr memory_attrs[] = {
	[MEMORY_BLOCK_SIZE] = {"block_size_bytes", ATTR_HEX, true},
	[MEMORY_AUTO_ONLINE] = {"auto_online_blocks", ATTR_TEXT},
};

struct object *ctx_memory(struct daxctl_ctx *ctx)
{
	if (!ctx->memory.directory && ctx_open_devices(ctx) == 0)
		object_init(&ctx->memory, ctx->devices, "system/memory", memory_attrs,
			ARRAY_SIZE(memory_attrs));
	return ctx->memory.directory ? &ctx->memory : NULL;
}

EXPORT unsigned long long daxctl_get_memory_block_size(struct daxctl_ctx *ctx)
{
	struct object *memory = ctx ? ctx_memory(ctx) : NULL;

	return memory ? object_u64_or(memory, MEMORY_BLOCK_SIZE, 0) : 0;
}
