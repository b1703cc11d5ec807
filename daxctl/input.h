/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <daxctl/extensions.h>

#include "../util/option.h"

/*
 * A description of one device in the form of daxctl list -M, to make a device of. Sizes and
 * addresses are numbers or, in the form of list -u, strings such as "0x100000000". The use of the
 * device (mode, target_node and so on) is ignored; a key that list never prints is refused.
 */
struct input {
	/* Size, align and mappings, as far as the file has them. The size must match the mappings,
	 * if there are any. */
	struct daxctl_layout layout;
	int region; /* the X of "chardev":"daxX.Y", or -1 */
};

/* Reads the file at @path into @input. Returns 0, or a negative errno after printing an error; then
 * nothing is left to free. */
int input_read(const char *path, struct input *input);
void input_deinit(struct input *input);

/* The values of --size, --align and --input. */
struct layout_options {
	struct size_option size, align;
	const char *input;
};

/* Reads the file of --input, if given, into @input and adds the other options. Returns 0, or the
 * verb's result after printing an error. */
int layout_from_options(const struct layout_options *options, struct input *input);
