/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "verbs.h"

/* The directory of modprobe(8), independent of the sysconfdir of this build. */
#define INSTALLED "/etc/modprobe.d/daxctl.conf"

/* Fail with status 1, as scripts expect, also if the link exists already. */
static int migrate_failed(const char *why, const char *hint)
{
	say_error("%s: cannot become a link to %s: %s", INSTALLED, DAXCTL_MODPROBE_CONF, why);
	if (hint)
		say_hint("%s", hint);
	return 1;
}

/* Compare the targets: a link may be written in many ways. */
static bool is_our_link(void)
{
	struct stat link, installed, ours;

	return !lstat(INSTALLED, &link) && S_ISLNK(link.st_mode) && !stat(INSTALLED, &installed) &&
		!stat(DAXCTL_MODPROBE_CONF, &ours) && installed.st_dev == ours.st_dev &&
		installed.st_ino == ours.st_ino;
}

static int run(void *context, int count, char **args)
{
	/* Refuse to create a dangling link. */
	if (access(DAXCTL_MODPROBE_CONF, R_OK))
		return migrate_failed(strerror(errno), "install this program completely");
	if (symlink(DAXCTL_MODPROBE_CONF, INSTALLED) == 0) {
		say_outcome("installed %s: dax_pmem replaces dax_pmem_compat from the next boot on",
			INSTALLED);
		return 0;
	}
	if (errno == ENOENT)
		return migrate_failed("/etc/modprobe.d is missing", "mkdir /etc/modprobe.d");
	if (errno != EEXIST)
		return migrate_failed(strerror(errno), NULL);
	if (is_our_link())
		return migrate_failed("the link exists already", NULL);
	return migrate_failed("another file has this name", "move it away if it is not needed");
}

const struct verb verb_migrate_device_model = {
	.name = "migrate-device-model",
	.summary = "make modprobe load the driver for /sys/bus/dax instead of /sys/class/dax",
	.run = run,
};
