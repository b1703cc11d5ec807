/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "changes.h"

#include <daxctl/device.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

/* Binding and unbinding that another program, or a refusal of the kernel, gets in the way of. */

#define HMEM	"platform/hmem.0"
#define DAX	"sys/devices/" HMEM "/dax0.0"
#define DRIVERS "sys/bus/dax/drivers"
#define GIB	(1024 * MIB)

/* Another program has the device by the time that we write to bind. */
static void bind_elsewhere(
	struct daxctl_ctx *ctx, enum daxctl_step_event event, const char *what, void *data)
{
	if (event != DAXCTL_STEP_TAKEN || !strstr(what, "bind dax0.0 to"))
		return;
	take_away(data, DAX "/driver");
	make_link(data, DAX "/driver", "../../../../bus/dax/drivers/device_dax");
}

static void another_was_faster(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, BLOCK, 1, "device_dax");
	/* What refuses to be written. */
	take_away(fixture, DRIVERS "/kmem/bind");
	make_dir(fixture, DRIVERS "/kmem/bind");
	take_away(fixture, DRIVERS "/device_dax/bind");
	make_dir(fixture, DRIVERS "/device_dax/bind");
	make_file(fixture, "sys/module/device_dax/refcnt", "0\n");
	struct daxctl_dev *dev = open_dev(fixture, &ctx);
	daxctl_set_step_fn(ctx, bind_elsewhere, fixture);
	assert_int_equal(daxctl_dev_set_mode(dev, DAXCTL_DEV_MODE_RAM, 0), -EBUSY);
	/* And the undo is no failure: the device is where it was. */
	assert_string_equal(daxctl_get_error(ctx),
		"dax0.0: cannot become system-ram: another program bound the device to driver device_dax");
}

/* As the kernel does when the device leaves its driver. */
static void lose_driver(
	struct daxctl_ctx *ctx, enum daxctl_step_event event, const char *what, void *data)
{
	if (event == DAXCTL_STEP_TAKEN && strncmp(what, "unbind", 6) == 0)
		take_away(data, DAX "/driver");
}

/* kmem does not take the device: it is given back to device_dax. */
static void bind_is_undone(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, "device_dax");
	struct daxctl_dev *dev = open_dev(fixture, &ctx);
	assert_int_equal(daxctl_dev_set_mode(dev, DAXCTL_DEV_MODE_RAM, 0), -ENXIO);
	assert_string_equal(daxctl_get_error(ctx),
		"dax0.0: cannot become system-ram: driver kmem did not accept the device");
	assert_string_equal(told,
		"taken: unbind dax0.0 from driver device_dax\n"
		"taken: bind dax0.0 to driver kmem\n"
		"undone: unbind dax0.0 from driver device_dax\n");
	assert_file(fixture, DRIVERS "/device_dax/remove_id", "dax0.0");
	assert_file(fixture, DRIVERS "/device_dax/unbind", "dax0.0");
	assert_file(fixture, DRIVERS "/kmem/bind", "dax0.0");
	assert_file(fixture, DRIVERS "/kmem/new_id", "");
	assert_file(fixture, DRIVERS "/kmem/unbind", "");
	assert_file(fixture, DRIVERS "/device_dax/bind", "dax0.0");

	/* The kernel's own refusal is passed on, and an undo that fails too is named. */
	take_away(fixture, DRIVERS "/kmem/bind");
	make_link(fixture, DRIVERS "/kmem/bind", "/dev/full");
	take_away(fixture, DRIVERS "/device_dax/bind");
	daxctl_set_step_fn(ctx, lose_driver, fixture);
	assert_int_equal(daxctl_dev_set_mode(dev, DAXCTL_DEV_MODE_RAM, 0), -ENOSPC);
	assert_string_equal(daxctl_get_error(ctx),
		"dax0.0: cannot become system-ram: the kernel refused 'dax0.0' in "
		"/sys/bus/dax/drivers/kmem/bind: No space left on device; could not be undone: "
		"unbind dax0.0 from driver device_dax (the kernel refused 'dax0.0' in "
		"/sys/bus/dax/drivers/device_dax/bind: No such file or directory)");
}

/* As another program does just before us: our own request is refused then. */
static void bind_before_us(
	struct daxctl_ctx *ctx, enum daxctl_step_event event, const char *what, void *data)
{
	if (event == DAXCTL_STEP_TAKEN && strncmp(what, "bind", 4) == 0)
		make_link(data, DAX "/driver", "../../../../bus/dax/drivers/kmem");
}

static void what_another_bound_stays(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, BLOCK, 1, NULL);
	take_away(fixture, DRIVERS "/kmem/bind");
	struct daxctl_dev *dev = open_dev(fixture, &ctx);
	daxctl_set_step_fn(ctx, bind_before_us, fixture);
	/* There is no block that could be put online. */
	assert_int_equal(daxctl_dev_set_mode(dev, DAXCTL_DEV_MODE_RAM, 0), -ENOENT);
	assert_file(fixture, DRIVERS "/kmem/unbind", "");
}

static struct fixture *binding;
static bool driver_shows_again;

/* The link of the driver cannot be read once the kernel has bound the device. */
static void PRINTF(6, 0) hide_driver(struct daxctl_ctx *ctx, int priority, const char *file,
	int line, const char *fn, const char *format, va_list args)
{
	char text[512];

	vsnprintf(text, sizeof(text), format, args);
	if (strstr(text, "drivers/device_dax/bind")) {
		make_file(binding, DAX "/driver", "no link\n");
	} else if (strstr(text, "dax0.0/driver: Invalid argument") && driver_shows_again) {
		take_away(binding, DAX "/driver");
		make_link(binding, DAX "/driver", "../../../../bus/dax/drivers/device_dax");
	}
}

/* Unreadable is not 'not bound': the undo looks again, and says what it could not find out. */
static void unreadable_after_bind(void **state)
{
	binding = *state;
	make_machine(binding);
	make_dev(binding, HMEM, "dax0.0", GIB, BLOCK, 1, NULL);
	make_file(binding, "sys/module/device_dax/refcnt", "0\n");
	for (unsigned again = 0; again < 2; again++) {
		AUTO_CTX struct daxctl_ctx *ctx = NULL;
		struct daxctl_dev *dev = open_dev(binding, &ctx);
		const char *stuck = again
			? ""
			: "; could not be undone: bind dax0.0 to driver device_dax (cannot read whether the kernel bound dax0.0 to driver device_dax: Invalid argument)";
		char sentence[512];

		snprintf(sentence, sizeof(sentence),
			"dax0.0: cannot become devdax: cannot read whether the kernel bound dax0.0 to driver device_dax: Invalid argument%s",
			stuck);
		driver_shows_again = again;
		daxctl_set_log_fn(ctx, hide_driver);
		daxctl_set_log_priority(ctx, LOG_DEBUG);
		assert_int_equal(daxctl_dev_set_mode(dev, DAXCTL_DEV_MODE_DEVDAX, 0), -EINVAL);
		assert_string_equal(daxctl_get_error(ctx), sentence);
		assert_file(binding, DRIVERS "/device_dax/unbind", again ? "dax0.0" : "");
		take_away(binding, DAX "/driver");
	}
}

/* The device has left its driver, cannot be taken off the driver's list, and not be bound again. */
static void half_a_step_is_told(void **state)
{
	struct fixture *fixture = *state;
	AUTO_CTX struct daxctl_ctx *ctx = NULL;

	make_machine(fixture);
	make_dev(fixture, HMEM, "dax0.0", GIB, GIB, 1, "device_dax");
	take_away(fixture, DRIVERS "/device_dax/remove_id");
	take_away(fixture, DRIVERS "/device_dax/bind");
	struct daxctl_dev *dev = open_dev(fixture, &ctx);
	daxctl_set_step_fn(ctx, lose_driver, fixture);
	assert_int_equal(daxctl_dev_disable(dev), -ENOENT);
	assert_string_equal(daxctl_get_error(ctx),
		"dax0.0: cannot be disabled: the kernel refused 'dax0.0' in "
		"/sys/bus/dax/drivers/device_dax/remove_id: No such file or directory; could not "
		"be "
		"undone (the kernel refused 'dax0.0' in /sys/bus/dax/drivers/device_dax/bind: No "
		"such "
		"file or directory)");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(another_was_faster),
		fixture_test(bind_is_undone),
		fixture_test(what_another_bound_stays),
		fixture_test(unreadable_after_bind),
		fixture_test(half_a_step_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
