/* SPDX-License-Identifier: LGPL-2.1-or-later */
#pragma once

#include <stdint.h>
#include <uuid/uuid.h>

#include "sysfs.h"

/*
 * A kernel object is a name in an open directory and a row per attribute. Nothing is read before it
 * is asked for; a row says whether an answer is kept until the object is refreshed or written to.
 */
enum attr_type {
	ATTR_U64,  /* decimal, or hexadecimal with 0x */
	ATTR_HEX,  /* hexadecimal with or without 0x */
	ATTR_INT,  /* decimal with sign */
	ATTR_TEXT, /* the line as it is, possibly empty */
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

/* @attrs is a table of @count rows which outlives the object. Returns 0 or -ENOMEM. */
int object_init(struct object *object, struct directory *directory, const char *name,
	const struct attr *attrs, size_t count);
void object_deinit(struct object *object);
struct kernel *object_kernel(const struct object *object);

/*
 * Getters: @attr is the row's index. 0 or a negative errno, as sysfs.h and parse.h tell; -EINVAL
 * too when the value is not of the row's type.
 */
int object_u64(struct object *object, unsigned attr, uint64_t *value);
int object_int(struct object *object, unsigned attr, int64_t *value);
int object_uuid(struct object *object, unsigned attr, uuid_t value);
/* Rows of type ATTR_TEXT and ATTR_LINK. NULL with errno set on failure; the text belongs to the
 * object and stays until the attribute is read again and has changed. */
const char *object_text(struct object *object, unsigned attr);

/* The value, or @fallback where it cannot be had. */
uint64_t object_u64_or(struct object *object, unsigned attr, uint64_t fallback);
int object_int_or(struct object *object, unsigned attr, int fallback);

/* Writes @value and forgets all cached attributes: a write may change others. On failure the cause
 * is recorded (kernel_error). */
int object_write(struct object *object, unsigned attr, const char *value);
void object_invalidate(struct object *object);
