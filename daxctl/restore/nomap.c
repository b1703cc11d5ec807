/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nomap.h"

#include <dlfcn.h>
#include <errno.h>
#include <ndctl/extensions.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <syslog.h>

#include <base/cleanup.h>
#include <base/dlopen-note.h>
#include "../../util/say.h"

#define LIBNDCTL "libndctl.so.6"
DLOPEN_NOTE(LIBNDCTL, "nomap", "restore devices that have no struct pages (map = none)");

#define FUNCTIONS(F)                                                                               \
	F(ndctl_new)                                                                               \
	F(ndctl_unref)                                                                             \
	F(ndctl_get_log_priority)                                                                  \
	F(ndctl_set_log_priority)                                                                  \
	F(ndctl_get_error)                                                                         \
	F(ndctl_get_hint)                                                                          \
	F(ndctl_bus_get_first)                                                                     \
	F(ndctl_bus_get_next)                                                                      \
	F(ndctl_region_get_first)                                                                  \
	F(ndctl_region_get_next)                                                                   \
	F(ndctl_namespace_get_by_name)                                                             \
	F(ndctl_namespace_get_first)                                                               \
	F(ndctl_namespace_get_next)                                                                \
	F(ndctl_namespace_get_devname)                                                             \
	F(ndctl_namespace_get_uuid)                                                                \
	F(ndctl_namespace_get_size)                                                                \
	F(ndctl_namespace_get_mode)                                                                \
	F(ndctl_namespace_get_dax)                                                                 \
	F(ndctl_dax_is_enabled)                                                                    \
	F(ndctl_dax_get_location)                                                                  \
	F(ndctl_namespace_restore_mapless)

struct mapless {
	void *library;
	struct ndctl_ctx *ctx;
#define MEMBER(name) typeof(name) *name;
	FUNCTIONS(MEMBER)
};

static const struct {
	const char *name;
	size_t offset;
} symbols[] = {
#define ROW(name) {#name, offsetof(struct mapless, name)},
	FUNCTIONS(ROW)};

void mapless_free(struct mapless *mapless)
{
	if (!mapless)
		return;
	if (mapless->ctx)
		mapless->ndctl_unref(mapless->ctx);
	if (mapless->library)
		dlclose(mapless->library);
	free(mapless);
}

static int missing(void)
{
	say_error("map = none needs %s: %s", LIBNDCTL, dlerror());
	say_hint("install libndctl of the same release");
	return -ELIBACC;
}

static int load_libndctl(struct mapless *mapless)
{
	mapless->library = dlopen(LIBNDCTL, RTLD_NOW | RTLD_LOCAL);
	if (!mapless->library)
		return missing();
	for (size_t i = 0; i < ARRAY_SIZE(symbols); i++) {
		void *symbol = dlsym(mapless->library, symbols[i].name);
		if (!symbol)
			return missing();
		memcpy((char *)mapless + symbols[i].offset, &symbol, sizeof(symbol));
	}
	int err = mapless->ndctl_new(&mapless->ctx);
	if (err)
		return err;
	/* The verb prints the sentence of a failure. */
	if (mapless->ndctl_get_log_priority(mapless->ctx) == LOG_ERR)
		mapless->ndctl_set_log_priority(mapless->ctx, LOG_CRIT);
	return 0;
}

static int add_namespace(
	struct mapless *mapless, struct present *present, struct ndctl_namespace *ndns)
{
	struct present_namespace *list =
		reallocarray(present->namespaces, present->namespace_count + 1, sizeof(*list));
	struct ndctl_dax *dax = mapless->ndctl_namespace_get_dax(ndns);

	if (!list)
		return -ENOMEM;
	present->namespaces = list;
	list += present->namespace_count++;
	*list = (struct present_namespace){
		.object = ndns,
		.name = mapless->ndctl_namespace_get_devname(ndns),
		.raw = !dax && mapless->ndctl_namespace_get_mode(ndns) == NDCTL_NS_MODE_RAW,
		.mapless = dax && mapless->ndctl_dax_is_enabled(dax) &&
			mapless->ndctl_dax_get_location(dax) == NDCTL_PFN_LOC_NONE,
	};
	mapless->ndctl_namespace_get_uuid(ndns, list->uuid);
	return 0;
}

static int add_all(struct mapless *mapless, struct present *present)
{
	struct ndctl_namespace *ndns;
	struct ndctl_region *region;
	struct ndctl_bus *bus;
	int err = 0;

	for (bus = mapless->ndctl_bus_get_first(mapless->ctx); bus;
		bus = mapless->ndctl_bus_get_next(bus))
		for (region = mapless->ndctl_region_get_first(bus); region;
			region = mapless->ndctl_region_get_next(region))
			for (ndns = mapless->ndctl_namespace_get_first(region); !err && ndns;
				ndns = mapless->ndctl_namespace_get_next(ndns))
				if (mapless->ndctl_namespace_get_size(ndns))
					err = add_namespace(mapless, present, ndns);
	return err;
}

int mapless_new(struct mapless **out, struct present *present)
{
	CLEANUP(cleanup_mapless) struct mapless *mapless = calloc(1, sizeof(*mapless));

	if (!mapless)
		return -ENOMEM;
	int err = load_libndctl(mapless) ?: add_all(mapless, present);
	if (!err)
		*out = TAKE(mapless);
	return err;
}

int mapless_find_uuid(const char *name, uuid_t uuid)
{
	CLEANUP(cleanup_mapless) struct mapless *mapless = calloc(1, sizeof(*mapless));

	if (!mapless)
		return -ENOMEM;
	int err = load_libndctl(mapless);
	if (err)
		return err;
	struct ndctl_namespace *ndns = mapless->ndctl_namespace_get_by_name(mapless->ctx, name);
	if (!ndns)
		return -ENOENT;
	mapless->ndctl_namespace_get_uuid(ndns, uuid);
	return 0;
}

int mapless_restore(struct mapless *mapless, const struct present_namespace *ndns,
	unsigned long align, const char **error, const char **hint)
{
	int err = mapless->ndctl_namespace_restore_mapless(ndns->object, align, 0);

	if (err < 0) {
		*error = mapless->ndctl_get_error(mapless->ctx) ?: strerror(-err);
		*hint = mapless->ndctl_get_hint(mapless->ctx);
	}
	return err < 0 ? err : 0;
}
