/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "step.h"

#include <fcntl.h>
#include <linux/ndctl.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>

#include "label.h"

/* Reading and writing the label area of a dimm: ioctls of /dev/nmemX (<linux/ndctl.h>). */

struct area {
	int fd;
	size_t size;
	size_t max_transfer;
};

static void area_close(struct area *area)
{
	cleanup_close(&area->fd);
}
#define AUTO_AREA CLEANUP(area_close)

static int fail(struct ndctl_dimm *dimm, int error, const char *what)
{
	return kernel_fail(entity_kernel(&dimm->entity), error, "%s: %s", what, strerror(error));
}

static int area_open(struct ndctl_dimm *dimm, struct area *area)
{
	char path[32];

	area->fd = -1;
	if (!ndctl_dimm_is_cmd_supported(dimm, ND_CMD_GET_CONFIG_SIZE))
		return kernel_fail(
			entity_kernel(&dimm->entity), EOPNOTSUPP, "it has no label area");
	snprintf(path, sizeof(path), "dev/%s", entity_name(&dimm->entity));
	area->fd = openat(kernel_root(entity_kernel(&dimm->entity)), path, O_RDWR | O_CLOEXEC);
	if (area->fd < 0)
		return kernel_fail(entity_kernel(&dimm->entity), errno, "/%s cannot be opened: %s",
			path, strerror(errno));

	struct nd_cmd_get_config_size command = {0};
	if (ioctl(area->fd, ND_IOCTL_GET_CONFIG_SIZE, &command) < 0)
		return fail(dimm, errno, "the size of its label area cannot be read");
	if (command.status || !command.config_size)
		return fail(dimm, EIO, "the size of its label area cannot be read");
	area->size = command.config_size;
	area->max_transfer = command.max_xfer ?: command.config_size;
	return 0;
}

/* Commands hold their data in themselves; @size is that of the whole. */
static int area_read(
	struct ndctl_dimm *dimm, const struct area *area, size_t offset, void *data, size_t length)
{
	AUTO_FREE struct nd_cmd_get_config_data_hdr *command =
		malloc(sizeof(*command) + area->max_transfer);
	if (!command)
		return -ENOMEM;

	while (length) {
		size_t part = length < area->max_transfer ? length : area->max_transfer;
		*command = (struct nd_cmd_get_config_data_hdr){
			.in_offset = (unsigned)offset, .in_length = (unsigned)part};
		if (ioctl(area->fd, ND_IOCTL_GET_CONFIG_DATA, command) < 0)
			return fail(dimm, errno, "its label area cannot be read");
		if (command->status)
			return fail(dimm, EIO, "its label area cannot be read");
		memcpy(data, command->out_buf, part);
		data = (char *)data + part;
		offset += part;
		length -= part;
	}
	return 0;
}

/* The status follows the data. */
static int area_write(struct ndctl_dimm *dimm, const struct area *area, size_t offset,
	const void *data, size_t length)
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
		if (ioctl(area->fd, ND_IOCTL_SET_CONFIG_DATA, command) < 0)
			return fail(dimm, errno, "its label area cannot be written");
		memcpy(&status, command->in_buf + part, sizeof(status));
		if (status)
			return fail(dimm, EIO, "its label area cannot be written");
		data = (const char *)data + part;
		offset += part;
		length -= part;
	}
	return 0;
}

/* The index blocks may be as large as labels of either version make them. */
static size_t index_room(const struct area *area, struct label_layout layout[2])
{
	size_t room = 0;

	for (unsigned minor = 1; minor <= 2; minor++) {
		struct label_layout *l = &layout[minor - 1];
		if (label_layout(area->size, minor, l) == 0 && 2 * l->index_size > room)
			room = 2 * l->index_size;
	}
	return room;
}

/* The index block in force, in the first @room bytes of the area. */
static bool find_index(const void *bytes, size_t room, const struct area *area,
	const struct label_layout layout[2], struct label_index *found)
{
	for (unsigned minor = 1; minor <= 2; minor++) {
		size_t size = layout[minor - 1].index_size;
		struct label_index index[2] = {0};
		bool valid[2];

		if (!size || 2 * size > room)
			continue;
		for (unsigned i = 0; i < 2; i++)
			valid[i] = label_index_read(
				(const char *)bytes + i * size, size, area->size, i, &index[i]);
		int newer =
			label_index_newer(valid[0] ? index[0].seq : 0, valid[1] ? index[1].seq : 0);
		if (newer >= 0) {
			*found = index[newer];
			return true;
		}
	}
	return false;
}

/* What is written in one step, and what was there. */
struct rewrite {
	struct ndctl_dimm *dimm;
	struct label_layout layout;
	unsigned minor;
	size_t room;
	char *before;
	bool enabled; /* the dimm, and so it is to be afterwards */
};

static int put(const struct rewrite *rewrite, const void *bytes, size_t block, size_t size)
{
	AUTO_AREA struct area area = {.fd = -1};
	int err = area_open(rewrite->dimm, &area);

	/* The second block first: the first, which is to be in force, finds it complete. */
	for (size_t at = size; !err && at > 0; at -= block)
		err = area_write(
			rewrite->dimm, &area, at - block, (const char *)bytes + at - block, block);
	return err;
}

/* The kernel reads labels when it binds the driver. */
static int reread(const struct rewrite *rewrite)
{
	struct entity *entity = &rewrite->dimm->entity;
	int err = entity_is_bound(entity) ? entity_unbind(entity) : 0;

	return err || !rewrite->enabled ? err : entity_bind(entity, "nvdimm");
}

static int rewrite_undo(void *data)
{
	const struct rewrite *rewrite = data;

	return put(rewrite, rewrite->before, rewrite->room, rewrite->room) ?: reread(rewrite);
}

static int rewrite_apply(void *data)
{
	const struct rewrite *rewrite = data;
	size_t size = rewrite->layout.index_size;
	AUTO_FREE char *bytes = malloc(2 * size);

	if (!bytes)
		return -ENOMEM;
	for (unsigned i = 0; i < 2; i++)
		label_index_write(bytes + i * size, &rewrite->layout, rewrite->minor, i, 2 - i);
	return put(rewrite, bytes, size, 2 * size) ?: reread(rewrite);
}

static void rewrite_release(void *data)
{
	struct rewrite *rewrite = data;

	free(rewrite->before);
	free(rewrite);
}

static int plan_rewrite(
	struct ndctl_dimm *dimm, unsigned minor, struct rewrite *rewrite, size_t *slots)
{
	AUTO_AREA struct area area = {.fd = -1};
	struct label_layout layout[2] = {0};
	int err = area_open(dimm, &area);

	if (err)
		return err;
	size_t room = index_room(&area, layout);
	*rewrite = (struct rewrite){dimm, layout[minor - 1], minor, room, malloc(room ?: 1),
		ndctl_dimm_is_enabled(dimm)};
	if (!rewrite->before)
		return -ENOMEM;
	if (!rewrite->layout.slots)
		return kernel_fail(entity_kernel(&dimm->entity), ENOSPC,
			"a label area of %zu bytes is too small", area.size);
	*slots = rewrite->layout.slots;
	return area_read(dimm, &area, 0, rewrite->before, room);
}

int step_init_labels(struct txn *txn, struct ndctl_dimm *dimm, unsigned minor, size_t *slots)
{
	struct rewrite *rewrite = calloc(1, sizeof(*rewrite));
	struct step step = {rewrite_apply, rewrite_undo, rewrite_release, rewrite};

	if (!rewrite)
		return -ENOMEM;
	int err = plan_rewrite(dimm, minor, rewrite, slots);
	if (err) {
		rewrite_release(rewrite);
		return err;
	}
	return txn_undo_in_part(txn,
		txn_add(txn, step, "write label index blocks of version 1.%u to %s", minor,
			entity_name(&dimm->entity)));
}

static int lock_dimm(struct ndctl_dimm *dimm, struct txn *txn)
{
	char path[PATH_MAX];
	int err = entity_path(&dimm->entity, path);

	return err ?: txn_lock(txn, path);
}

static int init_labels(struct ndctl_dimm *dimm, enum ndctl_namespace_version v, size_t *slots)
{
	AUTO_TXN struct txn *txn = NULL;
	struct kernel *kernel = entity_kernel(&dimm->entity);
	int err = ctx_txn(dimm->entity.ctx, &txn);

	if (v != NDCTL_NS_VERSION_1_1 && v != NDCTL_NS_VERSION_1_2)
		return kernel_fail(kernel, EINVAL, "there is no such version of labels");
	if (!err)
		err = lock_dimm(dimm, txn);
	if (err)
		return err;
	if (ndctl_dimm_is_active(dimm)) {
		kernel_fail(kernel, EBUSY, "a region that is enabled uses it");
		kernel_hint(kernel,
			"ndctl disable-region the regions on %s, listed by ndctl list -R "
			"-d %s",
			entity_name(&dimm->entity), entity_name(&dimm->entity));
		return -EBUSY;
	}
	err = step_init_labels(txn, dimm, v == NDCTL_NS_VERSION_1_1 ? 1 : 2, slots);
	return err ?: txn_run(txn);
}

EXPORT int ndctl_dimm_init_labels(struct ndctl_dimm *dimm, enum ndctl_namespace_version v)
{
	size_t slots = 0;
	int err = init_labels(dimm, v, &slots);

	if (err)
		return kernel_fail_while(entity_kernel(&dimm->entity), err,
			"%s: labels cannot be initialized", entity_name(&dimm->entity));
	return (int)slots;
}

static int validate(struct ndctl_dimm *dimm)
{
	AUTO_AREA struct area area = {.fd = -1};
	struct label_layout layout[2] = {0};
	struct label_index index;
	int err = area_open(dimm, &area);

	if (err)
		return err;
	size_t room = index_room(&area, layout);
	AUTO_FREE char *bytes = malloc(room ?: 1);
	if (!bytes)
		return -ENOMEM;
	err = area_read(dimm, &area, 0, bytes, room);
	if (err)
		return err;
	if (!find_index(bytes, room, &area, layout, &index))
		return kernel_fail(entity_kernel(&dimm->entity), EINVAL,
			"there is no valid label index block");
	return (int)index.slots;
}

EXPORT int ndctl_dimm_validate_labels(struct ndctl_dimm *dimm)
{
	int result = validate(dimm);

	return result < 0 ? kernel_fail_while(entity_kernel(&dimm->entity), result,
				    "%s: labels are not valid", entity_name(&dimm->entity))
			  : result;
}

EXPORT size_t ndctl_min_namespace_size(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

EXPORT size_t ndctl_sizeof_namespace_index(void)
{
	return LABEL_INDEX_ALIGN;
}

EXPORT size_t ndctl_sizeof_namespace_label(void)
{
	return 128;
}
