/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "apply.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

/* The time limit of a section, because the kernel may retry without end. */
#define SECONDS 60

static volatile sig_atomic_t late;

static void on_alarm(int signal)
{
	late = 1;
}

void apply_limit_time(void)
{
	struct sigaction action = {.sa_handler = on_alarm};

	late = 0;
	sigaction(SIGALRM, &action, NULL);
	alarm(SECONDS);
}

void apply_end_limit(void)
{
	alarm(0);
}

bool apply_is_late(void)
{
	return late;
}

static unsigned task_flags(const struct task *task)
{
	const struct section *section = task->section;
	unsigned flags = DAXCTL_CHANGE_FORCE | DAXCTL_CHANGE_REZONE;

	if (!section->online)
		flags |= DAXCTL_CHANGE_NO_ONLINE;
	if (!section->movable)
		flags |= DAXCTL_CHANGE_NO_MOVABLE;
	if (section->given & KEY_MEMMAP && task_has_memmap_choice(task))
		flags |= section->memmap ? DAXCTL_CHANGE_MEMMAP_HERE
					 : DAXCTL_CHANGE_MEMMAP_ELSEWHERE;
	return flags;
}

static struct daxctl_layout task_layout(const struct task *task)
{
	const struct section *section = task->section;
	struct daxctl_layout layout = {0};

	if (section->kind != SECTION_CREATE)
		return layout;
	layout.given = DAXCTL_LAYOUT_ALIGN;
	layout.align = section->given & KEY_ALIGN ? section->align : task->region->align;
	if (section->range_count) {
		layout.given |= DAXCTL_LAYOUT_RANGES;
		layout.ranges = section->ranges;
		layout.range_count = section->range_count;
	} else if (section->size) {
		layout.given |= DAXCTL_LAYOUT_SIZE;
		layout.size = section->size;
	}
	return layout;
}

static int apply_create(const struct task *task, unsigned flags, const char **name)
{
	struct daxctl_layout layout = task_layout(task);
	struct daxctl_dev *dev;
	int err = daxctl_region_make_dev(
		task->region->region, &layout, task->section->mode, flags, &dev);

	if (!err && dev)
		*name = daxctl_dev_get_devname(dev);
	return err;
}

static int apply_remake(const struct task *task, unsigned flags)
{
	struct daxctl_layout layout = task_layout(task);

	/* Give a device without a size the rest of the region. */
	if (!task->device->size && layout.given == DAXCTL_LAYOUT_ALIGN && layout.align) {
		uint64_t available = daxctl_region_get_available_size(task->region->region);
		layout.given |= DAXCTL_LAYOUT_SIZE;
		layout.size = available - available % layout.align;
	}
	return daxctl_dev_remake(
		task->device->dev, layout.given ? &layout : NULL, task->section->mode, flags);
}

static int apply_to_device(struct daxctl_ctx *ctx, const struct task *task, unsigned flags,
	struct task_outcome *outcome)
{
	int err;

	if (task->action == ACTION_CREATE)
		err = apply_create(task, flags, &outcome->device);
	else if (task->action == ACTION_REMAKE)
		err = apply_remake(task, flags);
	else
		err = daxctl_dev_set_mode(task->device->dev, task->section->mode, flags);
	if (err) {
		outcome->error = daxctl_get_error(ctx) ?: strerror(-err);
		outcome->hint = daxctl_get_hint(ctx);
	}
	return err;
}

int apply_task(struct daxctl_ctx *ctx, struct nomap *nomap, const struct task *task,
	struct task_outcome *outcome)
{
	int err;

	apply_limit_time();
	if (task->action == ACTION_NOMAP)
		err = nomap_restore(
			nomap, task->ndns, task->section->align, &outcome->error, &outcome->hint);
	else
		err = apply_to_device(ctx, task, task_flags(task), outcome);
	apply_end_limit();
	outcome->late = apply_is_late();
	return err;
}

/* Errors that tell of the machine as it is now, and not of the section. */
static bool may_pass_later(const struct task *task, int err, bool divided)
{
	bool no_room = err == -ENOSPC || (err == -EBUSY && task->action == ACTION_CREATE);

	if (err == -EACCES || err == -EPERM)
		return true;
	/* Only root can load the driver. */
	if (err == -EOPNOTSUPP && geteuid() != 0)
		return true;
	return divided && no_room && task->section->size <= task->region->size;
}

int apply_check(
	struct daxctl_ctx *ctx, const struct task *task, bool divided, struct task_outcome *outcome)
{
	if (task->action == ACTION_NOMAP)
		return 0;
	apply_limit_time();
	int err = apply_to_device(ctx, task, task_flags(task) | DAXCTL_CHANGE_DRY_RUN, outcome);
	apply_end_limit();
	outcome->late = apply_is_late();
	if (!may_pass_later(task, err, divided))
		return err;
	outcome->error = outcome->hint = NULL;
	return 0;
}
