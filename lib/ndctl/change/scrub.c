/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "scrub.h"

#include <kernel/watch.h>
#include <ndctl/private.h>
#include <string.h>

/* Address range scrubs: attribute nfit/scrub, which the kernel notifies of when a scrub ends. */

/* A process that reads the attribute as root lets the kernel ask the firmware once a second, where
 * it would wait longer and longer for a scrub of the whole bus. */
#define LOOK_AGAIN 1000

/* Programs tell a platform without scrubs by ENOENT, another kind of bus by EOPNOTSUPP. */
static int fail_without_scrub(struct ndctl_bus *bus)
{
	return kernel_fail(entity_kernel(&bus->entity),
		ndctl_bus_has_nfit(bus) ? ENOENT : EOPNOTSUPP,
		"the bus has no address range scrub");
}

static int scrub_start(struct ndctl_bus *bus)
{
	struct kernel *kernel = entity_kernel(&bus->entity);
	int err = object_write(&bus->entity.object, BUS_SCRUB, "1");

	if (err == -ENOENT)
		return fail_without_scrub(bus);
	if (err != -EBUSY)
		return err;
	kernel_fail(kernel, EBUSY, "a scrub is running or requested already");
	kernel_hint(kernel, "ndctl wait-scrub %s", entity_name(&bus->entity));
	return -EBUSY;
}

EXPORT int ndctl_bus_start_scrub(struct ndctl_bus *bus)
{
	int err = scrub_start(bus);

	return err ? kernel_fail_while(entity_kernel(&bus->entity), err, "%s: cannot start a scrub",
			     entity_name(&bus->entity))
		   : 0;
}

/* The attribute is "3" after three scrubs, and "3+" while the fourth runs. */
static bool scrub_runs(const char *text)
{
	return strchr(text, '+') != NULL;
}

static int scrub_wait(struct ndctl_bus *bus, struct patience patience)
{
	struct kernel *kernel = entity_kernel(&bus->entity);
	int err = attribute_wait(bus->entity.object.directory, entity_name(&bus->entity),
		bus_kind.attrs[BUS_SCRUB].name, scrub_runs, patience);

	if (err == -ENOENT)
		return fail_without_scrub(bus);
	if (err == -ETIMEDOUT)
		return kernel_fail(kernel, ETIMEDOUT, "the scrub still runs after %lld s",
			(long long)patience.limit / 1000);
	return err ? kernel_fail(kernel, -err, "cannot read nfit/scrub: %s", strerror(-err)) : 0;
}

static int scrub_await(struct ndctl_bus *bus, struct patience patience)
{
	int err = scrub_wait(bus, patience);

	return err ? kernel_fail_while(entity_kernel(&bus->entity), err,
			     "%s: cannot wait for the end of the scrub", entity_name(&bus->entity))
		   : 0;
}

EXPORT int ndctl_bus_wait_for_scrub_completion(struct ndctl_bus *bus)
{
	return scrub_await(bus, (struct patience){.limit = -1, .interval = LOOK_AGAIN});
}

EXPORT int ndctl_bus_poll_scrub_completion(
	struct ndctl_bus *bus, unsigned int poll_interval, unsigned int timeout)
{
	return scrub_await(bus,
		(struct patience){
			.limit = timeout ? timeout * INT64_C(1000) : -1,
			.interval = poll_interval ? poll_interval * INT64_C(1000) : LOOK_AGAIN,
		});
}

int bus_await_scrub(struct ndctl_bus *bus)
{
	return scrub_wait(bus, (struct patience){.limit = -1, .interval = LOOK_AGAIN});
}

int bus_scrub(struct ndctl_bus *bus)
{
	int err = scrub_start(bus);

	if (err && err != -EBUSY)
		return err;
	kernel_clear_error(entity_kernel(&bus->entity));
	return bus_await_scrub(bus);
}
