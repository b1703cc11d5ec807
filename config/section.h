/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "config.h"
#include "../util/say.h"

/* Prints "FILE:LINE: [NAME]: sentence" and marks the section as wrong. */
PRINTF(2, 3) void section_mistake(struct section *section, const char *format, ...);

/* Reads the value of a key, or prints what is wrong with it. */
void section_read_key(struct section *section, const char *key, const char *value);

/* Prints what is wrong with a section as a whole, after all of its keys are read. */
void section_check(struct section *section);

/* A range as the configuration has it, by value, for use within one expression:
 * "0x100000000-0x13fffffff". */
struct range_text {
	char text[40];
};
struct range_text config_range(const struct daxctl_range *range);

/* The words of modes: "system-ram". NULL for none. */
const char *config_mode_name(enum daxctl_dev_mode mode);
