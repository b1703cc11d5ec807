/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "../../config/config.h"
#include "present.h"

/* The devices of one region, or the namespaces, that the arguments name. */
struct scope {
	const char *place;	      /* of the record of passes, see pass.h */
	struct daxctl_region *region; /* NULL: namespaces */
	struct present_region outline;
	bool has_outline; /* @outline includes the range, which takes longer to read */
	char uuid[UUID_STR_LEN];
	struct config_scope config;
	int count;
	char **args;
};

#define SCOPE_NAMESPACES "namespaces"

/* Finds the object of the first argument. Returns 0, -ENOENT if it does not exist, or another
 * negative errno. */
int scope_init(struct scope *scope, struct daxctl_ctx *ctx, int count, char **args);

/* Whether a section may be for the scope. If one namespace is named, only sections for its uuid
 * count, although a pass restores all namespaces. Returns 1, 0 or a negative errno. */
int scope_is_configured(struct scope *scope, const char *path);

bool scope_names(const struct scope *scope, const char *name);
/* The last part of "dax0.1", "/dev/dax0.1" and "/sys/bus/dax/devices/dax0.1". */
const char *scope_name_in(const char *arg);
bool scope_is_namespace(const char *name);
