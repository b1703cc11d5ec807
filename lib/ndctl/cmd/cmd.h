/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <ndctl/entity.h>
#include <ndctl/libndctl.h>

/*
 * A command of <linux/ndctl.h> for a dimm or a bus, which a program prepares, submits, and asks for
 * its answer. The row of a kind of command says what it does.
 */
struct cmd_kind {
	int type; /* ND_CMD_... */
	/* Sends it. Returns 0 or a negative errno with the cause recorded; sets the command's
	 * @firmware_status. */
	int (*submit)(struct ndctl_cmd *cmd);
	void (*release)(struct ndctl_cmd *cmd); /* what it owns besides itself; may be NULL */
};

struct ndctl_cmd {
	const struct cmd_kind *kind;
	unsigned refs;
	struct entity *entity; /* the dimm or bus */
	int status;	       /* 1 before it is submitted, then what the submission returned */
	unsigned firmware_status;
};

/* A new command of @size bytes, which begin with the struct above; NULL without memory. */
void *cmd_new(const struct cmd_kind *kind, struct entity *entity, size_t size);
/* ndctl_cmd_submit() without the name of the dimm or bus in the sentence. */
int cmd_submit(struct ndctl_cmd *cmd);
bool cmd_is_done(const struct ndctl_cmd *cmd, const struct cmd_kind *kind);
