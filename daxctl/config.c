/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <iniparser/iniparser.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uuid/uuid.h>

#include "../util/cleanup.h"
#include "../util/say.h"

#define SECTION "reconfigure-device "

struct section {
	struct section *next;
	char *file; /* for people */
	char *name; /* in lower case, as the keys are */
	uuid_t uuid;
	struct config_rule rule;
	bool wrong; /* said already */
};

struct config {
	struct section *sections;
	bool wrong; /* a mistake, of which nobody can say which device it is for */
};

static void section_free(struct section *section)
{
	free(section->file);
	free(section->name);
	free(section);
}

void config_free(struct config *config)
{
	while (config && config->sections) {
		struct section *section = config->sections;
		config->sections = section->next;
		section_free(section);
	}
	free(config);
}

static void cleanup_config(struct config **config)
{
	config_free(*config);
}

static void cleanup_fd(const int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static void cleanup_dictionary(dictionary **dictionary)
{
	if (*dictionary)
		iniparser_freedict(*dictionary);
}

/* ---- keys ---- */

static bool read_uuid(const char *text, struct section *section)
{
	return uuid_parse(text, section->uuid) == 0;
}

static bool read_mode(const char *text, struct section *section)
{
	if (strcmp(text, "system-ram") == 0)
		section->rule.mode = DAXCTL_DEV_MODE_RAM;
	else if (strcmp(text, "devdax") == 0)
		section->rule.mode = DAXCTL_DEV_MODE_DEVDAX;
	else if (strcmp(text, "famfs") == 0)
		section->rule.mode = DAXCTL_DEV_MODE_FAMFS;
	else
		return false;
	return true;
}

static bool read_bool(const char *text, bool *value)
{
	*value = strcasecmp(text, "true") == 0;
	return *value || strcasecmp(text, "false") == 0;
}

static bool read_online(const char *text, struct section *section)
{
	return read_bool(text, &section->rule.online);
}

static bool read_movable(const char *text, struct section *section)
{
	return read_bool(text, &section->rule.movable);
}

static const struct {
	const char *name;
	bool (*read)(const char *text, struct section *section);
	const char *expected;
} keys[] = {
	{"nvdimm.uuid", read_uuid, "the uuid of a namespace (ndctl list shows it)"},
	{"mode", read_mode, "system-ram, devdax or famfs"},
	{"online", read_online, "true or false"},
	{"movable", read_movable, "true or false"},
};

static void read_key(struct section *section, const char *key, const char *value)
{
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		if (strcmp(keys[i].name, key) != 0)
			continue;
		if (keys[i].read(value, section))
			return;
		say_error("%s: [%s]: %s: '%s' is not %s", section->file, section->name, key, value,
			keys[i].expected);
		section->wrong = true;
		return;
	}
	say_error("%s: [%s]: %s: there is no such key", section->file, section->name, key);
	section->wrong = true;
}

static int read_section(dictionary *dictionary, struct section *section)
{
	int count = iniparser_getsecnkeys(dictionary, section->name);
	AUTO_FREE const char **names = calloc(count > 0 ? count : 1, sizeof(*names));

	if (!names)
		return -ENOMEM;
	if (count > 0 && !iniparser_getseckeys(dictionary, section->name, names))
		return -ENOMEM;
	for (int i = 0; i < count; i++)
		read_key(section, names[i] + strlen(section->name) + 1,
			iniparser_getstring(dictionary, names[i], ""));
	if (uuid_is_null(section->uuid) && !section->wrong) {
		say_error("%s: [%s]: nvdimm.uuid is missing", section->file, section->name);
		section->wrong = true;
	}
	return 0;
}

static int add_section(
	struct config *config, dictionary *dictionary, const char *file, const char *name)
{
	struct section **place = &config->sections;
	struct section *section = calloc(1, sizeof(*section));

	if (!section)
		return -ENOMEM;
	for (; *place; place = &(*place)->next) {
		if (strcmp((*place)->name, name) != 0)
			continue;
		say_error("%s: [%s]: a section of this name is in %s too", file, name,
			(*place)->file);
		section->wrong = (*place)->wrong = true;
	}
	*place = section;
	section->rule = (struct config_rule){DAXCTL_DEV_MODE_RAM, true, true};
	section->file = strdup(file);
	section->name = strdup(name);
	if (!section->file || !section->name)
		return -ENOMEM;
	int err = read_section(dictionary, section);
	config->wrong |= section->wrong && uuid_is_null(section->uuid);
	return err;
}

/* ---- files ---- */

static int failed(const char *path, int err)
{
	say_error("%s: cannot be read: %s", path, strerror(-err));
	return err;
}

/* Whoever can change the configuration decides what happens to the memory at the next boot. */
static int check_owner(int fd, const char *path)
{
	struct stat stat;

	if (fstat(fd, &stat))
		return failed(path, -errno);
	if (stat.st_uid == 0 && !(stat.st_mode & (S_IWGRP | S_IWOTH)))
		return 0;
	say_error("%s: is not used: others than root can change it", path);
	say_hint("chown root %s; chmod go-w %s", path, path);
	return -EPERM;
}

/* The parser tells its errors one by one, with a newline. */
static int tell_error(const char *format, ...)
{
	AUTO_FREE char *text = NULL;
	va_list args;

	va_start(args, format);
	int length = vasprintf(&text, format, args);
	va_end(args);
	if (length < 0) {
		text = NULL;
		return length;
	}
	text[strcspn(text, "\n")] = 0;
	say_error("%s", text);
	return length;
}

static int read_file(struct config *config, int folder, const char *path, const char *name)
{
	CLEANUP(cleanup_fd) int fd = openat(folder, name, O_RDONLY | O_CLOEXEC);
	CLEANUP(cleanup_dictionary) dictionary *dictionary = NULL;
	AUTO_FREE char *file = NULL;
	char self[64];

	if (asprintf(&file, "%s/%s", path, name) < 0) {
		file = NULL;
		return -ENOMEM;
	}
	if (fd < 0)
		return failed(file, -errno);
	int err = check_owner(fd, file);
	if (err)
		return err;
	/* The very file that was looked at; the parser opens it by name. */
	snprintf(self, sizeof(self), "/proc/self/fd/%d", fd);
	iniparser_set_error_callback(tell_error);
	unsigned said = say_error_count();
	dictionary = iniparser_load(self);
	if (!dictionary) {
		if (said == say_error_count())
			return failed(file, -EIO);
		say_hint("%s is meant by %s: nothing in it is in force", file, self);
		config->wrong = true;
		return 0;
	}
	for (int i = 0; !err && i < iniparser_getnsec(dictionary); i++) {
		const char *section = iniparser_getsecname(dictionary, i);
		if (strncmp(section, SECTION, strlen(SECTION)) == 0)
			err = add_section(config, dictionary, file, section);
	}
	return err;
}

static int is_conf(const struct dirent *entry)
{
	size_t length = strlen(entry->d_name);

	return entry->d_name[0] != '.' && length > strlen(".conf") &&
		strcmp(entry->d_name + length - strlen(".conf"), ".conf") == 0;
}

static int read_folder(struct config *config, const char *path)
{
	CLEANUP(cleanup_fd) int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct dirent **entries;

	if (folder < 0)
		return errno == ENOENT ? 0 : failed(path, -errno);
	int err = check_owner(folder, path);
	if (err)
		return err;
	int count = scandirat(folder, ".", &entries, is_conf, versionsort);
	if (count < 0)
		return failed(path, -errno);
	for (int i = 0; i < count; i++) {
		if (!err)
			err = read_file(config, folder, path, entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return err;
}

int config_read(struct daxctl_ctx *ctx, struct config **out)
{
	CLEANUP(cleanup_config) struct config *config = calloc(1, sizeof(*config));

	if (!config)
		return -ENOMEM;
	int err = read_folder(config, daxctl_get_config_path(ctx));
	if (!err)
		*out = TAKE(config);
	return err;
}

int config_find(const struct config *config, struct daxctl_dev *dev, struct config_rule *rule)
{
	const char *name = daxctl_dev_get_devname(dev);
	const struct section *found = NULL;
	uuid_t uuid;

	if (daxctl_region_get_nvdimm_uuid(daxctl_dev_get_region(dev), uuid))
		return -ENOENT;
	for (const struct section *section = config->sections; section; section = section->next) {
		if (uuid_compare(section->uuid, uuid) != 0)
			continue;
		if (found) {
			say_error("%s: [%s] of %s and [%s] of %s are both for it", name,
				found->name, found->file, section->name, section->file);
			return -EEXIST;
		}
		found = section;
	}
	if (!found && config->wrong)
		say_error("%s: no section is for it, or one in which there is a mistake", name);
	if (!found)
		return config->wrong ? -EINVAL : -ENOENT;
	if (found->wrong) {
		say_error("%s: stays as it is: there is a mistake in [%s] of %s", name, found->name,
			found->file);
		return -EINVAL;
	}
	*rule = found->rule;
	return 0;
}
