/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <stdio.h>

#include "../util/size.h"
#include "passphrase.h"
#include "verbs.h"

static struct dimm_options dimm_options;
static bool crypto_erase, overwrite, zero_key, master, dry_run;

static const struct option options[] = {
	DIMM_OPTIONS(dimm_options),
	{'c', "crypto-erase", OPT_FLAG, &crypto_erase, NULL,
		"replace the key that encrypts the media (default)"},
	{'o', "overwrite", OPT_FLAG, &overwrite, NULL,
		"overwrite the whole DIMM with its labels; goes on in the background"},
	{'z', "zero-key", OPT_FLAG, &zero_key, NULL,
		"erase with the passphrase of zeros, which a DIMM without one has"},
	PASSPHRASE_OPTION(master),
	{0, "dry-run", OPT_FLAG, &dry_run, NULL, "print what would be lost and change nothing"},
};

/* ---- what would be lost ---- */

static void say_lost(const char *format, ...) PRINTF(1, 2);
static void say_lost(const char *format, ...)
{
	AUTO_FREE char *what = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&what, format, args) < 0)
		what = NULL;
	va_end(args);
	say_step(STEP_PLANNED, what ?: "lose data", false);
}

static void say_lost_region(struct ndctl_region *region)
{
	struct ndctl_namespace *ndns;

	if (!ndctl_region_is_enabled(region)) {
		say_lost("lose the data in %s (%s), which is disabled",
			ndctl_region_get_devname(region),
			size_short(ndctl_region_get_size(region)).text);
		return;
	}
	ndctl_namespace_foreach (region, ndns)
		if (ndctl_namespace_get_size(ndns))
			say_lost("lose the data in %s (%s)", ndctl_namespace_get_devname(ndns),
				size_short(ndctl_namespace_get_size(ndns)).text);
}

static void say_lost_passphrase(struct ndctl_dimm *dimm)
{
	AUTO_KEYFILES struct keyfiles files = {.directory = -1};
	struct passphrase passphrase;

	if (overwrite && !crypto_erase)
		return;
	if (keyfiles_open(&files, KEYFILE_DIRECTORY, true) ||
		passphrase_init(&passphrase, dimm, false, &files))
		return;
	if (keyfile_exists(&files, passphrase.file))
		say_lost("delete %s/%s", files.path, passphrase.file);
	if (keyring_find(passphrase.key) > 0)
		say_lost("remove key %s from the keyring", passphrase.key);
}

static int say_lost_dimm(void *object, const void *data)
{
	struct ndctl_dimm *dimm = object;
	struct ndctl_region *region;

	ndctl_region_foreach (ndctl_dimm_get_bus(dimm), region)
		if (passphrase_region_has_dimm(region, dimm))
			say_lost_region(region);
	if (overwrite)
		say_lost("lose the labels of %s", ndctl_dimm_get_devname(dimm));
	say_lost_passphrase(dimm);
	return passphrase_check_dimm(dimm);
}

/* ---- erase ---- */

/* Name the state that a failure has left. */
static int sanitize_failed(struct ndctl_dimm *dimm, int err)
{
	static const char *const states[] = {
		[NDCTL_SECURITY_DISABLED] = "it has no passphrase",
		[NDCTL_SECURITY_UNLOCKED] = "it has a passphrase and is unlocked",
		[NDCTL_SECURITY_LOCKED] = "it has a passphrase and is locked",
		[NDCTL_SECURITY_OVERWRITE] = "it is being overwritten",
	};
	enum ndctl_security_state state = ndctl_dimm_get_security(dimm);

	say_failure(ndctl_dimm_get_ctx(dimm), err);
	if (state >= 0 && (size_t)state < ARRAY_SIZE(states) && states[state])
		say_note("%s: %s", ndctl_dimm_get_devname(dimm), states[state]);
	return err;
}

static int erase(struct ndctl_dimm *dimm, struct keyfiles *files)
{
	struct passphrase user, used;
	int err = passphrase_init(&user, dimm, false, files)
		?: passphrase_init(&used, dimm, master, files);

	if (err)
		return err;
	if (!zero_key && !master && ndctl_dimm_get_security(dimm) == NDCTL_SECURITY_DISABLED) {
		say_error("%s: has no passphrase to erase it with", ndctl_dimm_get_devname(dimm));
		say_hint("--zero-key");
		return -ENOKEY;
	}
	key_serial key = zero_key ? 0 : passphrase_find(&used);
	if (key < 0)
		return (int)key;
	err = master ? ndctl_dimm_master_secure_erase(dimm, key)
		     : ndctl_dimm_secure_erase(dimm, key);
	if (err)
		return sanitize_failed(dimm, err);
	/* The DIMM has no passphrase any more; its master passphrase stays. */
	passphrase_forget(&user);
	return 0;
}

/* ---- overwrite ---- */

/* The key, 0 for a DIMM without a passphrase. */
static key_serial find_overwrite_key(struct ndctl_dimm *dimm, struct keyfiles *files)
{
	struct passphrase user;

	if (ndctl_dimm_get_security(dimm) == NDCTL_SECURITY_DISABLED)
		return 0;
	return passphrase_init(&user, dimm, false, files) ?: passphrase_find(&user);
}

/* The driver of an enabled DIMM has its labels in memory and may write them. */
static int start_overwrite(struct ndctl_dimm *dimm, struct keyfiles *files)
{
	const char *name = ndctl_dimm_get_devname(dimm);
	bool enabled = ndctl_dimm_is_enabled(dimm);
	key_serial key = find_overwrite_key(dimm, files);
	int err = key < 0 ? (int)key : enabled ? ndctl_dimm_disable(dimm) : 0;

	if (err)
		return err;
	err = ndctl_dimm_overwrite(dimm, key);
	if (err)
		sanitize_failed(dimm, err);
	if (enabled && ndctl_dimm_enable(dimm)) {
		say_warning("%s: stays disabled%s", name, err ? "" : " during the overwrite");
		if (err)
			say_hint("ndctl enable-dimm %s", name);
		else
			say_hint("ndctl wait-overwrite %s; ndctl enable-dimm %s", name, name);
	}
	return err;
}

static int sanitize(struct ndctl_dimm *dimm, struct keyfiles *files)
{
	int err = crypto_erase || !overwrite ? erase(dimm, files) : 0;

	return err || !overwrite ? err : start_overwrite(dimm, files);
}

static int run(void *context, int count, char **args)
{
	const char *done = overwrite ? "overwrite issued for" : "sanitized";

	if (overwrite && master) {
		say_error("an overwrite needs the passphrase, not the master passphrase");
		return dimms_outcome((struct outcome){.error = -EOPNOTSUPP}, done);
	}
	if (dry_run)
		return dimms_change(context, &dimm_options, count, args,
			overwrite ? "would have overwritten" : "would have sanitized",
			say_lost_dimm, NULL);
	return passphrases_change(context, &dimm_options, count, args, done, sanitize);
}

const struct verb verb_sanitize_dimm = {
	.name = "sanitize-dimm",
	.summary = "erase or overwrite all data on DIMMs",
	.argument = "dimm",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.run = run,
};
