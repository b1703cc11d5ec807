/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>
#include <uuid/uuid.h>

#include "sysfs.h"

/*
 * A kernel object is a name in an open directory, and a row per attribute. An attribute is read
 * when a getter first asks for it. A row with @cached keeps the value until the object is
 * invalidated or written to.
 */
enum attr_type {
	ATTR_U64,  /* decimal, or hexadecimal with 0x */
	ATTR_HEX,  /* hexadecimal with or without 0x */
	ATTR_INT,  /* decimal with sign */
	ATTR_TEXT, /* the line, possibly empty */
	ATTR_UUID, /* an empty line is the null uuid */
	ATTR_LINK, /* the last part of a symbolic link's target, for example "driver" */
};

struct attr {
	const char *name; /* below the object's directory; may contain slashes */
	enum attr_type type;
	bool cached;
};

struct attr_slot {
	enum { SLOT_EMPTY, SLOT_FAILED, SLOT_FILLED } state;
	int error;
	union {
		uint64_t u64;
		int64_t i64;
		uuid_t uuid;
	};
	char *text;
};

struct object {
	struct directory *directory;
	char *name;
	const struct attr *attrs;
	size_t count;
	struct attr_slot *slots;
};

/* Initializes @object with a copy of @name and a reference to @directory. @attrs is a table of
 * @count rows that must outlive the object. Returns 0 or -ENOMEM. object_deinit() takes a zeroed
 * object too. */
int object_init(struct object *object, struct directory *directory, const char *name,
	const struct attr *attrs, size_t count);
void object_deinit(struct object *object);
struct kernel *object_kernel(const struct object *object);

/*
 * Getters. @attr is the index of the row. They return 0, or a negative errno as in sysfs.h and
 * parse.h: -EINVAL if the value is not of the row's type.
 */
int object_u64(struct object *object, unsigned attr, uint64_t *value);
int object_int(struct object *object, unsigned attr, int64_t *value);
int object_uuid(struct object *object, unsigned attr, uuid_t value);
/* For rows of type ATTR_TEXT and ATTR_LINK. Returns NULL with errno set on failure. The object
 * owns the text, which stays valid until the attribute is read again with another value. */
const char *object_text(struct object *object, unsigned attr);

/* Return the value, or @fallback if it cannot be read. */
uint64_t object_u64_or(struct object *object, unsigned attr, uint64_t fallback);
int object_int_or(struct object *object, unsigned attr, int fallback);

/* Writes @value and invalidates the object, since a write may change other attributes. Returns 0,
 * or a negative errno with the cause recorded (kernel_error). */
int object_write(struct object *object, unsigned attr, const char *value);
void object_invalidate(struct object *object);
