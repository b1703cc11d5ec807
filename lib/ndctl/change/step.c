/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "raw.h"
#include "remedy.h"
#include "step.h"

#include <stdio.h>
#include <string.h>

#include <ndctl/format/infoblock.h>

static void *copy_bytes(const void *data, size_t size)
{
	void *copied = malloc(size);

	return copied ? memcpy(copied, data, size) : NULL;
}

/* ---- bind, unbind ---- */

struct binding {
	struct entity *entity;
	const char *driver;
	bool own; /* we bound it */
};

static int do_bind(void *data)
{
	struct binding *binding = data;

	return entity_bind_own(binding->entity, binding->driver, &binding->own);
}

static int do_unbind(void *data)
{
	const struct binding *binding = data;

	return entity_unbind_from(binding->entity, binding->driver);
}

static int undo_bind(void *data)
{
	const struct binding *binding = data;

	return binding->own ? do_unbind(data) : 0;
}

int step_bind(struct txn *txn, struct entity *entity, const char *driver)
{
	struct binding binding = {entity, driver, false};
	struct step step = {do_bind, undo_bind, free, copy_bytes(&binding, sizeof(binding))};

	return step.data ? txn_add(txn, step, "bind %s to %s", entity_name(entity), driver)
			 : -ENOMEM;
}

int step_unbind(struct txn *txn, struct entity *entity, const char *driver)
{
	struct binding binding = {entity, driver, false};
	struct step step = {do_unbind, do_bind, free, copy_bytes(&binding, sizeof(binding))};

	return step.data ? txn_add(txn, step, "unbind %s from %s", entity_name(entity), driver)
			 : -ENOMEM;
}

/* ---- write an attribute ---- */

struct setting {
	struct entity *entity;
	unsigned attr;
	char *value, *before;
};

static int write_setting(const struct setting *setting, const char *value)
{
	int err = object_write(&setting->entity->object, setting->attr, *value ? value : "\n");

	ctx_forget(setting->entity->ctx);
	return err;
}

static int setting_write(void *data)
{
	const struct setting *setting = data;

	return write_setting(setting, setting->value);
}

/* Write only what differs: a failed write may have changed nothing, and a needless one could fail
 * as well. */
static int undo_write(void *data)
{
	const struct setting *setting = data;
	struct object *object = &setting->entity->object;

	object_invalidate(object);
	const char *now = object_text(object, setting->attr);
	return now && strcmp(now, setting->before) == 0 ? 0
							: write_setting(setting, setting->before);
}

static void free_setting(void *data)
{
	struct setting *setting = data;

	free(setting->value);
	free(setting->before);
	free(setting);
}

int step_write(struct txn *txn, struct entity *entity, unsigned attr, const char *value,
	const char *before)
{
	struct setting setting = {entity, attr, strdup(value), before ? strdup(before) : NULL};
	struct step step = {setting_write, before ? undo_write : NULL, free_setting,
		copy_bytes(&setting, sizeof(setting))};

	if (!step.data) {
		free(setting.value);
		free(setting.before);
		return -ENOMEM;
	}
	if (!setting.value || (before && !setting.before)) {
		free_setting(step.data);
		return -ENOMEM;
	}
	return txn_undo_guarded(txn,
		txn_add(txn, step, "set %s of %s to '%s'", entity->object.attrs[attr].name,
			entity_name(entity), value));
}

/* ---- wipe the info blocks ---- */

struct wipe {
	struct ndctl_namespace *ndns;
	bool *wiped, wiped_here;
	bool known; /* the area is not @before any more, or may cease to be by a later step */
	bool grows; /* the new claim writes behind the area too */
	uuid_t uuid;
	char before[INFO_AREA], after[INFO_AREA];
};

static int do_wipe(void *data)
{
	struct wipe *wipe = data;
	int err = namespace_read_owner(wipe->ndns, wipe->uuid)
		?: raw_read_info(wipe->ndns, wipe->before);

	if (err)
		return err;
	wipe->known = !infoblock_wipe(wipe->before, wipe->after);
	if (wipe->known)
		return 0;
	err = raw_write_info(wipe->ndns, wipe->after, &wipe->known);
	*wipe->wiped = wipe->known;
	return err;
}

/* Restore the info blocks, also over one that the kernel wrote for a later step that failed
 * halfway. Check the uuid: the name may be another namespace's by now, if labels were repaired. */
static int undo_wipe(void *data)
{
	struct wipe *wipe = data;
	struct kernel *kernel = entity_kernel(&wipe->ndns->entity);
	char now[INFO_AREA];
	uuid_t uuid;

	if (!wipe->known)
		return 0;
	int err = namespace_read_owner(wipe->ndns, uuid);
	if (err)
		return err;
	if (uuid_compare(uuid, wipe->uuid) != 0)
		return kernel_fail(kernel, ENXIO, "%s is now another namespace",
			entity_name(&wipe->ndns->entity));
	err = raw_read_info(wipe->ndns, now);
	if (err && *wipe->wiped)
		remedy_keep(wipe->ndns, wipe->before);
	if (err || memcmp(now, wipe->before, sizeof(now)) == 0)
		return err;
	err = raw_write_info(wipe->ndns, wipe->before, NULL);
	if (err)
		remedy_keep(wipe->ndns, wipe->before);
	if (err || !wipe->grows || memcmp(now, wipe->after, sizeof(now)) == 0)
		return err;
	return kernel_fail(kernel, EIO,
		"the kernel has started to write metadata over the content of %s",
		entity_name(&wipe->ndns->entity));
}

int step_wipe(struct txn *txn, struct ndctl_namespace *ndns, bool grows, bool *wiped)
{
	struct wipe *wipe = calloc(1, sizeof(*wipe));
	struct step step = {do_wipe, undo_wipe, free, wipe};

	if (!wipe)
		return -ENOMEM;
	wipe->ndns = ndns;
	wipe->grows = grows;
	wipe->wiped = wiped ?: &wipe->wiped_here;
	return txn_undo_in_part(txn,
		txn_add(txn, step, "erase the info block of %s, not its data",
			entity_name(&ndns->entity)));
}

/* ---- claim a namespace ---- */

static int write_claim(struct claim *claim, enum claim_attr attr, unsigned long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%lu", value);
	return claim_set(claim, attr, text);
}

static int do_claim(void *data)
{
	const struct claim_plan *plan = data;
	struct claim *claim = plan->claim;
	char uuid[UUID_STR_LEN];

	uuid_unparse_lower(plan->uuid, uuid);
	int err = claim_set(claim, CLAIM_UUID, uuid);
	if (err)
		return err;
	if (claim->entity.kind == KIND_BTT)
		err = write_claim(claim, CLAIM_SECTOR_SIZE, plan->sector_size);
	else
		err = claim_set(claim, CLAIM_MODE, location_name(plan->map))
			?: write_claim(claim, CLAIM_ALIGN, plan->align);
	return err ?: claim_set(claim, CLAIM_NAMESPACE, entity_name(&plan->ndns->entity));
}

/* Take the namespace away from the seed, which resets it. Leave a seed that another process has
 * configured. */
static int undo_claim(void *data)
{
	const struct claim_plan *plan = data;
	struct object *object = &plan->claim->entity.object;
	uuid_t uuid;

	object_invalidate(object);
	int err = object_uuid(object, CLAIM_UUID, uuid);
	if (err)
		return kernel_fail(entity_kernel(&plan->claim->entity), -err,
			"cannot read which program configures it: %s", strerror(-err));
	return uuid_compare(uuid, plan->uuid) == 0 ? claim_set(plan->claim, CLAIM_NAMESPACE, "\n")
						   : 0;
}

static const char *describe_map(const struct claim_plan *plan, char *text, size_t size)
{
	static const char *const places[] = {
		[NDCTL_PFN_LOC_RAM] = "RAM",
		[NDCTL_PFN_LOC_PMEM] = "itself",
	};

	if (plan->map == NDCTL_PFN_LOC_NONE)
		return "without struct pages";
	snprintf(text, size, "with %s of struct pages in %s",
		size_text(struct_pages_size(plan->size)).text, places[plan->map]);
	return text;
}

int step_claim(struct txn *txn, const struct claim_plan *plan)
{
	struct step step = {do_claim, undo_claim, free, copy_bytes(plan, sizeof(*plan))};
	const char *name = entity_name(&plan->claim->entity);
	const char *ndns = entity_name(&plan->ndns->entity);
	char map[96];

	if (!step.data)
		return -ENOMEM;
	if (plan->claim->entity.kind == KIND_BTT)
		return txn_undo_in_part(txn,
			txn_add(txn, step, "let %s claim %s with sectors of %u bytes", name, ndns,
				plan->sector_size));
	return txn_undo_in_part(txn,
		txn_add(txn, step, "let %s claim %s %s, aligned to %s", name, ndns,
			describe_map(plan, map, sizeof(map)), size_text(plan->align).text));
}
