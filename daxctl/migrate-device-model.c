/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "verbs.h"

/* modprobe(8) looks there, whatever the sysconfdir of this build. */
#define INSTALLED "/etc/modprobe.d/daxctl.conf"

/* That the link is there already is a failure for users of the verb, and so is each other reason.
 */
static int migrate_failed(const char *why, const char *hint)
{
	say_error("%s cannot be made a link to %s: %s", INSTALLED, DAXCTL_MODPROBE_CONF, why);
	if (hint)
		say_hint("%s", hint);
	return 1;
}

/* However the link is written. */
static bool is_our_link(void)
{
	struct stat link, installed, ours;

	return !lstat(INSTALLED, &link) && S_ISLNK(link.st_mode) && !stat(INSTALLED, &installed) &&
		!stat(DAXCTL_MODPROBE_CONF, &ours) && installed.st_dev == ours.st_dev &&
		installed.st_ino == ours.st_ino;
}

static int run(void *context, int count, char **args)
{
	/* A link to nowhere would be a policy that does not hold. */
	if (access(DAXCTL_MODPROBE_CONF, R_OK))
		return migrate_failed(
			strerror(errno), "it comes with the installation of this program");
	if (symlink(DAXCTL_MODPROBE_CONF, INSTALLED) == 0) {
		say_outcome(
			"installed %s: dax_pmem takes the place of dax_pmem_compat from the next boot on",
			INSTALLED);
		return 0;
	}
	if (errno == ENOENT)
		return migrate_failed("/etc/modprobe.d is missing", "mkdir /etc/modprobe.d");
	if (errno != EEXIST)
		return migrate_failed(strerror(errno), NULL);
	return is_our_link() ? migrate_failed("it is one already", "nothing is left to do")
			     : migrate_failed("there is another file of this name",
				       "move it away if it is not needed");
}

const struct verb verb_migrate_device_model = {
	.name = "migrate-device-model",
	.summary = "let modprobe load the driver for /sys/bus/dax instead of /sys/class/dax",
	.run = run,
};
