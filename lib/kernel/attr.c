/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "attr.h"

#include <string.h>

#include "parse.h"

int object_init(struct object *object, struct directory *directory, const char *name,
	const struct attr *attrs, size_t count)
{
	AUTO_FREE char *copy = strdup(name);
	AUTO_FREE struct attr_slot *slots = calloc(count, sizeof(*slots));
	if (!copy || !slots)
		return -ENOMEM;

	*object = (struct object){
		.directory = directory_ref(directory),
		.name = TAKE(copy),
		.attrs = attrs,
		.count = count,
		.slots = TAKE(slots),
	};
	return 0;
}

void object_deinit(struct object *object)
{
	for (size_t i = 0; object->slots && i < object->count; i++)
		free(object->slots[i].text);
	free(object->slots);
	free(object->name);
	directory_unref(object->directory);
	*object = (struct object){0};
}

struct kernel *object_kernel(const struct object *object)
{
	return directory_kernel(object->directory);
}

/* Keep a text that has not changed, since callers may still point to it. */
static int set_text(struct attr_slot *slot, const char *text)
{
	if (slot->text && strcmp(slot->text, text) == 0)
		return 0;
	char *copy = strdup(text);

	if (!copy)
		return -ENOMEM;
	free(slot->text);
	slot->text = copy;
	return 0;
}

static int parse(enum attr_type type, char *text, struct attr_slot *slot)
{
	switch (type) {
	case ATTR_U64:
		return parse_u64(text, 0, &slot->u64);
	case ATTR_HEX:
		return parse_u64(text, 16, &slot->u64);
	case ATTR_INT:
		return parse_i64(text, &slot->i64);
	case ATTR_UUID:
		uuid_clear(slot->uuid);
		return !*text || uuid_parse(text, slot->uuid) == 0 ? 0 : -EINVAL;
	case ATTR_TEXT:
	case ATTR_LINK:
		return set_text(slot, text);
	}
	return -EINVAL;
}

static int read_value(const struct object *object, const struct attr *attr, struct attr_slot *slot)
{
	if (attr->type == ATTR_LINK) {
		char target[PATH_MAX];
		int err = sysfs_link(object->directory, object->name, attr->name, target);
		return err ?: parse(attr->type, basename(target), slot);
	}

	char text[SYSFS_PAGE + 1];
	int err = sysfs_read(object->directory, object->name, attr->name, text);
	return err ?: parse(attr->type, text, slot);
}

/* Whether a failure comes from the state of the machine, so that a second attempt may succeed. */
static bool is_passing(int err)
{
	return err == -EMFILE || err == -ENFILE || err == -ENOMEM || err == -EINTR ||
		err == -EAGAIN;
}

/* Return the slot of @attr, read if need be, or NULL with errno set. */
static struct attr_slot *fetch(struct object *object, unsigned attr)
{
	struct attr_slot *slot = &object->slots[attr];
	const struct attr *row = &object->attrs[attr];

	if (slot->state == SLOT_EMPTY || !row->cached || is_passing(slot->error)) {
		slot->error = read_value(object, row, slot);
		slot->state = slot->error ? SLOT_FAILED : SLOT_FILLED;
	}
	if (slot->state == SLOT_FILLED)
		return slot;
	errno = -slot->error;
	return NULL;
}

int object_u64(struct object *object, unsigned attr, uint64_t *value)
{
	const struct attr_slot *slot = fetch(object, attr);

	if (!slot)
		return -errno;
	*value = slot->u64;
	return 0;
}

int object_int(struct object *object, unsigned attr, int64_t *value)
{
	const struct attr_slot *slot = fetch(object, attr);

	if (!slot)
		return -errno;
	*value = slot->i64;
	return 0;
}

int object_uuid(struct object *object, unsigned attr, uuid_t value)
{
	const struct attr_slot *slot = fetch(object, attr);

	if (!slot)
		return -errno;
	uuid_copy(value, slot->uuid);
	return 0;
}

const char *object_text(struct object *object, unsigned attr)
{
	const struct attr_slot *slot = fetch(object, attr);

	return slot ? slot->text : NULL;
}

uint64_t object_u64_or(struct object *object, unsigned attr, uint64_t fallback)
{
	uint64_t value = 0;

	return object_u64(object, attr, &value) ? fallback : value;
}

int object_int_or(struct object *object, unsigned attr, int fallback)
{
	int64_t value = 0;

	if (object_int(object, attr, &value) || value < INT_MIN || value > INT_MAX)
		return fallback;
	return (int)value;
}

int object_write(struct object *object, unsigned attr, const char *value)
{
	int err = sysfs_write(object->directory, object->name, object->attrs[attr].name, value);

	object_invalidate(object);
	return err;
}

void object_invalidate(struct object *object)
{
	for (size_t i = 0; i < object->count; i++)
		object->slots[i].state = SLOT_EMPTY;
}
