/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "dimms.h"
#include "passphrase.h"
#include "verbs.h"

static struct dimm_options dimm_options;
static bool master;

static const struct option options[] = {
	DIMM_OPTIONS(dimm_options),
	PASSPHRASE_OPTION(master),
};

static int remove_one(struct ndctl_dimm *dimm, struct keyfiles *files)
{
	struct passphrase passphrase;

	return passphrase_init(&passphrase, dimm, master, files) ?: passphrase_remove(&passphrase);
}

static int run(void *context, int count, char **args)
{
	return passphrases_change(
		context, &dimm_options, count, args, "passphrase removed for", remove_one);
}

const struct verb verb_remove_passphrase = {
	.name = "remove-passphrase",
	.summary = "let DIMMs have no passphrase, so that they never lock",
	.argument = "dimm",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.run = run,
};
