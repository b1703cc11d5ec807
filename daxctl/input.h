/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <daxctl/extensions.h>

#include "../util/option.h"

/*
 * A description of one device as daxctl list -M prints it, to make a device of. Sizes and addresses
 * may be numbers or, as list -u prints addresses, texts such as "0x100000000". What says what the
 * device was used as (mode, target_node and the like) does not count; a key that list does not know
 * is a mistake.
 */
struct input {
	/* What of size, align and mappings was there. Without a mapping the size counts, with
	 * mappings it must fit to them. */
	struct daxctl_layout layout;
	int region; /* the X of "chardev":"daxX.Y", -1 without it */
};

/* Reads the file at @path into @input. Returns 0, or a negative errno with the error said: file,
 * line or key, and what is wrong; then there is nothing to free. */
int input_read(const char *path, struct input *input);
void input_deinit(struct input *input);

/* What --size, --align and --input ask for. */
struct layout_options {
	struct size_option size, align;
	const char *input;
};

/* Reads the file, if there is one, into @input and adds the options to it. Returns 0 or what the
 * verb must return, after an error that was said. */
int layout_from_options(const struct layout_options *options, struct input *input);
