/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "labelio.h"

#include <kernel/nvdimm.h>
#include <linux/ioctl.h>
#include <linux/ndctl.h>
#include <ndctl/identity.h>
#include <ndctl/object/region.h>
#include <ndctl/private.h>
#include <stdio.h>
#include <string.h>

static int label_io_fail(struct ndctl_dimm *dimm, int err, const char *what)
{
	return kernel_fail(entity_kernel(&dimm->entity), -err, "%s: %s", what, strerror(-err));
}

/* Records the firmware's status, whose meaning depends on the maker of the DIMM. */
static int refuse_status(struct ndctl_dimm *dimm, unsigned status, const char *what)
{
	dimm->label_status = status;
	return kernel_fail(
		entity_kernel(&dimm->entity), EIO, "%s: firmware status %#x", what, status);
}

int area_open(struct ndctl_dimm *dimm, struct area *area)
{
	area->fd = -1;
	if (!ndctl_dimm_is_cmd_supported(dimm, ND_CMD_GET_CONFIG_SIZE))
		return kernel_fail(
			entity_kernel(&dimm->entity), EOPNOTSUPP, "the DIMM has no label area");
	area->fd = nvdimm_open_dimm(dimm->entity.object.directory, entity_name(&dimm->entity));
	if (area->fd < 0)
		return area->fd;

	struct nd_cmd_get_config_size command = {0};
	int err = nvdimm_submit(area->fd, ND_IOCTL_GET_CONFIG_SIZE, &command);
	if (err)
		return label_io_fail(dimm, err, "cannot read the size of the label area");
	if (command.status)
		return refuse_status(
			dimm, command.status, "cannot read the size of the label area");
	if (!command.config_size)
		return label_io_fail(dimm, -EOPNOTSUPP, "the label area has 0 bytes");
	area->size = command.config_size;
	area->max_transfer = command.max_xfer ?: command.config_size;
	if (area->max_transfer > area->size)
		area->max_transfer = area->size;
	return 0;
}

int area_read(
	struct ndctl_dimm *dimm, const struct area *area, size_t offset, void *data, size_t length)
{
	AUTO_FREE struct nd_cmd_get_config_data_hdr *command =
		calloc(1, sizeof(*command) + area->max_transfer);
	if (!command)
		return -ENOMEM;

	while (length) {
		size_t part = length < area->max_transfer ? length : area->max_transfer;
		*command = (struct nd_cmd_get_config_data_hdr){
			.in_offset = (unsigned)offset, .in_length = (unsigned)part};
		int err = nvdimm_submit_whole(area->fd, ND_IOCTL_GET_CONFIG_DATA, command);
		if (err)
			return label_io_fail(dimm, err, "cannot read the label area");
		if (command->status)
			return refuse_status(dimm, command->status, "cannot read the label area");
		memcpy(data, command->out_buf, part);
		data = (char *)data + part;
		offset += part;
		length -= part;
	}
	return 0;
}

/* The kernel writes the firmware's status behind the data in the command. */
int area_write(struct ndctl_dimm *dimm, const struct area *area, size_t offset, const void *data,
	size_t length)
{
	uint32_t status;
	AUTO_FREE struct nd_cmd_set_config_hdr *command =
		calloc(1, sizeof(*command) + area->max_transfer + sizeof(status));
	if (!command)
		return -ENOMEM;

	while (length) {
		size_t part = length < area->max_transfer ? length : area->max_transfer;
		*command = (struct nd_cmd_set_config_hdr){
			.in_offset = (unsigned)offset, .in_length = (unsigned)part};
		memcpy(command->in_buf, data, part);
		memset(command->in_buf + part, 0, sizeof(status));
		int err = nvdimm_submit(area->fd, ND_IOCTL_SET_CONFIG_DATA, command);
		if (err)
			return label_io_fail(dimm, err, "cannot write the label area");
		memcpy(&status, command->in_buf + part, sizeof(status));
		if (status)
			return refuse_status(dimm, status, "cannot write the label area");
		data = (const char *)data + part;
		offset += part;
		length -= part;
	}
	return 0;
}

int area_read_indexes(struct ndctl_dimm *dimm, const struct area *area, uint8_t **indexes)
{
	size_t room = label_index_room(area->size);

	*indexes = malloc(room ?: 1);
	return *indexes ? area_read(dimm, area, 0, *indexes, room) : -ENOMEM;
}

int area_fail_small(struct ndctl_dimm *dimm, size_t size)
{
	return kernel_fail(entity_kernel(&dimm->entity), ENOSPC,
		"the label area is too small for two index blocks and two labels: %zu bytes", size);
}

int area_find(struct ndctl_dimm *dimm, const struct area *area, struct label_state *state)
{
	struct kernel *kernel = entity_kernel(&dimm->entity);
	size_t room = label_index_room(area->size);
	AUTO_FREE uint8_t *bytes = NULL;

	*state = (struct label_state){.current = -1};
	if (!room)
		return area_fail_small(dimm, area->size);
	int err = area_read_indexes(dimm, area, &bytes);
	if (err || label_find(bytes, room, area->size, state))
		return err;
	return kernel_fail(kernel, EINVAL, "no valid index block: the first %s; the second %s",
		state->fault[0], state->fault[1]);
}

int area_check(struct ndctl_dimm *dimm, const struct area *area, size_t offset, size_t length)
{
	struct kernel *kernel = entity_kernel(&dimm->entity);

	if (offset <= area->size && length <= area->size - offset)
		return 0;
	kernel_fail(kernel, EINVAL,
		"invalid range: %zu bytes at offset %zu: must be within the %zu bytes of the label area",
		length, offset, area->size);
	if (offset < area->size)
		kernel_hint(kernel, "use a size of at most %zu bytes", area->size - offset);
	return -EINVAL;
}

int dimm_check_idle(struct ndctl_dimm *dimm)
{
	struct kernel *kernel = entity_kernel(&dimm->entity);

	if (!object_text(&dimm->entity.object, DIMM_STATE))
		return kernel_fail(kernel, EBUSY,
			"cannot read whether an enabled region uses the DIMM: %s", strerror(errno));
	if (!ndctl_dimm_is_active(dimm))
		return 0;
	kernel_fail(kernel, EBUSY, "an enabled region uses the DIMM");
	kernel_hint(kernel,
		"run 'ndctl disable-region' for each region that 'ndctl list -R -d %s' prints",
		entity_name(&dimm->entity));
	return -EBUSY;
}

int dimm_lock(struct ndctl_dimm *dimm, struct txn *txn)
{
	char path[PATH_MAX];
	int err = entity_path(&dimm->entity, path) ?: txn_lock(txn, path);

	if (err)
		return err;
	ctx_forget(dimm->entity.ctx);
	return entity_check_same(&dimm->entity);
}

/* Returns the DIMM of the region with the lowest number from @id on, or NULL. */
static struct ndctl_dimm *region_next_dimm_by_id(struct ndctl_region *region, unsigned id)
{
	struct ndctl_dimm *dimm, *next = NULL;

	ndctl_dimm_foreach_in_region (region, dimm)
		if (dimm->entity.id >= id && (!next || dimm->entity.id < next->entity.id))
			next = dimm;
	return next;
}

int region_lock_dimms(struct ndctl_region *region, struct txn *txn)
{
	struct ndctl_dimm *dimm = region_next_dimm_by_id(region, 0);

	for (; dimm; dimm = region_next_dimm_by_id(region, dimm->entity.id + 1)) {
		char path[PATH_MAX];
		int err = entity_path(&dimm->entity, path) ?: txn_lock(txn, path);
		if (err)
			return err;
	}
	ctx_forget(region->entity.ctx);
	return 0;
}

int labels_validate(struct ndctl_dimm *dimm, const char **failure)
{
	AUTO_AREA struct area area = AREA_INIT;
	struct label_state state;
	int err = area_open(dimm, &area);

	*failure = err ? "labels cannot be checked" : "labels are not valid";
	err = err ?: area_find(dimm, &area, &state);
	return err ?: (int)state.index[state.current].slots;
}

EXPORT int ndctl_dimm_validate_labels(struct ndctl_dimm *dimm)
{
	struct kernel *kernel = entity_kernel(&dimm->entity);
	const char *failure;
	int result = labels_validate(dimm, &failure);

	if (result >= 0)
		return result;
	/* Do not log invalid labels: they are an answer, not a failure. */
	if (result == -EINVAL)
		return kernel_fail(kernel, EINVAL, "%s: %s: %s", entity_name(&dimm->entity),
			failure, kernel_error(kernel) ?: strerror(EINVAL));
	return kernel_fail_while(kernel, result, "%s: %s", entity_name(&dimm->entity), failure);
}

/* Returns the layout of the area, that of version 1.1 if no index block is valid, or zeros if the
 * area cannot be read. */
static struct label_layout dimm_label_layout(struct ndctl_dimm *dimm)
{
	AUTO_AREA struct area area = AREA_INIT;
	struct label_state state = {0};

	if (area_open(dimm, &area) || area_find(dimm, &area, &state))
		kernel_clear_error(entity_kernel(&dimm->entity));
	return state.layout;
}

EXPORT unsigned int ndctl_dimm_sizeof_namespace_label(struct ndctl_dimm *dimm)
{
	return (unsigned)dimm_label_layout(dimm).label_size;
}

EXPORT unsigned int ndctl_dimm_sizeof_namespace_index(struct ndctl_dimm *dimm)
{
	return (unsigned)dimm_label_layout(dimm).index_size;
}

/* The kernel's alignment of a namespace's ends, unless the region has its own. */
EXPORT size_t ndctl_min_namespace_size(void)
{
	return (size_t)16 << 20;
}

EXPORT size_t ndctl_sizeof_namespace_index(void)
{
	return LABEL_INDEX_ALIGN;
}

EXPORT size_t ndctl_sizeof_namespace_label(void)
{
	return 128;
}
