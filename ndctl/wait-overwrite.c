/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "dimms.h"
#include "passphrase.h"
#include "verbs.h"

static struct dimm_options dimm_options;

static const struct option options[] = {
	DIMM_OPTIONS(dimm_options),
};

/* The driver keeps the labels that it read before the overwrite: let it read them again. */
static void probe_again(struct ndctl_dimm *dimm)
{
	if (!ndctl_dimm_is_enabled(dimm))
		return;
	int err = ndctl_dimm_disable(dimm) ?: ndctl_dimm_enable(dimm);
	if (err) {
		say_failure(ndctl_dimm_get_ctx(dimm), err);
		say_hint("ndctl disable-region all; ndctl disable-dimm %s; ndctl enable-dimm %s",
			ndctl_dimm_get_devname(dimm), ndctl_dimm_get_devname(dimm));
	}
}

static int wait_one(void *dimm, const void *data)
{
	int err = passphrase_check_supported(dimm);

	if (err || ndctl_dimm_get_security(dimm) != NDCTL_SECURITY_OVERWRITE)
		return err;
	err = ndctl_dimm_wait_overwrite(dimm);
	if (!err)
		probe_again(dimm);
	return err;
}

static int run(void *context, int count, char **args)
{
	AUTO_TARGETS struct targets targets = {0};
	int status = dimms_find(context, &dimm_options, count, args, &targets);

	if (status)
		return status;
	struct outcome outcome = targets_change(context, &targets, wait_one, NULL);
	return outcome.error && !outcome.done ? EXIT_FAILURE : 0;
}

const struct verb verb_wait_overwrite = {
	.name = "wait-overwrite",
	.summary = "wait until DIMMs are overwritten",
	.argument = "dimm",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.run = run,
};
