/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../../config/config.h"
#include "present.h"

/* The devices that arguments name, of one region, or the namespaces that they name. */
struct scope {
	const char *place;	      /* of the record of passes */
	struct daxctl_region *region; /* NULL: namespaces */
	struct present_region outline;
	bool has_outline; /* with what takes longer to find out: the range */
	char uuid[UUID_STR_LEN];
	struct config_scope config;
	int count;
	char **args;
};

#define SCOPE_NAMESPACES "namespaces"

/* Finds out where the first argument leads. Returns 0, -ENOENT if there is nothing of this name, or
 * another negative errno. */
int scope_init(struct scope *scope, struct daxctl_ctx *ctx, int count, char **args);

/* Whether a section may be for it. A pass is over all namespaces, but need not begin if none is for
 * the one that is named. Returns 1, 0 or a negative errno. */
int scope_is_configured(struct scope *scope, const char *path);

bool scope_names(const struct scope *scope, const char *name);
/* The name in "dax0.1", "/dev/dax0.1" and "/sys/bus/dax/devices/dax0.1". */
const char *scope_name_in(const char *arg);
bool scope_is_namespace(const char *name);
