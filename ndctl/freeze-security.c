/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>

#include "dimms.h"
#include "passphrase.h"
#include "verbs.h"

static struct dimm_options dimm_options;

static const struct option options[] = {
	DIMM_OPTIONS(dimm_options),
};

static int freeze(void *dimm, const void *data)
{
	return passphrase_check_supported(dimm) ?: ndctl_dimm_freeze_security(dimm);
}

static int run(void *context, int count, char **args)
{
	return dimms_change(context, &dimm_options, count, args, "security froze", freeze, NULL);
}

const struct verb verb_freeze_security = {
	.name = "freeze-security",
	.summary = "let DIMMs refuse all changes of their security until the next boot",
	.argument = "dimm",
	.args_min = 1,
	.args_max = ARGS_MANY,
	.options = options,
	.option_count = ARRAY_SIZE(options),
	.run = run,
};
