/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <linux/ndctl.h>
#include <ndctl/family/family.h>
#include <ndctl/object/dimm.h>

#include "cmd.h"

/*
 * Commands that a DIMM's firmware defines: its family (ndctl/family/family.h) says how they look.
 * They travel as ND_CMD_CALL. Structs of such commands begin with struct call.
 */
struct call {
	struct ndctl_cmd cmd;
	const struct family *family;
	enum family_call which;
	size_t in, out;	 /* bytes of input and room for the answer */
	size_t answered; /* bytes of the answer that the firmware has filled; 0 before */
	struct nd_cmd_pkg *package;
};

/* Checks that a DIMM has the command. Returns 0 with its family, or with the cause recorded:
 *   -EOPNOTSUPP  the kernel passes no commands to the DIMM
 *   -ENOTTY      its family, or one that this library does not know, lacks the command
 *   -EIO         the platform does not offer the function */
int call_check(struct ndctl_dimm *dimm, enum family_call which, const struct family **family);

/* Creates a command of @size bytes whose input has @more bytes beyond those of the family's row,
 * and is filled by the family's write_request(). NULL with errno: EOPNOTSUPP if the DIMM lacks the
 * command, EINVAL if the input is longer than the kernel accepts, ENOMEM. */
void *call_new(const struct cmd_kind *kind, struct ndctl_dimm *dimm, enum family_call which,
	size_t size, size_t more);
/* For struct cmd_kind: submit sets firmware_status. */
int call_submit(struct ndctl_cmd *cmd);
void call_release(struct ndctl_cmd *cmd);
int call_translate(const struct ndctl_cmd *cmd);

void *call_input(const struct call *call);
const void *call_answer(const struct call *call);
/* Returns whether @cmd is of @kind and the firmware answered it with success. Else false, with
 * errno EINVAL, or that of the failure. */
bool call_is_answered(const struct ndctl_cmd *cmd, const struct cmd_kind *kind);
