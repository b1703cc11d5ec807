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

struct nomap {
	void *library;
	struct ndctl_ctx *ctx;
#define MEMBER(name) typeof(name) *name;
	FUNCTIONS(MEMBER)
};

static const struct {
	const char *name;
	size_t offset;
} symbols[] = {
#define ROW(name) {#name, offsetof(struct nomap, name)},
	FUNCTIONS(ROW)};

void nomap_free(struct nomap *nomap)
{
	if (!nomap)
		return;
	if (nomap->ctx)
		nomap->ndctl_unref(nomap->ctx);
	if (nomap->library)
		dlclose(nomap->library);
	free(nomap);
}

static int missing(void)
{
	say_error("map = none needs %s: %s", LIBNDCTL, dlerror());
	say_hint("install libndctl of the same release");
	return -ELIBACC;
}

static int load_libndctl(struct nomap *nomap)
{
	nomap->library = dlopen(LIBNDCTL, RTLD_NOW | RTLD_LOCAL);
	if (!nomap->library)
		return missing();
	for (size_t i = 0; i < ARRAY_SIZE(symbols); i++) {
		void *symbol = dlsym(nomap->library, symbols[i].name);
		if (!symbol)
			return missing();
		memcpy((char *)nomap + symbols[i].offset, &symbol, sizeof(symbol));
	}
	int err = nomap->ndctl_new(&nomap->ctx);
	if (err)
		return err;
	/* The verb prints the error itself. */
	if (nomap->ndctl_get_log_priority(nomap->ctx) == LOG_ERR)
		nomap->ndctl_set_log_priority(nomap->ctx, LOG_CRIT);
	return 0;
}

static int add_namespace(struct nomap *nomap, struct present *present, struct ndctl_namespace *ndns)
{
	struct present_namespace *list =
		reallocarray(present->namespaces, present->namespace_count + 1, sizeof(*list));
	struct ndctl_dax *dax = nomap->ndctl_namespace_get_dax(ndns);

	if (!list)
		return -ENOMEM;
	present->namespaces = list;
	list += present->namespace_count++;
	*list = (struct present_namespace){
		.object = ndns,
		.name = nomap->ndctl_namespace_get_devname(ndns),
		.raw = !dax && nomap->ndctl_namespace_get_mode(ndns) == NDCTL_NS_MODE_RAW,
		.nomap = dax && nomap->ndctl_dax_is_enabled(dax) &&
			nomap->ndctl_dax_get_location(dax) == NDCTL_PFN_LOC_NONE,
	};
	nomap->ndctl_namespace_get_uuid(ndns, list->uuid);
	return 0;
}

static int add_all(struct nomap *nomap, struct present *present)
{
	struct ndctl_namespace *ndns;
	struct ndctl_region *region;
	struct ndctl_bus *bus;
	int err = 0;

	for (bus = nomap->ndctl_bus_get_first(nomap->ctx); bus;
		bus = nomap->ndctl_bus_get_next(bus))
		for (region = nomap->ndctl_region_get_first(bus); region;
			region = nomap->ndctl_region_get_next(region))
			for (ndns = nomap->ndctl_namespace_get_first(region); !err && ndns;
				ndns = nomap->ndctl_namespace_get_next(ndns))
				if (nomap->ndctl_namespace_get_size(ndns))
					err = add_namespace(nomap, present, ndns);
	return err;
}

int nomap_new(struct nomap **out, struct present *present)
{
	CLEANUP(cleanup_nomap) struct nomap *nomap = calloc(1, sizeof(*nomap));

	if (!nomap)
		return -ENOMEM;
	int err = load_libndctl(nomap) ?: add_all(nomap, present);
	if (!err)
		*out = TAKE(nomap);
	return err;
}

int nomap_find_uuid(const char *name, uuid_t uuid)
{
	CLEANUP(cleanup_nomap) struct nomap *nomap = calloc(1, sizeof(*nomap));

	if (!nomap)
		return -ENOMEM;
	int err = load_libndctl(nomap);
	if (err)
		return err;
	struct ndctl_namespace *ndns = nomap->ndctl_namespace_get_by_name(nomap->ctx, name);
	if (!ndns)
		return -ENOENT;
	nomap->ndctl_namespace_get_uuid(ndns, uuid);
	return 0;
}

int nomap_restore(struct nomap *nomap, const struct present_namespace *ndns, unsigned long align,
	const char **error, const char **hint)
{
	int err = nomap->ndctl_namespace_restore_mapless(ndns->object, align, 0);

	if (err < 0) {
		*error = nomap->ndctl_get_error(nomap->ctx) ?: strerror(-err);
		*hint = nomap->ndctl_get_hint(nomap->ctx);
	}
	return err < 0 ? err : 0;
}
