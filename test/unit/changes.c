/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "changes.h"

#include <daxctl/device.h>
#include <stdio.h>
#include <string.h>

char told[1024];

static void observe(
	struct daxctl_ctx *ctx, enum daxctl_step_event event, const char *what, void *data)
{
	static const char *const names[] = {
		[DAXCTL_STEP_PLANNED] = "planned",
		[DAXCTL_STEP_TAKEN] = "taken",
		[DAXCTL_STEP_UNDONE] = "undone",
		[DAXCTL_STEP_UNDO_FAILED] = "stuck",
	};
	size_t used = strlen(told);

	assert_ptr_equal(data, told);
	snprintf(told + used, sizeof(told) - used, "%s: %s\n", names[event], what);
}

struct daxctl_dev *open_dev(struct fixture *fixture, struct daxctl_ctx **ctx)
{
	*ctx = new_ctx(fixture);
	*told = 0;
	daxctl_set_step_fn(*ctx, observe, told);
	struct daxctl_dev *dev = daxctl_dev_get_by_name(*ctx, "dax0.0");
	assert_non_null(dev);
	return dev;
}

void assert_refused(
	struct daxctl_ctx *ctx, int err, int error, const char *sentence, const char *hint)
{
	assert_int_equal(err, error);
	assert_string_equal(daxctl_get_error(ctx), sentence);
	if (hint)
		assert_string_equal(daxctl_get_hint(ctx), hint);
	else
		assert_null(daxctl_get_hint(ctx));
	assert_string_equal(told, "");
}

void refuses(struct fixture *fixture, enum daxctl_dev_mode mode, unsigned flags, int error,
	const char *sentence, const char *hint)
{
	AUTO_CTX struct daxctl_ctx *ctx = NULL;
	struct daxctl_dev *dev = open_dev(fixture, &ctx);
	char *before = tree_text(fixture);

	assert_refused(ctx, daxctl_dev_set_mode(dev, mode, flags), error, sentence, hint);
	assert_refused(ctx, daxctl_dev_remake(dev, NULL, mode, flags), error, sentence, hint);
	char *after = tree_text(fixture);
	assert_string_equal(before, after);
	free(before);
	free(after);
}
