/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <daxctl/extensions.h>

/*
 * The configuration that says what devices of persistent memory are used as after each boot: files
 * *.conf in the folder of daxctl_get_config_path(), in the natural order of their names, with
 * sections such as
 *
 *	[reconfigure-device NAME]
 *	nvdimm.uuid = 6fd7bb62-0155-4bb6-8b22-a875b2c26262
 *	mode = system-ram
 *	online = true
 *	movable = true
 *
 * Other sections belong to others and are not looked at. Folder and files must belong to root, and
 * nobody else may be able to change them.
 */
struct config_rule {
	enum daxctl_dev_mode mode;
	bool online, movable;
};

/* The rules of all files. */
struct config;

/* Reads them. A mistake is said with file, section and key, and does not keep other sections from
 * being in force. Returns 0 or a negative errno with the error said: -EPERM if others can change
 * what is there. A folder that is missing has no rules. */
int config_read(struct daxctl_ctx *ctx, struct config **config);
void config_free(struct config *config);

/* Finds the section whose nvdimm.uuid is the uuid of the namespace that @dev comes from. Returns 0
 * and fills @rule; -ENOENT if there is none; with an error said -EINVAL if there is a mistake in
 * it, or in one of which nobody can say whose it is, and -EEXIST if there are two. */
int config_find(const struct config *config, struct daxctl_dev *dev, struct config_rule *rule);
