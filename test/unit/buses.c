/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "buses.h"

#include <ndctl/private.h>
#include <stdio.h>

struct ndctl_ctx *new_ctx(struct fixture *fixture)
{
	struct ndctl_ctx *ctx = NULL;

	assert_int_equal(nd_ctx_new(&ctx, fixture->root), 0);
	return ctx;
}

void make_device(struct fixture *fixture, const char *parent, const char *name)
{
	char path[128], target[256];

	snprintf(path, sizeof(path), "sys/devices/platform/%s%s", parent, name);
	make_dir(fixture, path);
	snprintf(path, sizeof(path), ND "%s", name);
	snprintf(target, sizeof(target), LINKS "%s%s", parent, name);
	make_link(fixture, path, target);
}

void make_two_buses(struct fixture *fixture)
{
	make_device(fixture, "", "ndbus0");
	make_device(fixture, "", "ndbus1");
	make_device(fixture, "ndbus0/", "nmem0");
	make_device(fixture, "ndbus1/", "nmem1");
	make_device(fixture, "ndbus0/", "region0");
	make_device(fixture, "ndbus1/", "region1");
	make_device(fixture, "ndbus0/", "region10");
	make_device(fixture, "ndbus0/region0/", "namespace0.10");
	make_device(fixture, "ndbus0/region0/", "namespace0.2");
	make_device(fixture, "ndbus1/region1/", "namespace1.0");
	make_device(fixture, "ndbus0/region0/", "pfn0.3");
	/* Names that mean nothing. */
	make_device(fixture, "ndbus0/region0/", "namespace0.1x");
	make_device(fixture, "ndbus0/region0/", "namespace0");
	make_device(fixture, "ndbus0/region0/", "namespace0.01");
	make_device(fixture, "ndbus0/", "region");
	make_device(fixture, "ndbus0/", "region99999999999");
}
