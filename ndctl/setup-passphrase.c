/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>

#include "dimms.h"
#include "passphrase.h"
#include "verbs.h"

static struct dimm_options dimm_options;
static const char *kek, *label_version;
static bool master, force;

static const struct option options[] = {
	DIMM_OPTIONS(dimm_options),
	{'k', "key-handle", OPT_TEXT, &kek, "type:name",
		"key that encrypts the passphrase: trusted:NAME or user:NAME"},
	PASSPHRASE_OPTION(master),
	{'f', "force", OPT_FLAG, &force, NULL, "for compatibility; does nothing"},
	{'V', "label-version", OPT_TEXT, &label_version, "version",
		"for compatibility; does nothing (1.1 or 1.2)"},
};

static int set_up(struct ndctl_dimm *dimm, struct keyfiles *files)
{
	struct passphrase passphrase;

	if (!kek) {
		say_error("%s: a passphrase needs a key that encrypts it",
			ndctl_dimm_get_devname(dimm));
		say_hint("--key-handle trusted:nvdimm-master");
		return -EINVAL;
	}
	return passphrase_init(&passphrase, dimm, master, files) ?: keyring_find_kek(kek)
		?: passphrase_setup(&passphrase, kek);
}

static int update(struct ndctl_dimm *dimm, struct keyfiles *files)
{
	struct passphrase passphrase;

	return passphrase_init(&passphrase, dimm, master, files)
		?: (kek ? keyring_find_kek(kek) : 0) ?: passphrase_update(&passphrase, kek);
}

static int change(void *context, int count, char **args, const char *done, passphrase_fn *fn)
{
	if (label_version && strcmp(label_version, "1.1") != 0 &&
		strcmp(label_version, "1.2") != 0) {
		say_error("invalid --label-version '%s': must be 1.1 or 1.2", label_version);
		return dimms_outcome((struct outcome){.error = -EINVAL}, done);
	}
	return passphrases_change(context, &dimm_options, count, args, done, fn);
}

static int run_setup(void *context, int count, char **args)
{
	return change(context, count, args, "passphrase enabled for", set_up);
}

static int run_update(void *context, int count, char **args)
{
	return change(context, count, args, "passphrase updated for", update);
}

const struct verb verb_setup_passphrase = {
	.name = "setup-passphrase",
	.summary = "give DIMMs a passphrase that locks them when the power goes",
	.argument = "dimm",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.run = run_setup,
};

const struct verb verb_update_passphrase = {
	.name = "update-passphrase",
	.summary = "give DIMMs a new passphrase in place of the one they have",
	.argument = "dimm",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.run = run_update,
};
