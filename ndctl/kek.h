/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "keyfile.h"

/* Prints a warning, and the commands that help, if ndctl load-keys would not find the kek @handle
 * ("user:nvdimm-master") in the files at the next boot: @dimm would stay locked for ever. */
void kek_warn(const struct keyfiles *files, const char *handle, const char *dimm);
