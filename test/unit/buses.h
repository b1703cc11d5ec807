/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "fixture.h"

#define ND    "sys/bus/nd/devices/"
#define LINKS "../../../devices/platform/"

struct ndctl_ctx *new_ctx(struct fixture *fixture);
/* Makes a device of the nd bus, whose entries are links, as in sysfs. */
void make_device(struct fixture *fixture, const char *parent, const char *name);
/* Makes two buses with DIMMs, regions and namespaces, and names that mean nothing. */
void make_two_buses(struct fixture *fixture);
