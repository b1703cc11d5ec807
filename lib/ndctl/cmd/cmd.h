/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/entity.h>
#include <ndctl/libndctl.h>

/*
 * A command of <linux/ndctl.h> to a DIMM or a bus. A program creates it, submits it, and reads the
 * answer from it. Each kind of command is a constant struct cmd_kind and a struct that begins with
 * struct ndctl_cmd.
 */
struct cmd_kind {
	int type; /* ND_CMD_... */
	/* Sends the command and sets its firmware_status. Returns 0 or a negative errno with the
	 * cause recorded. */
	int (*submit)(struct ndctl_cmd *cmd);
	void (*release)(struct ndctl_cmd *cmd); /* frees its members, or NULL */
	/* Returns the negative errno for a firmware_status that is not 0, with the cause recorded.
	 * NULL: -EIO for each. */
	int (*translate)(const struct ndctl_cmd *cmd);
};

struct ndctl_cmd {
	const struct cmd_kind *kind;
	unsigned refs;
	struct entity *entity;	  /* the DIMM or bus */
	int status;		  /* 1 until it is submitted, then what submit() returned */
	unsigned firmware_status; /* 0: success; else its meaning depends on the maker */
};

/* Creates a command of @size bytes with one reference. NULL without memory. */
void *cmd_new(const struct cmd_kind *kind, struct entity *entity, size_t size);
/* Submits without adding the name of the DIMM or bus to a recorded failure. */
int cmd_submit(struct ndctl_cmd *cmd);
/* Returns whether @cmd is of @kind and was submitted with success. NULL: false. */
bool cmd_is_done(const struct ndctl_cmd *cmd, const struct cmd_kind *kind);
