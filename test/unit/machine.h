/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <daxctl/extensions.h>

#include "fixture.h"

/*
 * A machine with dax regions, as far as libdaxctl looks at it. Its files take what is written to
 * them and do nothing: drivers stay where they are.
 */
#define MIB   (UINT64_C(1) << 20)
#define BLOCK (128 * MIB)

/* Memory hotplug with blocks of BLOCK bytes that are left offline, and the drivers device_dax and
 * kmem. */
void make_machine(struct fixture *fixture);
void make_driver(struct fixture *fixture, const char *driver);
/* @path is below /sys/devices; @available is 0 or more for a dynamic region. */
void make_region(struct fixture *fixture, const char *path, uint64_t size, int64_t available);
/* @driver may be NULL. One mapping, unless @size is 0. */
void make_dev(struct fixture *fixture, const char *region, const char *name, uint64_t start,
	uint64_t size, int node, const char *driver);
/* Below the path of a device. */
void make_mapping(
	struct fixture *fixture, const char *dev, unsigned number, uint64_t start, uint64_t end);
/* @zones may be NULL: then there is no such file. */
void make_block(struct fixture *fixture, uint64_t number, const char *state, const char *zones);

/* Lets the @when-th readlinkat(2) from here on fail with @error, once; 0 takes that back. Returns
 * false if the failure asked for before has not come. */
bool fault_link(int error, int when);

struct daxctl_ctx *new_ctx(struct fixture *fixture);
static inline void cleanup_ctx(struct daxctl_ctx **ctx)
{
	daxctl_unref(*ctx);
}
#define AUTO_CTX __attribute__((cleanup(cleanup_ctx)))
