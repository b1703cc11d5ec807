/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include "config.h"
#include "../util/say.h"

/* Prints "FILE:LINE: [NAME]: sentence" and marks the section as wrong. */
PRINTF(2, 3) void section_mistake(struct section *section, const char *format, ...);

/* Reads the value of a key, or reports its mistake. */
void section_read_key(struct section *section, const char *key, const char *value);

/* Reports keys that contradict each other or are missing, after all keys were read. */
void section_check(struct section *section);

/* A range in the form of the configuration, "0x100000000-0x13fffffff", by value, for use within one
 * expression. */
struct range_text {
	char text[40];
};
struct range_text config_range(const struct daxctl_range *range);

/* The name of a mode, "system-ram"; NULL if it has none. */
const char *config_mode_name(enum daxctl_dev_mode mode);
