/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "kernel.h"

/*
 * Loads module @name, or the module that matches the alias @name (a device's "modalias"), with its
 * dependencies, as modprobe(8) does. Configuration of /etc/modprobe.d applies; its blacklists
 * apply to aliases. Does nothing if the module is loaded or built in.
 *
 * Returns 0, or a negative errno with the cause recorded: -ENOENT if this kernel has no such
 * module, -EPERM without CAP_SYS_MODULE, -ELIBACC if libkmod is not installed.
 */
int module_load(struct kernel *kernel, const char *name);
/* Finds out whether module_load() would find a module, for a dry run. Returns the same, and loads
 * nothing. */
int module_find(struct kernel *kernel, const char *name);
