/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "private.h"

/* A mode is a driver. */
struct mode {
	const char *name;
	const char *driver;  /* its module is called the same */
	const char *missing; /* the kernel's option that has it */
};

/* NULL if @number is not one of enum daxctl_dev_mode. */
const struct mode *mode_find(int number);
/* -EOPNOTSUPP if the kernel has no driver for @mode; its module is loaded if need be. */
int mode_check_driver(struct daxctl_ctx *ctx, enum daxctl_dev_mode mode);
