/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "apply.h"

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

static int apply_create(const struct task *task, const char **name)
{
	struct daxctl_layout layout = task_layout(task);
	struct daxctl_dev *dev;
	int err = daxctl_region_make_dev(
		task->region->region, &layout, task->section->mode, task_flags(task), &dev);

	if (!err)
		*name = daxctl_dev_get_devname(dev);
	return err;
}

static int apply_remake(const struct task *task)
{
	struct daxctl_layout layout = task_layout(task);

	/* Give a device without a size the rest of the region. */
	if (!task->device->size && layout.given == DAXCTL_LAYOUT_ALIGN && layout.align) {
		uint64_t available = daxctl_region_get_available_size(task->region->region);
		layout.given |= DAXCTL_LAYOUT_SIZE;
		layout.size = available - available % layout.align;
	}
	return daxctl_dev_remake(task->device->dev, layout.given ? &layout : NULL,
		task->section->mode, task_flags(task));
}

static int apply_mode(const struct task *task)
{
	return daxctl_dev_set_mode(task->device->dev, task->section->mode, task_flags(task));
}

int apply_task(struct daxctl_ctx *ctx, struct nomap *nomap, const struct task *task,
	struct task_outcome *outcome)
{
	int err;

	apply_limit_time();
	switch (task->action) {
	case ACTION_NOMAP:
		err = nomap_restore(
			nomap, task->ndns, task->section->align, &outcome->error, &outcome->hint);
		break;
	case ACTION_CREATE:
		err = apply_create(task, &outcome->device);
		break;
	case ACTION_REMAKE:
		err = apply_remake(task);
		break;
	default:
		err = apply_mode(task);
	}
	apply_end_limit();
	outcome->late = apply_is_late();
	if (err && task->action != ACTION_NOMAP) {
		outcome->error = daxctl_get_error(ctx) ?: strerror(-err);
		outcome->hint = daxctl_get_hint(ctx);
	}
	return err;
}
