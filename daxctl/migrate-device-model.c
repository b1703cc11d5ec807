/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "verbs.h"

/* modprobe(8) looks there, whatever the sysconfdir of this build. */
#define INSTALLED "/etc/modprobe.d/daxctl.conf"

/* That the link is there already is a failure for users of the verb, and so is each other reason.
 */
static int failed(const char *why, const char *hint)
{
	say_error("%s cannot be made a link to %s: %s", INSTALLED, DAXCTL_MODPROBE_CONF, why);
	if (hint)
		say_hint("%s", hint);
	return 1;
}

static bool is_our_link(void)
{
	char target[PATH_MAX];
	ssize_t length = readlink(INSTALLED, target, sizeof(target) - 1);

	target[length < 0 ? 0 : length] = 0;
	return strcmp(target, DAXCTL_MODPROBE_CONF) == 0;
}

static int run(void *context, int count, char **args)
{
	/* A link to nowhere would be a policy that does not hold. */
	if (access(DAXCTL_MODPROBE_CONF, R_OK))
		return failed(strerror(errno), "it comes with the installation of this program");
	if (symlink(DAXCTL_MODPROBE_CONF, INSTALLED) == 0) {
		say_outcome("installed %s: dax_pmem takes the place of dax_pmem_compat from the "
			    "next boot on",
			INSTALLED);
		return 0;
	}
	if (errno != EEXIST)
		return failed(strerror(errno), NULL);
	return is_our_link()
		? failed("it is one already", "nothing is left to do")
		: failed("there is another file of this name", "move it away if it is not needed");
}

const struct verb verb_migrate_device_model = {
	.name = "migrate-device-model",
	.summary = "let modprobe load the driver for /sys/bus/dax instead of /sys/class/dax",
	.run = run,
};
