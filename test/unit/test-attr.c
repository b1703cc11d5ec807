/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "fixture.h"

#include <string.h>
#include <sys/resource.h>

#include <kernel/attr.h>

#define DEVICE "sys/bus/dax/devices/dax0.0"
#define UUID   "c1d2e3f4-0011-2233-4455-66778899aabb"

enum { SIZE, RESOURCE, NODE, STATE, ID, DRIVER, KEPT_DRIVER, ALIGN };
static const struct attr attrs[] = {
	[SIZE] = {"size", ATTR_U64, true},
	[RESOURCE] = {"resource", ATTR_HEX},
	[NODE] = {"target_node", ATTR_INT},
	[STATE] = {"state", ATTR_TEXT},
	[ID] = {"uuid", ATTR_UUID},
	[DRIVER] = {"driver", ATTR_LINK},
	[KEPT_DRIVER] = {"driver", ATTR_LINK, true},
	[ALIGN] = {"dax_region/align", ATTR_U64},
};

struct device {
	struct fixture *fixture;
	struct kernel *kernel;
	struct object object;
};

static int setup(void **state)
{
	AUTO_DIRECTORY struct directory *directory = NULL;
	struct device *device = calloc(1, sizeof(*device));

	assert_non_null(device);
	fixture_setup((void **)&device->fixture);
	make_dir(device->fixture, DEVICE);
	assert_int_equal(kernel_new(&device->kernel, device->fixture->root), 0);
	assert_int_equal(directory_open(device->kernel, "sys/bus/dax/devices", &directory), 0);
	/* The object holds the directory open. */
	assert_int_equal(
		object_init(&device->object, directory, "dax0.0", attrs, ARRAY_SIZE(attrs)), 0);
	*state = device;
	return 0;
}

static int teardown(void **state)
{
	struct device *device = *state;

	object_deinit(&device->object);
	/* Once more does no harm. */
	object_deinit(&device->object);
	kernel_unref(device->kernel);
	fixture_teardown((void **)&device->fixture);
	free(device);
	return 0;
}

static void numbers(void **state)
{
	struct device *device = *state;
	struct object *object = &device->object;
	uint64_t number = 17;
	int64_t sign = 17;

	assert_ptr_equal(object_kernel(object), device->kernel);
	assert_int_equal(object_u64(object, ALIGN, &number), -ENOENT);
	make_file(device->fixture, DEVICE "/dax_region/align", "%s", "");
	assert_int_equal(object_u64(object, ALIGN, &number), -ENODATA);
	make_file(device->fixture, DEVICE "/dax_region/align", "4096");
	assert_int_equal(object_u64(object, ALIGN, &number), -EPROTO);
	make_file(device->fixture, DEVICE "/dax_region/align", "4096 B\n");
	assert_int_equal(object_u64(object, ALIGN, &number), -EINVAL);
	make_file(device->fixture, DEVICE "/dax_region/align", "-1\n");
	assert_int_equal(object_u64(object, ALIGN, &number), -EINVAL);
	make_file(device->fixture, DEVICE "/dax_region/align", "\n");
	assert_int_equal(object_u64(object, ALIGN, &number), -EINVAL);
	make_file(device->fixture, DEVICE "/dax_region/align", "18446744073709551616\n");
	assert_int_equal(object_u64(object, ALIGN, &number), -ERANGE);
	assert_int_equal(number, 17);
	assert_int_equal(object_u64_or(object, ALIGN, 42), 42);
	make_file(device->fixture, DEVICE "/dax_region/align", "4096\n");
	assert_int_equal(object_u64(object, ALIGN, &number), 0);
	assert_int_equal(number, 4096);
	assert_int_equal(object_u64_or(object, ALIGN, 42), 4096);

	make_file(device->fixture, DEVICE "/resource", "0x100000000\n");
	assert_int_equal(object_u64(object, RESOURCE, &number), 0);
	assert_true(number == UINT64_C(0x100000000));
	make_file(device->fixture, DEVICE "/resource", "8000000\n");
	assert_int_equal(object_u64(object, RESOURCE, &number), 0);
	assert_int_equal(number, 0x8000000);

	make_file(device->fixture, DEVICE "/target_node", "-1\n");
	assert_int_equal(object_int(object, NODE, &sign), 0);
	assert_int_equal(sign, -1);
	assert_int_equal(object_int_or(object, NODE, 5), -1);
	/* More than an int holds is no int. */
	make_file(device->fixture, DEVICE "/target_node", "2147483648\n");
	assert_int_equal(object_int(object, NODE, &sign), 0);
	assert_int_equal(object_int_or(object, NODE, 5), 5);
	make_file(device->fixture, DEVICE "/target_node", "-2147483649\n");
	assert_int_equal(object_int_or(object, NODE, 5), 5);
	make_file(device->fixture, DEVICE "/target_node", "one\n");
	assert_int_equal(object_int(object, NODE, &sign), -EINVAL);
	assert_int_equal(object_int_or(object, NODE, 5), 5);
}

static void texts(void **state)
{
	struct device *device = *state;
	struct object *object = &device->object;

	errno = 0;
	assert_null(object_text(object, STATE));
	assert_int_equal(errno, ENOENT);
	make_bytes(device->fixture, DEVICE "/state", "on\0line\n", 8);
	assert_null(object_text(object, STATE));
	assert_int_equal(errno, EINVAL);
	make_file(device->fixture, DEVICE "/state", "\n");
	assert_string_equal(object_text(object, STATE), "");
	make_file(device->fixture, DEVICE "/state", "going offline\n");
	assert_string_equal(object_text(object, STATE), "going offline");
	/* Of a file that has come to nothing no old answer is given. */
	take_away(device->fixture, DEVICE "/state");
	assert_null(object_text(object, STATE));
}

static void uuids(void **state)
{
	struct device *device = *state;
	struct object *object = &device->object;
	char text[37];
	uuid_t uuid;

	memset(uuid, 7, sizeof(uuid));
	assert_int_equal(object_uuid(object, ID, uuid), -ENOENT);
	make_file(device->fixture, DEVICE "/uuid", UUID "0\n");
	assert_int_equal(object_uuid(object, ID, uuid), -EINVAL);
	make_file(device->fixture, DEVICE "/uuid", "%.35s\n", UUID);
	assert_int_equal(object_uuid(object, ID, uuid), -EINVAL);
	make_file(device->fixture, DEVICE "/uuid", "g%s\n", &UUID[1]);
	assert_int_equal(object_uuid(object, ID, uuid), -EINVAL);
	assert_int_equal(uuid[0], 7);

	make_file(device->fixture, DEVICE "/uuid", UUID "\n");
	assert_int_equal(object_uuid(object, ID, uuid), 0);
	uuid_unparse_lower(uuid, text);
	assert_string_equal(text, UUID);
	/* A namespace that has not got one yet. */
	make_file(device->fixture, DEVICE "/uuid", "\n");
	assert_int_equal(object_uuid(object, ID, uuid), 0);
	assert_true(uuid_is_null(uuid));
}

static void links(void **state)
{
	struct device *device = *state;
	struct object *object = &device->object;

	assert_null(object_text(object, DRIVER));
	assert_int_equal(errno, ENOENT);
	make_link(device->fixture, DEVICE "/driver", "../../drivers/kmem");
	assert_string_equal(object_text(object, DRIVER), "kmem");
	take_away(device->fixture, DEVICE "/driver");
	make_link(device->fixture, DEVICE "/driver", "device_dax");
	assert_string_equal(object_text(object, DRIVER), "device_dax");
	take_away(device->fixture, DEVICE "/driver");
	make_file(device->fixture, DEVICE "/driver", "kmem\n");
	assert_null(object_text(object, DRIVER));
	assert_int_equal(errno, EINVAL);
}

static void kept_or_not(void **state)
{
	struct device *device = *state;
	struct object *object = &device->object;

	make_file(device->fixture, DEVICE "/size", "1\n");
	make_file(device->fixture, DEVICE "/dax_region/align", "1\n");
	assert_int_equal(object_u64_or(object, SIZE, 0), 1);
	assert_int_equal(object_u64_or(object, ALIGN, 0), 1);
	make_file(device->fixture, DEVICE "/size", "2\n");
	make_file(device->fixture, DEVICE "/dax_region/align", "2\n");
	assert_int_equal(object_u64_or(object, SIZE, 0), 1);
	assert_int_equal(object_u64_or(object, ALIGN, 0), 2);
	object_invalidate(object);
	assert_int_equal(object_u64_or(object, SIZE, 0), 2);

	/* A failure is kept like an answer. */
	assert_null(object_text(object, KEPT_DRIVER));
	make_link(device->fixture, DEVICE "/driver", "../kmem");
	errno = 0;
	assert_null(object_text(object, KEPT_DRIVER));
	assert_int_equal(errno, ENOENT);
	object_invalidate(object);
	const char *driver = object_text(object, KEPT_DRIVER);
	assert_string_equal(driver, "kmem");
	take_away(device->fixture, DEVICE "/driver");
	assert_ptr_equal(object_text(object, KEPT_DRIVER), driver);
}

/* Programs hold a text across a change of something else. */
static void text_stays(void **state)
{
	struct device *device = *state;
	struct object *object = &device->object;

	make_link(device->fixture, DEVICE "/driver", "../kmem");
	const char *driver = object_text(object, KEPT_DRIVER);
	object_invalidate(object);
	assert_ptr_equal(object_text(object, KEPT_DRIVER), driver);
	assert_string_equal(driver, "kmem");
}

/* Descriptors that run out for a moment leave no attribute unreadable. */
static void failure_passes(void **state)
{
	struct device *device = *state;
	struct object *object = &device->object;
	struct rlimit before, none;
	uint64_t size;

	make_file(device->fixture, DEVICE "/size", "1\n");
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	none = (struct rlimit){0, before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	int err = object_u64(object, SIZE, &size);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(err, -EMFILE);
	assert_int_equal(object_u64(object, SIZE, &size), 0);
	assert_int_equal(size, 1);
}

static void writing(void **state)
{
	struct device *device = *state;
	struct object *object = &device->object;

	make_file(device->fixture, DEVICE "/size", "1\n");
	make_file(device->fixture, DEVICE "/state", "offline\n");
	assert_int_equal(object_u64_or(object, SIZE, 0), 1);
	make_file(device->fixture, DEVICE "/size", "2\n");

	/* Writing one attribute drops what is kept of all. */
	assert_int_equal(object_write(object, STATE, "online\n"), 0);
	assert_int_equal(object_u64_or(object, SIZE, 0), 2);
	assert_null(kernel_error(device->kernel));

	/* So does a write that failed: who knows what it did. */
	take_away(device->fixture, DEVICE "/state");
	make_file(device->fixture, DEVICE "/size", "3\n");
	assert_int_equal(object_write(object, STATE, "online"), -ENOENT);
	assert_int_equal(object_u64_or(object, SIZE, 0), 3);
	assert_string_equal(kernel_error(device->kernel),
		"the kernel refused 'online' in /" DEVICE "/state: No such file or directory");
}

#define device_test(fn) cmocka_unit_test_setup_teardown(fn, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		device_test(numbers),
		device_test(texts),
		device_test(uuids),
		device_test(links),
		device_test(kept_or_not),
		device_test(text_stays),
		device_test(failure_passes),
		device_test(writing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
