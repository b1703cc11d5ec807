/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "cmd.h"

#include <ndctl/private.h>

void *cmd_new(const struct cmd_kind *kind, struct entity *entity, size_t size)
{
	struct ndctl_cmd *cmd = calloc(1, size);

	if (cmd)
		*cmd = (struct ndctl_cmd){.kind = kind, .refs = 1, .entity = entity, .status = 1};
	return cmd;
}

bool cmd_is_done(const struct ndctl_cmd *cmd, const struct cmd_kind *kind)
{
	return cmd && cmd->kind == kind && cmd->status == 0;
}

EXPORT void ndctl_cmd_ref(struct ndctl_cmd *cmd)
{
	if (cmd)
		cmd->refs++;
}

EXPORT void ndctl_cmd_unref(struct ndctl_cmd *cmd)
{
	if (!cmd || --cmd->refs)
		return;
	if (cmd->kind->release)
		cmd->kind->release(cmd);
	free(cmd);
}

EXPORT int ndctl_cmd_get_type(struct ndctl_cmd *cmd)
{
	return cmd ? cmd->kind->type : -EINVAL;
}

EXPORT int ndctl_cmd_get_status(struct ndctl_cmd *cmd)
{
	return cmd ? cmd->status : -EINVAL;
}

EXPORT unsigned int ndctl_cmd_get_firmware_status(struct ndctl_cmd *cmd)
{
	return cmd ? cmd->firmware_status : 0;
}

int cmd_submit(struct ndctl_cmd *cmd)
{
	cmd->firmware_status = 0;
	cmd->status = cmd->kind->submit(cmd);
	return cmd->status;
}

EXPORT int ndctl_cmd_submit(struct ndctl_cmd *cmd)
{
	if (!cmd)
		return -EINVAL;
	int err = cmd_submit(cmd);

	return err < 0
		? kernel_fail_while(entity_kernel(cmd->entity), err, "%s", entity_name(cmd->entity))
		: err;
}

EXPORT int ndctl_cmd_xlat_firmware_status(struct ndctl_cmd *cmd)
{
	if (!ndctl_cmd_get_firmware_status(cmd))
		return 0;
	if (cmd->kind->translate)
		return cmd->kind->translate(cmd);
	return kernel_fail(entity_kernel(cmd->entity), EIO, "%s: firmware status %#x",
		entity_name(cmd->entity), cmd->firmware_status);
}

EXPORT int ndctl_cmd_submit_xlat(struct ndctl_cmd *cmd)
{
	int err = ndctl_cmd_submit(cmd);

	return err < 0 ? err : ndctl_cmd_xlat_firmware_status(cmd);
}
