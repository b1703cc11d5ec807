/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "rewrite.h"

#include <ndctl/bind.h>
#include <ndctl/format/labelplan.h>
#include <ndctl/private.h>
#include <string.h>

#include "labelio.h"

/* Changes of a label area: a step that writes, whose undo writes back the old content. */

/* The parts of an area that were read: [0, room), which holds the index blocks, and [from, to). */
struct image {
	uint8_t *bytes;
	size_t size, room, from, to;
};

struct rewrite {
	struct ndctl_dimm *dimm;
	bool enabled; /* the DIMM: rebind its driver after writing */
	bool began;   /* to write: the undo has something to do */
	struct image before;
	uint8_t *target;
	struct label_plan plan;
};

static void rewrite_free(void *data)
{
	struct rewrite *rewrite = data;

	free(rewrite->before.bytes);
	free(rewrite->target);
	label_plan_deinit(&rewrite->plan);
	free(rewrite);
}

static void cleanup_image(struct image *image)
{
	free(image->bytes);
}
#define AUTO_IMAGE CLEANUP(cleanup_image)
#define AUTO_PLAN  CLEANUP(label_plan_deinit)

/* Reads the index blocks, and the whole labels around @length bytes at @offset. */
static int image_read(struct ndctl_dimm *dimm, const struct area *area, struct image *image,
	size_t offset, size_t length)
{
	const size_t around = LABEL_INDEX_ALIGN;
	size_t room = label_index_room(area->size);
	size_t from = offset / around * around;
	size_t to = (offset + length + around - 1) / around * around;

	*image = (struct image){calloc(1, area->size + 1), area->size, room,
		from > room ? from : room, to < area->size ? to : area->size};
	if (!image->bytes)
		return -ENOMEM;
	int err = area_read(dimm, area, 0, image->bytes, room);
	if (err || image->from >= image->to)
		return err;
	return area_read(
		dimm, area, image->from, image->bytes + image->from, image->to - image->from);
}

/* Reads the rest of the area. */
static int image_complete(struct ndctl_dimm *dimm, const struct area *area, struct image *image)
{
	size_t from = image->from, to = image->to;

	if (from > to)
		from = to = image->size;
	image->from = image->room;
	image->to = image->size;
	return area_read(dimm, area, image->room, image->bytes + image->room, from - image->room)
		?: area_read(dimm, area, to, image->bytes + to, image->size - to);
}

static bool image_is_complete(const struct image *image)
{
	return image->from == image->room && image->to == image->size;
}

static int rewrite_fail_plan(struct ndctl_dimm *dimm, int err)
{
	struct kernel *kernel = entity_kernel(&dimm->entity);

	if (err != -ENOSPC)
		return err;
	kernel_fail(kernel, ENOSPC,
		"too few label slots are free to change labels without a risk at power failure");
	kernel_hint(kernel, "run 'ndctl zero-labels %s' first: an empty area needs no spare slots",
		entity_name(&dimm->entity));
	return err;
}

/* Plans how to write @bytes. Reads the whole area only if labels have to be moved out of the
 * way. */
static int rewrite_prepare(struct rewrite *rewrite, const struct area *area, size_t offset,
	const void *bytes, size_t length)
{
	struct image *before = &rewrite->before;
	int err = image_read(rewrite->dimm, area, before, offset, length);

	rewrite->target = malloc(area->size + 1);
	if (!rewrite->target)
		return -ENOMEM;
	for (;;) {
		if (err)
			return err;
		memcpy(rewrite->target, before->bytes, area->size);
		memcpy(rewrite->target + offset, bytes, length);
		label_plan_deinit(&rewrite->plan);
		err = label_plan(&rewrite->plan, before->bytes, rewrite->target, area->size);
		if (err || !rewrite->plan.moves || image_is_complete(before))
			return rewrite_fail_plan(rewrite->dimm, err);
		err = image_complete(rewrite->dimm, area, before);
	}
}

static int write_plan(
	struct ndctl_dimm *dimm, const struct area *area, const struct label_plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		const struct label_write *write = &plan->writes[i];
		int err = area_write(dimm, area, write->offset, write->bytes, write->size);
		if (err)
			return err;
	}
	return 0;
}

/* Makes the kernel read the labels, which it does when it binds the driver. */
static int dimm_reread_labels(struct ndctl_dimm *dimm)
{
	int err = entity_unbind_if_bound(&dimm->entity);

	return err ?: entity_bind(&dimm->entity, "nvdimm");
}

/* Reads the parts that @before has. */
static int image_read_again(struct ndctl_dimm *dimm, const struct area *area,
	const struct image *before, struct image *now)
{
	return image_read(dimm, area, now, before->from,
		before->from < before->to ? before->to - before->from : 0);
}

/* Refuses to write if the labels differ from those that the plan was made for. Programs that do not
 * take our lock may make the kernel write labels, which the plan would revert. */
static int rewrite_check_unchanged(const struct rewrite *rewrite, const struct area *area)
{
	const struct image *before = &rewrite->before;
	AUTO_IMAGE struct image now = {0};

	if (area->size != before->size)
		return kernel_fail(entity_kernel(&rewrite->dimm->entity), EBUSY,
			"another program has changed the size of the label area");
	int err = image_read_again(rewrite->dimm, area, before, &now);
	if (err)
		return err;
	if (memcmp(now.bytes, before->bytes, before->room) == 0 &&
		(before->from >= before->to ||
			memcmp(now.bytes + before->from, before->bytes + before->from,
				before->to - before->from) == 0))
		return 0;
	return kernel_fail(entity_kernel(&rewrite->dimm->entity), EBUSY,
		"another program has changed the labels of %s",
		entity_name(&rewrite->dimm->entity));
}

static int rewrite_apply(void *data)
{
	struct rewrite *rewrite = data;
	AUTO_AREA struct area area = AREA_INIT;
	int err = area_open(rewrite->dimm, &area) ?: rewrite_check_unchanged(rewrite, &area);

	if (err)
		return err;
	rewrite->began = true;
	err = write_plan(rewrite->dimm, &area, &rewrite->plan);
	return err || !rewrite->enabled ? err : dimm_reread_labels(rewrite->dimm);
}

/* Reads the rest of the area into @now, and into @before: what was not read before was not written
 * either. */
static int rewrite_complete_before(
	struct ndctl_dimm *dimm, const struct area *area, struct image *now, struct image *before)
{
	size_t from = now->from < now->to ? now->from : now->size;
	size_t to = now->from < now->to ? now->to : now->size;
	int err = image_complete(dimm, area, now);

	if (err)
		return err;
	memcpy(before->bytes + now->room, now->bytes + now->room, from - now->room);
	memcpy(before->bytes + to, now->bytes + to, now->size - to);
	return 0;
}

/* Writes back the old labels, from any content between old and new. */
static int rewrite_put_back(struct rewrite *rewrite, const struct area *area)
{
	struct image *before = &rewrite->before;
	AUTO_IMAGE struct image now = {0};
	AUTO_PLAN struct label_plan plan = {0};
	int err = image_read_again(rewrite->dimm, area, before, &now)
		?: label_plan(&plan, now.bytes, before->bytes, area->size);

	if (err)
		return err;
	if (plan.moves && !image_is_complete(&now)) {
		label_plan_deinit(&plan);
		err = rewrite_complete_before(rewrite->dimm, area, &now, before)
			?: label_plan(&plan, now.bytes, before->bytes, area->size);
		if (err)
			return err;
	}
	return write_plan(rewrite->dimm, area, &plan);
}

static int rewrite_undo(void *data)
{
	struct rewrite *rewrite = data;
	struct ndctl_dimm *dimm = rewrite->dimm;
	AUTO_AREA struct area area = AREA_INIT;

	if (!rewrite->began)
		return 0;
	int err = area_open(dimm, &area) ?: rewrite_put_back(rewrite, &area);
	if (err)
		kernel_hint(entity_kernel(&dimm->entity),
			"before the next boot: disable all regions that 'ndctl list -R -d %s' prints, then write the labels of %s again",
			entity_name(&dimm->entity), entity_name(&dimm->entity));
	return err || !rewrite->enabled ? err : dimm_reread_labels(rewrite->dimm);
}

/* Makes a step for txn_add(). */
static int rewrite_new(struct ndctl_dimm *dimm, const struct area *area, size_t offset,
	const void *bytes, size_t length, struct step *step)
{
	struct rewrite *rewrite = calloc(1, sizeof(*rewrite));

	if (!rewrite)
		return -ENOMEM;
	rewrite->dimm = dimm;
	int err = entity_check_bound(&dimm->entity, &rewrite->enabled)
		?: rewrite_prepare(rewrite, area, offset, bytes, length);
	if (err) {
		rewrite_free(rewrite);
		return err;
	}
	*step = (struct step){rewrite_apply, rewrite_undo, rewrite_free, rewrite};
	return 0;
}

int step_init_labels(struct txn *txn, struct ndctl_dimm *dimm, unsigned minor, size_t *slots)
{
	AUTO_AREA struct area area = AREA_INIT;
	struct label_layout layout;
	struct step step;
	int err = area_open(dimm, &area);

	if (err)
		return err;
	err = label_layout(area.size, minor, &layout);
	if (err)
		return area_fail_small(dimm, area.size);
	*slots = layout.slots;
	AUTO_FREE char *blocks = malloc(2 * layout.index_size);
	if (!blocks)
		return -ENOMEM;
	for (unsigned i = 0; i < 2; i++)
		label_index_write(blocks + i * layout.index_size, &layout, minor, i, 3 - i);
	err = rewrite_new(dimm, &area, 0, blocks, 2 * layout.index_size, &step);
	if (err)
		return err;
	return txn_undo_in_part(txn,
		txn_add(txn, step, "write label index blocks of version 1.%u to %s", minor,
			entity_name(&dimm->entity)));
}

int step_write_labels(
	struct txn *txn, struct ndctl_dimm *dimm, size_t offset, const void *bytes, size_t length)
{
	AUTO_AREA struct area area = AREA_INIT;
	struct step step;
	int err = area_open(dimm, &area);

	if (err)
		return err;
	if (!bytes && !length)
		length = area.size;
	err = area_check(dimm, &area, offset, length);
	if (err)
		return err;
	AUTO_FREE void *zeros = bytes ? NULL : calloc(1, length);
	if (!bytes && !zeros)
		return -ENOMEM;
	err = rewrite_new(dimm, &area, offset, bytes ?: zeros, length, &step);
	if (err)
		return err;
	return txn_undo_in_part(txn,
		txn_add(txn, step, "%s %zu bytes at offset %zu of the label area of %s",
			bytes ? "write" : "zero", length, offset, entity_name(&dimm->entity)));
}

/* Creates a transaction, locks the labels of @dimm, and checks that no region uses them. */
static int rewrite_begin(struct ndctl_dimm *dimm, struct txn **txn)
{
	int err = nd_ctx_txn(dimm->entity.ctx, txn) ?: dimm_lock(dimm, *txn);

	return err ?: dimm_check_idle(dimm);
}

static int init_labels(struct ndctl_dimm *dimm, enum ndctl_namespace_version v, size_t *slots)
{
	AUTO_TXN struct txn *txn = NULL;

	if (v != NDCTL_NS_VERSION_1_1 && v != NDCTL_NS_VERSION_1_2)
		return kernel_fail(entity_kernel(&dimm->entity), EINVAL,
			"invalid label version %d: must be NDCTL_NS_VERSION_1_1 or NDCTL_NS_VERSION_1_2",
			v);
	int err = rewrite_begin(dimm, &txn)
		?: step_init_labels(txn, dimm, v == NDCTL_NS_VERSION_1_1 ? 1 : 2, slots);

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

int dimm_write_labels(struct ndctl_dimm *dimm, size_t offset, const void *bytes, size_t length)
{
	AUTO_TXN struct txn *txn = NULL;
	int err = rewrite_begin(dimm, &txn) ?: step_write_labels(txn, dimm, offset, bytes, length);

	return err ?: txn_run(txn);
}

static int write_label_bytes(
	struct ndctl_dimm *dimm, const void *bytes, size_t length, size_t offset, const char *what)
{
	int err = dimm_write_labels(dimm, offset, bytes, length);

	if (!err)
		return 0;
	return kernel_fail_while(entity_kernel(&dimm->entity), err, "%s: labels cannot be %s",
		entity_name(&dimm->entity), what);
}

EXPORT int ndctl_dimm_write_labels(
	struct ndctl_dimm *dimm, const void *bytes, size_t length, size_t offset)
{
	/* Refuse NULL, for which write_label_bytes() would write zeros. */
	if (!dimm || (length && !bytes))
		return -EINVAL;
	return length ? write_label_bytes(dimm, bytes, length, offset, "written") : 0;
}

EXPORT int ndctl_dimm_zero_label_extent(
	struct ndctl_dimm *dimm, unsigned int len, unsigned int offset)
{
	return write_label_bytes(dimm, NULL, len, offset, "zeroed");
}

EXPORT int ndctl_dimm_zero_labels(struct ndctl_dimm *dimm)
{
	return write_label_bytes(dimm, NULL, 0, 0, "zeroed");
}
