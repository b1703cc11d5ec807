/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "machine.h"

/* Steps that the context of open_dev() has told, one a line: "taken: TEXT". */
extern char told[1024];

/* Returns the device dax0.0 of a new context whose steps are told. */
struct daxctl_dev *open_dev(struct fixture *fixture, struct daxctl_ctx **ctx);
/* Asserts that a change failed with this errno, sentence and hint (NULL: none) before its first
 * step. */
void assert_refused(
	struct daxctl_ctx *ctx, int err, int error, const char *sentence, const char *hint);
/* Asserts that both functions that change a mode (D6) refuse the change and touch nothing. */
void refuses(struct fixture *fixture, enum daxctl_dev_mode mode, unsigned flags, int error,
	const char *sentence, const char *hint);
