/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <linux/ndctl.h>
#include <ndctl/cmd/cmd.h>
#include <ndctl/private.h>
#include <string.h>

#include "labelio.h"
#include "rewrite.h"

/*
 * Commands for label areas: query the size, read, write. A program creates each from the one before
 * it, which it must have submitted.
 */
struct cfg {
	struct ndctl_cmd cmd;
	size_t size;	       /* of the area */
	size_t offset, length; /* of the extent to read or write */
	uint8_t *bytes;	       /* @size of them; only the extent is valid */
	bool found;	       /* @state holds what the index blocks in @bytes say */
	struct label_state state;
};

static struct ndctl_dimm *dimm_of(const struct ndctl_cmd *cmd)
{
	return (struct ndctl_dimm *)cmd->entity;
}

static void cfg_release(struct ndctl_cmd *cmd)
{
	free(((struct cfg *)cmd)->bytes);
}

/* Submits, and keeps the status that the firmware refuses with. */
static int with_status(struct ndctl_cmd *cmd, int (*submit)(struct ndctl_cmd *cmd))
{
	struct ndctl_dimm *dimm = dimm_of(cmd);

	dimm->label_status = 0;
	int err = submit(cmd);
	cmd->firmware_status = err ? dimm->label_status : 0;
	return err;
}

/* ---- size ---- */

static int do_size(struct ndctl_cmd *cmd)
{
	AUTO_AREA struct area area = AREA_INIT;
	int err = area_open(dimm_of(cmd), &area);

	((struct cfg *)cmd)->size = area.size;
	return err;
}

static int submit_size(struct ndctl_cmd *cmd)
{
	return with_status(cmd, do_size);
}

static const struct cmd_kind cfg_size = {ND_CMD_GET_CONFIG_SIZE, submit_size, NULL};

EXPORT struct ndctl_cmd *ndctl_dimm_cmd_new_cfg_size(struct ndctl_dimm *dimm)
{
	if (!ndctl_dimm_is_cmd_supported(dimm, ND_CMD_GET_CONFIG_SIZE)) {
		errno = EOPNOTSUPP;
		return NULL;
	}
	return cmd_new(&cfg_size, &dimm->entity, sizeof(struct cfg));
}

EXPORT unsigned int ndctl_cmd_cfg_size_get_size(struct ndctl_cmd *cmd)
{
	return cmd_is_done(cmd, &cfg_size) ? (unsigned)((struct cfg *)cmd)->size : 0;
}

/* ---- read ---- */

static int cfg_do_read(struct ndctl_cmd *cmd)
{
	struct cfg *cfg = (struct cfg *)cmd;
	struct ndctl_dimm *dimm = dimm_of(cmd);
	AUTO_AREA struct area area = AREA_INIT;
	int err = area_open(dimm, &area) ?: area_check(dimm, &area, cfg->offset, cfg->length);

	return err ?: area_read(dimm, &area, cfg->offset, cfg->bytes + cfg->offset, cfg->length);
}

static int submit_read(struct ndctl_cmd *cmd)
{
	return with_status(cmd, cfg_do_read);
}

static const struct cmd_kind cfg_read = {ND_CMD_GET_CONFIG_DATA, submit_read, cfg_release};

static struct cfg *new_transfer(const struct cmd_kind *kind, const struct ndctl_cmd *before)
{
	const struct cfg *from = (const struct cfg *)before;
	struct cfg *cfg = cmd_new(kind, before->entity, sizeof(*cfg));

	if (!cfg)
		return NULL;
	cfg->size = cfg->length = from->size;
	cfg->bytes = calloc(1, from->size + 1);
	if (cfg->bytes)
		return cfg;
	free(cfg);
	return NULL;
}

EXPORT struct ndctl_cmd *ndctl_dimm_cmd_new_cfg_read(struct ndctl_cmd *cmd)
{
	if (!cmd_is_done(cmd, &cfg_size)) {
		errno = EINVAL;
		return NULL;
	}
	return (struct ndctl_cmd *)new_transfer(&cfg_read, cmd);
}

static int set_extent(struct cfg *cfg, size_t length, size_t offset)
{
	if (offset > cfg->size || length > cfg->size - offset)
		return -EINVAL;
	cfg->offset = offset;
	cfg->length = length;
	return 0;
}

EXPORT int ndctl_cmd_cfg_read_set_extent(
	struct ndctl_cmd *cmd, unsigned int len, unsigned int offset)
{
	return cmd && cmd->kind == &cfg_read && cmd->status > 0
		? set_extent((struct cfg *)cmd, len, offset)
		: -EINVAL;
}

/* Returns how many of @length bytes at @offset are in the extent. -EINVAL if @offset is before the
 * extent or beyond the area. */
static ssize_t in_extent(const struct cfg *cfg, size_t offset, size_t length)
{
	size_t end = cfg->offset + cfg->length;

	if (offset < cfg->offset || offset > cfg->size)
		return -EINVAL;
	if (offset >= end)
		return 0;
	return (ssize_t)(length < end - offset ? length : end - offset);
}

EXPORT ssize_t ndctl_cmd_cfg_read_get_data(
	struct ndctl_cmd *cmd, void *buf, unsigned int len, unsigned int offset)
{
	if (!cmd_is_done(cmd, &cfg_read))
		return -EINVAL;
	const struct cfg *cfg = (const struct cfg *)cmd;
	ssize_t size = in_extent(cfg, offset, len);
	if (size > 0)
		memcpy(buf, cfg->bytes + offset, (size_t)size);
	return size;
}

EXPORT ssize_t ndctl_cmd_cfg_read_get_size(struct ndctl_cmd *cmd)
{
	return cmd_is_done(cmd, &cfg_read) ? (ssize_t)((struct cfg *)cmd)->length : -EINVAL;
}

/* ---- write ---- */

static int cfg_do_write(struct ndctl_cmd *cmd)
{
	const struct cfg *cfg = (const struct cfg *)cmd;

	return dimm_write_labels(dimm_of(cmd), cfg->offset, cfg->bytes + cfg->offset, cfg->length);
}

static int submit_write(struct ndctl_cmd *cmd)
{
	return with_status(cmd, cfg_do_write);
}

static const struct cmd_kind cfg_write = {ND_CMD_SET_CONFIG_DATA, submit_write, cfg_release};

/* The command starts with the bytes that @cmd has read: a program may set parts of them. */
EXPORT struct ndctl_cmd *ndctl_dimm_cmd_new_cfg_write(struct ndctl_cmd *cmd)
{
	if (!cmd_is_done(cmd, &cfg_read)) {
		errno = EINVAL;
		return NULL;
	}
	const struct cfg *read = (const struct cfg *)cmd;
	struct cfg *write = new_transfer(&cfg_write, cmd);
	if (!write)
		return NULL;
	write->offset = read->offset;
	write->length = read->length;
	memcpy(write->bytes, read->bytes, read->size);
	return &write->cmd;
}

EXPORT int ndctl_cmd_cfg_write_set_extent(
	struct ndctl_cmd *cmd, unsigned int len, unsigned int offset)
{
	return cmd && cmd->kind == &cfg_write && cmd->status > 0
		? set_extent((struct cfg *)cmd, len, offset)
		: -EINVAL;
}

EXPORT ssize_t ndctl_cmd_cfg_write_set_data(
	struct ndctl_cmd *cmd, void *buf, unsigned int len, unsigned int offset)
{
	if (!cmd || cmd->kind != &cfg_write || cmd->status <= 0)
		return -EINVAL;
	struct cfg *cfg = (struct cfg *)cmd;
	ssize_t size = in_extent(cfg, offset, len);
	if (size > 0)
		memcpy(cfg->bytes + offset, buf, (size_t)size);
	return size;
}

EXPORT ssize_t ndctl_cmd_cfg_write_zero_data(struct ndctl_cmd *cmd)
{
	if (!cmd || cmd->kind != &cfg_write || cmd->status <= 0)
		return -EINVAL;
	struct cfg *cfg = (struct cfg *)cmd;
	memset(cfg->bytes + cfg->offset, 0, cfg->length);
	return (ssize_t)cfg->length;
}

/* ---- all at once ---- */

static void cmd_cleanup(struct ndctl_cmd **cmd)
{
	ndctl_cmd_unref(*cmd);
}
#define AUTO_CMD CLEANUP(cmd_cleanup)

static int read_extent(
	struct ndctl_dimm *dimm, size_t length, size_t offset, struct ndctl_cmd **out)
{
	struct kernel *kernel = entity_kernel(&dimm->entity);
	AUTO_CMD struct ndctl_cmd *size = ndctl_dimm_cmd_new_cfg_size(dimm);

	if (!size)
		return kernel_fail(kernel, errno, "the DIMM has no label area");
	int err = cmd_submit(size);
	if (err)
		return err;
	AUTO_CMD struct ndctl_cmd *read = ndctl_dimm_cmd_new_cfg_read(size);
	if (!read)
		return -ENOMEM;
	struct cfg *cfg = (struct cfg *)read;
	/* Set the range unchecked: submitting refuses one that does not fit, with a sentence. */
	cfg->offset = offset;
	cfg->length = length ?: cfg->size;
	err = cmd_submit(read);
	if (err)
		return err;
	*out = TAKE(read);
	return 0;
}

static struct ndctl_cmd *read_label_extent(struct ndctl_dimm *dimm, size_t length, size_t offset)
{
	struct ndctl_cmd *cmd = NULL;
	int err = read_extent(dimm, length, offset, &cmd);

	/* Do not log a range outside of the area: callers try ranges to find the size. */
	if (err && err != -EINVAL)
		kernel_fail_while(entity_kernel(&dimm->entity), err, "%s: labels cannot be read",
			entity_name(&dimm->entity));
	if (err)
		errno = -err;
	return cmd;
}

EXPORT struct ndctl_cmd *ndctl_dimm_read_labels(struct ndctl_dimm *dimm)
{
	return read_label_extent(dimm, 0, 0);
}

EXPORT struct ndctl_cmd *ndctl_dimm_read_label_extent(
	struct ndctl_dimm *dimm, unsigned int len, unsigned int offset)
{
	struct ndctl_cmd *cmd = read_label_extent(dimm, len, offset);

	/* Programs expect ENOENT for a range outside of the area. */
	if (!cmd && errno == EINVAL)
		errno = ENOENT;
	return cmd;
}

EXPORT struct ndctl_cmd *ndctl_dimm_read_label_index(struct ndctl_dimm *dimm)
{
	return read_label_extent(dimm, 2 * (size_t)ndctl_dimm_sizeof_namespace_index(dimm), 0);
}

/* ---- index blocks and labels in the bytes that were read ---- */

static const struct label_layout *cmd_label_layout(struct ndctl_cmd *cmd)
{
	struct cfg *cfg = (struct cfg *)cmd;

	if (!cmd_is_done(cmd, &cfg_read) || cfg->offset)
		return NULL;
	if (!cfg->found)
		label_find(cfg->bytes, cfg->length, cfg->size, &cfg->state);
	cfg->found = true;
	return cfg->state.layout.slots ? &cfg->state.layout : NULL;
}

EXPORT int ndctl_cmd_cfg_read_get_index(
	struct ndctl_cmd *cmd, unsigned int which, struct ndctl_label_index *index)
{
	const struct cfg *cfg = (const struct cfg *)cmd;
	const struct label_layout *layout = cmd_label_layout(cmd);

	if (!layout || !index)
		return -EINVAL;
	size_t size = layout->index_size;
	if (which > 1 || (which + 1) * size > cfg->length)
		return -ENOENT;
	label_index_describe(cfg->bytes + which * size, size, index);
	return 0;
}

EXPORT int ndctl_cmd_cfg_read_get_label(
	struct ndctl_cmd *cmd, unsigned int slot, struct ndctl_label *label)
{
	const struct cfg *cfg = (const struct cfg *)cmd;
	const struct label_layout *layout = cmd_label_layout(cmd);

	if (!layout || !label)
		return -EINVAL;
	if (slot >= layout->slots || label_offset(layout, slot + 1) > cfg->length)
		return -ENOENT;
	label_describe(cfg->bytes + label_offset(layout, slot), layout->label_size, label);
	return 0;
}
