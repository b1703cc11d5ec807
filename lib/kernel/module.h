/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernel.h"

/*
 * Loads module @name, or the module that fits the alias @name (a device's "modalias"), with what it
 * needs, as modprobe(8) would: configuration and blacklists of /etc/modprobe.d apply to aliases.
 * Nothing happens if it is loaded or built in. Returns 0 or a negative errno with the cause
 * recorded: -ENOENT if this kernel has no such module, -EPERM without CAP_SYS_MODULE, -ELIBACC
 * where libkmod is not installed.
 */
int module_load(struct kernel *kernel, const char *name);
