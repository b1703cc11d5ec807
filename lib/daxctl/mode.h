/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "libdaxctl.h"

/* A mode of a dax device, and the driver to which the device is bound in it. */
struct mode {
	const char *name;
	const char *driver;  /* and the name of its module */
	const char *missing; /* the kernel's configuration option for it */
};

/* Returns the mode, or NULL if @number is not a mode of enum daxctl_dev_mode. */
const struct mode *mode_find(int number);
/* Returns the mode whose driver is called @driver, or UNKNOWN. */
enum daxctl_dev_mode mode_of_driver(const char *driver);
