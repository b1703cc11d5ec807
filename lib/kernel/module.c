/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "module.h"

#include <dlfcn.h>
#include <libkmod.h>
#include <signal.h>
#include <spawn.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>

#include <base/dlopen-note.h>

/*
 * The functions of libkmod that are used. The library is opened when a module is to be loaded,
 * which is seldom: it loads libcrypto, and starting a program with that takes longer than listing
 * a hundred devices.
 */
struct libkmod {
	typeof(kmod_new) *new;
	typeof(kmod_unref) *unref;
	typeof(kmod_set_log_priority) *set_log_priority;
	typeof(kmod_module_new_from_lookup) *lookup;
	typeof(kmod_module_get_module) *get_module;
	typeof(kmod_module_probe_insert_module) *insert;
	typeof(kmod_module_unref) *module_unref;
	typeof(kmod_list_next) *list_next;
	typeof(kmod_module_unref_list) *list_unref;
};

#define LIBKMOD "libkmod.so.2"
DLOPEN_NOTE(LIBKMOD, "modules", "load a driver that a change needs");

static const struct {
	const char *name;
	size_t offset;
} symbols[] = {
	{"kmod_new", offsetof(struct libkmod, new)},
	{"kmod_unref", offsetof(struct libkmod, unref)},
	{"kmod_set_log_priority", offsetof(struct libkmod, set_log_priority)},
	{"kmod_module_new_from_lookup", offsetof(struct libkmod, lookup)},
	{"kmod_module_get_module", offsetof(struct libkmod, get_module)},
	{"kmod_module_probe_insert_module", offsetof(struct libkmod, insert)},
	{"kmod_module_unref", offsetof(struct libkmod, module_unref)},
	{"kmod_list_next", offsetof(struct libkmod, list_next)},
	{"kmod_module_unref_list", offsetof(struct libkmod, list_unref)},
};

static void cleanup_library(void **library)
{
	if (*library)
		dlclose(*library);
}

/* Open the library and look up its functions; NULL if one is missing. */
static void *open_libkmod(struct libkmod *kmod)
{
	CLEANUP(cleanup_library) void *library = dlopen(LIBKMOD, RTLD_NOW | RTLD_LOCAL);

	if (!library)
		return NULL;
	for (size_t i = 0; i < ARRAY_SIZE(symbols); i++) {
		void *symbol = dlsym(library, symbols[i].name);
		if (!symbol)
			return NULL;
		memcpy((char *)kmod + symbols[i].offset, &symbol, sizeof(symbol));
	}
	return TAKE(library);
}

/* Run an install command of modprobe.d(5). libkmod would start it with the signals blocked that a
 * transaction blocks, so that only SIGKILL would end it. */
static int run_install(struct kmod_module *module, const char *command, void *data)
{
	char *const words[] = {"sh", "-c", (char *)command, NULL};
	posix_spawnattr_t attributes;
	sigset_t none;
	pid_t child;
	int status = -1;

	sigemptyset(&none);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	int err = posix_spawn(&child, "/bin/sh", NULL, &attributes, words, environ);
	posix_spawnattr_destroy(&attributes);
	if (err)
		return -err;
	while (waitpid(child, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	return status ? -ECHILD : 0;
}

/* @flags: KMOD_PROBE_DRY_RUN or 0. */
static int insert_all(const struct libkmod *kmod, struct kmod_list *list, unsigned flags)
{
	flags |= KMOD_PROBE_APPLY_BLACKLIST_ALIAS_ONLY;
	for (struct kmod_list *entry = list; entry; entry = kmod->list_next(list, entry)) {
		struct kmod_module *module = kmod->get_module(entry);
		int err = kmod->insert(module, flags, NULL, run_install, NULL, NULL);
		kmod->module_unref(module);
		if (err < 0)
			return err;
	}
	return 0;
}

static int module_load_in(const struct libkmod *kmod, const char *name, unsigned flags)
{
	struct kmod_list *list = NULL;
	struct kmod_ctx *ctx = kmod->new (NULL, NULL);

	if (!ctx)
		return -ENOMEM;
	kmod->set_log_priority(ctx, LOG_CRIT);
	int err = kmod->lookup(ctx, name, &list);
	if (err >= 0)
		err = list ? insert_all(kmod, list, flags) : -ENOENT;
	if (list)
		kmod->list_unref(list);
	kmod->unref(ctx);
	return err;
}

static int module_probe(struct kernel *kernel, const char *name, unsigned flags)
{
	const char *what = flags ? "find" : "load";
	struct libkmod kmod;

	if (!kernel_is_live(kernel))
		return 0;

	CLEANUP(cleanup_library) void *library = open_libkmod(&kmod);
	if (!library)
		return kernel_fail(kernel, ELIBACC,
			"cannot %s module %s: %s is missing or of another version", what, name,
			LIBKMOD);
	int err = module_load_in(&kmod, name, flags);
	log_debug(kernel, "%s module %s: %s", what, name, err < 0 ? strerror(-err) : "done");
	if (err == -ENOENT)
		return kernel_fail(kernel, ENOENT, "this kernel has no module %s", name);
	if (err < 0)
		return kernel_fail(
			kernel, -err, "cannot %s module %s: %s", what, name, strerror(-err));
	return 0;
}

int module_load(struct kernel *kernel, const char *name)
{
	return module_probe(kernel, name, 0);
}

int module_find(struct kernel *kernel, const char *name)
{
	return module_probe(kernel, name, KMOD_PROBE_DRY_RUN);
}
